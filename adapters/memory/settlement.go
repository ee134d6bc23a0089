package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/payouts"
)

type deposits struct{ *unit }

// Cursor is the slot to read arrivals from.
func (d deposits) Cursor(context.Context) (uint64, error) {
	s, err := d.read()
	if err != nil {
		return 0, err
	}
	c, _ := s.cursors.get(1)
	return c.Slot, nil
}

// PutCursor moves the slot, never back.
func (d deposits) PutCursor(_ context.Context, slot uint64) error {
	return d.write(func(s *state) error {
		if c, _ := s.cursors.get(1); slot > c.Slot {
			s.cursors.put(cursor{Slot: slot})
		}
		return nil
	})
}

// Find gives the deposit of an arrival.
func (d deposits) Find(_ context.Context, signature payouts.Signature, index int) (payouts.Deposit, bool, error) {
	s, err := d.read()
	if err != nil {
		return payouts.Deposit{}, false, err
	}
	found, ok := s.deposits.get(depositKey{string(signature), index})
	return found, ok, nil
}

// Booked reports which arrivals have deposits.
func (d deposits) Booked(ctx context.Context, arrivals []payouts.Arrival) ([]bool, error) {
	booked := make([]bool, len(arrivals))
	for i, a := range arrivals {
		var err error
		if _, booked[i], err = d.Find(ctx, a.Signature, a.Index); err != nil {
			return nil, err
		}
	}
	return booked, nil
}

// ListByAccount pages through an account's deposits.
func (d deposits) ListByAccount(_ context.Context, account payouts.AccountID, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	return s.deposits.list(depositKeyOf(after), limit, func(v payouts.Deposit) bool { return v.Account == account }), nil
}

// List pages through the deposits.
func (d deposits) List(_ context.Context, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	return s.deposits.list(depositKeyOf(after), limit, every), nil
}

// Add keeps a deposit.
func (d deposits) Add(_ context.Context, deposit payouts.Deposit) error {
	return d.write(func(s *state) error { return s.deposits.add(deposit, payouts.ErrDepositExists) })
}

type payoutBook struct{ *unit }

// Get gives a payout.
func (p payoutBook) Get(_ context.Context, id payouts.ID) (payouts.Payout, error) {
	s, err := p.read()
	if err != nil {
		return payouts.Payout{}, err
	}
	return orFault(s.payouts, id, payouts.ErrNotFound)
}

// Lock is Get: the unit of work holds everything.
func (p payoutBook) Lock(ctx context.Context, id payouts.ID) (payouts.Payout, error) {
	return p.Get(ctx, id)
}

// ListByAccount pages through an account's payouts.
func (p payoutBook) ListByAccount(_ context.Context, account payouts.AccountID, after payouts.ID, limit int) ([]payouts.Payout, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.payouts.list(after, limit, func(v payouts.Payout) bool { return v.Account == account }), nil
}

// ListByState gives the payouts in any of the states that wait for nobody, those changed first first.
func (p payoutBook) ListByState(_ context.Context, states []payouts.State, behind payouts.Payout, limit int) ([]payouts.Payout, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	order := func(a, b payouts.Payout) int {
		return cmp.Or(a.ChangedAt.Compare(b.ChangedAt), cmp.Compare(a.ID, b.ID))
	}
	found := s.payouts.where(func(v payouts.Payout) bool {
		return slices.Contains(states, v.State) && !v.Waits() && order(v, behind) > 0
	})
	slices.SortFunc(found, order)
	return first(found, limit), nil
}

// ListWaiting pages through the payouts that wait for a person.
func (p payoutBook) ListWaiting(_ context.Context, after payouts.ID, limit int) ([]payouts.Payout, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.payouts.list(after, limit, payouts.Payout.Waits), nil
}

// List pages through the payouts.
func (p payoutBook) List(_ context.Context, after payouts.ID, limit int) ([]payouts.Payout, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.payouts.list(after, limit, every), nil
}

// HasRequested reports a payout of the account to the destination after a moment.
func (p payoutBook) HasRequested(_ context.Context, account payouts.AccountID, to payouts.Address, after time.Time) (bool, error) {
	s, err := p.read()
	if err != nil {
		return false, err
	}
	return len(s.payouts.where(func(v payouts.Payout) bool {
		return v.Account == account && v.Destination == to && v.RequestedAt.After(after)
	})) > 0, nil
}

// Put keeps a payout.
func (p payoutBook) Put(_ context.Context, payout payouts.Payout) error {
	return p.write(func(s *state) error {
		if !payout.Sound() {
			return fault.ErrInternal.Saying("payout %s is not sound", payout.ID)
		}
		s.payouts.put(payout)
		return nil
	})
}

type attempts struct{ *unit }

// List gives a payout's attempts.
func (a attempts) List(_ context.Context, id payouts.ID) ([]payouts.Attempt, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.attempts.where(func(v payouts.Attempt) bool { return v.Payout == id }), nil
}

// All pages through the attempts.
func (a attempts) All(_ context.Context, after payouts.Attempt, limit int) ([]payouts.Attempt, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.attempts.list(attemptKey{string(after.Payout), after.N}, limit, every), nil
}

// Add keeps a new attempt: the only live one of its payout.
func (a attempts) Add(_ context.Context, attempt payouts.Attempt) error {
	return a.write(func(s *state) error {
		for _, other := range s.attempts.all() {
			live := other.Payout == attempt.Payout && other.State == payouts.Live
			if live || other.Signature == attempt.Signature {
				return payouts.ErrAttemptLive
			}
		}
		return s.attempts.add(attempt, payouts.ErrAttemptLive)
	})
}

// Put replaces an attempt.
func (a attempts) Put(_ context.Context, attempt payouts.Attempt) error {
	return a.write(func(s *state) error {
		if _, ok := s.attempts.get(attemptKey{string(attempt.Payout), attempt.N}); !ok {
			return payouts.ErrNotFound
		}
		s.attempts.put(attempt)
		return nil
	})
}
