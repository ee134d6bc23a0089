package twist_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// What another process ended or took away is believed for five seconds and not a microsecond longer; what
// this one did is known at once.
func TestAnswersAreBelievedForFiveSeconds(t *testing.T) {
	t.Parallel()
	require.Equal(t, 5*time.Second, twist.CallerLife)
	for name, change := range map[string]func(ctx context.Context, on *twist.Platform, by, ops twist.Caller) error{
		"signed_out": func(ctx context.Context, on *twist.Platform, by, _ twist.Caller) error {
			return on.Identity.SignOut(ctx, by)
		},
		"revoked": func(ctx context.Context, on *twist.Platform, by, _ twist.Caller) error {
			return on.Identity.RevokeSession(ctx, by, by.Session)
		},
		"signed_out_everywhere": func(ctx context.Context, on *twist.Platform, by, _ twist.Caller) error {
			_, err := on.Identity.SignOutAll(ctx, by)
			return err
		},
		"barred": func(ctx context.Context, on *twist.Platform, by, ops twist.Caller) error {
			_, err := on.Identity.RevokeAccount(ctx, ops, by.Account)
			return err
		},
		"without_its_role": func(ctx context.Context, on *twist.Platform, by, ops twist.Caller) error {
			return on.Identity.RevokeRole(ctx, ops, by.Account, identity.RoleMerchant)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				in, ops := w.enters("fay", phone), w.by(w.enters("ops", phone))
				require.NoError(t, w.Identity.GrantRole(t.Context(), ops, in.Session.Account, identity.RoleMerchant))
				elsewhere := w.another()
				merchant := func(on *twist.Platform) bool {
					caller, err := on.Identity.Verify(t.Context(), in.Token)
					if err != nil {
						require.ErrorIs(t, err, identity.ErrSessionEnded)
						return false
					}
					require.Contains(t, caller.Roles, identity.RoleUser)
					caller.Roles[0] = identity.RoleAdmin // it belongs to whoever asked
					return len(caller.Roles) == 2
				}
				for _, on := range []*twist.Platform{w.Platform, elsewhere, w.Platform, elsewhere} {
					require.True(t, merchant(on))
				}
				require.NoError(t, change(t.Context(), w.Platform, w.by(in), ops))
				require.False(t, merchant(w.Platform), "its own doing is known at once")
				w.clock.Advance(twist.CallerLife - time.Microsecond)
				require.True(t, merchant(elsewhere), "it may be believed so long")
				w.clock.Advance(time.Microsecond)
				require.False(t, merchant(elsewhere), "and no longer")
			}, rooted)
		})
	}
}

// A theft that is noticed, and an end that commits although its answer is lost, are known at once too.
func TestWhatEndsHereIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		stolen := w.enters("fay", phone)
		w.by(stolen)
		_, err := w.Identity.Refresh(t.Context(), stolen.Refresh, laptop)
		require.ErrorIs(t, err, identity.ErrRefreshReused)
		_, err = w.Identity.Verify(t.Context(), stolen.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)

		in := w.enters("fay", phone)
		lossy := &lossy{Store: w.store}
		on := w.another(func(c *twist.Config) { c.Store = lossy })
		by, err := on.Identity.Verify(t.Context(), in.Token)
		require.NoError(t, err)
		require.ErrorIs(t, on.Identity.SignOut(t.Context(), by), ports.ErrStore)
		_, err = on.Identity.Verify(t.Context(), in.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
	})
}

// lossy loses the answer of every commit.
type lossy struct{ ports.Store }

func (l *lossy) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	return errors.Join(ports.ErrStore, l.Store.Write(ctx, fn))
}

// E-17: a store that cannot be asked lets nobody in, beyond those whom it answered for a moment ago.
func TestAStoreThatCannotBeAskedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.enters("fay", phone)
	down := &unreachable{Store: w.store}
	on := w.another(func(c *twist.Config) { c.Store = down })
	down.now = true
	for range 2 {
		_, err := on.Identity.Verify(t.Context(), in.Token)
		require.ErrorIs(t, err, ports.ErrStore)
		require.ErrorIs(t, err, fault.Unavailable)
	}
	down.now = false
	_, err := on.Identity.Verify(t.Context(), in.Token)
	require.NoError(t, err)
	down.now = true
	w.clock.Advance(twist.CallerLife - time.Microsecond)
	_, err = on.Identity.Verify(t.Context(), in.Token)
	require.NoError(t, err)
	w.clock.Advance(time.Microsecond)
	_, err = on.Identity.Verify(t.Context(), in.Token)
	require.ErrorIs(t, err, ports.ErrStore)
	w.clock.Advance(-time.Minute)
	_, err = on.Identity.Verify(t.Context(), in.Token)
	require.Error(t, err, "a clock that was set back makes no old answer good")
}

// unreachable is a store that answers or does not.
type unreachable struct {
	ports.Store

	now bool
}

func (u *unreachable) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	if u.now {
		return ports.ErrStore
	}
	return u.Store.Read(ctx, fn)
}

// An answer that was read before a revocation, and arrives after it, is not kept.
func TestAnAnswerThatWasOvertakenIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.enters("fay", phone)
	by := w.by(in)
	var on *twist.Platform
	on = w.overtakenAt(1, func() { require.NoError(t, on.Identity.SignOut(t.Context(), by)) })
	_, err := on.Identity.Verify(t.Context(), in.Token)
	require.NoError(t, err, "it was alive when it was read")
	_, err = on.Identity.Verify(t.Context(), in.Token)
	require.ErrorIs(t, err, identity.ErrSessionEnded)
}

// A token of one account never speaks for another, whatever session it names.
func TestATokenSpeaksForItsSessionsAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay, gil := w.enters("fay", phone), w.enters("gil", phone)
	mixed := fay.Claims
	mixed.Session = gil.Session.ID
	token, err := w.config.Tokens.Issue(t.Context(), mixed)
	require.NoError(t, err)
	for range 2 {
		_, err = w.Identity.Verify(t.Context(), token)
		require.ErrorIs(t, err, identity.ErrToken)
		w.by(gil) // which is known from now on
	}
	mixed.Session = "sess_never"
	token, err = w.config.Tokens.Issue(t.Context(), mixed)
	require.NoError(t, err)
	_, err = w.Identity.Verify(t.Context(), token)
	require.ErrorIs(t, err, identity.ErrSessionEnded)
}
