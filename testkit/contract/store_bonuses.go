package contract

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

func bonusTests() map[string]storeTest {
	tests := map[string]storeTest{
		"a_bonus_is_added_and_locked":                             seeded(bonusAdd),
		"put_replaces_what_became_of_a_bonus":                     seeded(bonusPut),
		"lock_holds_the_bonus":                                    seeded(bonusLockRace),
		"bonuses_are_listed_by_holder_and_by_state":               seeded(bonusLists),
		"achieved_gives_those_of_whom_enough_counts_in_the_month": seeded(bonusAchieved),
		"count_gives_what_counts_in_the_month":                    seeded(bonusCount),
		"a_month_is_assessed_once":                                bonusAssess,
	}
	bonusOfMonth.prove("the_bonus_of_a_month_and_kind", tests)
	return tests
}

// aMonth is the month that the suites' moment is in.
func aMonth() attribution.Month { return attribution.MonthOf(moment) }

// bonus is what account 0 gets for a month: of an even number for conversions, of an odd one for the tier.
func bonus(n int, state attribution.BonusState) attribution.Bonus {
	b := attribution.Bonus{
		ID: numbered[attribution.BonusID]("bon", n), Influencer: attribution.InfluencerID(influencer(0).ID), Holder: attribution.AccountID(accountID(0)),
		Month: aMonth(), Kind: attribution.BonusConversions, Conversions: int64(n + 101), Fees: money.Amount(2*n + 81), Amount: money.Amount(n + 81), State: state, DueAt: later(n),
	}
	if n%2 == 1 {
		b.Kind, b.Conversions, b.Tier = attribution.BonusTier, 0, attribution.Gold
	}
	for range n / 2 {
		b.Month = b.Month.Next()
	}
	if state != attribution.BonusDue {
		b.EndedAt = later(n + 2)
	}
	return b
}

var bonusOfMonth = unique[attribution.Bonus]{
	taken: attribution.ErrBonusExists,
	row: func(n int) attribution.Bonus {
		b := bonus(0, attribution.BonusDue)
		b.ID = numbered[attribution.BonusID]("bon", apart+n)
		return b
	},
	add: func(ctx context.Context, tx ports.Tx, _ int, row attribution.Bonus) error {
		return tx.Bonuses.Add(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]attribution.Bonus, error) {
		return v.Bonuses.List(ctx, "", "", 9)
	},
}

func lockBonus(n int) func(context.Context, ports.Tx) (attribution.Bonus, error) {
	return func(ctx context.Context, tx ports.Tx) (attribution.Bonus, error) {
		return tx.Bonuses.Lock(ctx, bonus(n, attribution.BonusDue).ID)
	}
}

func bonusAdd(t *testing.T, s ports.Store) {
	absent := func(ctx context.Context, tx ports.Tx) error { return got(lockBonus(1)(ctx, tx)) }
	refuse(t, s, attribution.ErrBonusNotFound, absent)
	for n, state := range []attribution.BonusState{attribution.BonusDue, attribution.BonusPaid, attribution.BonusLapsed} {
		b := bonus(n, state)
		b.ShortAt = []time.Time{{}, later(9), {}}[n]
		add := func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Add(ctx, b) }
		abandon(t, s, add)
		write(t, s, add)
		require.Equal(t, b, inside(t, s, lockBonus(n)))
	}
}

func bonusPut(t *testing.T, s ports.Store) {
	was := bonus(1, attribution.BonusDue)
	refuse(t, s, attribution.ErrBonusNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Put(ctx, was) })
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Add(ctx, was) })
	for _, change := range []func(*attribution.Bonus){
		func(b *attribution.Bonus) { b.ShortAt = later(5) },
		func(b *attribution.Bonus) { b.State, b.EndedAt = attribution.BonusPaid, later(6) },
	} {
		want := inside(t, s, lockBonus(1))
		change(&want)
		put := want // of which the rest stays as it was
		put.Influencer, put.Holder, put.Month, put.Kind, put.Conversions, put.Tier, put.Fees, put.Amount, put.DueAt = "infl_9", "acct_9", "2001-01", "x", 9, "x", 99, 9, later(9)
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Put(ctx, put) })
		require.Equal(t, want, inside(t, s, lockBonus(1)))
		require.Equal(t, []attribution.Bonus{want}, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Bonus, error) {
			return v.Bonuses.List(ctx, want.State, "", 9)
		}))
	}
}

// bonusLockRace: of many who find a bonus due, one ends it.
func bonusLockRace(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Bonuses.Add(ctx, bonus(1, attribution.BonusDue))
	})
	won := 0
	for _, err := range contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		b, err := lockBonus(1)(ctx, tx)
		if err == nil {
			b, err = b.Pay(later(3))
		}
		if err != nil {
			return err
		}
		return tx.Bonuses.Put(ctx, b)
	}) {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, attribution.ErrBonusState)
	}
	require.Equal(t, 1, won)
}

