package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// parting asks the wallet of a name to agree that an account is erased.
func (w *world) parting(by twist.Caller, signer string) identity.Challenge {
	w.t.Helper()
	challenge, err := w.Identity.ErasureChallenge(w.ctx(), by, testkit.Wallet(signer))
	require.NoError(w.t, err)
	return challenge
}

// erase asks for the account of a name to be erased, signed by its wallet.
func (w *world) erase(name string) error {
	w.t.Helper()
	by := w.signInAnew(name)
	return w.Identity.Erase(w.ctx(), by, signed(name, w.parting(by, name)))
}

// erases is erase for an account of which nothing is open.
func (w *world) erases(name string) {
	w.t.Helper()
	require.NoError(w.t, w.erase(name))
	delete(w.callers, name)
}

// requireOpen holds that a name's account cannot be erased, for exactly these reasons, and that nothing came of
// the attempt.
func (w *world) requireOpen(name, reasons string) {
	w.t.Helper()
	before := w.snapshotOf(name)
	err := w.erase(name)
	require.ErrorIs(w.t, err, identity.ErrNotErasable)
	require.Equal(w.t, reasons, fault.Of(err).Detail())
	require.Equal(w.t, before, w.snapshotOf(name), "a refusal changes nothing")
}

// snapshotOf is what everybody can see of an account.
func (w *world) snapshotOf(name string) (all []any) {
	w.t.Helper()
	by := w.signIn(name)
	account, err := w.Identity.Account(w.ctx(), by)
	require.NoError(w.t, err)
	wallets, err := w.Identity.Wallets(w.ctx(), by)
	require.NoError(w.t, err)
	profile, err := w.Identity.Profile(w.ctx(), by)
	return append(all, account, wallets, profile, err)
}

// accountOf reads an account as it is stored.
func (w *world) accountOf(id identity.AccountID) identity.Account {
	w.t.Helper()
	account, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) (identity.Account, error) {
		return v.Accounts.Get(ctx, id)
	})
	require.NoError(w.t, err)
	return account
}

// An account is erased on the signature of its wallet: nothing of it can be used any more, its id stays and the
// books prove. The wallet and the username are free, for somebody new.
func TestErasure(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		ada := w.signIn("ada")
		w.join(ada, "ann")
		in := w.enters("ada", phone)
		key, err := w.Identity.MakeKey(t.Context(), w.by(in), identity.APIKeyTerms{Name: "a shop", Scopes: []identity.Scope{identity.ScopeAccount}})
		require.NoError(t, err)
		program := w.program("shop", 0)
		code := w.link("ada", program)

		challenge := w.parting(ada, "ada")
		require.Contains(t, challenge.Text(), "\nErase account "+string(ada.Account)+" of TWIST for good, as erasure "+challenge.Subject+". ")
		require.NoError(t, w.Identity.Erase(t.Context(), ada, signed("ada", challenge)))

		account := w.accountOf(ada.Account)
		require.Equal(t, w.clock.Now(), account.ErasedAt)
		require.Empty(t, account.Roles)
		_, err = w.Identity.Verify(t.Context(), in.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		_, err = w.Identity.Refresh(t.Context(), in.Refresh, phone)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		_, err = w.Identity.Verify(t.Context(), key.Text)
		require.ErrorIs(t, err, identity.ErrAPIKey)
		_, err = w.Identity.Influencer(t.Context(), "ada")
		require.ErrorIs(t, err, identity.ErrInfluencerNotFound)
		_, err = w.Attribution.Preview(t.Context(), code)
		require.ErrorIs(t, err, attribution.ErrLinkNotFound)
		require.Equal(t, staking.Closed, w.poolNow(pool).State)
		require.ErrorIs(t, w.Identity.Erase(t.Context(), ada, signed("ada", challenge)), identity.ErrSessionEnded, "it is done")

		for _, name := range []string{"ada", "ann"} {
			again := w.signInAnew(name)
			require.NotEqual(t, ada.Account, again.Account)
			require.Equal(t, []identity.Role{identity.RoleUser}, again.Roles)
			if name == "ada" {
				_, err = w.Identity.Register(t.Context(), again, registration("ADA"))
				require.NoError(t, err, "the name is free")
			}
		}
		w.seal()
		w.sound()
	})
}

