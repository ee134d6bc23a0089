package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// sound is a correct journal that touches every kind of row: ann deposits 100 and funds a program with
// 60, a commission of 30 is shared, 9 of it are taken back out of several stripes, and gas is spent.
func sound(t require.TestingT) journal {
	b := newBook()
	ann := ledger.Available("ann")
	b.must(t, ledger.KindDeposit, "ent_a", ledger.Move(ledger.World(), ann, 100))
	b.must(t, ledger.KindFund, "ent_b", ledger.Move(ann, ledger.Budget("p"), 60))
	b.must(t, ledger.KindConversion, "ent_c", ledger.Move(ledger.Budget("p"), ledger.Pending("p"), 30))
	for _, id := range []string{"ent_d", "ent_e", "ent_f"} {
		b.must(t, ledger.KindApproval, id,
			ledger.Move(ledger.Pending("p"), ledger.Fees(), 4), ledger.Move(ledger.Pending("p"), ann, 6))
	}
	lines := b.must(t, ledger.KindClawback, "ent_g", ledger.Move(ledger.Fees(), ledger.Budget("p"), 9), ledger.Move(ann, ledger.Budget("p"), 2))
	require.Len(t, lines, 5, "three stripes give")
	b.must(t, ledger.KindGas, "ent_h", ledger.Posting{Source: ledger.Gas(), Destination: ledger.World(), Asset: ledger.SOL, Amount: 5})
	return b.journal()
}

// on finds the n-th line on an address, where a store keeps it only once.
func (j *journal) on(address string, n int) *ledger.Line {
	for i := range j.records {
		for k := range j.records[i].Lines {
			if l := &j.records[i].Lines[k]; l.Address.String() == address {
				if n--; n == 0 {
					return l
				}
			}
		}
	}
	panic(address + " has fewer lines")
}

// row finds a row of balances.
func (j *journal) row(address string) *ledger.Standing {
	return &j.rows[slices.IndexFunc(j.rows, func(s ledger.Standing) bool { return s.Address.String() == address })]
}

const ann, budget = "account:ann:available", "program:p:budget"

func TestVerifierAcceptsASoundJournal(t *testing.T) {
	t.Parallel()
	j := sound(t)
	v := j.verify()
	require.Empty(t, v.Findings())
	require.EqualValues(t, 8, v.Entries())
	require.Equal(t, map[ledger.Asset]money.Amount{ledger.TWIST: 0, ledger.SOL: 0}, v.Sums())
	require.Equal(t, amount(56), v.Balances()[ledger.Available("ann")])
	require.Equal(t, amount(-100), v.Balances()[ledger.World()], "stripes are added up")
	require.Equal(t, amount(3), v.Balances()[ledger.Fees()])
	require.Zero(t, v.Balances()[ledger.Gas()], "SOL is no TWIST")
	require.Zero(t, v.Balances()[ledger.Available("bob")])
	require.Len(t, v.Balances(), 5)
	require.Empty(t, ledger.NewVerifier().Findings(), "an empty journal is sound")
}

