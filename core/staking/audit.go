package staking

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/twist-platform/twist/core/money"
)

// Auditor proves one pool against all its rows, in memory that does not grow with the positions: make it,
// Add every position once and AddTicket every ticket, then Finish. It computes in unbounded integers, not in the arithmetic it checks.
//
// It notices any single number of the pool, a position or an activation that is not what the operations
// would have stored, except what the influencer decided (State, Settings and Next, and with them the
// cooldowns of a position) and what nobody's money depends on: Epoch when nothing waits, and Index when
// nothing is active.
type Auditor struct {
	pool        Pool
	activations map[Epoch]*cohort
	found       []string

	active, waiting, cooling, claimed, stakers big.Int

	entitled big.Int // in units of 2^-64
}

// cohort is an activation and the weight that positions still hold in it.
type cohort struct {
	Activation
	held big.Int
}

// NewAuditor begins the audit of a pool with all its stored activations.
func NewAuditor(pool Pool, activations []Activation) *Auditor {
	a := &Auditor{pool: pool, activations: make(map[Epoch]*cohort, len(activations))}
	for name, n := range map[string]money.Amount{
		"active": pool.Active, "waiting": pool.Waiting, "funded": pool.Funded, "paid": pool.Paid,
		"cooling": pool.Cooling, "returned": pool.Returned,
	} {
		a.expect(n >= 0, "the pool's %s is %d", name, n)
	}
	for _, row := range activations {
		_, twice := a.activations[row.Epoch]
		a.expect(!twice, "the activation of epoch %d is stored twice", row.Epoch)
		a.expect(row.Pool == pool.ID, "the activation of epoch %d belongs to %s", row.Epoch, row.Pool)
		a.expect(row.Epoch < pool.Epoch, "the activation of epoch %d is not in the past of epoch %d", row.Epoch, pool.Epoch)
		a.expect(row.Index.Cmp(pool.Index) <= 0, "the index of the activation of epoch %d is above the pool's", row.Epoch)
		a.activations[row.Epoch] = &cohort{Activation: row}
	}
	return a
}

// Add takes one position of the pool into the sums.
func (a *Auditor) Add(p Position) {
	a.expect(p.Pool == a.pool.ID, "position %s belongs to %s", p.ID, p.Pool)
	a.expect(p.Active >= 0 && p.Waiting >= 0 && p.Claimed >= 0, "position %s has a negative amount", p.ID)
	a.expect(p.tidied() == p, "position %s keeps what has no meaning without weight", p.ID)
	if p.Active > 0 || p.Waiting > 0 {
		sum(&a.stakers, 1)
	} else {
		a.expect(p.Owed == U128{}, "position %s is owed but holds nothing", p.ID)
	}

	a.agreed(p)
	sum(&a.active, p.Active)
	sum(&a.claimed, p.Claimed)
	a.entitled.Add(&a.entitled, wide(p.Owed))
	if p.Active > 0 {
		a.expect(p.Index.Cmp(a.pool.Index) <= 0, "the index of position %s is above the pool's", p.ID)
		a.earn(p.Active, p.Index)
	}
	a.addWaiting(p)
}

// agreed checks that the terms of a position make what it holds.
func (a *Auditor) agreed(p Position) {
	var held, terms big.Int
	sum(&held, p.Active)
	sum(&held, p.Waiting)
	used := p.Terms.parts()
	for i, term := range used {
		sum(&terms, term.Amount)
		a.expect(term.Amount > 0, "position %s has terms on nothing", p.ID)
		a.expect(i == 0 || used[i-1].Cooldown < term.Cooldown, "the terms of position %s are out of order", p.ID)
	}
	var tidy Terms
	copy(tidy[:], used)
	a.expect(tidy == p.Terms, "position %s has terms behind its last", p.ID)
	a.expect(held.Cmp(&terms) == 0, "position %s holds %s, and its terms make %s", p.ID, &held, &terms)
}

