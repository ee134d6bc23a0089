package staking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

func TestOpenPool(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		share    money.Bps
		minimum  money.Amount
		cooldown time.Duration
		want     string
	}{
		"nothing_for_fans":       {0, staking.MinimumDefault, 0, ""},
		"share_at_the_tier_cap":  {2_000, staking.MinimumDefault, 0, ""},
		"share_above_the_tier":   {2_001, staking.MinimumDefault, 0, "revenue_share_above_tier"},
		"share_at_the_maximum":   {5_000, staking.MinimumDefault, 0, "revenue_share_above_tier"},
		"share_above_maximum":    {5_001, staking.MinimumDefault, 0, "revenue_share_above_maximum"},
		"negative_share":         {-1, staking.MinimumDefault, 0, "bps_out_of_range"},
		"minimum_at_the_floor":   {0, staking.MinimumFloor, 0, ""},
		"minimum_below_floor":    {0, staking.MinimumFloor - 1, 0, "minimum_stake_too_low"},
		"minimum_at_the_maximum": {0, staking.Maximum, 0, ""},
		"minimum_above_maximum":  {0, staking.Maximum + 1, 0, "minimum_stake_too_high"},
		"cooldown_of_a_second":   {0, staking.MinimumFloor, time.Second, ""},
		"cooldown_of_less":       {0, staking.MinimumFloor, time.Second - 1, "cooldown_out_of_range"},
		"negative_cooldown":      {0, staking.MinimumFloor, -time.Second, "cooldown_out_of_range"},
		"cooldown_at_the_most":   {0, staking.MinimumFloor, staking.CooldownMaximum, ""},
		"cooldown_above_the_most": {
			0, staking.MinimumFloor, staking.CooldownMaximum + time.Second, "cooldown_out_of_range",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := staking.Settings{Share: test.share, Minimum: test.minimum, Cooldown: test.cooldown}
			pool, err := staking.OpenPool("pool_1", "infl_1", owner, settings, opened)
			require.Equal(t, test.want, code(err))
			if err != nil {
				require.Zero(t, pool)
				return
			}
			require.Equal(t, staking.Pool{
				ID: "pool_1", Influencer: "infl_1", Owner: owner, State: staking.Active, Settings: settings, OpenedAt: opened,
			}, pool)
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	stake := func(fan string, amount money.Amount) func(*store) error {
		return func(s *store) error { return s.stake(fan, amount) }
	}
	leave := func(fan string, amount money.Amount) func(*store) error {
		return func(s *store) error { _, err := s.leave(fan, amount); return err }
	}
	claim := func(fan string) func(*store) error {
		return func(s *store) error { _, err := s.claim(fan); return err }
	}
	distribute := func(amount money.Amount) func(*store) error {
		return func(s *store) error { return s.distribute(amount) }
	}
	// The pool asks for 0.1 TWIST; ann has 2 TWIST that earn, full the most that anybody may hold.
	for name, test := range map[string]struct {
		do   func(*store) error
		want *fault.Fault
	}{
		"stake_at_the_minimum":            {stake("bob", staking.MinimumFloor), nil},
		"stake_below_the_minimum":         {stake("bob", staking.MinimumFloor-1), staking.ErrBelowMinimum},
		"stake_more_below_the_minimum":    {stake("ann", staking.MinimumFloor-1), staking.ErrBelowMinimum},
		"stake_nothing":                   {stake("bob", 0), staking.ErrBelowMinimum},
		"stake_a_negative_amount":         {stake("bob", -twist), staking.ErrBelowMinimum},
		"stake_up_to_the_maximum":         {stake("bob", staking.Maximum), nil},
		"stake_above_the_maximum":         {stake("bob", staking.Maximum+1), staking.ErrAboveMaximum},
		"stake_more_up_to_the_maximum":    {stake("ann", staking.Maximum-2*twist), nil},
		"stake_more_above_the_maximum":    {stake("ann", staking.Maximum-2*twist+1), staking.ErrAboveMaximum},
		"stake_onto_the_maximum":          {stake("full", staking.MinimumFloor), staking.ErrAboveMaximum},
		"stake_what_would_wrap":           {stake("ann", money.Max), staking.ErrAboveMaximum},
		"stake_in_the_own_pool":           {stake(owner, twist), staking.ErrOwnPool},
		"leave_without_a_position":        {leave("bob", twist), staking.ErrPositionNotFound},
		"leave_with_nothing":              {leave("ann", 0), staking.ErrNotPositive},
		"leave_with_a_negative_amount":    {leave("ann", -1), staking.ErrNotPositive},
		"leave_with_everything":           {leave("ann", 2*twist), nil},
		"leave_with_more":                 {leave("ann", 2*twist+1), staking.ErrInsufficientStake},
		"leave_the_minimum_behind":        {leave("ann", 2*twist-staking.MinimumFloor), nil},
		"leave_less_than_the_minimum":     {leave("ann", 2*twist-staking.MinimumFloor+1), staking.ErrRemainder},
		"leave_one_unit_behind":           {leave("ann", 2*twist-1), staking.ErrRemainder},
		"claim_without_a_position":        {claim("bob"), staking.ErrPositionNotFound},
		"claim_nothing":                   {claim("ann"), staking.ErrNothingToClaim},
		"distribute_one_unit":             {distribute(1), nil},
		"distribute_nothing":              {distribute(0), staking.ErrNotPositive},
		"distribute_a_negative_amount":    {distribute(-1), staking.ErrNotPositive},
		"distribute_the_lifetime_at_once": {distribute(money.Max), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := staked(t, map[string]money.Amount{"ann": 2 * twist, "full": staking.Maximum})
			before := s.pool
			err := test.do(s)
			require.Empty(t, s.audit())
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.want)
			require.Equal(t, before, s.pool)
		})
	}
}

