package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

const (
	keyID    = identity.APIKeyID("key_01kb5g2m3n4p5q6r7s8t9v0w1x")
	keyDrawn = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
	keyText  = "twk_01kb5g2m3n4p5q6r7s8t9v0w1x_" + keyDrawn
)

func keyTerms() identity.APIKeyTerms {
	return identity.APIKeyTerms{Name: "a shop", Scopes: []identity.Scope{identity.ScopePayouts, identity.ScopeAccount, identity.ScopePayouts}}
}

func apiKey(t *testing.T) (identity.APIKey, identity.Digest) {
	t.Helper()
	key, text, err := identity.MakeAPIKey(keyID, "acct_1", keyTerms(), keyDrawn, start)
	require.NoError(t, err)
	require.Equal(t, keyText, text)
	id, secret, err := identity.ParseAPIKey(text)
	require.NoError(t, err)
	require.Equal(t, keyID, id)
	return key, secret
}

func TestMakeAPIKey(t *testing.T) {
	t.Parallel()
	key, secret := apiKey(t)
	made := start.UTC()
	require.Equal(t, identity.APIKey{
		ID: keyID, Account: "acct_1", Name: "a shop", Digest: secret, Scopes: []identity.Scope{identity.ScopeAccount, identity.ScopePayouts},
		PerMinute: 600, MadeAt: made, ExpiresAt: made.Add(90 * 24 * time.Hour),
	}, key)
	bare := key.Bare()
	require.Zero(t, bare.Digest)
	bare.Scopes[0] = identity.ScopeLinks
	require.Equal(t, identity.ScopeAccount, key.Scopes[0], "it shares nothing")
}

func TestAPIKeyTermsHaveLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*identity.APIKeyTerms)
		good   bool
	}{
		"the_shortest_name":    {func(v *identity.APIKeyTerms) { v.Name = "x" }, true},
		"the_longest_name":     {func(v *identity.APIKeyTerms) { v.Name = strings.Repeat("ü", 60) }, true},
		"no_name":              {func(v *identity.APIKeyTerms) { v.Name = "" }, false},
		"a_name_too_long":      {func(v *identity.APIKeyTerms) { v.Name = strings.Repeat("x", 61) }, false},
		"two_lines":            {func(v *identity.APIKeyTerms) { v.Name = "a\nb" }, false},
		"a_turned_line":        {func(v *identity.APIKeyTerms) { v.Name = "a\u202eb" }, false},
		"no_text":              {func(v *identity.APIKeyTerms) { v.Name = "a\xff" }, false},
		"space_around":         {func(v *identity.APIKeyTerms) { v.Name = " a" }, false},
		"every_scope":          {func(v *identity.APIKeyTerms) { v.Scopes = identity.Scopes() }, true},
		"no_scope":             {func(v *identity.APIKeyTerms) { v.Scopes = nil }, false},
		"a_made_up_scope":      {func(v *identity.APIKeyTerms) { v.Scopes = append(v.Scopes, "payouts:write") }, false},
		"once_a_minute":        {func(v *identity.APIKeyTerms) { v.PerMinute = 1 }, true},
		"most_a_minute":        {func(v *identity.APIKeyTerms) { v.PerMinute = 6_000 }, true},
		"too_much_a_minute":    {func(v *identity.APIKeyTerms) { v.PerMinute = 6_001 }, false},
		"less_than_never":      {func(v *identity.APIKeyTerms) { v.PerMinute = -1 }, false},
		"a_year":               {func(v *identity.APIKeyTerms) { v.Life = 365 * 24 * time.Hour }, true},
		"more_than_a_year":     {func(v *identity.APIKeyTerms) { v.Life = 365*24*time.Hour + 1 }, false},
		"a_second":             {func(v *identity.APIKeyTerms) { v.Life = time.Second }, true},
		"less_than_a_second":   {func(v *identity.APIKeyTerms) { v.Life = time.Second - 1 }, false},
		"over_before_it_began": {func(v *identity.APIKeyTerms) { v.Life = -time.Hour }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := keyTerms()
			test.change(&terms)
			key, text, err := identity.MakeAPIKey(keyID, "acct_1", terms, keyDrawn, start)
			if test.good {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, identity.ErrAPIKeyTerms)
			require.Zero(t, key)
			require.Empty(t, text)
		})
	}
	for _, odd := range []string{"", keyDrawn[1:], keyDrawn + "A", "-" + keyDrawn[1:]} {
		_, _, err := identity.MakeAPIKey(keyID, "acct_1", keyTerms(), odd, start)
		require.ErrorIs(t, err, fault.Internal)
	}
	_, _, err := identity.MakeAPIKey("sess_1", "acct_1", keyTerms(), keyDrawn, start)
	require.ErrorIs(t, err, fault.Internal)
}