func bonusLists(t *testing.T, s ports.Store) {
	var all [6]attribution.Bonus
	var of [2][]attribution.Bonus // one state and holder each
	for n := range all {
		b, to := bonus(n, []attribution.BonusState{attribution.BonusDue, attribution.BonusPaid}[n%2]), n%2
		b.Holder, b.Influencer = attribution.AccountID(account(to).ID), attribution.InfluencerID(influencer(to).ID)
		all[n], of[to] = b, append(of[to], b)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Bonuses.Add, all[4], all[5], all[1], all[0], all[3], all[2])
	})
	for _, want := range of {
		requirePages(t, s, want, func(ctx context.Context, v ports.View, after attribution.Bonus, limit int) ([]attribution.Bonus, error) {
			return v.Bonuses.ListByHolder(ctx, want[0].Holder, after.ID, limit)
		})
		requirePages(t, s, want, func(ctx context.Context, v ports.View, after attribution.Bonus, limit int) ([]attribution.Bonus, error) {
			return v.Bonuses.List(ctx, want[0].State, after.ID, limit)
		})
	}
	requirePages(t, s, all[:], func(ctx context.Context, v ports.View, after attribution.Bonus, limit int) ([]attribution.Bonus, error) {
		return v.Bonuses.List(ctx, "", after.ID, limit)
	})
}

// settled keeps commissions of an influencer that were approved at one moment and final at another.
func settled(t *testing.T, s ports.Store, from, to int, state attribution.State, fee money.Amount, moments ...[2]time.Time) {
	t.Helper()
	for n, at := range moments {
		c := commission(from+n, state)
		c.Influencer, c.Holder = attribution.InfluencerID(influencer(to).ID), attribution.AccountID(accountID(to))
		c.Fee, c.Fans, c.Net = fee, 0, 0
		c.Gross, c.Reversed = max(fee, c.Gross), 0
		if state == attribution.Reversed {
			c.Fee, c.Reversed = 0, c.Gross
		}
		c.ApprovedAt, c.FinalAt, c.EarnedAt = at[0], at[1], at[1].Add(-time.Hour)
		c.MatureAt = c.EarnedAt
		putCommissions(t, s, c)
		require.Equal(t, c, view(t, s, func(ctx context.Context, v ports.View) (attribution.Commission, error) {
			return v.Commissions.Get(ctx, c.ID)
		}))
	}
}

// achievements keeps, of a month, four commissions of influencer 0 that count and two of influencer 1, on both sides of what counts, and
// gives what each achieved.
func achievements(t *testing.T, s ports.Store) (four, two attribution.Achievement) {
	t.Helper()
	const fee = attribution.BonusFee
	month := aMonth().Period()
	before, last := month.From.Add(-time.Microsecond), month.To.Add(-time.Microsecond)
	settled(t, s, 10, 0, attribution.Approved, fee, [2]time.Time{month.From, before}, [2]time.Time{before, month.From}, [2]time.Time{last, before})
	settled(t, s, 15, 0, attribution.Approved, 3*fee, [2]time.Time{before, last})
	settled(t, s, 20, 0, attribution.Approved, fee, [2]time.Time{before, before}, [2]time.Time{month.To, before}, [2]time.Time{before, month.To}, [2]time.Time{{}, last})
	settled(t, s, 30, 0, attribution.Reversed, fee, [2]time.Time{month.From, month.From})
	settled(t, s, 40, 0, attribution.Pending, 0, [2]time.Time{{}, month.From})
	settled(t, s, 50, 1, attribution.Approved, fee+1, [2]time.Time{month.From, month.From}, [2]time.Time{month.From, month.From})
	settled(t, s, 60, 1, attribution.Approved, fee-1, [2]time.Time{month.From, month.From})
	return attribution.Achievement{Conversions: 4, Fees: 6 * fee}, attribution.Achievement{Conversions: 2, Fees: 2*fee + 2}
}

func bonusAchieved(t *testing.T, s ports.Store) {
	four, two := achievements(t, s)
	zero := attribution.Achieved{Influencer: attribution.InfluencerID(influencer(0).ID), Holder: attribution.AccountID(accountID(0)), Achievement: four}
	one := attribution.Achieved{Influencer: attribution.InfluencerID(influencer(1).ID), Holder: attribution.AccountID(accountID(1)), Achievement: two}
	for least, want := range map[int64][]attribution.Achieved{1: {zero, one}, 2: {zero, one}, 3: {zero}, 4: {zero}, 5: nil} {
		requirePages(t, s, slices.Clip(want), func(ctx context.Context, v ports.View, after attribution.Achieved, limit int) ([]attribution.Achieved, error) {
			return v.Bonuses.Achieved(ctx, aMonth(), least, after.Influencer, limit)
		})
	}
	require.Len(t, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Achieved, error) {
		return v.Bonuses.Achieved(ctx, aMonth().Next(), 1, "", 9)
	}), 1, "the next month begins where this one ends")
}

func bonusCount(t *testing.T, s ports.Store) {
	four, two := achievements(t, s)
	for n, want := range []attribution.Achievement{four, two, {}} {
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Achievement, error) {
			return tx.Bonuses.Count(ctx, numbered[attribution.InfluencerID]("infl", n), aMonth())
		}))
	}
}

func bonusAssess(t *testing.T, s ports.Store) {
	look := func() []attribution.Assessment {
		return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Assessment, error) {
			return v.Bonuses.Assessments(ctx)
		})
	}
	first, second := attribution.Assessment{Month: aMonth(), At: later(1)}, attribution.Assessment{Month: aMonth().Next(), At: later(2)}
	for _, a := range []attribution.Assessment{second, first} {
		keep := func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Assess(ctx, a) }
		abandon(t, s, keep)
		write(t, s, keep)
	}
	require.Equal(t, []attribution.Assessment{first, second}, look())
	again := attribution.Assessment{Month: first.Month, At: later(9)}
	refuse(t, s, attribution.ErrAssessed, func(ctx context.Context, tx ports.Tx) error { return tx.Bonuses.Assess(ctx, again) })
	require.Equal(t, []attribution.Assessment{first, second}, look())
}
