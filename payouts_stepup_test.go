package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/testkit"
)

// large is a payout that needs a step-up.
const large = payouts.StepUpFrom

// intend asks a wallet of a name to agree to a payout.
func (w *world) intend(by twist.Caller, amount money.Amount, to, signer string) identity.Challenge {
	w.t.Helper()
	challenge, err := w.Payouts.Challenge(w.ctx(), by, twist.PayoutRequest{Amount: amount, Destination: testkit.Wallet(to)}, testkit.Wallet(signer))
	require.NoError(w.t, err)
	return challenge
}

// withdraw asks for a payout with the answer of a wallet.
func (w *world) withdraw(ctx context.Context, by twist.Caller, amount money.Amount, to string, answer twist.Answer) (payouts.Payout, error) {
	return w.Payouts.RequestTo(ctx, by, twist.PayoutRequest{Amount: amount, Destination: testkit.Wallet(to), Answer: &answer})
}

// settled is a world in which fay's account has tokens and a second wallet, fob, which has settled.
func settled(w *world) twist.Caller {
	w.t.Helper()
	fay := w.deposit("fay", testkit.TWIST(20_000))
	w.join(fay, "fob")
	w.clock.Advance(identity.WalletCooldown)
	return fay
}

// A large payout is made by the signature of a wallet over its intent, and arrives.
func TestStepUp(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		_, err := w.Payouts.Request(t.Context(), fay, large)
		require.ErrorIs(t, err, payouts.ErrStepUp)
		challenge := w.intend(fay, large, "fay", "fob")
		require.Contains(t, challenge.Text(), "\nPay 1000.000000000 TWIST (1000000000000 base units of mint "+w.config.Mint+") to "+
			string(wallet("fay"))+" as payout "+challenge.Subject+" of account "+string(fay.Account)+". A fee of 0.100000000 TWIST comes on top.\n")
		require.Contains(t, challenge.Text(), "\nExpiration Time: ")
		payout, err := w.withdraw(t.Context(), fay, large, "fay", signed("fob", challenge))
		require.NoError(t, err)
		require.Equal(t, payouts.ID(challenge.Subject), payout.ID)
		require.Equal(t, large, payout.Amount)
		w.settle()
		require.Equal(t, large, w.cluster.TwistOf(wallet("fay")))
		w.sound()
	})
}

// The first payout to a wallet that was linked needs a step-up, whatever the amount; the next ones do not,
// until the wallet has left and come back.
func TestNewDestinationNeedsAStepUp(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		small := twist.PayoutRequest{Amount: payouts.Minimum, Destination: testkit.Wallet("fob")}
		_, err := w.Payouts.RequestTo(t.Context(), fay, small)
		require.ErrorIs(t, err, payouts.ErrStepUp)
		_, err = w.withdraw(t.Context(), fay, payouts.Minimum, "fob", signed("fay", w.intend(fay, payouts.Minimum, "fob", "fay")))
		require.NoError(t, err)
		_, err = w.Payouts.RequestTo(t.Context(), fay, small)
		require.NoError(t, err, "it is known now")
		_, err = w.Payouts.Request(t.Context(), w.signInAnew("fob"), payouts.Minimum)
		require.NoError(t, err, "a session's own wallet is its destination")

		require.NoError(t, w.part(fay, "fob"))
		w.join(fay, "fob")
		w.clock.Advance(identity.WalletCooldown)
		_, err = w.Payouts.RequestTo(t.Context(), fay, small)
		require.ErrorIs(t, err, payouts.ErrStepUp)
		w.settle()
		require.Equal(t, payouts.Minimum*3, w.cluster.TwistOf(wallet("fob")))
		w.sound()
	})
}

// Link and be paid at once: a destination cools down first, and so does a signer; both sides of the limit.
func TestDestinationCoolsDown(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.deposit("fay", testkit.TWIST(3_000))
		at := w.join(fay, "mallory").SettlesAt
		asked := twist.PayoutRequest{Amount: payouts.Minimum, Destination: testkit.Wallet("mallory")}
		for range 2 {
			_, err := w.Payouts.RequestTo(t.Context(), fay, asked)
			require.ErrorIs(t, err, payouts.ErrCooling)
			require.Contains(t, fault.Of(err).Detail(), at.Format(time.RFC3339))
			_, err = w.Payouts.Challenge(t.Context(), fay, asked, "")
			require.ErrorIs(t, err, payouts.ErrCooling)
			_, err = w.Payouts.Challenge(t.Context(), fay, twist.PayoutRequest{Amount: large}, testkit.Wallet("mallory"))
			require.ErrorIs(t, err, identity.ErrWalletCooling)
			w.clock.Set(at.Add(-time.Microsecond))
		}
		w.clock.Set(at)
		_, err := w.withdraw(t.Context(), fay, payouts.Minimum, "mallory", signed("mallory", w.intend(fay, payouts.Minimum, "mallory", "mallory")))
		require.NoError(t, err)
		w.sound()
	})
}

