package fraud_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
)

var now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// ago gives marks of one unit each, the oldest first, and the stake itself last.
func ago(all ...time.Duration) []fraud.Mark {
	marks := make([]fraud.Mark, 0, len(all)+1)
	for _, d := range all {
		marks = append(marks, fraud.Mark{At: now.Add(-d), Amount: 1})
	}
	return append(marks, fraud.Mark{At: now, Amount: 1})
}

// each gives marks of these amounts, the stake's last, at times with no rhythm.
func each(amounts ...money.Amount) []fraud.Mark {
	var marks []fraud.Mark
	for i, amount := range amounts {
		n := len(amounts) - 1 - i
		marks = append(marks, fraud.Mark{At: now.Add(-time.Duration(n*n) * time.Hour), Amount: amount})
	}
	return marks
}

// sizes gives n different amounts, so that no rule but the one that is tested sees anything.
func sizes(marks []fraud.Mark) []fraud.Mark {
	marks = slices.Clone(marks)
	for i := range marks {
		marks[i].Amount = money.Amount(100 + i)
	}
	return marks
}

// evenly gives the distances of n marks before now, gap apart.
func evenly(n int, gap time.Duration) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(n-i) * gap
	}
	return all
}

// uneven has gaps of 5 minutes less or more a minute in turn: within an hour, and no rhythm.
func uneven(n int) []time.Duration {
	all, at := make([]time.Duration, n), time.Duration(0)
	for i := n - 1; i >= 0; i-- {
		at += 4*time.Minute + time.Duration(i%2)*2*time.Minute
		all[i] = at
	}
	return all
}

func conduct(marks []fraud.Mark) fraud.History {
	return fraud.History{Conduct: fraud.Conduct{Marks: marks}}
}

func crowd(n int, since time.Duration) fraud.History {
	h := fraud.History{}
	for i := range n {
		h.Crowd.Visits = append(h.Crowd.Visits, fraud.Visit{Account: fraud.AccountID(rune('a' + i)), At: now.Add(-since)})
	}
	return h
}

// near is n accounts that staked from the stake's address so long before it, half of them on the day before too.
func near(n int, since time.Duration) fraud.History {
	visits := crowd(n, since).Crowd.Visits
	earlier := slices.Clone(visits[:n/2])
	for i := range earlier {
		earlier[i].At = now.Add(-23 * time.Hour)
	}
	return fraud.History{Neighbors: append(earlier, visits...)}
}

// surge is a pool of an age that took in so much before and today.
func surge(age time.Duration, before, today money.Amount) fraud.History {
	return fraud.History{Opened: now.Add(-age), Before: before, Today: today}
}

// judged gives the names of what a history breaks; the stake is its last mark, or one unit.
func judged(r fraud.Rules, h fraud.History) []fraud.Name {
	stake := fraud.Stake{Account: "acct_a", Pool: "pool_a", Amount: 1, At: now}
	if n := len(h.Conduct.Marks); n > 0 {
		stake.Amount = h.Conduct.Marks[n-1].Amount
	}
	names := []fraud.Name{}
	for _, f := range r.Judge(stake, h) {
		names = append(names, f.Rule)
	}
	return names
}

const day = 24 * time.Hour

