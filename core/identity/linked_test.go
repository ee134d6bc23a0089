package identity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

const second = identity.Wallet("2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8")

// owned is an account, and a wallet that joined it after a while.
func owned(after time.Duration) (identity.Account, identity.LinkedWallet) {
	account := identity.Account{ID: "acct_1", Wallet: wallet, OpenedAt: start.UTC()}
	return account, identity.LinkedWallet{Wallet: second, Account: "acct_1", LinkedAt: account.OpenedAt.Add(after)}
}

// A wallet settles a day after it was linked; the one that opened the account has settled, unless it came
// back.
func TestSettlesAt(t *testing.T) {
	t.Parallel()
	account, joined := owned(time.Hour)
	require.Equal(t, identity.LinkedWallet{Wallet: wallet, Account: "acct_1", LinkedAt: account.OpenedAt}, account.FirstWallet())
	require.Equal(t, account.OpenedAt, account.FirstWallet().SettlesAt(account))
	require.Equal(t, account.OpenedAt.Add(25*time.Hour), joined.SettlesAt(account))

	back := account.FirstWallet()
	back.LinkedAt = back.LinkedAt.Add(48 * time.Hour)
	require.False(t, account.OpenedBy(back))
	require.Equal(t, account.OpenedAt.Add(72*time.Hour), back.SettlesAt(account))
	elsewhere := account.FirstWallet()
	elsewhere.Account = "acct_2"
	require.False(t, account.OpenedBy(elsewhere))
	at := account.FirstWallet()
	at.Wallet = second
	require.False(t, account.OpenedBy(at), "another that was linked at the same moment")
	zoned := account.FirstWallet()
	zoned.LinkedAt = start
	require.True(t, account.OpenedBy(zoned), "the zone a store gives back changes nothing")
}

func TestLinkWallet(t *testing.T) {
	t.Parallel()
	answered := issued(t, identity.AskLink("acct_1"))
	got, err := identity.Wallets(nil).Link(answered, start)
	require.NoError(t, err)
	require.Equal(t, identity.LinkedWallet{Wallet: wallet, Account: "acct_1", LinkedAt: start.UTC()}, got)

	_, err = identity.Wallets(nil).Link(asked(t), start)
	require.ErrorIs(t, err, identity.ErrChallengeMismatch)
	_, err = identity.Wallets(nil).Link(issued(t, identity.AskStepUp("acct_1", "po_1", "a")), start)
	require.ErrorIs(t, err, identity.ErrChallengeMismatch)

	var all identity.Wallets
	for n := range identity.MaxWallets {
		_, err = all.Link(answered, start)
		require.NoError(t, err)
		all = append(all, identity.LinkedWallet{Wallet: identity.Wallet(fmt.Sprint(n)), Account: "acct_1"})
	}
	_, err = all.Link(answered, start)
	require.ErrorIs(t, err, identity.ErrWalletLimit)
}

// P-45: one wallet that has settled stays.
func TestUnlinkWallet(t *testing.T) {
	t.Parallel()
	account, joined := owned(time.Hour)
	first := account.FirstWallet()
	settles := joined.SettlesAt(account)
	for name, test := range map[string]struct {
		all    identity.Wallets
		wallet identity.Wallet
		now    time.Time
		want   error
	}{
		"the_only_one":                 {identity.Wallets{first}, wallet, settles, identity.ErrLastWallet},
		"one_that_is_not_there":        {identity.Wallets{first}, second, settles, identity.ErrWalletNotFound},
		"one_of_none":                  {nil, wallet, settles, identity.ErrWalletNotFound},
		"one_that_has_not_settled":     {identity.Wallets{joined, first}, second, joined.LinkedAt, nil},
		"the_first_beside_a_new_one":   {identity.Wallets{joined, first}, wallet, settles.Add(-time.Nanosecond), identity.ErrLastWallet},
		"the_first_beside_one_settled": {identity.Wallets{joined, first}, wallet, settles, nil},
		"the_last_new_one":             {identity.Wallets{joined}, second, settles, identity.ErrLastWallet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.all.Unlink(account, test.wallet, test.now)
			require.ErrorIs(t, err, test.want)
			if test.want == nil {
				require.Equal(t, test.wallet, got.Wallet)
			}
		})
	}
}
