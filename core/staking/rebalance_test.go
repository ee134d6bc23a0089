package staking_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

const mover = "acct_mover"

// stood is a pool in which somebody else stands too, and perhaps the mover, each with a part that earns and one
// that waits.
func stood(t require.TestingT, n int, settings staking.Settings, active, waiting, other money.Amount) staking.Book {
	id := staking.PoolID(fmt.Sprintf("pool_%02d", n))
	pool, err := staking.OpenPool(id, "infl_x", "acct_owner", settings, time.Unix(0, 0))
	require.NoError(t, err)
	pool, _, _ = pool.Roll(1)
	put := func(b staking.Book, amount money.Amount) staking.Book {
		if amount == 0 {
			return b
		}
		b, err := b.Stake(amount)
		require.NoError(t, err)
		return b
	}
	others := put(staking.Book{Pool: pool, Position: staking.OpenPosition("pos_other", id, "acct_other", time.Unix(0, 0))}, other)
	own := staking.OpenPosition(staking.PositionID(fmt.Sprintf("pos_%02d", n)), id, mover, time.Unix(0, 0))
	b := put(staking.Book{Pool: others.Pool, Position: own}, active)
	var activation staking.Activation
	b.Pool, activation, _ = b.Pool.Roll(2)
	if _, needed := b.Position.Needs(2); needed {
		b.Activation = activation
	}
	if b.Pool.Active > 0 {
		b.Pool, err = b.Pool.Distribute(testkit.TWIST(1)+7, opened)
		require.NoError(t, err)
	}
	if waiting > 0 {
		b = put(b, waiting)
		b.Activation = staking.Activation{}
	}
	return b
}

func drawStood(t *rapid.T, n int) staking.Book {
	amount := func(label string) money.Amount {
		if !rapid.Bool().Draw(t, label+" stands") {
			return 0
		}
		return money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(testkit.TWIST(1_000))).Draw(t, label))
	}
	settings := staking.Settings{Minimum: staking.MinimumFloor, Share: 1_000}
	if rapid.IntRange(0, 5).Draw(t, "cools") == 0 {
		settings.Cooldown = time.Hour
	}
	b := stood(t, n, settings, amount("active"), amount("waiting"), amount("other"))
	if state := rapid.IntRange(0, 9).Draw(t, "state"); state < 2 {
		b.Pool.State = staking.States()[1+state]
	}
	return b
}

// P-03, P-04: whatever stands where, a rebalance moves to the last unit as much in as out, leaves every pool as an
// exit or a stake by hand would, and is refused as a whole where one of them would be.
func TestRebalanceConserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, staking.RebalanceMost).Draw(t, "pools")
		books, weights := make([]staking.Book, n), make([]money.Amount, n)
		var stands, weight money.Amount
		for i := range books {
			books[i] = drawStood(t, i)
			weights[i] = money.Amount(rapid.Int64Range(0, 10_000).Draw(t, "weight"))
			stands += books[i].Position.Staked()
			weight += weights[i]
		}
		if weight == 0 {
			weights[0] = 1
		}
		shifts, err := staking.Rebalance(books, weights)
		if stands == 0 {
			require.ErrorIs(t, err, staking.ErrPositionNotFound)
			return
		}
		parts, splits := money.Split(stands, weights)
		require.NoError(t, splits)
		var cools, refused []string
		for i, b := range books {
			was, id := b.Position.Staked(), string(b.Pool.ID)
			switch {
			case parts[i] < was:
				exit, err := b.Leave(was - parts[i])
				if err != nil {
					refused = append(refused, id)
				} else if len(exit.Cooling) > 0 {
					cools = append(cools, id)
				} else if shifts != nil {
					require.Equal(t, exit.Book, shifts[i].Book)
					require.Equal(t, exit.Rewards, shifts[i].Rewards)
					require.Equal(t, was-parts[i], shifts[i].Out())
				}
			case parts[i] > was:
				if parts[i] < b.Pool.Minimum || b.Pool.State != staking.Active {
					refused = append(refused, id)
				} else if put, err := b.Stake(parts[i] - was); err == nil && shifts != nil { // one too small by itself only a rebalance may put
					require.Equal(t, put, shifts[i].Book)
				}
			case shifts != nil:
				require.Equal(t, b, shifts[i].Book)
			}
		}
		switch {
		case len(refused) > 0:
			require.ErrorIs(t, err, staking.ErrRebalancePool)
			require.Contains(t, fault.Of(err).Detail(), refused[0])
			return
		case len(cools) > 0:
			require.ErrorIs(t, err, staking.ErrRebalanceCools)
			require.Equal(t, strings.Join(cools, ", "), fault.Of(err).Detail(), "all of them are named, and no other")
			return
		}
		require.NoError(t, err)
		var is, out, in money.Amount
		for i, s := range shifts {
			require.Equal(t, s.Is, s.Book.Position.Staked())
			require.Equal(t, books[i].Position.Staked(), s.Was)
			require.Equal(t, books[i].Pool.Staked()-s.Was+s.Is, s.Book.Pool.Staked(), "what others have there stays")
			is, out, in = is+s.Is, out+s.Out(), in+s.In()
		}
		require.Equal(t, stands, is)
		require.Equal(t, out, in)
	})
}

