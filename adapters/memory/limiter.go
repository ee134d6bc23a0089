package memory

import (
	"container/heap"
	"context"
	"crypto/sha256"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
)

var _ ports.Limiter = (*Limiter)(nil)

// DefaultBuckets is how many buckets of one class a Limiter keeps unless told otherwise: about 25 MB.
const DefaultBuckets = 200_000

// Limiter keeps buckets in the process, each class apart, behind a lock of its own. The zero value is empty
// and ready; a value must not be copied after use.
//
// Its memory is bounded, and the bound cannot be turned against anybody. A bucket is forgotten once it is
// whole and never before, so nobody is evicted by those who come after. When a class is full of buckets
// that are not whole, a key that has none gets ErrLimiter: somebody commands more addresses than there is
// room for, and each class that this happens to decides whether to serve on.
type Limiter struct {
	Buckets int // of one class at most; zero means DefaultBuckets

	mu      sync.Mutex
	classes map[string]*class
}

// class is the buckets of one class: when each is whole, and in which order to look whether they are.
type class struct {
	mu      sync.Mutex
	buckets map[digest]time.Time
	order   wholeness
}

// digest stands for a key: however long that is, it takes the same room.
type digest [16]byte

func digestOf(key string) digest {
	sum := sha256.Sum256([]byte(key))
	return digest(sum[:len(digest{})])
}

// Take judges one try by limit.Quota.Take.
func (l *Limiter) Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return limit.Verdict{}, ports.ErrLimiter.Because(err)
	}
	if err := q.Check(); err != nil {
		return limit.Verdict{}, err
	}
	name, _, _ := strings.Cut(key, ":")
	return l.class(name).take(digestOf(key), l.most(), q, now)
}

// TakeAll judges one try by several quotas. Classes are locked in the order of their names, one order for everybody.
func (l *Limiter) TakeAll(ctx context.Context, now time.Time, shares ...limit.Share) (limit.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return limit.Verdict{}, ports.ErrLimiter.Because(err)
	}
	locked := map[string]*class{}
	for _, share := range shares {
		if err := share.Quota.Check(); err != nil {
			return limit.Verdict{}, err
		}
		name, _, _ := strings.Cut(share.Key, ":")
		locked[name] = l.class(name)
	}
	for _, name := range slices.Sorted(maps.Keys(locked)) {
		locked[name].mu.Lock()
		defer locked[name].mu.Unlock()
		locked[name].forget(now)
	}
	least, fresh := limit.Verdict{Allowed: true, Remaining: math.MaxInt}, map[string]int{}
	next := make([]time.Time, len(shares))
	for i, share := range shares {
		name, _, _ := strings.Cut(share.Key, ":")
		c := locked[name]
		full, known := c.buckets[digestOf(share.Key)]
		if !known {
			if fresh[name]++; len(c.buckets)+fresh[name] > l.most() {
				return limit.Verdict{}, errFull
			}
		}
		var verdict limit.Verdict
		if next[i], verdict = share.Quota.Take(full, now); !verdict.Allowed {
			return verdict, nil
		}
		if verdict.Remaining < least.Remaining {
			least = verdict
		}
	}
	for i, share := range shares {
		name, _, _ := strings.Cut(share.Key, ":")
		locked[name].keep(digestOf(share.Key), next[i])
	}
	return least, nil
}

var errFull = ports.ErrLimiter.Saying("its memory is full")

func (l *Limiter) most() int {
	if l.Buckets == 0 {
		return DefaultBuckets
	}
	return l.Buckets
}

func (l *Limiter) class(name string) *class {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.classes[name]
	if !ok {
		if l.classes == nil {
			l.classes = map[string]*class{}
		}
		c = &class{buckets: map[digest]time.Time{}}
		l.classes[name] = c
	}
	return c
}

// take forgets what is whole and then judges.
func (c *class) take(key digest, most int, q limit.Quota, now time.Time) (limit.Verdict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now)
	full, known := c.buckets[key]
	if !known && len(c.buckets) >= most {
		return limit.Verdict{}, errFull
	}
	full, verdict := q.Take(full, now)
	c.keep(key, full)
	return verdict, nil
}

// forget drops what is whole. Nothing is whole before its turn: one that took more since comes again later.
func (c *class) forget(now time.Time) {
	for len(c.order) > 0 && !now.Before(c.order[0].at) {
		first := &c.order[0]
		full, known := c.buckets[first.key]
		if known && now.Before(full) {
			first.at = full
			heap.Fix(&c.order, 0)
			continue
		}
		delete(c.buckets, first.key)
		heap.Pop(&c.order)
	}
}

// keep remembers when a key's bucket is whole. It has a turn by then: one more only where it is new, or where a clock that
// was set back makes it whole sooner.
func (c *class) keep(key digest, full time.Time) {
	before, known := c.buckets[key]
	c.buckets[key] = full
	if !known || full.Before(before) {
		heap.Push(&c.order, turn{full, key})
	}
}

// wholeness is a heap of keys by when to look whether their buckets are whole. It is not told of each take: to find a key's
// place in it, which is anywhere in memory, would be most of what a take costs.
type wholeness []turn

type turn struct {
	at  time.Time
	key digest
}

func (w wholeness) Len() int           { return len(w) }
func (w wholeness) Less(i, j int) bool { return w[i].at.Before(w[j].at) }
func (w wholeness) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push is for container/heap.
func (w *wholeness) Push(t any) { *w = append(*w, t.(turn)) } //nolint:forcetypeassert // nothing else is pushed

// Pop is for container/heap, whose caller has seen what it takes away.
func (w *wholeness) Pop() any {
	*w = (*w)[:len(*w)-1]
	return nil
}
