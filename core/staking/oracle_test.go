package staking_test

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// oracle is a second account of the rules, made to share nothing with the first: it keeps each stake as a
// lot with the epoch it was made in, visits every fan at every distribution, and computes in big.Rat. It has
// no index, no activation, nothing that is settled later. Its one agreement with the pool is that a
// distribution is shared in units of 2^-64 of a base unit per unit of weight, rounded down.
type oracle struct {
	settings staking.Settings
	next     *staking.Settings // announced, and binding from the epoch after
	state    staking.State
	closed   time.Time
	epoch    staking.Epoch
	fans     map[string]*holder
	tickets  []*ticket
	carry    *big.Rat
	funded   *big.Rat
	paid     *big.Rat
	returned *big.Rat
}

// ticket is what the oracle knows of one.
type ticket struct {
	fan    string
	amount money.Amount
	due    time.Time
	over   bool
}

// holder is what the oracle knows of one fan.
type holder struct {
	lots     []lot
	terms    map[time.Duration]money.Amount
	entitled *big.Rat // in base units, not yet claimed
	claimed  *big.Rat
}

type lot struct {
	amount money.Amount
	epoch  staking.Epoch
}

var unit = new(big.Int).Lsh(big.NewInt(1), 64) // 2^64

func newOracle(settings staking.Settings) *oracle {
	return &oracle{
		settings: settings, state: staking.Active, fans: map[string]*holder{},
		carry: new(big.Rat), funded: new(big.Rat), paid: new(big.Rat), returned: new(big.Rat),
	}
}

func (o *oracle) fan(name string) *holder {
	if o.fans[name] == nil {
		o.fans[name] = &holder{terms: map[time.Duration]money.Amount{}, entitled: new(big.Rat), claimed: new(big.Rat)}
	}
	return o.fans[name]
}

// staked is all lots; weight only those that earn in epoch now.
func (h *holder) staked() (sum money.Amount) {
	for _, l := range h.lots {
		sum += l.amount
	}
	return sum
}

func (h *holder) weight(now staking.Epoch) (sum money.Amount) {
	for _, l := range h.lots {
		if l.epoch < now {
			sum += l.amount
		}
	}
	return sum
}

// binding is what binds for whoever comes now.
func (o *oracle) binding(now staking.Epoch) staking.Settings {
	if now > o.epoch && o.next != nil {
		return *o.next
	}
	return o.settings
}

// reach goes into an epoch, unless it has been there.
func (o *oracle) reach(now staking.Epoch) {
	if now <= o.epoch {
		return
	}
	o.settings, o.next, o.epoch = o.binding(now), nil, now
}

func (o *oracle) at(now staking.Epoch) staking.Epoch { return max(o.epoch, now) }

func (o *oracle) stake(name string, amount money.Amount, now staking.Epoch) error {
	return o.put(name, amount, amount, now)
}

func (o *oracle) put(name string, amount, counts money.Amount, now staking.Epoch) error {
	h, binds := o.fan(name), o.binding(now)
	switch _, known := h.terms[binds.Cooldown]; {
	case o.state != staking.Active:
		return staking.ErrPoolNotActive
	case name == owner:
		return staking.ErrOwnPool
	case counts < binds.Minimum:
		return staking.ErrBelowMinimum
	case h.staked()+amount > staking.Maximum:
		return staking.ErrAboveMaximum
	case !known && len(h.terms) == 8:
		return staking.ErrTooManyTerms
	}
	o.reach(now)
	h.lots = append(h.lots, lot{amount, o.epoch})
	h.terms[binds.Cooldown] += amount
	return nil
}

