package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/ports"
)

// unique is a key that at most one row has, and how rows of it are added and found.
type unique[V any] struct {
	taken error                                                      // what a second row of the key is
	row   func(n int) V                                              // rows that share the key and nothing else
	add   func(ctx context.Context, tx ports.Tx, n int, row V) error // with what the row refers to

	// How the row of the key is found, one of the two.
	find func(ctx context.Context, tx ports.Tx) (V, bool, error) // where a unit of work asks for it
	list func(ctx context.Context, v ports.View) ([]V, error)    // where none does: all rows of the key
}

// prove asks what every key must hold, each on a store of its own: seen once committed and, where a unit
// of work asks for it, before; gone after an error, refused a second time, and won by one of many.
func (u unique[V]) prove(name string, tests map[string]storeTest) {
	for what, test := range map[string]storeTest{
		"is_seen_once_committed":   u.seen,
		"is_gone_after_an_error":   u.gone,
		"is_refused_a_second_time": u.refused,
		"is_won_by_one_of_many":    u.won,
	} {
		tests[name+"_"+what] = seeded(test)
	}
	if u.find != nil {
		tests[name+"_is_seen_in_its_unit"] = seeded(u.seenInside)
	}
}

func (u unique[V]) look(t *testing.T, s ports.Store) found[V] {
	t.Helper()
	if u.find != nil {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[V], error) { return find(u.find(ctx, tx)) })
	}
	rows := view(t, s, u.list)
	if len(rows) == 0 {
		return absent[V]()
	}
	require.Len(t, rows, 1)
	return present(rows[0])
}

func (u unique[V]) put(n int) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return u.add(ctx, tx, n, u.row(n)) }
}

func (u unique[V]) seen(t *testing.T, s ports.Store) {
	require.Equal(t, absent[V](), u.look(t, s))
	write(t, s, u.put(1))
	require.Equal(t, present(u.row(1)), u.look(t, s))
}

func (u unique[V]) seenInside(t *testing.T, s ports.Store) {
	within := inside(t, s, func(ctx context.Context, tx ports.Tx) (found[V], error) {
		if err := u.put(1)(ctx, tx); err != nil {
			return found[V]{}, err
		}
		return find(u.find(ctx, tx))
	})
	require.Equal(t, present(u.row(1)), within)
}

func (u unique[V]) gone(t *testing.T, s ports.Store) {
	abandon(t, s, u.put(1))
	require.Equal(t, absent[V](), u.look(t, s))
	write(t, s, u.put(1)) // the key is free, and so are all others of the row
	require.Equal(t, present(u.row(1)), u.look(t, s))
}

func (u unique[V]) refused(t *testing.T, s ports.Store) {
	refuse(t, s, u.taken, func(ctx context.Context, tx ports.Tx) error {
		return first(func() error { return u.put(1)(ctx, tx) }, func() error { return u.put(2)(ctx, tx) })
	})
	require.Equal(t, absent[V](), u.look(t, s), "they were one unit")
	write(t, s, u.put(3))
	refuse(t, s, u.taken, u.put(4))
	require.Equal(t, present(u.row(3)), u.look(t, s))
}

func (u unique[V]) won(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error { return u.put(n+1)(ctx, tx) })
	requireWinners(t, 1, u.taken, answers)
	for n, err := range answers {
		if err == nil {
			require.Equal(t, present(u.row(n+1)), u.look(t, s))
		}
	}
}
