package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// drawn is what a generator might give: 43 letters and digits.
const drawn = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

var (
	phone   = clientOf("the-secret-of-a-phone")
	laptop  = clientOf("the-secret-of-a-laptop")
	present = []identity.Role{identity.RoleUser, identity.RoleMerchant}
)

func clientOf(secret string) identity.Client {
	c, err := identity.ParseClient(secret)
	if err != nil {
		panic(err)
	}
	return c
}

// renewable is a session of the phone with its first refresh token.
func renewable(t testing.TB) (identity.Session, identity.RefreshToken) {
	t.Helper()
	c, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_01abc", wallet, nonce, start)
	require.NoError(t, err)
	s, err := identity.OpenSession("sess_1", identity.OpenAccount("acct_1", c, start).FirstWallet(), c, present[:1], start)
	require.NoError(t, err)
	s, token, err := s.Renewable(phone, drawn, start)
	require.NoError(t, err)
	return s, token
}

// refresh is a refresh that must succeed.
func refresh(t testing.TB, s identity.Session, token identity.RefreshToken, now time.Time) identity.Refreshed {
	t.Helper()
	got, err := s.Refresh(token, phone, present, now)
	require.NoError(t, err)
	return got
}

func TestRenewable(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	require.Equal(t, start.UTC().Add(30*24*time.Hour), s.EndsAt, "it lasts while it is used")
	require.Equal(t, start.UTC().Add(90*24*time.Hour), s.ExpiresAt)
	require.Zero(t, s.Renewal.Generation)
	require.Equal(t, identity.SessionID("sess_1"), token.Session)
	bare := s.Bare()
	require.Zero(t, bare.Renewal)
	require.NotZero(t, s.Renewal)
	s.Renewal = identity.Renewal{}
	require.Equal(t, s, bare)
	for _, short := range []string{"", drawn[1:], drawn[1:] + "-", drawn[1:] + "\n"} {
		_, _, err := s.Renewable(phone, short, start)
		require.ErrorIs(t, err, identity.ErrEntropy)
	}
	_, _, err := s.Renewable(phone, drawn+"R", start)
	require.NoError(t, err)
}

// What is kept about tokens holds none of them, and printing shows neither.
func TestNothingKeptCanBePresented(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	next := refresh(t, s, token, start.Add(time.Hour))
	for _, kept := range []string{fmt.Sprintf("%x", s.Renewal.Key), fmt.Sprintf("%x", s.Renewal.Current), fmt.Sprintf("%x", s.Renewal.Client.Digest)} {
		for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %x", s, s.Renewal, s.Renewal)} {
			require.NotContains(t, shown, kept)
		}
	}
	require.Equal(t, "a refresh token of sess_1 a refresh token of sess_1", fmt.Sprintf("%#v %x", token, token))
	require.NotEqual(t, token.Text(), next.Token.Text())

	// Whoever read the store knows key and digest, and has a token of another client's session to study.
	thief, err := identity.ParseRefreshToken(token.Text())
	require.NoError(t, err)
	other := s
	other.Renewal.Current = s.Renewal.Key // as if the digest were a secret
	_, err = other.Refresh(thief, phone, present, start)
	require.ErrorIs(t, err, identity.ErrRefreshToken)
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	seen := []string{token.Text()}
	now := start
	for n := range 5 {
		now = now.Add(24 * time.Hour)
		got := refresh(t, s, token, now)
		require.True(t, got.Rotated)
		require.EqualValues(t, n+1, got.Session.Renewal.Generation)
		require.Equal(t, now.UTC(), got.Session.Renewal.At)
		require.Equal(t, present, got.Session.Roles, "the roles are those of now")
		require.Equal(t, now.UTC().Add(identity.IdleLife), got.Session.EndsAt)
		require.NotContains(t, seen, got.Token.Text())
		was := s
		was.Roles, was.EndsAt, was.Renewal = got.Session.Roles, got.Session.EndsAt, got.Session.Renewal
		require.Equal(t, was, got.Session, "nothing else changes")
		require.Equal(t, s.Renewal.Key, got.Session.Renewal.Key)
		require.Equal(t, s.Renewal.Client, got.Session.Renewal.Client)
		s, token = got.Session, got.Token
		seen = append(seen, token.Text())
	}
}

