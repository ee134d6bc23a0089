package contract

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func apiKeyTests() map[string]storeTest {
	return map[string]storeTest{
		"get_gives_a_key_or_err_api_key_not_found":       seeded(apiKeyGet),
		"neither_side_keeps_a_key_it_was_handed":         seeded(apiKeyCopies),
		"add_refuses_a_taken_id":                         seeded(apiKeyTaken),
		"list_by_account_pages_through_those_of_one":     seeded(apiKeyList),
		"put_keeps_when_a_key_was_revoked_and_no_more":   seeded(apiKeyPut),
		"what_was_revoked_never_changes":                 seeded(apiKeyStays),
		"lock_holds_a_key":                               seeded(apiKeyLock),
		"count_alive_counts_those_of_an_account":         seeded(apiKeyCount),
		"of_many_who_hold_the_account_as_many_count_one": seeded(apiKeyRace),
		"revoke_all_revokes_those_that_are_alive":        seeded(apiKeyRevokeAll),
	}
}

// apiKey is key n of account 0.
func apiKey(n int) identity.APIKey {
	return identity.APIKey{
		ID: numbered[identity.APIKeyID]("key", n), Account: account(0).ID, Name: "№ " + string(numbered[identity.APIKeyID]("key", n)),
		Digest: identity.Digest{1, byte(n)}, Scopes: []identity.Scope{identity.ScopeAccount, identity.ScopeLinks}, PerMinute: 1 + n,
		MadeAt: later(n), ExpiresAt: later(n + 30),
	}
}

func addAPIKeys(t *testing.T, s ports.Store, all ...identity.APIKey) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for _, k := range all {
			if err := tx.APIKeys.Add(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func apiKeyNow(t *testing.T, s ports.Store, n int) identity.APIKey {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (identity.APIKey, error) {
		return v.APIKeys.Get(ctx, apiKey(n).ID)
	})
}

func apiKeyGet(t *testing.T, s ports.Store) {
	revoked := apiKey(2)
	revoked.Scopes, revoked.RevokedAt = identity.Scopes(), later(9)
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.APIKeys.Add(ctx, apiKey(3)) })
	addAPIKeys(t, s, apiKey(1), revoked)
	for n, want := range map[int]identity.APIKey{1: apiKey(1), 2: revoked} {
		require.Equal(t, want, apiKeyNow(t, s, n))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.APIKey, error) {
			return tx.APIKeys.Lock(ctx, want.ID)
		}))
	}
	for _, none := range []identity.APIKeyID{apiKey(3).ID, "", "a\x00b", "a\xff"} {
		require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			return got(v.APIKeys.Get(ctx, none))
		}), identity.ErrAPIKeyNotFound)
		refuse(t, s, identity.ErrAPIKeyNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.APIKeys.Lock(ctx, none)) })
	}
}

func apiKeyCopies(t *testing.T, s ports.Store) {
	given := apiKey(1)
	addAPIKeys(t, s, given)
	given.Scopes[0] = identity.ScopePayouts
	apiKeyNow(t, s, 1).Scopes[0] = identity.ScopePayouts
	require.Equal(t, apiKey(1), apiKeyNow(t, s, 1))
}

func apiKeyTaken(t *testing.T, s ports.Store) {
	addAPIKeys(t, s, apiKey(1))
	again := apiKey(2)
	again.ID = apiKey(1).ID
	refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.APIKeys.Add(ctx, again) })
	require.Equal(t, apiKey(1), apiKeyNow(t, s, 1))
}

func apiKeyList(t *testing.T, s ports.Store) {
	foreign, revoked := apiKey(2), apiKey(4)
	foreign.Account, revoked.RevokedAt = account(1).ID, later(9)
	addAPIKeys(t, s, apiKey(3), revoked, foreign, apiKey(1))
	requirePages(t, s, []identity.APIKey{apiKey(1), apiKey(3), revoked},
		func(ctx context.Context, v ports.View, after identity.APIKey, limit int) ([]identity.APIKey, error) {
			return v.APIKeys.ListByAccount(ctx, account(0).ID, after.ID, limit)
		})
}

