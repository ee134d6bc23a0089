package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// hasProven makes an address that of a name's account, as one that it proved or as one that it only wants.
func (w *world) hasProven(name string, address identity.EmailAddress, proven bool) {
	w.t.Helper()
	email := identity.Email{Account: w.signIn(name).Account, Verified: address, VerifiedAt: w.clock.Now()}
	if !proven {
		email.Verified, email.VerifiedAt = "", time.Time{}
		email.Pending = identity.Verification{ID: "verif_a", Address: address, AskedAt: w.clock.Now()}
	}
	require.NoError(w.t, w.store.Write(w.ctx(), func(ctx context.Context, tx ports.Tx) error { return tx.Emails.Put(ctx, email) }))
}

// I-17: who has proven another address of the merchant's mailbox earns nothing of the merchant's unseen; nor is anybody held
// for an address that is not proven, or for one that only looks alike.
func TestNobodyEarnsFromTheirOwnMailboxUnseen(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.hasProven("shop", "Ada.Shop+orders@googlemail.com", true)
		require.Equal(t, attribution.Pending, s.sells("nothing proven", s.visited()).State)
		s.hasProven("ada", "adashop@gmail.com", false)
		require.Equal(t, attribution.Pending, s.sells("only wanted", s.visited()).State)
		s.hasProven("ada", "adashop@gmail.com.example.com", true)
		require.Equal(t, attribution.Pending, s.sells("alike", s.visited()).State)
		require.Empty(t, s.openAlerts())
		s.hasProven("ada", "adashop@gmail.com", true)
		held := s.sells("the same", s.visited())
		require.Equal(t, attribution.Held, held.State)
		require.Equal(t, []fraud.Name{fraud.SharedMailbox}, s.openAlerts()[0].Rules)
		require.NotContains(t, held.Reason, "mail", "nobody is told the rule")
		require.Equal(t, 1, s.resolves(fraud.AlertID(held.Alert), false))
		s.sound()
	})
}

// I-17: a wallet to which one was paid and that is, or was paid to for, the other ties them, wherever it is linked by now.
func TestNobodyEarnsByAWalletOfTheMerchantsUnseen(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		paidTo := func(name, to string) {
			by := w.deposit(name, testkit.TWIST(100))
			w.join(by, to)
			w.clock.Advance(identity.WalletCooldown)
			_, err := w.withdraw(w.ctx(), w.signIn(name), payouts.Minimum, to, signed(name, w.intend(w.signIn(name), payouts.Minimum, to, name)))
			require.NoError(t, err)
			w.settle()
			require.NoError(t, w.part(w.signIn(name), to))
		}
		paidTo("ada", "fox")
		require.Equal(t, attribution.Pending, s.sells("hers alone", s.visited()).State)
		w.join(w.signIn("shop"), "fox")
		require.Equal(t, attribution.Held, s.sells("theirs now", s.visited()).State)
		require.NoError(t, w.part(w.signIn("shop"), "fox"))
		require.Equal(t, attribution.Pending, s.sells("theirs no more", s.visited()).State)
		paidTo("shop", "fox")
		require.Equal(t, attribution.Held, s.sells("both were paid to it", s.visited()).State)
		require.Equal(t, []fraud.Name{fraud.SelfReferral}, s.openAlerts()[0].Rules)
		require.EqualValues(t, 2, s.openAlerts()[0].Count)
		s.sound()
	})
}

// I-17: of an order that several brought, what the merchant's own earns is held, and nobody else's.
func TestATieHoldsNobodyElse(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		d.hasProven("shop", "shop@example.com", true)
		d.hasProven("bea", "shop+bea@example.com", true)
		click := d.visit("ada", "bea", "cyd")
		d.clock.Advance(time.Minute)
		bea := attribution.AccountID(d.signIn("bea").Account)
		for n := range 6 { // by a hash of the order another one comes first
			sold, err := d.buys(numbered("order-", n), "", click)
			require.NoError(t, err)
			require.Len(t, sold.Commissions, 3)
			for _, c := range sold.Commissions {
				require.Equal(t, c.Holder == bea, c.State == attribution.Held)
			}
		}
		d.sound()
	})
}
