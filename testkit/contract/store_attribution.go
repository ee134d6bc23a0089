package contract

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

func attributionTests() map[string]storeTest {
	tests := map[string]storeTest{
		"get_gives_a_program_or_err_program_not_found":               seeded(programGet),
		"put_replaces_a_programs_settings_and_its_end":               seeded(programPut),
		"lock_holds_the_program":                                     seeded(programLockRace),
		"get_gives_a_commission_or_err_commission_not_found":         seeded(commissionGet),
		"an_abandoned_program_was_never_there":                       seeded(programAbandoned),
		"programs_are_listed_in_the_order_of_their_ids":              seeded(programPages),
		"a_code_finds_its_link_as_it_is_spelled":                     seeded(linkByCode),
		"get_and_lock_give_a_conversion_or_err_conversion_not_found": seeded(conversionGet),
		"an_order_id_is_of_one_program":                              seeded(conversionOrders),
		"conversions_are_listed_in_the_order_of_their_ids":           seeded(conversionPages),
		"put_replaces_a_conversion":                                  seeded(conversionPut),
		"lock_holds_the_conversion":                                  seeded(conversionLockRace),
		"lock_holds_the_commissions_of_the_conversion":               seeded(conversionLockCommissions),
		"refunds_of_a_conversion_come_in_the_order_of_their_ids":     seeded(refundOrder),
		"touches_are_listed_in_the_order_of_conversion_and_click":    seeded(touchLists),
		"touches_are_added_all_or_none":                              seeded(touchAdd),
		"put_creates_or_replaces_a_commission":                       seeded(commissionPut),
		"commissions_are_listed_by_conversion_and_by_holder":         seeded(commissionLists),
		"due_gives_what_is_pending_and_over_those_due_first_first":   seeded(commissionDue),
		"list_by_state_gives_those_of_one_program_or_of_all":         seeded(commissionStates),
		"programs_with_a_queue_are_paged":                            seeded(commissionQueued),
		"what_alerts_hold_is_paged_by_alert":                         seeded(commissionAlerts),
		"has_unfunded_asks_for_one_program":                          seeded(commissionHasUnfunded),
		"count_earned_counts_what_stands_since_a_moment":             seeded(commissionCountEarned),
		"put_creates_replaces_or_removes_a_debt":                     seeded(debtPut),
		"debts_of_a_holder_come_oldest_first_then_by_program":        seeded(debtOrder),
		"debts_are_listed_in_the_order_of_holder_and_program":        seeded(debtPages),
		"lock_holds_debts_that_are_not_yet_made":                     seeded(debtLockRace),
	}
	maps.Copy(tests, linkTests())
	maps.Copy(tests, reservationTests())
	maps.Copy(tests, orderTests())
	maps.Copy(tests, bindingTests())
	maps.Copy(tests, bonusTests())
	linkOfCode.prove("the_link_of_a_code", tests)
	linkOfPromo.prove("the_link_of_a_promo_code", tests)
	conversionOfOrder.prove("the_conversion_of_an_order", tests)
	refundOfID.prove("the_refund_of_an_id", tests)
	return tests
}

var linkOfCode = unique[attribution.Link]{
	taken: attribution.ErrCodeTaken,
	row:   func(n int) attribution.Link { l := link(apart + n); l.Code = "sameCode12"; return l },
	add: func(ctx context.Context, tx ports.Tx, _ int, row attribution.Link) error {
		return tx.Links.Add(ctx, row)
	},
	list: linksWhere(func(l attribution.Link) bool { return l.Code == "sameCode12" }),
}

var conversionOfOrder = unique[attribution.Conversion]{
	taken: attribution.ErrOrderConflict,
	row:   func(n int) attribution.Conversion { c := conversion(apart + n); c.Order.ID = "one order"; return c },
	add: func(ctx context.Context, tx ports.Tx, _ int, row attribution.Conversion) error {
		return tx.Conversions.Add(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]attribution.Conversion, error) {
		all, err := v.Conversions.List(ctx, conversion(apart-1).ID, racers)
		return slices.DeleteFunc(all, func(c attribution.Conversion) bool { return c.Order.ID != "one order" }), err
	},
}

var refundOfID = unique[attribution.Refund]{
	taken: attribution.ErrRefundConflict,
	row:   func(n int) attribution.Refund { r := refund(n); r.ID = "one refund"; return r },
	add: func(ctx context.Context, tx ports.Tx, _ int, row attribution.Refund) error {
		return tx.Conversions.AddRefund(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]attribution.Refund, error) {
		return v.Conversions.Refunds(ctx, conversion(0).ID, "", racers)
	},
}

