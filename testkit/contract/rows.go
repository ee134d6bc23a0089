package contract

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// The suites of the store write rows by number. Each row refers only to rows that stand: those of seed,
// or what a test added before. No two fields of one row hold the same value by chance, so that a swapped
// column shows.

// seed writes what the rows of most tests refer to: accounts 0 to 2, of which 0 and 1 are influencers;
// and the pool, program, link, conversion and payout 0.
func seed(t *testing.T, s ports.Store) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for n := range 3 {
			if err := tx.Accounts.Add(ctx, account(n)); err != nil {
				return err
			}
		}
		return first(
			func() error { return tx.Influencers.Add(ctx, influencer(0)) },
			func() error { return tx.Influencers.Add(ctx, influencer(1)) },
			func() error { return tx.Programs.Add(ctx, program(0)) },
			func() error { return tx.Links.Add(ctx, link(0)) },
			func() error { return tx.Conversions.Add(ctx, conversion(0)) },
			func() error { return tx.Pools.Add(ctx, pool(0)) },
			func() error { return tx.Payouts.Put(ctx, payout(0)) },
		)
	})
}

// first runs each step until one fails.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// seeded is a storeTest on a store that holds the rows of seed.
func seeded(test storeTest) storeTest {
	return func(t *testing.T, s ports.Store) {
		seed(t, s)
		test(t, s)
	}
}

// numbered makes the n-th identifier of a kind. They sort by their number.
func numbered[ID ~string](prefix string, n int) ID { return ID(fmt.Sprintf("%s_%04d", prefix, n)) }

// later is n seconds after the suites' moment, as precisely as a store keeps it.
func later(n int) time.Time {
	return moment.Truncate(time.Microsecond).Add(time.Duration(n) * time.Second)
}

// wallet is the n-th address that a key has.
func wallet(n int) identity.Wallet {
	var secret [ed25519.SeedSize]byte
	binary.BigEndian.PutUint64(secret[:], uint64(n))
	w, err := identity.WalletOf(ed25519.PublicKey(ed25519.NewKeyFromSeed(secret[:])[ed25519.SeedSize:]))
	if err != nil {
		panic(err)
	}
	return w
}

func accountID(n int) string { return numbered[string]("acct", n) }

func account(n int) identity.Account {
	return identity.Account{ID: identity.AccountID(accountID(n)), Wallet: wallet(n), OpenedAt: later(n)}
}

// linkedWallet is wallet w, linked to account n.
func linkedWallet(w, n int) identity.LinkedWallet {
	return identity.LinkedWallet{Wallet: wallet(w), Account: account(n).ID, LinkedAt: later(w + 7)}
}

// assent is what account 0 agreed to.
func assent(n int) identity.Assent {
	return identity.Assent{
		Challenge: numbered[identity.ChallengeID]("chal", n), Purpose: identity.StepUp, Account: account(0).ID, At: later(n),
	}
}

// session is a session of account 0.
func session(n int) identity.Session {
	return identity.Session{
		ID: numbered[identity.SessionID]("sess", n), Account: account(0).ID, Wallet: wallet(0),
		Challenge: numbered[identity.ChallengeID]("chal", n), Roles: []identity.Role{identity.RoleUser, identity.RoleMerchant},
		OpenedAt: later(n), ExpiresAt: later(n + 60), EndsAt: later(n + 30),
	}
}

// influencer is what account n is registered as.
func influencer(n int) identity.Influencer {
	return identity.Influencer{
		ID: numbered[identity.InfluencerID]("infl", n), Account: account(n).ID, Username: fmt.Sprintf("Star_%d", n),
		DisplayName: fmt.Sprintf("★ №%d", n), Bio: fmt.Sprintf("Two\nlines of %d.", n),
		Terms: identity.Consent{Version: fmt.Sprintf("v%d", n), At: later(n + 1)}, Verified: n%2 == 0, RegisteredAt: later(n),
		Withdrawn: []string{"", "No longer\nyours."}[n%2],
	}
}

// email is how account n is reached: one address is proven, another is to be.
func email(n int) identity.Email {
	return identity.Email{
		Account: account(n).ID, Verified: identity.EmailAddress(fmt.Sprintf("Star.%d@Example.com", n)), VerifiedAt: later(n),
		Pending: identity.Verification{
			ID: numbered[identity.VerificationID]("verif", n), Address: identity.EmailAddress(fmt.Sprintf("next.%d@example.com", n)),
			Token: identity.TokenHash{1, byte(n), 0xff}, AskedAt: later(n + 1), ExpiresAt: later(n + 2),
		},
		Asked: n + 3, AskedSince: later(n + 4),
	}
}

// mail is a mail for account 0.
func mail(n int, state identity.MailState) identity.Mail {
	return identity.Mail{
		ID: numbered[identity.MailID]("mail", n), Account: account(0).ID, Verification: numbered[identity.VerificationID]("verif", n),
		State: state, Tries: n % 8, DueAt: later(n + 1), Fault: fmt.Sprintf("fault_%d", n), QueuedAt: later(n), ChangedAt: later(n + 2),
	}
}

