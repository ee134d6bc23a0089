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
	return w.farewell(by, signer).Challenge
}

// farewell is parting, with what is given up.
func (w *world) farewell(by twist.Caller, signer string) twist.ErasureAsked {
	w.t.Helper()
	asked, err := w.Identity.ErasureChallenge(w.ctx(), by, testkit.Wallet(signer))
	require.NoError(w.t, err)
	return asked
}

// erase asks for the account of a name to be erased, signed by its wallet.
func (w *world) erase(name string) error {
	w.t.Helper()
	by := w.signInAnew(name)
	asked := w.farewell(by, name)
	return w.Identity.Erase(w.ctx(), by, signed(name, asked.Challenge), asked.GivesUp)
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

// I-13, I-14: an account is erased on the signature of its wallet: nothing of it can be used any more, its id stays and the
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
		require.NoError(t, w.Identity.Erase(t.Context(), ada, signed("ada", challenge), 0))

		before := w.poolNow(pool).Influencer
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
		require.ErrorIs(t, w.Identity.Erase(t.Context(), ada, signed("ada", challenge), 0), identity.ErrSessionEnded, "it is done")

		for _, name := range []string{"ada", "ann"} {
			again := w.signInAnew(name)
			require.NotEqual(t, ada.Account, again.Account)
			require.Equal(t, []identity.Role{identity.RoleUser}, again.Roles)
			if name == "ada" {
				anew, err := w.Identity.Register(t.Context(), again, registration("ADA"))
				require.NoError(t, err, "the name is free")
				require.False(t, anew.Influencer.Verified)
				theirs, err := w.Staking.OpenPool(t.Context(), again, staking.Settings{Share: 1_000, Minimum: staking.MinimumFloor})
				require.NoError(t, err)
				require.NotEqual(t, before, theirs.Influencer, "nothing of who had it before stands under it")
				found, err := w.Identity.Influencer(t.Context(), "ada")
				require.NoError(t, err)
				require.Equal(t, anew.Influencer.ID, found.ID)
			}
		}
		w.seal()
		w.sound()
	})
}

// I-14: whatever is open keeps the account, all of it is told at once, and nothing has happened. Once it is settled the
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
		w.clock.Set(converted.Conversion.At.Add(attribution.DefaultRefundWindow - 1000))
		w.requireOpen("star", "commissions")
		w.clock.Advance(1000)
		w.erases("star")
		w.erases("shop")
		w.seal()
		w.sound()
	})
}

// I-14: what arrives for an erased account is booked for nobody, and nothing of it is lost.
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

// I-14: an order that came by the link of somebody who was erased earns nothing: the budget keeps it.
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

// I-14: a stake into the pool of somebody who was erased is refused; one who was there when it closed would not have
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

// I-14: nothing but the answer of a settled wallet of the account, to a challenge of exactly this, erases it; and
// once.
func TestErasureIsAgreedTo(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay, mallory := w.deposit("fay", testkit.TWIST(2_000)), w.signIn("mallory")
		w.join(fay, "fob")
		erase := func(by twist.Caller, answer twist.Answer) error { return w.Identity.Erase(t.Context(), by, answer, 0) }
		require.ErrorIs(t, erase(fay, twist.Answer{}), identity.ErrChallengeUnknown)
		require.ErrorIs(t, erase(fay, signed("mallory", w.parting(mallory, "mallory"))), identity.ErrChallengeUnknown)
		require.ErrorIs(t, erase(fay, signed("fay", w.challenge("fay"))), identity.ErrChallengeUnknown)
		require.ErrorIs(t, erase(fay, signed("fay", w.intend(fay, payouts.Minimum, "fay", "fay"))), identity.ErrChallengeMismatch)
		_, err := w.withdraw(t.Context(), fay, payouts.Minimum, "fay", signed("fay", w.parting(fay, "fay")))
		require.ErrorIs(t, err, identity.ErrChallengeMismatch)
		require.ErrorIs(t, erase(fay, signed("mallory", w.parting(fay, "fay"))), identity.ErrSignature)
		_, err = w.Identity.ErasureChallenge(t.Context(), fay, testkit.Wallet("fob"))
		require.ErrorIs(t, err, identity.ErrWalletCooling)
		_, err = w.Identity.ErasureChallenge(t.Context(), twist.Caller{Account: fay.Account, Key: "key_1"}, testkit.Wallet("fay"))
		require.ErrorIs(t, err, identity.ErrScopeMissing)
		require.ErrorIs(t, erase(twist.Caller{Account: fay.Account, Key: "key_1"}, twist.Answer{}), identity.ErrScopeMissing)

		challenge := w.parting(mallory, "mallory")
		require.NoError(t, w.Identity.SignOut(t.Context(), mallory))
		require.ErrorIs(t, erase(mallory, signed("mallory", challenge)), identity.ErrSessionEnded, "a session that is over erases nothing")
		mallory = w.signInAnew("mallory")
		require.NoError(t, erase(mallory, signed("mallory", challenge)))
		w.restore(challenge)
		mallory = w.signInAnew("mallory")
		require.ErrorIs(t, erase(mallory, signed("mallory", challenge)), identity.ErrChallengeUnknown, "the next account is another")
		require.False(t, w.accountOf(fay.Account).Erased())
		w.sound()
	})
}

