package contract

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Tokens is the specification of ports.Tokens.
func Tokens(t *testing.T, open func(t *testing.T) ports.Tokens) {
	for name, test := range map[string]func(*testing.T, ports.Tokens){
		"verify_gives_the_claims_that_were_issued": tokenRoundTrip,
		"tokens_of_different_claims_differ":        tokensDiffer,
		"malformed_claims_are_not_issued":          tokenClaimsChecked,
		"a_token_is_good_between_its_two_moments":  tokenMoments,
		"any_other_text_is_invalid":                tokenOtherText,
		"any_changed_character_is_invalid":         tokenChanged,
		"an_expired_forgery_is_merely_invalid":     tokenForgedExpired,
		"keys_have_an_id_each":                     tokenKeys,
		"neither_side_keeps_what_it_was_handed":    tokenCopies,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

// claims makes what a token of a fresh session says.
func claims(t *testing.T, roles ...identity.Role) identity.Claims {
	t.Helper()
	answered := challenge(t, 2)
	account := identity.OpenAccount("acct_1", answered, moment)
	session, err := identity.OpenSession("sess_1", account.FirstWallet(), answered, append(roles, identity.RoleUser), moment)
	require.NoError(t, err)
	c, err := session.Claims("tok_1", moment)
	require.NoError(t, err)
	return c
}

func issue(t *testing.T, s ports.Tokens, c identity.Claims) string {
	t.Helper()
	token, err := s.Issue(t.Context(), c)
	require.NoError(t, err)
	return token
}

func tokenRoundTrip(t *testing.T, s ports.Tokens) {
	for _, roles := range [][]identity.Role{nil, {identity.RoleMerchant}, identity.Roles()[1:]} {
		want := claims(t, roles...)
		got, err := s.Verify(t.Context(), issue(t, s, want), moment)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func tokensDiffer(t *testing.T, s ports.Tokens) {
	one := claims(t)
	two := one
	two.ID = "tok_2"
	require.NotEqual(t, issue(t, s, one), issue(t, s, two))
}

func tokenClaimsChecked(t *testing.T, s ports.Tokens) {
	for name, spoil := range map[string]func(*identity.Claims){
		"no id":           func(c *identity.Claims) { c.ID = "" },
		"no account":      func(c *identity.Claims) { c.Account = "" },
		"no session":      func(c *identity.Claims) { c.Session = "" },
		"no wallet":       func(c *identity.Claims) { c.Wallet = "" },
		"no role":         func(c *identity.Claims) { c.Roles = nil },
		"a made-up role":  func(c *identity.Claims) { c.Roles = []identity.Role{"root"} },
		"two roles in 1":  func(c *identity.Claims) { c.Roles = []identity.Role{"user admin"} },
		"no life":         func(c *identity.Claims) { c.ExpiresAt = c.IssuedAt },
		"too long a life": func(c *identity.Claims) { c.ExpiresAt = c.IssuedAt.Add(identity.AccessLife + time.Second) },
		"part of seconds": func(c *identity.Claims) { c.IssuedAt = c.IssuedAt.Add(time.Millisecond) },
	} {
		c := claims(t)
		spoil(&c)
		token, err := s.Issue(t.Context(), c)
		require.ErrorIs(t, err, identity.ErrClaims, name)
		require.Empty(t, token, name)
	}
}

func tokenMoments(t *testing.T, s ports.Tokens) {
	c := claims(t)
	token := issue(t, s, c)
	from, until := c.IssuedAt.Add(-identity.ClockLeeway), c.ExpiresAt.Add(identity.ClockLeeway)
	for _, test := range []struct {
		now  time.Time
		want error
	}{
		{from.Add(-time.Nanosecond), identity.ErrToken},
		{from, nil},
		{c.ExpiresAt, nil},
		{until.Add(-time.Nanosecond), nil},
		{until, identity.ErrTokenExpired},
		{until.Add(time.Minute), identity.ErrTokenExpired},
		{time.Time{}, identity.ErrToken},
	} {
		got, err := s.Verify(t.Context(), token, test.now)
		if test.want != nil {
			require.ErrorIs(t, err, test.want, test.now)
			require.Zero(t, got)
			continue
		}
		require.NoError(t, err, test.now)
		require.Equal(t, c, got)
	}
	_, err := s.Verify(t.Context(), token, until.AddDate(100, 0, 0))
	require.ErrorIs(t, err, fault.Unauthenticated, "its key may be gone")
}

func tokenOtherText(t *testing.T, s ports.Tokens) {
	token := issue(t, s, claims(t))
	parts := strings.Split(token, ".")
	for name, text := range map[string]string{
		"empty": "", "space": " ", "dots": "..", "words": "let me in", "not UTF-8": "\xff\xfe\xfd",
		"long": strings.Repeat("a", 1<<20), "many dots": strings.Repeat(".", 1<<20),
		"half": token[:len(token)/2], "led by a space": " " + token, "a line": token + "\n",
		"line inside": token[:len(token)-4] + "\n" + token[len(token)-4:], "padded": token + "=",
		"twice": token + token, "with a part more": token + ".a", "Bearer": "Bearer " + token,
		"first part": parts[0], "without the last part": strings.Join(parts[:len(parts)-1], "."),
	} {
		requireInvalid(t, s, text, name)
	}
}

func tokenChanged(t *testing.T, s ports.Tokens) {
	token := issue(t, s, claims(t))
	for i := range token {
		for _, bit := range []byte{1, 2, 4, 32} {
			changed := []byte(token)
			changed[i] ^= bit
			requireInvalid(t, s, string(changed), i)
		}
		requireInvalid(t, s, token[:i], i)
	}
}

func requireInvalid(t *testing.T, s ports.Tokens, text string, of any) {
	t.Helper()
	got, err := s.Verify(t.Context(), text, moment)
	require.ErrorIs(t, err, identity.ErrToken, of)
	require.Zero(t, got)
}

// tokenForgedExpired: only the bearer of a real token learns that it was real.
func tokenForgedExpired(t *testing.T, s ports.Tokens) {
	c := claims(t)
	token := []byte(issue(t, s, c))
	token[len(token)-10] ^= 1
	_, err := s.Verify(t.Context(), string(token), c.ExpiresAt.Add(time.Hour))
	require.ErrorIs(t, err, identity.ErrToken)
}

func tokenKeys(t *testing.T, s ports.Tokens) {
	keys, err := s.Keys(t.Context(), moment)
	require.NoError(t, err)
	require.NotEmpty(t, keys)
	ids := map[string]bool{}
	for _, key := range keys {
		require.NotEmpty(t, key.ID)
		require.NotZero(t, key.Key)
		ids[key.ID] = true
	}
	require.Len(t, ids, len(keys))
}

func tokenCopies(t *testing.T, s ports.Tokens) {
	given := claims(t)
	token := issue(t, s, given)
	given.Roles[0] = identity.RoleAdmin
	for range 2 {
		got, err := s.Verify(t.Context(), token, moment)
		require.NoError(t, err)
		require.Equal(t, claims(t), got)
		got.Roles[0] = identity.RoleAdmin
	}

	keys, err := s.Keys(t.Context(), moment)
	require.NoError(t, err)
	want := keys[0]
	keys[0] = identity.PublicKey{ID: "mine"}
	keys, err = s.Keys(t.Context(), moment)
	require.NoError(t, err)
	require.Equal(t, want, keys[0])
}
