package contract

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func sessionTests() map[string]storeTest {
	return map[string]storeTest{
		"a_session_of_a_challenge_is_kept":                 seeded(sessionKept),
		"an_abandoned_session_leaves_its_challenge_unused": seeded(sessionAbandoned),
		"of_many_sessions_of_a_challenge_one_is_opened":    seeded(sessionRace),
		"get_gives_a_session_or_err_session_not_found":     seeded(sessionGet),
		"neither_side_keeps_what_it_was_handed":            seeded(sessionCopies),
		"put_replaces_what_changes_and_nothing_else":       seeded(sessionPut),
		"what_has_ended_never_changes":                     seeded(sessionStays),
		"lock_holds_a_session":                             seeded(sessionLock),
		"list_alive_pages_through_those_of_an_account":     seeded(sessionsAlive),
		"end_all_ends_those_that_nobody_has_ended":         seeded(sessionsEnd),
		"end_all_waits_for_who_holds_one":                  seeded(sessionsEndRace),
		"roles_are_granted_to_one_account":                 seeded(accountRoles),
		"lock_holds_an_account":                            seeded(accountLock),
	}
}

// renewable is a session of account 0 that has refresh tokens.
func renewable(n int) identity.Session {
	s := session(n)
	s.Renewal = identity.Renewal{
		Client: identity.Client{Digest: identity.Digest{1, byte(n)}}, Generation: int64(n), At: later(n + 1),
		Key: identity.Digest{2, byte(n)}, Current: identity.Digest{3, byte(n)},
	}
	return s
}

func addSession(t *testing.T, s ports.Store, all ...identity.Session) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for _, v := range all {
			if err := tx.Sessions.Add(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func sessionNow(t *testing.T, s ports.Store, n int) identity.Session {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (identity.Session, error) {
		return v.Sessions.Get(ctx, session(n).ID)
	})
}

func openSession(n int, challenge identity.ChallengeID) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		v := session(n)
		v.Challenge = challenge
		return tx.Sessions.Add(ctx, v)
	}
}

func sessionKept(t *testing.T, s ports.Store) {
	write(t, s, openSession(1, "chal_a"))
	refuse(t, s, identity.ErrChallengeUsed, openSession(2, "chal_a"))
	write(t, s, openSession(2, "chal_b"))
	refuse(t, s, identity.ErrChallengeUsed, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return openSession(3, "chal_c")(ctx, tx) },
			func() error { return openSession(4, "chal_c")(ctx, tx) },
		)
	})
}

func sessionAbandoned(t *testing.T, s ports.Store) {
	abandon(t, s, openSession(1, "chal_a"))
	write(t, s, openSession(1, "chal_a"))
}

// sessionRace is a replay of one signed challenge from a restored cache, many times at once.
func sessionRace(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error { return openSession(n, "chal_a")(ctx, tx) })
	requireWinners(t, 1, identity.ErrChallengeUsed, answers)
}

func sessionGet(t *testing.T, s ports.Store) {
	ended := renewable(3)
	ended.EndedAt, ended.EndedBy = later(9), identity.Barred
	addSession(t, s, session(1), renewable(2), ended)
	for n, want := range map[int]identity.Session{1: session(1), 2: renewable(2), 3: ended} {
		require.Equal(t, want, sessionNow(t, s, n))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Session, error) {
			return tx.Sessions.Lock(ctx, want.ID)
		}))
	}
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Sessions.Get(ctx, session(9).ID))
	}), identity.ErrSessionNotFound)
	refuse(t, s, identity.ErrSessionNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Sessions.Lock(ctx, session(9).ID))
	})
}

func sessionCopies(t *testing.T, s ports.Store) {
	given := renewable(1)
	addSession(t, s, given)
	given.Roles[0] = identity.RoleAdmin
	sessionNow(t, s, 1).Roles[0] = identity.RoleAdmin
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		held, err := tx.Sessions.Lock(ctx, given.ID)
		if err == nil {
			held.Roles[0] = identity.RoleAdmin
		}
		return err
	})
	require.Equal(t, renewable(1), sessionNow(t, s, 1))
}