// TestVerifierFindsAlteredEntries changes what entries say. P-22: history that was edited is found.
func TestVerifierFindsAlteredEntries(t *testing.T) {
	t.Parallel()
	type codes = []string
	for name, test := range map[string]struct {
		alter func(*ledger.Record)
		want  codes
	}{
		"id":          {func(r *ledger.Record) { r.Entry.ID = "ent_z" }, codes{"line_stray", "lines_differ_from_postings"}},
		"a_broken_id": {func(r *ledger.Record) { r.Entry.ID = "" }, codes{"entry_invalid", "line_stray", "lines_differ_from_postings"}},
		"reference":   {func(r *ledger.Record) { r.Entry.Reference = "x" }, codes{"entry_altered"}},
		"kind":        {func(r *ledger.Record) { r.Entry.Kind = "claim" }, codes{"entry_altered", "entry_invalid"}},
		"no_time":     {func(r *ledger.Record) { r.Entry.At = time.Time{} }, codes{"entry_invalid"}},
		"metadata":    {func(r *ledger.Record) { r.Entry.Metadata = map[string]string{"a": "b"} }, codes{"entry_altered"}},
		"source": {
			func(r *ledger.Record) { r.Entry.Postings[0].Source = ledger.Available("bob") },
			codes{"entry_altered", "line_stray", "lines_differ_from_postings"},
		},
		"destination": {
			func(r *ledger.Record) { r.Entry.Postings[0].Destination = ledger.Budget("q") },
			codes{"entry_altered", "line_stray", "lines_differ_from_postings"},
		},
		"asset": {
			func(r *ledger.Record) { r.Entry.Postings[0].Asset = ledger.SOL },
			codes{"entry_altered", "entry_invalid", "line_stray", "lines_differ_from_postings"},
		},
		"amount": {func(r *ledger.Record) { r.Entry.Postings[0].Amount++ }, codes{"entry_altered", "lines_differ_from_postings"}},
		"amount_with_a_new_digest": {func(r *ledger.Record) {
			r.Entry.Postings[0].Amount++
			r.Digest = r.Entry.Digest()
		}, codes{"lines_differ_from_postings"}},
		"a_posting_more": {func(r *ledger.Record) {
			r.Entry.Postings = append(r.Entry.Postings, r.Entry.Postings[0])
			r.Digest = r.Entry.Digest()
		}, codes{"lines_differ_from_postings"}},
		"no_postings": {func(r *ledger.Record) { r.Entry.Postings = nil }, codes{"entry_altered", "entry_invalid", "line_stray"}},
		"postings_that_do_not_fit": {func(r *ledger.Record) {
			r.Entry.Postings = []ledger.Posting{r.Entry.Postings[0], r.Entry.Postings[0]}
			r.Entry.Postings[0].Amount = money.Max
			r.Digest = r.Entry.Digest()
		}, codes{"entry_invalid"}},
		"digest": {func(r *ledger.Record) { r.Digest[31]++ }, codes{"entry_altered"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := sound(t)
			test.alter(&j.records[1])
			require.Equal(t, test.want, j.codes())
		})
	}
}