func TestFaultsSpeakToPeople(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	require.ErrorContains(t, s.stake("ann", 1), "Minimum stake")
	require.ErrorContains(t, s.stake("ann", 1), "0.1 TWIST")
	require.Regexp(t, "^Minimum stake", staking.ErrBelowMinimum.Message())
	require.Contains(t, staking.ErrShareAboveMaximum.Message(), "Revenue share cannot exceed 50%")
	for kind, faults := range map[fault.Kind][]*fault.Fault{
		fault.NotFound:  {staking.ErrPoolNotFound, staking.ErrPositionNotFound},
		fault.Forbidden: {staking.ErrOwnPool},
		fault.Conflict:  {staking.ErrPoolExists, staking.ErrPoolNotActive, staking.ErrNoWeight, staking.ErrShareAboveTier},
		fault.Invalid:   {staking.ErrNothingToClaim, staking.ErrBelowMinimum, staking.ErrShareAboveMaximum},
		fault.Internal:  {staking.ErrRowsContradict, staking.ErrWideOverflow},
	} {
		for _, f := range faults {
			require.ErrorIs(t, f, kind, f.Code())
		}
	}
}

func TestOverflowIsAFault(t *testing.T) {
	t.Parallel()
	t.Run("lifetime_revenue", func(t *testing.T) {
		t.Parallel()
		s := staked(t, map[string]money.Amount{"ann": stone})
		s.mustDistribute(t, money.Max-1)
		s.mustDistribute(t, 1)
		require.ErrorIs(t, s.distribute(1), money.ErrOverflow)
		require.Equal(t, money.Max, s.mustClaim(t, "ann"))
		require.ErrorIs(t, s.distribute(1), money.ErrOverflow, "what was paid still counts")
	})
	t.Run("all_that_is_staked", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		const many = int(money.Max / staking.Maximum)
		for i := range many {
			s.mustStake(t, string(rune('A'+i)), staking.Maximum)
			s.now += staking.Epoch((i + 1) % 2) // the last of them still waits
		}
		rest := money.Max - s.pool.Staked()
		require.ErrorIs(t, s.stake("last", rest+1), money.ErrOverflow)
		s.mustStake(t, "last", rest)
		s.now++
		s.mustDistribute(t, 1)
		require.Equal(t, money.Max, s.pool.Active)
	})
	t.Run("least_weight_and_most_revenue", func(t *testing.T) {
		t.Parallel()
		s := staked(t, map[string]money.Amount{"ann": staking.MinimumFloor})
		s.pool.Active, s.pool.Waiting = 0, 1 // no stake is that small; the widths hold even so
		ann := s.positions["ann"]
		ann.Waiting, ann.Terms = 1, staking.Terms{{Amount: 1}}
		s.positions["ann"], s.ledger.staked = ann, 1
		s.mustDistribute(t, money.Max)
		require.Equal(t, staking.U128{Hi: uint64(money.Max)}, s.pool.Index)
		require.Equal(t, money.Max, s.mustClaim(t, "ann"))
	})
	t.Run("the_index_itself", func(t *testing.T) {
		t.Parallel()
		pool := staking.Pool{State: staking.Active, Active: 1, Index: staking.U128{Hi: 1<<64 - 1}}
		_, err := pool.Distribute(1, opened)
		require.ErrorIs(t, err, staking.ErrWideOverflow)
	})
	t.Run("the_carry", func(t *testing.T) {
		t.Parallel()
		pool := staking.Pool{State: staking.Active, Active: 1, Carry: staking.U128{Hi: 1<<64 - 1}}
		_, err := pool.Distribute(1, opened)
		require.ErrorIs(t, err, staking.ErrWideOverflow)
	})
	t.Run("a_roll_that_cannot_add_keeps_the_stake", func(t *testing.T) {
		t.Parallel()
		pool := staking.Pool{Epoch: 1, Active: money.Max, Waiting: 1}
		rolled, _, ok := pool.Roll(2)
		require.False(t, ok)
		require.Equal(t, pool, rolled)
		require.Zero(t, pool.Staked())
	})
}

