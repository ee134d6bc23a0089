package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
)

// entry is all that the sequence knows of an entry.
type entry struct {
	id     ledger.EntryID
	at     time.Time
	digest ledger.Digest
}

// sequence is what a store keeps of the sequence of everything.
type sequence struct {
	entries []entry
	events  []journal.Event
	seals   []journal.Seal
	waiting []journal.Waiting
}

// write makes n items, every third an entry, and lets them wait.
func (s *sequence) write(n int) {
	for range n {
		i := len(s.entries) + len(s.events) + 1
		moment := at.Add(time.Duration(i) * time.Second)
		var item journal.Item
		if i%3 == 0 {
			e := entry{ledger.EntryID(fmt.Sprintf("ent_%d", i)), moment, ledger.Digest{byte(i), 1}}
			s.entries, item = append(s.entries, e), journal.EntryItem(e.id, e.at, e.digest)
		} else {
			e := staked()
			e.ID, e.At = journal.EventID(fmt.Sprintf("evt_%d", i)), moment
			s.events, item = append(s.events, e), e.Item()
		}
		s.waiting = append(s.waiting, journal.Waiting{Turn: int64(2 * i), Item: item})
	}
}

// seal seals everything that waits.
func (s *sequence) seal() {
	for _, w := range s.waiting {
		var last journal.Seal
		if n := len(s.seals); n > 0 {
			last = s.seals[n-1]
		}
		s.seals = append(s.seals, last.Next(w.Item))
	}
	s.waiting = nil
}

// mixed has some items sealed and some waiting.
func mixed(sealed, waiting int) *sequence {
	s := &sequence{}
	s.write(sealed)
	s.seal()
	s.write(waiting)
	return s
}

func (s *sequence) head() journal.Head { return s.seals[len(s.seals)-1].Head() }