// TestVerifierFindsAlteredLines changes a line as a store has it that keeps each line only once.
func TestVerifierFindsAlteredLines(t *testing.T) {
	t.Parallel()
	type codes = []string
	for name, test := range map[string]struct {
		alter func(*journal)
		want  codes
	}{
		"entry":                  {func(j *journal) { j.on(ann, 2).Entry = "ent_a" }, codes{"line_stray", "lines_differ_from_postings"}},
		"version":                {func(j *journal) { j.on(ann, 2).Version = 9 }, codes{"balance_differs", "balance_version", "history_broken", "version_gap"}},
		"version_of_the_first":   {func(j *journal) { j.on(budget, 1).Version = 0 }, codes{"version_gap"}},
		"version_of_the_last":    {func(j *journal) { j.on(ann, 6).Version++ }, codes{"balance_version", "version_gap"}},
		"delta":                  {func(j *journal) { j.on(ann, 2).Delta++ }, codes{"line_wrong", "lines_differ_from_postings"}},
		"before":                 {func(j *journal) { j.on(ann, 2).Before++ }, codes{"history_broken", "line_wrong"}},
		"after":                  {func(j *journal) { j.on(ann, 2).After++ }, codes{"history_broken", "line_wrong"}},
		"after_of_the_last":      {func(j *journal) { j.on(ann, 6).After++ }, codes{"balance_differs", "line_wrong"}},
		"a_line_that_overflows":  {func(j *journal) { j.on(ann, 2).Before = money.Min }, codes{"history_broken", "line_wrong"}},
		"a_delta_that_overflows": {func(j *journal) { j.on(ann, 2).Delta = money.Max }, codes{"line_stray", "line_wrong", "lines_differ_from_postings"}},
		"delta_and_after": {func(j *journal) {
			l := j.on(ann, 6)
			l.Delta, l.After = l.Delta-1, l.After-1
		}, codes{"balance_differs", "lines_differ_from_postings"}},
		"the_history_of_a_row_to_its_end": {func(j *journal) {
			l := j.on(ann, 6)
			l.Delta, l.After = l.Delta-1, l.After-1
			j.row(ann).Balance--
		}, codes{"lines_differ_from_postings", "sum_not_zero"}},
		"below_the_floor": {func(j *journal) {
			l := j.on(ann, 6)
			l.Delta, l.After = l.Delta-l.After-1, -1
		}, codes{"balance_differs", "floor_broken", "lines_differ_from_postings"}},
		"stripe":         {func(j *journal) { l := j.on("platform:fees", 1); l.Stripe ^= 8 }, codes{"balance_missing", "history_broken", "version_gap"}},
		"stripe_unknown": {func(j *journal) { j.on("world", 1).Stripe = ledger.Stripes }, codes{"balance_differs", "balance_missing", "balance_version", "stripe_unknown"}},
		"the_last_stripe": {func(j *journal) {
			j.on("platform:gas", 1).Stripe, j.row("platform:gas").Stripe = ledger.Stripes-1, ledger.Stripes-1
		}, nil},
		"striped_by_mistake": {func(j *journal) {
			j.on("program:p:pending", 4).Stripe = 1
			r := *j.row("program:p:pending")
			r.Stripe, r.Version, r.Balance = 1, 1, 0
		}, codes{"balance_differs", "balance_missing", "balance_version", "history_broken", "stripe_unknown", "version_gap"}},
		"address": {func(j *journal) { j.on(ann, 6).Address = ledger.Available("bob") }, codes{
			"balance_differs", "balance_missing", "balance_version", "history_broken", "line_stray", "lines_differ_from_postings", "version_gap",
		}},
		"asset": {func(j *journal) { j.on(ann, 6).Asset = ledger.SOL }, codes{
			"balance_differs", "balance_missing", "balance_version", "history_broken", "line_stray", "lines_differ_from_postings", "version_gap",
		}},
		"missing": {func(j *journal) {
			lines := &j.records[1].Lines
			*lines = slices.DeleteFunc(*lines, func(l ledger.Line) bool { return l.Address == ledger.Available("ann") })
		}, codes{"history_broken", "lines_differ_from_postings", "version_gap"}},
		"twice": {func(j *journal) {
			lines := &j.records[1].Lines
			*lines = append(*lines, (*lines)[0])
		}, codes{"history_broken", "lines_differ_from_postings", "version_gap"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := sound(t)
			test.alter(&j)
			j.settle()
			require.Equal(t, test.want, j.codes())
		})
	}
}

// TestVerifierComparesBothCopies changes a line in one place only, as a store can have it that keeps
// lines with their entries and again in the order of rows.
func TestVerifierComparesBothCopies(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(*ledger.Line){
		"entry":   func(l *ledger.Line) { l.Entry = "ent_a" },
		"stripe":  func(l *ledger.Line) { l.Stripe++ },
		"version": func(l *ledger.Line) { l.Version++ },
		"delta":   func(l *ledger.Line) { l.Delta++ },
		"before":  func(l *ledger.Line) { l.Before++ },
		"after":   func(l *ledger.Line) { l.After++ },
		"address": func(l *ledger.Line) { l.Address = ledger.Available("bob") },
		"asset":   func(l *ledger.Line) { l.Asset = ledger.SOL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with, rows := sound(t), sound(t)
			alter(with.on(ann, 3))
			require.Contains(t, with.codes(), "lines_differ")
			alter(&rows.lines[2])
			require.Contains(t, rows.codes(), "lines_differ")
		})
	}

	// Money moved from ann to bob in every row, so that rows and balances agree with one another.
	j := sound(t)
	for i := range j.lines {
		if j.lines[i].Address == ledger.Available("ann") {
			j.lines[i].Address = ledger.Available("bob")
		}
	}
	j.row(ann).Address = ledger.Available("bob")
	require.Equal(t, []string{"lines_differ"}, j.codes())
}

