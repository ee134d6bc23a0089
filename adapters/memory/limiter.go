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

// DefaultBuckets is how many buckets of one class a Limiter keeps unless told otherwise: about 40 MB.
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

// class is the buckets of one class, in the order in which they become whole.
type class struct {
	mu      sync.Mutex
	buckets map[[sha256.Size]byte]*bucket
	order   wholeness
}

// bucket is what one key has taken. The key is kept as a digest: however long, it takes the same room.
type bucket struct {
	key  [sha256.Size]byte
	full time.Time
	at   int // in the order
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
	return l.class(name).take(sha256.Sum256([]byte(key)), l.most(), q, now)
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
		c, full := locked[name], time.Time{}
		if b, known := c.buckets[sha256.Sum256([]byte(share.Key))]; known {
			full = b.full
		} else if fresh[name]++; len(c.order)+fresh[name] > l.most() {
			return limit.Verdict{}, errFull
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
		locked[name].keep(sha256.Sum256([]byte(share.Key)), next[i])
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
		c = &class{buckets: map[[sha256.Size]byte]*bucket{}}
		l.classes[name] = c
	}
	return c
}

// take forgets what is whole and then judges.
func (c *class) take(key [sha256.Size]byte, most int, q limit.Quota, now time.Time) (limit.Verdict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now)
	var full time.Time
	if b, known := c.buckets[key]; known {
		full = b.full
	} else if len(c.order) >= most {
		return limit.Verdict{}, errFull
	}
	full, verdict := q.Take(full, now)
	c.keep(key, full)
	return verdict, nil
}

// forget drops what is whole, which is where the order begins.
func (c *class) forget(now time.Time) {
	for len(c.order) > 0 && !now.Before(c.order[0].full) {
		delete(c.buckets, c.order[0].of.key)
		heap.Pop(&c.order)
	}
}

// keep remembers when a key's bucket is whole.
func (c *class) keep(key [sha256.Size]byte, full time.Time) {
	b, known := c.buckets[key]
	if !known {
		b = &bucket{key: key, full: full}
		c.buckets[key] = b
		heap.Push(&c.order, b)
		return
	}
	b.full, c.order[b.at].full = full, full
	heap.Fix(&c.order, b.at)
}

// wholeness is a heap of buckets by when they are whole. Each moment stands in the heap too: to look it up in the buckets,
// which are anywhere in memory, would be most of what a take costs.
type wholeness []turn

type turn struct {
	full time.Time
	of   *bucket
}

func (w wholeness) Len() int           { return len(w) }
func (w wholeness) Less(i, j int) bool { return w[i].full.Before(w[j].full) }

func (w wholeness) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].of.at, w[j].of.at = i, j
}

// Push is for container/heap.
func (w *wholeness) Push(b any) {
	added := b.(*bucket) //nolint:forcetypeassert // nothing else is pushed
	added.at = len(*w)
	*w = append(*w, turn{added.full, added})
}

// Pop is for container/heap.
func (w *wholeness) Pop() any {
	last := len(*w) - 1
	b := (*w)[last].of
	(*w)[last] = turn{}
	*w = (*w)[:last]
	return b
}
