package twist_test

import (
	"context"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// reads asks one question.
func (s *sides) reads() {
	by := s.callers[s.name()]
	questions := []func(twist.Caller){s.readsStakes, s.readsEarnings, s.readsStatistics, s.readsPayouts, s.readsPeople, s.readsBooks}
	questions[rapid.IntRange(0, len(questions)-1).Draw(s.rt, "question")](by)
}

func (s *sides) readsStakes(by twist.Caller) {
	id, after, limit := s.pool(), "", 0
	switch rapid.IntRange(0, 3).Draw(s.rt, "of stakes") {
	case 0:
		both(s, func(ctx context.Context, w *world) (staking.Pool, error) { return w.Staking.Pool(ctx, id) })
	case 1:
		after, limit = s.page(plain(recent(s.pools)))
		both(s, func(ctx context.Context, w *world) ([]staking.Pool, error) {
			return w.Staking.Pools(ctx, staking.PoolID(after), limit)
		})
	case 2:
		s.readsAround(by, id)
	default:
		after, limit = s.page(nil)
		both(s, func(ctx context.Context, w *world) ([]twist.Holding, error) {
			return w.Staking.Positions(ctx, by, staking.PositionID(after), limit)
		})
	}
}

// readsAround looks for pools, and at one of them.
func (s *sides) readsAround(by twist.Caller, id staking.PoolID) {
	sort := rapid.SampledFrom(staking.Sorts()).Draw(s.rt, "sort")
	query := rapid.SampledFrom([]string{"", "a", "ada", "nobody", "!"}).Draw(s.rt, "query")
	limit := rapid.IntRange(0, 5).Draw(s.rt, "limit")
	both(s, func(ctx context.Context, w *world) ([]ports.Listing, error) {
		return w.Staking.Search(ctx, staking.Search{Sort: sort}, query, staking.Place{}, limit)
	})
	both(s, func(ctx context.Context, w *world) (ports.Listing, error) { return w.Staking.Listing(ctx, id) })
	both(s, func(ctx context.Context, w *world) ([]staking.DayEnd, error) { return w.Staking.History(ctx, id) })
	both(s, func(ctx context.Context, w *world) ([]twist.Staker, error) {
		return w.Staking.Stakers(ctx, id, twist.StakerPlace{}, limit)
	})
	both(s, func(ctx context.Context, w *world) (twist.Happenings, error) {
		return w.Staking.Activity(ctx, id, twist.ActivityPlace{}, limit)
	})
	both(s, func(ctx context.Context, w *world) (twist.Portfolio, error) {
		return w.Staking.Portfolio(ctx, by, "", limit)
	})
	both(s, func(ctx context.Context, w *world) (int, error) { return w.Staking.ComputeFigures(ctx) })
}

func (s *sides) readsEarnings(by twist.Caller) {
	code, program, conversion := s.code(), s.program(), s.conversion()
	switch rapid.IntRange(0, 3).Draw(s.rt, "of earnings") {
	case 0:
		both(s, func(ctx context.Context, w *world) (string, error) { return w.Attribution.Preview(ctx, code) })
	case 1:
		both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
			return w.Attribution.Program(ctx, by, program)
		})
	case 2:
		both(s, func(ctx context.Context, w *world) (twist.Converted, error) {
			return w.Attribution.Conversion(ctx, by, conversion)
		})
	default:
		after, limit := s.page(nil)
		both(s, func(ctx context.Context, w *world) ([]attribution.Commission, error) {
			return w.Attribution.Commissions(ctx, by, attribution.CommissionID(after), limit)
		})
	}
}

func (s *sides) readsPayouts(by twist.Caller) {
	id := s.payout()
	if rapid.Bool().Draw(s.rt, "a payout") {
		both(s, func(ctx context.Context, w *world) (twist.PayoutDetail, error) { return w.Payouts.Payout(ctx, by, id) })
		return
	}
	after, limit := s.page(plain(recent(s.payouts)))
	both(s, func(ctx context.Context, w *world) ([]payouts.Payout, error) {
		return w.Payouts.List(ctx, by, payouts.ID(after), limit)
	})
}