// changed is a session of which everything is another, its id aside.
func changed() identity.Session {
	v := renewable(2)
	v.ID, v.Account, v.Wallet, v.Roles = session(1).ID, account(1).ID, wallet(1), []identity.Role{identity.RoleUser, identity.RoleAdmin}
	v.EndsAt = later(41)
	return v
}

func sessionPut(t *testing.T, s ports.Store) {
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Sessions.Put(ctx, changed()) }
	addSession(t, s, renewable(1), renewable(2))
	abandon(t, s, put)
	require.Equal(t, renewable(1), sessionNow(t, s, 1))
	write(t, s, put)
	want := renewable(1)
	want.Roles, want.EndsAt = changed().Roles, changed().EndsAt
	want.Renewal.Generation, want.Renewal.At, want.Renewal.Current = 2, changed().Renewal.At, changed().Renewal.Current
	require.Equal(t, want, sessionNow(t, s, 1))
	require.Equal(t, renewable(2), sessionNow(t, s, 2))

	want.EndedAt, want.EndedBy = later(20), identity.SignedOut
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Sessions.Put(ctx, want) })
	require.Equal(t, want, sessionNow(t, s, 1))
}

func sessionStays(t *testing.T, s ports.Store) {
	ended := renewable(1)
	ended.EndedAt, ended.EndedBy = later(9), identity.Reused
	addSession(t, s, ended)
	for _, again := range []func(*identity.Session){
		func(v *identity.Session) { v.EndedAt, v.EndedBy = time.Time{}, "" },
		func(v *identity.Session) { v.EndedAt = later(10) },
		func(v *identity.Session) { v.Renewal.Generation++ },
		func(v *identity.Session) { v.EndsAt = later(50) },
	} {
		other := ended
		again(&other)
		refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.Sessions.Put(ctx, other) })
		require.Equal(t, ended, sessionNow(t, s, 1))
	}
}

// sessionLock: whoever holds a session goes on from what the one before wrote.
func sessionLock(t *testing.T, s ports.Store) {
	addSession(t, s, renewable(0))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		held, err := tx.Sessions.Lock(ctx, session(0).ID)
		if err != nil {
			return err
		}
		held.Renewal.Generation++
		return tx.Sessions.Put(ctx, held)
	}))
	require.EqualValues(t, racers, sessionNow(t, s, 0).Renewal.Generation)
}

func sessionsAlive(t *testing.T, s ports.Store) {
	foreign, ended := session(3), session(5)
	foreign.Account = account(1).ID
	ended.EndedAt, ended.EndedBy = later(6), identity.Revoked
	addSession(t, s, renewable(4), session(2), foreign, session(1), ended, session(6))
	at := session(1).EndsAt // of the first it is too late
	alive := func(now time.Time) func(ctx context.Context, v ports.View, after identity.Session, limit int) ([]identity.Session, error) {
		return func(ctx context.Context, v ports.View, after identity.Session, limit int) ([]identity.Session, error) {
			return v.Sessions.ListAlive(ctx, account(0).ID, now, after.ID, limit)
		}
	}
	requirePages(t, s, []identity.Session{session(2), renewable(4), session(6)}, alive(at))
	requirePages(t, s, []identity.Session{session(1), session(2), renewable(4), session(6)}, alive(at.Add(-time.Microsecond)))
	requirePages(t, s, nil, alive(later(1_000)))
}

func endAll(now time.Time) func(ctx context.Context, tx ports.Tx) (int, error) {
	return func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.Sessions.EndAll(ctx, account(0).ID, identity.Barred, now)
	}
}