func (o *oracle) leave(name string, amount money.Amount, when time.Time) (money.Amount, error) {
	now := staking.EpochOf(when, day)
	h, binds := o.fan(name), o.binding(now)
	rest := h.staked() - amount
	switch {
	case h.staked() == 0:
		return 0, staking.ErrPositionNotFound
	case amount <= 0:
		return 0, staking.ErrNotPositive
	case rest < 0:
		return 0, staking.ErrInsufficientStake
	case rest > 0 && rest < binds.Minimum:
		return 0, staking.ErrRemainder
	}
	o.reach(now)
	o.cool(name, amount, when)
	for amount > 0 { // the newest lots first: those that wait are the newest
		last := &h.lots[len(h.lots)-1]
		taken := min(amount, last.amount)
		last.amount -= taken
		amount -= taken
		if last.amount == 0 {
			h.lots = h.lots[:len(h.lots)-1]
		}
	}
	if rest > 0 {
		return 0, nil
	}
	rewards := o.pay(h)
	o.carry.Add(o.carry, h.entitled)
	h.entitled.SetInt64(0)
	return rewards, nil
}

// cool looks for the shortest cooldown again and again, and makes tickets by how long each part waits.
func (o *oracle) cool(name string, amount money.Amount, when time.Time) {
	h, waits := o.fan(name), map[time.Duration]money.Amount{}
	for amount > 0 {
		shortest := slices.Min(slices.Collect(maps.Keys(h.terms)))
		part := min(amount, h.terms[shortest])
		amount -= part
		if h.terms[shortest] -= part; h.terms[shortest] == 0 {
			delete(h.terms, shortest)
		}
		waits[min(shortest, o.settings.Cooldown)] += part
	}
	for _, wait := range slices.Sorted(maps.Keys(waits)) {
		if wait > 0 {
			o.tickets = append(o.tickets, &ticket{fan: name, amount: waits[wait], due: when.Add(wait)})
		}
	}
}

func (o *oracle) withdraw(n int, when time.Time) error {
	switch t := o.tickets[n-1]; {
	case t.over:
		return staking.ErrTicketOver
	case when.Before(t.due):
		return staking.ErrCooldownActive
	default:
		o.reach(staking.EpochOf(when, day))
		t.over = true
		return nil
	}
}

func (o *oracle) cancel(n int, now staking.Epoch) error {
	t := o.tickets[n-1]
	if t.over {
		return staking.ErrTicketOver
	}
	err := o.put(t.fan, t.amount, o.fan(t.fan).staked()+t.amount, now)
	t.over = err == nil
	return err
}

// set announces settings. Caps are checked by the caller's sum of all stakes.
func (o *oracle) set(to staking.Settings, now staking.Epoch) error {
	binds := o.binding(now)
	announced := binds
	if now <= o.epoch && o.next != nil {
		announced = *o.next
	}
	var staked money.Amount
	for _, h := range o.fans {
		staked += h.staked()
	}
	most := map[staking.Tier]money.Bps{staking.Bronze: 2_000, staking.Silver: 3_000, staking.Gold: 4_000, staking.Platinum: 5_000}
	switch {
	case o.state == staking.Closed:
		return staking.ErrPoolNotActive
	case to.Share != binds.Share && to.Share != announced.Share && to.Share > most[staking.TierOf(staked)]:
		return staking.ErrShareAboveTier
	}
	o.reach(now)
	o.next = &to
	return nil
}

// enter moves the pool to another state.
func (o *oracle) enter(to staking.State, when time.Time) error {
	from := map[staking.State][]staking.State{
		staking.Paused: {staking.Active}, staking.Active: {staking.Paused}, staking.Closed: {staking.Active, staking.Paused},
	}
	if !slices.Contains(from[to], o.state) {
		return staking.ErrPoolTransition
	}
	o.reach(staking.EpochOf(when, day))
	if o.state = to; to == staking.Closed {
		o.next, o.closed = nil, when
	}
	return nil
}

// finish gives the owner what is left when a closed pool is empty.
func (o *oracle) finish() {
	if o.state != staking.Closed || o.cooling() > 0 {
		return
	}
	for _, h := range o.fans {
		if h.staked() > 0 {
			return
		}
	}
	o.returned.Add(o.returned, o.carry)
	o.carry.SetInt64(0)
}