func (s *sides) readsPeople(by twist.Caller) {
	username := s.username()
	switch rapid.IntRange(0, 5).Draw(s.rt, "of people") {
	case 4:
		after, limit := s.page(plain(recent(s.sessions)))
		both(s, func(ctx context.Context, w *world) ([]identity.Session, error) {
			return w.Identity.Sessions(ctx, by, identity.SessionID(after), limit)
		})
	case 5:
		token := s.drawn("token", recent(s.tokens))
		both(s, func(ctx context.Context, w *world) (twist.Caller, error) { return w.Identity.Verify(ctx, token) })
	case 0:
		both(s, func(ctx context.Context, w *world) (identity.Influencer, error) {
			return w.Identity.Influencer(ctx, username)
		})
	case 1:
		both(s, func(ctx context.Context, w *world) (identity.Account, error) { return w.Identity.Account(ctx, by) })
	case 2:
		by.Account = identity.AccountID(s.drawn("account", []string{"acct_nobody"}))
		both(s, func(ctx context.Context, w *world) (identity.Account, error) { return w.Identity.Account(ctx, by) })
	default:
		both(s, func(ctx context.Context, w *world) (identity.Challenge, error) {
			return w.Identity.Challenge(ctx, username)
		})
	}
}

func (s *sides) readsBooks(by twist.Caller) {
	switch rapid.IntRange(0, 2).Draw(s.rt, "of books") {
	case 0:
		both(s, func(ctx context.Context, w *world) (twist.Balances, error) { return w.Ledger.Balances(ctx, by) })
	case 1:
		both(s, func(ctx context.Context, w *world) (twist.Reconciliation, error) { return w.Ledger.Reconcile(ctx) })
	default:
		after, limit := s.page(nil)
		index := rapid.IntRange(-1, 2).Draw(s.rt, "index")
		both(s, func(ctx context.Context, w *world) ([]payouts.Deposit, error) {
			last := payouts.Deposit{Arrival: payouts.Arrival{Signature: payouts.Signature(after), Index: index}}
			return w.Ledger.Deposits(ctx, by, last, limit)
		})
	}
}

// finish holds the ends against each other: what every reader gives page by page, the recomputation with its
// chain, and every row.
func (s *sides) finish() {
	s.job("seal")
	for _, name := range everybody {
		s.ends(s.callers[name])
	}
	pageBy(s, 1, func(ctx context.Context, w *world, last staking.Pool) ([]staking.Pool, error) {
		return w.Staking.Pools(ctx, last.ID, 1)
	})
	for _, id := range s.conversions {
		by := s.callers["shop"]
		both(s, func(ctx context.Context, w *world) (twist.Converted, error) {
			return w.Attribution.Conversion(ctx, by, id)
		})
	}
	s.agrees()
	v, ok := both(s, func(ctx context.Context, w *world) (twist.Verification, error) {
		v, err := w.Ledger.Verify(ctx)
		maps.DeleteFunc(v.Places, func(_ string, stands money.Amount) bool { return stands == 0 })
		return v, err
	})
	require.True(s.t, ok)
	// The clock that is drawn goes back by days, and a pool that was rolled before is ahead of it then, as it should say.
	found := slices.DeleteFunc(v.Findings, func(f ledger.Finding) bool { return f.Code == "pool_ahead" })
	require.Empty(s.t, found)
	require.Positive(s.t, v.Head.Position)
	both(s, func(ctx context.Context, w *world) (everything, error) { return everythingOf(ctx, w.store) })
	s.around(func(w *world) { require.Empty(s.t, w.witness.wrong()) })
}