// Every rule on both sides of each of its limits.
func TestRules(t *testing.T) {
	t.Parallel()
	most := money.Max
	for name, c := range map[string]struct {
		of     fraud.History
		broken []fraud.Name
	}{
		"the_first_stake":        {conduct(ago()), nil},
		"ten_in_an_hour":         {conduct(sizes(ago(uneven(9)...))), nil},
		"eleven_in_an_hour":      {conduct(sizes(ago(uneven(10)...))), []fraud.Name{fraud.RapidStakes}},
		"eleven_in_a_whole_hour": {conduct(sizes(ago(append([]time.Duration{time.Hour}, uneven(9)...)...))), nil},
		"eleven_in_just_less": {
			conduct(sizes(ago(append([]time.Duration{time.Hour - 1}, uneven(9)...)...))), []fraud.Name{fraud.RapidStakes},
		},

		"another_had_the_wallet_a_week_ago":   {fraud.History{SharedAt: now.Add(-7 * day)}, nil},
		"another_had_the_wallet_since":        {fraud.History{SharedAt: now.Add(-7*day + 1)}, []fraud.Name{fraud.SharedWallet}},
		"another_has_a_session_of_the_wallet": {fraud.History{SharedAt: now.Add(day)}, []fraud.Name{fraud.SharedWallet}},
		"that_was_found_good":                 {fraud.History{SharedAt: now.Add(-day), Conduct: fraud.Conduct{ClearedAt: now.Add(-day)}}, nil},
		"that_came_later":                     {fraud.History{SharedAt: now.Add(-day + 1), Conduct: fraud.Conduct{ClearedAt: now.Add(-day)}}, []fraud.Name{fraud.SharedWallet}},

		"ten_times_the_mean_of_three":        {conduct(each(1, 2, 3, 20)), nil},
		"more_than_that":                     {conduct(each(1, 2, 3, 21)), []fraud.Name{fraud.AmountJump}},
		"a_mean_that_is_no_unit":             {conduct(each(1, 1, 2, 13)), nil}, // 13.33 is the limit
		"just_above_it":                      {conduct(each(1, 1, 2, 14)), []fraud.Name{fraud.AmountJump}},
		"of_two_there_is_no_mean":            {conduct(each(1, 2, 2_000)), nil},
		"ten_count_and_none_before":          {conduct(each(900, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 56)), []fraud.Name{fraud.AmountJump}},
		"the_tenth_before_counts":            {conduct(each(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 55)), nil},
		"sums_of_amounts_have_no_limit":      {conduct(each(most, most-1, most-2, most-3, most-4, most-5, most-6, most-7, most-8, most-9, most-10)), nil},
		"multiples_of_amounts_have_no_limit": {conduct(each(most/10-2, most/10-1, most/10-3, most)), []fraud.Name{fraud.AmountJump}},

		"five_are_equal":            {conduct(each(1, 2, 3, 4, 5, 7, 7, 7, 7, 7)), nil},
		"six_are_equal":             {conduct(each(1, 2, 3, 4, 7, 7, 7, 7, 7, 7)), []fraud.Name{fraud.EqualAmounts}},
		"the_eleventh_is_too_old":   {conduct(each(7, 1, 2, 3, 4, 5, 7, 7, 7, 7, 7)), nil},
		"others_are_equal":          {conduct(each(7, 7, 7, 7, 7, 7, 7, 7, 7, 8)), nil},
		"four_come_evenly":          {conduct(sizes(ago(evenly(3, time.Minute)...))), nil},
		"five_come_evenly":          {conduct(sizes(ago(evenly(4, time.Minute)...))), []fraud.Name{fraud.RegularGaps}},
		"at_once":                   {conduct(sizes(ago(evenly(4, 0)...))), []fraud.Name{fraud.RegularGaps}},
		"five_minutes_apart":        {conduct(sizes(ago(evenly(4, 5*time.Minute)...))), nil},
		"almost_five_minutes_apart": {conduct(sizes(ago(evenly(4, 5*time.Minute-time.Millisecond)...))), []fraud.Name{fraud.RegularGaps}},
		// Gaps of 60 ± 5 s have a standard deviation of 5 s.
		"five_seconds_of_deviation": {conduct(sizes(ago(240*time.Second, 185*time.Second, 120*time.Second, 65*time.Second))), nil},
		"a_little_less": {
			conduct(sizes(ago(240*time.Second, 185*time.Second-time.Millisecond, 120*time.Second, 65*time.Second))), []fraud.Name{fraud.RegularGaps},
		},
		"a_pause_hides_no_rhythm": {conduct(sizes(ago(append([]time.Duration{3 * day, 2 * day}, evenly(4, time.Minute)...)...))), []fraud.Name{fraud.RegularGaps}},
		"a_pause_ends_a_rhythm":   {conduct(sizes(ago(3*day+4*time.Minute, 3*day+3*time.Minute, 3*day+2*time.Minute, 3*day+time.Minute))), nil},
		"a_clock_that_is_behind":  {conduct(sizes(ago(-4*time.Second, -3*time.Second, -2*time.Second, -time.Second))), []fraud.Name{fraud.RegularGaps}},

		"five_times_the_daily_mean": {surge(31*day, 60, 9), nil}, // the stake of 1 makes it 10
		"more_than_five_times":      {surge(31*day, 59, 9), []fraud.Name{fraud.PoolSurge}},
		"a_young_pool":              {surge(31*day-1, 59, 9), nil},
		"a_pool_that_slept":         {surge(90*day, 0, 9), nil},
		"all_there_is":              {surge(90*day, math.MaxInt64, math.MaxInt64), []fraud.Name{fraud.PoolSurge}},

		"ten_accounts":                    {crowd(10, 0), nil},
		"eleven_accounts":                 {crowd(11, 5*time.Minute-1), []fraud.Name{fraud.PoolCrowd}},
		"eleven_accounts_in_five_minutes": {crowd(11, 5*time.Minute), nil},

		"five_accounts_from_one_address": {near(5, 0), nil},
		"six_accounts_from_one_address":  {near(6, time.Hour), []fraud.Name{fraud.BusyAddress}},
		"six_accounts_in_almost_a_day":   {fraud.History{Neighbors: crowd(6, day-1).Crowd.Visits}, []fraud.Name{fraud.BusyAddress}},
		"six_accounts_in_a_whole_day":    {fraud.History{Neighbors: crowd(6, day).Crowd.Visits}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, c.broken, judged(fraud.Canonical(), c.of))
		})
	}
}

