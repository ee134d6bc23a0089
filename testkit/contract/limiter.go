package contract

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
)

// Limiter is the specification of ports.Limiter. What open returns has counted nothing.
func Limiter(t *testing.T, open func(t *testing.T) ports.Limiter) {
	for name, test := range map[string]func(*testing.T, ports.Limiter){
		"the_burst_is_allowed_at_once_and_no_more":    limiterBurst,
		"one_more_is_allowed_each_per":                limiterPer,
		"what_is_refused_takes_nothing":               limiterRefused, // E-30
		"every_key_has_a_bucket_of_its_own":           limiterKeys,    // P-50
		"it_answers_as_the_rule_does":                 limiterRule,
		"exactly_the_burst_of_64_at_once_is_allowed":  limiterRace,
		"a_bucket_is_kept_until_it_is_whole":          limiterKept,
		"a_clock_set_back_keeps_nobody_waiting":       limiterClockBack,
		"a_quota_that_breaks_a_rule_allows_nothing":   limiterBadQuota,
		"a_context_that_ended_is_no_yes":              limiterEnded, // E-17
		"a_key_may_be_any_text":                       limiterAnyKey,
		"quotas_that_change_are_judged_as_they_stand": limiterChanged,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

var ten = limit.Quota{Burst: 10, Per: 3 * time.Second}

// tries takes one of a key n times at a moment, and gives how often it was allowed and the last verdict.
func tries(t *testing.T, l ports.Limiter, key string, n int, q limit.Quota, now time.Time) (int, limit.Verdict) {
	t.Helper()
	allowed := 0
	var last limit.Verdict
	for range n {
		v, err := l.Take(t.Context(), key, q, now)
		require.NoError(t, err)
		if last = v; v.Allowed {
			allowed++
		}
	}
	return allowed, last
}

func limiterBurst(t *testing.T, l ports.Limiter) {
	for left := ten.Burst - 1; left >= 0; left-- {
		v, err := l.Take(t.Context(), "a:1", ten, moment)
		require.NoError(t, err)
		want := limit.Verdict{Allowed: true, Remaining: left, ResetAfter: time.Duration(ten.Burst-left) * ten.Per}
		require.Equal(t, want, v)
	}
	v, err := l.Take(t.Context(), "a:1", ten, moment)
	require.NoError(t, err)
	require.Equal(t, limit.Verdict{RetryAfter: ten.Per, ResetAfter: ten.Window()}, v)
}

func limiterPer(t *testing.T, l ports.Limiter) {
	tries(t, l, "a:1", ten.Burst, ten, moment)
	allowed, _ := tries(t, l, "a:1", 2, ten, moment.Add(ten.Per-time.Microsecond))
	require.Zero(t, allowed)
	allowed, _ = tries(t, l, "a:1", 2, ten, moment.Add(ten.Per))
	require.Equal(t, 1, allowed)
	allowed, _ = tries(t, l, "a:1", 5, ten, moment.Add(4*ten.Per))
	require.Equal(t, 3, allowed)
}

// E-30: what is refused is not counted.
func limiterRefused(t *testing.T, l ports.Limiter) {
	tries(t, l, "a:1", ten.Burst, ten, moment)
	allowed, last := tries(t, l, "a:1", 1_000, ten, moment)
	require.Zero(t, allowed)
	require.Equal(t, ten.Per, last.RetryAfter, "a thousand refusals put nothing off")
	allowed, _ = tries(t, l, "a:1", 1, ten, moment.Add(ten.Per))
	require.Equal(t, 1, allowed)
}

func limiterKeys(t *testing.T, l ports.Limiter) {
	tries(t, l, "a:1", ten.Burst+1, ten, moment)
	for _, other := range []string{"a:2", "b:1", "a:", "a", "", "a:1 ", "A:1", "a:1\x00"} {
		allowed, _ := tries(t, l, other, ten.Burst+1, ten, moment)
		require.Equal(t, ten.Burst, allowed, "%q", other)
	}
}

// limiterRule holds the limiter against a map of moments, over any calls in the order of time.
func limiterRule(t *testing.T, l ports.Limiter) {
	now := moment
	whole := map[string]time.Time{}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 30).Draw(r, "calls") {
			key := rapid.SampledFrom([]string{"a:1", "a:2", "b:1"}).Draw(r, "key")
			now = now.Add(time.Duration(rapid.Int64Range(0, 5_000_000).Draw(r, "step")) * time.Microsecond)
			var want limit.Verdict
			whole[key], want = ten.Take(whole[key], now)
			got, err := l.Take(t.Context(), key, ten, now)
			require.NoError(r, err)
			require.Equal(r, want, got)
		}
	})
}

