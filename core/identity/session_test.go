package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

func session(t *testing.T, roles ...identity.Role) identity.Session {
	t.Helper()
	c := asked(t)
	s, err := identity.OpenSession("sess_1", identity.OpenAccount("acct_1", c, start).FirstWallet(), c, append(roles, identity.RoleUser), start)
	require.NoError(t, err)
	return s
}

func TestOpenAccount(t *testing.T) {
	t.Parallel()
	require.Equal(t, identity.Account{ID: "acct_1", Wallet: wallet, OpenedAt: start.UTC()},
		identity.OpenAccount("acct_1", asked(t), start))
}

func TestOpenSession(t *testing.T) {
	t.Parallel()
	roles := []identity.Role{identity.RoleUser, identity.RoleMerchant}
	c := asked(t)
	got, err := identity.OpenSession("sess_1", identity.OpenAccount("acct_1", c, start).FirstWallet(), c, roles, start)
	require.NoError(t, err)
	roles[0] = identity.RoleAdmin
	require.Equal(t, identity.Session{
		ID: "sess_1", Account: "acct_1", Wallet: wallet, Challenge: "chal_01abc",
		Roles:    []identity.Role{identity.RoleUser, identity.RoleMerchant},
		OpenedAt: start.UTC(), ExpiresAt: start.UTC().Add(90 * 24 * time.Hour), EndsAt: start.UTC().Add(10 * time.Minute),
	}, got)
}

func TestOpenSessionRefuses(t *testing.T) {
	t.Parallel()
	c := asked(t)
	account := identity.OpenAccount("acct_1", c, start)
	for name, test := range map[string]struct {
		spoil func(*identity.Challenge)
		roles []identity.Role
		want  error
	}{
		"another_wallet":  {func(c *identity.Challenge) { c.Wallet = "2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8" }, identity.Roles(), identity.ErrChallengeMismatch}, // P-45
		"another_purpose": {func(c *identity.Challenge) { c.Purpose = "link" }, identity.Roles(), identity.ErrChallengeMismatch},
		"no_role":         {func(*identity.Challenge) {}, nil, identity.ErrRole},
		"a_made_up_role":  {func(*identity.Challenge) {}, []identity.Role{identity.RoleUser, "root"}, identity.ErrRole},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			test.spoil(&c)
			got, err := identity.OpenSession("sess_1", account.FirstWallet(), c, test.roles, start)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, got)
		})
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	s := session(t, identity.RoleInfluencer)
	got, err := s.Claims("tok_1", start)
	require.NoError(t, err)
	issued := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	require.Equal(t, identity.Claims{
		ID: "tok_1", Account: "acct_1", Session: "sess_1", Wallet: wallet,
		Roles:    []identity.Role{identity.RoleInfluencer, identity.RoleUser},
		IssuedAt: issued, ExpiresAt: issued.Add(10 * time.Minute),
	}, got)
	require.NoError(t, got.Check())
	require.True(t, got.Has(identity.RoleInfluencer))
	require.False(t, got.Has(identity.RoleAdmin))
	got.Roles[0] = identity.RoleAdmin
	require.Equal(t, identity.RoleInfluencer, s.Roles[0], "claims share nothing with the session")
}

// TestClaimsEndWithTheSession: no token outlives the session it belongs to.
func TestClaimsEndWithTheSession(t *testing.T) {
	t.Parallel()
	s := session(t)
	end := s.ExpiresAt.Truncate(time.Second) // the session ends 123 ms later
	for name, test := range map[string]struct {
		now     time.Time
		expires time.Time // zero: none are made
	}{
		"in_good_time":         {end.Add(-time.Hour), end.Add(-time.Hour + identity.AccessLife)},
		"in_the_last_minutes":  {end.Add(-time.Minute), end},
		"in_the_last_second":   {end.Add(-time.Second), end},
		"within_a_last_second": {end.Add(-time.Nanosecond), end},
		"with_no_second_left":  {end, time.Time{}},
		"after_the_end":        {s.ExpiresAt, time.Time{}},
		"long_after":           {end.AddDate(1, 0, 0), time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := s.Claims("tok_1", test.now)
			if test.expires.IsZero() {
				require.ErrorIs(t, err, identity.ErrSessionEnded)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.expires, got.ExpiresAt)
			require.NoError(t, got.Check())
		})
	}
}

func TestClaimsCheck(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*identity.Claims){
		"no_id":                    func(c *identity.Claims) { c.ID = "" },
		"no_account":               func(c *identity.Claims) { c.Account = "" },
		"no_session":               func(c *identity.Claims) { c.Session = "" },
		"no_wallet":                func(c *identity.Claims) { c.Wallet = "" },
		"a_weak_wallet":            func(c *identity.Claims) { c.Wallet = identity.Wallet(strings.Repeat("1", 32)) },
		"no_role":                  func(c *identity.Claims) { c.Roles = nil },
		"a_made_up_role":           func(c *identity.Claims) { c.Roles = append(c.Roles, "root") },
		"no_issue":                 func(c *identity.Claims) { c.IssuedAt = time.Time{} },
		"no_end":                   func(c *identity.Claims) { c.ExpiresAt = time.Time{} },
		"an_end_before_the_issue":  func(c *identity.Claims) { c.ExpiresAt = c.IssuedAt.Add(-time.Second) },
		"an_end_with_the_issue":    func(c *identity.Claims) { c.ExpiresAt = c.IssuedAt },
		"a_part_of_a_second":       func(c *identity.Claims) { c.IssuedAt = c.IssuedAt.Add(1) },
		"an_end_within_the_second": func(c *identity.Claims) { c.ExpiresAt = c.ExpiresAt.Add(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := session(t).Claims("tok_1", start)
			require.NoError(t, err)
			spoil(&c)
			require.ErrorIs(t, c.Check(), identity.ErrClaims)
		})
	}
}

func TestRolesAreClosed(t *testing.T) {
	t.Parallel()
	require.Equal(t, []identity.Role{"user", "influencer", "merchant", "operator", "admin", "service"}, identity.Roles())
}