// What an operator found good counts no more; the stake that is judged always does.
func TestWhatWasFoundGood(t *testing.T) {
	t.Parallel()
	h := conduct(sizes(ago(evenly(11, time.Second)...)))
	require.Equal(t, []fraud.Name{fraud.RapidStakes, fraud.RegularGaps}, judged(fraud.Canonical(), h))
	h.Conduct = h.Conduct.Clear("alrt_a", now.Add(-4*time.Second))
	require.Empty(t, judged(fraud.Canonical(), h))
	h.Conduct.ClearedAt = now.Add(-5 * time.Second)
	require.Equal(t, []fraud.Name{fraud.RegularGaps}, judged(fraud.Canonical(), h))
	h.Conduct.ClearedAt = now.Add(time.Second)
	require.Empty(t, judged(fraud.Canonical(), h))
}

// every is a finding of each rule.
func every(t require.TestingT) map[fraud.Name]fraud.Finding {
	shared := conduct(ago(evenly(11, time.Second)...))
	shared.SharedAt = now
	jump := conduct(each(1, 2, 3, 21))
	all := map[fraud.Name]fraud.Finding{}
	for _, h := range []fraud.History{shared, jump, surge(31*day, 59, 9), crowd(11, 0), near(6, 0)} {
		amount := money.Amount(1)
		if n := len(h.Conduct.Marks); n > 0 {
			amount = h.Conduct.Marks[n-1].Amount
		}
		for _, f := range fraud.Canonical().Judge(fraud.Stake{Amount: amount, At: now}, h) {
			all[f.Rule] = f
		}
	}
	require.Len(t, all, len(fraud.Names()))
	return all
}