// E-03: a secret is the whole secret: whichever byte of its digest differs, it proves nothing.
func TestAPIKeyProven(t *testing.T) {
	t.Parallel()
	key, secret := apiKey(t)
	require.NoError(t, key.Proven(secret, start))
	for n := range secret {
		for bit := range 8 {
			other := secret
			other[n] ^= 1 << bit
			require.ErrorIs(t, key.Proven(other, start), identity.ErrAPIKey)
		}
	}
	require.ErrorIs(t, key.Proven(identity.Digest{}, start), identity.ErrAPIKey)
	require.ErrorIs(t, key.Proven(identity.Digest{}, key.ExpiresAt), identity.ErrAPIKey, "who has no secret is not told that it ended")
}

func TestAPIKeysEnd(t *testing.T) {
	t.Parallel()
	key, secret := apiKey(t)
	require.NoError(t, key.Proven(secret, key.ExpiresAt.Add(-1)))
	require.ErrorIs(t, key.Proven(secret, key.ExpiresAt), identity.ErrAPIKeyEnded)
	revoked, changed := key.Revoke(start.Add(time.Hour))
	require.True(t, changed)
	require.ErrorIs(t, revoked.Proven(secret, start), identity.ErrAPIKeyEnded, "whatever the clock says")
	again, changed := revoked.Revoke(start.Add(2 * time.Hour))
	require.False(t, changed)
	require.Equal(t, revoked, again)
}

// Whatever an account and its wallet may do, its keys are no operator and no administrator.
func TestKeysAreNoOperators(t *testing.T) {
	t.Parallel()
	account := identity.Account{ID: "acct_1", Wallet: wallet, Roles: identity.Roles()}
	require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleInfluencer, identity.RoleMerchant, identity.RoleService}, identity.RolesOfAPIKey(account))
}

// E-03: what is no key of ours in its one spelling is refused.
func TestParseAPIKeyRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":            "",
		"the_mark":           "twk_",
		"another_mark":       "TWK_" + keyText[4:],
		"a_longer_secret":    keyText + "a",
		"a_shorter_secret":   keyText[:len(keyText)-1],
		"space":              keyText[:len(keyText)-1] + " ",
		"a_line_end":         keyText[:len(keyText)-1] + "\n",
		"a_zero_byte":        keyText[:len(keyText)-1] + "\x00",
		"other_letters":      keyText[:len(keyText)-2] + "ä",
		"base64":             keyText[:len(keyText)-1] + "=",
		"an_id_in_capitals":  strings.Replace(keyText, "01kb5g", "01KB5G", 1),
		"an_id_of_elsewhere": strings.Replace(keyText, "01kb5g", "../kb5", 1),
		"another_separator":  strings.Replace(keyText, "1x_", "1x-", 1),
		"space_before":       " " + keyText[:len(keyText)-1],
		"very_long":          keyText + strings.Repeat("a", 1<<16),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, secret, err := identity.ParseAPIKey(text)
			require.ErrorIs(t, err, identity.ErrAPIKey)
			require.Empty(t, id)
			require.Zero(t, secret)
		})
	}
}

func TestEveryMadeKeyIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := identity.APIKeyID("key_" + rapid.StringMatching(`[0-9a-z]{26}`).Draw(t, "id"))
		drawn := rapid.StringMatching(`[A-Za-z0-9]{43}`).Draw(t, "drawn")
		key, text, err := identity.MakeAPIKey(id, "acct_1", keyTerms(), drawn, start)
		require.NoError(t, err)
		require.NotContains(t, string(key.ID)+key.Name, drawn)
		read, secret, err := identity.ParseAPIKey(text)
		require.NoError(t, err)
		require.Equal(t, id, read)
		require.NoError(t, key.Proven(secret, start))
	})
}

func FuzzParseAPIKey(f *testing.F) {
	for _, seed := range []string{keyText, "", "twk_", keyText + "\n", strings.ToUpper(keyText), keyText[:40]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, secret, err := identity.ParseAPIKey(text)
		if err != nil {
			require.ErrorIs(t, err, identity.ErrAPIKey)
			return
		}
		require.NotZero(t, secret)
		require.True(t, identity.IsAPIKey(text))
		require.Equal(t, text[:30], "twk_"+strings.TrimPrefix(string(id), "key_"), "one spelling")
	})
}