// TestContradictingRows forges rows that the operations never store. None may turn into money.
func TestContradictingRows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		forge func(*staking.Book)
		want  *fault.Fault
	}{
		"position_of_another_pool":      {func(b *staking.Book) { b.Position.Pool = "pool_2" }, staking.ErrRowsContradict},
		"activation_missing":            {func(b *staking.Book) { b.Activation = staking.Activation{} }, staking.ErrRowsContradict},
		"activation_of_another_pool":    {func(b *staking.Book) { b.Activation.Pool = "pool_2" }, staking.ErrRowsContradict},
		"activation_of_another_epoch":   {func(b *staking.Book) { b.Activation.Epoch++ }, staking.ErrRowsContradict},
		"activation_without_the_weight": {func(b *staking.Book) { b.Activation.Weight = 1 }, staking.ErrRowsContradict},
		"activation_ahead_of_the_pool":  {func(b *staking.Book) { b.Activation.Index = staking.U128{Hi: 9} }, staking.ErrWideOverflow},
		"index_ahead_of_the_pool":       {func(b *staking.Book) { b.Position.Index = staking.U128{Hi: 9} }, staking.ErrWideOverflow},
		"index_that_earns_too_much":     {func(b *staking.Book) { b.Pool.Index = staking.U128{Hi: 1 << 63} }, staking.ErrWideOverflow},
		"owed_does_not_fit":             {func(b *staking.Book) { b.Position.Owed.Hi = 1 << 63 }, staking.ErrRowsContradict},
		"owed_overflows":                {func(b *staking.Book) { b.Position.Owed = staking.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1} }, staking.ErrWideOverflow},
		"negative_weight":               {func(b *staking.Book) { b.Position.Active = -1 }, staking.ErrRowsContradict},
		"claims_do_not_fit":             {func(b *staking.Book) { b.Position.Claimed = money.Max }, money.ErrOverflow},
		"payments_do_not_fit":           {func(b *staking.Book) { b.Pool.Paid = money.Max }, money.ErrOverflow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := staked(t, map[string]money.Amount{"ann": stone})
			s.mustDistribute(t, 10)
			s.mustStake(t, "ann", stone)
			s.now++
			s.mustDistribute(t, 10) // rolls: ann now needs an activation, too
			book, _ := s.book("ann")
			book.Pool.State = staking.Active
			test.forge(&book)

			_, _, err := book.Claim()
			require.ErrorIs(t, err, test.want)
			_, err = book.Claimable()
			require.ErrorIs(t, err, test.want)
			exit, err := book.Leave(book.Position.Staked())
			require.ErrorIs(t, err, test.want)
			require.Zero(t, exit)
		})
	}
	t.Run("the_pool_holds_less_than_the_position", func(t *testing.T) {
		t.Parallel()
		s := staked(t, map[string]money.Amount{"ann": stone})
		book, _ := s.book("ann")
		book.Activation.Weight, book.Pool.Active = stone, stone-1
		_, err := book.Leave(stone)
		require.ErrorIs(t, err, staking.ErrRowsContradict)
	})
	t.Run("a_stake_cannot_be_settled", func(t *testing.T) {
		t.Parallel()
		s := staked(t, map[string]money.Amount{"ann": stone})
		book, _ := s.book("ann")
		book.Activation = staking.Activation{}
		_, err := book.Stake(stone)
		require.ErrorIs(t, err, staking.ErrRowsContradict)
	})
	t.Run("the_carry_has_no_room_for_dust", func(t *testing.T) {
		t.Parallel()
		s := staked(t, map[string]money.Amount{"ann": 3 * twist})
		s.mustDistribute(t, 10)
		book, _ := s.book("ann")
		book.Pool.Carry = staking.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
		_, err := book.Leave(3 * twist)
		require.ErrorIs(t, err, staking.ErrWideOverflow)
	})
}

func TestOperationsLeaveTheirBookAlone(t *testing.T) {
	t.Parallel()
	s := staked(t, map[string]money.Amount{"ann": stone})
	s.mustDistribute(t, 10)
	book, _ := s.book("ann")
	before := book
	_, err := book.Stake(stone)
	require.NoError(t, err)
	_, _, err = book.Claim()
	require.NoError(t, err)
	_, err = book.Leave(stone)
	require.NoError(t, err)
	_, err = book.Pool.Distribute(1, opened)
	require.NoError(t, err)
	require.Equal(t, before, book)
}

func TestRoll(t *testing.T) {
	t.Parallel()
	waiting := staking.Pool{ID: "pool_1", Epoch: 4, Active: 10, Waiting: 5, Index: staking.U128{Lo: 7}}
	t.Run("same_epoch_changes_nothing", func(t *testing.T) {
		t.Parallel()
		pool, activation, ok := waiting.Roll(4)
		require.False(t, ok)
		require.Zero(t, activation)
		require.Equal(t, waiting, pool)
	})
	t.Run("past_epoch_changes_nothing", func(t *testing.T) {
		t.Parallel()
		pool, _, ok := waiting.Roll(3)
		require.False(t, ok)
		require.Equal(t, waiting, pool)
	})
	t.Run("next_epoch_activates_at_the_index_of_the_boundary", func(t *testing.T) {
		t.Parallel()
		for _, now := range []staking.Epoch{5, 500} {
			pool, activation, ok := waiting.Roll(now)
			require.True(t, ok)
			require.Equal(t, staking.Activation{Pool: "pool_1", Epoch: 4, Index: staking.U128{Lo: 7}, Weight: 5}, activation)
			require.Equal(t, staking.Pool{ID: "pool_1", Epoch: now, Active: 15, Index: staking.U128{Lo: 7}}, pool)
		}
	})
	t.Run("nothing_waiting_only_moves_the_epoch", func(t *testing.T) {
		t.Parallel()
		pool, activation, ok := staking.Pool{Epoch: 4, Active: 10}.Roll(9)
		require.False(t, ok)
		require.Zero(t, activation)
		require.Equal(t, staking.Pool{Epoch: 9, Active: 10}, pool)
	})
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	position := staking.Position{Waiting: 1, WaitingEpoch: 4}
	for pool, want := range map[staking.Epoch]bool{3: false, 4: false, 5: true, 6: true} {
		epoch, needed := position.Needs(pool)
		require.Equal(t, want, needed, pool)
		require.Equal(t, staking.Epoch(4), epoch)
	}
	_, needed := staking.Position{Active: 1}.Needs(9)
	require.False(t, needed)
}

func TestEpochOf(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		at     time.Time
		length time.Duration
		want   staking.Epoch
	}{
		"first_moment":                    {time.Unix(0, 0), day, 0},
		"last_moment_of_the_first":        {time.Unix(86_400, -1), day, 0},
		"first_moment_of_the_second":      {time.Unix(86_400, 0), day, 1},
		"a_moment_before_1970":            {time.Unix(0, -1), day, -1},
		"a_whole_epoch_before_1970":       {time.Unix(-86_400, 0), day, -1},
		"more_than_an_epoch_before_1970":  {time.Unix(-86_400, -1), day, -2},
		"another_zone_is_the_same_moment": {time.Date(2026, 3, 2, 1, 0, 0, 0, time.FixedZone("", 7_200)), day, 20_513},
		"that_moment":                     {time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC), day, 20_513},
		"short_epochs":                    {time.Unix(1, 999_999_999), 500 * time.Millisecond, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, staking.EpochOf(test.at, test.length))
		})
	}
	require.Panics(t, func() { staking.EpochOf(opened, 0) })
	require.Panics(t, func() { staking.EpochOf(opened, -day) })
}

func TestTiers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tier staking.Tier
		name string
		from money.Amount
		most money.Bps
	}{
		{staking.Bronze, "BRONZE", 0, 2_000},
		{staking.Silver, "SILVER", 1_000 * twist, 3_000},
		{staking.Gold, "GOLD", 10_000 * twist, 4_000},
		{staking.Platinum, "PLATINUM", 50_000 * twist, 5_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.name, test.tier.String())
			require.Equal(t, test.from, test.tier.From())
			require.Equal(t, test.tier, staking.TierOf(test.from))
			if test.tier > staking.Bronze {
				require.Equal(t, test.tier-1, staking.TierOf(test.from-1), "both ways")
			}
			require.NoError(t, staking.CheckShare(test.most, test.from))
			require.Error(t, staking.CheckShare(test.most+1, test.from))
		})
	}
	require.Len(t, staking.Tiers(), 4)
	require.Equal(t, staking.Platinum, staking.TierOf(money.Max))
	require.ErrorIs(t, staking.CheckShare(6_000, money.Max), staking.ErrShareAboveMaximum)
}
