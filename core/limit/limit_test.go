package limit_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/limit"
)

var start = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		quota limit.Quota
		good  bool
	}{
		"one_a_microsecond":      {limit.Quota{Burst: 1, Per: time.Microsecond}, true},
		"the_longest_window":     {limit.Quota{Burst: 1, Per: limit.MaxWindow}, true},
		"the_longest_in_parts":   {limit.Quota{Burst: 366, Per: 24 * time.Hour}, true},
		"one_part_longer":        {limit.Quota{Burst: 367, Per: 24 * time.Hour}, false},
		"longer_than_the_window": {limit.Quota{Burst: 1, Per: limit.MaxWindow + time.Microsecond}, false},
		"none_at_once":           {limit.Quota{Burst: 0, Per: time.Second}, false},
		"fewer_than_none":        {limit.Quota{Burst: -1, Per: time.Second}, false},
		"no_time":                {limit.Quota{Burst: 1}, false},
		"time_that_runs_back":    {limit.Quota{Burst: 1, Per: -time.Second}, false},
		"less_than_is_kept":      {limit.Quota{Burst: 1, Per: 999}, false},
		"more_than_is_kept":      {limit.Quota{Burst: 1, Per: time.Second + 1}, false},
		"a_product_that_wraps":   {limit.Quota{Burst: math.MaxInt, Per: 2 * time.Hour}, false},
		"a_product_to_zero":      {limit.Quota{Burst: 1 << 62, Per: 4 * time.Microsecond}, false},
		"the_zero_quota":         {limit.Quota{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.good {
				require.NoError(t, test.quota.Check())
				return
			}
			require.ErrorIs(t, test.quota.Check(), limit.ErrQuota)
			_, verdict := test.quota.Take(time.Time{}, start)
			require.Equal(t, limit.Verdict{}, verdict, "it allows nothing")
		})
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	q := limit.Quota{Burst: 3, Per: 10 * time.Second}
	var full time.Time
	for _, step := range []struct {
		at   time.Duration
		want limit.Verdict
	}{
		{0, limit.Verdict{Allowed: true, Remaining: 2, ResetAfter: 10 * time.Second}},
		{0, limit.Verdict{Allowed: true, Remaining: 1, ResetAfter: 20 * time.Second}},
		{0, limit.Verdict{Allowed: true, Remaining: 0, ResetAfter: 30 * time.Second}},
		{0, limit.Verdict{RetryAfter: 10 * time.Second, ResetAfter: 30 * time.Second}},
		{10*time.Second - time.Microsecond, limit.Verdict{RetryAfter: time.Microsecond, ResetAfter: 20*time.Second + time.Microsecond}},
		{10 * time.Second, limit.Verdict{Allowed: true, Remaining: 0, ResetAfter: 30 * time.Second}},
		{35 * time.Second, limit.Verdict{Allowed: true, Remaining: 1, ResetAfter: 15 * time.Second}},
		{24 * time.Hour, limit.Verdict{Allowed: true, Remaining: 2, ResetAfter: 10 * time.Second}},
	} {
		var got limit.Verdict
		full, got = q.Take(full, start.Add(step.at))
		require.Equal(t, step.want, got, "at %s", step.at)
	}
}

// bucket is the oracle: tokens as an exact fraction, refilled as time passes, one taken when one is there.
type bucket struct {
	tokens *big.Rat
	last   time.Time
}

