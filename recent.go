package twist

import (
	"maps"
	"sync"
	"time"
)

// recent remembers answers of the store for a moment, so that what is asked much is not read as much. When a half is
// full the other is dropped, so that it never grows and never has to be searched for what is old.
type recent[K comparable, V any] struct {
	most int // bounds each half

	mu         sync.Mutex
	fresh, old map[K]remembered[V]
	dropped    uint64 // grows with every answer that was taken back
}

// remembered is one answer.
type remembered[V any] struct {
	answer    V
	at, until time.Time
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{most: most, fresh: map[K]remembered[V]{}}
}

// find gives an answer that is good at the moment. A clock that was set back before the moment of the answer knows
// nothing.
func (r *recent[K, V]) find(key K, now time.Time) (answer V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.fresh[key]
	if !ok {
		kept, ok = r.old[key]
	}
	if !ok || now.Before(kept.at) || !now.Before(kept.until) {
		return answer, false
	}
	return kept.answer, true
}

// began is asked before an answer is looked up, and keep is told: an answer that may have been read before
// one was taken back is not kept.
func (r *recent[K, V]) began() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped
}

// keep remembers an answer that is good from one moment on until another.
func (r *recent[K, V]) keep(began uint64, key K, answer V, now, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if began != r.dropped {
		return
	}
	if len(r.fresh) >= r.most {
		r.old, r.fresh = r.fresh, map[K]remembered[V]{}
	}
	r.fresh[key] = remembered[V]{answer, now, until}
}

// drop takes an answer back.
func (r *recent[K, V]) drop(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped++
	delete(r.fresh, key)
	delete(r.old, key)
}

// dropThose takes all such answers back.
func (r *recent[K, V]) dropThose(such func(V) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped++
	those := func(_ K, kept remembered[V]) bool { return such(kept.answer) }
	maps.DeleteFunc(r.fresh, those)
	maps.DeleteFunc(r.old, those)
}