func TestVerifierFindsWhatIsLost(t *testing.T) {
	t.Parallel()
	type codes = []string
	for name, test := range map[string]struct {
		alter func(*journal)
		want  codes
	}{
		"balance":            {func(j *journal) { j.row(ann).Balance++ }, codes{"balance_differs", "sum_not_zero"}},
		"balances_exchanged": {func(j *journal) { j.row(ann).Balance++; j.row(budget).Balance-- }, codes{"balance_differs"}},
		"version":            {func(j *journal) { j.row(ann).Version++ }, codes{"balance_version"}},
		"balance_row":        {func(j *journal) { j.rows = j.rows[1:] }, codes{"balance_missing", "sum_not_zero"}},
		"balance_row_of_nothing": {func(j *journal) {
			j.rows = slices.DeleteFunc(j.rows, func(s ledger.Standing) bool { return s.Address == ledger.Pending("p") })
		}, codes{"balance_missing"}},
		"a_row_twice":       {func(j *journal) { j.rows = append(j.rows, j.rows[0]) }, codes{"balance_differs", "balance_version", "sum_not_zero"}},
		"a_row_of_no_lines": {func(j *journal) { j.rows = append(j.rows, ledger.Standing{Key: j.rows[0].Key, Version: 1}) }, codes{"balance_version"}},
		"all_balances":      {func(j *journal) { j.rows = nil }, codes{"balance_missing"}},
		"an_entry":          {func(j *journal) { j.records = j.records[1:] }, codes{"lines_lost"}},
		"an_entry_and_its_lines": {func(j *journal) {
			j.records = slices.Delete(j.records, 1, 2)
			j.settle()
		}, codes{"history_broken", "version_gap"}},
		"the_last_entry_and_its_lines": {func(j *journal) {
			j.records = j.records[:7]
			j.settle()
		}, codes{"balance_differs", "balance_version"}},
		"a_line_of_a_row":   {func(j *journal) { j.lines = slices.Delete(j.lines, 1, 2) }, codes{"history_broken", "lines_lost", "version_gap"}},
		"a_line_of_a_entry": {func(j *journal) { r := &j.records[1]; r.Lines = r.Lines[:1] }, codes{"lines_differ_from_postings", "lines_lost"}},
		"all_lines":         {func(j *journal) { j.lines = nil }, codes{"balance_differs", "balance_version", "lines_lost"}},
		"lines_swapped":     {func(j *journal) { j.lines[1], j.lines[2] = j.lines[2], j.lines[1] }, codes{"history_broken", "version_gap"}},
		"an_entry_twice": {func(j *journal) {
			j.records = append(j.records, j.records[1])
		}, codes{"lines_lost", "reference_twice"}},
		"a_reference_twice": {func(j *journal) {
			e := &j.records[2].Entry
			e.Reference = j.records[1].Entry.Reference
			j.records[2].Digest = e.Digest()
		}, codes{"reference_twice"}},
		"an_asset_too_large": {func(j *journal) {
			j.row(ann).Balance, j.row(budget).Balance = money.Max, money.Max
		}, codes{"balance_differs", "sum_not_zero", "sum_overflow"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := sound(t)
			test.alter(&j)
			require.Equal(t, test.want, j.codes())
		})
	}
}