// application is an application of account 2.
func application(n int, state identity.ApplicationState) identity.Application {
	a := identity.Application{
		Name: fmt.Sprintf("★ №%d", n),
		ID:   numbered[identity.ApplicationID]("app", n), Account: account(2).ID, Kind: identity.ForBadge,
		Text: fmt.Sprintf("I am\n№%d", n), State: state, MadeAt: later(n),
	}
	if state != identity.ApplicationPending {
		a.DecidedBy, a.DecidedAt = account(1).ID, later(n+1)
	}
	if state == identity.ApplicationRejected {
		a.Reason = fmt.Sprintf("not №%d", n)
	}
	return a
}

// program is a program of account 0.
func program(n int) attribution.Program {
	return attribution.Program{
		ID: numbered[attribution.ProgramID]("prog", n), Merchant: attribution.AccountID(accountID(0)),
		Name: fmt.Sprintf("Läden & Co. %d", n), Rate: 1_250, Rates: rates(), Window: 36*time.Hour + time.Millisecond, Hold: 24 * time.Hour, Refunds: 48 * time.Hour, Model: attribution.Position,
		OpenedAt: later(n),
	}
}

// link is a link of influencer 0 for program 0.
func link(n int) attribution.Link {
	return attribution.Link{
		ID: numbered[attribution.LinkID]("link", n), Code: fmt.Sprintf("Code%06d", n), Program: program(0).ID,
		Influencer: attribution.InfluencerID(influencer(0).ID), Holder: attribution.AccountID(accountID(0)),
		Destination: "https://shop.example/a?b=c&d=%20", MadeAt: later(n),
	}
}

// click is a visit through link 0.
func click(n int) attribution.Click {
	l := link(0)
	return attribution.Click{
		ID: numbered[attribution.ClickID]("clk", n), Link: l.ID, Program: l.Program, Influencer: l.Influencer,
		Holder: l.Holder, Visitor: "a visitor", At: later(n),
		Verdict: attribution.Valid, Rules: n, Country: "CH", Device: "phone", Origin: attribution.Beacon, Excess: n%2 == 1,
	}
}

// conversion is an order of program 0.
func conversion(n int) attribution.Conversion {
	return attribution.Conversion{
		ID: numbered[attribution.ConversionID]("conv", n),
		Order: attribution.Order{
			Program: program(0).ID, ID: fmt.Sprintf("order № %d", n), Amount: 1_000_000, Currency: attribution.Currency,
			Click: click(n).ID, Items: []attribution.Item{{Product: "pot", Amount: 999_999}, {Product: "lid-2", Amount: 1}},
		},
		Rule:     attribution.Rule{Version: n + 1, Model: attribution.TimeDecay, Window: 36*time.Hour + time.Millisecond, Rate: 1_250, Rates: rates(), Until: later(n + 1)},
		Promoted: n%2 == 0, Bound: n%2 == 1, More: n%2 == 1, Touch: click(n + 1).ID, Refunded: 1_000, At: later(n),
	}
}

// rates are one of each kind.
func rates() []attribution.Rate {
	return []attribution.Rate{{Tier: attribution.Gold, Bps: 10_000}, {Product: "pot", Flat: money.Max}, {Product: "pot", Tier: attribution.Bronze, Flat: 1}}
}

// touch is click n as conversion 0 considered it.
func touch(n int) attribution.Touch {
	k := click(n)
	return attribution.Touch{
		Conversion: conversion(0).ID, Click: k.ID, Link: k.Link, Influencer: k.Influencer, Holder: k.Holder, At: k.At,
		Reason: attribution.Reasons()[n%len(attribution.Reasons())], Tier: attribution.Tiers()[n%len(attribution.Tiers())],
	}
}

// binding is of a customer of program 0, from later(n) on.
func binding(n int) attribution.Binding {
	l := link(n)
	return attribution.Binding{
		Program: program(0).ID, Customer: attribution.Customer(fmt.Sprintf("%032x", n)), Link: l.ID, Influencer: l.Influencer, Holder: l.Holder,
		Conversion: conversion(n).ID, At: later(n), Until: later(n + 10),
	}
}

// reservation is of a promo code of program 0.
func reservation(n int) attribution.Reservation {
	return attribution.Reservation{Program: program(0).ID, Promo: attribution.Promo(fmt.Sprintf("SUMMER-%02d", n)), At: later(n)}
}

// refund is a refund of conversion 0.
func refund(n int) attribution.Refund {
	return attribution.Refund{
		Conversion: conversion(0).ID, ID: fmt.Sprintf("refund №%04d", n), Amount: money.Amount(n + 2), Reversed: 1, Kept: money.Amount(n + 3), At: later(n),
	}
}

