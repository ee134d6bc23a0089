package twist_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

func (b *bill) people() {
	challenged := func() (identity.ChallengeID, []byte, []byte) {
		challenge, err := b.Identity.Challenge(b.ctx(), string(wallet("dot")))
		require.NoError(b.t, err)
		message, signature := testkit.Answer("dot", challenge)
		return challenge.ID, message, signature
	}
	var in twist.SignedIn
	signIn := func(ctx context.Context) (err error) {
		id, message, signature := challenged()
		in, err = b.Identity.SignIn(ctx, twist.Answer{Challenge: id, Message: message, Signature: signature}, "")
		return err
	}
	b.costs("Identity.Challenge", "", func(context.Context) error { challenged(); return nil })
	b.costs("Identity.SignIn", "the first time", signIn)
	b.costs("Identity.SignIn", "again", signIn)
	verify := of(func(ctx context.Context) (twist.Caller, error) { return b.Identity.Verify(ctx, in.Token) })
	b.costs("Identity.Verify", "the first time", verify)
	b.costs("Identity.Verify", "within five seconds", verify)
	b.sessions()
	b.costs("Identity.Keys", "", of(b.Identity.Keys))
	dot := b.signIn("dot")
	b.costs("Identity.Account", "", of(func(ctx context.Context) (identity.Account, error) { return b.Identity.Account(ctx, dot) }))
	b.costs("Identity.Register", "", of(func(ctx context.Context) (twist.Profile, error) {
		return b.Identity.Register(ctx, dot, registration("Dot"))
	}))
	b.letters(dot)
	b.costs("Identity.Influencer", "", of(func(ctx context.Context) (identity.Influencer, error) {
		return b.Identity.Influencer(ctx, "dot")
	}))
}

func (b *bill) sessions() {
	in := b.enters("eve", phone)
	eve, ops := b.by(in), b.by(b.enters("ops", phone))
	refresh := func(client string) func(context.Context) error {
		return of(func(ctx context.Context) (twist.SignedIn, error) { return b.Identity.Refresh(ctx, in.Refresh, client) })
	}
	b.costs("Identity.Refresh", "", refresh(phone))
	b.costs("Identity.Refresh", "of an answer that was lost", refresh(phone))
	b.costs("Identity.Refresh", "with a stolen token", refused(identity.ErrRefreshReused, refresh(laptop)))
	b.costs("Identity.SignOut", "ended already", func(ctx context.Context) error { return b.Identity.SignOut(ctx, eve) })
	eve = b.by(b.enters("eve", phone))
	b.costs("Identity.SignOut", "", func(ctx context.Context) error { return b.Identity.SignOut(ctx, eve) })
	other := b.by(b.enters("eve", phone))
	b.keys(other)
	b.costs("Identity.RevokeSession", "", func(ctx context.Context) error { return b.Identity.RevokeSession(ctx, eve, other.Session) })
	for range 50 {
		b.enters("eve", phone)
	}
	b.costs("Identity.Sessions", "50 rows", of(func(ctx context.Context) ([]identity.Session, error) {
		return b.Identity.Sessions(ctx, eve, "", 100)
	}))
	b.costs("Identity.SignOutAll", "50 sessions", of(func(ctx context.Context) (int, error) { return b.Identity.SignOutAll(ctx, eve) }))
	b.enters("eve", phone)
	b.costs("Identity.RevokeAccount", "", of(func(ctx context.Context) (int, error) { return b.Identity.RevokeAccount(ctx, ops, eve.Account) }))
	b.costs("Identity.GrantRole", "", func(ctx context.Context) error {
		return b.Identity.GrantRole(ctx, ops, eve.Account, identity.RoleMerchant)
	})
	b.costs("Identity.GrantRole", "granted already", func(ctx context.Context) error {
		return b.Identity.GrantRole(ctx, ops, eve.Account, identity.RoleMerchant)
	})
	b.costs("Identity.RevokeRole", "", func(ctx context.Context) error {
		return b.Identity.RevokeRole(ctx, ops, eve.Account, identity.RoleMerchant)
	})
	b.costs("Identity.RecordRefusal", "", func(ctx context.Context) error {
		from := twist.Origin{IP: netip.MustParseAddr("192.0.2.1"), RequestID: "req_1"}
		return b.Identity.RecordRefusal(twist.WithOrigin(ctx, from), twist.Refusal{Action: "auth.sign_in", Code: "signature_invalid"})
	})
	b.costs("Identity.Audit", "", of(func(ctx context.Context) ([]identity.AuditRecord, error) {
		return b.Identity.Audit(ctx, "", "", 100)
	}))
}