// putAll writes rows in the order given.
func putAll[V any](ctx context.Context, put func(context.Context, V) error, rows ...V) error {
	for _, row := range rows {
		if err := put(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func programGet(t *testing.T, s ports.Store) {
	require.Equal(t, program(0), view(t, s, func(ctx context.Context, v ports.View) (attribution.Program, error) {
		return v.Programs.Get(ctx, program(0).ID)
	}))
	refuse(t, s, attribution.ErrProgramNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Programs.Get(ctx, program(9).ID))
	})
}

func getProgram(t *testing.T, s ports.Store, n int) attribution.Program {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (attribution.Program, error) {
		return v.Programs.Get(ctx, program(n).ID)
	})
}

func programPut(t *testing.T, s ports.Store) {
	refuse(t, s, attribution.ErrProgramNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Put(ctx, program(9)) })
	refuse(t, s, attribution.ErrProgramNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Programs.Lock(ctx, program(9).ID)) })
	next := program(0)
	next.Rate, next.Window, next.Hold, next.Model, next.Refunds, next.Bound, next.ClosedAt = 0, time.Hour, time.Minute, attribution.Linear, 0, 730*24*time.Hour, later(5)
	next.Flat, next.Rates = 7, rates()[1:]
	other := next
	other.Name, other.Merchant, other.OpenedAt = "Other", attribution.AccountID(accountID(1)), later(1)
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Put(ctx, other) }
	abandon(t, s, put)
	require.Equal(t, program(0), getProgram(t, s, 0))
	write(t, s, put)
	require.Equal(t, next, getProgram(t, s, 0), "what a program is stays")
	require.Equal(t, next, inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Program, error) {
		return tx.Programs.Lock(ctx, next.ID)
	}))
}

func programLockRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		p, err := tx.Programs.Lock(ctx, program(0).ID)
		if err != nil {
			return err
		}
		p.Rate++
		return tx.Programs.Put(ctx, p)
	}))
	require.Equal(t, program(0).Rate+racers, getProgram(t, s, 0).Rate)
}

func commissionGet(t *testing.T, s ports.Store) {
	putCommissions(t, s, commission(1, attribution.Pending), commission(2, attribution.Waived))
	for n, state := range map[int]attribution.State{1: attribution.Pending, 2: attribution.Waived} {
		require.Equal(t, commission(n, state), view(t, s, func(ctx context.Context, v ports.View) (attribution.Commission, error) {
			return v.Commissions.Get(ctx, commission(n, state).ID)
		}))
	}
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Commissions.Get(ctx, commission(9, attribution.Pending).ID))
	}), attribution.ErrCommissionNotFound)
}

func programPages(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(12)) },
			func() error { return tx.Programs.Add(ctx, program(11)) },
		)
	})
	requirePages(t, s, []attribution.Program{program(0), program(11), program(12)},
		func(ctx context.Context, v ports.View, after attribution.Program, limit int) ([]attribution.Program, error) {
			return v.Programs.All(ctx, after.ID, limit)
		})
}

func programAbandoned(t *testing.T, s ports.Store) {
	add := func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Programs.Add(ctx, program(1)); err != nil {
			return err
		}
		return got(tx.Programs.Get(ctx, program(1).ID))
	}
	abandon(t, s, add)
	refuse(t, s, attribution.ErrProgramNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Programs.Get(ctx, program(1).ID))
	})
	write(t, s, add)
}

func linkByCode(t *testing.T, s ports.Store) {
	look := func(code string) found[attribution.Link] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Link], error) {
			return find(v.Links.FindByCode(ctx, code))
		})
	}
	require.Equal(t, present(link(0)), look("Code000000"))
	require.Equal(t, absent[attribution.Link](), look("code000000"))
	shouted := link(1)
	shouted.Code = "CODE000000"
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, shouted) })
	require.Equal(t, present(shouted), look("CODE000000"))
}

func getConversion(t *testing.T, s ports.Store, n int) attribution.Conversion {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (attribution.Conversion, error) {
		return v.Conversions.Get(ctx, conversion(n).ID)
	})
}

func conversionGet(t *testing.T, s ports.Store) {
	require.Equal(t, conversion(0), getConversion(t, s, 0))
	require.Equal(t, conversion(0), inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Conversion, error) {
		return tx.Conversions.Lock(ctx, conversion(0).ID)
	}))
	bare := conversion(1) // an order without a click
	bare.Order.Click, bare.Touch, bare.Refunded = "", "", 0
	require.Equal(t, bare, inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Conversion, error) {
		if err := tx.Conversions.Add(ctx, bare); err != nil {
			return attribution.Conversion{}, err
		}
		return tx.Conversions.Lock(ctx, bare.ID)
	}))
	require.Equal(t, bare, getConversion(t, s, 1))

	refuse(t, s, attribution.ErrConversionNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Conversions.Lock(ctx, conversion(9).ID))
	})
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Conversions.Get(ctx, conversion(9).ID))
	}), attribution.ErrConversionNotFound)
}