// ends asks all that one holder can see.
func (s *sides) ends(by twist.Caller) {
	both(s, func(ctx context.Context, w *world) (twist.Balances, error) { return w.Ledger.Balances(ctx, by) })
	pageBy(s, 2, func(ctx context.Context, w *world, last twist.Holding) ([]twist.Holding, error) {
		return w.Staking.Positions(ctx, by, last.Position.ID, 2)
	})
	pageBy(s, 2, func(ctx context.Context, w *world, last attribution.Commission) ([]attribution.Commission, error) {
		return w.Attribution.Commissions(ctx, by, last.ID, 2)
	})
	pageBy(s, 2, func(ctx context.Context, w *world, last payouts.Payout) ([]payouts.Payout, error) {
		return w.Payouts.List(ctx, by, last.ID, 2)
	})
	pageBy(s, 2, func(ctx context.Context, w *world, last payouts.Deposit) ([]payouts.Deposit, error) {
		return w.Ledger.Deposits(ctx, by, last, 2)
	})
}

// pageBy reads to the end, pages of the same size on both sides.
func pageBy[T any](s *sides, limit int, read func(ctx context.Context, w *world, last T) ([]T, error)) {
	var last T
	for {
		page, ok := both(s, func(ctx context.Context, w *world) ([]T, error) { return read(ctx, w, last) })
		require.True(s.t, ok)
		if len(page) < limit {
			return
		}
		last = page[len(page)-1]
	}
}

// everything is all rows that a View shows.
type everything struct {
	Records     []ledger.Record
	Lines       []ledger.Line
	Standings   []ledger.Standing
	Events      []journal.Event
	Seals       []journal.Seal
	Pools       []staking.Pool
	Positions   []staking.Position
	Activations []staking.Activation
	Tickets     []staking.Ticket
	Conversions []attribution.Conversion
	Refunds     []attribution.Refund
	Commissions []attribution.Commission
	Debts       []attribution.Debt
	Deposits    []payouts.Deposit
	Cursor      uint64
	Payouts     []payouts.Payout
	Attempts    []payouts.Attempt
}

func everythingOf(ctx context.Context, store ports.Store) (everything, error) {
	const all = 1_000_000
	return ports.Read(ctx, store, func(ctx context.Context, v ports.View) (e everything, err error) {
		for _, read := range []func() error{
			func() error { e.Records, err = v.Ledger.Entries(ctx, "", all); return err },
			func() error { e.Lines, err = v.Ledger.Lines(ctx, ledger.Line{}, all); return err },
			func() error { e.Standings, err = standings(ctx, v); return err },
			func() error { e.Events, err = v.Journal.Events(ctx, "", all); return err },
			func() error { e.Seals, err = v.Journal.Seals(ctx, 0, all); return err },
			func() error { e.Pools, err = v.Pools.List(ctx, "", all); return err },
			func() error { e.Positions, err = v.Positions.All(ctx, staking.Position{}, all); return err },
			func() error {
				e.Activations, err = v.Positions.AllActivations(ctx, staking.Activation{}, all)
				return err
			},
			func() error { e.Tickets, err = v.Tickets.All(ctx, staking.Ticket{}, all); return err },
			func() error { e.Conversions, err = v.Conversions.List(ctx, "", all); return err },
			func() error { e.Refunds, err = v.Conversions.AllRefunds(ctx, attribution.Refund{}, all); return err },
			func() error { e.Commissions, err = v.Commissions.All(ctx, attribution.Commission{}, all); return err },
			func() error { e.Debts, err = v.Debts.All(ctx, attribution.Debt{}, all); return err },
			func() error { e.Deposits, err = v.Deposits.List(ctx, payouts.Deposit{}, all); return err },
			func() error { e.Cursor, err = v.Deposits.Cursor(ctx); return err },
			func() error { e.Payouts, err = v.Payouts.List(ctx, "", all); return err },
			func() error { e.Attempts, err = v.Attempts.All(ctx, payouts.Attempt{}, all); return err },
		} {
			if err := read(); err != nil {
				return e, err
			}
		}
		return e, nil
	})
}

// standings are the rows of balances on which something stood. One that was only held may be there or not.
func standings(ctx context.Context, v ports.View) ([]ledger.Standing, error) {
	rows, err := v.Ledger.Standings(ctx, ledger.Key{}, 1_000_000)
	return slices.DeleteFunc(rows, func(r ledger.Standing) bool { return r.Version == 0 }), err
}