// AddTicket takes one ticket of the pool into the sums.
func (a *Auditor) AddTicket(t Ticket) {
	a.expect(t.Pool == a.pool.ID, "ticket %s belongs to %s", t.ID, t.Pool)
	a.expect(t.Amount > 0, "ticket %s is over %d", t.ID, t.Amount)
	a.expect(slices.Contains(TicketStates(), t.State), "ticket %s is %q", t.ID, t.State)
	a.expect(t.EndedAt.IsZero() == (t.State == Cooling), "ticket %s is %s, and ended at %s", t.ID, t.State, t.EndedAt)
	if t.State == Cooling {
		sum(&a.cooling, t.Amount)
	}
}

// addWaiting counts what a position has not settled: waiting still, or active since an activation.
func (a *Auditor) addWaiting(p Position) {
	epoch, activated := p.Needs(a.pool.Epoch)
	if !activated {
		sum(&a.waiting, p.Waiting)
		a.expect(p.Waiting <= 0 || epoch == a.pool.Epoch, "position %s waits for epoch %d, after the pool's %d", p.ID, epoch, a.pool.Epoch)
		return
	}
	sum(&a.active, p.Waiting)
	c, ok := a.activations[epoch]
	if !ok {
		a.expect(false, "position %s needs an activation of epoch %d, which is not stored", p.ID, epoch)
		return
	}
	sum(&c.held, p.Waiting)
	a.earn(p.Waiting, c.Index)
}

// Finish returns what does not hold, a sentence each in alphabetical order; none means that the pool is
// exactly right. It ends the audit.
func (a *Auditor) Finish() []string {
	p := a.pool
	a.equal("active", &a.active, int64(p.Active))
	a.equal("waiting", &a.waiting, int64(p.Waiting))
	a.equal("cooling", &a.cooling, int64(p.Cooling))
	a.equal("paid", &a.claimed, int64(p.Paid))
	a.equal("stakers", &a.stakers, p.Stakers)
	for epoch, c := range a.activations {
		a.equal(fmt.Sprintf("activation %d", epoch), &c.held, int64(c.Weight))
		a.expect(c.Weight > 0, "the activation of epoch %d has no weight and is stored", epoch)
	}

	given := new(big.Int).Lsh(big.NewInt(int64(p.Funded)), 64)
	kept := new(big.Int).Add(big.NewInt(int64(p.Paid)), big.NewInt(int64(p.Returned)))
	kept.Lsh(kept, 64).Add(kept, &a.entitled).Add(kept, wide(p.Carry))
	a.expect(given.Cmp(kept) == 0, "funded is %s units of 2^-64, but paid, returned, owed and carried are %s", given, kept)
	a.expect(p.ClosedAt.IsZero() == (p.State != Closed), "the pool is %s, and was closed at %s", p.State, p.ClosedAt)
	a.expect(p.Suspended == "" || p.State != Closed, "the pool is closed, and suspended")
	over := p.State == Closed && p.Active == 0 && p.Waiting == 0 && p.Cooling == 0
	a.expect(p.Returned == 0 || over, "%s was returned, and the pool is not over", p.Returned)
	a.expect(p.Carry == U128{} || !over, "the pool is over and carries %s units of 2^-64", p.Carry)
	slices.Sort(a.found)
	return a.found
}

// earn adds what weight earned since an index and has not settled. An index above the pool's earns less
// than nothing here, so that it cannot hide in the sum.
func (a *Auditor) earn(weight money.Amount, since U128) {
	step := new(big.Int).Sub(wide(a.pool.Index), wide(since))
	a.entitled.Add(&a.entitled, step.Mul(step, big.NewInt(int64(weight))))
}

func (a *Auditor) equal(name string, rows *big.Int, stored int64) {
	a.expect(rows.Cmp(big.NewInt(stored)) == 0, "the stored %s is %d, its rows make %s", name, stored, rows)
}

func (a *Auditor) expect(holds bool, format string, args ...any) {
	if !holds {
		a.found = append(a.found, fmt.Sprintf(format, args...))
	}
}

func sum(to *big.Int, n money.Amount) { to.Add(to, big.NewInt(int64(n))) }

func wide(u U128) *big.Int {
	n := new(big.Int).SetUint64(u.Hi)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(u.Lo))
}
