package twist

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// life is what events say that the influencer decided about a pool. What was announced in the same epoch has no
// order among itself that could be relied on: clocks differ.
type life struct {
	latest, before announced
	paused, closed int // how often it was paused less how often resumed, and how often closed
	suspended      int // how often an operator did so, less how often it was released
}

// announced is what was announced in one epoch.
type announced struct {
	epoch staking.Epoch
	said  []staking.Settings
}

// lived takes an event, if it tells of a decision about a pool.
func (a *audit) lived(e journal.Event) {
	switch e.Kind {
	case journal.PoolOpened, journal.PoolChanged, journal.PoolPaused, journal.PoolResumed, journal.PoolClosed, journal.PoolSuspended, journal.PoolReleased:
	default:
		return
	}
	l, known := a.lives[e.Subject]
	if !known {
		l = &life{latest: announced{epoch: math.MinInt64}, before: announced{epoch: math.MinInt64}}
		a.lives[e.Subject] = l
	}
	switch e.Kind {
	case journal.PoolPaused:
		l.paused++
	case journal.PoolResumed:
		l.paused--
	case journal.PoolClosed:
		l.closed++
	case journal.PoolSuspended:
		l.suspended++
	case journal.PoolReleased:
		l.suspended--
	case journal.PoolOpened:
		l.announce(math.MinInt64, settingsOf(e)) // binding from the start
	default:
		epoch, _ := strconv.ParseInt(e.Data["epoch"], 10, 64)
		l.announce(staking.Epoch(epoch), settingsOf(e))
	}
}

// announce keeps settings if their epoch is one of the two that count.
func (l *life) announce(in staking.Epoch, s staking.Settings) {
	switch {
	case in > l.latest.epoch:
		l.before, l.latest = l.latest, announced{in, []staking.Settings{s}}
	case in == l.latest.epoch:
		l.latest.said = append(l.latest.said, s)
	case in > l.before.epoch:
		l.before = announced{in, []staking.Settings{s}}
	case in == l.before.epoch:
		l.before.said = append(l.before.said, s)
	}
}

// settingsOf reads settings from an event. What is not there was not known then, and means none; what cannot be
// read is like no settings that a pool has.
func settingsOf(e journal.Event) staking.Settings {
	share, shared := strconv.ParseInt(e.Data["share_bps"], 10, 32)
	minimum, asked := money.Parse(e.Data["minimum"])
	if shared != nil || asked != nil {
		return staking.Settings{Share: -1}
	}
	return staking.Settings{Share: money.Bps(share), Minimum: minimum, Cooldown: cooldownOf(e)}
}

