package staking_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// The cases of TestKnownFailures in which one fan could gain by what another does, or by going about it
// in another way.

func orderOfClaims(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fans := []string{"ann", "bob", "cid", "dan", "eva"}
		stakes := map[string]money.Amount{}
		for _, fan := range fans {
			stakes[fan] = money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(1_000_000*twist)).Draw(rt, fan))
		}
		one, other := staked(t, stakes), staked(t, stakes)
		revenue := money.Amount(rapid.Int64Range(1, int64(1_000*twist)).Draw(rt, "revenue"))
		require.NoError(rt, one.distribute(revenue))
		require.NoError(rt, other.distribute(revenue))

		paid := map[string]money.Amount{}
		for _, fan := range fans {
			paid[fan], _ = one.claim(fan)
		}
		for _, fan := range rapid.Permutation(fans).Draw(rt, "order") {
			got, _ := other.claim(fan)
			require.Equal(rt, paid[fan], got)
		}
		require.Equal(rt, one.pool, other.pool)
		require.Empty(rt, other.audit())
	})
}

func splitEarnsTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.Int64Range(int64(staking.MinimumFloor), int64(1_000*twist)), 1, 8).Draw(rt, "parts")
		rest := money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(10_000*twist)).Draw(rt, "rest"))
		whole, split := staked(t, map[string]money.Amount{"rest": rest}), staked(t, map[string]money.Amount{"rest": rest})
		var sum money.Amount
		names := make([]string, len(parts))
		for i, part := range parts {
			names[i] = string(rune('a' + i))
			sum += money.Amount(part)
			require.NoError(rt, split.stake(names[i], money.Amount(part)))
		}
		require.NoError(rt, whole.stake("one", sum))
		whole.now, split.now = 3, 3
		for _, revenue := range rapid.SliceOfN(rapid.Int64Range(1, int64(twist)), 1, 5).Draw(rt, "revenue") {
			require.NoError(rt, whole.distribute(money.Amount(revenue)))
			require.NoError(rt, split.distribute(money.Amount(revenue)))
		}
		one, _ := whole.claim("one")
		var many money.Amount
		for _, name := range names {
			paid, _ := split.claim(name)
			many += paid
		}
		require.LessOrEqual(rt, many, one, "splitting gains nothing")
		require.Less(rt, one-many, money.Amount(len(parts)), "and loses less than a unit per account, until the next claim")
	})
}

func roundTripGainsNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := staked(t, map[string]money.Amount{"ann": 7 * twist, "eve": twist})
		require.NoError(rt, s.distribute(money.Amount(rapid.Int64Range(1, int64(twist)).Draw(rt, "revenue"))))
		before, others := s.claimable(t, "eve"), s.claimable(t, "ann")
		amount := money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(1_000*twist)).Draw(rt, "amount"))
		require.NoError(rt, s.stake("eve", amount))
		s.now += staking.Epoch(rapid.IntRange(0, 2).Draw(rt, "epochs"))
		_, err := s.leave("eve", amount)
		require.NoError(rt, err)
		require.Equal(rt, before, s.claimable(t, "eve"))
		require.Equal(rt, others, s.claimable(t, "ann"))
	})
}

func leavingMovesNobody(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 3*twist + 1, "bob": twist + 7, "cid": 2 * twist})
	s.mustDistribute(t, 999_999_999)
	ann, cid := s.claimable(t, "ann"), s.claimable(t, "cid")
	s.mustLeave(t, "bob", twist+7)
	require.Equal(t, ann, s.claimable(t, "ann"))
	require.Equal(t, cid, s.claimable(t, "cid"))
	require.Equal(t, 5*twist+1, s.pool.Active)
}

func donationCannotSteal(t *testing.T) {
	s := staked(t, map[string]money.Amount{"eve": stone / 8})
	s.mustDistribute(t, 1_000_000*twist) // eve's own money: the index jumps
	s.mustStake(t, "ann", 7*stone/8)
	s.now++
	s.mustDistribute(t, 8_000)
	require.Equal(t, money.Amount(7_000), s.mustLeave(t, "ann", 7*stone/8))
	require.Equal(t, 1_000_000*twist+1_000, s.mustLeave(t, "eve", stone/8))
}

// nearTheExactShare: with the weights standing still, what a fan lacks of the exact share is always the
// carry's part in it, however many distributions there were. Errors do not add up.
func nearTheExactShare(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ann := money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(staking.Maximum)).Draw(rt, "ann"))
		bob := money.Amount(rapid.Int64Range(int64(staking.MinimumFloor), int64(staking.Maximum)).Draw(rt, "bob"))
		s := staked(t, map[string]money.Amount{"ann": ann, "bob": bob})
		for _, revenue := range rapid.SliceOfN(rapid.Int64Range(1, int64(1_000*twist)), 1, 50).Draw(rt, "revenue") {
			require.NoError(rt, s.distribute(money.Amount(revenue)))
		}
		book, _ := s.book("ann")
		book, err := book.Settle()
		require.NoError(rt, err)
		exact := big.NewRat(int64(ann), int64(s.pool.Active))
		exact.Mul(exact, new(big.Rat).SetInt64(int64(s.pool.Funded)))
		lacking := exact.Sub(exact, rational(book.Position.Owed))
		require.GreaterOrEqual(rt, lacking.Sign(), 0)
		require.Negative(rt, lacking.Cmp(rational(staking.U128{Lo: uint64(ann)})), "a unit of 2^-64 per unit of weight")
	})
}