// P-45: an answer to a step-up is for one payout of one account, once.
func TestStepUpServesOnePayout(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		mallory := w.deposit("mallory", testkit.TWIST(3_000))
		challenge := w.intend(fay, large, "fay", "fob")
		answer := signed("fob", challenge)
		other := w.challenge("fob")
		for name, attempt := range map[string]struct {
			do   func() error
			want error
		}{
			"another_amount":      {func() error { _, err := w.withdraw(w.ctx(), fay, large+1, "fay", answer); return err }, identity.ErrChallengeMismatch},
			"another_destination": {func() error { _, err := w.withdraw(w.ctx(), fay, large, "fob", answer); return err }, identity.ErrChallengeMismatch},
			"another_account":     {func() error { _, err := w.withdraw(w.ctx(), mallory, large, "fay", answer); return err }, identity.ErrChallengeUnknown},
			"another_signer":      {func() error { _, err := w.withdraw(w.ctx(), fay, large, "fay", signed("fay", challenge)); return err }, identity.ErrSignature},
			"a_sign_in":           {func() error { _, err := w.withdraw(w.ctx(), fay, large, "fay", signed("fob", other)); return err }, identity.ErrChallengeUnknown},
			"a_link": {func() error {
				_, err := w.withdraw(w.ctx(), fay, large, "fay", signed("gil", w.linkTo(fay, "gil")))
				return err
			}, identity.ErrChallengeUnknown},
			"for_a_link":    {func() error { _, err := w.Identity.Link(w.ctx(), fay, answer); return err }, identity.ErrChallengeUnknown},
			"for_a_session": {func() error { _, err := w.answer("fob", challenge); return err }, identity.ErrChallengeUnknown},
		} {
			w.restore(challenge)
			require.ErrorIs(t, attempt.do(), attempt.want, name)
		}
		require.Empty(t, w.states(), "nothing was asked for")
		w.restore(challenge)
		_, err := w.withdraw(w.ctx(), fay, large, "fay", answer)
		require.NoError(t, err)
		for range 2 {
			_, err = w.withdraw(w.ctx(), fay, large, "fay", answer)
			require.ErrorIs(t, err, identity.ErrChallengeUsed)
		}
		w.sound()
	})
}

// P-45, P-27: whatever a cache of challenges gives out again, of many payouts by one answer one is made.
func TestStepUpIsSpentOnce(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		challenge := w.intend(fay, large, "fay", "fay")
		_, errs := together(16, func(int) (payouts.Payout, error) {
			w.restore(challenge)
			return w.withdraw(w.ctx(), fay, large, "fay", signed("fay", challenge))
		})
		requireRefused(t, errs, 1, identity.ErrChallengeUsed)
		w.settle()
		require.Equal(t, large, w.cluster.TwistOf(wallet("fay")))
		w.sound()
	})
}

// The same key and request give the first answer, also when the cache has lost the challenge; and of many at
// the same moment one acts and all are told.
func TestSteppedUpPayoutIsReplayed(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		challenge := w.intend(fay, large, "fay", "fob")
		ask := func(int) (payouts.Payout, error) {
			return w.withdraw(twist.WithKey(w.ctx(), keyOf("large", 1)), fay, large, "fay", signed("fob", challenge))
		}
		made, errs := together(identity.MaxAttempts, ask)
		requireAll(t, errs)
		for range 3 { // and more often than an answer is looked at
			again, err := ask(0)
			require.NoError(t, err)
			made = append(made, again)
		}
		_, err := w.config.Challenges.Take(t.Context(), challenge.ID)
		require.NoError(t, err)
		again, err := ask(0)
		require.NoError(t, err)
		for _, p := range append(made, again) {
			require.Equal(t, made[0], p)
		}
		require.Equal(t, map[payouts.State]int{payouts.Requested: 1}, w.states())
		w.sound()
	})
}

// A refusal spends nothing: the same answer is good once what was missing is there.
func TestRefusedStepUpSpendsNothing(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.deposit("fay", large)
		answer := signed("fay", w.intend(fay, large, "fay", "fay"))
		_, err := w.withdraw(t.Context(), fay, large, "fay", answer)
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
		w.deposit("fay", payouts.ProcessingFee)
		_, err = w.withdraw(t.Context(), fay, large, "fay", answer)
		require.NoError(t, err)
		w.sound()
	})
}

// P-45: the signature of a wallet that has left is worth nothing, and so is its session; a payout that was
// on its way there keeps its destination.
func TestUnlinkedWallet(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := settled(w)
		fob := w.signInAnew("fob")
		flying, err := w.withdraw(t.Context(), fay, large, "fob", signed("fay", w.intend(fay, large, "fob", "fay")))
		require.NoError(t, err)
		answer := signed("fob", w.intend(fay, large, "fay", "fob"))
		to := signed("fay", w.intend(fay, large, "fob", "fay"))
		require.NoError(t, w.part(fay, "fob"))

		_, err = w.withdraw(t.Context(), fay, large, "fay", answer)
		require.ErrorIs(t, err, identity.ErrWalletNotFound)
		_, err = w.withdraw(t.Context(), fay, large, "fob", to)
		require.ErrorIs(t, err, payouts.ErrNotLinked)
		_, err = w.Payouts.Request(t.Context(), fob, payouts.Minimum)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		_, err = w.Payouts.Challenge(t.Context(), fob, twist.PayoutRequest{Amount: large, Destination: testkit.Wallet("fay")}, testkit.Wallet("fay"))
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		_, err = w.Payouts.Challenge(t.Context(), fay, twist.PayoutRequest{Amount: large}, testkit.Wallet("fob"))
		require.ErrorIs(t, err, identity.ErrWalletNotFound)
		for _, to := range []identity.Wallet{testkit.Wallet("mallory"), testkit.Wallet("treasury"), "nothing"} {
			_, err = w.Payouts.RequestTo(t.Context(), fay, twist.PayoutRequest{Amount: payouts.Minimum, Destination: to})
			require.ErrorIs(t, err, payouts.ErrNotLinked)
		}
		w.settle()
		require.Equal(t, payouts.Settled, w.payoutOf("fay", flying.ID).Payout.State)
		require.Equal(t, large, w.cluster.TwistOf(wallet("fob")))
		w.sound()
	})
}