// A lost answer is given again, for half a minute, and changes nothing.
func TestRefreshGivesALostAnswerAgain(t *testing.T) {
	t.Parallel()
	s, first := renewable(t)
	at := start.Add(time.Hour)
	rotated := refresh(t, s, first, at)
	for name, test := range map[string]struct {
		now  time.Time
		lost bool
	}{
		"at_once":            {at, true},
		"in_the_last_moment": {at.Add(identity.RefreshGrace - time.Microsecond), true},
		"by_a_clock_behind":  {at.Add(-time.Minute), true},
		"too_late":           {at.Add(identity.RefreshGrace), false},
		"much_too_late":      {at.Add(24 * time.Hour), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rotated.Session.Refresh(first, phone, present, test.now)
			if !test.lost {
				require.ErrorIs(t, err, identity.ErrRefreshReused)
				require.Equal(t, identity.Reused, got.Session.EndedBy)
				require.Equal(t, test.now.UTC(), got.Session.EndedAt)
				require.Zero(t, got.Token)
				return
			}
			require.NoError(t, err)
			require.False(t, got.Rotated)
			require.Equal(t, rotated.Session, got.Session)
			require.Equal(t, rotated.Token.Text(), got.Token.Text())
			next, err := got.Session.Refresh(got.Token, phone, present, test.now)
			require.NoError(t, err, "what is given again is good")
			require.True(t, next.Rotated)
		})
	}
}

func TestRefreshRefuses(t *testing.T) {
	t.Parallel()
	s, first := renewable(t)
	at := start.Add(time.Hour)
	second := refresh(t, s, first, at)
	third := refresh(t, second.Session, second.Token, at.Add(time.Second))
	foreign, _, err := func() (identity.Session, identity.RefreshToken, error) {
		other := s
		other.Renewal = identity.Renewal{}
		return other.Renewable(phone, strings.ToUpper(drawn), start)
	}()
	require.NoError(t, err)
	_, theirs, err := foreign.Renewable(phone, strings.ToUpper(drawn), start)
	require.NoError(t, err)
	elsewhere := third.Session
	elsewhere.ID = "sess_2"
	bare := third.Session.Bare()
	out, _ := third.Session.End(identity.SignedOut, at)
	for name, test := range map[string]struct {
		session identity.Session
		token   identity.RefreshToken
		client  identity.Client
		now     time.Time
		want    error
		ends    bool
	}{
		"two_generations_old":         {third.Session, first, phone, at.Add(2 * time.Second), identity.ErrRefreshReused, true},
		"another_client":              {third.Session, third.Token, laptop, at, identity.ErrRefreshReused, true},
		"another_client_in_the_grace": {third.Session, second.Token, laptop, at, identity.ErrRefreshReused, true},
		"no_client":                   {third.Session, third.Token, identity.Client{}, at, identity.ErrRefreshReused, true},
		"a_later_generation":          {second.Session, third.Token, phone, at, identity.ErrRefreshToken, false}, // of a store that was restored
		"another_key":                 {third.Session, theirs, phone, at, identity.ErrRefreshToken, false},
		"another_session":             {elsewhere, third.Token, phone, at, identity.ErrRefreshToken, false},
		"a_session_without_tokens":    {bare, third.Token, phone, at, identity.ErrRefreshToken, false},
		"nothing":                     {third.Session, identity.RefreshToken{}, phone, at, identity.ErrRefreshToken, false},
		"nothing_of_a_bare_session":   {bare, identity.RefreshToken{Session: bare.ID}, identity.Client{}, at, identity.ErrRefreshToken, false},
		"signed_out":                  {out, third.Token, phone, at, identity.ErrSessionEnded, false},
		"signed_out_elsewhere":        {out, third.Token, laptop, at, identity.ErrSessionEnded, false},
		"idle_for_too_long":           {third.Session, third.Token, phone, third.Session.EndsAt, identity.ErrSessionEnded, false},
		"old_and_idle":                {third.Session, first, phone, third.Session.EndsAt, identity.ErrSessionEnded, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.session.Refresh(test.token, test.client, present, test.now)
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, fault.Unauthenticated)
			require.Zero(t, got.Token)
			require.False(t, got.Rotated)
			if !test.ends {
				require.Zero(t, got)
				return
			}
			require.ErrorIs(t, got.Session.Alive(test.now), identity.ErrSessionEnded)
			ended, _ := test.session.End(identity.Reused, test.now)
			require.Equal(t, ended, got.Session)
		})
	}
	_, err = third.Session.Refresh(third.Token, phone, nil, at)
	require.ErrorIs(t, err, identity.ErrRole)
}