// letters is what it costs to be reached, and to be told from others.
func (b *bill) letters(dot twist.Caller) {
	address, bio, boss := "dot@example.com", "Dots.", b.signIn("ops")
	var made identity.Application
	change := func(c twist.ProfileChange) func(context.Context) error {
		return of(func(ctx context.Context) (twist.Profile, error) { return b.Identity.ChangeProfile(ctx, dot, c) })
	}
	b.costs("Identity.Available", "", of(func(ctx context.Context) (twist.Availability, error) {
		return b.Identity.Available(ctx, "dot")
	}))
	b.costs("Identity.ChangeProfile", "a text", change(twist.ProfileChange{Bio: &bio}))
	b.costs("Identity.ChangeProfile", "an email", change(twist.ProfileChange{Email: &address}))
	b.costs("Identity.ResendEmail", "", func(ctx context.Context) error { return b.Identity.ResendEmail(ctx, dot) })
	b.costs("Identity.SendMails", "1 is sent, 1 is dropped", of(b.Identity.SendMails))
	b.costs("Identity.SendMails", "none is due", of(b.Identity.SendMails))
	letters := b.box.Letters()
	b.costs("Identity.VerifyEmail", "", func(ctx context.Context) error {
		return b.Identity.VerifyEmail(ctx, dot, tokenOf(letters[len(letters)-1]))
	})
	b.costs("Identity.Profile", "", of(func(ctx context.Context) (twist.Profile, error) { return b.Identity.Profile(ctx, dot) }))
	b.costs("Identity.Mails", "1 row, or 50", of(func(ctx context.Context) ([]identity.Mail, error) {
		return b.Identity.Mails(ctx, identity.MailSent, "", 100)
	}))
	b.costs("Identity.Apply", "", func(ctx context.Context) (err error) {
		made, err = b.Identity.Apply(ctx, dot, identity.ForBadge, "I am Dot.")
		return err
	})
	b.costs("Identity.Apply", "as a merchant", of(func(ctx context.Context) (identity.Application, error) {
		return b.Identity.Apply(ctx, dot, identity.ForMerchant, "I sell.")
	}))
	b.costs("Identity.ApplicationsIn", "1 row, or 50", of(func(ctx context.Context) ([]identity.Application, error) {
		return b.Identity.ApplicationsIn(ctx, identity.ApplicationPending, "", 100)
	}))
	b.costs("Identity.RejectApplication", "", of(func(ctx context.Context) (identity.Application, error) {
		return b.Identity.RejectApplication(ctx, boss, made.ID, "No proof.")
	}))
	again, err := b.Identity.Apply(b.ctx(), dot, identity.ForBadge, "I am Dot.")
	require.NoError(b.t, err)
	b.costs("Identity.ApproveApplication", "", of(func(ctx context.Context) (identity.Application, error) {
		return b.Identity.ApproveApplication(ctx, boss, again.ID)
	}))
	b.costs("Identity.WithdrawBadge", "", of(func(ctx context.Context) (identity.Influencer, error) {
		return b.Identity.WithdrawBadge(ctx, boss, "dot", "It is not Dot.")
	}))
	b.costs("Identity.Applications", "1 row, or 50", of(func(ctx context.Context) ([]identity.Application, error) {
		return b.Identity.Applications(ctx, dot, "", 100)
	}))
}

