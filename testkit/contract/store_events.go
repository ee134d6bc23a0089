package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
)

// journalTests are those of the sequence of everything: what the outbox takes, what waits, what is sealed.
func journalTests() map[string]storeTest {
	tests := map[string]storeTest{
		"an_event_comes_back_as_it_was":                    seeded(eventWhole),
		"an_event_that_breaks_a_rule_is_err_event":         seeded(eventInvalid),
		"of_many_events_all_are_kept_or_none":              seeded(eventAllOrNone),
		"events_are_listed_in_the_order_of_their_ids":      seeded(eventPages),
		"neither_side_keeps_the_data_of_an_event":          seeded(eventCopies),
		"what_is_written_waits_once_in_the_order_written":  seeded(waitingOrder),
		"what_was_committed_before_has_a_lower_turn":       seeded(waitingTurns),
		"what_waits_is_listed_in_the_order_of_its_turns":   seeded(waitingPages),
		"an_abandoned_item_never_waited":                   seeded(waitingAbandoned),
		"of_the_same_movement_twice_one_waits":             seeded(waitingRefused),
		"lock_gives_the_last_seal_or_the_zero_seal":        seeded(sealLock),
		"seals_are_listed_in_the_order_of_their_positions": seeded(sealPages),
		"what_is_sealed_waits_no_longer":                   seeded(sealTakes),
		"an_abandoned_seal_leaves_its_item_waiting":        seeded(sealAbandoned),
		"a_position_that_is_taken_is_err_sealed":           seeded(sealTaken),
		"an_item_that_does_not_wait_is_err_sealed":         seeded(sealStray),
		"a_seal_of_another_item_is_err_sealed":             seeded(sealOther),
		"lock_holds_the_end_of_the_chain":                  seeded(sealLockRace),
		"sealers_at_once_leave_no_gap_and_no_duplicate":    seeded(sealRace),
		"of_seals_at_one_position_one_is_kept":             seeded(sealRacePosition),
	}
	eventOfID.prove("the_event_of_an_id", tests)
	return tests
}

// event is the n-th event, about account 0.
func event(n int) journal.Event {
	return journal.Event{
		ID: numbered[journal.EventID]("evt", n), Kind: journal.Staked, Subject: fmt.Sprintf("pos_%04d", n), Account: accountID(0),
		At: later(n), Data: map[string]string{"amount": fmt.Sprint(n), "a_text": "any text \U0001F600", "nothing": ""},
	}
}

// sameEvent is the n-th of events that share their id and nothing else.
func sameEvent(n int) journal.Event {
	e := event(n)
	e.ID = "evt_the_same"
	return e
}

var eventOfID = unique[journal.Event]{
	taken: journal.ErrEvent,
	row:   sameEvent,
	add: func(ctx context.Context, tx ports.Tx, _ int, row journal.Event) error {
		return tx.Outbox.Add(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]journal.Event, error) {
		all, err := v.Journal.Events(ctx, "", 1_000)
		return slices.DeleteFunc(all, func(e journal.Event) bool { return e.ID != sameEvent(1).ID }), err
	},
}

// tell keeps events in a unit of work of their own.
func tell(t tester, s ports.Store, events ...journal.Event) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Outbox.Add(ctx, events...) })
}

// told gives all events.
func told(t tester, s ports.Store) []journal.Event {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]journal.Event, error) {
		return v.Journal.Events(ctx, "", 1_000)
	})
}

func eventWhole(t *testing.T, s ports.Store) {
	bare := journal.Event{ID: "evt_bare", Kind: journal.DepositCredited, Subject: "ent_1", At: later(7)} // nobody's, without data
	tell(t, s)                                                                                           // nothing, and nothing is wrong
	tell(t, s, event(1), bare)
	all := told(t, s)
	require.Len(t, all, 2)
	require.Equal(t, event(1), all[0])
	require.Empty(t, all[1].Data)
	all[1].Data = nil
	require.Equal(t, bare, all[1])
}

func eventInvalid(t *testing.T, s ports.Store) {
	for name, spoil := range map[string]func(*journal.Event){
		"id":   func(e *journal.Event) { e.ID = "" },
		"kind": func(e *journal.Event) { e.Kind = "staking.nothing" },
		"data": func(e *journal.Event) { e.Data = map[string]string{"Upper": "x"} },
		"nul":  func(e *journal.Event) { e.Data = map[string]string{"text": "\x00"} },
	} {
		e := event(1)
		spoil(&e)
		require.ErrorIs(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			_ = tx.Outbox.Add(ctx, e) // swallowed on purpose
			return nil
		}), journal.ErrEvent, name)
	}
	require.Empty(t, told(t, s))
	require.Empty(t, waiting(t, s))
}