func apiKeyPut(t *testing.T, s ports.Store) {
	addAPIKeys(t, s, apiKey(1), apiKey(2))
	other := apiKey(3)
	other.ID, other.Account, other.RevokedAt = apiKey(1).ID, account(1).ID, later(9)
	put := func(ctx context.Context, tx ports.Tx) error { return tx.APIKeys.Put(ctx, other) }
	abandon(t, s, put)
	require.Equal(t, apiKey(1), apiKeyNow(t, s, 1))
	write(t, s, put)
	want := apiKey(1)
	want.RevokedAt = later(9)
	require.Equal(t, want, apiKeyNow(t, s, 1))
	require.Equal(t, apiKey(2), apiKeyNow(t, s, 2))
}

func apiKeyStays(t *testing.T, s ports.Store) {
	revoked := apiKey(1)
	revoked.RevokedAt = later(9)
	addAPIKeys(t, s, revoked)
	for _, at := range []time.Time{{}, later(10)} {
		again := revoked
		again.RevokedAt = at
		refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.APIKeys.Put(ctx, again) })
		require.Equal(t, revoked, apiKeyNow(t, s, 1))
	}
}

// apiKeyLock: of many who look before they revoke, one finds the key alive.
func apiKeyLock(t *testing.T, s ports.Store) {
	addAPIKeys(t, s, apiKey(1))
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		held, err := tx.APIKeys.Lock(ctx, apiKey(1).ID)
		if err != nil {
			return err
		}
		if err := held.Alive(later(5)); err != nil {
			return err
		}
		held, _ = held.Revoke(later(5))
		return tx.APIKeys.Put(ctx, held)
	})
	requireWinners(t, 1, identity.ErrAPIKeyEnded, answers)
}

func aliveKeys(t *testing.T, s ports.Store, now time.Time) int {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.APIKeys.CountAlive(ctx, account(0).ID, now)
	})
}

func apiKeyCount(t *testing.T, s ports.Store) {
	foreign, revoked := apiKey(3), apiKey(4)
	foreign.Account, revoked.RevokedAt = account(1).ID, later(9)
	require.Zero(t, aliveKeys(t, s, later(5)))
	addAPIKeys(t, s, apiKey(1), apiKey(2), foreign, revoked)
	require.Equal(t, 2, aliveKeys(t, s, apiKey(1).ExpiresAt.Add(-time.Microsecond)))
	require.Equal(t, 1, aliveKeys(t, s, apiKey(1).ExpiresAt))
	require.Zero(t, aliveKeys(t, s, apiKey(2).ExpiresAt))
}

// apiKeyRace: whoever holds the account counts what the one before added.
func apiKeyRace(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if _, err := tx.Accounts.Lock(ctx, account(0).ID); err != nil {
			return err
		}
		alive, err := tx.APIKeys.CountAlive(ctx, account(0).ID, later(1))
		if err != nil {
			return err
		}
		if alive > 0 {
			return identity.ErrTooManyAPIKeys
		}
		return tx.APIKeys.Add(ctx, apiKey(n))
	})
	requireWinners(t, 1, identity.ErrTooManyAPIKeys, answers)
}

func apiKeyRevokeAll(t *testing.T, s ports.Store) {
	foreign, revoked := apiKey(3), apiKey(4)
	foreign.Account, revoked.RevokedAt = account(1).ID, later(9)
	addAPIKeys(t, s, apiKey(1), apiKey(2), foreign, revoked)
	at := apiKey(1).ExpiresAt
	all := func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.APIKeys.RevokeAll(ctx, account(0).ID, at)
	}
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return got(all(ctx, tx)) })
	require.Equal(t, apiKey(2), apiKeyNow(t, s, 2))
	require.Equal(t, 1, inside(t, s, all))
	require.Equal(t, 0, inside(t, s, all))
	want := apiKey(2)
	want.RevokedAt = at
	require.Equal(t, want, apiKeyNow(t, s, 2))
	require.Equal(t, apiKey(1), apiKeyNow(t, s, 1))
	require.Equal(t, foreign, apiKeyNow(t, s, 3))
	require.Equal(t, revoked, apiKeyNow(t, s, 4))
}
