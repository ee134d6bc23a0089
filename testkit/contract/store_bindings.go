package contract

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

func bindingTests() map[string]storeTest {
	return map[string]storeTest{
		"a_customer_is_bound_once":                         seeded(bindingOnce),
		"a_binding_that_is_over_gives_way":                 seeded(bindingOver),
		"unbind_drops_what_the_order_made_and_no_other":    seeded(bindingUnbind),
		"of_bindings_raced_one_stays":                      seeded(bindingRace),
		"one_that_waits_binds_nobody_and_is_taken_once":    seeded(bindingWaits),
		"one_that_waits_ends_as_others_do":                 seeded(bindingWaitsInVain),
		"forget_drops_what_is_over_and_no_more_than_asked": seeded(bindingForget),
	}
}

// bind keeps a binding.
func bind(t *testing.T, s ports.Store, b attribution.Binding) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Bindings.Bind(ctx, b) })
}

func requireBinding(t *testing.T, s ports.Store, want found[attribution.Binding], of attribution.Binding) {
	t.Helper()
	require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Binding], error) {
		return find(v.Bindings.Find(ctx, of.Program, of.Customer))
	}))
}

func bindingOnce(t *testing.T, s ports.Store) {
	requireBinding(t, s, absent[attribution.Binding](), binding(1))
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Bindings.Bind(ctx, binding(1)) })
	requireBinding(t, s, absent[attribution.Binding](), binding(1))
	bind(t, s, binding(1))
	second := binding(2)
	second.Customer = binding(1).Customer
	bind(t, s, second)
	requireBinding(t, s, present(binding(1)), binding(1))
	requireBinding(t, s, absent[attribution.Binding](), binding(2))
	elsewhere := binding(1)
	elsewhere.Program = program(9).ID
	requireBinding(t, s, absent[attribution.Binding](), elsewhere)
}

func bindingOver(t *testing.T, s ports.Store) {
	bind(t, s, binding(1))
	next := binding(2)
	next.Customer, next.At, next.Until = binding(1).Customer, binding(1).Until.Add(-1_000), later(99)
	bind(t, s, next)
	requireBinding(t, s, present(binding(1)), binding(1))
	next.At = binding(1).Until
	bind(t, s, next)
	requireBinding(t, s, present(next), binding(1))
}

func bindingUnbind(t *testing.T, s ports.Store) {
	for n := 1; n <= 2; n++ {
		bind(t, s, binding(n))
	}
	unbind := func(of attribution.Binding) func(context.Context, ports.Tx) error {
		return func(ctx context.Context, tx ports.Tx) error { return tx.Bindings.Unbind(ctx, of.Conversion, of.Holder) }
	}
	others := binding(1)
	others.Holder = "acct_somebody"
	write(t, s, unbind(others))
	abandon(t, s, unbind(binding(1)))
	requireBinding(t, s, present(binding(1)), binding(1))
	write(t, s, unbind(binding(1)))
	write(t, s, unbind(binding(1)))
	requireBinding(t, s, absent[attribution.Binding](), binding(1))
	requireBinding(t, s, present(binding(2)), binding(2))
	next := binding(3)
	next.Customer = binding(1).Customer
	bind(t, s, next)
	write(t, s, unbind(binding(1)))
	requireBinding(t, s, present(next), next)
}

func bindingRace(t *testing.T, s ports.Store) {
	var turn, failed atomic.Int32
	race(func() {
		b := binding(1)
		b.Link = attribution.LinkID(fmt.Sprint("link_", turn.Add(1)))
		if s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Bindings.Bind(ctx, b) }) != nil {
			failed.Add(1)
		}
	})
	require.Zero(t, failed.Load())
	first := view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Binding], error) {
		return find(v.Bindings.Find(ctx, binding(1).Program, binding(1).Customer))
	})
	bind(t, s, binding(1))
	requireBinding(t, s, first, binding(1))
}

func bindingForget(t *testing.T, s ports.Store) {
	for n := 1; n <= 4; n++ {
		bind(t, s, binding(n))
	}
	forget := func(n, limit, forgotten int) {
		got := inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
			return tx.Bindings.Forget(ctx, binding(n).Until, limit)
		})
		require.Equal(t, forgotten, got)
	}
	forget(2, 1, 1)
	left := 0
	for n := 1; n <= 2; n++ {
		gone := view(t, s, func(ctx context.Context, v ports.View) (bool, error) {
			_, ok, err := v.Bindings.Find(ctx, binding(n).Program, binding(n).Customer)
			return !ok, err
		})
		if !gone {
			left++
		}
	}
	require.Equal(t, 1, left)
	forget(3, 9, 2)
	forget(3, 9, 0)
	for n := 1; n <= 3; n++ {
		requireBinding(t, s, absent[attribution.Binding](), binding(n))
	}
	requireBinding(t, s, present(binding(4)), binding(4))
}

// promise is binding n, of customer 1, as it waits for commission n.
func promise(n int) attribution.Binding {
	b := binding(n)
	b.Customer, b.Commission = binding(1).Customer, commission(n, attribution.Held).ID
	return b
}

func take(t *testing.T, s ports.Store, id attribution.CommissionID) found[attribution.Binding] {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[attribution.Binding], error) {
		return find(tx.Bindings.Take(ctx, id))
	})
}

func bindingWaits(t *testing.T, s ports.Store) {
	none := absent[attribution.Binding]()
	require.Equal(t, none, take(t, s, promise(2).Commission))
	bind(t, s, promise(2))
	bind(t, s, promise(3))
	requireBinding(t, s, none, binding(1))
	bind(t, s, binding(1))
	requireBinding(t, s, present(binding(1)), binding(1))
	require.Equal(t, none, take(t, s, ""), "which waits for nothing is not taken")
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error {
		_, _, err := tx.Bindings.Take(ctx, promise(2).Commission)
		return err
	})
	require.Equal(t, present(promise(2)), take(t, s, promise(2).Commission))
	require.Equal(t, none, take(t, s, promise(2).Commission))
	require.Equal(t, present(promise(3)), take(t, s, promise(3).Commission))
	requireBinding(t, s, present(binding(1)), binding(1))
}

func bindingWaitsInVain(t *testing.T, s ports.Store) {
	bind(t, s, promise(2))
	bind(t, s, promise(3))
	require.Equal(t, 1, inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.Bindings.Forget(ctx, promise(2).Until, 9)
	}))
	require.Equal(t, absent[attribution.Binding](), take(t, s, promise(2).Commission))
	require.Equal(t, present(promise(3)), take(t, s, promise(3).Commission))
	bind(t, s, promise(4))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Bindings.Unbind(ctx, promise(4).Conversion, promise(4).Holder)
	})
	require.Equal(t, absent[attribution.Binding](), take(t, s, promise(4).Commission))
}
