package memory

import (
	"cmp"
	"maps"
	"slices"

	"github.com/twist-platform/twist/core/fault"
)

// errIDTaken refuses a second row of an id. It is internal, because names never repeat.
var errIDTaken = fault.ErrInternal.Saying("the id is taken")

// table keeps rows of one kind by key. During a unit of work changes lie in draft, over the rows:
// commit moves them down, discard drops them.
type table[K comparable, V any] struct {
	key   func(V) K
	order func(a, b K) int
	clone func(V) V // nil where a plain copy shares nothing
	rows  map[K]V
	draft map[K]*V // nil stands for a row removed
}

func newTable[K cmp.Ordered, V any](key func(V) K) *table[K, V] {
	return keyed(key, cmp.Compare[K])
}

func keyed[K comparable, V any](key func(V) K, order func(a, b K) int) *table[K, V] {
	return &table[K, V]{key: key, order: order, rows: map[K]V{}, draft: map[K]*V{}}
}

// cloning says how a row that refers to something is copied.
func (t *table[K, V]) cloning(clone func(V) V) *table[K, V] {
	t.clone = clone
	return t
}

func (t *table[K, V]) copyOf(v V) V {
	if t.clone == nil {
		return v
	}
	return t.clone(v)
}

func (t *table[K, V]) get(k K) (V, bool) {
	if v, changed := t.draft[k]; changed {
		if v == nil {
			var none V
			return none, false
		}
		return t.copyOf(*v), true
	}
	v, ok := t.rows[k]
	if !ok {
		return v, false
	}
	return t.copyOf(v), true
}

func (t *table[K, V]) put(v V) {
	kept := t.copyOf(v)
	t.draft[t.key(v)] = &kept
}

func (t *table[K, V]) remove(k K) { t.draft[k] = nil }

// every wants every row.
func every[V any](V) bool { return true }

// first gives at most limit of the rows found.
func first[V any](found []V, limit int) []V { return found[:min(max(limit, 0), len(found))] }

// add is put for a key that must be free.
func (t *table[K, V]) add(v V, taken error) error {
	if _, ok := t.get(t.key(v)); ok {
		return taken
	}
	t.put(v)
	return nil
}

// list gives at most limit rows that are wanted, in the order of their keys, after one key.
func (t *table[K, V]) list(after K, limit int, wanted func(V) bool) []V {
	var found []V
	for _, k := range slices.SortedFunc(t.keys(), t.order) {
		if len(found) >= limit {
			break
		}
		if t.order(k, after) <= 0 {
			continue
		}
		if v, ok := t.get(k); ok && wanted(v) {
			found = append(found, v)
		}
	}
	return found
}

// all gives every row in the order of the keys.
func (t *table[K, V]) all() []V { return t.where(every) }

// where gives every row that is wanted in the order of the keys.
func (t *table[K, V]) where(wanted func(V) bool) []V {
	var found []V
	for _, k := range slices.SortedFunc(t.keys(), t.order) {
		if v, ok := t.get(k); ok && wanted(v) {
			found = append(found, v)
		}
	}
	return found
}

func (t *table[K, V]) keys() func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range t.rows {
			if !yield(k) {
				return
			}
		}
		for k := range t.draft {
			if _, below := t.rows[k]; !below && !yield(k) {
				return
			}
		}
	}
}

func (t *table[K, V]) commit() {
	for k, v := range t.draft {
		if v == nil {
			delete(t.rows, k)
		} else {
			t.rows[k] = *v
		}
	}
	t.discard()
}

func (t *table[K, V]) discard() { t.draft = map[K]*V{} }

// load replaces all rows.
func (t *table[K, V]) load(rows []V) {
	t.discard()
	t.rows = maps.Collect(func(yield func(K, V) bool) {
		for _, v := range rows {
			if !yield(t.key(v), t.copyOf(v)) {
				return
			}
		}
	})
}

// distinct gives at most limit different keys of values that have one, in their order, after the one named.
func distinct[K comparable, V any, Key cmp.Ordered](t *table[K, V], after Key, limit int, key func(V) (Key, bool)) []Key {
	found := map[Key]bool{}
	for _, v := range t.all() {
		if k, ok := key(v); ok && k > after {
			found[k] = true
		}
	}
	return first(slices.Sorted(maps.Keys(found)), limit)
}