// A session lasts thirty days from its last refresh and ninety from its first signature.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	require.NoError(t, s.Alive(start.Add(30*24*time.Hour-1)))
	require.ErrorIs(t, s.Alive(start.Add(30*24*time.Hour)), identity.ErrSessionEnded)
	now := start
	for range 3 {
		now = now.Add(identity.IdleLife - time.Microsecond)
		got := refresh(t, s, token, now)
		s, token = got.Session, got.Token
	}
	require.Equal(t, s.ExpiresAt, s.EndsAt, "nothing extends it past its end")
	require.NoError(t, s.Alive(s.ExpiresAt.Add(-1)))
	require.ErrorIs(t, s.Alive(s.ExpiresAt), identity.ErrSessionEnded)
	_, err := s.Refresh(token, phone, present, s.ExpiresAt)
	require.ErrorIs(t, err, identity.ErrSessionEnded)

	without := session(t)
	require.Equal(t, start.UTC().Add(identity.AccessLife), without.EndsAt, "it ends with its only token")
}

// A clock that is behind shortens nothing and moves no moment back.
func TestRefreshByAClockBehind(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	ahead := refresh(t, s, token, start.Add(time.Minute))
	behind := refresh(t, ahead.Session, ahead.Token, start)
	require.True(t, behind.Rotated)
	require.Equal(t, ahead.Session.EndsAt, behind.Session.EndsAt)
	require.Equal(t, ahead.Session.Renewal.At, behind.Session.Renewal.At)
}

func TestEnd(t *testing.T) {
	t.Parallel()
	s, _ := renewable(t)
	for _, why := range identity.Endings() {
		ended, did := s.End(why, start.Add(time.Hour))
		require.True(t, did)
		require.Equal(t, why, ended.EndedBy)
		require.ErrorIs(t, ended.Alive(start), identity.ErrSessionEnded)
		again, did := ended.End(identity.Barred, start.Add(2*time.Hour))
		require.False(t, did)
		require.Equal(t, ended, again)
	}
}

// TestOneTokenIsGoodAtATime: whatever tokens a client and a thief of some of them present in whatever order
// and however much time passes, at any moment one token at most gives a new one; and once anything but that
// one and the one just before was presented, none does.
func TestOneTokenIsGoodAtATime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, token := renewable(t)
		given, now := []identity.RefreshToken{token}, start
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(50*time.Second)).Draw(rt, "wait")))
			back := rapid.IntRange(0, len(given)-1).Draw(rt, "back")
			client := rapid.SampledFrom([]identity.Client{phone, phone, phone, laptop}).Draw(rt, "client")
			current := len(given) - 1
			lost := back == 1 && now.Before(s.Renewal.At.Add(identity.RefreshGrace))
			alive := s.Alive(now) == nil
			got, err := s.Refresh(given[current-back], client, present, now)
			switch {
			case !alive:
				require.ErrorIs(rt, err, identity.ErrSessionEnded)
			case client == phone && back == 0:
				require.NoError(rt, err)
				require.True(rt, got.Rotated)
				s, given = got.Session, append(given, got.Token)
			case client == phone && lost:
				require.NoError(rt, err)
				require.Equal(rt, given[current].Text(), got.Token.Text())
			default:
				require.ErrorIs(rt, err, identity.ErrRefreshReused)
				s = got.Session
				require.Error(rt, s.Alive(now))
			}
		}
	})
}

func TestParseClient(t *testing.T) {
	t.Parallel()
	for _, good := range []string{strings.Repeat("!", 16), strings.Repeat("~", 128), "0123456789abcdef"} {
		c, err := identity.ParseClient(good)
		require.NoError(t, err)
		require.NotZero(t, c)
		require.NotContains(t, string(c.Digest[:]), good)
	}
	for _, bad := range []string{
		"", strings.Repeat("a", 15), strings.Repeat("a", 129), strings.Repeat("a", 1<<20), "0123456789abcde ",
		"0123456789abcde\n", "0123456789abcde\x7f", "0123456789abcdé", "0123456789\x00abcdef",
	} {
		_, err := identity.ParseClient(bad)
		require.ErrorIs(t, err, identity.ErrClient, "%q", bad)
		require.ErrorIs(t, err, fault.Invalid)
	}
	require.NotEqual(t, phone, laptop)
}

