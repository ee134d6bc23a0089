package contract

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func listingTests() map[string]storeTest {
	return map[string]storeTest{
		"a_listing_is_a_pool_with_whose_it_is":            seeded(listingGet),
		"figures_replace_older_ones":                      seeded(figuresPut),
		"a_search_gives_each_pool_once_in_its_order":      seeded(searchOrders),
		"a_search_finds_what_it_looks_for":                seeded(searchFilters),
		"a_search_by_name_finds_whoever_has_it":           seeded(searchNames),
		"a_search_by_a_name_that_many_have_finds_all":     searchMany,
		"pools_with_old_figures_are_stale":                seeded(listingsStale),
		"pools_that_moved_are_stale":                      seeded(listingsMoved),
		"what_an_account_holds_comes_with_its_pools":      seeded(listingsHeld),
		"the_largest_positions_of_a_pool_come_first":      seeded(positionLargest),
		"what_happened_at_an_address_is_read_backwards":   seeded(ledgerPast),
		"a_profile_that_changes_is_found_as_it_is_now":    seeded(searchChanged),
		"figures_of_a_pool_that_is_not_there_are_nothing": seeded(figuresOfNobody),
	}
}

func listingOf(n int) ports.Listing {
	return ports.Listing{Pool: pool(n), Figures: staking.StandingOf(pool(n)), Username: influencer(n).Username, DisplayName: influencer(n).DisplayName, Verified: influencer(n).Verified}
}

func firstListing(t *testing.T, s ports.Store) ports.Listing {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (ports.Listing, error) { return v.Listings.Get(ctx, pool(0).ID) })
}

func listingGet(t *testing.T, s ports.Store) {
	require.Equal(t, listingOf(0), firstListing(t, s), "its figures were never computed")
	for _, id := range []staking.PoolID{pool(9).ID, "\x00"} {
		require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			return got(v.Listings.Get(ctx, id))
		}), staking.ErrPoolNotFound)
	}
}

// figure is the figures of pool n on a day.
func figure(n int, day staking.Day, apy staking.Yield, net money.Amount) staking.Figures {
	return staking.Figures{Pool: pool(n).ID, Day: day, APY: apy, Net: net, Before: money.Amount(n + 7), Staked: money.Amount(n + 11), Stakers: int64(n + 13)}
}

func putFigures(t *testing.T, s ports.Store, figures ...staking.Figures) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.PoolFigures.Put(ctx, figures) })
}

func figuresPut(t *testing.T, s ports.Store) {
	want := listingOf(0)
	for _, step := range []struct {
		put  staking.Figures
		kept bool
	}{{figure(0, 20_000, 12, -5), true}, {figure(0, 20_000, 13, 6), true}, {figure(0, 19_999, 14, 7), false}, {figure(0, 20_001, 15, 8), true}} {
		put := func(ctx context.Context, tx ports.Tx) error {
			return tx.PoolFigures.Put(ctx, []staking.Figures{step.put})
		}
		abandon(t, s, put)
		require.Equal(t, want, firstListing(t, s))
		write(t, s, put)
		if step.kept {
			want.Figures = step.put
		}
		require.Equal(t, want, firstListing(t, s))
	}
	putFigures(t, s)
	require.Equal(t, want, firstListing(t, s))
}

func figuresOfNobody(t *testing.T, s ports.Store) {
	other := figure(9, 1, 2, 3)
	strange := other
	strange.Pool = "\x00"
	putFigures(t, s, other, strange, figure(0, 20_000, 1, 2))
	require.Equal(t, figure(0, 20_000, 1, 2), firstListing(t, s).Figures)
}

