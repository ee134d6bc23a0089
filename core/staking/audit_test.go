package staking_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/staking"
)

// crowd is a pool with a position of every sort: settled, not settled since its activation (of two epochs),
// waiting, earning and waiting, left; with a carry, fractions owed and claims behind them; and a ticket that
// cools beside one that was withdrawn and one that was canceled.
func crowd(t *testing.T) *store {
	t.Helper()
	s := newStore(t)
	s.now = 5
	s.mustStake(t, "settled", 3*twist)
	s.mustStake(t, "unsettled", 2*twist)
	s.mustStake(t, "left", twist)
	s.now = 6
	s.mustDistribute(t, 12_345_678_901)
	s.mustClaim(t, "settled")
	s.mustLeave(t, "left", twist)
	s.mustStake(t, "later", 7*twist)
	s.mustStake(t, "later_too", 11*twist)
	s.now = 8
	s.mustDistribute(t, 1_000_000_007)
	s.mustClaim(t, "later_too")
	s.mustStake(t, "waiting", 5*twist)
	s.mustStake(t, "settled", 4*twist)
	s.mustDistribute(t, 333)
	s.pool.Cooldown = time.Hour
	s.mustStake(t, "waiting", 3*twist)
	for range 3 {
		s.mustLeave(t, "waiting", 6*twist)
		s.mustStake(t, "waiting", 6*twist)
	}
	s.hour = 2 * time.Hour
	s.mustWithdraw(t, 1)
	s.mustCancel(t, 2)
	require.Len(t, s.activations, 2)
	require.NotZero(t, s.pool.Carry)
	return s
}

// TestAnAlteredNumberIsFound changes every number of every row by one, up and down.
func TestAnAlteredNumberIsFound(t *testing.T) {
	t.Parallel()
	altered := 0
	for _, by := range []int64{+1, -1} {
		s := crowd(t)
		altered += alterEach(t, "pool", &s.pool, by, s.audit)
		for fan, position := range s.positions {
			altered += alterEach(t, fan, &position, by, func() []string {
				s.positions[fan] = position
				return s.audit()
			})
		}
		for epoch, activation := range s.activations {
			altered += alterEach(t, fmt.Sprintf("activation %d", epoch), &activation, by, func() []string {
				s.activations[epoch] = activation
				return s.audit()
			})
		}
		altered += alterEach(t, "the ticket that cools", &s.tickets[2], by, s.audit)
	}
	const pool, position, activation, ticket = 10, 14, 3, 1 // numbers in a row; a new one is noticed here
	require.Equal(t, 2*(pool+6*position+2*activation+ticket), altered)
}

// alterEach changes one number after the other, looks, and puts it back. What the influencer decided and the
// cooldowns that follow from it are not the auditor's.
func alterEach(t *testing.T, name string, row any, by int64, audit func() []string) (altered int) {
	t.Helper()
	fields := reflect.ValueOf(row).Elem()
	for i := range fields.NumField() {
		field, what := fields.Field(i), fields.Type().Field(i).Name
		before := reflect.ValueOf(field.Interface())
		switch number := field.Interface().(type) {
		case staking.Terms:
			terms := field.Addr().Interface().(*staking.Terms)
			for n := range terms {
				altered += alterEach(t, fmt.Sprintf("%s: term %d", name, n), &terms[n], by, audit)
			}
			continue
		case staking.Settings, time.Duration:
			continue
		case staking.U128:
			number.Lo += uint64(by)
			if (by > 0 && number.Lo == 0) || (by < 0 && number.Lo == limb) {
				number.Hi += uint64(by)
			}
			field.Set(reflect.ValueOf(number))
		default:
			if !field.CanInt() {
				continue
			}
			field.SetInt(field.Int() + by)
		}
		require.NotEmpty(t, audit(), "%s: %s changed by %d", name, what, by)
		field.Set(before)
		require.Empty(t, audit())
		altered++
	}
	return altered
}

func TestAuditorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		alter func(*store)
		want  string
	}{
		"a_position_is_missing":           {func(s *store) { delete(s.positions, "waiting") }, "stored waiting"},
		"an_activation_is_missing":        {func(s *store) { delete(s.activations, 5) }, "needs an activation of epoch 5"},
		"an_activation_nobody_needs":      {func(s *store) { s.activations[1] = staking.Activation{Pool: "pool_1", Epoch: 1} }, "activation of epoch 1 has no weight"},
		"an_activation_of_the_present":    {func(s *store) { s.activations[8] = staking.Activation{Pool: "pool_1", Epoch: 8, Weight: 1} }, "not in the past"},
		"an_activation_of_another_pool":   {func(s *store) { s.activations[1] = staking.Activation{Epoch: 1} }, "belongs to"},
		"an_activation_ahead_of_the_pool": {func(s *store) { s.activations[1] = staking.Activation{Epoch: 1, Index: staking.U128{Hi: limb}} }, "above the pool's"},
		"an_activation_stored_twice":      {func(s *store) { s.activations[99] = s.activations[5] }, "stored twice"},
		"a_position_of_another_pool":      {func(s *store) { s.positions["x"] = staking.Position{ID: "pos_x", Pool: "pool_2"} }, "position pos_x belongs to pool_2"},
		"a_negative_position":             {func(s *store) { s.positions["x"] = staking.Position{ID: "pos_x", Active: -1} }, "pos_x has a negative amount"},
		"a_claim_by_nobody":               {func(s *store) { s.positions["x"] = staking.Position{Pool: "pool_1", Owed: staking.U128{Lo: 1}} }, "owed but holds nothing"},
		"an_index_without_weight":         {func(s *store) { s.positions["x"] = staking.Position{Pool: "pool_1", Index: staking.U128{Lo: 1}} }, "no meaning without weight"},
		"an_index_ahead_of_the_pool": {func(s *store) {
			s.positions["x"] = staking.Position{ID: "pos_x", Active: 1, Index: staking.U128{Hi: limb}}
		}, "index of position pos_x is above"},
		"a_stake_from_the_future":          {func(s *store) { s.positions["x"] = staking.Position{ID: "pos_x", Waiting: 1, WaitingEpoch: 9} }, "pos_x waits for epoch 9"},
		"a_negative_pool":                  {func(s *store) { s.pool.Funded = -1 }, "the pool's funded is -1"},
		"a_unit_more_is_owed":              {func(s *store) { s.pool.Carry.Hi++ }, "paid, returned, owed and carried"},
		"a_token_moved_between_two_fans":   {func(s *store) { swap(s, "settled", "later") }, "paid, returned, owed and carried"},
		"a_claim_recorded_for_another_fan": {func(s *store) { s.pool.Paid++ }, "the stored paid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := crowd(t)
			test.alter(s)
			require.Contains(t, fmt.Sprint(s.audit()), test.want)
		})
	}
	require.Empty(t, newStore(t).audit(), "an empty pool is right")
}

// swap moves weight from one fan to another and keeps the sums.
func swap(s *store, from, to string) {
	a, b := s.positions[from], s.positions[to]
	a.Active--
	b.Active++
	s.positions[from], s.positions[to] = a, b
}