// P-11, I-05: what a rebalance brings into a pool earns nothing of what is shared there in the same epoch.
func TestRebalanceCatchesNoDistribution(t *testing.T) {
	t.Parallel()
	ten := testkit.TWIST(10)
	plain := staking.Settings{Minimum: staking.MinimumDefault}
	books := []staking.Book{stood(t, 0, plain, ten, 0, ten), stood(t, 1, plain, 0, 0, ten)}
	shifts, err := staking.Rebalance(books, []money.Amount{0, 1})
	require.NoError(t, err)
	require.Equal(t, (testkit.TWIST(1)+7)/2, shifts[0].Rewards, "what the old pool had shared is paid")
	came := shifts[1].Book
	came.Pool, err = came.Pool.Distribute(ten, opened)
	require.NoError(t, err)
	claimable, err := came.Claimable()
	require.NoError(t, err)
	require.Zero(t, claimable)
	var begins staking.Activation
	came.Pool, begins, _ = came.Pool.Roll(3)
	came.Activation = begins
	came.Pool, err = came.Pool.Distribute(ten, opened)
	require.NoError(t, err)
	claimable, err = came.Claimable()
	require.NoError(t, err)
	require.Equal(t, ten/2, claimable, "from the next epoch on it earns as everybody's")
}

func TestRebalanceIsRefusedWhole(t *testing.T) {
	t.Parallel()
	ten := testkit.TWIST(10)
	plain := staking.Settings{Minimum: staking.MinimumDefault}
	slow := staking.Settings{Minimum: staking.MinimumDefault, Cooldown: time.Second}
	closed := stood(t, 2, plain, 0, 0, 0)
	closed.Pool.State = staking.Closed
	full := stood(t, 3, plain, 0, 0, 0)
	full.Position.Active, full.Position.Terms[0].Amount, full.Pool.Active = staking.Maximum, staking.Maximum, staking.Maximum
	own := stood(t, 4, plain, 0, 0, 0)
	own.Pool.Owner = mover
	for name, test := range map[string]struct {
		with    staking.Book
		weights []money.Amount
		code    *fault.Fault
		says    string
	}{
		"it_would_cool":            {stood(t, 1, slow, ten, 0, 0), []money.Amount{1, 0}, staking.ErrRebalanceCools, "pool_01"},
		"a_part_of_it_would_cool":  {stood(t, 1, slow, ten, 0, 0), []money.Amount{3, 2}, staking.ErrRebalanceCools, "pool_01"},
		"what_comes_may_cool":      {stood(t, 1, slow, ten, 0, 0), []money.Amount{1, 1_000_000_000_000}, nil, ""},
		"a_pool_is_closed":         {closed, []money.Amount{1, 1}, staking.ErrRebalancePool, "pool_02: pool_not_active"},
		"nothing_comes_into_it":    {closed, []money.Amount{1, 0}, nil, ""},
		"it_is_the_movers_own":     {own, []money.Amount{1, 1}, staking.ErrRebalancePool, "pool_04: own_pool"},
		"it_is_full":               {full, []money.Amount{0, 1}, staking.ErrRebalancePool, "pool_03: stake_above_maximum"},
		"less_than_least_comes":    {stood(t, 1, plain, 0, 0, 0), []money.Amount{9_000_000_001, 999_999_999}, staking.ErrRebalancePool, "pool_01: stake_below_minimum"},
		"just_the_least_comes":     {stood(t, 1, plain, 0, 0, 0), []money.Amount{9, 1}, nil, ""},
		"less_than_least_stays":    {stood(t, 1, plain, 0, 0, 0), []money.Amount{999_999_999, 9_000_000_001}, staking.ErrRebalancePool, "pool_00: stake_remainder_below_minimum"},
		"a_unit_more_stands_there": {stood(t, 1, plain, ten, 0, 0), []money.Amount{9_999_999_999, 10_000_000_001}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := staking.Rebalance([]staking.Book{stood(t, 0, plain, ten, 0, 0), test.with}, test.weights)
			if test.code == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.code)
			require.Equal(t, test.says, fault.Of(err).Detail())
		})
	}
}

