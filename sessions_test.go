package twist_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

const (
	phone  = "the-secret-of-a-phone"
	laptop = "the-secret-of-a-laptop"
)

// onBoth runs a test over memory and over PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, w *world), changes ...func(*twist.Config)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, newWorld(t, changes...)) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		store := openStore(t, pgtest.Open(t, migrate))
		test(t, newWorldOver(t, store, store.Clicks(), changes...))
	})
}

// enters signs a name in from a client.
func (w *world) enters(name, client string) twist.SignedIn {
	w.t.Helper()
	challenge := w.challenge(name)
	message, signature := testkit.Answer(name, challenge)
	in, err := w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, client)
	require.NoError(w.t, err)
	return in
}

// refreshes takes a refresh token that must be good.
func (w *world) refreshes(token string) twist.SignedIn {
	w.t.Helper()
	in, err := w.Identity.Refresh(w.ctx(), token, phone)
	require.NoError(w.t, err)
	return in
}

// by is the caller of an access token that must be good.
func (w *world) by(in twist.SignedIn) twist.Caller {
	w.t.Helper()
	caller, err := w.Identity.Verify(w.ctx(), in.Token)
	require.NoError(w.t, err)
	return caller
}

func (w *world) sessionOf(in twist.SignedIn) identity.Session {
	w.t.Helper()
	s, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) (identity.Session, error) {
		return v.Sessions.Get(ctx, in.Session.ID)
	})
	require.NoError(w.t, err)
	return s
}

// endings gives what was told of the end of a session.
func (w *world) endings(in twist.SignedIn) (why []string) {
	w.t.Helper()
	for _, e := range w.told() {
		if e.Kind == journal.SessionEnded && e.Subject == string(in.Session.ID) {
			why = append(why, e.Data["why"])
		}
	}
	return why
}

// requireOver holds that nothing of a sign-in is good any more, whoever tries.
func (w *world) requireOver(in twist.SignedIn) {
	w.t.Helper()
	for _, on := range []*twist.Platform{w.Platform, w.another()} {
		_, err := on.Identity.Verify(w.ctx(), in.Token)
		require.ErrorIs(w.t, err, identity.ErrSessionEnded)
		_, err = on.Identity.Refresh(w.ctx(), in.Refresh, phone)
		require.ErrorIs(w.t, err, identity.ErrSessionEnded)
	}
}

// A session goes on by its refresh tokens, each of which is another; what is told and shown holds no secret.
func TestRefreshGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in := w.enters("fay", phone)
		require.Equal(t, w.clock.Now().Add(identity.IdleLife), in.Session.EndsAt)
		require.Zero(t, in.Session.Renewal)
		seen := []string{in.Refresh}
		for n := range 3 {
			w.clock.Advance(day)
			_, err := w.Identity.Verify(t.Context(), in.Token)
			require.ErrorIs(t, err, identity.ErrTokenExpired)
			next := w.refreshes(in.Refresh)
			require.NotContains(t, seen, next.Refresh)
			require.Equal(t, in.Session.ID, next.Session.ID)
			require.Zero(t, next.Session.Renewal)
			require.Equal(t, w.clock.Now().Add(identity.IdleLife), next.Session.EndsAt)
			caller := w.by(next)
			require.Equal(t, twist.Caller{
				Account: in.Session.Account, Session: in.Session.ID, Wallet: testkit.Wallet("fay"), Roles: []identity.Role{identity.RoleUser},
			}, caller)
			require.EqualValues(t, n+1, w.sessionOf(in).Renewal.Generation)
			in, seen = next, append(seen, next.Refresh)
		}
		require.Equal(t, []journal.Kind{
			journal.AccountOpened, journal.SessionOpened, journal.SessionRefreshed, journal.SessionRefreshed, journal.SessionRefreshed,
		}, w.kinds(0))
		for _, e := range w.told() {
			for _, secret := range append(seen, phone, in.Token) {
				require.NotContains(t, fmt.Sprint(e), secret)
			}
		}
		w.sound()
	})
}

