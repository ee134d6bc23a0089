package twist_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/testkit"
)

func keyTerms() identity.APIKeyTerms {
	return identity.APIKeyTerms{Name: "a shop", Scopes: []identity.Scope{identity.ScopeAccount}}
}

// makesKey makes a key that must be made.
func (w *world) makesKey(by twist.Caller, terms identity.APIKeyTerms) twist.MadeKey {
	w.t.Helper()
	made, err := w.Identity.MakeKey(w.ctx(), by, terms)
	require.NoError(w.t, err)
	return made
}

// E-11: a key speaks for its account, in every process, until its very end; nothing that is told or listed holds its
// secret or the digest.
func TestKeysSpeakForTheirAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.by(w.enters("ops", phone))
		fay := w.by(w.enters("fay", phone))
		require.NoError(t, w.Identity.GrantRole(t.Context(), ops, fay.Account, identity.RoleMerchant))
		require.NoError(t, w.Identity.GrantRole(t.Context(), ops, fay.Account, identity.RoleAdmin))
		made := w.makesKey(fay, keyTerms())
		want := twist.Caller{
			Account: fay.Account, Key: made.Key.ID, Scopes: []identity.Scope{identity.ScopeAccount},
			Roles: []identity.Role{identity.RoleUser, identity.RoleMerchant},
		}
		caller, err := w.Identity.Verify(t.Context(), made.Text)
		require.NoError(t, err)
		require.Equal(t, want, caller)
		rooted, err := w.Identity.Verify(t.Context(), w.makesKey(ops, keyTerms()).Text)
		require.NoError(t, err)
		require.Equal(t, []identity.Role{identity.RoleUser}, rooted.Roles, "what configuration gives to a wallet, no key has")

		secret := made.Text[strings.LastIndex(made.Text, "_")+1:]
		listed, err := w.Identity.APIKeys(t.Context(), fay, "", 10)
		require.NoError(t, err)
		require.Equal(t, []identity.APIKey{made.Key}, listed)
		require.Zero(t, listed[0].Digest)
		for _, e := range w.told() {
			require.NotContains(t, fmt.Sprint(e), secret)
		}
		require.NotContains(t, fmt.Sprint(listed, made.Key), secret)

		w.clock.Advance(identity.APIKeyLife - time.Microsecond)
		_, err = w.another().Identity.Verify(t.Context(), made.Text)
		require.NoError(t, err)
		w.clock.Advance(time.Microsecond)
		for _, on := range []*twist.Platform{w.Platform, w.another()} {
			_, err = on.Identity.Verify(t.Context(), made.Text)
			require.ErrorIs(t, err, identity.ErrAPIKeyEnded)
		}
		w.sound()
	}, rooted)
}

// A key that was revoked is good nowhere, at once, whoever revoked it; a second time changes nothing.
func TestRevokedKeysAreGoodNowhere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ops, fay, elsewhere := w.by(w.enters("ops", phone)), w.by(w.enters("fay", phone)), w.another()
		one, two := w.makesKey(fay, keyTerms()), w.makesKey(fay, keyTerms())
		for _, made := range []twist.MadeKey{one, two} {
			_, err := elsewhere.Identity.Verify(t.Context(), made.Text)
			require.NoError(t, err)
		}
		require.NoError(t, w.Identity.RevokeKey(t.Context(), fay, one.Key.ID))
		told := len(w.told())
		require.NoError(t, w.Identity.RevokeKey(t.Context(), fay, one.Key.ID))
		require.Len(t, w.told(), told)
		_, err := elsewhere.Identity.Verify(t.Context(), one.Text)
		require.ErrorIs(t, err, identity.ErrAPIKeyEnded)
		_, err = elsewhere.Identity.Verify(t.Context(), two.Text)
		require.NoError(t, err)
		_, err = w.Identity.RevokeAccount(t.Context(), ops, fay.Account)
		require.NoError(t, err)
		_, err = elsewhere.Identity.Verify(t.Context(), two.Text)
		require.ErrorIs(t, err, identity.ErrAPIKeyEnded)
		_, err = w.Identity.MakeKey(t.Context(), fay, keyTerms())
		require.ErrorIs(t, err, identity.ErrSessionEnded, "a session that was ended leaves no key behind")
		w.sound()
	}, rooted)
}

// P-34, I-10: a key of somebody else is one that never was, and stays as it is.
func TestKeysAreTheirOwners(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		fay, gil := w.by(w.enters("fay", phone)), w.by(w.enters("gil", phone))
		made := w.makesKey(fay, keyTerms())
		for _, id := range []identity.APIKeyID{made.Key.ID, "key_none", "a\x00"} {
			require.ErrorIs(t, w.Identity.RevokeKey(t.Context(), gil, id), identity.ErrAPIKeyNotFound)
		}
		listed, err := w.Identity.APIKeys(t.Context(), gil, "", 10)
		require.NoError(t, err)
		require.Empty(t, listed)
		_, err = w.Identity.Verify(t.Context(), made.Text)
		require.NoError(t, err)
		_, err = w.Identity.MakeKey(t.Context(), twist.Caller{Account: fay.Account, Session: gil.Session}, keyTerms())
		require.ErrorIs(t, err, identity.ErrSessionEnded)
	})
}

