package contract

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func erasureTests() map[string]storeTest {
	return map[string]storeTest{
		"hold_gives_accounts_in_the_order_asked":          seeded(accountsHeld),
		"hold_keeps_everybody_from_locking_an_account":    seeded(accountHoldRace),
		"an_account_is_erased_once_and_for_ever":          seeded(accountErased),
		"open_says_what_is_open":                          seeded(erasureOpen),
		"open_says_of_each_program_what_stands_there":     seeded(erasurePrograms),
		"forget_deletes_what_is_of_an_account":            seeded(erasureForgets),
		"forget_leaves_what_others_have":                  seeded(erasureSpares),
		"forget_deletes_nothing_of_who_was_not_erased":    seeded(erasureRefuses),
		"records_forget_from_where_who_was_erased_called": seeded(auditForgets),
	}
}

func accountsHeld(t *testing.T, s ports.Store) {
	hold := func(ids ...identity.AccountID) func(ctx context.Context, tx ports.Tx) ([]identity.Account, error) {
		return func(ctx context.Context, tx ports.Tx) ([]identity.Account, error) {
			return tx.Accounts.Hold(ctx, ids...)
		}
	}
	require.Equal(t, []identity.Account{account(2), account(0), account(2)}, inside(t, s, hold(account(2).ID, account(0).ID, account(2).ID)))
	refuse(t, s, identity.ErrAccountNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Accounts.Hold(ctx, account(0).ID, account(9).ID))
	})
}

// accountHoldRace has some hold an account and others lock it to take a role from it: whoever holds it sees it
// twice the same.
func accountHoldRace(t *testing.T, s ports.Store) {
	var torn atomic.Int32
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if n%2 == 0 {
			a, err := tx.Accounts.Lock(ctx, account(1).ID)
			if err != nil {
				return err
			}
			a.Roles = []identity.Role{identity.RoleMerchant}
			if n%4 == 0 {
				a.Roles = nil
			}
			return tx.Accounts.PutRoles(ctx, a)
		}
		before, err := tx.Accounts.Hold(ctx, account(1).ID)
		if err != nil {
			return err
		}
		after, err := tx.Accounts.Get(ctx, account(1).ID)
		if len(before[0].Roles) != len(after.Roles) {
			torn.Add(1)
		}
		return err
	}))
	require.Zero(t, torn.Load())
}

// erased gives account n as it is once it was erased.
func erased(n int) identity.Account { return account(n).Erase(later(n + 50)) }

func eraseAccount(n int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Erase(ctx, erased(n)) }
}

func accountErased(t *testing.T, s ports.Store) {
	granted := account(1)
	granted.Roles = []identity.Role{identity.RoleMerchant}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.PutRoles(ctx, granted) })
	put := erased(1)
	put.Wallet, put.OpenedAt = wallet(7), later(7)
	erase := func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Erase(ctx, put) }
	abandon(t, s, erase)
	look := func() identity.Account {
		return view(t, s, func(ctx context.Context, v ports.View) (identity.Account, error) {
			return v.Accounts.Get(ctx, account(1).ID)
		})
	}
	require.Equal(t, granted, look())
	write(t, s, erase)
	require.Equal(t, erased(1), look(), "nothing else of it changed")
	write(t, s, erase)
	again := erased(1)
	again.ErasedAt = later(99)
	refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Erase(ctx, again) })
	refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.PutRoles(ctx, granted) })
	require.Equal(t, erased(1), look())
	require.Equal(t, account(0), view(t, s, func(ctx context.Context, v ports.View) (identity.Account, error) {
		return v.Accounts.Get(ctx, account(0).ID)
	}))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Erase(ctx, erased(9)) }) // there is none
}

// requireObstacles holds what is open of an account at a moment.
func requireObstacles(t *testing.T, s ports.Store, n, now int, want ...identity.Obstacle) {
	t.Helper()
	require.ElementsMatch(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) ([]identity.Obstacle, error) {
		return tx.Erasures.Open(ctx, account(n).ID, later(now))
	}))
}