func (b *bill) stakes() {
	fay, gil, ada, pool := b.deposit("fay", testkit.TWIST(5_000)), b.deposit("gil", testkit.TWIST(900)), b.signIn("ada"), staking.PoolID("")
	_, err := b.Identity.Register(b.ctx(), ada, registration("ada"))
	require.NoError(b.t, err)
	stake := func(by twist.Caller, amount money.Amount) func(context.Context) error {
		return of(func(ctx context.Context) (twist.StakeMoved, error) { return b.Staking.Stake(ctx, by, pool, amount) })
	}
	keyed := func(call func(context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error { return call(twist.WithKey(ctx, keyOf("key", 1))) }
	}
	leave := func(amount money.Amount) func(context.Context) error {
		return of(func(ctx context.Context) (twist.StakeMoved, error) { return b.Staking.Leave(ctx, gil, pool, amount) })
	}
	b.costs("Staking.OpenPool", "", func(ctx context.Context) error {
		opened, err := b.Staking.OpenPool(ctx, ada, staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor})
		pool = opened.ID
		return err
	})
	b.costs("Staking.Stake", "the first in a pool", stake(fay, even))
	b.costs("Staking.Stake", "more", stake(fay, testkit.TWIST(1)))
	b.costs("Staking.Stake", "under a key", keyed(stake(fay, testkit.TWIST(1))))
	b.costs("Staking.Stake", "the same again", keyed(stake(fay, testkit.TWIST(1))))
	b.costs("Staking.Stake", "more than there is", refused(ledger.ErrInsufficientFunds, stake(fay, testkit.TWIST(90_000))))
	b.clock.Advance(day)
	b.costs("Staking.Stake", "the first of an epoch", stake(gil, testkit.TWIST(9)))
	b.clock.Advance(day)
	b.costs("Staking.Leave", "a part", leave(testkit.TWIST(1)))
	b.costs("Staking.Leave", "everything", leave(testkit.TWIST(8)))
	b.costs("Staking.Claim", "nothing to claim", refused(staking.ErrNothingToClaim, of(func(ctx context.Context) (twist.StakeMoved, error) {
		return b.Staking.Claim(ctx, fay, pool)
	})))
	b.costs("Staking.Pool", "", of(func(ctx context.Context) (staking.Pool, error) { return b.Staking.Pool(ctx, pool) }))
	b.costs("Staking.Pools", "1 row, or 50", b.listPools)
	b.costs("Staking.Positions", "1 row, or 50", b.listPositions)
	b.discovery(pool)
}

// discovery is what it costs to look around.
func (b *bill) discovery(pool staking.PoolID) {
	search := func(query string) func(context.Context) error {
		return of(func(ctx context.Context) ([]ports.Listing, error) {
			return b.Staking.Search(ctx, staking.Search{Sort: staking.ByStaked}, query, staking.Place{}, 100)
		})
	}
	b.costs("Staking.Search", "1 row, or 50", search(""))
	b.costs("Staking.Search", "by a name", search("ada"))
	b.costs("Staking.Search", "by a name that nobody has", search("nobody"))
	b.costs("Staking.Listing", "", of(func(ctx context.Context) (ports.Listing, error) { return b.Staking.Listing(ctx, pool) }))
	b.costs("Staking.History", "", of(func(ctx context.Context) ([]staking.DayEnd, error) { return b.Staking.History(ctx, pool) }))
	b.costs("Staking.Stakers", "", of(func(ctx context.Context) ([]twist.Staker, error) {
		return b.Staking.Stakers(ctx, pool, twist.StakerPlace{}, 100)
	}))
	b.costs("Staking.Activity", "", of(func(ctx context.Context) (twist.Happenings, error) {
		return b.Staking.Activity(ctx, pool, twist.ActivityPlace{}, 100)
	}))
	b.costs("Staking.ComputeFigures", "of less than 500 pools", of(b.Staking.ComputeFigures))
	b.costs("Attribution.RotateClicks", "once a day", of(b.Attribution.RotateClicks))
	b.costs("Staking.ComputeFigures", "of none", of(b.Staking.ComputeFigures))
	b.costs("Staking.Portfolio", "1 position, or 1,000", of(func(ctx context.Context) (twist.Portfolio, error) {
		return b.Staking.Portfolio(ctx, b.callers["fay"], "", 100)
	}))
}

