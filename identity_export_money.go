package twist

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// exportPrograms gives each program with its reservations, and its conversions and their refunds.
func exportPrograms(ctx context.Context, x *export) error {
	programs := func(ctx context.Context, v ports.View, after attribution.Program) ([]attribution.Program, error) {
		return v.Programs.ListByMerchant(ctx, attribution.AccountID(x.by.Account), after.ID, exportPage)
	}
	reservations := func(p attribution.Program) error {
		return paged(ctx, x, "reservation", func(ctx context.Context, v ports.View, after attribution.Reservation) ([]attribution.Reservation, error) {
			return v.Reservations.List(ctx, p.ID, after.Promo.Look(), exportPage)
		})
	}
	return paged(ctx, x, "program", programs, reservations, func(p attribution.Program) error {
		conversions := func(ctx context.Context, v ports.View, after attribution.Conversion) ([]attribution.Conversion, error) {
			return v.Conversions.ListByProgram(ctx, p.ID, after.ID, exportPage)
		}
		return paged(ctx, x, "conversion", conversions, func(c attribution.Conversion) error { return exportRefunds(ctx, x, c) })
	})
}

func exportRefunds(ctx context.Context, x *export, c attribution.Conversion) error {
	if c.Refunded == 0 {
		return nil
	}
	return paged(ctx, x, "refund", func(ctx context.Context, v ports.View, after attribution.Refund) ([]attribution.Refund, error) {
		return v.Conversions.Refunds(ctx, c.ID, after.ID, exportPage)
	})
}

func exportDeposits(ctx context.Context, x *export) error {
	return paged(ctx, x, "deposit", func(ctx context.Context, v ports.View, after payouts.Deposit) ([]payouts.Deposit, error) {
		return v.Deposits.ListByAccount(ctx, payouts.AccountID(x.by.Account), after, exportPage)
	})
}

// exportPayouts gives each payout with its attempts, which are few.
func exportPayouts(ctx context.Context, x *export) error {
	list := func(ctx context.Context, v ports.View, after payouts.Payout) ([]payouts.Payout, error) {
		found, err := v.Payouts.ListByAccount(ctx, payouts.AccountID(x.by.Account), after.ID, exportPage)
		for n := range found {
			found[n].DecidedBy = "" // as in an application
		}
		return found, err
	}
	return paged(ctx, x, "payout", list, func(p payouts.Payout) error {
		if p.Attempt == 0 {
			return nil
		}
		return listed(ctx, x, "attempt", func(ctx context.Context, v ports.View) ([]payouts.Attempt, error) {
			attempts, err := v.Attempts.List(ctx, p.ID)
			for n := range attempts {
				attempts[n].Raw = nil // whoever has signed bytes can send them
			}
			return attempts, err
		})
	})
}

// exportLedger gives what stands at the account's places in the ledger, and every entry that moved it.
func exportLedger(ctx context.Context, x *export) error {
	for _, at := range []ledger.Address{ledger.Available(x.by.Account), ledger.Owed(x.by.Account)} {
		balance, err := read(ctx, x, func(ctx context.Context, v ports.View) (Standing, error) {
			amount, err := v.Ledger.Balance(ctx, at, ledger.TWIST)
			return Standing{at, amount}, err
		})
		if err != nil {
			return err
		}
		if err := x.give(Exported{"balance", balance}); err != nil {
			return err
		}
		if err := exportEntries(ctx, x, at); err != nil {
			return err
		}
	}
	return nil
}

// history is a page of a place's history: its lines, and the entries that they are of.
type history struct {
	lines   []ledger.Line
	entries []ledger.Record
}

// exportEntries gives the entries that moved what stands at a place. One that moved both of an account's places
// is given at both.
func exportEntries(ctx context.Context, x *export, at ledger.Address) error {
	after := ledger.Line{Key: ledger.Key{Address: at}}
	for {
		page, err := read(ctx, x, func(ctx context.Context, v ports.View) (h history, err error) {
			if h.lines, err = v.Ledger.Lines(ctx, after, exportPage); err != nil {
				return h, err
			}
			// What comes behind is of another place.
			h.lines = slices.DeleteFunc(h.lines, func(l ledger.Line) bool { return l.Key.Address != at })
			ids := make([]ledger.EntryID, len(h.lines))
			for n, l := range h.lines {
				ids[n] = l.Entry
			}
			h.entries, err = v.Ledger.GetAll(ctx, ids)
			return h, err
		})
		if err != nil {
			return err
		}
		for _, r := range page.entries {
			if err := x.give(Exported{"entry", r.Entry}); err != nil {
				return err
			}
		}
		if len(page.lines) < exportPage {
			return nil
		}
		after = page.lines[len(page.lines)-1]
	}
}