// A client that lost the answer, however that came, asks again and has what it needs; after the grace it is
// taken for a thief.
func TestALostAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for name, lost := range map[string]*plan{
			"the_store_never_heard_of_it": {at: 1}, "the_answer_of_the_commit": {at: 1, after: true}, "with_the_process": {at: 1, after: true, panics: true},
		} {
			in := w.enters("fay", phone)
			dying := w.another(lost.into)
			func() {
				defer func() { _ = recover() }()
				_, err := dying.Identity.Refresh(t.Context(), in.Refresh, phone)
				require.ErrorIs(t, err, errCrash, name)
			}()
			w.clock.Advance(identity.RefreshGrace - time.Microsecond)
			next := w.refreshes(in.Refresh)
			w.by(next)
			require.EqualValues(t, 1, w.sessionOf(in).Renewal.Generation, name)
			w.by(w.refreshes(next.Refresh))
		}
		in := w.enters("fay", phone)
		w.refreshes(in.Refresh)
		w.clock.Advance(identity.RefreshGrace)
		_, err := w.Identity.Refresh(t.Context(), in.Refresh, phone)
		require.ErrorIs(t, err, identity.ErrRefreshReused)
		w.requireOver(in)
	})
}

// A stolen refresh token ends the session it belongs to as soon as both have used it, in whatever order; that
// is stored although it is answered with a refusal, told once, and touches no other session.
func TestTheftEndsTheSession(t *testing.T) {
	t.Parallel()
	type use func(w *world, token string) (twist.SignedIn, error)
	from := func(client string) use {
		return func(w *world, token string) (twist.SignedIn, error) {
			return w.Identity.Refresh(w.ctx(), token, client)
		}
	}
	for name, test := range map[string]struct {
		first, second use
		wait          time.Duration
		good          bool // whether the first is answered
	}{
		"the_thief_first":             {from(phone), from(phone), time.Minute, true},
		"the_victim_first":            {from(phone), from(phone), identity.RefreshGrace, true},
		"a_thief_without_the_client":  {from(phone), from(laptop), 0, true},
		"and_before_the_victim":       {from(laptop), from(phone), 0, false},
		"without_client_in_the_grace": {from(phone), from(laptop), time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				in, other := w.enters("fay", phone), w.enters("fay", laptop)
				w.by(in)
				next, err := test.first(w, in.Refresh)
				w.clock.Advance(test.wait)
				if test.good {
					require.NoError(t, err)
					w.by(next)
					_, err = test.second(w, in.Refresh)
				}
				require.ErrorIs(t, err, identity.ErrRefreshReused)
				require.ErrorIs(t, err, fault.Unauthenticated)
				require.Equal(t, identity.Reused, w.sessionOf(in).EndedBy, "the refusal is kept")
				w.requireOver(in)
				if test.good {
					w.requireOver(next)
				}
				require.Equal(t, []string{"refresh_reused"}, w.endings(in))
				w.by(other)
				_, err = w.Identity.Refresh(t.Context(), other.Refresh, laptop)
				require.NoError(t, err)
				w.sound()
			})
		})
	}
}

// Of 64 uses of one refresh token at the same moment one rotates it, and all are answered with the same next
// one; from another client they end the session, once.
func TestRefreshesAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in := w.enters("fay", phone)
		two := []*twist.Platform{w.Platform, w.another()}
		answers, errs := together(64, func(i int) (twist.SignedIn, error) {
			return two[i%2].Identity.Refresh(w.ctx(), in.Refresh, phone)
		})
		requireAll(t, errs)
		for _, answer := range answers {
			require.Equal(t, answers[0].Refresh, answer.Refresh)
			w.by(answer)
		}
		require.EqualValues(t, 1, w.sessionOf(in).Renewal.Generation)
		require.Equal(t, []journal.Kind{journal.AccountOpened, journal.SessionOpened, journal.SessionRefreshed}, w.kinds(0))

		_, errs = together(64, func(i int) (twist.SignedIn, error) {
			return two[i%2].Identity.Refresh(w.ctx(), answers[0].Refresh, laptop)
		})
		reused := 0
		for _, err := range errs {
			if errors.Is(err, identity.ErrRefreshReused) {
				reused++
				continue
			}
			require.ErrorIs(t, err, identity.ErrSessionEnded)
		}
		require.Equal(t, 1, reused)
		require.Equal(t, []string{"refresh_reused"}, w.endings(in))
		w.requireOver(answers[0])
		w.sound()
	})
}

