package twist

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// bonusesShort is what the alert about bonuses is about.
const bonusesShort = "bonuses"

// AssessBonuses finds the bonuses of every month that is over and was not assessed yet, the first month first, and gives
// how many it found; PayBonuses pays them. Each is found in a unit of work of its own, and once, however often and by how
// many this is called. A month of which something could not be read or kept gives its fault and is not over: the next run
// goes on with it.
func (a *Attribution) AssessBonuses(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	found := 0
	for {
		month, err := ports.Read(ctx, a.c.Store, nextMonth)
		if err != nil || month == "" || !month.Assessable(now) {
			return found, err
		}
		n, err := a.assess(ctx, month, now)
		if found += n; err != nil {
			return found, err
		}
	}
}

// nextMonth is the month after the last that was assessed, or else the one in which the first account was opened; it is
// empty where nobody ever came.
func nextMonth(ctx context.Context, v ports.View) (attribution.Month, error) {
	assessed, err := v.Bonuses.Assessments(ctx)
	if err != nil {
		return "", err
	}
	if len(assessed) > 0 {
		return assessed[len(assessed)-1].Month.Next(), nil
	}
	accounts, err := v.Accounts.All(ctx, "", 1)
	if err != nil || len(accounts) == 0 {
		return "", err
	}
	return attribution.MonthOf(accounts[0].OpenedAt), nil
}

// assess finds the bonuses of one month.
func (a *Attribution) assess(ctx context.Context, month attribution.Month, now time.Time) (int, error) {
	achieved := func(ctx context.Context, v ports.View, behind attribution.Achieved) ([]attribution.Achieved, error) {
		return v.Bonuses.Achieved(ctx, month, attribution.LeastForBonus, behind.Influencer, batch)
	}
	n, failed := sweep(ctx, a.c.Store, achieved, func(row attribution.Achieved) error {
		return a.oweBonus(ctx, attribution.Bonus{
			Influencer: row.Influencer, Holder: row.Holder, Month: month, Kind: attribution.BonusConversions, DueAt: now,
		})
	})
	rises := func(ctx context.Context, v ports.View, behind rise) ([]rise, error) {
		return risesIn(ctx, v, month, behind)
	}
	m, errRises := sweep(ctx, a.c.Store, rises, func(row rise) error {
		if !row.rose {
			return errUnchanged
		}
		return a.oweBonus(ctx, attribution.Bonus{
			Influencer: attribution.InfluencerID(row.pool.Influencer), Holder: attribution.AccountID(row.pool.Owner), Month: month,
			Kind: attribution.BonusTier, Tier: attribution.Tier(row.to.String()), DueAt: now,
		})
	})
	if err := errors.Join(failed, errRises); err != nil {
		return n + m, err
	}
	err := a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		done := attribution.Assessment{Month: month, At: now}
		if err := tx.Bonuses.Assess(ctx, done); err != nil {
			return err
		}
		return a.c.tell(ctx, tx, now, news{kind: journal.MonthAssessed, subject: assessmentSubject(month), facts: facts{"month": string(month)}})
	})
	if errors.Is(err, attribution.ErrAssessed) {
		err = nil // another run was there first
	}
	return n + m, err
}

// rise is a pool, and whether its tier rose over a month.
type rise struct {
	pool staking.Pool
	to   staking.Tier
	rose bool
}

// risesIn gives a page of pools behind one, and of each whether its tier rose over a month.
func risesIn(ctx context.Context, v ports.View, month attribution.Month, behind rise) ([]rise, error) {
	pools, err := v.Pools.List(ctx, behind.pool.ID, batch)
	if err != nil || len(pools) == 0 {
		return nil, err
	}
	first, last := daysOf(month)
	ids := make([]staking.PoolID, len(pools))
	for i, p := range pools {
		ids[i] = p.ID
	}
	days, err := v.PoolDays.Since(ctx, ids, first)
	if err != nil {
		return nil, err
	}
	of := map[staking.PoolID][]staking.PoolDay{}
	for _, d := range days {
		of[d.Pool] = append(of[d.Pool], d)
	}
	rises := make([]rise, len(pools))
	for i, p := range pools {
		to, rose := staking.Rise(p, of[p.ID], first, last)
		rises[i] = rise{p, to, rose}
	}
	return rises, nil
}

// daysOf are the first and the last day of a month.
func daysOf(month attribution.Month) (first, last staking.Day) {
	period := month.Period()
	return staking.DayOf(period.From), staking.DayOf(period.To) - 1
}

// oweBonus keeps a bonus that is due from now on, unless its influencer has it, is gone or earned none. What counts is counted
// again, in the unit of work that keeps what it earns.
func (a *Attribution) oweBonus(ctx context.Context, b attribution.Bonus) error {
	err := a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		holder, err := tx.Accounts.Hold(ctx, identity.AccountID(b.Holder))
		if err != nil {
			return err
		}
		if holder[0].Erased() {
			return errUnchanged
		}
		counted, err := tx.Bonuses.Count(ctx, b.Influencer, b.Month)
		if err != nil {
			return err
		}
		if b.Fees, b.Amount = counted.Fees, counted.Bonus(b.Kind); b.Amount == 0 {
			return errUnchanged
		}
		if b.Kind == attribution.BonusConversions {
			b.Conversions = counted.Conversions
		}
		b.ID, b.State = attribution.BonusID(a.c.IDs.New("bon")), attribution.BonusDue
		if err := tx.Bonuses.Add(ctx, b); err != nil {
			return err
		}
		return a.c.tell(ctx, tx, b.DueAt, news{journal.BonusDue, string(b.ID), string(b.Holder), dueAs(b)})
	})
	if errors.Is(err, attribution.ErrBonusExists) {
		return errUnchanged // another run was there first
	}
	return about("bonus of", b.Influencer, err)
}

