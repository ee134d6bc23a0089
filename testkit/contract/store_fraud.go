package contract

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func fraudTests() map[string]storeTest {
	return map[string]storeTest{
		"note_remembers_a_stake_of_its_account_and_pool":     seeded(conductNote),
		"note_gives_what_is_remembered_and_no_more":          seeded(conductKept),
		"note_knows_who_else_had_a_wallet":                   seeded(conductShared),
		"note_knows_what_the_pool_took_in":                   seeded(conductDays),
		"note_remembers_a_stake_where_it_came_from":          seeded(conductPlace),
		"noters_from_one_address_are_one_after_another":      seeded(conductPlaceRace),
		"noters_of_one_account_are_one_after_another":        seeded(conductRace),
		"lock_holds_a_conduct_of_which_nothing_is_kept":      seeded(conductLock),
		"put_replaces_the_block_and_what_was_found_good":     seeded(conductPut),
		"forget_deletes_the_conduct_of_who_was_erased":       seeded(conductForgotten),
		"get_and_lock_give_an_alert_or_err_alert_not_found":  seeded(alertGet),
		"add_opens_an_alert_and_one_about_a_subject_is_open": seeded(alertAdd),
		"put_replaces_what_was_found_and_what_became_of_it":  seeded(alertPut),
		"open_alerts_are_counted_by_kind":                    seeded(alertCount),
		"known_tells_of_open_and_of_dismissed_ones":          seeded(alertKnown),
		"alerts_are_listed_by_status_and_by_account":         seeded(alertPages),
	}
}

// judged is stake n of account a in pool 0, made when the contract's moment was n seconds ago.
func judged(a, n int) fraud.Stake {
	return fraud.Stake{Account: fraud.AccountID(accountID(a)), Pool: fraud.PoolID(pool(0).ID), Amount: money.Amount(n + 60), At: later(n)}
}

// alert is an open one about account n.
func alert(n int) fraud.Alert {
	about := fraud.AccountID(accountID(n % 3))
	return fraud.Alert{
		ID: numbered[fraud.AlertID]("alrt", n), Kind: fraud.KindStakes, Subject: string(about), Account: about, Severity: fraud.High, Score: n,
		Rules: []fraud.Name{fraud.EqualAmounts}, Count: int64(n + 1), Clicks: int64(n + 5), Excess: int64(n), Status: fraud.Open, OpenedAt: later(n), LastAt: later(n + 1),
	}
}

// resolvedAlert is one that account 1 resolved, or account 2 if it is about account 1.
func resolvedAlert(n int, as fraud.Status) fraud.Alert {
	a := alert(n)
	by := 1
	if n%3 == 1 {
		by = 2
	}
	a.Status, a.ResolvedBy, a.ResolvedAt = as, fraud.AccountID(accountID(by)), later(n+9)
	return a
}

func note(t *testing.T, s ports.Store, stake fraud.Stake) fraud.History {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (fraud.History, error) {
		if _, err := tx.Pools.Lock(ctx, staking.PoolID(stake.Pool)); err != nil {
			return fraud.History{}, err
		}
		return tx.Conducts.Note(ctx, stake)
	})
}

func mark(of fraud.Stake) fraud.Mark   { return fraud.Mark{At: of.At, Amount: of.Amount} }
func visit(of fraud.Stake) fraud.Visit { return fraud.Visit{Account: of.Account, At: of.At} }

func conductNote(t *testing.T, s ports.Store) {
	elsewhere := judged(1, 4)
	elsewhere.Pool = fraud.PoolID(pool(1).ID)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Pools.Add(ctx, pool(1)) })
	one, two, again := judged(1, 1), judged(2, 2), judged(1, 3)
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return got(tx.Conducts.Note(ctx, one)) })
	history := func(of fraud.Stake, marks []fraud.Stake, visits ...fraud.Stake) fraud.History {
		h := fraud.History{Conduct: fraud.Conduct{Account: of.Account}, Crowd: fraud.Crowd{Pool: of.Pool}, Opened: pool(0).OpenedAt}
		if of.Pool != one.Pool {
			h.Opened = pool(1).OpenedAt
		}
		for _, m := range marks {
			h.Conduct.Marks = append(h.Conduct.Marks, mark(m))
		}
		for _, v := range visits {
			h.Crowd.Visits = append(h.Crowd.Visits, visit(v))
		}
		return h
	}
	require.Equal(t, history(one, []fraud.Stake{one}, one), note(t, s, one))
	require.Equal(t, history(two, []fraud.Stake{two}, one, two), note(t, s, two))
	require.Equal(t, history(again, []fraud.Stake{one, again}, two, again), note(t, s, again))
	require.Equal(t, history(elsewhere, []fraud.Stake{one, again, elsewhere}, elsewhere), note(t, s, elsewhere))
}

