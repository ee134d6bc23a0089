package twist

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
)

// testimony is what an event said of a row when it was made: whose it is and where it goes, which no sum
// of amounts can show. Events are sealed, so a row that says otherwise was altered.
type testimony struct {
	account string
	at      int64 // microseconds since 1970; zero where the row keeps no such moment
	facts   facts
}

// remember keeps what an event testifies, until its row is read.
func (a *audit) remember(e journal.Event) {
	t := testimony{account: e.Account, at: e.At.UnixMicro(), facts: maps.Clone(e.Data)}
	by := witness{e.Kind, e.Subject}
	repeats := false // whether another event may say the same
	switch e.Kind {
	case journal.AccountOpened, journal.PayoutRequested:
	case journal.CommissionEarned:
		if t.facts != nil && t.facts["final"] == "" { // it was told when there was one window for all
			t.facts["final"] = micros(e.At.Add(attribution.DefaultRefundWindow))
		}
	case journal.CommissionWaived: // the row keeps no moment of it
		t.at, t.facts = 0, nil
	case journal.ProgramOpened, journal.ProgramClosed, journal.PoolClosed, journal.AccountErased:
		t.facts = nil // they are settings, or what the row does not keep
	case journal.RoleGranted:
		a.granted[grant{e.Subject, e.Data["role"]}]++
		return
	case journal.RoleRevoked:
		a.granted[grant{e.Subject, e.Data["role"]}]--
		return
	case journal.PoolOpened:
		t.facts = facts{"influencer": e.Data["influencer"]} // the others are settings, whose life is told apart
	case journal.Staked, journal.Left, journal.RewardClaimed, journal.Compounded: // each says whose position it is; what it moved, its entry shows
		by.kind, t.at, t.facts, repeats = journal.Staked, 0, facts{"pool": e.Data["pool"]}, true
	case journal.CoolingBegan, journal.BonusDue, journal.BonusPaid, journal.BonusLapsed, journal.MonthAssessed:
	case journal.TicketWithdrawn, journal.TicketCanceled: // whose position it was, its beginning says
		t.facts = facts{"pool": e.Data["pool"], "amount": e.Data["amount"]}
	case journal.RemainderPaid:
		t.at = 0
	case journal.RemainderGivenUp: // what it moved, its entry shows
		t.facts = nil
	case journal.ProgramFunded, journal.ProgramWithdrawn: // each says whose program it is
		by.kind, t.at, t.facts, repeats = journal.ProgramFunded, 0, nil, true
	case journal.ConversionReported:
		t.account = "" // the row names its program, which names the merchant
	case journal.ConversionRefunded:
		by.subject, t.account = by.subject+"/"+e.Data["refund"], ""
		if t.facts != nil && t.facts["kept"] == "" { // it was told when a refund took back all or nothing
			t.facts["kept"] = "0"
		}
	case journal.PayoutSteppedUp: // whose wallet signed, the event alone knows
		t.facts = facts{"amount": e.Data["amount"], "destination": e.Data["destination"]}
	case journal.PayoutApproved, journal.PayoutRejected:
		if e.Data["by"] == "" { // no person was needed
			return
		}
		t.facts = facts{"amount": e.Data["amount"], "by": e.Data["by"]}
	case journal.PayoutSigned:
		by.subject, t.account = by.subject+"/"+e.Data["attempt"], ""
	default:
		return
	}
	if before, known := a.told[by]; known && (!repeats || !t.says(before)) {
		a.journal.Report("event_twice", by.subject, "event %s tells again of what %s told", e.ID, by.kind)
		return // what was said first stands: a row that was altered may have an event of its own
	}
	a.told[by] = t
}

// says reports that two testimonies are the same.
func (t testimony) says(other testimony) bool {
	return t.account == other.account && t.at == other.at && maps.Equal(t.facts, other.facts)
}

// witness names an event by what it is about.
type witness struct {
	kind    journal.Kind
	subject string
}

// testify holds a row against the event that told of it.
func (a *audit) testify(kind journal.Kind, subject string, says testimony) {
	by := witness{kind, subject}
	told, known := a.told[by]
	delete(a.told, by)
	switch {
	case !known:
		a.journal.Report("event_missing", subject, "no event %s tells of it", kind)
	case !told.says(says):
		a.journal.Report("row_differs_from_event", subject, "event %s says %v of %q and the row %v of %q", kind, told.facts, told.account, says.facts, says.account)
	}
}

// silent reports the events whose rows are gone.
func (a *audit) silent() {
	for by := range a.told {
		a.journal.Report("row_missing", by.subject, "event %s tells of a row that is not there", by.kind)
	}
}

// accounts holds every account against the event that opened it.
func (a *audit) accounts(ctx context.Context) error {
	var last identity.AccountID
	return pages(func() ([]identity.Account, error) { return a.view.Accounts.All(ctx, last, verifyPage) }, func(v identity.Account) error {
		last = v.ID
		a.testify(journal.AccountOpened, string(v.ID), testimony{string(v.ID), v.OpenedAt.UnixMicro(), facts{"wallet": string(v.Wallet)}})
		for _, role := range v.Roles {
			a.granted[grant{string(v.ID), string(role)}]--
		}
		a.erased(v)
		return nil
	})
}