func (b *bill) listPools(ctx context.Context) error {
	_, err := b.Staking.Pools(ctx, "", 100)
	return err
}

func (b *bill) listPositions(ctx context.Context) error {
	_, err := b.Staking.Positions(ctx, b.callers["fay"], "", 100)
	return err
}

func (b *bill) programs() {
	shop := b.deposit("shop", testkit.TWIST(2_000))
	b.costs("Attribution.OpenProgram", "", of(func(ctx context.Context) (attribution.Program, error) {
		p, err := b.Attribution.OpenProgram(ctx, shop, twist.NewProgram{Name: "tea", Rate: 2_000, Hold: hold})
		b.program = p.ID
		return p, err
	}))
	b.costs("Attribution.Fund", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		return b.Attribution.Fund(ctx, shop, b.program, testkit.TWIST(1_500))
	}))
	b.costs("Attribution.Programs", "", of(func(ctx context.Context) ([]attribution.Program, error) {
		return b.Attribution.Programs(ctx, b.callers["shop"], "", 50)
	}))
	b.costs("Attribution.SetRates", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		return b.Attribution.SetRates(ctx, b.callers["shop"], b.program, attribution.Rate{Bps: 2_000}, []attribution.Rate{{Product: "tea", Flat: 1}})
	}))
	b.costs("Attribution.ChangeProgram", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		rate := money.Bps(2_001)
		return b.Attribution.ChangeProgram(ctx, shop, b.program, twist.ProgramChange{Rate: &rate})
	}))
	b.costs("Attribution.ChangeProgram", "to what it is", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		rate := money.Bps(2_001)
		return b.Attribution.ChangeProgram(ctx, shop, b.program, twist.ProgramChange{Rate: &rate})
	}))
	const code = "SUMMER20"
	b.costs("Attribution.ReservePromo", "", of(func(ctx context.Context) (attribution.Reservation, error) {
		return b.Attribution.ReservePromo(ctx, shop, b.program, code)
	}))
	b.costs("Attribution.ReservePromo", "one that is", of(func(ctx context.Context) (attribution.Reservation, error) {
		return b.Attribution.ReservePromo(ctx, shop, b.program, code)
	}))
	b.costs("Attribution.Reservations", "", of(func(ctx context.Context) ([]attribution.Reservation, error) {
		return b.Attribution.Reservations(ctx, shop, b.program, "", 50)
	}))
	b.costs("Attribution.PromoCodes", "", of(func(ctx context.Context) ([]twist.PromoCode, error) {
		return b.Attribution.PromoCodes(ctx, shop, b.program, "", 50)
	}))
	b.costs("Attribution.ReleasePromo", "", func(ctx context.Context) error { return b.Attribution.ReleasePromo(ctx, shop, b.program, code) })
	was := money.Bps(2_000)
	_, err := b.Attribution.ChangeProgram(b.ctx(), shop, b.program, twist.ProgramChange{Rate: &was})
	require.NoError(b.t, err)
	b.costs("Attribution.CloseProgram", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		return b.Attribution.CloseProgram(ctx, shop, b.world.program("shop", 0))
	}))
	b.costs("Attribution.Withdraw", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		return b.Attribution.Withdraw(ctx, shop, b.program, testkit.TWIST(1))
	}))
	b.costs("Attribution.Program", "", of(func(ctx context.Context) (twist.ProgramFunds, error) {
		return b.Attribution.Program(ctx, shop, b.program)
	}))
	b.links(b.callers["ada"])
	b.costs("Attribution.Preview", "", of(func(ctx context.Context) (string, error) { return b.Attribution.Preview(ctx, b.code) }))
	b.costs("Attribution.Click", "", of(func(ctx context.Context) (twist.Visit, error) {
		return b.Attribution.Click(ctx, b.code, twist.Arrival{})
	}))
}

