package memory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	contract.Limiter(t, func(*testing.T) ports.Limiter { return new(memory.Limiter) })
}

// E-21: whoever commands any number of addresses fills a bounded memory, disturbs nobody who is counted,
// and frees no bucket of its own.
func TestLimiterThatIsFull(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	q := limit.Quota{Burst: 3, Per: time.Second}
	l := memory.Limiter{Buckets: 100}
	take := func(key string, now time.Time) (limit.Verdict, error) { return l.Take(t.Context(), key, q, now) }
	for range q.Burst {
		_, err := take("auth:victim", start)
		require.NoError(t, err)
	}
	for n := range 99 {
		_, err := take(fmt.Sprintf("auth:%d", n), start)
		require.NoError(t, err)
	}
	for n := range 10_000 {
		v, err := take(fmt.Sprintf("auth:more%d", n), start)
		require.ErrorIs(t, err, ports.ErrLimiter)
		require.False(t, v.Allowed)
	}
	v, err := l.TakeAll(t.Context(), start, limit.Share{Key: "read:all", Quota: q}, limit.Share{Key: "auth:more", Quota: q})
	require.ErrorIs(t, err, ports.ErrLimiter)
	require.False(t, v.Allowed)
	v, err = take("read:all", start)
	require.NoError(t, err)
	require.Equal(t, q.Burst-1, v.Remaining, "nothing was taken where there was room")
	v, err = take("auth:victim", start)
	require.NoError(t, err)
	require.Equal(t, limit.Verdict{RetryAfter: q.Per, ResetAfter: q.Window()}, v, "its bucket is as it was")
	v, err = take("auth:5", start)
	require.NoError(t, err)
	require.True(t, v.Allowed, "who is counted is served on")
	v, err = take("read:1", start)
	require.NoError(t, err)
	require.True(t, v.Allowed, "another class has room of its own")

	_, err = take("auth:more1", start.Add(q.Per-time.Microsecond))
	require.ErrorIs(t, err, ports.ErrLimiter)
	v, err = take("auth:more1", start.Add(q.Per))
	require.NoError(t, err, "what is whole makes room")
	require.True(t, v.Allowed)
	v, err = take("auth:victim", start.Add(q.Per))
	require.NoError(t, err)
	require.Equal(t, 0, v.Remaining)
}

// E-21: what is whole makes room, in whichever order it was taken.
func TestLimiterForgetsWhatIsWhole(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	q := limit.Quota{Burst: 3, Per: time.Second}
	l := memory.Limiter{Buckets: 3}
	for _, key := range []string{"a:1", "a:2", "a:3", "a:3", "a:2", "a:3"} { // whole after one, two and three seconds
		_, err := l.Take(t.Context(), key, q, start)
		require.NoError(t, err)
	}
	for n := range 3 {
		for range q.Burst {
			_, err := l.Take(t.Context(), fmt.Sprintf("a:new%d", n), q, start.Add(time.Duration(n+1)*time.Second))
			require.NoError(t, err, n)
		}
		_, err := l.Take(t.Context(), "a:none", q, start.Add(time.Duration(n+1)*time.Second))
		require.ErrorIs(t, err, ports.ErrLimiter, "there is room for one")
	}
}

// A clock that was set back makes a bucket whole sooner, and then it makes room; one that took more since does not yet.
func TestLimiterForgetsByTheClockThatIs(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	q := limit.Quota{Burst: 3, Per: time.Second}
	l := memory.Limiter{Buckets: 1}
	_, err := l.Take(t.Context(), "a:1", q, start.Add(time.Hour))
	require.NoError(t, err)
	v, err := l.Take(t.Context(), "a:1", q, start)
	require.NoError(t, err)
	require.Equal(t, limit.Verdict{RetryAfter: q.Per, ResetAfter: q.Window()}, v, "it is spent, and whole after its window")
	_, err = l.Take(t.Context(), "a:1", q, start.Add(q.Per))
	require.NoError(t, err)
	_, err = l.Take(t.Context(), "a:2", q, start.Add(q.Window()))
	require.ErrorIs(t, err, ports.ErrLimiter, "it took one more")
	_, err = l.Take(t.Context(), "a:2", q, start.Add(q.Window()+q.Per))
	require.NoError(t, err)
	_, err = l.Take(t.Context(), "a:1", q, start.Add(q.Window()+q.Per))
	require.ErrorIs(t, err, ports.ErrLimiter)
	_, err = l.Take(t.Context(), "a:1", q, start.Add(q.Window()+2*q.Per))
	require.NoError(t, err, "and forgets each but once")
}

// A bucket is forgotten as soon as it is whole and never before, whatever the clock does: each try is judged as by buckets
// that are all looked at each time.
func TestLimiterForgetsAsIfItLookedAtAll(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		draw := rand.New(rand.NewPCG(seed, 46))
		now, full := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), map[string]time.Time{}
		l := memory.Limiter{Buckets: 8}
		quotas := []limit.Quota{{Burst: 3, Per: time.Second}, {Burst: 1, Per: time.Minute}, {Burst: 40, Per: 10 * time.Second}}
		for range 400 {
			now = now.Add(time.Duration(draw.IntN(4_000)-200) * time.Millisecond)
			if draw.IntN(50) == 0 { // set back, or ahead
				now = now.Add(time.Duration(draw.IntN(7)-3) * time.Hour)
			}
			key := fmt.Sprint("class:", draw.IntN(12))
			q := quotas[draw.IntN(len(quotas))]
			for other, at := range full {
				if !now.Before(at) {
					delete(full, other)
				}
			}
			before, known := full[key]
			got, err := l.Take(t.Context(), key, q, now)
			if !known && len(full) == l.Buckets {
				require.ErrorIs(t, err, ports.ErrLimiter)
				continue
			}
			require.NoError(t, err)
			next, want := q.Take(before, now)
			full[key] = next
			require.Equal(t, want, got, seed)
		}
	}
}