func conductKept(t *testing.T, s ports.Store) {
	var marks []fraud.Mark
	var visits []fraud.Visit
	for n := range fraud.Kept + 2 {
		mine, another := judged(1, 2*n), judged(10+n, 2*n+1)
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, account(10+n)) })
		marks = append(marks, mark(mine))
		h := note(t, s, mine)
		require.Equal(t, marks[max(0, len(marks)-fraud.Kept):], h.Conduct.Marks)
		require.Equal(t, append(visits[max(0, len(visits)+1-fraud.Kept):len(visits):len(visits)], visit(mine)), h.Crowd.Visits)
		h = note(t, s, another)
		visits = append(visits, visit(another))
		all := append(visits[:n:n], visit(mine), visit(another))
		require.Equal(t, all[max(0, len(all)-fraud.Kept):], h.Crowd.Visits)
	}
}

func conductShared(t *testing.T, s ports.Store) {
	shared := func(want time.Time) {
		t.Helper()
		require.Equal(t, want, note(t, s, judged(1, 1)).SharedAt)
	}
	shared(time.Time{})
	// Wallet 1 is account 1's, and wallet 5 too; account 0 and account 2 had sessions of them.
	theirs := func(n, of, with int) identity.Session {
		v := session(n)
		v.Account, v.Wallet = account(of).ID, wallet(with)
		return v
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Wallets.Add(ctx, linkedWallet(5, 1)) },
			func() error { return tx.Sessions.Add(ctx, theirs(1, 1, 5)) }, // its own
			func() error { return tx.Sessions.Add(ctx, theirs(2, 2, 6)) }, // of another wallet
		)
	})
	shared(time.Time{})
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Sessions.Add(ctx, theirs(3, 2, 5)) })
	shared(later(33))
	ended, _ := theirs(4, 0, 5).End(identity.Revoked, later(31))
	long, _ := theirs(5, 0, 5).End(identity.Revoked, later(50)) // it was over before
	for _, v := range []identity.Session{theirs(4, 0, 5), theirs(5, 0, 5)} {
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Sessions.Add(ctx, v) })
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Sessions.Put, ended, long) })
	shared(later(35))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		a, err := tx.Accounts.Lock(ctx, account(0).ID)
		if err != nil {
			return err
		}
		return tx.Accounts.Erase(ctx, a.Erase(later(60)))
	})
	shared(later(33))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Wallets.Remove(ctx, wallet(5)) })
	shared(time.Time{})
}

func conductDays(t *testing.T, s ports.Store) {
	today := staking.DayOf(later(1))
	in := func(day staking.Day, amount money.Amount) {
		write(t, s, func(ctx context.Context, tx ports.Tx) error {
			return tx.PoolDays.Add(ctx, staking.PoolDay{Pool: pool(0).ID, Day: day, In: amount, Out: 7, Rewards: 9})
		})
	}
	sums := func(before, so money.Amount) {
		t.Helper()
		h := note(t, s, judged(1, 1))
		require.Equal(t, []money.Amount{before, so}, []money.Amount{h.Before, h.Today})
	}
	in(today+1, 1)
	in(today-fraud.SurgeDays-1, 2)
	sums(0, 0)
	in(today, 10)
	sums(0, 10)
	in(today-1, 20)
	in(today-fraud.SurgeDays, 40)
	sums(60, 10)
	in(today-2, money.Max)
	in(today, money.Max)
	sums(money.Max, money.Max)
}

// conductRace: each of those who note at the same time meets another number of stakes before its own.
func conductRace(t *testing.T, s ports.Store) {
	const each = 5
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Pools.Add(ctx, pool(1)) })
	var mu sync.Mutex
	met := map[int]int{}
	var all sync.WaitGroup
	for n := range 2 * each {
		all.Go(func() {
			stake := judged(1, n)
			if n%2 == 1 {
				stake.Pool = fraud.PoolID(pool(1).ID)
			}
			var marks int
			err := s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				if _, err := tx.Pools.Lock(ctx, staking.PoolID(stake.Pool)); err != nil {
					return err
				}
				h, err := tx.Conducts.Note(ctx, stake)
				marks = len(h.Conduct.Marks)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("note: %v", err)
			}
			met[marks]++
		})
	}
	all.Wait()
	require.Len(t, met, 2*each)
}

func lockConduct(t *testing.T, s ports.Store, n int) fraud.Conduct {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (fraud.Conduct, error) {
		return tx.Conducts.Lock(ctx, fraud.AccountID(accountID(n)))
	})
}

func conductLock(t *testing.T, s ports.Store) {
	require.Equal(t, fraud.Conduct{Account: "acct_0001"}, lockConduct(t, s, 1))
	stake := judged(1, 1)
	note(t, s, stake)
	require.Equal(t, fraud.Conduct{Account: stake.Account, Marks: []fraud.Mark{mark(stake)}}, lockConduct(t, s, 1))
	require.Equal(t, fraud.Conduct{Account: "acct_0002"}, lockConduct(t, s, 2))

	// Of counters who hold it none is lost.
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Add(ctx, alert(1)) })
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				c, err := tx.Conducts.Lock(ctx, "acct_0002")
				if err != nil {
					return err
				}
				if c.ClearedAt.IsZero() {
					c.ClearedAt = later(0)
				}
				return tx.Conducts.Put(ctx, c.Clear("", c.ClearedAt.Add(time.Second)))
			})
			if err != nil {
				t.Errorf("count: %v", err)
			}
		})
	}
	all.Wait()
	require.Equal(t, later(8), lockConduct(t, s, 2).ClearedAt)
}