func (b *bill) links(ada twist.Caller) {
	tea := attribution.NewLink{Program: b.program, Destination: "https://shop.example/tea"}
	var id attribution.LinkID
	make := of(func(ctx context.Context) (twist.LinkMade, error) {
		l, err := b.Attribution.MakeLink(ctx, ada, tea)
		b.code, id = l.Code, l.ID
		return l, err
	})
	b.costs("Attribution.MakeLink", "", make)
	b.costs("Attribution.MakeLink", "there was one", make)
	b.costs("Attribution.MakeLinks", "two", of(func(ctx context.Context) ([]twist.LinkTried, error) {
		return b.Attribution.MakeLinks(ctx, ada, []attribution.NewLink{
			{Program: b.program, Destination: "https://shop.example/cups"}, {Program: b.program, Destination: "https://shop.example/pots"},
		})
	}))
	b.costs("Attribution.Links", "", of(func(ctx context.Context) ([]attribution.Link, error) { return b.Attribution.Links(ctx, ada, "", 50) }))
	b.costs("Attribution.Link", "", of(func(ctx context.Context) (attribution.Link, error) { return b.Attribution.Link(ctx, ada, id) }))
	b.costs("Attribution.WithdrawLink", "", of(func(ctx context.Context) (attribution.Link, error) { return b.Attribution.WithdrawLink(ctx, ada, id) }))
	b.costs("Attribution.RestoreLink", "", of(func(ctx context.Context) (attribution.Link, error) {
		return b.Attribution.RestoreLink(ctx, ada, id, time.Time{})
	}))
}

// reports gives a call that reports an order, and keeps what came of it.
func (b *bill) reports(id string, amount money.Amount, click attribution.ClickID, kept *twist.Converted) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*kept, err = b.Attribution.ReportConversion(ctx, b.callers["shop"], orderOf(b.program, id, amount, click))
		return err
	}
}

func (b *bill) conversions() {
	var first, direct, short twist.Converted
	click := b.click(b.code)
	b.costs("Attribution.ReportConversion", "a click earned", b.reports("1", testkit.TWIST(100), click, &first))
	b.costs("Attribution.ReportConversion", "the same again", b.reports("1", testkit.TWIST(100), click, &first))
	b.costs("Attribution.ReportConversion", "nobody's click", b.reports("2", testkit.TWIST(100), "", &direct))
	b.first = first
	b.costs("Attribution.Commissions", "1 row, or 50", b.listCommissions)
	b.costs("Attribution.ApproveDue", "none due", of(b.Attribution.ApproveDue))
	b.clock.Advance(hold)
	b.costs("Attribution.ApproveDue", "1 due, shared with fans", of(b.Attribution.ApproveDue))
	b.costs("Staking.Claim", "", of(func(ctx context.Context) (twist.StakeMoved, error) {
		pool, err := b.Staking.Pools(ctx, "", 1)
		require.NoError(b.t, err)
		_, _ = b.sent.took() // of looking for the pool
		return b.Staking.Claim(ctx, b.callers["fay"], pool[0].ID)
	}))
	for i := range 3 {
		b.order(b.program, numbered("three-", i), testkit.TWIST(100), click)
	}
	b.clock.Advance(hold)
	b.costs("Attribution.ApproveDue", "3 due", of(b.Attribution.ApproveDue))
	second := b.order(b.program, "5", testkit.TWIST(100), click)
	b.costs("Attribution.ReportConversion", "the budget is short", b.reports("6", testkit.TWIST(90_000), click, &short))
	b.costs("Attribution.FundWaiting", "1 waits, and waits on", of(b.Attribution.FundWaiting))
	b.costs("Attribution.Refund", "before its approval", b.refunds(second, "a", testkit.TWIST(10)))
	b.costs("Attribution.Refund", "the same again", b.refunds(second, "a", testkit.TWIST(10)))
	b.costs("Attribution.Refund", "of one that waits for its budget", b.refunds(short, "all", testkit.TWIST(90_000)))
	unpaid := b.order(b.program, "waived", testkit.TWIST(90_000), click).Commissions[0]
	b.costs("Attribution.Waive", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.Waive(ctx, b.callers["ada"], unpaid.ID)
	}))
	b.judgements(click)
	b.second = second
	b.costs("Attribution.Conversion", "1 row, or 50", b.readConversion)
	b.costs("Attribution.Explain", "", of(func(ctx context.Context) (twist.Explained, error) {
		return b.Attribution.Explain(ctx, b.callers["shop"], first.Conversion.ID)
	}))
	b.costs("Attribution.Replay", "", of(func(ctx context.Context) (attribution.Explanation, error) {
		return b.Attribution.Replay(ctx, b.callers["shop"], first.Conversion.ID, attribution.Linear)
	}))
	b.costs("Attribution.Refund", "after its approval", b.refunds(first, "1", testkit.TWIST(50)))
	b.statistics(first.Commissions[0].Link)
}

