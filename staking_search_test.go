package twist_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

func (w *world) found(q staking.Search, query string) []ports.Listing {
	w.t.Helper()
	if q.Sort == "" {
		q.Sort = staking.ByStaked
	}
	found, err := w.Staking.Search(w.ctx(), q, query, staking.Place{}, 100)
	require.NoError(w.t, err)
	return found
}

// P-12, S-11, F-42: what was shared in the last thirty whole days is a yield, the same one wherever it is
// shown and looked for; it comes at midnight and goes when its day is too old, and nothing is left of it.
func TestAYieldComesAndGoesByWholeDays(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.clock.Advance(s.untilMidnight())
	s.fan("fay", testkit.TWIST(500))
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(1_000))
	apy := func() staking.Yield {
		t.Helper()
		_, err := s.Staking.ComputeFigures(s.ctx())
		require.NoError(t, err)
		listing, err := s.Staking.Listing(s.ctx(), s.pool)
		require.NoError(t, err)
		require.Equal(t, listing.Figures, s.found(staking.Search{Sort: staking.ByAPY}, "")[0].Figures)
		if y := listing.Figures.APY; y > 0 {
			require.Len(t, s.found(staking.Search{MinAPY: y}, ""), 1, "the filter is by what is shown")
			require.Empty(t, s.found(staking.Search{MinAPY: y + 1}, ""))
		}
		return listing.Figures.APY
	}
	require.Zero(t, apy(), "today is not over")
	s.clock.Advance(day)
	days, err := s.Staking.History(s.ctx(), s.pool)
	require.NoError(t, err)
	shared := days[twist.HistoryDays-2]
	require.EqualValues(t, 1, shared.Distributions)
	require.Equal(t, shared.APY, staking.APY(shared.Rewards, staking.U128{Lo: uint64(shared.Staked)}), "P-12: the day is there")
	require.Positive(t, shared.APY)
	was := apy()
	require.Equal(t, staking.APY(shared.Rewards, sumOf(days[:twist.HistoryDays-1])), was)
	s.clock.Advance(29 * day)
	require.Less(t, apy(), was, "other days have none")
	require.Positive(t, apy())
	s.clock.Advance(day)
	require.Zero(t, apy(), "it is older than thirty days")
	s.sound()
}

// An influencer who gives in her own pool, and has it back by way of a friend, buys no place among the yields: what was
// given is shown, and is none.
func TestAGiftIsNoYield(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.clock.Advance(s.untilMidnight())
		s.fan("fay", testkit.TWIST(500))
		s.clock.Advance(day)
		s.deposit("ada", testkit.TWIST(300))
		s.give("ada", s.pool, "gift", testkit.TWIST(300))
		yield := func(day int) (staking.Yield, staking.DayEnd) {
			_, err := s.Staking.ComputeFigures(t.Context())
			require.NoError(t, err)
			listing, err := s.Staking.Listing(t.Context(), s.pool)
			require.NoError(t, err)
			days, err := s.Staking.History(t.Context(), s.pool)
			require.NoError(t, err)
			return listing.Figures.APY, days[twist.HistoryDays-1-day]
		}
		s.clock.Advance(day)
		apy, given := yield(1)
		require.Zero(t, apy)
		require.Zero(t, given.APY)
		require.Equal(t, testkit.TWIST(300), given.Rewards)
		require.Equal(t, testkit.TWIST(300), given.Gifts)
		require.Empty(t, s.found(staking.Search{MinAPY: 1}, ""))
		fans := s.distribute("order", testkit.TWIST(1_000)).Fans
		s.give("ada", s.pool, "more", 1)
		s.clock.Advance(day)
		apy, both := yield(1)
		require.Equal(t, fans+1, both.Rewards)
		require.EqualValues(t, 1, both.Gifts)
		require.Equal(t, staking.APY(fans, staking.U128{Lo: uint64(testkit.TWIST(500))}), both.APY)
		require.Positive(t, apy)
		require.Len(t, s.found(staking.Search{MinAPY: apy}, ""), 1)
		s.sound()
	})
}

// untilMidnight is how long this day lasts.
func (w *world) untilMidnight() time.Duration {
	now := w.clock.Now()
	return now.Truncate(day).Add(day).Sub(now)
}

func sumOf(days []staking.DayEnd) (sum staking.U128) {
	for _, d := range days {
		sum, _ = sum.Add(staking.U128{Lo: uint64(d.Staked)})
	}
	return sum
}