// A session that is revoked while it is refreshed is over: whatever the refresh was answered with is worth
// nothing.
func TestRevokedWhileItIsRefreshed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in := w.enters("fay", phone)
		fay := w.by(in)
		answers, errs := together(32, func(i int) (twist.SignedIn, error) {
			switch i {
			case 9:
				return twist.SignedIn{}, w.Identity.SignOut(w.ctx(), fay)
			case 19:
				_, err := w.Identity.SignOutAll(w.ctx(), fay)
				return twist.SignedIn{}, err
			default:
				return w.Identity.Refresh(w.ctx(), in.Refresh, phone)
			}
		})
		for i, err := range errs {
			if err != nil {
				require.ErrorIs(t, err, identity.ErrSessionEnded)
			} else if answers[i].Token != "" {
				w.requireOver(answers[i])
			}
		}
		require.NoError(t, errs[9])
		require.NoError(t, errs[19])
		w.requireOver(in)
		ends := slices.DeleteFunc(w.kinds(0), func(k journal.Kind) bool { return k != journal.SessionEnded && k != journal.SessionsEnded })
		require.Len(t, ends, 1, "it ended once")
		w.sound()
	})
}

// A session ends thirty days after its last refresh and ninety after its signature, to the microsecond.
func TestSessionsComeToTheirEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const last = identity.IdleLife - time.Microsecond
		idle := w.enters("gil", phone)
		in := w.enters("fay", phone)
		opened := w.clock.Now()
		for range 3 {
			w.clock.Advance(last)
			in = w.refreshes(in.Refresh)
		}
		_, err := w.Identity.Refresh(t.Context(), idle.Refresh, phone)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		w.clock.Set(opened.Add(identity.SessionLife - 2*time.Second))
		in = w.refreshes(in.Refresh)
		require.Equal(t, opened.Add(identity.SessionLife), in.Session.EndsAt)
		require.Equal(t, opened.Add(identity.SessionLife), in.Claims.ExpiresAt, "no token outlives its session")
		w.by(in)
		w.clock.Set(opened.Add(identity.SessionLife - time.Microsecond))
		w.by(in)
		w.clock.Set(opened.Add(identity.SessionLife))
		w.requireOver(in)
		w.clock.Advance(-identity.SessionLife / 2)

		barely := w.enters("hal", phone)
		w.clock.Advance(identity.IdleLife)
		_, err = w.Identity.Refresh(t.Context(), barely.Refresh, phone)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		w.clock.Advance(-time.Microsecond)
		w.refreshes(barely.Refresh)
	})
}

// Two processes whose clocks disagree serve one client, which notices nothing.
func TestClocksThatDisagree(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		behind := testkit.NewClock(w.clock.Now().Add(-identity.ClockLeeway))
		other := w.another(func(c *twist.Config) { c.Clock = behind })
		in := w.enters("fay", phone)
		for range 4 {
			next, err := other.Identity.Refresh(t.Context(), in.Refresh, phone)
			require.NoError(t, err)
			again := w.refreshes(in.Refresh)
			require.Equal(t, next.Refresh, again.Refresh)
			for _, on := range []*twist.Platform{w.Platform, other} {
				for _, token := range []string{next.Token, again.Token} {
					_, err := on.Identity.Verify(t.Context(), token)
					require.NoError(t, err)
				}
			}
			in = w.refreshes(again.Refresh)
			w.clock.Advance(time.Minute)
			behind.Advance(time.Minute)
		}
	})
}

// A process whose clock is far ahead ends also what is over by its own clock only: everybody else lets it in.
func TestEndingAllHeedsNoClock(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ahead := testkit.NewClock(w.clock.Now().Add(identity.IdleLife - time.Minute))
		other := w.another(func(c *twist.Config) { c.Clock = ahead })
		in, lap := w.enters("fay", phone), w.enters("fay", laptop)
		fay := w.by(in)
		ahead.Advance(time.Hour)
		require.ErrorIs(t, in.Session.Alive(ahead.Now()), identity.ErrSessionEnded)
		ended, err := other.Identity.SignOutAll(t.Context(), fay)
		require.NoError(t, err)
		require.Equal(t, 2, ended)
		w.clock.Advance(twist.CallerLife) // what this process believed before
		for _, one := range []twist.SignedIn{in, lap} {
			w.requireOver(one)
			require.Equal(t, identity.SignedOut, w.sessionOf(one).EndedBy)
		}
		again, err := other.Identity.SignOutAll(t.Context(), fay)
		require.NoError(t, err)
		require.Zero(t, again, "each is ended once")
	})
}