func TestRuling(t *testing.T) {
	t.Parallel()
	r := fraud.Canonical()
	require.Equal(t, fraud.Pass, r.Rule(nil))
	want := map[fraud.Name]fraud.Finding{
		fraud.SharedWallet: {fraud.SharedWallet, fraud.KindStakes, fraud.Critical, 95, 0, 0},
		fraud.RapidStakes:  {fraud.RapidStakes, fraud.KindStakes, fraud.High, 90, 0, 0},
		fraud.BusyAddress:  {fraud.BusyAddress, fraud.KindAddress, fraud.High, 85, 0, 0},
		fraud.RegularGaps:  {fraud.RegularGaps, fraud.KindStakes, fraud.High, 80, 0, 0},
		fraud.EqualAmounts: {fraud.EqualAmounts, fraud.KindStakes, fraud.Medium, 75, 0, 0},
		fraud.AmountJump:   {fraud.AmountJump, fraud.KindStakes, fraud.Medium, 70, 0, 0},
		fraud.PoolSurge:    {fraud.PoolSurge, fraud.KindPool, fraud.Medium, 65, 0, 0},
		fraud.PoolCrowd:    {fraud.PoolCrowd, fraud.KindPool, fraud.Medium, 60, 0, 0},
	}
	require.Equal(t, want, every(t))
	for name, f := range want {
		ruling := fraud.Review
		if f.Confidence >= 80 && f.Kind == fraud.KindStakes {
			ruling = fraud.Block
		}
		require.Equal(t, ruling, r.Rule([]fraud.Finding{f}), name)
		at := r
		at.Review, at.Block = f.Confidence, f.Confidence
		above := r
		above.Review, above.Block = f.Confidence+1, f.Confidence+1
		require.Equal(t, fraud.Pass, above.Rule([]fraud.Finding{f}), name)
		require.Equal(t, f.Kind == fraud.KindStakes, at.Rule([]fraud.Finding{f}) == fraud.Block, "what others do blocks nobody")
		require.Equal(t, fraud.Pass, fraud.Silent().Rule([]fraud.Finding{f}))
	}
}

// I-16: whoever breaks one more rule is never better off, whatever the limits are.
func TestOneMoreFindingIsNeverMilder(t *testing.T) {
	t.Parallel()
	order := []fraud.Ruling{fraud.Pass, fraud.Review, fraud.Block}
	var all []fraud.Finding
	for _, f := range every(t) {
		all = append(all, f)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := fraud.Canonical()
		r.Block = rapid.IntRange(1, 101).Draw(t, "block")
		r.Review = rapid.IntRange(1, r.Block).Draw(t, "review")
		found := rapid.SliceOfN(rapid.SampledFrom(all), 0, 8).Draw(t, "found")
		more := append(slices.Clone(found), rapid.SampledFrom(all).Draw(t, "one more"))
		require.GreaterOrEqual(t, slices.Index(order, r.Rule(more)), slices.Index(order, r.Rule(found)))
		require.GreaterOrEqual(t, fraud.Score(more), fraud.Score(found))
	})
}

func TestRulesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	require.NoError(t, fraud.Canonical().Check())
	require.NoError(t, fraud.Silent().Check())
	require.ErrorIs(t, fraud.Rules{}.Check(), fraud.ErrRules)
	for name, alter := range map[string]func(*fraud.Rules){
		"no_review":          func(r *fraud.Rules) { r.Review = 0 },
		"review_above_block": func(r *fraud.Rules) { r.Review = r.Block + 1 },
		"no_score":           func(r *fraud.Rules) { r.Block = 102 },
		"rapid":              func(r *fraud.Rules) { r.Rapid = 0 },
		"too_rapid":          func(r *fraud.Rules) { r.Rapid = fraud.Kept },
		"crowd":              func(r *fraud.Rules) { r.Crowd = fraud.Kept },
		"no_address":         func(r *fraud.Rules) { r.Address = 0 },
		"address":            func(r *fraud.Rules) { r.Address = fraud.Kept },
		"equal":              func(r *fraud.Rules) { r.Equal = 10 },
		"none_equal":         func(r *fraud.Rules) { r.Equal = 0 },
		"jump":               func(r *fraud.Rules) { r.Jump = 0 },
		"surge":              func(r *fraud.Rules) { r.Surge = 0 },
		"block_for":          func(r *fraud.Rules) { r.BlockFor = 0 },
		"shared":             func(r *fraud.Rules) { r.Shared = 0 },
		"crowd_within":       func(r *fraud.Rules) { r.CrowdWithin = 0 },
		"deviation":          func(r *fraud.Rules) { r.Deviation = time.Microsecond },
		"gap":                func(r *fraud.Rules) { r.Gap = time.Hour + time.Millisecond },
	} {
		r := fraud.Canonical()
		alter(&r)
		require.ErrorIs(t, r.Check(), fraud.ErrRules, name)
	}
}
