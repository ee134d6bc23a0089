package twist

import (
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
)

// rebalance is what events say of one: how much of it left pools, how much came into others, and how much was to
// move. Each part has its own entry, which is held against its event like any stake or exit; here is what no single
// part shows, that nothing of the whole is missing.
type rebalance struct {
	account        string
	out, in, moved money.Amount
	told           bool
}

// rebalancedBy takes an event, if it tells of a rebalance or of a part of one.
func (a *audit) rebalancedBy(e journal.Event) {
	id := e.Data["rebalance"]
	if e.Kind == journal.Rebalanced {
		id = e.Subject
	}
	if id == "" {
		return
	}
	r, known := a.rebalances[id]
	if !known {
		r = &rebalance{account: e.Account}
		a.rebalances[id] = r
	}
	if r.account != e.Account {
		a.journal.Report("rebalance_wrong", id, "event %s is of another account than the rest of it", e.ID)
	}
	principal, _ := money.Parse(e.Data["principal"]) // what is no amount is told otherwise by its entry
	switch e.Kind {
	case journal.Left:
		r.out = a.sum(r.out, principal)
	case journal.Staked:
		r.in = a.sum(r.in, principal)
	case journal.Rebalanced:
		moved, err := money.Parse(e.Data["moved"])
		if err != nil || r.told {
			a.journal.Report("rebalance_wrong", id, "event %s tells of no amount, or again", e.ID)
		}
		r.moved, r.told = moved, true
	default:
	}
	if r.told && r.moved == r.out && r.moved == r.in {
		delete(a.rebalances, id) // whatever is still told of it makes another, which nobody told of
	}
}

// unbalanced reports rebalances of which not as much came as left.
func (a *audit) unbalanced() {
	for id, r := range a.rebalances {
		a.journal.Report("rebalance_wrong", id, "%s left and %s came, and events make it %s", r.out, r.in, r.moved)
	}
}