func (b *bucket) take(q limit.Quota, now time.Time) limit.Verdict {
	burst, per := big.NewRat(int64(q.Burst), 1), big.NewRat(int64(q.Per), 1)
	if b.tokens == nil {
		b.tokens, b.last = new(big.Rat).Set(burst), now
	}
	b.tokens.Add(b.tokens, new(big.Rat).Quo(big.NewRat(int64(now.Sub(b.last)), 1), per))
	if b.tokens.Cmp(burst) > 0 {
		b.tokens.Set(burst)
	}
	b.last = now
	lasting := func(missing *big.Rat) time.Duration { return time.Duration(missing.Mul(missing, per).Num().Int64()) }
	one := big.NewRat(1, 1)
	var v limit.Verdict
	if b.tokens.Cmp(one) >= 0 {
		b.tokens.Sub(b.tokens, one)
		v.Allowed, v.Remaining = true, int(new(big.Int).Quo(b.tokens.Num(), b.tokens.Denom()).Int64())
	} else {
		v.RetryAfter = lasting(new(big.Rat).Sub(one, b.tokens))
	}
	v.ResetAfter = lasting(new(big.Rat).Sub(burst, b.tokens))
	return v
}

func drawQuota(t *rapid.T) limit.Quota {
	per := time.Duration(rapid.Int64Range(1, int64(time.Hour/time.Microsecond)).Draw(t, "per")) * time.Microsecond
	return limit.Quota{Burst: rapid.IntRange(1, 40).Draw(t, "burst"), Per: per}
}

// drawStep draws how long passes, mostly about as long as one more takes.
func drawStep(t *rapid.T, q limit.Quota) time.Duration {
	longest := q.Per * rapid.SampledFrom([]time.Duration{0, 1, 2, 50}).Draw(t, "scale")
	return time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "step"))
}

func TestTakeEqualsTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, now, oracle := drawQuota(t), start, bucket{}
		require.NoError(t, q.Check())
		var full time.Time
		for range rapid.IntRange(1, 120).Draw(t, "tries") {
			now = now.Add(drawStep(t, q))
			var got limit.Verdict
			full, got = q.Take(full, now)
			require.Equal(t, oracle.take(q, now), got)
		}
	})
}

// Whatever the clock does, no more is allowed than the burst and one for each Per by which it went on.
func TestAClockThatGoesBackGivesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, now := drawQuota(t), start
		var full time.Time
		var forward, allowed int64
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			step := drawStep(t, q)
			if rapid.Bool().Draw(t, "back") {
				step = -step * rapid.SampledFrom([]time.Duration{1, 10}).Draw(t, "far")
			}
			now = now.Add(step)
			forward += int64(max(step, 0))
			var v limit.Verdict
			if full, v = q.Take(full, now); v.Allowed {
				allowed++
				require.Zero(t, v.RetryAfter)
			} else {
				require.Positive(t, v.RetryAfter)
				require.LessOrEqual(t, v.RetryAfter, q.Per+limit.Skew, "nobody waits for what the clock showed before")
			}
			require.LessOrEqual(t, v.ResetAfter, q.Window()+limit.Skew)
			require.LessOrEqual(t, allowed, int64(q.Burst)+forward/int64(q.Per))
		}
	})
}

func TestWhoWaitsIsAllowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, now := drawQuota(t), start
		full := start.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(200*time.Hour)).Draw(t, "full")))
		refused := 0
		for {
			var v limit.Verdict
			if full, v = q.Take(full, now); !v.Allowed {
				refused++
				require.Less(t, refused, 2, "it was told to wait so long, and no longer")
				now = now.Add(v.RetryAfter)
				continue
			}
			return
		}
	})
}

// A stored moment that is damaged allows no more than the quota and locks nobody out.
func TestTakeOfAnyMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const years = 9_000 * 365 * 24 * 3600
		q := drawQuota(t)
		now := time.Unix(rapid.Int64Range(-years, years).Draw(t, "now"), 0)
		full := time.Unix(rapid.Int64Range(-years, years).Draw(t, "full"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		next, v := q.Take(full, now)
		require.False(t, next.After(now.Add(q.Window()+limit.Skew)))
		require.GreaterOrEqual(t, v.Remaining, 0)
		require.Less(t, v.Remaining, q.Burst)
		require.NotEqual(t, v.Allowed, v.RetryAfter > 0)
		require.GreaterOrEqual(t, v.ResetAfter, time.Duration(0))
	})
}