func TestParseRefreshToken(t *testing.T) {
	t.Parallel()
	_, token := renewable(t)
	text := token.Text()
	require.Regexp(t, `^twr1\.sess_1\.0\.[A-Za-z0-9_-]{70}$`, text)
	got, err := identity.ParseRefreshToken(text)
	require.NoError(t, err)
	require.Equal(t, token, got)

	bad := []string{
		"", "twr1.", "twr1...", strings.TrimPrefix(text, "twr1."), text + "=", text + "A", text + "\n", " " + text, text[:len(text)-1],
		strings.Replace(text, "sess_1.0", "sess_1.00", 1), strings.Replace(text, "sess_1.0", "sess_1.+0", 1),
		strings.Replace(text, "sess_1.0", "sess_1.-1", 1), strings.Replace(text, "sess_1.0", "sess_1.1", 1),
		strings.Replace(text, "sess_1", "sess_2", 1), strings.Replace(text, "sess_1", "", 1), strings.Replace(text, "sess_1", "sess\x001", 1),
		strings.Replace(text, "sess_1", strings.Repeat("s", 65), 1), strings.Replace(text, "twr1", "twr2", 1),
		strings.Replace(text, "sess_1.0", "sess_1.9223372036854775808", 1), strings.Repeat("twr1.", 1<<18),
		"eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln", // an access token
	}
	for at := range len(text) { // no bit of it may be another
		spoilt := []byte(text)
		spoilt[at] ^= 1
		bad = append(bad, string(spoilt))
	}
	for _, other := range bad {
		_, err := identity.ParseRefreshToken(other)
		require.ErrorIs(t, err, identity.ErrRefreshToken, "%.200q", other)
	}
}

// FuzzParseRefreshToken: no text makes it panic, and what it takes has exactly this spelling.
func FuzzParseRefreshToken(f *testing.F) {
	_, token := renewable(f)
	f.Add(token.Text())
	f.Add("twr1.sess_1.0." + strings.Repeat("A", 70))
	f.Add("twr1.sess_1.-0.")
	f.Add("twr1..9223372036854775807.")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := identity.ParseRefreshToken(text)
		if err != nil {
			require.ErrorIs(t, err, identity.ErrRefreshToken)
			return
		}
		require.Equal(t, text, got.Text())
		s, own := renewable(t)
		if text != own.Text() {
			_, err := s.Refresh(got, phone, present, start)
			require.ErrorIs(t, err, identity.ErrRefreshToken)
		}
	})
}

func TestDigestsAreText(t *testing.T) {
	t.Parallel()
	text, err := phone.MarshalText()
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{64}$`, string(text))
	var read identity.Client
	require.NoError(t, read.UnmarshalText(text))
	require.Equal(t, phone, read)
	for _, other := range []string{"", "6", "zz", string(text[2:]), string(text) + "00", "g" + string(text[1:])} {
		require.ErrorIs(t, read.UnmarshalText([]byte(other)), fault.Internal)
		require.Equal(t, phone, read)
	}
}

func TestEndingsAreClosed(t *testing.T) {
	t.Parallel()
	require.Equal(t, []identity.Ending{"signed_out", "revoked", "barred", "refresh_reused"}, identity.Endings())
}

// A clock that was far ahead once does not take the bound off the grace.
func TestRefreshAfterAClockFarAhead(t *testing.T) {
	t.Parallel()
	s, token := renewable(t)
	far := refresh(t, s, token, start.Add(20*24*time.Hour))
	right := refresh(t, far.Session, far.Token, start.Add(time.Minute))
	require.Equal(t, start.Add(time.Minute).UTC(), right.Session.Renewal.At)
	_, err := right.Session.Refresh(far.Token, phone, present, start.Add(time.Minute+identity.RefreshGrace))
	require.ErrorIs(t, err, identity.ErrRefreshReused)
	near := refresh(t, s, token, start.Add(2*time.Minute))
	near = refresh(t, near.Session, near.Token, start.Add(time.Minute))
	require.Equal(t, start.Add(2*time.Minute).UTC(), near.Session.Renewal.At, "clocks differ a little")
}
