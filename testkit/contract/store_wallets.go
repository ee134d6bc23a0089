package contract

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

func walletTests() map[string]storeTest {
	tests := map[string]storeTest{
		"a_wallet_finds_its_account":                      seeded(walletFound),
		"list_and_lock_give_the_wallets_of_an_account":    seeded(walletsOfAccount),
		"all_pages_through_the_linked_wallets":            seeded(walletPages),
		"shared_knows_what_two_accounts_have_in_common":   seeded(walletShared),
		"a_removed_wallet_may_be_linked_again":            seeded(walletRemoved),
		"removing_what_is_not_linked_succeeds":            seeded(walletRemovedTwice),
		"of_many_that_lock_and_leave_one_one_wallet_each": seeded(walletLockRace),
		"lock_holds_an_account_without_a_wallet":          seeded(walletLockNone),
		"an_account_opens_without_linking_its_wallet":     seeded(walletNotLinked),
		"a_assent_of_a_challenge_is_kept":                 seeded(assentKept),
		"an_abandoned_assent_leaves_its_challenge_unused": seeded(assentAbandoned),
		"of_many_assents_of_a_challenge_one_is_kept":      seeded(assentRace),
	}
	accountOfWallet.prove("the_account_of_a_wallet", tests)
	return tests
}

func linkWallet(w, n int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Wallets.Add(ctx, linkedWallet(w, n)) }
}

// accountOfWallet is of another account each time: a wallet is linked to one.
var accountOfWallet = unique[identity.LinkedWallet]{
	taken: identity.ErrWalletTaken,
	row: func(n int) identity.LinkedWallet {
		return identity.LinkedWallet{Wallet: wallet(1_000), Account: account(apart + n).ID, LinkedAt: later(n)}
	},
	add: func(ctx context.Context, tx ports.Tx, n int, row identity.LinkedWallet) error {
		return first(
			func() error { return tx.Accounts.Add(ctx, account(apart+n)) },
			func() error { return tx.Wallets.Add(ctx, row) },
		)
	},
	find: func(ctx context.Context, tx ports.Tx) (identity.LinkedWallet, bool, error) {
		return tx.Wallets.Find(ctx, wallet(1_000))
	},
}

// agree spends one challenge on the n-th thing of its own: of another purpose and account each time.
func agree(n int, challenge identity.ChallengeID) func(ctx context.Context, tx ports.Tx) error {
	c := assent(n)
	c.Challenge = challenge
	if n%2 == 1 {
		c.Purpose, c.Account = identity.Link, account(1).ID
	}
	return func(ctx context.Context, tx ports.Tx) error { return tx.Assents.Add(ctx, c) }
}

func assentKept(t *testing.T, s ports.Store) {
	write(t, s, agree(1, "chal_a"))
	refuse(t, s, identity.ErrChallengeUsed, agree(1, "chal_a"))
	refuse(t, s, identity.ErrChallengeUsed, agree(2, "chal_a"))
	refuse(t, s, identity.ErrChallengeUsed, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return agree(3, "chal_b")(ctx, tx) },
			func() error { return agree(4, "chal_b")(ctx, tx) },
		)
	})
	write(t, s, agree(3, "chal_b"))
}

func assentAbandoned(t *testing.T, s ports.Store) {
	abandon(t, s, agree(1, "chal_a"))
	write(t, s, agree(1, "chal_a"))
}

// assentRace is a replay of one signed challenge from a restored cache, many times at once.
func assentRace(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error { return agree(n, "chal_a")(ctx, tx) })
	requireWinners(t, 1, identity.ErrChallengeUsed, answers)
}

func findWallet(t *testing.T, s ports.Store, w identity.Wallet) found[identity.LinkedWallet] {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[identity.LinkedWallet], error) {
		return find(tx.Wallets.Find(ctx, w))
	})
}

func walletFound(t *testing.T, s ports.Store) {
	write(t, s, linkWallet(1, 1))
	require.Equal(t, present(linkedWallet(1, 1)), findWallet(t, s, wallet(1)))
	require.Equal(t, absent[identity.LinkedWallet](), findWallet(t, s, wallet(9)))
	require.Equal(t, absent[identity.LinkedWallet](), findWallet(t, s, identity.Wallet(strings.ToLower(string(wallet(1))))), "base58 minds its case")
}

// sorted gives wallets in the order of their addresses.
func sorted(all ...identity.LinkedWallet) identity.Wallets {
	slices.SortFunc(all, func(a, b identity.LinkedWallet) int { return cmp.Compare(a.Wallet, b.Wallet) })
	return all
}

func requireWallets(t *testing.T, s ports.Store, n int, want identity.Wallets) {
	t.Helper()
	require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (identity.Wallets, error) {
		return v.Wallets.List(ctx, account(n).ID)
	}))
	require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Wallets, error) {
		return tx.Wallets.Lock(ctx, account(n).ID)
	}))
}