func sessionsEnd(t *testing.T, s ports.Store) {
	foreign, ended := session(3), session(5)
	foreign.Account = account(1).ID
	ended.EndedAt, ended.EndedBy = later(6), identity.Revoked
	addSession(t, s, session(1), session(2), foreign, renewable(4), ended)
	at := session(1).EndsAt
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return got(endAll(at)(ctx, tx)) })
	require.Equal(t, session(2), sessionNow(t, s, 2))
	require.Equal(t, 3, inside(t, s, endAll(at)), "the first is over by this clock, and may be alive by another")
	require.Equal(t, 0, inside(t, s, endAll(at)))
	for n, want := range map[int]identity.Session{1: session(1), 2: session(2), 4: renewable(4)} {
		want, _ = want.End(identity.Barred, at)
		require.Equal(t, want, sessionNow(t, s, n))
	}
	require.Equal(t, foreign, sessionNow(t, s, 3))
	require.Equal(t, ended, sessionNow(t, s, 5))
	require.Equal(t, 0, inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.Sessions.EndAll(ctx, "acct_none", identity.Barred, at)
	}))
}

// sessionsEndRace: of those who end all sessions and those who refresh one, nobody loses what another wrote.
func sessionsEndRace(t *testing.T, s ports.Store) {
	addSession(t, s, renewable(0), renewable(1), renewable(2))
	counted := make([]int, racers)
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) (err error) {
		if n%2 == 0 {
			counted[n], err = endAll(later(5))(ctx, tx)
			return err
		}
		held, err := tx.Sessions.Lock(ctx, session(n%3).ID)
		if err != nil || !held.EndedAt.IsZero() {
			return err
		}
		held.Renewal.Generation++
		return tx.Sessions.Put(ctx, held)
	})
	requireAllWon(t, answers)
	total := 0
	for _, n := range counted {
		total += n
	}
	require.Equal(t, 3, total, "each is ended once")
	for n := range 3 {
		require.Equal(t, later(5), sessionNow(t, s, n).EndedAt)
	}
}

func rolesOf(t *testing.T, s ports.Store, n int) []identity.Role {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (identity.Account, error) {
		return v.Accounts.Get(ctx, account(n).ID)
	}).Roles
}

func accountRoles(t *testing.T, s ports.Store) {
	roles := []identity.Role{identity.RoleInfluencer, identity.RoleAdmin}
	given := account(1)
	given.Wallet, given.OpenedAt, given.Roles = wallet(77), later(77), roles
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.PutRoles(ctx, given) }
	abandon(t, s, put)
	require.Empty(t, rolesOf(t, s, 1))
	write(t, s, put)
	roles[0] = identity.RoleOperator
	want := account(1)
	want.Roles = []identity.Role{identity.RoleInfluencer, identity.RoleAdmin}
	requireAccount(t, s, present(want))
	rolesOf(t, s, 1)[0] = identity.RoleOperator
	require.Equal(t, want.Roles, rolesOf(t, s, 1))
	require.Empty(t, rolesOf(t, s, 0))
	given.Roles = nil
	write(t, s, put)
	requireAccount(t, s, present(account(1)))

	opened := account(apart)
	opened.Roles = want.Roles
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, opened) })
	require.Equal(t, want.Roles, rolesOf(t, s, apart))
}

// accountLock: of many who look before they grant, one finds the role missing.
func accountLock(t *testing.T, s ports.Store) {
	refuse(t, s, identity.ErrAccountNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Accounts.Lock(ctx, account(9).ID))
	})
	granted := fmt.Errorf("it is granted: %w", fault.Conflict)
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		held, err := tx.Accounts.Lock(ctx, account(1).ID)
		if err != nil {
			return err
		}
		if len(held.Roles) > 0 {
			return granted
		}
		held.Roles = []identity.Role{identity.RoleMerchant}
		return tx.Accounts.PutRoles(ctx, held)
	})
	requireWinners(t, 1, granted, answers)
}
