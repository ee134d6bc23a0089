package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
		"of_several_keys_one_of_each_or_none":         limiterAll,
		"of_several_keys_at_once_none_is_lost":        limiterAllRace,
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
		v, err = l.TakeAll(t.Context(), moment, limit.Share{Key: "a:1", Quota: ten}, limit.Share{Key: "a:2", Quota: q})
		require.ErrorIs(t, err, limit.ErrQuota)
		require.False(t, v.Allowed)
	}
	allowed, _ := tries(t, l, "a:1", ten.Burst, ten, moment)
	require.Equal(t, ten.Burst, allowed, "nothing was taken beside it")
}

func limiterEnded(t *testing.T, l ports.Limiter) {
	ended, end := context.WithCancel(t.Context())
	end()
	v, err := l.Take(ended, "a:1", ten, moment)
	require.ErrorIs(t, err, ports.ErrLimiter)
	require.False(t, v.Allowed)
	v, err = l.TakeAll(ended, moment, limit.Share{Key: "a:1", Quota: ten})
	require.ErrorIs(t, err, ports.ErrLimiter)
	require.False(t, v.Allowed)
}

// limiterAll holds TakeAll against a map of moments of which it changes all or none: what one key refuses is not
// taken from another.
func limiterAll(t *testing.T, l ports.Limiter) {
	now := moment
	whole := map[string]time.Time{}
	quotas := map[string]limit.Quota{"a:1": ten, "b:1": {Burst: 3, Per: time.Second}, "b:2": {Burst: 1, Per: 7 * time.Second}}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 30).Draw(r, "calls") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 2_000_000).Draw(r, "step")) * time.Microsecond)
			keys := rapid.Permutation([]string{"a:1", "b:1", "b:2"}).Draw(r, "keys")[:rapid.IntRange(1, 3).Draw(r, "many")]
			var shares []limit.Share
			next, want := map[string]time.Time{}, limit.Verdict{Allowed: true, Remaining: ten.Burst}
			for _, key := range keys {
				shares = append(shares, limit.Share{Key: key, Quota: quotas[key]})
				var v limit.Verdict
				next[key], v = quotas[key].Take(whole[key], now)
				if want.Allowed && (!v.Allowed || v.Remaining < want.Remaining) {
					want = v
				}
			}
			if want.Allowed {
				maps.Copy(whole, next)
			}
			got, err := l.TakeAll(t.Context(), now, shares...)
			require.NoError(r, err)
			require.Equal(r, want, got)
		}
	})
}

// limiterAllRace: of many at once that share one key exactly its burst is allowed, and only who was allowed has spent
// one of its own key, in whichever order they name the two.
func limiterAllRace(t *testing.T, l ports.Limiter) {
	var n atomic.Int32
	allowed := make([]bool, 1_000)
	own := func(i int) limit.Share {
		return limit.Share{Key: fmt.Sprintf("b:%d", i), Quota: limit.Quota{Burst: 1, Per: time.Hour}}
	}
	race(func() {
		i := int(n.Add(1))
		shares := []limit.Share{own(i), {Key: "a:1", Quota: ten}}
		if i%2 == 0 {
			slices.Reverse(shares)
		}
		v, err := l.TakeAll(t.Context(), moment, shares...)
		allowed[i] = err == nil && v.Allowed
	})
	winners := 0
	for i := 1; i <= int(n.Load()); i++ {
		v, err := l.Take(t.Context(), own(i).Key, own(i).Quota, moment)
		require.NoError(t, err)
		require.NotEqual(t, allowed[i], v.Allowed, "who was refused has spent nothing")
		if allowed[i] {
			winners++
		}
	}
	require.Equal(t, ten.Burst, winners)
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
