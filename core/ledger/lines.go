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

// Change is what an entry does to one ledger account, over all its stripes.
type Change struct {
	Key   // the row that takes it: of a striped ledger account, the entry's home
	Delta money.Amount
	Draws bool // it takes from stripes that each keep a floor: from as many as it needs, the home first
}

// Changes nets the postings per ledger account, in the order of their keys: what Apply computes from, and
// what a store that applies entries by itself is told. Sums that do not fit are money.ErrOverflow.
func (e Entry) Changes() ([]Change, error) {
	var changes []Change
	add := func(a Address, asset Asset, amount money.Amount) error {
		i := slices.IndexFunc(changes, func(c Change) bool { return c.Address == a && c.Asset == asset })
		if i < 0 {
			changes, i = append(changes, Change{Key: Key{a, asset, e.home(a)}}), len(changes)
		}
		next, err := changes[i].Delta.Add(amount)
		changes[i].Delta = next
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
	for i, c := range changes {
		changes[i].Draws = c.Delta < 0 && c.Address.Striped() && c.Address.Floored()
	}
	slices.SortFunc(changes, func(a, b Change) int { return a.Key.Compare(b.Key) })
	return changes, nil
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

// Apply computes the lines that the entry leaves on the rows it touches, in the order of their keys. A floor
// that would break is ErrInsufficientFunds, a balance that would not fit is money.ErrOverflow. The
// function standing gives a row as it is, and the zero Standing where there is none.
func (e Entry) Apply(standing func(Key) Standing) ([]Line, error) {
	changes, err := e.Changes()
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, c := range changes {
		drawn, err := e.spread(c, standing)
		if err != nil {
			return nil, err
		}
		lines = append(lines, drawn...)
	}
	return lines, nil
}

// spread turns one change into lines: one, or for a draw as many as it takes.
func (e Entry) spread(c Change, standing func(Key) Standing) ([]Line, error) {
	if !c.Draws {
		line, err := e.line(c.Key, standing(c.Key), c.Delta)
		if err == nil && c.Address.Floored() && c.Delta < 0 && line.After < 0 {
			err = insufficient(c, line.Before)
		}
		return []Line{line}, err
	}

	var lines []Line
	left := c.Delta.Neg()
	var seen money.Amount
	for i := range uint8(Stripes) {
		key := Key{c.Address, c.Asset, (c.Stripe + i) % Stripes}
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
	return nil, insufficient(c, seen)
}

func (e Entry) line(key Key, row Standing, delta money.Amount) (Line, error) {
	after, err := row.Balance.Add(delta)
	return Line{
		Entry: e.ID, Key: key, Version: row.Version + 1, Delta: delta, Before: row.Balance, After: after,
	}, err
}

func insufficient(c Change, have money.Amount) error {
	return ErrInsufficientFunds.Saying("%s needs %s and has %s", c.Address, c.Delta.Neg(), have)
}
