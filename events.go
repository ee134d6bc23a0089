package twist

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// facts are the data of an event. docs/events.md lists the keys of each kind, and a test holds the page to
// what is told. They are ids, counts and amounts in base units: never a secret, a token or signed bytes.
type facts map[string]string

// news is what a use case has to tell: one event, not yet named and dated.
type news struct {
	kind    journal.Kind
	subject string // the id of what it happened to
	account string // whose business it is; empty where it is nobody's
	facts   facts
}

// tell puts news into the outbox of a unit of work, in order, and into the audit log who made them: the last
// thing the unit writes. An act and its record are one.
func (c Config) tell(ctx context.Context, tx ports.Tx, at time.Time, all ...news) error {
	if len(all) == 0 {
		return nil
	}
	events := make([]journal.Event, len(all))
	for i, n := range all {
		var err error
		id := journal.EventID(c.IDs.New("evt"))
		if events[i], err = journal.NewEvent(id, n.kind, n.subject, n.account, at, n.facts); err != nil {
			return err
		}
	}
	if err := tx.Outbox.Add(ctx, events...); err != nil {
		return err
	}
	return c.audit(ctx, tx, at, all)
}

// foreign makes of a stranger's text one that an event can carry: what a chain says must not keep a payout
// from ending.
func foreign(text string) string {
	const most = 120
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "?")
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

// earned tells of a commission, with facts of its kind.
func earned(kind journal.Kind, c attribution.Commission, of facts) news {
	all := facts{"conversion": string(c.Conversion), "program": string(c.Program)}
	maps.Copy(all, of)
	return news{kind: kind, subject: string(c.ID), account: string(c.Holder), facts: all}
}

// reported is what tells of a conversion: the digest stands for the rule that decided and all that was considered.
func reported(c attribution.Conversion, touches []attribution.Touch) facts {
	told := facts{
		"program": string(c.Order.Program), "order": c.Order.ID, "amount": c.Order.Amount.String(), "touch": string(c.Touch),
	}
	if c.Rule.Version > 0 { // before there was one, nothing of it was kept
		told["decision"] = decidedBy(c, touches)
	}
	return told
}

// decidedBy is a digest of what decided about a conversion. Touches come in the order of their clicks' ids.
func decidedBy(c attribution.Conversion, touches []attribution.Touch) string {
	const priced = 2 // the version from which on rates and items decide too
	parts := []string{fmt.Sprint(c.Rule.Version), string(c.Rule.Model), fmt.Sprint(int64(c.Rule.Window)), fmt.Sprint(c.Rule.Rate)}
	ordered := slices.SortedFunc(slices.Values(touches), func(a, b attribution.Touch) int { return cmp.Compare(a.Click, b.Click) })
	for _, t := range ordered {
		parts = append(parts, string(t.Click), string(t.Link), string(t.Influencer), string(t.Holder), micros(t.At), string(t.Reason))
		if c.Rule.Version >= priced {
			parts = append(parts, string(t.Tier))
		}
	}
	if c.Rule.Version >= priced {
		parts = append(parts, c.Rule.Flat.String(), ratesOf(c.Rule.Rates), fmt.Sprint(len(c.Order.Items)))
		for _, item := range c.Order.Items {
			parts = append(parts, string(item.Product), item.Amount.String())
		}
	}
	if c.Promoted {
		parts = append(parts, "promoted")
	}
	if c.Bound {
		parts = append(parts, "bound")
	}
	if c.More {
		parts = append(parts, "more")
	}
	if !c.Rule.Until.IsZero() {
		parts = append(parts, "until", micros(c.Rule.Until))
	}
	sum := digest(parts...)
	return hex.EncodeToString(sum[:])
}

// ratesOf is a digest of rates, empty of none.
func ratesOf(rates []attribution.Rate) string {
	if len(rates) == 0 {
		return ""
	}
	var parts []string
	for _, r := range rates {
		parts = append(parts, string(r.Product), string(r.Tier), fmt.Sprint(r.Bps), r.Flat.String())
	}
	sum := digest(parts...)
	return hex.EncodeToString(sum[:])
}

// settings is what tells of a program's settings.
func settings(p attribution.Program) facts {
	return facts{
		"rate_bps": fmt.Sprint(p.Rate), "flat": p.Flat.String(), "rates": ratesOf(p.Rates), "model": string(p.Model),
		"window": strconv.FormatInt(p.Window.Microseconds(), 10), "hold": strconv.FormatInt(p.Hold.Microseconds(), 10),
		"refunds": strconv.FormatInt(p.Refunds.Microseconds(), 10), "bound": strconv.FormatInt(p.Bound.Microseconds(), 10),
	}
}

// refunded is what tells of a refund.
func refunded(c attribution.Conversion, r attribution.Refund) facts {
	return facts{
		"program": string(c.Order.Program), "refund": r.ID, "amount": r.Amount.String(), "reversed": r.Reversed.String(), "kept": r.Kept.String(),
	}
}

// earnedBy is what tells of a new commission: who earned it with what, when it may be shared, and until when it may be
// taken back.
func earnedBy(c attribution.Commission) facts {
	return facts{
		"conversion": string(c.Conversion), "program": string(c.Program), "amount": c.Gross.String(),
		"influencer": string(c.Influencer), "pool": string(c.Pool), "matures": micros(c.MatureAt), "final": micros(c.FinalAt),
	}
}

// requestedOf is what tells of a new payout beside its amount.
func requestedOf(p payouts.Payout) facts {
	return facts{"fee": p.Fee.String(), "destination": string(p.Destination)}
}

// decidedOf is what tells of a decision: who made it, or nobody where the job did.
func decidedOf(p payouts.Payout) facts { return facts{"by": string(p.DecidedBy)} }

// agreedOf is what tells of the answer by which a payout was agreed to.
func agreedOf(p payouts.Payout, by identity.Challenge) facts {
	return facts{"destination": string(p.Destination), "wallet": string(by.Wallet), "challenge": string(by.ID)}
}

// collected tells that a debt was repaid out of what its holder got or had.
func collected(r attribution.Repayment) news {
	return news{
		kind: journal.DebtCollected, subject: string(r.Debt.Program), account: string(r.Debt.Holder),
		facts: facts{"amount": r.Amount.String(), "left": r.Debt.Owed.String()},
	}
}

// moved tells of a payout as it stands after a move, with facts of its kind.
func moved(kind journal.Kind, p payouts.Payout, of facts) news {
	all := facts{"amount": p.Amount.String(), "attempt": strconv.Itoa(p.Attempt)}
	maps.Copy(all, of)
	return news{kind: kind, subject: string(p.ID), account: string(p.Account), facts: all}
}

// reached names the event of a payout that came to a state.
func reached(s payouts.State) journal.Kind {
	return map[payouts.State]journal.Kind{
		payouts.Requested: journal.PayoutRequested, payouts.Approved: journal.PayoutApproved, payouts.Queued: journal.PayoutQueued,
		payouts.Signed: journal.PayoutSigned, payouts.Broadcast: journal.PayoutBroadcast, payouts.Confirmed: journal.PayoutConfirmed,
		payouts.Settled: journal.PayoutSettled, payouts.Canceled: journal.PayoutCanceled, payouts.Rejected: journal.PayoutRejected,
		payouts.Failed:   journal.PayoutFailed,
		payouts.Unproven: journal.PayoutUnproven,
	}[s]
}