func TestWeights(t *testing.T) {
	t.Parallel()
	targets := func(n int, shares ...money.Bps) (all []staking.Target) {
		for i := range n {
			all = append(all, staking.Target{Pool: staking.PoolID(fmt.Sprint("pool_", i)), APY: staking.Yield(i * 7)})
			if len(shares) > 0 {
				all[i].Share = shares[i%len(shares)]
			}
		}
		return all
	}
	for name, test := range map[string]struct {
		mode    staking.Mode
		targets []staking.Target
		want    []money.Amount
		err     error
	}{
		"equal":               {staking.ModeEqual, targets(3), []money.Amount{1, 1, 1}, nil},
		"by_apy":              {staking.ModeAPY, targets(3), []money.Amount{0, 7, 14}, nil},
		"custom":              {staking.ModeCustom, targets(2, 10_000, 0), []money.Amount{10_000, 0}, nil},
		"as_many_as_may":      {staking.ModeCustom, targets(10, 1_000), []money.Amount{1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000}, nil},
		"one":                 {staking.ModeEqual, targets(1), nil, staking.ErrRebalancePools},
		"one_too_many":        {staking.ModeEqual, targets(11), nil, staking.ErrRebalancePools},
		"none":                {staking.ModeEqual, nil, nil, staking.ErrRebalancePools},
		"one_twice":           {staking.ModeEqual, append(targets(2), targets(1)...), nil, staking.ErrRebalancePools},
		"one_without_a_name":  {staking.ModeEqual, append(targets(1), staking.Target{}), nil, staking.ErrRebalancePools},
		"a_unit_too_little":   {staking.ModeCustom, targets(2, 5_000, 4_999), nil, staking.ErrRebalanceShares},
		"a_unit_too_much":     {staking.ModeCustom, targets(2, 5_000, 5_001), nil, staking.ErrRebalanceShares},
		"one_less_than_zero":  {staking.ModeCustom, targets(3, 10_000, 1, -1), nil, staking.ErrRebalanceShares},
		"shares_nobody_asked": {staking.ModeEqual, targets(2, 5_000), nil, staking.ErrRebalanceShares},
		"none_yields":         {staking.ModeAPY, targets(2)[:1:1], nil, staking.ErrRebalancePools},
		"no_yield":            {staking.ModeAPY, []staking.Target{{Pool: "pool_a"}, {Pool: "pool_b"}}, nil, staking.ErrRebalanceYield},
		"no_such_mode":        {"best", targets(2), nil, staking.ErrRebalanceMode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := staking.Weights(test.mode, test.targets)
			require.Equal(t, test.want, got)
			if test.err == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.err)
		})
	}
}
