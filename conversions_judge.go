package twist

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// What the influencer and the merchant are shown of a commission that a rule holds: whoever is told which one it was
// stays just outside of it.
const (
	underReview = "It is looked at before it is shared."
	reviewed    = "It was looked at, and something was wrong."
)

// tied gives, for each of the accounts that earn by an order, how it is tied to the merchant: they are one, have or had a
// wallet in common, or have proven addresses of one mailbox. Whoever keeps two accounts apart in all of it passes.
func (a *Attribution) tied(ctx context.Context, tx ports.Tx, merchant identity.AccountID, earners []identity.AccountID) ([]fraud.Credit, error) {
	ties := make([]fraud.Credit, len(earners))
	if len(earners) == 0 || !a.c.Fraud.Heeds(fraud.SelfReferral) {
		return ties, nil
	}
	proven, err := tx.Emails.Verified(ctx, append(slices.Clone(earners), merchant)...)
	if err != nil {
		return nil, err
	}
	for i, earner := range earners {
		ties[i].Mailbox = proven[i] != "" && proven[i].Mailbox() == proven[len(earners)].Mailbox()
		if ties[i].Self = earner == merchant; ties[i].Self {
			continue
		}
		if ties[i].Self, err = tx.Wallets.Shared(ctx, earner, merchant); err != nil {
			return nil, err
		}
	}
	return ties, nil
}

// clickedAt is when an influencer's latest click was made that has a part in an order; zero where none has.
func clickedAt(touches []attribution.Weighed, influencer attribution.InfluencerID) (at time.Time) {
	for _, touch := range touches {
		if touch.Influencer == influencer && touch.Weight > 0 && touch.Click != "" && touch.At.After(at) {
			at = touch.At
		}
	}
	return at
}

// course is how an influencer came by an order, by clicks.
type course struct {
	clicked time.Time // the latest of hers that has a part in it
	clicks  int64     // what else she sent there around it, in the days that are looked at, and not in excess
	excess  int64     // what she sent there in those days beside
	since   time.Time // when those began
}

// courses gives how those came by an order who have a part in it by clicks. The counts stand outside the unit of work, and of
// days that are over they change no more but by what still waits in the spool of another process.
func (a *Attribution) courses(ctx context.Context, c attribution.Conversion, touches []attribution.Touch) (map[attribution.InfluencerID]course, error) {
	weighed, err := c.Weigh(touches)
	if err != nil {
		return nil, err
	}
	courses := map[attribution.InfluencerID]course{}
	for _, touch := range weighed {
		if _, known := courses[touch.Influencer]; known {
			continue
		}
		f := course{clicked: clickedAt(weighed, touch.Influencer)}
		if f.clicked.IsZero() {
			continue
		}
		if a.c.Fraud.Heeds(fraud.ClickFlooding) {
			from, to := a.c.Fraud.Days(f.clicked, c.At)
			links, err := a.c.Clicks.CountLinks(ctx, attribution.Whose{Program: c.Order.Program, Holder: touch.Holder},
				attribution.Period{From: from, To: to}, nil, math.MaxInt32) // on each link may be excess alone
			if err != nil {
				return nil, err
			}
			for f.since = from; len(links) > 0; links = links[1:] {
				f.clicks, f.excess = f.clicks+links[0].Valid-links[0].Excess, f.excess+links[0].Excess
			}
		}
		courses[touch.Influencer] = f
	}
	return courses, nil
}

// traffic is what a course is judged by. Of an influencer with few clicks nothing is asked. Orders
// that come at the same moment may not count each other.
func (a *Attribution) traffic(ctx context.Context, tx ports.Tx, program attribution.ProgramID, credit attribution.Credit, f course) (t fraud.Traffic, err error) {
	t.Clicks, t.Excess = f.clicks, f.excess
	if !a.c.Fraud.Heeds(fraud.ClickFlooding) || !a.c.Fraud.Busy(f.clicks) {
		return t, nil
	}
	subject := groupOf(program, credit.Influencer, fraud.ClickFlooding)
	t.Watched, t.Cleared, err = tx.Alerts.Known(ctx, fraud.AccountID(credit.Holder), fraud.KindOrders, subject, f.since)
	if err != nil || t.Watched || t.Cleared {
		return t, err
	}
	earned, err := tx.Commissions.CountEarned(ctx, program, credit.Holder, f.since, int(min(f.clicks/a.c.Fraud.Flood, math.MaxInt32)))
	t.Orders = int64(earned) + 1
	return t, err
}

// suspected gives what of an order is to be looked at before it is shared, by whose it is; ties are those of the credits.
func (a *Attribution) suspected(ctx context.Context, tx ports.Tx, c attribution.Conversion, credits []attribution.Credit, ties []fraud.Credit, courses map[attribution.InfluencerID]course) (map[attribution.InfluencerID]fraud.Finding, error) {
	found := map[attribution.InfluencerID]fraud.Finding{}
	for i, credit := range credits {
		f := courses[credit.Influencer]
		traffic, err := a.traffic(ctx, tx, c.Order.Program, credit, f)
		if err != nil {
			return nil, err
		}
		of := ties[i]
		of.Clicked, of.Ordered, of.Traffic = f.clicked, c.At, traffic
		if finding, some := a.c.Fraud.Suspect(of); some {
			found[credit.Influencer] = finding
		}
	}
	return found, nil
}