// audit gives the codes of all findings, each once.
func (s *sequence) audit(known ...journal.Head) (codes []string) {
	a := journal.NewAuditor(known...)
	for _, e := range s.entries {
		a.Item(journal.EntryItem(e.id, e.at, e.digest))
	}
	for _, e := range s.events {
		a.Event(e)
	}
	for _, v := range s.seals {
		a.Seal(v)
	}
	for _, w := range s.waiting {
		a.Waiting(w)
	}
	for _, f := range a.Findings() {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func TestAuditorAcceptsASoundSequence(t *testing.T) {
	t.Parallel()
	require.Empty(t, journal.NewAuditor().Findings(), "an empty sequence is sound")
	require.Empty(t, journal.NewAuditor(journal.Head{}).Findings(), "whoever kept the head of nothing finds it")
	s := mixed(7, 5)
	require.Empty(t, s.audit())
	require.Empty(t, s.audit(s.head(), s.seals[2].Head(), journal.Head{}))

	slices.Reverse(s.entries)
	slices.Reverse(s.events)
	slices.Reverse(s.waiting)
	require.Empty(t, s.audit(), "only seals have an order")

	a := journal.NewAuditor()
	for _, e := range s.events {
		a.Event(e)
	}
	for _, v := range s.seals {
		a.Seal(v)
	}
	a.Waiting(s.waiting[0])
	require.EqualValues(t, len(s.events), a.Events())
	require.EqualValues(t, 1, a.Unsealed())
	require.Equal(t, s.head(), a.Head())
}

// What somebody with the database in hand might do, and what the audit calls it.
func TestAuditorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		alter func(*sequence)
		want  []string
	}{
		"an_event_says_something_else":      {func(s *sequence) { s.events[1].Data = nil }, []string{"items_differ"}},
		"an_event_breaks_a_rule":            {func(s *sequence) { s.events[1].Kind = "x" }, []string{"event_invalid", "items_differ"}},
		"an_event_is_older_by_a_nanosecond": {func(s *sequence) { s.events[1].At = s.events[1].At.Add(1) }, []string{"event_invalid"}},
		"an_event_is_forgotten":             {func(s *sequence) { s.events = s.events[1:] }, []string{"items_lost"}},
		"an_event_is_invented":              {func(s *sequence) { e := staked(); e.ID = "evt_x"; s.events = append(s.events, e) }, []string{"items_unplaced"}},
		"an_event_is_there_twice":           {func(s *sequence) { s.events = append(s.events, s.events[0]) }, []string{"items_unplaced"}},
		"an_entry_is_dated_back":            {func(s *sequence) { s.entries[0].at = at }, []string{"items_differ"}},
		"an_entry_moves_something_else":     {func(s *sequence) { s.entries[0].digest[3]++ }, []string{"items_differ"}},
		"two_entries_exchange_their_times": {func(s *sequence) {
			e := s.entries
			e[0].at, e[1].at = e[1].at, e[0].at
		}, []string{"items_differ"}},
		"an_entry_is_forgotten":   {func(s *sequence) { s.entries = s.entries[1:] }, []string{"items_lost"}},
		"a_hash_is_another":       {func(s *sequence) { s.seals[3].Hash[0]++ }, []string{"chain_broken"}},
		"the_last_hash_is":        {func(s *sequence) { s.seals[6].Hash[31]++ }, []string{"chain_broken"}},
		"a_seal_is_dropped":       {func(s *sequence) { s.seals = slices.Delete(s.seals, 3, 4) }, []string{"items_unplaced", "seal_gap"}},
		"the_first_seal_is":       {func(s *sequence) { s.seals = s.seals[1:] }, []string{"items_unplaced", "seal_gap"}},
		"a_seal_is_there_twice":   {func(s *sequence) { s.seals = slices.Insert(s.seals, 3, s.seals[3]) }, []string{"items_lost", "seal_gap"}},
		"two_seals_change_places": {func(s *sequence) { s.seals[2], s.seals[3] = s.seals[3], s.seals[2] }, []string{"seal_gap"}},
		"two_items_change_seals": {func(s *sequence) {
			s.seals[2].Item, s.seals[3].Item = s.seals[3].Item, s.seals[2].Item
		}, []string{"chain_broken"}},
		"a_seal_is_of_another_item": {func(s *sequence) { s.seals[3].Digest[0]++ }, []string{"chain_broken", "items_differ"}},
		"the_sources_are_exchanged": {func(s *sequence) { s.seals[3].Source = journal.FromEntry }, []string{"chain_broken", "items_differ"}},
		"an_item_is_sealed_twice": {func(s *sequence) {
			s.seals = append(s.seals, s.seals[6].Next(s.seals[0].Item))
		}, []string{"items_lost"}},
		"an_item_is_sealed_for_another": {func(s *sequence) {
			s.waiting[0].Item = s.seals[0].Item
		}, []string{"items_differ"}},
		"an_item_is_sealed_and_waits": {func(s *sequence) {
			s.waiting = append(s.waiting, journal.Waiting{Turn: 99, Item: s.seals[0].Item})
		}, []string{"items_lost"}},
		"an_item_waits_no_longer": {func(s *sequence) { s.waiting = s.waiting[1:] }, []string{"items_unplaced"}},
		"another_item_waits":      {func(s *sequence) { s.waiting[0].ID = "evt_x" }, []string{"items_differ"}},
		"a_turn_is_none":          {func(s *sequence) { s.waiting[0].Turn = 0 }, []string{"turn_invalid"}},
		"the_tail_waits_again": {func(s *sequence) {
			s.seals, s.waiting = s.seals[:5], append(s.waiting, journal.Waiting{Turn: 3, Item: s.seals[5].Item}, journal.Waiting{Turn: 4, Item: s.seals[6].Item})
		}, nil},
		"the_tail_is_gone_as_a_whole": {func(s *sequence) { *s = *mixed(5, 0) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mixed(7, 5)
			head := s.head()
			test.alter(s)
			require.Equal(t, test.want, s.audit())
			if test.want == nil { // which is what a head is kept for
				require.Equal(t, []string{"head_lost"}, s.audit(head))
			}
		})
	}
}

// A history written anew is sound by itself: only who kept a head of the old one can tell.
func TestAuditorHoldsKnownHeads(t *testing.T) {
	t.Parallel()
	was, is := mixed(7, 0), mixed(0, 9)
	is.events[1].Data["amount"] = "8"
	is.waiting[1].Item = is.events[1].Item()
	is.seal()
	require.Empty(t, is.audit())
	require.Equal(t, []string{"head_differs"}, is.audit(was.head()))
	require.Equal(t, []string{"head_differs"}, is.audit(was.seals[1].Head()))
	require.Empty(t, is.audit(was.seals[0].Head()), "up to there it is the same")
	require.Equal(t, []string{"head_differs"}, is.audit(is.head(), journal.Head{Hash: journal.Digest{1}}), "nothing stands before the first")
	require.Equal(t, []string{"head_differs", "head_lost"}, is.audit(journal.Head{Position: 10}, was.head()))
}

// Only the first place is named: what comes after a break proves nothing.
func TestAuditorNamesTheFirstBreak(t *testing.T) {
	t.Parallel()
	s := mixed(9, 0)
	s.seals[2].Hash[0]++
	s.seals[5].Hash[0]++
	s.seals = slices.Delete(s.seals, 7, 8)
	a := journal.NewAuditor()
	for _, v := range s.seals {
		a.Seal(v)
	}
	found := a.Findings()
	require.Equal(t, "chain_broken", found[0].Code)
	require.Equal(t, "seal 3", found[0].Where)
	require.Len(t, found, 2, "and that nothing of it stands anywhere: %v", found)
}

// P-22: whichever single field of whatever row is altered, it is found; but a turn, which says only in which
// order what waits will be sealed.
func TestAuditorNoticesAnyAlteration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := mixed(rapid.IntRange(1, 12).Draw(t, "sealed"), rapid.IntRange(1, 6).Draw(t, "waiting"))
		require.Empty(t, s.audit())
		alterations := []func(){
			func() { alterEvent(t, &s.events[rapid.IntRange(0, len(s.events)-1).Draw(t, "event")]) },
			func() { alterSeal(t, &s.seals[rapid.IntRange(0, len(s.seals)-1).Draw(t, "seal")]) },
			func() { alterItem(t, &s.waiting[rapid.IntRange(0, len(s.waiting)-1).Draw(t, "waits")].Item) },
			func() { s.events = dropped(t, s.events) },
			func() { s.seals = dropped(t, s.seals) },
			func() { s.waiting = dropped(t, s.waiting) },
		}
		if len(s.entries) > 0 {
			alterations = append(alterations,
				func() { alterEntry(t, &s.entries[rapid.IntRange(0, len(s.entries)-1).Draw(t, "entry")]) },
				func() { s.entries = dropped(t, s.entries) })
		}
		rapid.SampledFrom(alterations).Draw(t, "alteration")()
		require.NotEmpty(t, s.audit())
	})
}

func dropped[T any](t *rapid.T, rows []T) []T {
	i := rapid.IntRange(0, len(rows)-1).Draw(t, "dropped")
	return slices.Delete(rows, i, i+1)
}

// later moves a moment by anything but nothing.
func later(t *rapid.T, moment time.Time) time.Time {
	by := rapid.Int64Range(-1_000_000, 1_000_000).Filter(func(n int64) bool { return n != 0 }).Draw(t, "microseconds")
	return moment.Add(time.Duration(by) * time.Microsecond)
}

func alterEntry(t *rapid.T, e *entry) {
	rapid.SampledFrom([]func(){
		func() { e.id += "x" },
		func() { e.at = later(t, e.at) },
		func() { e.digest[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 },
	}).Draw(t, "field")()
}

func alterEvent(t *rapid.T, e *journal.Event) {
	e.Data = e.Clone().Data
	rapid.SampledFrom([]func(){
		func() { e.ID += "x" },
		func() { e.Kind = journal.Left },
		func() { e.Subject += "x" },
		func() { e.Account += "x" },
		func() { e.Account = "" },
		func() { e.At = later(t, e.At) },
		func() { e.Data["amount"] += "0" },
		func() { e.Data["more"] = "" },
		func() { delete(e.Data, "pool") },
	}).Draw(t, "field")()
}

func alterItem(t *rapid.T, i *journal.Item) {
	rapid.SampledFrom([]func(){
		func() { i.Source += "x" },
		func() { i.ID += "x" },
		func() { i.Digest[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 },
	}).Draw(t, "field")()
}

func alterSeal(t *rapid.T, s *journal.Seal) {
	rapid.SampledFrom([]func(){
		func() {
			s.Position += rapid.Int64Range(-20, 20).Filter(func(n int64) bool { return n != 0 }).Draw(t, "position")
		},
		func() { s.Hash[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 },
		func() { alterItem(t, &s.Item) },
	}).Draw(t, "field")()
}
