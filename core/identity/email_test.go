package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

const (
	day   = 24 * time.Hour
	token = "0123456789abcdefghijABCDEFGHIJ0123456789xyz"
	other = "0123456789abcdefghijABCDEFGHIJ0123456789xyZ"
)

// wanted is an email of which a letter with the token has left.
func wanted(t *testing.T) identity.Email {
	t.Helper()
	e, asked, err := identity.Email{Account: "acct_1"}.Ask("verif_1", "Ada@example.com", start)
	require.NoError(t, err)
	require.True(t, asked)
	e, armed := e.Arm("verif_1", token, start)
	require.True(t, armed)
	return e
}

func TestAnEmailIsProvenByItsToken(t *testing.T) {
	t.Parallel()
	e := wanted(t)
	require.NotContains(t, string(e.Pending.Token[:]), token[:8])
	last := start.Add(identity.EmailTokenLife - time.Microsecond)
	got, err := e.Verify(token, last)
	require.NoError(t, err)
	require.Equal(t, identity.Email{
		Account: "acct_1", Verified: "Ada@example.com", VerifiedAt: last.UTC(), Asked: 1, AskedSince: start.UTC(),
	}, got)
	_, err = got.Verify(token, last)
	require.ErrorIs(t, err, identity.ErrEmailToken, "once")
}

// P-39: whatever is wrong with a token, the answer is the same.
func TestATokenThatVerifiesNothing(t *testing.T) {
	t.Parallel()
	unarmed, _, err := identity.Email{}.Ask("verif_1", "a@b.io", start)
	require.NoError(t, err)
	again, _, err := wanted(t).Again("verif_2", start)
	require.NoError(t, err)
	changed, _, err := wanted(t).Ask("verif_2", "other@example.com", start)
	require.NoError(t, err)
	rearmed, _ := wanted(t).Arm("verif_1", other, start)
	for name, test := range map[string]struct {
		email identity.Email
		token string
		at    time.Time
	}{
		"another":                 {wanted(t), other, start},
		"none":                    {wanted(t), "", start},
		"shorter":                 {wanted(t), token[:42], start},
		"longer":                  {wanted(t), token + "0", start},
		"in_other_letters":        {wanted(t), strings.ToUpper(token), start},
		"too_late":                {wanted(t), token, start.Add(identity.EmailTokenLife)},
		"of_nobody":               {identity.Email{}, token, start},
		"empty_where_none_is":     {identity.Email{}, "", start},
		"before_the_letter":       {unarmed, "", start},
		"of_an_earlier_letter":    {again, token, start},
		"of_an_earlier_address":   {changed, token, start},
		"of_an_earlier_try":       {rearmed, token, start},
		"after_all_was_forgotten": {wanted(t).Forget(), token, start},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.email.Verify(test.token, test.at)
			require.Equal(t, identity.ErrEmailToken, err, "the fault as it was declared, without a detail")
			require.Zero(t, got)
		})
	}
}

func TestTheProvenAddressStaysUntilTheNextIs(t *testing.T) {
	t.Parallel()
	e, err := wanted(t).Verify(token, start)
	require.NoError(t, err)

	same, asked, err := e.Ask("verif_2", "ADA@Example.com", start)
	require.NoError(t, err)
	require.False(t, asked, "there is nothing to prove")
	require.Equal(t, e, same)

	next, asked, err := e.Ask("verif_2", "new@example.com", start)
	require.NoError(t, err)
	require.True(t, asked)
	require.Equal(t, identity.EmailAddress("Ada@example.com"), next.Verified)
	next, _ = next.Arm("verif_2", other, start)
	next, err = next.Verify(other, start)
	require.NoError(t, err)
	require.Equal(t, identity.EmailAddress("new@example.com"), next.Verified)

	back, asked, err := e.Ask("verif_3", "ada@example.com", start)
	require.NoError(t, err)
	require.False(t, asked)
	require.Zero(t, back.Pending)

	require.Equal(t, identity.Email{Account: "acct_1", Asked: 1, AskedSince: start.UTC()}, e.Forget())
}

func TestOnlyTheWantedVerificationIsArmed(t *testing.T) {
	t.Parallel()
	e := wanted(t)
	for _, id := range []identity.VerificationID{"", "verif_0"} {
		got, armed := e.Arm(id, other, start)
		require.False(t, armed)
		require.Equal(t, e, got)
	}
	_, armed := identity.Email{}.Arm("", other, start)
	require.False(t, armed)
	_, asked, err := identity.Email{}.Again("verif_1", start)
	require.NoError(t, err)
	require.False(t, asked, "nothing is to be proven")
}

func TestMailsAreLimitedByTheDay(t *testing.T) {
	t.Parallel()
	e := identity.Email{}
	var err error
	for n := range identity.MaxVerifications {
		e, _, err = e.Ask("verif_1", "a@b.io", start.Add(time.Duration(n)*time.Hour))
		require.NoError(t, err)
	}
	last := start.Add(day - time.Microsecond)
	_, _, err = e.Ask("verif_1", "c@d.io", last)
	require.ErrorIs(t, err, identity.ErrEmailLimit)
	_, _, err = e.Again("verif_1", last)
	require.ErrorIs(t, err, identity.ErrEmailLimit)
	_, _, err = e.Forget().Ask("verif_1", "a@b.io", last)
	require.ErrorIs(t, err, identity.ErrEmailLimit, "forgetting is no way past it")
	e, _, err = e.Again("verif_2", start.Add(day))
	require.NoError(t, err)
	require.Equal(t, 1, e.Asked)
	require.Equal(t, start.Add(day).UTC(), e.AskedSince)
}

// A clock that was far ahead once keeps nobody from a mail for longer.
func TestMailsAfterAClockFarAhead(t *testing.T) {
	t.Parallel()
	e := identity.Email{Account: "acct_1"}
	for range identity.MaxVerifications {
		var err error
		e, _, err = e.Ask("verif_1", "ada@example.com", start.Add(time.Minute))
		require.NoError(t, err)
	}
	_, _, err := e.Ask("verif_2", "ada@example.com", start)
	require.ErrorIs(t, err, identity.ErrEmailLimit, "clocks differ a little")
	e, _, err = e.Ask("verif_2", "ada@example.com", start.Add(-time.Microsecond))
	require.NoError(t, err)
	require.Equal(t, 1, e.Asked)
}