func erasureOpen(t *testing.T, s ports.Store) {
	const nothing = 1_000 // can be taken back so late
	requireObstacles(t, s, 0, nothing, identity.ObstaclePayouts)
	requireObstacles(t, s, 1, nothing)
	for _, state := range payouts.States() {
		p := payout(0)
		p.State = state
		if state == payouts.Rejected { // which only a large one is
			p = decidedPayout(9, state)
		}
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, p) })
		if state.Open() {
			requireObstacles(t, s, 0, nothing, identity.ObstaclePayouts)
		} else {
			requireObstacles(t, s, 0, nothing)
		}
	}
	ended := payout(0)
	ended.State = payouts.Settled
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, ended) })

	for active, waiting := range map[money.Amount]money.Amount{5: 0, 0: 5} {
		p := position(0)
		p.Active, p.Waiting = active, waiting
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Positions.Put(ctx, p) })
		requireObstacles(t, s, 0, nothing, identity.ObstacleStakes)
		requireObstacles(t, s, 2, nothing)
	}
	left := position(0)
	left.Active, left.Waiting = 0, 0
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Positions.Put(ctx, left) })
	requireObstacles(t, s, 0, nothing)
	cool(t, s, ticket(1), endedTicket(ticket(2), staking.Canceled))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		p := position(1)
		p.Active, p.Waiting = 0, 0
		return tx.Positions.Put(ctx, p)
	})
	requireObstacles(t, s, 1, nothing, identity.ObstacleStakes)
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Tickets.Put(ctx, endedTicket(ticket(1), staking.Withdrawn))
	})
	requireObstacles(t, s, 1, nothing)

	for _, state := range attribution.States() {
		c := commission(3, state) // final at 203
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Commissions.Put(ctx, c) })
		switch state {
		case attribution.Unfunded: // which the program owes as well
			requireObstacles(t, s, 0, nothing, identity.ObstacleCommissions, identity.ObstaclePrograms)
		case attribution.Pending, attribution.Held:
			requireObstacles(t, s, 0, nothing, identity.ObstacleCommissions)
		case attribution.Approved:
			requireObstacles(t, s, 0, 202, identity.ObstacleCommissions)
			requireObstacles(t, s, 0, 203)
		case attribution.Reversed, attribution.Rejected, attribution.Waived:
			requireObstacles(t, s, 0, 2)
		}
		requireObstacles(t, s, 1, 0)
	}
}

func erasurePrograms(t *testing.T, s ports.Store) {
	ended := payout(0)
	ended.State = payouts.Settled
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, ended) })
	id := program(0).ID
	n := 0
	record := func(kind ledger.Kind, from, to ledger.Address) {
		n++
		e := booked(n, kind, ledger.Move(from, to, 5))
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) })
	}
	record(ledger.KindDeposit, ledger.World(), ledger.Available(account(2).ID))
	requireObstacles(t, s, 0, 0)
	record(ledger.KindFund, ledger.Available(account(2).ID), ledger.Budget(id))
	requireObstacles(t, s, 0, 0, identity.ObstaclePrograms)
	record(ledger.KindConversion, ledger.Budget(id), ledger.Pending(id))
	requireObstacles(t, s, 0, 0, identity.ObstaclePrograms)
	record(ledger.KindApproval, ledger.Pending(id), ledger.Fees())
	requireObstacles(t, s, 0, 0)
	record(ledger.KindClawback, ledger.Owed(account(2).ID), ledger.Receivable(id))
	requireObstacles(t, s, 0, 0, identity.ObstaclePrograms)
	requireObstacles(t, s, 2, 0)
}

// belongings are what account 0 told and was told; seed made it an influencer with a link, and a program.
func belongings(n int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		o, a, m, e := outcome(n), application(n, identity.ApplicationPending), mail(n, identity.MailWaiting), email(n)
		o.Account, a.Account, m.Account, e.Account = accountID(n), account(n).ID, account(n).ID, account(n).ID
		bound := binding(n)
		bound.Holder = attribution.AccountID(accountID(n))
		k := apiKey(n)
		k.Account = account(n).ID
		return first(
			func() error { return tx.Outcomes.Add(ctx, o) },
			func() error { return tx.APIKeys.Add(ctx, k) },
			func() error { return tx.Applications.Add(ctx, a) },
			func() error { return tx.Emails.Put(ctx, e) },
			func() error { return tx.Mails.Add(ctx, m) },
			func() error { return tx.Bindings.Bind(ctx, bound) },
			func() error {
				if n == 0 { // whose program is there
					return nil
				}
				p := program(n)
				p.Merchant = attribution.AccountID(accountID(n))
				return tx.Programs.Add(ctx, p)
			},
			func() error {
				r := reservation(1)
				r.Program = program(n).ID
				return tx.Reservations.Add(ctx, r)
			},
		)
	}
}

func forget(n int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Erasures.Forget(ctx, account(n).ID) }
}

