package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// EachConversion gives the conversions of a program of the caller's, one after the other in the order of their ids, those
// after the one named. It is complete once it returns nil; an error of give ends it, and it goes on from the last that was
// given. However many there are, no more than a page is held at once, in
// the store and here: each page is a snapshot of its own, so that a slow reader keeps none open. Somebody else's program
// is attribution.ErrProgramNotFound.
func (a *Attribution) EachConversion(ctx context.Context, by Caller, id attribution.ProgramID, after attribution.ConversionID, give func(attribution.Conversion) error) error {
	return allRows(ctx, a.c.Store, after, give, func(c attribution.Conversion) attribution.ConversionID { return c.ID },
		func(ctx context.Context, v ports.View, after attribution.ConversionID) ([]attribution.Conversion, error) {
			if _, err := ownProgram(ctx, v.Programs, by, id); err != nil {
				return nil, err
			}
			return v.Conversions.ListByProgram(ctx, id, after, exportPage)
		})
}

// EachCommissionOf is EachConversion for the commissions of a program of the caller's.
func (a *Attribution) EachCommissionOf(ctx context.Context, by Caller, id attribution.ProgramID, after attribution.CommissionID, give func(attribution.Commission) error) error {
	return allRows(ctx, a.c.Store, after, give, commissionID, func(ctx context.Context, v ports.View, after attribution.CommissionID) ([]attribution.Commission, error) {
		if _, err := ownProgram(ctx, v.Programs, by, id); err != nil {
			return nil, err
		}
		return v.Orders.Commissions(ctx, id, after, exportPage)
	})
}

// EachCommission is EachConversion for what the caller earned.
func (a *Attribution) EachCommission(ctx context.Context, by Caller, after attribution.CommissionID, give func(attribution.Commission) error) error {
	return allRows(ctx, a.c.Store, after, give, commissionID, func(ctx context.Context, v ports.View, after attribution.CommissionID) ([]attribution.Commission, error) {
		return v.Commissions.ListByHolder(ctx, attribution.AccountID(by.Account), after, exportPage)
	})
}

func commissionID(c attribution.Commission) attribution.CommissionID { return c.ID }

// allRows gives all rows of pages after one, each of which is read in a snapshot of its own.
func allRows[Row any, ID ~string](ctx context.Context, s ports.Store, after ID, give func(Row) error, id func(Row) ID, page func(ctx context.Context, v ports.View, after ID) ([]Row, error)) error {
	for {
		rows, err := ports.Read(ctx, s, func(ctx context.Context, v ports.View) ([]Row, error) { return page(ctx, v, after) })
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := give(row); err != nil {
				return err
			}
		}
		if len(rows) < exportPage {
			return nil
		}
		after = id(rows[len(rows)-1])
	}
}