// F-43: a trend is of what stays; what goes in and out again is none.
func TestATrendIsOfWhatStays(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ada := s.pool
	s.fan("fay", testkit.TWIST(100))
	s.clock.Advance(8 * day)
	s.deposit("gil", testkit.TWIST(50))
	s.stake("gil", ada, testkit.TWIST(11))
	for range 5 {
		s.stake("gil", ada, testkit.TWIST(20))
		s.leave("gil", ada, testkit.TWIST(20))
	}
	figures := func() staking.Figures {
		_, err := s.Staking.ComputeFigures(s.ctx())
		require.NoError(t, err)
		return s.found(staking.Search{Sort: staking.ByTrend}, "")[0].Figures
	}
	require.Equal(t, staking.Stable, figures().Trend(), "today is not over")
	s.clock.Advance(day)
	require.Equal(t, testkit.TWIST(11), figures().Net)
	require.Equal(t, staking.Up, figures().Trend())
	s.leave("fay", ada, testkit.TWIST(1))
	s.clock.Advance(day)
	require.Equal(t, testkit.TWIST(10), figures().Net)
	require.Equal(t, staking.Stable, figures().Trend(), "a tenth")
	s.sound()
}

// S-09, P-40: what no search can look for is refused, and what only looks strange finds nothing.
func TestSearchesAtTheirEdges(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ask := func(q staking.Search, query string) error {
		_, err := s.Staking.Search(s.ctx(), q, query, staking.Place{}, 10)
		return err
	}
	for _, q := range []staking.Search{
		{},
		{Sort: "up"},
		{Sort: staking.ByAPY, MinStaked: -1},
		{Sort: staking.ByAPY, MinAPY: -1},
		{Sort: staking.ByAPY, MinAPY: staking.APYMaximum + 1},
		{Sort: staking.ByAPY, State: "drained"},
		{Sort: staking.ByAPY, Tiers: []staking.Tier{4}},
	} {
		require.ErrorIs(t, ask(q, ""), staking.ErrSearch, "%+v", q)
	}
	good := staking.Search{Sort: staking.ByAPY, MinAPY: staking.APYMaximum, MinStaked: money.Max, State: staking.Closed, Tiers: staking.Tiers()}
	require.NoError(t, ask(good, ""))
	require.NoError(t, ask(good, strings.Repeat("ü", twist.QueryMost)))
	require.ErrorIs(t, ask(good, strings.Repeat("ü", twist.QueryMost+1)), twist.ErrQueryTooLong)
	for _, strange := range []string{"'; DROP TABLE pools; --", "%", "___", "\\", "\x00", "\xff", "!!!", "🙂", strings.Repeat("a", 100)} {
		require.Empty(t, s.found(staking.Search{}, strange), strange)
	}
	require.Len(t, s.found(staking.Search{}, "ADA"), 1)
	require.Len(t, s.found(staking.Search{}, "ad"), 1, "the beginning of a word")
	require.Empty(t, s.found(staking.Search{}, "da"), "two letters within one")
}

// F-39: a portfolio adds up everything, and everything in it is what its own list says.
func TestAPortfolioAddsUp(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay := s.deposit("fay", testkit.TWIST(1_000))
	s.stake("fay", s.pool, testkit.TWIST(500))
	var pools []staking.PoolID
	for i := range 4 {
		pools = append(pools, s.world.pool(numbered("star-", i), 1_000))
		s.stake("fay", pools[i], testkit.TWIST(int64(i+1)))
	}
	s.leave("fay", pools[0], testkit.TWIST(1))
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(100))
	s.claim("fay", s.pool)
	s.distribute("order-2", testkit.TWIST(100))

	holdings, err := s.Staking.Positions(s.ctx(), fay, "", 100)
	require.NoError(t, err)
	all, err := s.Staking.Portfolio(s.ctx(), fay, "", 100)
	require.NoError(t, err)
	require.Len(t, all.Stakes, 5)
	var staked, claimable, claimed money.Amount
	for i, h := range all.Stakes {
		require.Equal(t, holdings[i], h.Holding)
		require.Equal(t, h.Position.Pool, h.Listing.Pool.ID)
		require.NotEmpty(t, h.Listing.Username)
		staked, claimable, claimed = sum(t, staked, h.Position.Staked()), sum(t, claimable, h.Claimable), sum(t, claimed, h.Position.Claimed)
	}
	require.Equal(t, testkit.TWIST(509), staked)
	require.Positive(t, claimable)
	require.Positive(t, claimed)
	require.Equal(t, []money.Amount{staked, claimable, claimed}, []money.Amount{all.Staked, all.Claimable, all.Claimed})
	require.EqualValues(t, 4, all.Active)

	page, err := s.Staking.Portfolio(s.ctx(), fay, all.Stakes[1].Position.ID, 2)
	require.NoError(t, err)
	require.Equal(t, all.Stakes[2:4], page.Stakes)
	page.Stakes, all.Stakes = nil, nil
	require.Equal(t, all, page, "the sums are of everything")
	none, err := s.Staking.Portfolio(s.ctx(), s.signIn("gil"), "", 10)
	require.NoError(t, err)
	require.Zero(t, none)
}

