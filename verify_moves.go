package twist

import (
	"slices"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// moves pairs each entry that a holder asked for or waited for, a stake, an exit, a claim, a gift to fans or a change
// of a budget, with the event that told of it. That the amounts are right, sums prove; that they went to whom they
// belong, only this. Both are read in the order in which they were made, so that few wait for their other half.
type moves struct {
	entries map[ledger.EntryID]ledger.Entry
	events  map[ledger.EntryID]journal.Event
}

// tellers names the kind of event that tells of each kind of entry.
var tellers = map[ledger.Kind]journal.Kind{ //nolint:gochecknoglobals // a constant table
	ledger.KindStake: journal.Staked, ledger.KindLeave: journal.Left, ledger.KindClaim: journal.RewardClaimed,
	ledger.KindCooled: journal.TicketWithdrawn, ledger.KindRestake: journal.TicketCanceled, ledger.KindCompound: journal.Compounded, ledger.KindDistribution: journal.Distributed,
	ledger.KindFund: journal.ProgramFunded, ledger.KindWithdraw: journal.ProgramWithdrawn,
	ledger.KindGivenUp: journal.RemainderGivenUp,
}

// movedBy takes an entry.
func (a *audit) movedBy(e ledger.Entry) {
	told, known := a.moves.events[e.ID]
	if !known {
		a.moves.entries[e.ID] = e
		return
	}
	delete(a.moves.events, e.ID)
	a.pair(e, told)
}

// movedAs takes an event, if it tells of such an entry.
func (a *audit) movedAs(told journal.Event) {
	id := ledger.EntryID(told.Data["entry"])
	if expected(told) == nil {
		return
	}
	if other, twice := a.moves.events[id]; twice {
		a.journal.Report("event_twice", string(id), "events %s and %s tell of it", other.ID, told.ID)
		return
	}
	e, known := a.moves.entries[id]
	if !known {
		a.moves.events[id] = told
		return
	}
	delete(a.moves.entries, id)
	a.pair(e, told)
}

// pair holds an entry against its event: it moved what the event says, between whom the event says.
func (a *audit) pair(e ledger.Entry, told journal.Event) {
	want := slices.DeleteFunc(expected(told), func(p ledger.Posting) bool { return p.Amount == 0 }) // which no entry has
	if tellers[e.Kind] != told.Kind || !slices.Equal(e.Postings, want) || !e.At.Equal(told.At) {
		a.journal.Report("entry_differs_from_event", "entry "+string(e.ID), "event %s tells otherwise", told.ID)
	}
}

// unpaired reports what has no other half.
func (a *audit) unpaired() {
	for id := range a.moves.entries {
		a.journal.Report("event_missing", "entry "+string(id), "no event tells of it")
	}
	for id, told := range a.moves.events {
		a.journal.Report("entry_missing", string(id), "event %s tells of it", told.ID)
	}
}

// expected is what an event says was moved, or nil when it tells of no such move.
func expected(told journal.Event) []ledger.Posting {
	amount := func(name string) money.Amount {
		n, err := money.Parse(told.Data[name])
		if err != nil {
			return -1 // which no posting moves
		}
		return n
	}
	holder := ledger.Available(told.Account)
	switch pool, program := told.Data["pool"], told.Subject; told.Kind {
	case journal.Staked:
		return []ledger.Posting{
			ledger.Move(holder, ledger.Staked(pool), amount("principal")),
			ledger.Move(ledger.Rewards(pool), holder, amount("rewards")),
		}
	case journal.Left:
		cooling := money.Amount(0)
		if _, told := told.Data["cooling"]; told { // else it was before there were cooldowns
			cooling = amount("cooling")
		}
		free, err := amount("principal").Sub(cooling)
		if err != nil {
			return nil
		}
		return []ledger.Posting{
			ledger.Move(ledger.Staked(pool), holder, free),
			ledger.Move(ledger.Staked(pool), ledger.Cooling(pool), cooling),
			ledger.Move(ledger.Rewards(pool), holder, amount("rewards")),
		}
	case journal.RewardClaimed:
		return []ledger.Posting{ledger.Move(ledger.Rewards(pool), holder, amount("rewards"))}
	case journal.TicketWithdrawn:
		return []ledger.Posting{ledger.Move(ledger.Cooling(pool), holder, amount("amount"))}
	case journal.TicketCanceled:
		return []ledger.Posting{ledger.Move(ledger.Cooling(pool), ledger.Staked(pool), amount("amount"))}
	case journal.Compounded:
		return []ledger.Posting{ledger.Move(ledger.Rewards(pool), ledger.Staked(pool), amount("principal"))}
	case journal.Distributed:
		return []ledger.Posting{ledger.Move(holder, ledger.Rewards(told.Subject), amount("amount"))}
	case journal.ProgramFunded:
		return []ledger.Posting{ledger.Move(holder, ledger.Budget(program), amount("amount"))}
	case journal.ProgramWithdrawn:
		return []ledger.Posting{ledger.Move(ledger.Budget(program), holder, amount("amount"))}
	case journal.RemainderGivenUp:
		return []ledger.Posting{ledger.Move(holder, ledger.Fees(), amount("amount"))}
	default:
		return nil
	}
}

// within reports a posting of an entry that touches a ledger account which its row does not name. Where debts are
// repaid along the way, what goes from a program's receivable to its budget is proven by the debts.
func (a *audit) within(e ledger.Entry, named ...ledger.Address) {
	for _, p := range e.Postings {
		repaid := p.Source.Place() == "program:*:receivable" && p.Destination.Place() == "program:*:budget"
		if !repaid && (!slices.Contains(named, p.Source) || !slices.Contains(named, p.Destination)) {
			a.journal.Report("entry_differs_from_row", "entry "+string(e.ID), "%s moved from %s to %s", p.Amount, p.Source, p.Destination)
		}
	}
}