// What no scope gives is refused to a key by the library too, whatever scopes it has.
func TestKeysAreNoPersons(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rooted)
	ops := w.by(w.enters("ops", phone))
	made := w.makesKey(ops, identity.APIKeyTerms{Name: "all", Scopes: identity.Scopes()})
	key, err := w.Identity.Verify(t.Context(), made.Text)
	require.NoError(t, err)
	before := len(w.told())
	for name, act := range map[string]func() error{
		"make_key":     func() error { _, err := w.Identity.MakeKey(t.Context(), key, keyTerms()); return err },
		"keys":         func() error { _, err := w.Identity.APIKeys(t.Context(), key, "", 1); return err },
		"revoke_key":   func() error { return w.Identity.RevokeKey(t.Context(), key, made.Key.ID) },
		"grant":        func() error { return w.Identity.GrantRole(t.Context(), key, key.Account, identity.RoleAdmin) },
		"revoke_role":  func() error { return w.Identity.RevokeRole(t.Context(), key, key.Account, identity.RoleAdmin) },
		"sign_out":     func() error { return w.Identity.SignOut(t.Context(), key) },
		"sign_out_all": func() error { _, err := w.Identity.SignOutAll(t.Context(), key); return err },
		"revoke":       func() error { return w.Identity.RevokeSession(t.Context(), key, ops.Session) },
		"sessions":     func() error { _, err := w.Identity.Sessions(t.Context(), key, "", 1); return err },
		"bar":          func() error { _, err := w.Identity.RevokeAccount(t.Context(), key, key.Account); return err },
		"payout":       func() error { _, err := w.Payouts.Request(t.Context(), key, testkit.TWIST(10)); return err },
		"cancel":       func() error { _, err := w.Payouts.Cancel(t.Context(), key, "po_1"); return err },
	} {
		require.ErrorIs(t, act(), identity.ErrScopeMissing, name)
	}
	require.Len(t, w.told(), before)
}

// Of 64 who make a key at once twenty do, and another may be made once one has ended.
func TestKeysAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		sessions := make([]twist.Caller, 8) // one session would wait for itself
		for n := range sessions {
			sessions[n] = w.by(w.enters("fay", phone))
		}
		fay := sessions[0]
		const racers = 64
		answers := make([]error, racers)
		var all sync.WaitGroup
		for n := range racers {
			all.Go(func() { _, answers[n] = w.Identity.MakeKey(t.Context(), sessions[n%len(sessions)], keyTerms()) })
		}
		all.Wait()
		made := 0
		for _, err := range answers {
			if err == nil {
				made++
				continue
			}
			require.ErrorIs(t, err, identity.ErrTooManyAPIKeys)
		}
		require.Equal(t, identity.MaxAPIKeys, made)
		listed, err := w.Identity.APIKeys(t.Context(), fay, "", racers)
		require.NoError(t, err)
		require.Len(t, listed, made)
		require.NoError(t, w.Identity.RevokeKey(t.Context(), fay, listed[0].ID))
		w.makesKey(fay, keyTerms())
		_, err = w.Identity.MakeKey(t.Context(), fay, keyTerms())
		require.ErrorIs(t, err, identity.ErrTooManyAPIKeys)
		kinds := map[journal.Kind]int{}
		for _, e := range w.told() {
			kinds[e.Kind]++
		}
		require.Equal(t, identity.MaxAPIKeys+1, kinds[journal.APIKeyMade])
	})
}

// A key calls as often as it may, whatever others do; who has no secret takes nothing of it.
func TestKeysHaveQuotas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.by(w.enters("fay", phone))
	terms := keyTerms()
	terms.PerMinute = 7 // a minute is no whole number of these
	made, other := w.makesKey(fay, terms), w.makesKey(fay, terms)
	secret := strings.LastIndex(made.Text, "_") + 1
	forged := made.Text[:secret] + other.Text[secret:]
	for range 20 {
		_, err := w.Identity.Verify(t.Context(), forged)
		require.ErrorIs(t, err, identity.ErrAPIKey)
	}
	for range terms.PerMinute {
		_, err := w.Identity.Verify(t.Context(), made.Text)
		require.NoError(t, err)
	}
	_, err := w.Identity.Verify(t.Context(), made.Text)
	require.ErrorIs(t, err, limit.ErrLimited)
	_, err = w.Identity.Verify(t.Context(), other.Text)
	require.NoError(t, err)
	w.clock.Advance(time.Minute / 7)
	_, err = w.Identity.Verify(t.Context(), made.Text)
	require.NoError(t, err)
	_, err = w.Identity.Verify(t.Context(), made.Text)
	require.ErrorIs(t, err, limit.ErrLimited)
}

// E-17: a limiter that cannot decide lets no key in, and junk never comes as far as the store.
func TestKeysThatNobodyCanJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.makesKey(w.by(w.enters("fay", phone)), keyTerms())
	on := w.another(func(c *twist.Config) { c.Limiter = undecided{} })
	_, err := on.Identity.Verify(t.Context(), made.Text)
	require.ErrorIs(t, err, errUndecided)

	down := &unreachable{Store: w.store, now: true}
	on = w.another(func(c *twist.Config) { c.Store = down })
	for _, junk := range []string{"twk_", made.Text + "a", made.Text[:len(made.Text)-1], strings.Repeat("twk_", 1<<14), "twk_\x00"} {
		_, err := on.Identity.Verify(t.Context(), junk)
		require.ErrorIs(t, err, identity.ErrAPIKey)
	}
}

var errUndecided = fmt.Errorf("nobody knows")

type undecided struct{}

func (undecided) Take(context.Context, string, limit.Quota, time.Time) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true}, errUndecided
}

func (undecided) TakeAll(context.Context, time.Time, ...limit.Share) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true}, errUndecided
}