// F-34: who is in a pool has the same name on every list of it, and another in every other pool.
func TestStakersHaveNamesThatSayNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.world.pool("bob", 1_000)
	s.fan("fay", testkit.TWIST(30))
	s.clock.Advance(time.Minute)
	s.fan("gil", testkit.TWIST(10))
	fay := s.deposit("fay", testkit.TWIST(5))
	s.stake("fay", other, testkit.TWIST(5))
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(100))
	s.claim("gil", s.pool)
	s.clock.Advance(time.Minute)
	s.leave("gil", s.pool, testkit.TWIST(5))

	stakers, err := s.Staking.Stakers(s.ctx(), s.pool, twist.StakerPlace{}, 10)
	require.NoError(t, err)
	require.Len(t, stakers, 2)
	require.Equal(t, []int64{1, 2}, []int64{stakers[0].Rank, stakers[1].Rank})
	require.Equal(t, []money.Bps{8_571, 1_428}, []money.Bps{stakers[0].Share, stakers[1].Share}, "of the pool, rounded down")
	second, err := s.Staking.Stakers(s.ctx(), s.pool, stakers[0].Place, 1)
	require.NoError(t, err)
	require.Equal(t, stakers[1:], second)

	elsewhere, err := s.Staking.Stakers(s.ctx(), other, twist.StakerPlace{}, 10)
	require.NoError(t, err)
	portfolio, err := s.Staking.Portfolio(s.ctx(), fay, "", 10)
	require.NoError(t, err)
	for _, h := range portfolio.Stakes {
		name := map[staking.PoolID]string{s.pool: stakers[0].Name, other: elsewhere[0].Name}[h.Position.Pool]
		require.Equal(t, name, staking.StakerName(h.Position.ID), "who it is finds itself")
	}
	require.NotEqual(t, stakers[0].Name, elsewhere[0].Name)

	var happened []twist.Activity
	for at := (twist.ActivityPlace{}); ; {
		page, err := s.Staking.Activity(s.ctx(), s.pool, at, 1)
		require.NoError(t, err)
		happened = append(happened, page.Items...)
		if at = page.Next; !page.More {
			break
		}
	}
	var kinds []twist.ActivityKind
	for _, a := range happened {
		kinds = append(kinds, a.Kind)
		require.Zero(t, a.At.Second())
		require.Equal(t, a.Kind == twist.ActivityDistribution, a.Staker == "")
		require.Positive(t, a.Amount)
	}
	require.Equal(t, []twist.ActivityKind{twist.ActivityExit, twist.ActivityDistribution, twist.ActivityStake, twist.ActivityStake}, kinds, "no claim")
	require.Equal(t, stakers[1].Name, happened[0].Staker)
	require.Equal(t, stakers[0].Name, happened[3].Staker)
	whole, err := s.Staking.Activity(s.ctx(), s.pool, twist.ActivityPlace{}, 10)
	require.NoError(t, err)
	require.Equal(t, happened, whole.Items)
	require.False(t, whole.More)

	for _, err := range []error{
		fail(s.Staking.Stakers(s.ctx(), "pool_nothing", twist.StakerPlace{}, 1)), fail(s.Staking.Activity(s.ctx(), "pool_nothing", twist.ActivityPlace{}, 1)),
		fail(s.Staking.History(s.ctx(), "pool_nothing")), fail(s.Staking.Listing(s.ctx(), "pool_nothing")),
	} {
		require.ErrorIs(t, err, staking.ErrPoolNotFound)
	}
}

func fail[T any](_ T, err error) error { return err }

// What is paged through while more happens stays what it was: what is newer is not among it.
func TestActivityGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deposit("fay", testkit.TWIST(100))
	for i := range 4 {
		s.clock.Advance(time.Hour)
		s.stake("fay", s.pool, testkit.TWIST(int64(i+1)))
	}
	first, err := s.Staking.Activity(s.ctx(), s.pool, twist.ActivityPlace{}, 2)
	require.NoError(t, err)
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(100))
	s.stake("fay", s.pool, testkit.TWIST(50))
	rest, err := s.Staking.Activity(s.ctx(), s.pool, first.Next, 10)
	require.NoError(t, err)
	var amounts []money.Amount
	for _, a := range append(first.Items, rest.Items...) {
		amounts = append(amounts, a.Amount)
	}
	require.Equal(t, []money.Amount{testkit.TWIST(4), testkit.TWIST(3), testkit.TWIST(2), testkit.TWIST(1)}, amounts)
	require.False(t, rest.More)
}

// What is found of a pool is what binds: settings that were announced for an epoch that has begun, wherever they
// are shown, and not before.
func TestAListingShowsWhatBinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.pool("ada", 2_000)
	share := money.Bps(500)
	_, err := w.Staking.ChangePool(t.Context(), w.signIn("ada"), pool, twist.PoolChange{Share: &share})
	require.NoError(t, err)
	for _, want := range []money.Bps{2_000, 500} {
		one, err := w.Staking.Listing(t.Context(), pool)
		require.NoError(t, err)
		require.Equal(t, want, one.Pool.Share)
		found := w.found(staking.Search{Sort: staking.ByStaked}, "")
		require.Len(t, found, 1)
		require.Equal(t, want, found[0].Pool.Share)
		w.clock.Advance(day)
	}
}
