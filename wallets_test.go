package twist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// inBothStores runs a test in memory and on PostgreSQL.
func inBothStores(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		store := openStore(t, pgtest.Open(t, migrate))
		test(t, newWorldOver(t, store, store.Clicks()))
	})
}

// signed is what the wallet of a name answers to a challenge.
func signed(name string, challenge identity.Challenge) twist.Answer {
	message, signature := testkit.Answer(name, challenge)
	return twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}
}

// restore puts a challenge back as it was issued, as a cache that is restored from a copy does.
func (w *world) restore(challenge identity.Challenge) {
	w.t.Helper()
	require.NoError(w.t, w.config.Challenges.Put(w.ctx(), challenge))
}

// linkTo asks the wallet of a name to join an account.
func (w *world) linkTo(by twist.Caller, name string) identity.Challenge {
	w.t.Helper()
	challenge, err := w.Identity.LinkChallenge(w.ctx(), by, string(testkit.Wallet(name)))
	require.NoError(w.t, err)
	return challenge
}

// join links the wallet of a name to an account.
func (w *world) join(by twist.Caller, name string) twist.WalletDetail {
	w.t.Helper()
	linked, err := w.Identity.Link(w.ctx(), by, signed(name, w.linkTo(by, name)))
	require.NoError(w.t, err)
	return linked
}

func (w *world) part(by twist.Caller, name string) error {
	return w.Identity.Unlink(w.ctx(), by, testkit.Wallet(name))
}

// walletsOf gives the addresses of an account.
func (w *world) walletsOf(by twist.Caller) (all []identity.Wallet) {
	w.t.Helper()
	details, err := w.Identity.Wallets(w.ctx(), by)
	require.NoError(w.t, err)
	for _, d := range details {
		all = append(all, d.Wallet)
	}
	return all
}

// signInAnew signs a name in anew.
func (w *world) signInAnew(name string) twist.Caller {
	w.t.Helper()
	in, err := w.answer(name, w.challenge(name))
	require.NoError(w.t, err)
	caller, err := w.Identity.Verify(w.ctx(), in.Token)
	require.NoError(w.t, err)
	return caller
}

// A wallet that is linked signs in to the account it joined, is told when it settles, and opens an account of
// its own once it has left.
func TestSecondWallet(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		linked := w.join(fay, "fob")
		now := w.clock.Now()
		require.Equal(t, twist.WalletDetail{
			LinkedWallet: identity.LinkedWallet{Wallet: testkit.Wallet("fob"), Account: fay.Account, LinkedAt: now},
			SettlesAt:    now.Add(identity.WalletCooldown),
		}, linked)
		require.ElementsMatch(t, []identity.Wallet{testkit.Wallet("fay"), testkit.Wallet("fob")}, w.walletsOf(fay))
		fob := w.signInAnew("fob")
		require.Equal(t, fay.Account, fob.Account)
		require.Equal(t, testkit.Wallet("fob"), fob.Wallet)
		account, err := w.Identity.Account(t.Context(), fob)
		require.NoError(t, err)
		require.Equal(t, testkit.Wallet("fay"), account.Wallet, "the one that opened it")

		require.ErrorIs(t, w.part(fay, "gil"), identity.ErrWalletNotFound)
		session, err := w.answer("fob", w.challenge("fob"))
		require.NoError(t, err)
		require.NoError(t, w.part(fay, "fob"))
		_, err = w.Identity.Verify(t.Context(), session.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		require.Equal(t, []identity.Wallet{testkit.Wallet("fay")}, w.walletsOf(fay))
		other := w.signInAnew("fob")
		require.NotEqual(t, fay.Account, other.Account)
		require.Equal(t, []identity.Wallet{testkit.Wallet("fob")}, w.walletsOf(other))
		w.sound()
	})
}