// erased holds an account that was erased against the event that told of it, and remembers that it may have
// neither a wallet nor tokens.
func (a *audit) erased(v identity.Account) {
	_, told := a.told[witness{journal.AccountErased, string(v.ID)}]
	if !v.Erased() && !told {
		return
	}
	a.testify(journal.AccountErased, string(v.ID), testimony{string(v.ID), v.ErasedAt.UnixMicro(), nil})
	a.gone[v.ID] = true
	by := witness{journal.RemainderGivenUp, string(v.ID)}
	if _, told := a.told[by]; told { // of one who stayed, it is told of nobody
		a.testify(by.kind, by.subject, testimony{account: string(v.ID), at: v.ErasedAt.UnixMicro()})
	}
	balances := a.journal.Balances()
	for _, at := range []ledger.Address{ledger.Available(v.ID), ledger.Owed(v.ID)} {
		if stands := balances[at]; stands != 0 {
			a.journal.Report("erased_account", at.String(), "the account was erased and %s stands there", stands)
		}
	}
}

// programs holds every program against the event that opened it, and against those that moved its budget.
func (a *audit) programs(ctx context.Context) error {
	var last attribution.ProgramID
	return pages(func() ([]attribution.Program, error) { return a.view.Programs.All(ctx, last, verifyPage) }, func(p attribution.Program) error {
		last = p.ID
		a.testify(journal.ProgramOpened, string(p.ID), testimony{string(p.Merchant), p.OpenedAt.UnixMicro(), nil})
		if !p.ClosedAt.IsZero() {
			a.testify(journal.ProgramClosed, string(p.ID), testimony{string(p.Merchant), p.ClosedAt.UnixMicro(), nil})
		}
		if _, moved := a.told[witness{journal.ProgramFunded, string(p.ID)}]; moved {
			a.testify(journal.ProgramFunded, string(p.ID), testimony{account: string(p.Merchant)})
		}
		return nil
	})
}

// grant names a role of an account.
type grant struct{ account, role string }

// grants reports the roles that nobody granted, and those that an account has no more although nobody took
// them: an account has what was granted to it once more than it was revoked.
func (a *audit) grants() {
	for of, left := range a.granted {
		if left != 0 {
			a.journal.Report("row_differs_from_event", of.account, "its role %q stands otherwise than the events tell", of.role)
		}
	}
}

func (a *audit) poolOpened(p staking.Pool) {
	a.testify(journal.PoolOpened, string(p.ID), testimony{string(p.Owner), p.OpenedAt.UnixMicro(), facts{"influencer": string(p.Influencer)}})
	if p.State == staking.Closed {
		a.testify(journal.PoolClosed, string(p.ID), testimony{string(p.Owner), p.ClosedAt.UnixMicro(), nil})
		a.closed[attribution.PoolID(p.ID)] = p.ClosedAt
	}
}

func (a *audit) positionOpened(p staking.Position) {
	a.testify(journal.Staked, string(p.ID), testimony{string(p.Account), 0, facts{"pool": string(p.Pool)}})
}

func (a *audit) conversionReported(c attribution.Conversion, touches []attribution.Touch) {
	a.testify(journal.ConversionReported, string(c.ID), testimony{"", c.At.UnixMicro(), reported(c, touches)})
}

func (a *audit) refundReported(c attribution.Conversion, r attribution.Refund) {
	a.testify(journal.ConversionRefunded, string(c.ID)+"/"+r.ID, testimony{"", r.At.UnixMicro(), refunded(c, r)})
}

func (a *audit) commissionEarned(c attribution.Commission) {
	a.testify(journal.CommissionEarned, string(c.ID), testimony{string(c.Holder), c.EarnedAt.UnixMicro(), earnedBy(c)})
}

func (a *audit) commissionWaived(c attribution.Commission) {
	if c.State == attribution.Waived {
		a.testify(journal.CommissionWaived, string(c.ID), testimony{account: string(c.Holder)})
	}
}

func (a *audit) payoutRequested(p payouts.Payout) {
	first := p
	first.Attempt = 0
	a.testify(journal.PayoutRequested, string(p.ID), testimony{string(p.Account), p.RequestedAt.UnixMicro(), moved("", first, requestedOf(p)).facts})
}

// payoutSteppedUp holds a payout against the signature that agreed to it, which a large one must have.
func (a *audit) payoutSteppedUp(p payouts.Payout) {
	id := string(p.ID)
	if _, told := a.told[witness{journal.PayoutSteppedUp, id}]; told || p.Amount >= payouts.StepUpFrom {
		a.testify(journal.PayoutSteppedUp, id, testimony{
			string(p.Account), p.RequestedAt.UnixMicro(), facts{"amount": p.Amount.String(), "destination": string(p.Destination)},
		})
	}
}

// payoutDecided holds a payout against the decision of a second person, which a large one must have before it goes
// anywhere, and which no other has.
func (a *audit) payoutDecided(p payouts.Payout) {
	id, kind := string(p.ID), journal.PayoutApproved
	if p.State == payouts.Rejected {
		kind = journal.PayoutRejected
	}
	if !p.Sound() {
		a.journal.Report("row_wrong", "payout "+id, "it is %s of %s and decided by %q", p.State, p.Amount, p.DecidedBy)
	}
	if _, told := a.told[witness{kind, id}]; told || p.DecidedBy != "" {
		a.testify(kind, id, testimony{string(p.Account), p.DecidedAt.UnixMicro(), facts{"amount": p.Amount.String(), "by": string(p.DecidedBy)}})
	}
}

func (a *audit) attemptSigned(p payouts.Payout, t payouts.Attempt) {
	then := p
	then.Attempt = t.N
	a.testify(journal.PayoutSigned, string(p.ID)+"/"+strconv.Itoa(t.N), testimony{"", t.SignedAt.UnixMicro(), moved("", then, signedAs(t)).facts})
}

// micros is a moment as an event's data carry it: microseconds since 1970.
func micros(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }
