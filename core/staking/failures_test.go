package staking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// TestKnownFailures holds what staking systems have got wrong before. Each name says what must be true
// here instead.
func TestKnownFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"p_01_a_claim_pays_once":                                   claimPaysOnce,
		"p_02_revenue_is_credited_in_one_place":                    creditedOnce,
		"p_05_stakers_counts_positions_with_a_stake":               stakersCounted,
		"p_06_a_position_that_was_left_comes_back":                 restakeReactivates,
		"p_10_a_distribution_without_stakers_changes_nothing":      noStakersNoChange,
		"p_10_the_remainder_is_carried_until_it_is_shared":         remainderCarried,
		"p_11_a_late_stake_has_no_past":                            lateStakeHasNoPast,
		"p_11_a_leaver_keeps_what_accrued":                         leaverKeepsRewards,
		"p_11_a_claim_is_not_scaled_by_the_present_stake":          claimNotScaled,
		"a_stake_just_in_time_earns_nothing":                       justInTimeEarnsNothing,
		"a_stake_earns_from_the_next_boundary":                     earnsFromBoundary,
		"a_late_clock_cannot_stake_into_the_past":                  lateClock,
		"a_fan_stays_within_a_hair_of_the_exact_share":             nearTheExactShare,
		"the_order_of_claims_does_not_matter":                      orderOfClaims,
		"a_stake_split_over_accounts_earns_the_same":               splitEarnsTheSame,
		"leaving_in_part_settles_the_debt_and_never_scales_it":     partialLeaveSettles,
		"staking_more_settles_the_debt_first":                      restakeSettles,
		"small_payments_on_a_large_pool_are_not_lost":              incrementsNeverVanish,
		"revenue_without_stakers_is_not_kept_for_the_first":        firstStakerGetsNoBacklog,
		"only_dust_reaches_whoever_comes_next":                     onlyDustReachesNext,
		"a_donation_cannot_round_a_stake_away":                     donationCannotSteal,
		"leaving_and_claiming_work_in_every_state":                 exitsAlwaysWork,
		"a_round_trip_gains_nothing":                               roundTripGainsNothing,
		"one_fan_leaving_does_not_misstate_the_others":             leavingMovesNobody,
		"what_waits_leaves_first":                                  waitingLeavesFirst,
		"a_fan_who_was_never_settled_can_stake_in_another_epoch":   waitsTwice,
		"a_closed_pool_takes_no_revenue_and_pays_what_it_owes":     closedPoolPays,
		"a_paused_pool_takes_revenue_and_refuses_stakes_and_gifts": pausedPool,
		"a_gift_without_stakers_changes_nothing":                   giftWithoutStakers,
		"what_cools_earns_nothing":                                 coolingEarnsNothing,
		"a_longer_cooldown_binds_later_stakes_only":                longerCooldown,
		"a_shorter_cooldown_is_everybodys_at_once":                 shorterCooldown,
		"a_ticket_is_due_whatever_the_pool_decides":                ticketKeepsItsWord,
		"a_ticket_pays_once":                                       ticketPaysOnce,
		"a_ticket_is_no_way_to_what_others_cool":                   ticketIsItsOwn,
		"a_canceled_ticket_is_a_new_stake":                         canceledIsNew,
		"a_ticket_cannot_be_canceled_where_nobody_can_stake":       cancelNeedsAPool,
		"a_ticket_is_canceled_by_what_the_position_then_holds":     cancelMinimum,
		"cooling_down_and_back_gains_nothing":                      coolingGainsNothing,
		"a_position_remembers_so_many_cooldowns":                   termsAreBounded,
		"a_share_changed_before_the_boundary_waits_for_it":         shareWaits,
		"the_last_word_before_the_boundary_counts":                 lastWordCounts,
		"a_raised_minimum_keeps_nobody_in":                         raisedMinimum,
		"a_pool_that_fell_keeps_its_share":                         fallenKeepsShare,
		"a_closed_pool_ends_with_nothing_in_it":                    closedEndsEmpty,
		"a_stake_can_say_what_it_agrees_to":                        agreedCooldown,
		"closing_takes_nothing_that_was_earned_before":             closedKeepsPromise,
		"the_remainder_waits_for_what_cools":                       remainderWaits,
		"the_remainder_waits_for_whoever_is_in_the_pool":           remainderWaitsForStakes,
		"the_remainder_is_paid_once":                               remainderOnce,
		"an_open_pool_keeps_its_carry_for_who_comes_next":          openKeepsCarry,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t) })
	}
}

// staked is a pool in epoch 2 with stakes that earn.
func staked(t *testing.T, stakes map[string]money.Amount) *store {
	t.Helper()
	s := newStore(t)
	for fan, amount := range stakes {
		s.mustStake(t, fan, amount)
	}
	s.now++
	return s
}

func claimPaysOnce(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 5 * twist})
	s.mustDistribute(t, 20*twist)
	require.Equal(t, 20*twist, s.mustClaim(t, "ann"))
	for range 2 {
		_, err := s.claim("ann")
		require.ErrorIs(t, err, staking.ErrNothingToClaim)
	}
	require.Equal(t, 20*twist, s.pool.Paid)
	require.Equal(t, 20*twist, s.positions["ann"].Claimed)
}

func creditedOnce(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 5 * twist})
	share, err := (100 * twist).Share(s.pool.Share, money.Down)
	require.NoError(t, err)
	s.mustDistribute(t, share)
	require.Equal(t, 20*twist, s.mustClaim(t, "ann"))
	require.Zero(t, s.claimable(t, "ann"))
}

func stakersCounted(t *testing.T) {
	s := newStore(t)
	require.Zero(t, s.pool.Stakers)
	steps := []struct {
		do   func()
		want int64
	}{
		{func() { s.mustStake(t, "ann", twist) }, 1},
		{func() { s.mustStake(t, "ann", twist) }, 1},
		{func() { s.mustStake(t, "bob", twist) }, 2},
		{func() { s.mustLeave(t, "ann", twist) }, 2},
		{func() { s.mustLeave(t, "ann", twist) }, 1},
		{func() { s.mustLeave(t, "bob", twist) }, 0},
	}
	for i, step := range steps {
		step.do()
		require.Equal(t, step.want, s.pool.Stakers, "step %d", i)
	}
}

func restakeReactivates(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 4 * stone})
	s.mustDistribute(t, 7)
	require.Equal(t, money.Amount(7), s.mustLeave(t, "ann", 4*stone))
	require.Zero(t, s.positions["ann"].Staked())
	_, err := s.claim("ann")
	require.ErrorIs(t, err, staking.ErrPositionNotFound)

	s.mustStake(t, "ann", 2*stone)
	s.now++
	s.mustDistribute(t, 11)
	require.Equal(t, 2*stone, s.positions["ann"].Staked())
	require.Equal(t, money.Amount(11), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(18), s.positions["ann"].Claimed)
	require.Equal(t, int64(1), s.pool.Stakers)
}

func noStakersNoChange(t *testing.T) {
	s := newStore(t)
	before := s.pool
	require.ErrorIs(t, s.distribute(twist), staking.ErrNoWeight)
	s.mustStake(t, "ann", twist) // it waits: still nobody who earns
	require.ErrorIs(t, s.distribute(twist), staking.ErrNoWeight)
	require.False(t, s.pool.Takes(1, s.at()))
	require.Equal(t, before.Funded, s.pool.Funded)
	require.Equal(t, before.Carry, s.pool.Carry)
	require.Equal(t, before.Index, s.pool.Index)
}

func remainderCarried(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": twist, "bob": twist, "cid": twist})
	for range 3 {
		s.mustDistribute(t, 10)
	}
	// A third of 30 is 10, but the index rounds down: each fan is a hair below 10 units until the next
	// distribution, of a single unit, brings the carry back.
	require.Equal(t, money.Amount(9), s.claimable(t, "ann"))
	s.mustDistribute(t, 1)
	for _, fan := range []string{"ann", "bob", "cid"} {
		require.Equal(t, money.Amount(10), s.mustClaim(t, fan))
	}
	require.Negative(t, s.pool.Carry.Cmp(staking.U128{Lo: uint64(s.pool.Active)}), "less than one step of the index")
}

func lateStakeHasNoPast(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustDistribute(t, 1_000)
	s.mustStake(t, "bob", 3*stone)
	s.now++
	require.Zero(t, s.claimable(t, "bob"))
	s.mustDistribute(t, 1_000)
	require.Equal(t, money.Amount(1_250), s.claimable(t, "ann"))
	require.Equal(t, money.Amount(750), s.claimable(t, "bob"))
}

func leaverKeepsRewards(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone, "bob": stone})
	s.mustDistribute(t, 2_000)
	require.Equal(t, money.Amount(1_000), s.mustLeave(t, "ann", stone))
	s.mustDistribute(t, 500)
	require.Equal(t, money.Amount(1_500), s.mustClaim(t, "bob"))
}

func claimNotScaled(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone, "bob": stone})
	s.mustDistribute(t, 2_000)
	s.mustStake(t, "ann", 98*stone)
	s.now++
	require.Equal(t, money.Amount(1_000), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(1_000), s.mustClaim(t, "bob"))
}

func justInTimeEarnsNothing(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustStake(t, "eve", 1_000_000*stone)
	s.mustDistribute(t, 12_345)
	require.Zero(t, s.mustLeave(t, "eve", 1_000_000*stone))
	require.Equal(t, money.Amount(12_345), s.mustClaim(t, "ann"))
	require.Zero(t, s.positions["eve"].Claimed)
}

func earnsFromBoundary(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustStake(t, "bob", stone)
	s.mustDistribute(t, 100) // the same epoch: all for ann
	s.now++
	s.mustDistribute(t, 100) // the first one after the boundary: half each
	require.Equal(t, money.Amount(150), s.claimable(t, "ann"))
	require.Equal(t, money.Amount(50), s.claimable(t, "bob"))
}

func lateClock(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone}) // staked in 1; it is 2
	s.mustDistribute(t, 10)                               // the pool has reached 2
	s.now = 1                                             // this caller looked at its clock before the boundary
	s.mustStake(t, "eve", stone)
	require.Equal(t, staking.Epoch(2), s.positions["eve"].WaitingEpoch)
	require.Equal(t, staking.Epoch(2), s.pool.Epoch)
	s.now = 2
	s.mustDistribute(t, 10)
	require.Zero(t, s.claimable(t, "eve"), "else the boundary would have passed twice")
	s.now = 3
	s.mustDistribute(t, 10)
	require.Equal(t, money.Amount(5), s.mustClaim(t, "eve"))
	require.Equal(t, money.Amount(25), s.mustClaim(t, "ann"))
}

func partialLeaveSettles(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 3 * stone, "bob": stone})
	s.mustDistribute(t, 4_000)
	require.Zero(t, s.mustLeave(t, "ann", 2*stone), "a part leaves without a claim")
	require.Equal(t, money.Amount(3_000), s.claimable(t, "ann"))
	s.mustDistribute(t, 2_000) // half each now
	require.Equal(t, money.Amount(4_000), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(2_000), s.mustClaim(t, "bob"))
}

func restakeSettles(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone, "bob": 3 * stone})
	s.mustDistribute(t, 4_000)
	s.mustStake(t, "ann", 2*stone)
	s.now++
	s.mustStake(t, "ann", 2*stone)
	s.now++
	require.Equal(t, money.Amount(1_000), s.claimable(t, "ann"))
	s.mustDistribute(t, 8_000) // 5 of 8
	require.Equal(t, money.Amount(6_000), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(6_000), s.mustClaim(t, "bob"))
}

// At a scale of 10^12 every one of these payments would raise the index by 0.
func incrementsNeverVanish(t *testing.T) {
	const weight, payments = 26_000_000 * twist, 10_000
	s := staked(t, map[string]money.Amount{"ann": weight})
	var sum money.Amount
	for i := range payments {
		amount := money.Amount(i%5_000 + 1)
		require.Zero(t, int64(amount)*1_000_000_000_000/int64(weight))
		require.NoError(t, s.distribute(amount))
		sum += amount
	}
	require.Empty(t, s.audit())
	paid := s.mustClaim(t, "ann")
	require.GreaterOrEqual(t, paid, sum-1, "at most the fraction that is still carried")
	require.LessOrEqual(t, paid, sum)
}

func firstStakerGetsNoBacklog(t *testing.T) {
	s := newStore(t)
	require.ErrorIs(t, s.distribute(1_000), staking.ErrNoWeight)
	s.mustStake(t, "ann", stone)
	s.now++
	require.Zero(t, s.claimable(t, "ann"))
	s.mustDistribute(t, 5)
	require.Equal(t, money.Amount(5), s.mustClaim(t, "ann"))
}

func onlyDustReachesNext(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": twist + 1, "bob": twist + 2})
	s.mustDistribute(t, 1_000_001)
	paid := s.mustLeave(t, "ann", twist+1) + s.mustLeave(t, "bob", twist+2)
	require.Equal(t, money.Amount(1_000_000), paid, "two fractions make the unit that stays")
	require.Equal(t, staking.U128{Hi: 1}, s.pool.Carry)
	require.Zero(t, s.pool.Active)

	s.mustStake(t, "cid", stone)
	s.now++
	s.mustDistribute(t, 10)
	require.Equal(t, money.Amount(11), s.mustLeave(t, "cid", stone))
	require.Equal(t, s.pool.Funded, s.pool.Paid)
	require.Zero(t, s.pool.Carry)
}

func exitsAlwaysWork(t *testing.T) {
	for _, state := range []staking.State{staking.Active, staking.Paused, staking.Closed} {
		s := staked(t, map[string]money.Amount{"ann": 3 * stone, "bob": stone})
		s.mustDistribute(t, 4_000)
		if s.pool.State = state; state == staking.Closed {
			s.pool.ClosedAt = s.at()
		}
		require.Equal(t, money.Amount(3_000), s.mustClaim(t, "ann"), state)
		require.Zero(t, s.mustLeave(t, "ann", stone), state)
		require.Zero(t, s.mustLeave(t, "ann", 2*stone), state)
		require.Equal(t, money.Amount(1_000), s.mustLeave(t, "bob", stone), state)
		require.Zero(t, s.pool.Staked(), state)
	}
}

func waitingLeavesFirst(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 5 * twist})
	s.mustStake(t, "ann", 2*twist)
	s.mustLeave(t, "ann", 3*twist)
	require.Equal(t, 4*twist, s.positions["ann"].Active)
	require.Zero(t, s.positions["ann"].Waiting)
	require.Zero(t, s.positions["ann"].WaitingEpoch)

	s.mustStake(t, "ann", 2*twist)
	s.mustLeave(t, "ann", twist)
	require.Equal(t, 4*twist, s.positions["ann"].Active)
	require.Equal(t, twist, s.positions["ann"].Waiting)
	require.Equal(t, 4*twist, s.pool.Active)
	require.Equal(t, twist, s.pool.Waiting)
}

func waitsTwice(t *testing.T) {
	s := newStore(t)
	s.mustStake(t, "ann", stone) // epoch 1
	s.mustStake(t, "bob", stone)
	s.now++
	s.mustDistribute(t, 100)
	s.mustStake(t, "cid", 2*stone) // epoch 2; nobody of epoch 1 has been settled
	s.now++
	s.mustDistribute(t, 400)
	require.Len(t, s.activations, 2)
	s.mustStake(t, "ann", stone)
	require.Equal(t, stone, s.activations[1].Weight, "bob's")
	s.mustLeave(t, "bob", stone)
	require.NotContains(t, s.activations, staking.Epoch(1), "nobody needs it any more")
	require.Equal(t, money.Amount(150), s.positions["bob"].Claimed)
	require.Equal(t, money.Amount(150), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(200), s.mustClaim(t, "cid"))
	require.Empty(t, s.activations)
}

func closedPoolPays(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustDistribute(t, 10)
	s.mustClose(t)
	require.False(t, s.pool.Takes(1, s.at()))
	require.ErrorIs(t, s.distribute(10), staking.ErrPoolNotActive)
	require.ErrorIs(t, s.stake("ann", stone), staking.ErrPoolNotActive)
	require.Equal(t, money.Amount(10), s.mustLeave(t, "ann", stone))
}

func pausedPool(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustDistribute(t, 10)
	require.NoError(t, s.gift(2))
	require.NoError(t, s.pause())
	require.True(t, s.pool.Takes(1, s.at()))
	s.mustDistribute(t, 10)
	require.ErrorIs(t, s.stake("ann", stone), staking.ErrPoolNotActive)
	require.ErrorIs(t, s.gift(1), staking.ErrPoolNotActive)
	require.Equal(t, money.Amount(22), s.mustClaim(t, "ann"))
	require.NoError(t, s.resume())
	s.mustStake(t, "ann", stone)
	require.NoError(t, s.gift(1))
	require.Equal(t, money.Amount(1), s.mustClaim(t, "ann"))
}

func giftWithoutStakers(t *testing.T) {
	s := newStore(t)
	s.mustStake(t, "ann", twist) // it waits
	before := s.pool
	require.ErrorIs(t, s.gift(twist), staking.ErrNoWeight)
	require.ErrorIs(t, s.gift(0), staking.ErrNotPositive)
	require.Equal(t, before, s.pool)
	require.Empty(t, s.audit())
}