func walletsOfAccount(t *testing.T, s ports.Store) {
	var mine []identity.LinkedWallet
	for w := range 8 {
		write(t, s, linkWallet(w, w%2))
		if w%2 == 1 {
			mine = append(mine, linkedWallet(w, 1))
		}
	}
	requireWallets(t, s, 1, sorted(mine...))
	requireWallets(t, s, 2, nil)
	within := inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Wallets, error) {
		if err := first(
			func() error { return linkWallet(8, 2)(ctx, tx) },
			func() error { return linkWallet(9, 2)(ctx, tx) },
			func() error { return tx.Wallets.Remove(ctx, wallet(8)) },
		); err != nil {
			return nil, err
		}
		return tx.Wallets.Lock(ctx, account(2).ID)
	})
	require.Equal(t, identity.Wallets{linkedWallet(9, 2)}, within, "the unit sees what it wrote")
}

func walletPages(t *testing.T, s ports.Store) {
	var all []identity.LinkedWallet
	for w := range 6 {
		write(t, s, linkWallet(w, w%3))
		all = append(all, linkedWallet(w, w%3))
	}
	requirePages(t, s, []identity.LinkedWallet(sorted(all...)),
		func(ctx context.Context, v ports.View, after identity.LinkedWallet, limit int) ([]identity.LinkedWallet, error) {
			return v.Wallets.All(ctx, after.Wallet, limit)
		})
}

func removeWallet(w int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Wallets.Remove(ctx, wallet(w)) }
}

func walletRemoved(t *testing.T, s ports.Store) {
	write(t, s, linkWallet(1, 1))
	abandon(t, s, removeWallet(1))
	require.Equal(t, present(linkedWallet(1, 1)), findWallet(t, s, wallet(1)))
	write(t, s, removeWallet(1))
	require.Equal(t, absent[identity.LinkedWallet](), findWallet(t, s, wallet(1)))
	write(t, s, linkWallet(1, 2))
	require.Equal(t, present(linkedWallet(1, 2)), findWallet(t, s, wallet(1)))
	requireWallets(t, s, 1, nil)
}

func walletRemovedTwice(t *testing.T, s ports.Store) {
	write(t, s, linkWallet(1, 1))
	write(t, s, removeWallet(2))
	requireWallets(t, s, 1, identity.Wallets{linkedWallet(1, 1)})
}

// walletLockRace: whoever holds the wallets decides by all of them: of as many removals as there are wallets,
// each of another one, all but one go through.
func walletLockRace(t *testing.T, s ports.Store) {
	for w := range racers {
		write(t, s, linkWallet(w, 1))
	}
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		held, err := tx.Wallets.Lock(ctx, account(1).ID)
		if err == nil && len(held) == 1 {
			err = errAbandoned
		}
		if err != nil {
			return err
		}
		return tx.Wallets.Remove(ctx, wallet(n))
	})
	requireWinners(t, racers-1, errAbandoned, answers)
}

// walletLockNone: of many that find none and add one of their own, one adds.
func walletLockNone(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		held, err := tx.Wallets.Lock(ctx, account(1).ID)
		if err == nil && len(held) > 0 {
			err = errAbandoned
		}
		if err != nil {
			return err
		}
		return linkWallet(n, 1)(ctx, tx)
	})
	requireWinners(t, 1, errAbandoned, answers)
}

// walletNotLinked: two accounts may have been opened by one wallet, one after the other.
func walletNotLinked(t *testing.T, s ports.Store) {
	again := account(apart)
	again.Wallet = account(1).Wallet
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, again) })
	require.Equal(t, absent[identity.LinkedWallet](), findWallet(t, s, again.Wallet))
}

func walletShared(t *testing.T, s ports.Store) {
	for n := 20; n < 24; n++ {
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, account(n)) })
	}
	shared := func(one, other int) bool {
		look := func(one, other int) bool {
			return inside(t, s, func(ctx context.Context, tx ports.Tx) (bool, error) {
				return tx.Wallets.Shared(ctx, account(one).ID, account(other).ID)
			})
		}
		require.Equal(t, look(one, other), look(other, one), "in whatever order")
		return look(one, other)
	}
	pay := func(n, account, to int) {
		p := payout(n)
		p.Account, p.Destination = payouts.AccountID(accountID(account)), payouts.Address(wallet(to))
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, p) })
	}
	require.False(t, shared(20, 21))
	require.False(t, shared(20, 99), "of whom nothing is known")
	write(t, s, linkWallet(20, 21)) // which opened 20
	require.True(t, shared(20, 21))
	write(t, s, removeWallet(20))
	require.False(t, shared(20, 21))
	write(t, s, linkWallet(30, 22))
	for n := range 5 { // several to each of a few, in between those of somebody else
		pay(50+n, 22, 31+n%3)
		pay(60+n, 23, 41+n%3)
	}
	require.False(t, shared(22, 23))
	pay(70, 23, 30)
	require.True(t, shared(22, 23), "linked to one, and the other was paid to it")
	require.False(t, shared(21, 22))
	pay(71, 21, 33)
	require.True(t, shared(21, 22), "both were paid to it")
	require.False(t, shared(21, 23))
	pay(72, 23, 21)
	require.True(t, shared(21, 23), "it opened one, and the other was paid to it")
	require.False(t, shared(20, 22))
}