func (o *oracle) cooling() (sum money.Amount) {
	for _, t := range o.tickets {
		if !t.over {
			sum += t.amount
		}
	}
	return sum
}

func (o *oracle) claim(name string, now staking.Epoch) (money.Amount, error) {
	h := o.fan(name)
	switch {
	case h.staked() == 0:
		return 0, staking.ErrPositionNotFound
	case floor(h.entitled).Sign() == 0:
		return 0, staking.ErrNothingToClaim
	}
	o.reach(now)
	return o.pay(h), nil
}

// compound is a stake of what could be claimed, which is paid by it.
func (o *oracle) compound(name string, now staking.Epoch) (money.Amount, error) {
	h := o.fan(name)
	whole, stands := floor(h.entitled), h.staked()
	all := new(big.Int).Add(whole, big.NewInt(int64(stands)))
	switch {
	case stands == 0:
		return 0, staking.ErrPositionNotFound
	case whole.Cmp(big.NewInt(10_000_000)) < 0:
		return 0, staking.ErrCompoundFloor
	case !all.IsInt64():
		return 0, staking.ErrAboveMaximum
	}
	if err := o.put(name, money.Amount(whole.Int64()), money.Amount(all.Int64()), now); err != nil {
		return 0, err
	}
	return o.pay(h), nil
}

func (o *oracle) gift(amount money.Amount, now staking.Epoch) error {
	if amount > 0 && o.state != staking.Active {
		return staking.ErrPoolNotActive
	}
	return o.share(amount, now)
}

// distribute shares what was earned at a moment: nothing of what was earned since the end.
func (o *oracle) distribute(amount money.Amount, earned time.Time, now staking.Epoch) error {
	if amount > 0 && o.state == staking.Closed && !earned.Before(o.closed) {
		return staking.ErrPoolNotActive
	}
	return o.share(amount, now)
}

func (o *oracle) share(amount money.Amount, now staking.Epoch) error {
	now = o.at(now)
	weight := new(big.Int)
	for _, h := range o.fans {
		weight.Add(weight, big.NewInt(int64(h.weight(now))))
	}
	given := new(big.Rat).SetInt64(int64(amount))
	funded := new(big.Rat).Add(o.funded, given)
	switch {
	case amount <= 0:
		return staking.ErrNotPositive
	case weight.Sign() == 0:
		return staking.ErrNoWeight
	case funded.Cmp(new(big.Rat).SetInt64(int64(money.Max))) > 0:
		return money.ErrOverflow
	}
	o.reach(now)
	o.funded = funded
	o.carry.Add(o.carry, given)
	each := new(big.Rat).Mul(o.carry, new(big.Rat).SetFrac(unit, weight))
	each.SetFrac(floor(each), unit)
	for _, h := range o.fans {
		part := new(big.Rat).SetInt64(int64(h.weight(now)))
		part.Mul(part, each)
		h.entitled.Add(h.entitled, part)
		o.carry.Sub(o.carry, part)
	}
	return nil
}

func (o *oracle) pay(h *holder) money.Amount {
	whole := floor(h.entitled)
	paid := new(big.Rat).SetInt(whole)
	h.entitled.Sub(h.entitled, paid)
	h.claimed.Add(h.claimed, paid)
	o.paid.Add(o.paid, paid)
	return money.Amount(whole.Int64())
}

// conserved reports that what was given is exactly paid, returned, owed or carried.
func (o *oracle) conserved() bool {
	sum := new(big.Rat).Add(o.paid, o.carry)
	sum.Add(sum, o.returned)
	for _, h := range o.fans {
		sum.Add(sum, h.entitled)
	}
	return sum.Cmp(o.funded) == 0
}

func floor(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

// rational is u units of 2^-64.
func rational(u staking.U128) *big.Rat { return new(big.Rat).SetFrac(integer(u), unit) }

func integer(u staking.U128) *big.Int {
	n := new(big.Int).SetUint64(u.Hi)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(u.Lo))
}

// code is what a client would see of err, and "" for nil.
func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code()
}