// whatIsThere is what anybody can read of belongings.
func whatIsThere(t *testing.T, s ports.Store, n int) (all []any) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		o, err := find(tx.Outcomes.Lock(ctx, accountID(n), outcome(n).Operation, outcome(n).Key))
		all = append(all, o.ok)
		return err
	})
	require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		keys, err := v.APIKeys.ListByAccount(ctx, account(n).ID, "", 9)
		applications, err2 := v.Applications.ListByAccount(ctx, account(n).ID, "", 9)
		e, err3 := find(v.Emails.FindByAccount(ctx, account(n).ID))
		mails, err4 := v.Mails.ListByState(ctx, identity.MailWaiting, "", 9)
		i, err5 := find(v.Influencers.FindByAccount(ctx, account(n).ID))
		u, err6 := find(v.Influencers.FindByUsername(ctx, influencer(n).Username))
		_, bound, err7 := v.Bindings.Find(ctx, binding(n).Program, binding(n).Customer)
		reserved, err8 := v.Reservations.List(ctx, program(n).ID, "", 9)
		mine := 0
		for _, m := range mails {
			if m.Account == account(n).ID {
				mine++
			}
		}
		all = append(all, len(keys), len(applications), e.ok, mine, i.ok, u.ok, bound, len(reserved))
		for _, err := range []error{err, err2, err3, err4, err5, err6, err7, err8} {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// I-13: nothing is left of what is deleted, and names and addresses are free.
func erasureForgets(t *testing.T, s ports.Store) {
	write(t, s, belongings(0))
	require.Equal(t, []any{true, 1, 1, true, 1, true, true, true, 1}, whatIsThere(t, s, 0))
	gone := func(ctx context.Context, tx ports.Tx) error {
		return first(func() error { return eraseAccount(0)(ctx, tx) }, func() error { return forget(0)(ctx, tx) })
	}
	abandon(t, s, gone)
	require.Equal(t, []any{true, 1, 1, true, 1, true, true, true, 1}, whatIsThere(t, s, 0))
	write(t, s, gone)
	require.Equal(t, []any{false, 0, 0, false, 0, false, false, false, 0}, whatIsThere(t, s, 0))
	refuse(t, s, identity.ErrInfluencerNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Influencers.Lock(ctx, account(0).ID))
	})
	nameless := program(0)
	nameless.Name = ""
	require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		p, err := v.Programs.Get(ctx, program(0).ID)
		require.Equal(t, nameless, p)
		require.NoError(t, err)
		l, err := find(v.Links.FindByCode(ctx, link(0).Code))
		require.Equal(t, absent[attribution.Link](), l)
		return err
	}))
	taken, mine := influencer(2), email(2)
	taken.Username, mine.Verified = influencer(0).Username, email(0).Verified
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Influencers.Add(ctx, taken) },
			func() error { return tx.Emails.Put(ctx, mine) },
			func() error { return got(tx.Pools.Lock(ctx, pool(0).ID)) },
		)
	})
	write(t, s, forget(0)) // nothing is left
	write(t, s, forget(9))
}

func erasureSpares(t *testing.T, s ports.Store) {
	write(t, s, belongings(0))
	write(t, s, belongings(1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Accounts.Erase(ctx, erased(1)) },
			func() error { return forget(1)(ctx, tx) },
		)
	})
	require.Equal(t, []any{true, 1, 1, true, 1, true, true, true, 1}, whatIsThere(t, s, 0))
	require.Equal(t, []any{false, 0, 0, false, 0, false, false, false, 0}, whatIsThere(t, s, 1))
	require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		p, err := v.Programs.Get(ctx, program(0).ID)
		require.Equal(t, program(0), p)
		require.NoError(t, err)
		l, err := find(v.Links.FindByCode(ctx, link(0).Code))
		require.Equal(t, present(link(0)), l)
		return err
	}))
}

func erasureRefuses(t *testing.T, s ports.Store) {
	write(t, s, belongings(0))
	refuse(t, s, fault.Internal, forget(0))
	require.Equal(t, []any{true, 1, 1, true, 1, true, true, true, 1}, whatIsThere(t, s, 0))
	write(t, s, forget(2)) // of whom there is nothing
}

// I-13: a record says what was done and no more from where.
func auditForgets(t *testing.T, s ports.Store) {
	remember(t, s, deed(0), deed(1), deed(3))
	forgets := func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Forget(ctx, account(0).ID) }
	refuse(t, s, fault.Internal, forgets)
	write(t, s, eraseAccount(0))
	abandon(t, s, forgets)
	require.Equal(t, []identity.AuditRecord{deed(3), deed(1), deed(0)}, remembered(t, s, "", "", 9))
	write(t, s, forgets)
	write(t, s, forgets)
	require.Equal(t, []identity.AuditRecord{deed(3).Forgotten(), deed(1), deed(0).Forgotten()}, remembered(t, s, "", "", 9))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Forget(ctx, account(2).ID) }) // who did nothing
}