// cooldownOf reads a cooldown from an event; there was none before events told of it.
func cooldownOf(e journal.Event) time.Duration {
	n, err := strconv.ParseInt(e.Data["cooldown"], 10, 64)
	if err != nil || n < 0 || n > int64(staking.CooldownMaximum/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}

// poolLived holds a pool's state and settings against what was decided about it.
func (a *audit) poolLived(p staking.Pool) {
	l, known := a.lives[string(p.ID)]
	if !known {
		return // nobody told of its opening, which is reported as that
	}
	delete(a.lives, string(p.ID))
	state := staking.Active
	switch {
	case l.closed > 0:
		state = staking.Closed
	case l.paused > 0:
		state = staking.Paused
	}
	if p.State != state || l.closed > 1 || (l.paused != 0 && l.paused != 1) {
		a.journal.Report("row_differs_from_event", string(p.ID), "it is %s, and events make it %s", p.State, state)
	}
	if suspended := l.suspended == 1; (l.suspended != 0 && !suspended) || (p.State != staking.Closed && suspended != (p.Suspended != "")) {
		a.journal.Report("row_differs_from_event", string(p.ID), "that it is suspended is %t, and events make it %t", p.Suspended != "", suspended)
	}
	binds, next := l.latest.said, []staking.Settings{{}}
	switch {
	case p.State == staking.Closed: // whatever was announced last may have come too late
		binds = slices.Concat(l.before.said, l.latest.said)
	case p.Epoch <= l.latest.epoch:
		binds, next = l.before.said, l.latest.said
		if slices.Contains(next, p.Settings) { // taken back
			next = slices.Concat(next, []staking.Settings{{}})
		}
	}
	if p.Epoch < l.latest.epoch {
		a.journal.Report("row_differs_from_event", string(p.ID), "it stands in epoch %d, and something was announced in %d", p.Epoch, l.latest.epoch)
	}
	if !slices.Contains(binds, p.Settings) || !slices.Contains(next, p.Next) {
		a.journal.Report("row_differs_from_event", string(p.ID), "its settings are %v, then %v, and were announced as %v, then %v", p.Settings, p.Next, binds, next)
	}
}

// unlived reports pools and positions of which events tell and that are not there.
func (a *audit) unlived() {
	for id := range a.lives {
		a.journal.Report("row_missing", id, "events tell of decisions about it")
	}
	for id := range a.stakes {
		a.journal.Report("row_missing", id, "events tell of stakes in it")
	}
}

// remainder holds what a pool returned against the entry and the event of its end.
func (a *audit) remainder(p staking.Pool) {
	if p.Returned == 0 {
		return
	}
	a.testify(journal.RemainderPaid, string(p.ID), testimony{string(p.Owner), 0, facts{"amount": p.Returned.String()}})
	reference := remainderReference(p.ID)
	e := a.entries[reference]
	delete(a.entries, reference)
	a.within(e, ledger.Rewards(p.ID), ledger.Available(p.Owner), ledger.Owed(p.Owner), ledger.Fees())
	var returned money.Amount
	for _, posting := range e.Postings {
		if posting.Source == ledger.Rewards(p.ID) {
			returned = a.sum(returned, posting.Amount)
		}
	}
	a.same("pool "+string(p.ID), "remainder", p.Returned, returned)
}

// ticketOpened holds a ticket against the events of its beginning and of its end.
func (a *audit) ticketOpened(t staking.Ticket) {
	id, account := string(t.ID), string(t.Account)
	a.testify(journal.CoolingBegan, id, testimony{account, t.LeftAt.UnixMicro(), cools(t)})
	over := testimony{account, t.EndedAt.UnixMicro(), facts{"pool": string(t.Pool), "amount": t.Amount.String()}}
	switch t.State {
	case staking.Withdrawn:
		a.testify(journal.TicketWithdrawn, id, over)
	case staking.Canceled:
		a.testify(journal.TicketCanceled, id, over)
	case staking.Cooling:
	}
}

// stakes is what events say that one position took in, by cooldown, and gave out: sums, so that their order does
// not matter.
type stakes struct {
	in           []staking.Term
	out, claimed money.Amount
}

// stakedBy takes an event, if it tells of a stake.
func (a *audit) stakedBy(e journal.Event) {
	position, amount := e.Subject, e.Data["principal"]
	switch e.Kind {
	case journal.Staked, journal.Left, journal.RewardClaimed, journal.Compounded:
	case journal.TicketCanceled:
		position, amount = e.Data["position"], e.Data["amount"]
	default:
		return
	}
	s, known := a.stakes[position]
	if !known {
		s = &stakes{}
		a.stakes[position] = s
	}
	principal, _ := money.Parse(amount) // what is no amount is told otherwise by its entry
	rewards, _ := money.Parse(e.Data["rewards"])
	s.claimed = a.sum(s.claimed, rewards)
	if e.Kind == journal.Left || e.Kind == journal.RewardClaimed {
		s.out = a.sum(s.out, principal)
		return
	}
	under := cooldownOf(e)
	for i := range s.in {
		if s.in[i].Cooldown == under {
			s.in[i].Amount = a.sum(s.in[i].Amount, principal)
			return
		}
	}
	s.in = append(s.in, staking.Term{Cooldown: under, Amount: principal})
}

// positionHolds holds what a position has, under which cooldowns, and what it was paid against all that it did.
func (a *audit) positionHolds(p staking.Position) {
	s, known := a.stakes[string(p.ID)]
	if !known {
		return // nobody told of a stake, which is reported as that
	}
	delete(a.stakes, string(p.ID))
	where := "position " + string(p.ID)
	var in money.Amount
	under := map[time.Duration]money.Amount{}
	for _, term := range s.in {
		in = a.sum(in, term.Amount)
		under[term.Cooldown] = term.Amount
	}
	a.same(where, "stake", p.Staked(), a.minus(in, s.out))
	a.same(where, "sum of claims", p.Claimed, s.claimed)
	for _, term := range p.Terms {
		if term.Amount > under[term.Cooldown] {
			a.journal.Report("row_wrong", where, "%s of it would wait for %s, and %s was staked so", term.Amount, term.Cooldown, under[term.Cooldown])
		}
	}
}