// I-14: who decides about others is not erased before somebody else has taken that away, and nobody decides about
// an account that was erased.
func TestErasureInOffice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rooted)
	ops, ada := w.signIn("ops"), w.signIn("ada")
	require.NoError(t, w.Identity.GrantRole(t.Context(), ops, ada.Account, identity.RoleAdmin))
	w.requireOpen("ops", "office")
	w.requireOpen("ada", "office")
	require.NoError(t, w.Identity.RevokeRole(t.Context(), ops, ada.Account, identity.RoleAdmin))
	require.NoError(t, w.Identity.GrantRole(t.Context(), ops, ada.Account, identity.RoleMerchant))
	w.erases("ada")
	require.ErrorIs(t, w.Identity.GrantRole(t.Context(), ops, ada.Account, identity.RoleMerchant), identity.ErrAccountNotFound)
	require.ErrorIs(t, w.Identity.RevokeRole(t.Context(), ops, ada.Account, identity.RoleMerchant), identity.ErrAccountNotFound)
	_, err := w.Identity.RevokeAccount(t.Context(), ops, ada.Account)
	require.ErrorIs(t, err, identity.ErrAccountNotFound)
	w.sound()
}

// I-14: a process that does not know yet, or an embedder who keeps a caller, gets nowhere with one whose account was
// erased, and leaves nothing behind.
func TestTheErasedCallNobody(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		star, program := w.pool("star", 2_000), w.program("shop", testkit.TWIST(50))
		ada := w.signIn("ada")
		mine := w.program("ada", 0)
		joins := w.linkTo(ada, "ann")
		converted := w.order(program, "one", testkit.TWIST(10), "")
		w.erases("ada")
		before := len(w.told())
		for name, call := range map[string]func() error{
			"register": func() error { return got(w.Identity.Register(t.Context(), ada, registration("ada"))) },
			"apply":    func() error { return got(w.Identity.Apply(t.Context(), ada, identity.ForBadge, "me")) },
			"pool": func() error {
				return got(w.Staking.OpenPool(t.Context(), ada, staking.Settings{Share: 1_000, Minimum: staking.MinimumFloor}))
			},
			"program": func() error {
				return got(w.Attribution.OpenProgram(t.Context(), ada, twist.NewProgram{Name: "x", Rate: 1}))
			},
			"report": func() error {
				return got(w.Attribution.ReportConversion(t.Context(), ada, orderOf(mine, "x", testkit.TWIST(1), "")))
			},
			"refund": func() error { return got(w.Attribution.Refund(t.Context(), ada, converted.Conversion.ID, "x", 1)) },
			"join":   func() error { return got(w.Identity.Link(t.Context(), ada, signed("ann", joins))) },
			"key": func() error {
				return got(w.Identity.MakeKey(t.Context(), ada, identity.APIKeyTerms{Name: "k", Scopes: []identity.Scope{identity.ScopeAccount}}))
			},
			"payout": func() error { return got(w.Payouts.Request(t.Context(), ada, payouts.Minimum)) },
		} {
			require.ErrorIs(t, call(), identity.ErrSessionEnded, name)
		}
		require.ErrorIs(t, got(w.Staking.Stake(t.Context(), ada, star, testkit.TWIST(1))), ledger.ErrInsufficientFunds)
		require.ErrorIs(t, got(w.Attribution.MakeLink(t.Context(), w.signIn("star"), attribution.NewLink{Program: mine, Destination: "https://shop.example/"})), attribution.ErrProgramNotFound)
		require.ErrorIs(t, w.Identity.VerifyEmail(t.Context(), ada, "x"), identity.ErrEmailToken)
		bio := "me"
		require.ErrorIs(t, got(w.Identity.ChangeProfile(t.Context(), ada, twist.ProfileChange{Bio: &bio})), identity.ErrInfluencerNotFound)
		require.NoError(t, w.Identity.ResendEmail(t.Context(), ada))
		require.Len(t, w.told(), before, "nothing happened")
		w.sound()
	})
}

// A letter that was to leave is dropped with its account, and its job goes on.
func TestErasureDropsLetters(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		p.reach("ada", "ada@example.com")
		p.reach("bea", "bea@example.com")
		p.erases("ada")
		require.Equal(t, 1, p.mail())
		require.Len(t, p.box.Letters(), 1)
		require.Equal(t, "bea@example.com", string(p.box.Letters()[0].To))
		p.reach("ida", "ada@example.com")
		p.sound()
	})
}

// I-14: a wallet that left after it was asked, or came back and has not settled, erases nothing any more.
func TestErasureByAWalletThatLeft(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.signIn("fay")
		w.join(fay, "fob")
		w.clock.Advance(identity.WalletCooldown)
		fay = w.signInAnew("fay")
		challenge := w.parting(fay, "fob")
		require.NoError(t, w.part(fay, "fob"))
		fay = w.signInAnew("fay")
		require.ErrorIs(t, w.Identity.Erase(t.Context(), fay, signed("fob", challenge), 0), identity.ErrWalletNotFound)
		w.join(fay, "fob")
		require.ErrorIs(t, w.Identity.Erase(t.Context(), fay, signed("fob", challenge), 0), identity.ErrWalletCooling)
		require.False(t, w.accountOf(fay.Account).Erased())
		w.sound()
	})
}
