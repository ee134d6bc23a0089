package ledger

import (
	"cmp"
	"slices"

	"github.com/twist-platform/twist/core/money"
)

// Key names one row of balances: a ledger account in one asset, or one stripe of it.
type Key struct {
	Address Address
	Asset   Asset
	Stripe  uint8 // 0 where the ledger account is not striped
}

// Compare orders keys by address, asset and stripe: the one order in which every writer takes locks.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Address.text, other.Address.text),
		cmp.Compare(k.Asset, other.Asset),
		cmp.Compare(k.Stripe, other.Stripe),
	)
}

// Standing is what a row of balances says: how much stands there, after how many lines.
type Standing struct {
	Key
	Version int64
	Balance money.Amount
}

// Line is the trace an entry leaves on one row. Before and After make the history of a row check
// itself: a line's Before is the last one's After, and its version is one more.
type Line struct {
	Entry EntryID
	Key
	Version int64
	Delta   money.Amount // may be zero when an entry takes in as much as it gives out
	Before  money.Amount
	After   money.Amount
}

// total is what an entry does to one ledger account, over all its stripes.
type total struct {
	address Address
	asset   Asset
	delta   money.Amount
}

// totals nets the postings per ledger account, in the order of Key.
func (e Entry) totals() ([]total, error) {
	var sums []total
	add := func(a Address, asset Asset, amount money.Amount) error {
		i := slices.IndexFunc(sums, func(t total) bool { return t.address == a && t.asset == asset })
		if i < 0 {
			sums, i = append(sums, total{address: a, asset: asset}), len(sums)
		}
		next, err := sums[i].delta.Add(amount)
		sums[i].delta = next
		return err
	}
	for _, p := range e.Postings {
		if err := add(p.Source, p.Asset, p.Amount.Neg()); err != nil {
			return nil, err
		}
		if err := add(p.Destination, p.Asset, p.Amount); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(sums, func(a, b total) int {
		return cmp.Or(cmp.Compare(a.address.text, b.address.text), cmp.Compare(a.asset, b.asset))
	})
	return sums, nil
}

// home is the stripe that takes what the entry gives to a striped ledger account. It follows from the
// entry's id, so that entries spread evenly and the same entry always goes to the same row.
func (e Entry) home(a Address) uint8 {
	if !a.Striped() {
		return 0
	}
	var h uint32 = 2166136261 // FNV-1a, 32 bits
	for _, c := range []byte(e.ID) {
		h = (h ^ uint32(c)) * 16777619
	}
	return uint8(h % Stripes)
}

// draws reports that the entry takes from a striped ledger account that has a floor: each stripe keeps
// the floor, so the amount may have to come from several.
func (t total) draws() bool { return t.delta < 0 && t.address.Striped() && t.address.Floored() }

// Keys lists the rows that Apply needs, sorted: the rows an adapter locks.
func (e Entry) Keys() ([]Key, error) {
	sums, err := e.totals()
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, t := range sums {
		if !t.draws() {
			keys = append(keys, Key{t.address, t.asset, e.home(t.address)})
			continue
		}
		for s := range uint8(Stripes) {
			keys = append(keys, Key{t.address, t.asset, s})
		}
	}
	return keys, nil
}

// Apply computes the lines that the entry leaves on the rows it touches, in the order of Keys. A floor
// that would break is ErrInsufficientFunds, a balance that would not fit is money.ErrOverflow. The
// function standing gives a row as it is, and the zero Standing where there is none.
func (e Entry) Apply(standing func(Key) Standing) ([]Line, error) {
	sums, err := e.totals()
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, t := range sums {
		drawn, err := e.spread(t, standing)
		if err != nil {
			return nil, err
		}
		lines = append(lines, drawn...)
	}
	return lines, nil
}

// spread turns one total into lines: one, or for a draw as many as it takes, the home stripe first.
func (e Entry) spread(t total, standing func(Key) Standing) ([]Line, error) {
	home := e.home(t.address)
	if !t.draws() {
		key := Key{t.address, t.asset, home}
		line, err := e.line(key, standing(key), t.delta)
		if err == nil && t.address.Floored() && t.delta < 0 && line.After < 0 {
			err = insufficient(t, line.Before)
		}
		return []Line{line}, err
	}

	var lines []Line
	left := t.delta.Neg()
	var seen money.Amount
	for i := range uint8(Stripes) {
		key := Key{t.address, t.asset, (home + i) % Stripes}
		row := standing(key)
		part := min(left, max(row.Balance, 0))
		if part == 0 {
			continue
		}
		line, err := e.line(key, row, part.Neg())
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		seen, _ = seen.Add(part) // at most the amount drawn
		left, _ = left.Sub(part) // never below zero
		if left == 0 {
			slices.SortFunc(lines, func(a, b Line) int { return a.Key.Compare(b.Key) })
			return lines, nil
		}
	}
	return nil, insufficient(t, seen)
}

func (e Entry) line(key Key, row Standing, delta money.Amount) (Line, error) {
	after, err := row.Balance.Add(delta)
	return Line{
		Entry: e.ID, Key: key, Version: row.Version + 1, Delta: delta, Before: row.Balance, After: after,
	}, err
}

func insufficient(t total, have money.Amount) error {
	return ErrInsufficientFunds.Saying("%s needs %s and has %s", t.address, t.delta.Neg(), have)
}