// Neither kind of token is taken for the other, and what names no client costs no challenge.
func TestTokensAreNotEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.enters("fay", phone)
	_, err := w.Identity.Verify(t.Context(), in.Refresh)
	require.ErrorIs(t, err, identity.ErrToken)
	_, err = w.Identity.Refresh(t.Context(), in.Token, phone)
	require.ErrorIs(t, err, identity.ErrRefreshToken)
	_, err = w.Identity.Refresh(t.Context(), in.Refresh, "")
	require.ErrorIs(t, err, identity.ErrClient)
	w.refreshes(in.Refresh)

	challenge := w.challenge("fay")
	message, signature := testkit.Answer("fay", challenge)
	_, err = w.Identity.SignIn(t.Context(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "short")
	require.ErrorIs(t, err, identity.ErrClient)
	in, err = w.Identity.SignIn(t.Context(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	require.NoError(t, err)
	require.Empty(t, in.Refresh)
	require.Equal(t, w.clock.Now().Add(identity.AccessLife), in.Session.EndsAt, "it ends with its only token")

	never, err := identity.ParseRefreshToken(w.refreshes(w.enters("gil", phone).Refresh).Refresh)
	require.NoError(t, err)
	never.Session = "sess_never"
	_, err = w.Identity.Refresh(t.Context(), never.Text(), phone)
	require.ErrorIs(t, err, identity.ErrRefreshToken, "a session that never was is not told from a bad token")
}

// A junk token asks the store nothing.
func TestJunkAsksTheStoreNothing(t *testing.T) {
	t.Parallel()
	asked := &plan{at: 1}
	w := newWorld(t)
	on := w.another(asked.into)
	_, err := on.Identity.Refresh(t.Context(), w.enters("fay", phone).Refresh[1:], phone)
	require.ErrorIs(t, err, identity.ErrRefreshToken)
	_, err = on.Identity.Verify(t.Context(), "junk")
	require.ErrorIs(t, err, identity.ErrToken)
	require.False(t, asked.reached())
}

// Whoever holds an account sees its sessions that are alive and ends one or all of them, and nobody else's.
func TestSessionsAreTheirOwners(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		one, two, three, foreign := w.enters("fay", phone), w.enters("fay", laptop), w.enters("fay", phone), w.enters("gil", phone)
		fay, gil := w.by(one), w.by(foreign)
		list := func(by twist.Caller) (ids []identity.SessionID) {
			found, err := w.Identity.Sessions(t.Context(), by, "", 10)
			require.NoError(t, err)
			for _, s := range found {
				require.Zero(t, s.Renewal)
				ids = append(ids, s.ID)
			}
			return ids
		}
		require.Equal(t, []identity.SessionID{one.Session.ID, two.Session.ID, three.Session.ID}, list(fay))
		require.Equal(t, []identity.SessionID{foreign.Session.ID}, list(gil))
		for _, id := range []identity.SessionID{foreign.Session.ID, "sess_never"} {
			require.ErrorIs(t, w.Identity.RevokeSession(t.Context(), fay, id), identity.ErrSessionNotFound)
		}
		w.by(foreign)

		w.by(two)
		require.NoError(t, w.Identity.RevokeSession(t.Context(), fay, two.Session.ID))
		_, err := w.Identity.Verify(t.Context(), two.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded, "at once, though it was just known")
		n := len(w.told())
		require.NoError(t, w.Identity.RevokeSession(t.Context(), fay, two.Session.ID))
		require.Len(t, w.told(), n, "ending it again tells nothing")
		require.Equal(t, []string{"revoked"}, w.endings(two))
		require.Equal(t, []identity.SessionID{one.Session.ID, three.Session.ID}, list(fay))

		require.NoError(t, w.Identity.SignOut(t.Context(), fay))
		require.Equal(t, []string{"signed_out"}, w.endings(one))
		_, err = w.Identity.Verify(t.Context(), one.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)

		ended, err := w.Identity.SignOutAll(t.Context(), w.by(three))
		require.NoError(t, err)
		require.Equal(t, 1, ended)
		_, err = w.Identity.Verify(t.Context(), three.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		require.Equal(t, journal.SessionsEnded, w.told()[len(w.told())-1].Kind)
		require.Empty(t, list(fay))
		n = len(w.told())
		ended, err = w.Identity.SignOutAll(t.Context(), fay)
		require.NoError(t, err)
		require.Zero(t, ended)
		require.Len(t, w.told(), n)
		w.by(foreign)
		w.sound()
	})
}