func limiterRace(t *testing.T, l ports.Limiter) {
	var allowed atomic.Int32
	race(func() {
		v, err := l.Take(t.Context(), "a:1", ten, moment)
		if err == nil && v.Allowed {
			allowed.Add(1)
		}
	})
	require.EqualValues(t, ten.Burst, allowed.Load())
}

func limiterKept(t *testing.T, l ports.Limiter) {
	_, spent := tries(t, l, "a:1", 2, ten, moment)
	almost := moment.Add(spent.ResetAfter - time.Microsecond)
	for n := range 100 { // others come, and what is whole may go
		tries(t, l, fmt.Sprintf("a:other%d", n), 1, ten, almost)
	}
	v, err := l.Take(t.Context(), "a:1", ten, almost)
	require.NoError(t, err)
	require.Equal(t, ten.Burst-2, v.Remaining, "the last microsecond is still missing")
	allowed, _ := tries(t, l, "a:1", ten.Burst+1, ten, moment.Add(time.Hour))
	require.Equal(t, ten.Burst, allowed)
}

func limiterClockBack(t *testing.T, l ports.Limiter) {
	for _, back := range []time.Duration{time.Second, limit.Skew, time.Hour, 400 * 24 * time.Hour} {
		key := "a:" + back.String()
		tries(t, l, key, ten.Burst, ten, moment)
		before := moment.Add(-back)
		v, err := l.Take(t.Context(), key, ten, before)
		require.NoError(t, err)
		require.False(t, v.Allowed, "and it gives nobody more")
		require.LessOrEqual(t, v.RetryAfter, ten.Per+limit.Skew)
		v, err = l.Take(t.Context(), key, ten, before.Add(v.RetryAfter))
		require.NoError(t, err)
		require.True(t, v.Allowed)
	}
}

func limiterBadQuota(t *testing.T, l ports.Limiter) {
	for _, q := range []limit.Quota{{}, {Burst: -1, Per: time.Second}, {Burst: 1}, {Burst: 1, Per: 2 * limit.MaxWindow}} {
		v, err := l.Take(t.Context(), "a:1", q, moment)
		require.ErrorIs(t, err, limit.ErrQuota)
		require.False(t, v.Allowed)
	}
}

func limiterEnded(t *testing.T, l ports.Limiter) {
	ended, end := context.WithCancel(t.Context())
	end()
	v, err := l.Take(ended, "a:1", ten, moment)
	require.ErrorIs(t, err, ports.ErrLimiter)
	require.False(t, v.Allowed)
}

func limiterAnyKey(t *testing.T, l ports.Limiter) {
	long := string(make([]byte, 1<<16))
	for _, key := range []string{"\x00", "\xff\xfe", "a:\n", "::", long, long + "1", "a:" + long} {
		allowed, _ := tries(t, l, key, ten.Burst+1, ten, moment)
		require.Equal(t, ten.Burst, allowed)
	}
}

func limiterChanged(t *testing.T, l ports.Limiter) {
	tries(t, l, "a:1", ten.Burst, ten, moment)
	wider := limit.Quota{Burst: 2 * ten.Burst, Per: ten.Per}
	allowed, _ := tries(t, l, "a:1", wider.Burst, wider, moment)
	require.Equal(t, ten.Burst, allowed, "what was taken stays taken")
	v, err := l.Take(t.Context(), "a:1", ten, moment)
	require.NoError(t, err)
	require.False(t, v.Allowed)
}