// sought adds pools 11 to 16, which differ in all that orders go by, and gives their listings with pool 0's.
func sought(t *testing.T, s ports.Store) (all []ports.Listing) {
	t.Helper()
	numbers := []int{11, 12, 13, 14, 15, 16}
	staked := []money.Amount{50_000_000_000_000, 9_999_999_999_999, 10_000_000_000_000, 0, 999_999_999_999, 10_000_000_000_000}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := crowd(ctx, tx, numbers...); err != nil {
			return err
		}
		var figures []staking.Figures
		for i, n := range numbers {
			p := pool(n)
			p.Active, p.Waiting, p.Stakers, p.State = staked[i], 0, int64(i*5%4), []staking.State{staking.Active, staking.Paused, staking.Closed}[i%3]
			if i%2 == 1 {
				p.Active, p.Waiting = 0, staked[i]
			}
			p.OpenedAt = later(100 - n%14)
			if p.State == staking.Closed {
				p.ClosedAt, p.Suspended = p.OpenedAt, ""
			}
			if err := tx.Pools.Add(ctx, p); err != nil {
				return err
			}
			l := listingOf(n)
			l.Pool, l.Figures = p, figure(n, 20_000, staking.Yield(i%3*1_000), money.Amount(i%4*10-20))
			l.Figures.Staked, l.Figures.Stakers = p.Staked(), p.Stakers
			all, figures = append(all, l), append(figures, l.Figures)
		}
		return tx.PoolFigures.Put(ctx, figures[1:]) // one has none yet
	})
	all[0].Figures = staking.StandingOf(all[0].Pool)
	return append(all, listingOf(0))
}

func searchFor(t *testing.T, s ports.Store, q staking.Search, query string) (found []staking.PoolID) {
	t.Helper()
	needle, _ := identity.Needle(query)
	for _, l := range view(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
		return v.Listings.Search(ctx, q, needle, staking.Place{}, 100)
	}) {
		found = append(found, l.Pool.ID)
	}
	return found
}

func searchOrders(t *testing.T, s ports.Store) {
	all := sought(t, s)
	for _, sort := range staking.Sorts() {
		for _, query := range []string{"", "star"} {
			needle, _ := identity.Needle(query)
			for limit := 1; limit <= len(all)+1; limit++ {
				var found []ports.Listing
				for behind := (staking.Place{}); ; {
					page := view(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
						return v.Listings.Search(ctx, staking.Search{Sort: sort}, needle, behind, limit)
					})
					if len(page) == 0 {
						break
					}
					require.LessOrEqual(t, len(page), limit)
					found = append(found, page...)
					require.LessOrEqual(t, len(found), len(all))
					last := page[len(page)-1]
					behind = sort.Place(last.Pool, last.Figures)
				}
				require.ElementsMatch(t, all, found, "%s by %d", sort, limit)
				for i := 1; i < len(found); i++ {
					a, b := sort.Place(found[i-1].Pool, found[i-1].Figures), sort.Place(found[i].Pool, found[i].Figures)
					require.True(t, a.Key > b.Key || a.Key == b.Key && a.Pool > b.Pool, "%s: %v before %v", sort, a, b)
				}
			}
		}
	}
	require.Empty(t, searchFor(t, s, staking.Search{Sort: "up"}, ""))
	require.Empty(t, view(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
		return v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, "", staking.Place{}, 0)
	}))
	for _, id := range []staking.PoolID{"\x00", "\xff", "pool_\x00"} { // no place is a reason to fail
		require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			return got(v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, "", staking.Place{Key: 1, Pool: id}, 5))
		}))
	}
}

// S-11: what is asked for is all that is found, alone and together, at both sides of each limit.
func searchFilters(t *testing.T, s ports.Store) {
	all := sought(t, s)
	for _, q := range []staking.Search{
		{MinStaked: 10_000_000_000_000},
		{MinStaked: 10_000_000_000_001},
		{MinAPY: 1_000},
		{MinAPY: 1_001},
		{MinAPY: 2_001},
		{Tiers: []staking.Tier{staking.Gold, staking.Platinum}},
		{Tiers: []staking.Tier{staking.Bronze, staking.Gold}},
		{Tiers: []staking.Tier{staking.Silver}},
		{Tiers: staking.Tiers()},
		{State: staking.Active},
		{State: staking.Closed},
		{MinStaked: 10_000_000_000_000, MinAPY: 1_000, Tiers: []staking.Tier{staking.Gold}},
		{MinStaked: money.Max},
		{MinStaked: 1, State: staking.Paused, Tiers: []staking.Tier{staking.Silver, staking.Platinum}},
	} {
		for _, sort := range staking.Sorts() {
			q.Sort = sort
			var want []staking.PoolID
			for _, l := range all {
				if q.Finds(l.Pool, l.Figures) {
					want = append(want, l.Pool.ID)
				}
			}
			require.ElementsMatch(t, want, searchFor(t, s, q, ""), "%+v", q)
			require.ElementsMatch(t, want, searchFor(t, s, q, "STAR"), "%+v", q)
		}
	}
}