func eventAllOrNone(t *testing.T, s ports.Store) {
	tell(t, s, event(1))
	for name, last := range map[string]journal.Event{"invalid": {}, "taken": event(1), "twice": event(2)} {
		refuse(t, s, journal.ErrEvent, func(ctx context.Context, tx ports.Tx) error {
			return tx.Outbox.Add(ctx, event(2), event(3), last)
		})
		require.Equal(t, []journal.Event{event(1)}, told(t, s), name)
		require.Len(t, waiting(t, s), 1, name)
	}
}

func eventPages(t *testing.T, s ports.Store) {
	tell(t, s, event(3), event(1))
	tell(t, s, event(5), event(2), event(4))
	requirePages(t, s, []journal.Event{event(1), event(2), event(3), event(4), event(5)},
		func(ctx context.Context, v ports.View, after journal.Event, limit int) ([]journal.Event, error) {
			return v.Journal.Events(ctx, after.ID, limit)
		})
}

func eventCopies(t *testing.T, s ports.Store) {
	mine := event(1)
	tell(t, s, mine)
	clear(mine.Data)
	for range 2 {
		all := told(t, s)
		require.Equal(t, []journal.Event{event(1)}, all)
		clear(all[0].Data)
	}
}

// waiting gives what waits, as a unit of work and a snapshot do.
func waiting(t tester, s ports.Store) []journal.Waiting {
	t.Helper()
	one := view(t, s, func(ctx context.Context, v ports.View) ([]journal.Waiting, error) {
		return v.Journal.Waiting(ctx, 0, 1_000)
	})
	two := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]journal.Waiting, error) {
		return tx.Seals.Waiting(ctx, 0, 1_000)
	})
	require.Equal(t, one, two)
	return one
}

// itemOf is the item of an entry.
func itemOf(e ledger.Entry) journal.Item { return journal.EntryItem(e.ID, e.At, e.Digest()) }

// requireWaiting asks for items in this order, each with a turn of its own.
func requireWaiting(t *testing.T, s ports.Store, want ...journal.Item) {
	t.Helper()
	var items []journal.Item
	turns := map[int64]bool{}
	last := int64(0)
	for _, w := range waiting(t, s) {
		require.Greater(t, w.Turn, last)
		items, turns[w.Turn], last = append(items, w.Item), true, w.Turn
	}
	require.Equal(t, want, items)
	require.Len(t, slices.Collect(maps.Keys(turns)), len(want))
}

func waitingOrder(t *testing.T, s ports.Store) {
	require.Empty(t, waiting(t, s))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Outbox.Add(ctx, event(9), event(2)) },
			func() error { return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(8, 7, 1), give(3, 7, 1)}) },
			func() error { return tx.Outbox.Add(ctx, event(1)) },
			func() error { return tx.Ledger.Record(ctx, stake(1, 7, 1)) },
		)
	})
	requireWaiting(t, s, event(9).Item(), event(2).Item(), itemOf(give(8, 7, 1)), itemOf(give(3, 7, 1)), event(1).Item(), itemOf(stake(1, 7, 1)))
}

func waitingTurns(t *testing.T, s ports.Store) {
	var want []journal.Item
	for _, n := range []int{5, 3, 4, 1, 2} {
		record(t, s, give(n, 1, 1))
		tell(t, s, event(n))
		want = append(want, itemOf(give(n, 1, 1)), event(n).Item())
	}
	requireWaiting(t, s, want...)
	sealAll(t, s)
	tell(t, s, event(6))
	requireWaiting(t, s, event(6).Item())
}

func waitingPages(t *testing.T, s ports.Store) {
	tell(t, s, event(2), event(1))
	record(t, s, give(2, 1, 1), give(1, 1, 1))
	tell(t, s, event(3))
	all := waiting(t, s)
	require.Len(t, all, 5)
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after journal.Waiting, limit int) ([]journal.Waiting, error) {
		return v.Journal.Waiting(ctx, after.Turn, limit)
	})
	for limit := range len(all) + 1 {
		rest := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]journal.Waiting, error) {
			return tx.Seals.Waiting(ctx, all[1].Turn, limit)
		})
		require.Len(t, rest, min(limit, 3))
		require.Equal(t, all[2:2+len(rest)], append([]journal.Waiting{}, rest...))
	}
}

func waitingAbandoned(t *testing.T, s ports.Store) {
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Ledger.Record(ctx, give(1, 7, 1)) },
			func() error { return tx.Outbox.Add(ctx, event(1)) },
		)
	})
	require.Empty(t, waiting(t, s))
	require.Empty(t, told(t, s))
	tell(t, s, event(1))
	requireWaiting(t, s, event(1).Item())
}

func waitingRefused(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	refuseEntry(t, s, ledger.ErrEntryExists, again(give(1, 7, 1), 2))
	refuseEntry(t, s, ledger.ErrInsufficientFunds, stake(3, 8, 1))
	requireWaiting(t, s, itemOf(give(1, 7, 1)))
}