// judgements decides about commissions.
func (b *bill) judgements(click attribution.ClickID) {
	delete(b.callers, "ops") // the session is over by now
	shop, ops := b.callers["shop"], b.signIn("ops")
	one := func(id string) attribution.CommissionID {
		return b.order(b.program, id, testkit.TWIST(10), click).Commissions[0].ID
	}
	early, held, refused := one("early"), one("held"), one("refused")
	_, _ = b.sent.took() // of what there is to decide
	b.costs("Attribution.Approve", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.Approve(ctx, shop, early)
	}))
	b.costs("Attribution.Reject", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.Reject(ctx, shop, refused, "No.")
	}))
	b.costs("Attribution.HoldCommission", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.HoldCommission(ctx, ops, held, "Why?")
	}))
	b.costs("Attribution.ReleaseCommission", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.ReleaseCommission(ctx, ops, held)
	}))
	_, err := b.Attribution.HoldCommission(b.ctx(), ops, held, "Why?")
	require.NoError(b.t, err)
	_, _ = b.sent.took()
	b.costs("Attribution.CommissionsIn", "1 row, or 50", of(func(ctx context.Context) ([]attribution.Commission, error) {
		return b.Attribution.CommissionsIn(ctx, attribution.Held, "", 50)
	}))
	b.costs("Attribution.RejectHeld", "", of(func(ctx context.Context) (attribution.Commission, error) {
		return b.Attribution.RejectHeld(ctx, ops, held, "No.")
	}))
	b.costs("Attribution.ProgramCommissions", "1 row, or 50", of(func(ctx context.Context) ([]attribution.Commission, error) {
		return b.Attribution.ProgramCommissions(ctx, shop, b.program, attribution.Rejected, "", 50)
	}))
	b.costs("Attribution.SettleHeld", "nothing is held", of(b.Attribution.SettleHeld))
	two := []twist.Decision{{Commission: one("two"), Act: attribution.ActReject, Reason: "No."}, {Commission: one("three"), Act: attribution.ActReject, Reason: "No."}}
	_, _ = b.sent.took()
	b.costs("Attribution.Decide", "two rejections", of(func(ctx context.Context) ([]twist.Decided, error) { return b.Attribution.Decide(ctx, shop, two) }))
}

// readConversion reads one with its refunds.
func (b *bill) readConversion(ctx context.Context) error {
	_, err := b.Attribution.Conversion(ctx, b.callers["shop"], b.second.Conversion.ID)
	return err
}

func (b *bill) listCommissions(ctx context.Context) error {
	_, err := b.Attribution.Commissions(ctx, b.callers["ada"], "", 100)
	return err
}

func (b *bill) refunds(c twist.Converted, id string, amount money.Amount) func(context.Context) error {
	return of(func(ctx context.Context) (twist.Converted, error) {
		return b.Attribution.Refund(ctx, b.callers["shop"], c.Conversion.ID, id, amount)
	})
}