// A total that does not fit is told apart from one that is wrong, for an asset and for one address.
func TestVerifierFindsOverflows(t *testing.T) {
	t.Parallel()
	v := ledger.NewVerifier()
	for i, balance := range []money.Amount{money.Max, money.Min, money.Max, 1} {
		at := ledger.Fees()
		if balance == money.Min {
			at = ledger.World() // keeps the asset's sum small
		}
		v.Standing(ledger.Standing{Key: ledger.Key{Address: at, Asset: ledger.TWIST, Stripe: uint8(i)}, Balance: balance})
	}
	var overflows []string
	for _, f := range v.Findings() {
		if f.Code == "sum_overflow" {
			overflows = append(overflows, f.Where)
		}
	}
	require.Equal(t, []string{"balance platform:fees TWIST/9/2", "balance platform:fees TWIST/9/3"}, overflows)

	v = ledger.NewVerifier()
	v.Line(ledger.Line{Key: ledger.Key{Address: ledger.World(), Asset: ledger.TWIST}, Version: 1, Before: money.Min, Delta: -1})
	require.Equal(t, "line_wrong", v.Findings()[1].Code, "what does not fit is not nothing")
}

func TestFindingsSayWhere(t *testing.T) {
	t.Parallel()
	j := sound(t)
	j.row(ann).Balance = 50
	j.row(ann).Version = 5
	j.lines[0].Version = 7
	j.rows = j.rows[:len(j.rows)-2] // both of world
	v := j.verify()
	v.Report("row_missing", "ent_x", "%d of %s", 2, "them")
	var all []string
	for _, f := range v.Findings() {
		all = append(all, f.String())
	}
	require.Equal(t, []string{
		"version_gap line account:ann:available TWIST/9/0 version 7: it follows version 0",
		"version_gap line account:ann:available TWIST/9/0 version 2: it follows version 7",
		"balance_version balance account:ann:available TWIST/9/0: it says 5 and its history 6",
		"balance_differs balance account:ann:available TWIST/9/0: it says 50 and its history 56",
		"row_missing ent_x: 2 of them",
	}, all[:5])
	require.Len(t, all, 10)
	require.Equal(t, "balance_missing", all[5][:15])
	require.Contains(t, all[7], "lines_differ journal: ")
	require.Equal(t, "sum_not_zero SOL/9: -5", all[8], "in one order, always")
	require.Equal(t, "sum_not_zero TWIST/9: 94", all[9])
}

// TestAnyAlterationIsFound changes one field, drawn at random, of a correct journal. L6
func TestAnyAlterationIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		j := sound(rt)
		by := rapid.SampledFrom([]int64{-1, 1, -1_000, 1_000_000}).Draw(rt, "by")
		r := &j.records[rapid.IntRange(0, len(j.records)-1).Draw(rt, "record")]
		l := &r.Lines[rapid.IntRange(0, len(r.Lines)-1).Draw(rt, "line")]
		p := &r.Entry.Postings[rapid.IntRange(0, len(r.Entry.Postings)-1).Draw(rt, "posting")]
		s := &j.rows[rapid.IntRange(0, len(j.rows)-1).Draw(rt, "row")]
		alterations := []func(){
			func() { p.Amount += amount(by) }, func() { p.Source, p.Destination = p.Destination, p.Source },
			func() { r.Digest[uint8(by)%32]++ }, func() { r.Entry.Reference += "x" }, func() { r.Entry.ID += "x" },
			func() { l.Delta += amount(by) }, func() { l.Before += amount(by) }, func() { l.After += amount(by) },
			func() { l.Version += by }, func() { l.Entry += "x" }, func() { l.Stripe += uint8(by) }, func() { l.Asset += "x" },
			func() { s.Balance += amount(by) }, func() { s.Version += by }, func() { s.Asset += "x" }, func() { s.Stripe += uint8(by) },
			func() { s.Address = ledger.Available("eve") }, func() { l.Address = ledger.Available("eve") },
		}
		n := rapid.IntRange(0, len(alterations)-1).Draw(rt, "alteration")
		alterations[n]()
		if rapid.Bool().Draw(rt, "one copy of each line") {
			j.settle()
		}
		require.NotEmpty(rt, j.codes())
	})
}
