package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

type programs struct{ *unit }

// Get gives a program.
func (p programs) Get(_ context.Context, id attribution.ProgramID) (attribution.Program, error) {
	s, err := p.read()
	if err != nil {
		return attribution.Program{}, err
	}
	return orFault(s.programs, id, attribution.ErrProgramNotFound)
}

// Lock is Get: the unit of work holds everything.
func (p programs) Lock(ctx context.Context, id attribution.ProgramID) (attribution.Program, error) {
	return p.Get(ctx, id)
}

// Put replaces a program's settings and its end.
func (p programs) Put(_ context.Context, program attribution.Program) error {
	return p.write(func(s *state) error {
		kept, ok := s.programs.get(program.ID)
		if !ok {
			return attribution.ErrProgramNotFound
		}
		kept.Rate, kept.Window, kept.Hold, kept.Refunds, kept.Bound = program.Rate, program.Window, program.Hold, program.Refunds, program.Bound
		kept.Flat, kept.Rates = program.Flat, program.Rates
		kept.Model, kept.ClosedAt = program.Model, program.ClosedAt
		s.programs.put(kept)
		return nil
	})
}

// All pages through the programs.
func (p programs) All(_ context.Context, after attribution.ProgramID, limit int) ([]attribution.Program, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.programs.list(after, limit, every), nil
}

// ListByMerchant pages through the programs of a merchant.
func (p programs) ListByMerchant(_ context.Context, merchant attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Program, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.programs.list(after, limit, func(p attribution.Program) bool { return p.Merchant == merchant }), nil
}

// Add opens a program.
func (p programs) Add(_ context.Context, program attribution.Program) error {
	return p.write(func(s *state) error { return s.programs.add(program, errIDTaken) })
}

type conversions struct{ *unit }

// Get gives a conversion.
func (c conversions) Get(_ context.Context, id attribution.ConversionID) (attribution.Conversion, error) {
	s, err := c.read()
	if err != nil {
		return attribution.Conversion{}, err
	}
	return orFault(s.conversions, id, attribution.ErrConversionNotFound)
}

// Lock is Get: the unit of work holds everything.
func (c conversions) Lock(ctx context.Context, id attribution.ConversionID) (attribution.Conversion, error) {
	return c.Get(ctx, id)
}

// List pages through the conversions.
func (c conversions) List(_ context.Context, after attribution.ConversionID, limit int) ([]attribution.Conversion, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.conversions.list(after, limit, every), nil
}

// ListByProgram pages through the conversions of a program.
func (c conversions) ListByProgram(_ context.Context, program attribution.ProgramID, after attribution.ConversionID, limit int) ([]attribution.Conversion, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.conversions.list(after, limit, func(c attribution.Conversion) bool { return c.Order.Program == program }), nil
}

// Add keeps a new conversion.
func (c conversions) Add(_ context.Context, conversion attribution.Conversion) error {
	return c.write(func(s *state) error {
		if err := s.orders.add(conversion, attribution.ErrOrderConflict); err != nil {
			return err
		}
		return s.conversions.add(conversion, errIDTaken)
	})
}

// Put replaces a conversion.
func (c conversions) Put(_ context.Context, conversion attribution.Conversion) error {
	return c.write(func(s *state) error {
		if _, ok := s.conversions.get(conversion.ID); !ok {
			return attribution.ErrConversionNotFound
		}
		s.conversions.put(conversion)
		s.orders.put(conversion)
		return nil
	})
}

// Refunds gives a conversion's refunds.
func (c conversions) Refunds(_ context.Context, id attribution.ConversionID, after string, limit int) ([]attribution.Refund, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.refunds.list(refundKey{string(id), after}, limit, func(r attribution.Refund) bool { return r.Conversion == id }), nil
}

// AllRefunds pages through the refunds.
func (c conversions) AllRefunds(_ context.Context, after attribution.Refund, limit int) ([]attribution.Refund, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.refunds.list(refundKey{string(after.Conversion), after.ID}, limit, every), nil
}

// AddRefund keeps a refund.
func (c conversions) AddRefund(_ context.Context, r attribution.Refund) error {
	return c.write(func(s *state) error { return s.refunds.add(r, attribution.ErrRefundConflict) })
}

type touches struct{ *unit }

// ListByConversion gives a conversion's touches.
func (t touches) ListByConversion(_ context.Context, id attribution.ConversionID) ([]attribution.Touch, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	return s.touches.where(func(v attribution.Touch) bool { return v.Conversion == id }), nil
}

// All pages through the touches.
func (t touches) All(_ context.Context, after attribution.Touch, limit int) ([]attribution.Touch, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	return s.touches.list(touchKeyOf(after), limit, every), nil
}