// groupOf is the subject of an alert about orders.
func groupOf(program attribution.ProgramID, influencer attribution.InfluencerID, rule fraud.Name) string {
	return string(program) + "/" + string(influencer) + "/" + string(rule)
}

// unsuspected are the credits that are shared in their time: only they bind a customer. Else one order that an operator
// rejects later would earn by all that its customer buys for years.
func unsuspected(credits []attribution.Credit, suspected map[attribution.InfluencerID]fraud.Finding) []attribution.Credit {
	return slices.DeleteFunc(slices.Clone(credits), func(c attribution.Credit) bool {
		_, some := suspected[c.Influencer]
		return some
	})
}

// bindLater keeps whom an order would have bound that bound nobody, until what she earned by it is released.
func bindLater(ctx context.Context, tx ports.Tx, b attribution.Binding, commissions []attribution.Commission) error {
	waiting, some := b.Waiting(commissions)
	if !some {
		return nil
	}
	return tx.Bindings.Bind(ctx, waiting)
}

// bindReleased binds the customer of an order of which a commission is released, as the order would have when it was made, unless
// that would be over by now. Who is bound to somebody stays so.
func bindReleased(ctx context.Context, tx ports.Tx, id attribution.CommissionID, now time.Time) error {
	b, waited, err := tx.Bindings.Take(ctx, id)
	if err != nil || !waited || b.Over(now) {
		return err
	}
	return tx.Bindings.Bind(ctx, b.Released(now))
}

// suspectAll holds those of an order's commissions that are suspected, and tells of new alerts. It takes the alerts in the
// order of influencers: two orders of the same ones never wait for each other.
func (a *Attribution) suspectAll(ctx context.Context, tx ports.Tx, c attribution.Conversion, commissions []attribution.Commission, suspected map[attribution.InfluencerID]fraud.Finding) (tell []news, err error) {
	turns := make([]int, len(commissions))
	for i := range turns {
		turns[i] = i
	}
	slices.SortFunc(turns, func(i, j int) int { return cmp.Compare(commissions[i].Influencer, commissions[j].Influencer) })
	for _, i := range turns {
		found, some := suspected[commissions[i].Influencer]
		if !some {
			continue
		}
		var alarm []news
		if commissions[i], alarm, err = a.suspect(ctx, tx, c, commissions[i], found); err != nil {
			return nil, err
		}
		tell = append(tell, alarm...)
	}
	return tell, nil
}

// suspect holds a commission whose order breaks a rule, as one of a group: those of one influencer in one program by one
// rule, about which there is one open alert. It tells of a new alert.
func (a *Attribution) suspect(ctx context.Context, tx ports.Tx, c attribution.Conversion, commission attribution.Commission, found fraud.Finding) (attribution.Commission, []news, error) {
	subject := groupOf(commission.Program, commission.Influencer, found.Rule)
	these := []fraud.Finding{found}
	alert, tell, err := a.c.raise(ctx, tx, fraud.Raise(
		fraud.AlertID(a.c.IDs.New("alrt")), fraud.KindOrders, subject, fraud.AccountID(commission.Holder), these, c.At,
	), these)
	if err != nil {
		return commission, nil, err
	}
	held, err := commission.Hold(underReview)
	held.Alert = attribution.AlertID(alert.ID)
	return held, tell, err
}

// SettleHeld does to what rules hold as operators resolved its alerts: what was dismissed is released, and what was
// upheld is rejected, each in a unit of work of its own. It gives how many it settled; what is still open it leaves.
// One whose alert is missing gives its fault and holds up nobody.
func (a *Attribution) SettleHeld(ctx context.Context) (int, error) {
	holding := func(ctx context.Context, v ports.View, behind attribution.AlertID) ([]attribution.AlertID, error) {
		return v.Waiting.Alerts(ctx, behind, batch)
	}
	return sweepAll(ctx, a.c.Store, holding, a.settle)
}

// settle does to what an alert holds as it was resolved. What an open one holds is not even read.
func (a *Attribution) settle(ctx context.Context, id attribution.AlertID) (int, error) {
	now := a.c.Clock.Now()
	alert, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (fraud.Alert, error) {
		return v.Alerts.Get(ctx, fraud.AlertID(id))
	})
	if missing := errors.Is(err, fraud.ErrAlertNotFound); err != nil && !missing || err == nil && alert.Status == fraud.Open {
		return 0, err
	}
	held := func(ctx context.Context, v ports.View, behind attribution.Commission) ([]attribution.Commission, error) {
		return v.Waiting.ListByAlert(ctx, id, behind.ID, batch)
	}
	return sweep(ctx, a.c.Store, held, func(row attribution.Commission) error {
		if err != nil { // there is no such alert, and each of its commissions says so
			return about("commission", row.ID, err)
		}
		do := releasing(identity.AccountID(alert.ResolvedBy), now)
		if alert.Status == fraud.Upheld {
			do = a.rejecting(identity.AccountID(alert.ResolvedBy), reviewed, now)
		}
		return about("commission", row.ID, a.update(ctx, row, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			if c.Alert != row.Alert { // somebody decided about it alone
				return c, nil, errUnchanged
			}
			return do(ctx, tx, c)
		}))
	})
}