// budgets leaves ada in debt, and lets the job collect it.
func (b *bill) budgets() {
	bank := b.pool("bea", 0)
	b.costs("Attribution.CollectDebts", "nobody owes", of(b.Attribution.CollectDebts))
	left := b.stake("ada", bank, b.balances("ada").Spendable)
	b.costs("Attribution.Refund", "into a debt", b.refunds(b.first, "2", testkit.TWIST(50)))
	b.costs("Attribution.CollectDebts", "1 owes and has nothing", of(b.Attribution.CollectDebts))
	b.leave("ada", bank, left.Principal)
	b.costs("Attribution.CollectDebts", "1 owes and pays", of(b.Attribution.CollectDebts))
	waits := b.order(b.program, "7", testkit.TWIST(8_000), b.click(b.code))
	require.Equal(b.t, attribution.Unfunded, waits.Commissions[0].State)
	b.deposit("shop", testkit.TWIST(2_000))
	b.fund("shop", b.program, testkit.TWIST(2_000))
	b.costs("Attribution.FundWaiting", "1 waits, and is funded", of(b.Attribution.FundWaiting))
}

func (b *bill) payouts() {
	fay, first := b.callers["fay"], payouts.Payout{}
	request := func(ctx context.Context) (err error) {
		first, err = b.Payouts.Request(ctx, fay, payouts.Minimum)
		return err
	}
	b.costs("Payouts.Request", "", request)
	b.costs("Payouts.Cancel", "", of(func(ctx context.Context) (payouts.Payout, error) { return b.Payouts.Cancel(ctx, fay, first.ID) }))
	b.costs("Payouts.Advance", "nothing to do", of(b.Payouts.Advance))
	require.NoError(b.t, request(b.ctx()))
	b.costs("Payouts.Payout", "no attempt", b.readPayout(first.ID))
	b.costs("Payouts.List", "1 row, or 50", b.listPayouts)
	b.costs("Payouts.Advance", "1 is approved", of(b.Payouts.Advance))
	b.costs("Payouts.Advance", "1 is queued, signed and sent", of(b.Payouts.Advance))
	b.costs("Payouts.Payout", "1 attempt", b.readPayout(first.ID))
	b.costs("Payouts.Advance", "1 is asked about, in vain", of(b.Payouts.Advance))
	b.cluster.Tick(2)
	b.costs("Payouts.Advance", "1 is confirmed", of(b.Payouts.Advance))
	b.costs("Ledger.Reconcile", "1 in flight", of(b.Ledger.Reconcile))
	b.cluster.Tick(finality)
	b.costs("Payouts.Advance", "1 is settled", of(b.Payouts.Advance))
	b.costs("Ledger.Reconcile", "none in flight", of(b.Ledger.Reconcile))
	for range 3 {
		require.NoError(b.t, request(b.ctx()))
	}
	for _, when := range []string{"3 are approved", "3 are queued, signed and sent", "3 are asked about, in vain"} {
		b.costs("Payouts.Advance", when, of(b.Payouts.Advance))
	}
	b.costs("Ledger.Reconcile", "3 in flight", of(b.Ledger.Reconcile))
	b.cluster.Tick(finality)
	b.costs("Payouts.Advance", "3 are settled", of(b.Payouts.Advance))
}

// decisions are what second persons cost.
func (b *bill) decisions() {
	b.deposit("fay", 2*held)
	ops, first, second := b.by(b.enters("ops", phone)), b.asksFor("fay", huge).ID, b.asksFor("fay", huge).ID
	b.costs("Payouts.Waiting", "2 rows", of(func(ctx context.Context) ([]payouts.Payout, error) { return b.Payouts.Waiting(ctx, "", 100) }))
	approve := of(func(ctx context.Context) (payouts.Payout, error) { return b.Payouts.Approve(ctx, ops, first) })
	b.costs("Payouts.Approve", "", approve)
	b.costs("Payouts.Approve", "the same again", approve)
	b.costs("Payouts.Reject", "", of(func(ctx context.Context) (payouts.Payout, error) { return b.Payouts.Reject(ctx, ops, second, "No.") }))
	_, err := b.Payouts.Cancel(b.ctx(), b.callers["fay"], first)
	require.NoError(b.t, err)
}