func conductPut(t *testing.T, s ports.Store) {
	stake := judged(1, 1)
	note(t, s, stake)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Add(ctx, alert(1)) })
	kept := lockConduct(t, s, 1)
	for _, next := range []fraud.Conduct{kept.Bar(alert(1).ID, later(9)), kept.Bar(alert(1).ID, time.Time{}), kept.Clear("", later(3)), kept} {
		said := next
		said.Marks = nil // which stay
		put := func(ctx context.Context, tx ports.Tx) error {
			if _, err := tx.Conducts.Lock(ctx, said.Account); err != nil {
				return err
			}
			return tx.Conducts.Put(ctx, said)
		}
		abandon(t, s, put)
		require.Equal(t, kept, lockConduct(t, s, 1))
		write(t, s, put)
		kept = next
		require.Equal(t, kept, lockConduct(t, s, 1))
	}
	barred := kept.Bar(alert(1).ID, later(9)).Clear("", later(3))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Conducts.Put(ctx, barred) })
	more := judged(1, 2)
	h := note(t, s, more)
	require.Equal(t, []any{barred.Blocked, barred.ClearedAt}, []any{h.Conduct.Blocked, h.Conduct.ClearedAt})
	require.Equal(t, []fraud.Mark{mark(stake), mark(more)}, h.Conduct.Marks)
}

// I-13: how somebody staked who was erased is not remembered; how others did is.
func conductForgotten(t *testing.T, s ports.Store) {
	mine, other := judged(1, 1), judged(2, 2)
	note(t, s, mine)
	note(t, s, other)
	refuse(t, s, fault.Internal, forget(1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(func() error { return eraseAccount(1)(ctx, tx) }, func() error { return forget(1)(ctx, tx) })
	})
	require.Empty(t, lockConduct(t, s, 1).Marks)
	require.Equal(t, []fraud.Mark{mark(other)}, lockConduct(t, s, 2).Marks)
}

// from is where a stake comes from on the n-th day.
func from(n int) fraud.Visitor { return fraud.Visitor(fmt.Sprintf("%032x", n)) }

func conductPlace(t *testing.T, s ports.Store) {
	of := func(account, n, day int) fraud.Stake {
		stake := judged(account, n)
		stake.At = stake.At.AddDate(0, 0, day)
		stake.From, stake.Before = from(day+1), from(day)
		return stake
	}
	near := func(of fraud.Stake, who ...fraud.Stake) {
		t.Helper()
		var visits []fraud.Visit
		for _, w := range who {
			visits = append(visits, visit(w))
		}
		require.Equal(t, visits, note(t, s, of).Neighbors)
	}
	one, two, again := of(1, 1, 1), of(2, 2, 1), of(1, 3, 1)
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return got(tx.Conducts.Note(ctx, one)) })
	near(one, one)
	near(two, one, two)
	near(again, two, again)
	near(judged(0, 4)) // from nowhere
	elsewhere := of(0, 5, 1)
	elsewhere.From, elsewhere.Before = from(99), from(98)
	near(elsewhere, elsewhere)
	next := of(1, 6, 2)
	near(next, two, again, next)
	later := of(2, 7, 3)
	near(later, next, later)

	// What is old goes with the stakes that come later, and no more than so much is kept of a day.
	after, more := of(1, 8, 9), of(2, 8, 9)
	near(after, after)
	near(more, after, more)
	back := of(1, 9, 2)
	near(back, back)
	var visits []fraud.Stake
	for n := range fraud.Kept + 2 {
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, account(10+n)) })
		visits = append(visits, of(10+n, n, 20))
		near(visits[n], visits[max(0, n+1-fraud.Kept):]...)
	}
}

// conductPlaceRace: each of those who note from one address at the same time meets another number of accounts.
func conductPlaceRace(t *testing.T, s ports.Store) {
	const each = 6
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Pools.Add(ctx, pool(1)) })
	for n := range each {
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, account(10+n)) })
	}
	var mu sync.Mutex
	met := map[int]int{}
	var all sync.WaitGroup
	for n := range each {
		all.Go(func() {
			stake := judged(10+n, n)
			stake.From = from(1)
			if n%2 == 1 {
				stake.Pool = fraud.PoolID(pool(1).ID)
			}
			var near int
			err := s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				if _, err := tx.Pools.Lock(ctx, staking.PoolID(stake.Pool)); err != nil {
					return err
				}
				h, err := tx.Conducts.Note(ctx, stake)
				near = len(h.Neighbors)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("note: %v", err)
			}
			met[near]++
		})
	}
	all.Wait()
	require.Len(t, met, each)
}