// Add keeps touches.
func (t touches) Add(_ context.Context, all ...attribution.Touch) error {
	return t.write(func(s *state) error {
		for _, touch := range all {
			if err := s.touches.add(touch, errIDTaken); err != nil {
				return err
			}
		}
		return nil
	})
}

type commissions struct{ *unit }

// Get gives a commission.
func (c commissions) Get(_ context.Context, id attribution.CommissionID) (attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return attribution.Commission{}, err
	}
	return orFault(s.commissions, id, attribution.ErrCommissionNotFound)
}

// ListByConversion gives a conversion's commissions.
func (c commissions) ListByConversion(_ context.Context, id attribution.ConversionID) ([]attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.commissions.where(func(v attribution.Commission) bool { return v.Conversion == id }), nil
}

// ListByHolder pages through a holder's commissions.
func (c commissions) ListByHolder(_ context.Context, holder attribution.AccountID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.commissions.list(after, limit, func(v attribution.Commission) bool { return v.Holder == holder }), nil
}

// Due gives pending commissions whose hold is over.
func (c commissions) Due(_ context.Context, now time.Time, behind attribution.Commission, limit int) ([]attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	order := func(a, b attribution.Commission) int {
		return cmp.Or(a.MatureAt.Compare(b.MatureAt), cmp.Compare(a.ID, b.ID))
	}
	due := s.commissions.where(func(v attribution.Commission) bool {
		return v.State == attribution.Pending && !now.Before(v.MatureAt) && order(v, behind) > 0
	})
	slices.SortFunc(due, order)
	return first(due, limit), nil
}

// ListByState pages through the commissions in a state.
func (c commissions) ListByState(_ context.Context, program attribution.ProgramID, state attribution.State, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	return s.commissions.list(after, limit, func(v attribution.Commission) bool {
		return v.State == state && (program == "" || v.Program == program)
	}), nil
}

// All pages through the commissions.
func (c commissions) All(_ context.Context, after attribution.Commission, limit int) ([]attribution.Commission, error) {
	s, err := c.read()
	if err != nil {
		return nil, err
	}
	order := func(a, b attribution.Commission) int {
		return cmp.Or(cmp.Compare(a.Conversion, b.Conversion), cmp.Compare(a.ID, b.ID))
	}
	found := s.commissions.where(func(v attribution.Commission) bool { return order(v, after) > 0 })
	slices.SortFunc(found, order)
	return first(found, limit), nil
}

// HasUnfunded reports whether a program has a commission that waits.
func (c commissions) HasUnfunded(_ context.Context, program attribution.ProgramID) (bool, error) {
	s, err := c.read()
	if err != nil {
		return false, err
	}
	return len(s.commissions.list("", 1, func(v attribution.Commission) bool {
		return v.Program == program && v.State == attribution.Unfunded
	})) > 0, nil
}

// CountEarned counts what a holder earned in a program since a moment.
func (c commissions) CountEarned(_ context.Context, program attribution.ProgramID, holder attribution.AccountID, since time.Time, most int) (int, error) {
	s, err := c.read()
	if err != nil {
		return 0, err
	}
	return len(s.commissions.list("", most, func(v attribution.Commission) bool {
		return v.Program == program && v.Holder == holder && !v.EarnedAt.Before(since) && v.State != attribution.Rejected && v.State != attribution.Reversed
	})), nil
}

// Put keeps a commission.
func (c commissions) Put(_ context.Context, commission attribution.Commission) error {
	return c.write(func(s *state) error { s.commissions.put(commission); return nil })
}

type debts struct{ *unit }

// Lock gives a holder's debts, oldest first; the unit of work holds everything.
func (d debts) Lock(_ context.Context, holder attribution.AccountID) ([]attribution.Debt, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	found := s.debts.where(func(v attribution.Debt) bool { return v.Holder == holder })
	slices.SortStableFunc(found, func(a, b attribution.Debt) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Program, b.Program))
	})
	return found, nil
}

// All pages through the debts.
func (d debts) All(_ context.Context, after attribution.Debt, limit int) ([]attribution.Debt, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	return s.debts.list(debtKey{string(after.Holder), string(after.Program)}, limit, every), nil
}

// ListByHolder pages through the debts of a holder.
func (d debts) ListByHolder(_ context.Context, holder attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Debt, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	return s.debts.list(debtKey{string(holder), string(after)}, limit, func(d attribution.Debt) bool { return d.Holder == holder }), nil
}

// Put keeps a debt, or removes one that is paid.
func (d debts) Put(_ context.Context, debt attribution.Debt) error {
	return d.write(func(s *state) error {
		if debt.Owed == 0 {
			s.debts.remove(debtKey{string(debt.Holder), string(debt.Program)})
			return nil
		}
		s.debts.put(debt)
		return nil
	})
}