func (b *bill) readPayout(id payouts.ID) func(context.Context) error {
	return of(func(ctx context.Context) (twist.PayoutDetail, error) {
		return b.Payouts.Payout(ctx, b.callers["fay"], id)
	})
}

func (b *bill) listPayouts(ctx context.Context) error {
	_, err := b.Payouts.List(ctx, b.callers["fay"], "", 100)
	return err
}

// books is what watches over all of it.
func (b *bill) books() {
	fay := b.callers["fay"]
	b.costs("Ledger.Balances", "", of(func(ctx context.Context) (twist.Balances, error) { return b.Ledger.Balances(ctx, fay) }))
	b.costs("Ledger.DepositTo", "", func(context.Context) error { _ = b.Ledger.DepositTo(fay); return nil })
	b.costs("Ledger.Deposits", "1 row, or 50", b.listDeposits)
	b.costs("Ledger.CreditDeposits", "nothing arrived", of(b.Ledger.CreditDeposits))
	for _, n := range []int{1, 3} {
		for i := range n {
			b.send("fay", fay, testkit.TWIST(int64(20+i))) // the same again would be the same transfer
		}
		b.cluster.Tick(finality)
		b.costs("Ledger.CreditDeposits", fmt.Sprint(n, " arrived"), of(b.Ledger.CreditDeposits))
	}
	for _, when := range []string{"up to 1,000 wait", "nothing waits"} {
		b.costs("Ledger.Seal", when, of(b.Ledger.Seal))
	}
	b.costs("Ledger.Verify", "less than a page of everything", of(b.Ledger.Verify))
}

func (b *bill) listDeposits(ctx context.Context) error {
	_, err := b.Ledger.Deposits(ctx, b.callers["fay"], payouts.Deposit{}, 100)
	return err
}

// lists makes fifty of what was listed before, and lists it again.
func (b *bill) lists() {
	click := b.click(b.code)
	for i := range 50 {
		pool := b.pool(numbered("infl", i), 0)
		b.stake("fay", pool, testkit.TWIST(1))
		b.order(b.program, numbered("fifty-", i), testkit.TWIST(1), click)
		b.refund(b.second, numbered("fifty-", i), 1_000)
		b.payout("fay", payouts.Minimum)
		b.send("fay", b.callers["fay"], testkit.TWIST(int64(20+i)))
	}
	b.cluster.Tick(finality)
	booked, err := b.Ledger.CreditDeposits(b.ctx())
	require.NoError(b.t, err)
	require.Equal(b.t, 50, booked)
	b.same("Staking.Pools", b.listPools)
	b.same("Staking.Positions", b.listPositions)
	b.same("Attribution.Commissions", b.listCommissions)
	b.same("Attribution.Conversion", b.readConversion)
	b.same("Payouts.List", b.listPayouts)
	b.same("Ledger.Deposits", b.listDeposits)
}

// keys are what API keys cost.
func (b *bill) keys(by twist.Caller) {
	var made twist.MadeKey
	b.costs("Identity.MakeKey", "", func(ctx context.Context) (err error) {
		made, err = b.Identity.MakeKey(ctx, by, keyTerms())
		return err
	})
	b.costs("Identity.APIKeys", "1 row, or 50", of(func(ctx context.Context) ([]identity.APIKey, error) { return b.Identity.APIKeys(ctx, by, "", 100) }))
	b.costs("Identity.Verify", "an API key", of(func(ctx context.Context) (twist.Caller, error) { return b.Identity.Verify(ctx, made.Text) }))
	b.costs("Identity.RevokeKey", "", func(ctx context.Context) error { return b.Identity.RevokeKey(ctx, by, made.Key.ID) })
	b.costs("Identity.RevokeKey", "revoked already", func(ctx context.Context) error { return b.Identity.RevokeKey(ctx, by, made.Key.ID) })
}