// The wallet that opened an account may leave once another has settled; who signs in with it then is somebody
// else, and it may come back.
func TestFirstWalletLeaves(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		w.join(fay, "fob")
		require.ErrorIs(t, w.part(fay, "fay"), identity.ErrLastWallet, "the other has not settled")
		w.clock.Advance(identity.WalletCooldown - time.Microsecond)
		require.ErrorIs(t, w.part(fay, "fay"), identity.ErrLastWallet)
		w.clock.Advance(time.Microsecond)
		require.NoError(t, w.part(fay, "fay"))
		_, err := w.Identity.Wallets(t.Context(), fay)
		require.ErrorIs(t, err, identity.ErrSessionEnded, "the token of a wallet that left speaks no more")
		stranger := w.signInAnew("fay")
		require.NotEqual(t, fay.Account, stranger.Account)

		fob := w.signInAnew("fob")
		require.Equal(t, fay.Account, fob.Account)
		_, err = w.Identity.Link(t.Context(), fob, signed("fay", w.linkTo(fob, "fay")))
		require.ErrorIs(t, err, identity.ErrWalletTaken)
		w.sound()
	})
}

// P-45: an answer serves its own purpose and account, and the text says which.
func TestAnswersServeTheirPurpose(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay, mallory := w.signIn("fay"), w.signIn("mallory")
		toFay := w.linkTo(fay, "fob")
		require.Contains(t, toFay.Text(), "\nLink this wallet to account "+string(fay.Account)+" of TWIST.")
		require.Equal(t, identity.Link, toFay.Purpose)

		for name, attempt := range map[string]struct {
			do   func() error
			want error
		}{
			"a_link_opens_no_session": {func() error { _, err := w.answer("fob", toFay); return err }, identity.ErrChallengeUnknown},
			"a_sign_in_links_nothing": {func() error {
				_, err := w.Identity.Link(w.ctx(), fay, signed("fob", w.challenge("fob")))
				return err
			}, identity.ErrChallengeUnknown},
			"a_link_of_another_account": {func() error {
				_, err := w.Identity.Link(w.ctx(), mallory, signed("fob", toFay))
				return err
			}, identity.ErrChallengeUnknown},
			"signed_by_another_wallet": {func() error {
				_, err := w.Identity.Link(w.ctx(), fay, signed("mallory", toFay))
				return err
			}, identity.ErrSignature},
			"the_text_of_another_account": {func() error { // a phished signature, pasted into one's own challenge
				own := w.linkTo(mallory, "fob")
				answer := signed("fob", toFay)
				answer.Challenge = own.ID
				_, err := w.Identity.Link(w.ctx(), mallory, answer)
				return err
			}, identity.ErrChallengeMismatch},
			"late": {func() error {
				late := w.linkTo(fay, "gil")
				w.clock.Advance(identity.ChallengeLife)
				_, err := w.Identity.Link(w.ctx(), fay, signed("gil", late))
				w.clock.Advance(-identity.ChallengeLife)
				return err
			}, identity.ErrChallengeExpired},
		} {
			err := attempt.do()
			require.ErrorIs(t, err, attempt.want, name)
			require.ErrorIs(t, err, fault.Unauthenticated, name)
		}
		require.Len(t, w.walletsOf(fay), 1)
		require.Len(t, w.walletsOf(mallory), 1)
		_, err := w.Identity.LinkChallenge(w.ctx(), fay, "11111111111111111111111111111111")
		require.ErrorIs(t, err, identity.ErrWallet)
		w.sound()
	})
}

// P-45: a challenge links once, for ever: also after the wallet has left, and whatever the cache gives out.
func TestLinkIsSpentOnce(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		challenge := w.linkTo(fay, "fob")
		_, errs := together(16, func(int) (twist.WalletDetail, error) {
			w.restore(challenge)
			return w.Identity.Link(w.ctx(), fay, signed("fob", challenge))
		})
		requireRefused(t, errs, 1, identity.ErrChallengeUsed)
		require.NoError(t, w.part(fay, "fob"))
		w.restore(challenge)
		_, err := w.Identity.Link(w.ctx(), fay, signed("fob", challenge))
		require.ErrorIs(t, err, identity.ErrChallengeUsed)
		require.Len(t, w.walletsOf(fay), 1)
		w.sound()
	})
}