func conversionOrders(t *testing.T, s ports.Store) {
	other := conversion(1)
	other.Order.Program, other.Order.ID = program(1).ID, conversion(0).Order.ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(1)) },
			func() error { return tx.Conversions.Add(ctx, other) },
		)
	})
	require.Equal(t, conversion(0), getConversion(t, s, 0))
	require.Equal(t, other, getConversion(t, s, 1))
	for _, kept := range []attribution.Conversion{conversion(0), other} {
		second := conversion(2)
		second.Order = kept.Order
		refuse(t, s, attribution.ErrOrderConflict, func(ctx context.Context, tx ports.Tx) error {
			return tx.Conversions.Add(ctx, second)
		})
	}
}

func conversionPages(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Conversions.Add, conversion(4), conversion(2), conversion(3), conversion(1))
	})
	requirePages(t, s, []attribution.Conversion{conversion(0), conversion(1), conversion(2), conversion(3), conversion(4)},
		func(ctx context.Context, v ports.View, after attribution.Conversion, limit int) ([]attribution.Conversion, error) {
			return v.Conversions.List(ctx, after.ID, limit)
		})
}

func conversionPut(t *testing.T, s ports.Store) {
	refuse(t, s, attribution.ErrConversionNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Conversions.Put(ctx, conversion(9)) })
	next := conversion(0)
	next.Refunded = next.Order.Amount
	put := func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Conversions.Put(ctx, next); err != nil {
			return err
		}
		now, err := tx.Conversions.Lock(ctx, next.ID)
		if !reflect.DeepEqual(now, next) {
			return errUnseen
		}
		return err
	}
	abandon(t, s, put)
	require.Equal(t, conversion(0), getConversion(t, s, 0))
	write(t, s, put)
	require.Equal(t, next, getConversion(t, s, 0))
	second := conversion(1)
	second.Order = next.Order
	refuse(t, s, attribution.ErrOrderConflict, func(ctx context.Context, tx ports.Tx) error {
		return tx.Conversions.Add(ctx, second)
	})
}

func conversionLockRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		c, err := tx.Conversions.Lock(ctx, conversion(0).ID)
		if err != nil {
			return err
		}
		if c.Refunded, err = c.Refunded.Add(1); err != nil {
			return err
		}
		return tx.Conversions.Put(ctx, c)
	}))
	want, err := conversion(0).Refunded.Add(racers)
	require.NoError(t, err)
	require.Equal(t, want, getConversion(t, s, 0).Refunded)
}

// conversionLockCommissions has everybody add a commission unless there is one.
func conversionLockCommissions(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if _, err := tx.Conversions.Lock(ctx, conversion(0).ID); err != nil {
			return err
		}
		there, err := tx.Commissions.ListByConversion(ctx, conversion(0).ID)
		if err != nil || len(there) > 0 {
			return err
		}
		return tx.Commissions.Put(ctx, commission(n, attribution.Pending))
	}))
	require.Len(t, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.ListByConversion(ctx, conversion(0).ID)
	}), 1)
}

func refundOrder(t *testing.T, s ports.Store) {
	other := refund(2)
	other.Conversion = conversion(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Conversions.Add(ctx, conversion(1)) },
			func() error { return putAll(ctx, tx.Conversions.AddRefund, refund(3), refund(1), refund(2), other) },
		)
	})
	look := func(n int) []attribution.Refund {
		return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Refund, error) {
			return v.Conversions.Refunds(ctx, conversion(n).ID, "", 9)
		})
	}
	require.Equal(t, []attribution.Refund{refund(1), refund(2), refund(3)}, look(0))
	require.Equal(t, []attribution.Refund{other}, look(1))
	require.Empty(t, look(9))
	requirePages(t, s, look(0), func(ctx context.Context, v ports.View, after attribution.Refund, limit int) ([]attribution.Refund, error) {
		return v.Conversions.Refunds(ctx, conversion(0).ID, after.ID, limit)
	})
	requirePages(t, s, append(look(0), other), func(ctx context.Context, v ports.View, after attribution.Refund, limit int) ([]attribution.Refund, error) {
		return v.Conversions.AllRefunds(ctx, after, limit)
	})
	for _, kept := range []attribution.Refund{refund(2), other} {
		refuse(t, s, attribution.ErrRefundConflict, func(ctx context.Context, tx ports.Tx) error {
			return tx.Conversions.AddRefund(ctx, kept)
		})
	}
}