// S-11, S-09: username, display name and bio, whatever the case; any text is a text.
func searchNames(t *testing.T, s ports.Store) {
	sought(t, s)
	for query, want := range map[string][]int{
		"STAR_11": {11}, "star 1": {11, 12, 13, 14, 15, 16}, "ar_1": {11, 12, 13, 14, 15, 16}, "lines OF 13": {13}, "№14": {14},
		"st": {0, 11, 12, 13, 14, 15, 16}, "16": {16}, "ar": {}, "№": {}, "nobody": {},
		"'; DROP TABLE pools": {}, "%": {}, "_": {}, "star%11": {11}, "0\n1": {}, "star 0 two": {},
	} {
		for _, sort := range staking.Sorts() {
			needle, any := identity.Needle(query)
			if !any {
				require.Empty(t, want, query)
				continue
			}
			ids := []staking.PoolID{}
			for _, n := range want {
				ids = append(ids, pool(n).ID)
			}
			found := searchFor(t, s, staking.Search{Sort: sort}, query)
			require.ElementsMatch(t, ids, found, "%q, which is %q", query, needle)
		}
	}
	require.Empty(t, view(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
		return v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, "\x00", staking.Place{}, 9)
	}))
}

// searchMany has names that hundreds have, and one that is behind all of them.
func searchMany(t *testing.T, s ports.Store) {
	const many = 60
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for n := range many {
			if err := crowd(ctx, tx, n); err != nil {
				return err
			}
			p := pool(n)
			p.Active, p.Waiting = money.Amount(n), 0
			if err := tx.Pools.Add(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	for query, want := range map[string]int{"star": many, "Star_7": 1, "star 5": 11, "№0": 1} {
		for _, limit := range []int{1, 2, 7} {
			needle, _ := identity.Needle(query)
			var all []string
			for behind := (staking.Place{}); ; {
				page := view(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
					return v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, needle, behind, limit)
				})
				for _, l := range page {
					require.Contains(t, strings.ToLower(l.Username+" "+l.DisplayName), strings.ToLower(strings.ReplaceAll(query, " ", "_")))
					all = append(all, l.Username)
					behind = staking.ByStaked.Place(l.Pool, l.Figures)
				}
				if len(page) < limit {
					break
				}
			}
			require.Len(t, all, want, "%s by %d", query, limit)
		}
	}
}

func searchChanged(t *testing.T, s ports.Store) {
	require.Empty(t, searchFor(t, s, staking.Search{Sort: staking.ByStaked}, "Ünique"))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		i, err := tx.Influencers.Lock(ctx, influencer(0).Account)
		if err != nil {
			return err
		}
		i.Bio, i.Verified = "An üNIQUE person.", true
		return tx.Influencers.Put(ctx, i)
	})
	require.Equal(t, []staking.PoolID{pool(0).ID}, searchFor(t, s, staking.Search{Sort: staking.ByStaked}, "Ünique"))
	require.Empty(t, searchFor(t, s, staking.Search{Sort: staking.ByStaked}, "two lines"))
	require.True(t, firstListing(t, s).Verified)
}

