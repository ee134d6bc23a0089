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

// issued is a challenge for something else than a session, whose first attempt is counted.
func issued(t *testing.T, ask identity.Ask) identity.Challenge {
	t.Helper()
	c, err := identity.IssueChallenge(site(), ask, "chal_01abc", wallet, nonce, start)
	require.NoError(t, err)
	c.Attempts = 1
	return c
}

// The text of a link names the account: byte for byte what wallets show.
func TestLinkText(t *testing.T) {
	t.Parallel()
	c := issued(t, identity.AskLink("acct_1"))
	require.Equal(t, strings.Replace(golden, "Sign in to Example Pay",
		"Link this wallet to account acct_1 of TWIST. Whoever signs in with it acts for that account. Do not sign if that account is not yours.", 1), c.Text())
	require.Equal(t, identity.AccountID("acct_1"), c.Account)
	require.NoError(t, c.Answer(start, []byte(c.Text()), sign(c.Text())))
}

func TestStepUpText(t *testing.T) {
	t.Parallel()
	c := issued(t, identity.AskStepUp("acct_1", "po_1", "Pay all of it (1 unit) to somebody."))
	require.Equal(t, strings.Replace(golden, "Sign in to Example Pay", "Pay all of it (1 unit) to somebody.", 1), c.Text())
	require.Equal(t, "po_1", c.Subject)
}

// An ask that does not name what its answer could be misused for is not issued, and neither is one that
// would break the grammar.
func TestIssueChallengeRefusesAsks(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]identity.Ask{
		"nothing":                   {},
		"no_purpose":                {Statement: "a"},
		"a_made_up_purpose":         {Purpose: "login", Account: "acct_1", Statement: "a"},
		"a_link_for_nobody":         identity.AskLink(""),
		"a_link_for_a_second_line":  identity.AskLink("acct_1\nURI: https://evil.org"),
		"a_link_for_a_long_name":    identity.AskLink(identity.AccountID(strings.Repeat("a", 65))),
		"a_link_of_something":       {Purpose: identity.Link, Account: "acct_1", Subject: "po_1", Statement: "a"},
		"a_sign_in_for_somebody":    {Purpose: identity.SignIn, Account: "acct_1", Statement: "a"},
		"a_step_up_for_nobody":      identity.AskStepUp("", "po_1", "a"),
		"a_step_up_of_nothing":      identity.AskStepUp("acct_1", "", "a"),
		"a_step_up_without_words":   identity.AskStepUp("acct_1", "po_1", ""),
		"a_step_up_of_two_lines":    identity.AskStepUp("acct_1", "po_1", "a\nb"),
		"a_step_up_beyond_ascii":    identity.AskStepUp("acct_1", "po_1", "für"),
		"a_step_up_that_is_endless": identity.AskStepUp("acct_1", "po_1", strings.Repeat("a", 513)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.IssueChallenge(site(), ask, "chal_1", wallet, nonce, start)
			require.ErrorIs(t, err, identity.ErrChallengeMalformed)
			require.ErrorIs(t, err, fault.Internal)
			require.Zero(t, got)
		})
	}
}

// P-45: of any two asks, a challenge of one serves the other only if they are equal.
func TestServes(t *testing.T) {
	t.Parallel()
	drawn := rapid.Custom(func(t *rapid.T) identity.Ask {
		account := identity.AccountID(rapid.SampledFrom([]string{"acct_1", "acct_2"}).Draw(t, "account"))
		switch rapid.SampledFrom([]identity.Purpose{identity.SignIn, identity.Link, identity.StepUp}).Draw(t, "purpose") {
		case identity.Link:
			return identity.AskLink(account)
		case identity.StepUp:
			return identity.AskStepUp(account, rapid.SampledFrom([]string{"po_1", "po_2"}).Draw(t, "subject"),
				rapid.SampledFrom([]string{"Pay 1.", "Pay 2."}).Draw(t, "intent"))
		default:
			return identity.AskSignIn(site())
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		one, two := drawn.Draw(t, "one"), drawn.Draw(t, "two")
		c, err := identity.IssueChallenge(site(), one, "chal_1", wallet, nonce, start)
		require.NoError(t, err)
		switch err := c.Serves(two); {
		case one == two:
			require.NoError(t, err)
		case one.Purpose == two.Purpose && one.Account == two.Account:
			require.ErrorIs(t, err, identity.ErrChallengeMismatch)
		default:
			require.ErrorIs(t, err, identity.ErrChallengeUnknown)
		}
	})
}

func TestAssent(t *testing.T) {
	t.Parallel()
	require.Equal(t, identity.Assent{Challenge: "chal_01abc", Purpose: identity.Link, Account: "acct_1", At: start.UTC()},
		issued(t, identity.AskLink("acct_1")).Assent(start))
	require.Equal(t, time.UTC, issued(t, identity.AskLink("acct_1")).Assent(start).At.Location())
}