// PayBonuses pays the bonuses that are due, oldest first, each in a unit of work of its own, and gives how many it paid.
// Where what is set aside does not reach for one, it and all younger ones stay due, operators are alerted once about it,
// and the next run goes on with it. One whose holder is gone lapses.
func (a *Attribution) PayBonuses(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	short := false // where an older one waits, a younger one does too
	due := func(ctx context.Context, v ports.View, behind attribution.Bonus) ([]attribution.Bonus, error) {
		return v.Bonuses.List(ctx, attribution.BonusDue, behind.ID, batch)
	}
	return sweep(ctx, a.c.Store, due, func(row attribution.Bonus) error {
		if short {
			return errUnchanged
		}
		err := a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) (err error) {
			short, err = a.payBonus(ctx, tx, row, now)
			return err
		})
		if errors.Is(err, ledger.ErrInsufficientFunds) { // another run paid out of it meanwhile
			short, err = true, errUnchanged
		}
		if short && err == nil {
			err = errUnchanged // of what was counted: it was not paid
		}
		return about("bonus", row.ID, err)
	})
}

// payBonus pays one bonus, or lets it lapse, and reports that what is set aside does not reach.
func (a *Attribution) payBonus(ctx context.Context, tx ports.Tx, row attribution.Bonus, now time.Time) (short bool, err error) {
	holder, err := tx.Accounts.Hold(ctx, identity.AccountID(row.Holder))
	if err != nil {
		return false, err
	}
	b, err := tx.Bonuses.Lock(ctx, row.ID)
	if err != nil {
		return false, err
	}
	if b.State != attribution.BonusDue {
		return false, errUnchanged // another run was there first
	}
	if holder[0].Erased() {
		if b, err = b.Lapse(now); err != nil {
			return false, err
		}
		return false, a.endBonus(ctx, tx, b, news{journal.BonusLapsed, string(b.ID), string(b.Holder), endedAs(b)})
	}
	stands, err := tx.Ledger.Balance(ctx, ledger.Bonuses(), ledger.TWIST)
	if err != nil {
		return false, err
	}
	if stands < b.Amount {
		return true, a.awaitFunds(ctx, tx, b, now)
	}
	if b, err = b.Pay(now); err != nil {
		return false, err
	}
	postings, repaid, err := credit(ctx, tx, ledger.Bonuses(), b.Holder, b.Amount)
	if err != nil {
		return false, err
	}
	e, err := a.c.entry(ledger.KindBonus, bonusReference(b.ID), now, nil, postings...)
	if err != nil {
		return false, err
	}
	if err := tx.Ledger.Record(ctx, e); err != nil {
		return false, err
	}
	return false, a.endBonus(ctx, tx, b, append([]news{{journal.BonusPaid, string(b.ID), string(b.Holder), endedAs(b)}}, repaid...)...)
}

// endBonus keeps what became of a bonus, and tells it.
func (a *Attribution) endBonus(ctx context.Context, tx ports.Tx, b attribution.Bonus, tell ...news) error {
	if err := tx.Bonuses.Put(ctx, b); err != nil {
		return err
	}
	return a.c.tell(ctx, tx, b.EndedAt, tell...)
}

// awaitFunds keeps that a bonus waits for funds, and alerts operators, the first time that it is found to.
func (a *Attribution) awaitFunds(ctx context.Context, tx ports.Tx, b attribution.Bonus, now time.Time) error {
	if !b.ShortAt.IsZero() {
		return errUnchanged
	}
	b.ShortAt = now
	if err := tx.Bonuses.Put(ctx, b); err != nil {
		return err
	}
	_, tell, err := a.c.raise(ctx, tx, fraud.Raise(
		fraud.AlertID(a.c.IDs.New("alrt")), fraud.KindBonuses, bonusesShort, fraud.AccountID(b.Holder), nil, now,
	), nil)
	if err != nil {
		return err
	}
	return a.c.tell(ctx, tx, now, tell...)
}

func bonusReference(id attribution.BonusID) string { return "bonus:" + string(id) }

// assessmentSubject names a month where only letters, digits and underscores may.
func assessmentSubject(month attribution.Month) string {
	return "month_" + strings.ReplaceAll(string(month), "-", "_")
}

// dueAs is what tells of a bonus that is due.
func dueAs(b attribution.Bonus) facts {
	due := facts{
		"influencer": string(b.Influencer), "month": string(b.Month), "kind": string(b.Kind), "amount": b.Amount.String(),
		"conversions": strconv.FormatInt(b.Conversions, 10), "tier": string(b.Tier),
	}
	if b.Fees != 0 { // of one that was found before they were kept nothing tells them
		due["fees"] = b.Fees.String()
	}
	return due
}

// endedAs is what tells of the end of a bonus.
func endedAs(b attribution.Bonus) facts {
	return facts{"month": string(b.Month), "kind": string(b.Kind), "amount": b.Amount.String()}
}

// Bonuses gives at most limit bonuses of the caller's in the order in which they were found, after the one named.
func (a *Attribution) Bonuses(ctx context.Context, by Caller, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Bonus, error) {
		return v.Bonuses.ListByHolder(ctx, attribution.AccountID(by.Account), after, limit)
	})
}

// BonusesIn gives at most limit bonuses in a state, the oldest first, after the one named. It is for operators. A state
// that there is not is attribution.ErrBonusStates.
func (a *Attribution) BonusesIn(ctx context.Context, state attribution.BonusState, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	if err := state.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Bonus, error) {
		return v.Bonuses.List(ctx, state, after, limit)
	})
}