func listingsStale(t *testing.T, s ports.Store) {
	sought(t, s)
	stale := func(day staking.Day, after staking.PoolID, limit int) (numbers []staking.PoolID) {
		for _, p := range view(t, s, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
			return v.Listings.Stale(ctx, day, after, limit)
		}) {
			numbers = append(numbers, p.ID)
		}
		return numbers
	}
	require.Equal(t, []staking.PoolID{pool(0).ID, pool(11).ID}, stale(20_000, "", 9), "they were never computed")
	require.Equal(t, []staking.PoolID{pool(0).ID, pool(11).ID, pool(12).ID}, stale(20_001, "", 3))
	require.Equal(t, []staking.PoolID{pool(13).ID, pool(14).ID}, stale(20_001, pool(12).ID, 2))
	require.Empty(t, stale(20_001, "", 0))
	require.Empty(t, stale(20_001, pool(16).ID, 9))
}

// Figures follow what moves, once it was counted into a day.
func listingsMoved(t *testing.T, s ports.Store) {
	all := sought(t, s)
	stale := func(day staking.Day) []staking.Pool {
		return view(t, s, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
			return v.Listings.Stale(ctx, day, "", 9)
		})
	}
	for i, l := range all {
		l.Figures.Pool, l.Figures.Day = l.Pool.ID, 20_000
		putFigures(t, s, l.Figures)
		all[i].Figures = l.Figures
	}
	require.Empty(t, stale(20_000))
	for i, day := range []staking.Day{20_000, 19_999} {
		moved := all[i]
		var err error
		moved.Pool.Waiting, err = moved.Pool.Waiting.Add(money.Amount(i))
		require.NoError(t, err)
		moved.Pool.Stakers += int64(1 - i)
		before := searchFor(t, s, staking.Search{Sort: staking.ByStaked}, "")
		write(t, s, func(ctx context.Context, tx ports.Tx) error {
			if err := tx.PoolDays.Add(ctx, staking.PoolDay{Pool: moved.Pool.ID, Day: day, In: 1}); err != nil {
				return err
			}
			return tx.Pools.Put(ctx, moved.Pool)
		})
		require.Equal(t, []staking.Pool{moved.Pool}, stale(20_000))
		require.Equal(t, before, searchFor(t, s, staking.Search{Sort: staking.ByStaked}, ""), "it keeps its place")
		moved.Figures.Staked, moved.Figures.Stakers = moved.Pool.Staked(), moved.Pool.Stakers
		putFigures(t, s, moved.Figures)
		require.Empty(t, stale(20_000))
	}
}

func listingsHeld(t *testing.T, s ports.Store) {
	all := sought(t, s)
	var want []ports.Held
	var cooling []staking.Ticket
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for i, n := range []int{14, 13, 12, 11} {
			p, a := position(21+i), activation(n)
			p.Pool, p.Account = pool(n).ID, position(2).Account
			h := ports.Held{Position: p, Listing: all[n-11]}
			for k := range i { // what cools of it, and a ticket that is over
				own := ticket(30 + 10*i + k)
				own.Pool, own.Position, own.Account = p.Pool, p.ID, p.Account
				cooling = append(cooling, own)
				h.Cooling, _ = h.Cooling.Add(own.Amount) // of small ones
			}
			if i%2 == 0 {
				a.Pool, a.Epoch, h.Awaited = p.Pool, p.WaitingEpoch, a
				h.Awaited.Pool, h.Awaited.Epoch = p.Pool, p.WaitingEpoch
				if err := tx.Positions.PutActivation(ctx, h.Awaited); err != nil {
					return err
				}
			}
			if err := tx.Positions.Put(ctx, p); err != nil {
				return err
			}
			want = append(want, h)
		}
		over := ticket(90)
		over.Pool, over.Position, over.Account, over.State, over.EndedAt = want[0].Position.Pool, want[0].Position.ID, want[0].Position.Account, staking.Withdrawn, later(3)
		cooling = append(cooling, over)
		if err := putAll(ctx, tx.Tickets.Add, cooling...); err != nil {
			return err
		}
		return tx.Positions.Put(ctx, position(1)) // of somebody else
	})
	requirePages(t, s, want, func(ctx context.Context, v ports.View, after ports.Held, limit int) ([]ports.Held, error) {
		return v.Listings.Held(ctx, position(2).Account, after.Position.ID, limit)
	})
}