// P-45: of many accounts that link one wallet at the same moment one has it, and nobody takes a wallet that
// has an account.
func TestWalletIsLinkedToOneAccount(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const n = 12
		callers, challenges := make([]twist.Caller, n), make([]identity.Challenge, n)
		for i := range n {
			callers[i] = w.signIn(numbered("fan", i))
			challenges[i] = w.linkTo(callers[i], "spare")
		}
		_, errs := together(n, func(i int) (twist.WalletDetail, error) {
			return w.Identity.Link(w.ctx(), callers[i], signed("spare", challenges[i]))
		})
		requireRefused(t, errs, 1, identity.ErrWalletTaken)
		for i, err := range errs {
			require.Equal(t, err == nil, len(w.walletsOf(callers[i])) == 2)
			if err == nil {
				require.Equal(t, callers[i].Account, w.signInAnew("spare").Account)
			}
		}
		_, err := w.Identity.Link(w.ctx(), callers[0], signed("fan01", w.linkTo(callers[0], "fan01")))
		require.ErrorIs(t, err, identity.ErrWalletTaken)
		w.sound()
	})
}

// An account has so many wallets and no more, also when several join at the same moment.
func TestWalletLimit(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		challenges := make([]identity.Challenge, 2*identity.MaxWallets)
		for i := range challenges {
			challenges[i] = w.linkTo(fay, numbered("fob", i))
		}
		_, errs := together(len(challenges), func(i int) (twist.WalletDetail, error) {
			return w.Identity.Link(w.ctx(), fay, signed(numbered("fob", i), challenges[i]))
		})
		requireRefused(t, errs, identity.MaxWallets-1, identity.ErrWalletLimit)
		require.Len(t, w.walletsOf(fay), identity.MaxWallets)
		w.sound()
	})
}

// P-45: of two wallets, unlinked at the same moment from two sessions, one stays.
func TestLastWalletStays(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		require.ErrorIs(t, w.part(fay, "fay"), identity.ErrLastWallet)
		for round := range 8 {
			name := numbered("fan", round)
			first := w.signIn(name)
			other := name + "b"
			w.join(first, other)
			w.clock.Advance(identity.WalletCooldown)
			second := w.signInAnew(other)
			_, errs := together(2, func(i int) (struct{}, error) {
				if i == 0 {
					return struct{}{}, w.part(first, other)
				}
				return struct{}{}, w.part(second, name)
			})
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
					require.Equal(t, []identity.Wallet{testkit.Wallet([]string{name, other}[i])}, w.walletsOf([]twist.Caller{first, second}[i]))
					continue
				}
				require.ErrorIs(t, err, identity.ErrSessionEnded, "the winner has ended the loser's session")
			}
			require.Equal(t, 1, won)
		}
		w.sound()
	})
}

// P-45: of two wallets, each unlinked by the other's request in one session, one stays: whoever decides
// last sees what the first one did.
func TestUnlinksOfOneSession(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		w.join(fay, "fob")
		w.join(fay, "fox")
		w.clock.Advance(identity.WalletCooldown)
		require.NoError(t, w.part(fay, "fox"))
		w.join(fay, "fig") // has not settled: it does not count
		fob := w.signInAnew("fob")
		_, errs := together(16, func(i int) (struct{}, error) {
			return struct{}{}, w.part(fob, []string{"fay", "fob"}[i%2])
		})
		passed := 0
		for _, err := range errs {
			if err == nil {
				passed++
			}
		}
		require.Equal(t, 1, passed, "%v", errs)
		w.sound()
	})
}

// A thief with a stolen token links a wallet and tries to shut the holder out with it: a day goes by first.
func TestStolenSessionIsADayAway(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		stolen := w.signIn("fay")
		w.join(stolen, "mallory")
		mallory := w.signInAnew("mallory")
		require.ErrorIs(t, w.part(mallory, "fay"), identity.ErrLastWallet)
		fay := w.signInAnew("fay")
		require.NoError(t, w.part(fay, "mallory"))
		_, err := w.Identity.LinkChallenge(t.Context(), mallory, string(testkit.Wallet("mallory")))
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		again := signed("mal", w.linkTo(fay, "mal")) // asked for in time, answered too late
		_, err = w.Identity.Link(t.Context(), mallory, again)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		w.sound()
	})
}
