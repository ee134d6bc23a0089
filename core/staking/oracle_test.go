package staking_test

import (
	"math/big"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// oracle is a second account of the rules, made to share nothing with the first: it keeps each stake as a
// lot with the epoch it was made in, visits every fan at every distribution, and computes in big.Rat. It has
// no index, no activation, nothing that is settled later. Its one agreement with the pool is that a
// distribution is shared in units of 2^-64 of a base unit per unit of weight, rounded down.
type oracle struct {
	minimum money.Amount
	state   staking.State
	epoch   staking.Epoch
	fans    map[string]*holder
	carry   *big.Rat
	funded  *big.Rat
	paid    *big.Rat
}

// holder is what the oracle knows of one fan.
type holder struct {
	lots     []lot
	entitled *big.Rat // in base units, not yet claimed
	claimed  *big.Rat
}

type lot struct {
	amount money.Amount
	epoch  staking.Epoch
}

var unit = new(big.Int).Lsh(big.NewInt(1), 64) // 2^64

func newOracle(minimum money.Amount) *oracle {
	return &oracle{
		minimum: minimum, state: staking.Active, fans: map[string]*holder{},
		carry: new(big.Rat), funded: new(big.Rat), paid: new(big.Rat),
	}
}

func (o *oracle) fan(name string) *holder {
	if o.fans[name] == nil {
		o.fans[name] = &holder{entitled: new(big.Rat), claimed: new(big.Rat)}
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

func (o *oracle) at(now staking.Epoch) staking.Epoch { return max(o.epoch, now) }

func (o *oracle) stake(name string, amount money.Amount, now staking.Epoch) error {
	h := o.fan(name)
	switch {
	case o.state != staking.Active:
		return staking.ErrPoolNotActive
	case name == owner:
		return staking.ErrOwnPool
	case amount < o.minimum:
		return staking.ErrBelowMinimum
	case h.staked()+amount > staking.Maximum:
		return staking.ErrAboveMaximum
	}
	o.epoch = o.at(now)
	h.lots = append(h.lots, lot{amount, o.epoch})
	return nil
}

func (o *oracle) leave(name string, amount money.Amount, now staking.Epoch) (money.Amount, error) {
	h := o.fan(name)
	rest := h.staked() - amount
	switch {
	case h.staked() == 0:
		return 0, staking.ErrPositionNotFound
	case amount <= 0:
		return 0, staking.ErrNotPositive
	case rest < 0:
		return 0, staking.ErrInsufficientStake
	case rest > 0 && rest < o.minimum:
		return 0, staking.ErrRemainder
	}
	o.epoch = o.at(now)
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

func (o *oracle) claim(name string, now staking.Epoch) (money.Amount, error) {
	h := o.fan(name)
	switch {
	case h.staked() == 0:
		return 0, staking.ErrPositionNotFound
	case floor(h.entitled).Sign() == 0:
		return 0, staking.ErrNothingToClaim
	}
	o.epoch = o.at(now)
	return o.pay(h), nil
}

func (o *oracle) distribute(amount money.Amount, now staking.Epoch) error {
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
	case o.state == staking.Closed:
		return staking.ErrPoolNotActive
	case weight.Sign() == 0:
		return staking.ErrNoWeight
	case funded.Cmp(new(big.Rat).SetInt64(int64(money.Max))) > 0:
		return money.ErrOverflow
	}
	o.epoch, o.funded = now, funded
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

// conserved reports that what was given is exactly paid, owed or carried.
func (o *oracle) conserved() bool {
	sum := new(big.Rat).Add(o.paid, o.carry)
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