// Whatever is open keeps the account, all of it is told at once, and nothing has happened. Once it is settled the
// account goes.
func TestErasureWaitsForWhatIsOpen(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		star := w.pool("star", 2_000)
		w.deposit("fay", testkit.TWIST(100))
		w.requireOpen("fay", "balance")
		w.stake("fay", star, testkit.TWIST(40))
		paid := w.payout("fay", payouts.Minimum)
		w.requireOpen("fay", "balance, stakes, payouts")
		w.requireOpen("star", "pool")

		program := w.program("shop", testkit.TWIST(500))
		w.requireOpen("shop", "programs")
		w.clock.Advance(day)
		converted := w.order(program, "one", testkit.TWIST(1_000), w.click(w.link("star", program)))
		w.requireOpen("star", "pool, commissions")
		w.requireOpen("shop", "programs")
		require.Equal(t, 1, w.approve())
		w.requireOpen("star", "balance, pool, commissions")
		w.refund(converted, "half", testkit.TWIST(500))

		w.settle()
		require.Equal(t, payouts.Settled, w.payoutOf("fay", paid.ID).Payout.State)
		w.leave("fay", star, testkit.TWIST(40))
		w.requireOpen("fay", "balance")
		w.payout("fay", w.balances("fay").Spendable-payouts.ProcessingFee)
		w.requireOpen("fay", "payouts")
		w.settle()
		w.erases("fay")

		_, err := w.Attribution.Withdraw(t.Context(), w.signIn("shop"), program, w.funds("shop", program).Budget)
		require.NoError(t, err)
		w.payout("shop", w.balances("shop").Spendable-payouts.ProcessingFee)
		w.settle()
		w.payout("star", w.balances("star").Spendable-payouts.ProcessingFee)
		w.settle()
		w.clock.Set(converted.Conversion.At.Add(attribution.RefundWindow - 1000))
		w.requireOpen("star", "commissions")
		w.clock.Advance(1000)
		w.erases("star")
		w.erases("shop")
		w.seal()
		w.sound()
	})
}

// What arrives for an erased account is booked for nobody, and nothing of it is lost.
func TestDepositForTheErased(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		w.erases("fay")
		w.send("fay", fay, testkit.TWIST(7))
		w.cluster.Tick(finality)
		booked, err := w.Ledger.CreditDeposits(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, booked)
		require.Zero(t, w.at(ledger.Available(fay.Account)))
		require.Equal(t, testkit.TWIST(7), w.at(ledger.Unclaimed()))
		w.sound()
	})
}

// An order that came by the link of somebody who was erased earns nothing: the budget keeps it.
func TestConversionForTheErased(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.pool("star", 2_000)
		program := w.program("shop", testkit.TWIST(50))
		click := w.click(w.link("star", program))
		w.erases("star")
		converted := w.order(program, "one", testkit.TWIST(100), click)
		require.Empty(t, converted.Commissions)
		require.Equal(t, click, converted.Conversion.Touch, "it says what led to it")
		require.Equal(t, testkit.TWIST(50), w.funds("shop", program).Budget)
		w.sound()
	})
}

// A stake into the pool of somebody who was erased is refused; one who was there when it closed would not have
// been: the pool was empty.
func TestStakeWithTheErased(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		pool := w.pool("star", 2_000)
		fay := w.deposit("fay", testkit.TWIST(10))
		w.erases("star")
		_, err := w.Staking.Stake(t.Context(), fay, pool, testkit.TWIST(1))
		require.ErrorIs(t, err, staking.ErrPoolNotActive)
		w.sound()
	})
}