// commission is a commission of conversion 0 for influencer 0.
func commission(n int, state attribution.State) attribution.Commission {
	c := attribution.Commission{
		ID: numbered[attribution.CommissionID]("comm", n), Conversion: conversion(0).ID, Program: program(0).ID,
		Influencer: attribution.InfluencerID(influencer(0).ID), Holder: attribution.AccountID(accountID(0)),
		Pool: attribution.PoolID(pool(0).ID), Order: 1_000_000, Rate: 1_250, FeeRate: 1_000, FansShare: 2_000,
		Gross: 125_000, Reversed: 25_000, State: state, EarnedAt: later(n), MatureAt: later(n + 100), FinalAt: later(n + 200),
	}
	switch state {
	case attribution.Approved:
		c.Fee, c.Fans, c.Net, c.Kept = 10_000, 18_000, 72_000, 15_000
	case attribution.Reversed:
		c.Reversed = c.Gross
	case attribution.Held, attribution.Rejected:
		c.Reason, c.Alert = "Who ordered this?", attribution.AlertID(alert(n).ID)
	case attribution.Unfunded, attribution.Pending, attribution.Waived: // nothing is shared yet, or ever
	}
	return c
}

// debt is what account n owes to program 0.
func debt(n int) attribution.Debt {
	return attribution.Debt{
		Holder: attribution.AccountID(accountID(n)), Program: program(0).ID, Owed: money.Amount(n + 1), Since: later(n),
	}
}

// widest is the greatest reward that lifetime revenue allows.
var widest = staking.U128{Hi: 1<<63 - 1, Lo: 1<<64 - 1}

// pool is the pool of influencer n.
func pool(n int) staking.Pool {
	return staking.Pool{
		ID: numbered[staking.PoolID]("pool", n), Influencer: staking.InfluencerID(influencer(n).ID),
		Owner: staking.AccountID(accountID(n)), State: staking.Paused, Suspended: "Whose is this?",
		Settings: staking.Settings{Share: 1_500, Minimum: staking.MinimumFloor, Cooldown: staking.CooldownMaximum},
		Next:     staking.Settings{Share: 1_600, Minimum: staking.Maximum, Cooldown: time.Second},
		Epoch:    20_000, Active: 31, Waiting: 32, Cooling: 33, Index: widest,
		Carry: staking.U128{Lo: 1 << 63}, Funded: money.Max, Paid: 34, Returned: money.Max - 34, Stakers: 35, OpenedAt: later(n),
	}
}

// position is what account n has staked in pool 0.
func position(n int) staking.Position {
	return staking.Position{
		ID: numbered[staking.PositionID]("pos", n), Pool: pool(0).ID, Account: staking.AccountID(accountID(n)),
		Active: staking.Maximum, Waiting: 41, WaitingEpoch: 19_999, Index: staking.U128{Hi: 1, Lo: 1 << 63},
		Owed: widest, Claimed: 42, OpenedAt: later(n),
		Terms: staking.Terms{{Amount: 43}, {Cooldown: staking.CooldownMaximum, Amount: staking.Maximum}},
	}
}

// ticket is a part of what account 1 has staked in pool 0, on its way out.
func ticket(n int) staking.Ticket {
	return staking.OpenTicket(
		numbered[staking.TicketID]("tick", n), position(1), staking.Term{Cooldown: time.Hour, Amount: money.Amount(n + 45)}, later(n),
	)
}

// activation is where stakes of an epoch of pool 0 began to earn.
func activation(epoch int) staking.Activation {
	return staking.Activation{
		Pool: pool(0).ID, Epoch: staking.Epoch(epoch), Index: widest, Weight: 51,
	}
}

// deposit is an arrival for account 0.
func deposit(n int) payouts.Deposit {
	return payouts.Deposit{
		Arrival: payouts.Arrival{
			Signature: numbered[payouts.Signature]("sigDeposit", n), Index: 3, Slot: 1 << 40, Mint: "a mint",
			From: payouts.Address(wallet(n)), Amount: money.Amount(n + 61), Memo: "any text \U0001F600", At: later(n),
		},
		Account: payouts.AccountID(accountID(0)), At: later(n + 1),
	}
}

// payout is a payout to account 0.
func payout(n int) payouts.Payout {
	return payouts.Payout{
		ID: numbered[payouts.ID]("po", n), Account: payouts.AccountID(accountID(0)), Destination: payouts.Address(wallet(0)),
		Amount: payouts.Minimum, Fee: payouts.ProcessingFee, State: payouts.Requested,
		RequestedAt: later(n), ChangedAt: later(n + 1),
	}
}

// attempt is the n-th try to carry out payout 0.
func attempt(n int, state payouts.AttemptState) payouts.Attempt {
	a := payouts.Attempt{
		Payout: payout(0).ID, N: n, Signature: numbered[payouts.Signature]("sigAttempt", n), Raw: []byte{0, byte(n), 255},
		Genesis: "a genesis", Blockhash: "a blockhash", LastValidHeight: 71, Slot: 72, State: state, SignedAt: later(n),
	}
	if state == payouts.Landed || state == payouts.Reverted {
		a.Gas = 5_000
	}
	return a
}

// outcome is what an operation of account 0 answered.
func outcome(n int) ports.Outcome {
	return ports.Outcome{
		Account: accountID(0), Operation: "staking.stake", Key: fmt.Sprintf("key № %d", n), Request: [32]byte{31: byte(n), 0: 1},
		Answer: []byte{0, byte(n), 255}, At: later(n),
	}
}
