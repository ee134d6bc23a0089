package contract

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func linkTests() map[string]storeTest {
	return map[string]storeTest{
		"get_and_lock_give_a_link_or_err_link_not_found":         seeded(linkGet),
		"put_replaces_when_a_link_expires_and_was_withdrawn":     seeded(linkPut),
		"lock_holds_the_link":                                    seeded(linkLockRace),
		"find_same_gives_the_oldest_active_link_that_is_as_good": seeded(linkSame),
		"a_promo_code_is_of_one_program":                         seeded(linkPromos),
		"active_links_are_counted_up_to_a_bound":                 seeded(linksActive),
		"links_counted_under_the_influencer_keep_a_limit":        seeded(linksActiveRace),
	}
}

// linksWhere lists the links that are wanted, of whoever has any.
func linksWhere(wanted func(attribution.Link) bool) func(context.Context, ports.View) ([]attribution.Link, error) {
	return func(ctx context.Context, v ports.View) ([]attribution.Link, error) {
		all, err := v.Links.ListByHolder(ctx, link(0).Holder, "", 10*racers)
		return slices.DeleteFunc(all, func(l attribution.Link) bool { return !wanted(l) }), err
	}
}

// linkOfPromo spells one code in two ways that look the same.
var linkOfPromo = unique[attribution.Link]{
	taken: attribution.ErrPromoTaken,
	row: func(n int) attribution.Link {
		l := link(apart + n)
		l.Promo = []attribution.Promo{"FAY-10", "FAYIO"}[n%2]
		return l
	},
	add: func(ctx context.Context, tx ports.Tx, _ int, row attribution.Link) error {
		return tx.Links.Add(ctx, row)
	},
	list: linksWhere(func(l attribution.Link) bool { return l.Promo != "" }),
}

func getLink(t *testing.T, s ports.Store, n int) attribution.Link {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (attribution.Link, error) { return v.Links.Get(ctx, link(n).ID) })
}

func linkGet(t *testing.T, s ports.Store) {
	full := link(1)
	full.Promo, full.ExpiresAt, full.WithdrawnAt = "FAY-10", later(9), later(5)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, full) })
	for n, want := range []attribution.Link{link(0), full} {
		require.Equal(t, want, getLink(t, s, n))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Link, error) { return tx.Links.Lock(ctx, want.ID) }))
	}
	refuse(t, s, attribution.ErrLinkNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Links.Lock(ctx, link(9).ID)) })
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Links.Get(ctx, link(9).ID))
	}), attribution.ErrLinkNotFound)
}

func linkPut(t *testing.T, s ports.Store) {
	refuse(t, s, attribution.ErrLinkNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Put(ctx, link(9)) })
	promo := link(1)
	promo.Promo = "FAY-10"
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, promo) })
	next := promo
	next.ExpiresAt, next.WithdrawnAt = later(9), later(5)
	other := next
	other.Code, other.Destination, other.Promo = "elsewhere", "https://evil.example/", "OTHER"
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Links.Put(ctx, other) }
	abandon(t, s, put)
	require.Equal(t, promo, getLink(t, s, 1))
	write(t, s, put)
	require.Equal(t, next, getLink(t, s, 1), "what a link is stays")
	require.Equal(t, present(next), view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Link], error) {
		return find(v.Links.FindByCode(ctx, promo.Code))
	}))
	typed := func(program attribution.ProgramID, look string) found[attribution.Link] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Link], error) {
			return find(v.Links.FindByPromo(ctx, program, look))
		})
	}
	require.Equal(t, present(next), typed(promo.Program, "FAYIO"), "also of a link that was withdrawn")
	for program, look := range map[attribution.ProgramID]string{promo.Program: "FAY-10", program(1).ID: "FAYIO", program(0).ID + "x": "FAYIO"} {
		require.Equal(t, found[attribution.Link]{}, typed(program, look))
	}
	require.Equal(t, found[attribution.Link]{}, typed(promo.Program, ""), "no link has no code")
	refuse(t, s, attribution.ErrPromoTaken, func(ctx context.Context, tx ports.Tx) error {
		again := link(2)
		again.Promo = promo.Promo
		return tx.Links.Add(ctx, again)
	})
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Put(ctx, promo) })
	require.Equal(t, promo, getLink(t, s, 1))
}

// linkLockRace has everybody put the expiry off by a second.
func linkLockRace(t *testing.T, s ports.Store) {
	begin := link(1)
	begin.ExpiresAt = later(9)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, begin) })
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		l, err := tx.Links.Lock(ctx, begin.ID)
		if err != nil {
			return err
		}
		l.ExpiresAt = l.ExpiresAt.Add(time.Second)
		return tx.Links.Put(ctx, l)
	}))
	require.Equal(t, later(9).Add(racers*time.Second), getLink(t, s, 1).ExpiresAt)
}

func linkSame(t *testing.T, s ports.Store) {
	asked := link(20)
	asked.Destination, asked.ExpiresAt, asked.Promo = "https://shop.example/same", later(10), "FAY-10"
	like := func(n int, change func(*attribution.Link)) attribution.Link {
		l := asked
		l.ID, l.Code, l.MadeAt = link(n).ID, link(n).Code, link(n).MadeAt
		change(&l)
		return l
	}
	look := func(now time.Time) found[attribution.Link] {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[attribution.Link], error) {
			return find(tx.Links.FindSame(ctx, asked, now))
		})
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(1)) },
			func() error {
				return putAll(ctx, tx.Links.Add,
					like(1, func(l *attribution.Link) { l.Promo = "" }),
					like(2, func(l *attribution.Link) { l.Program = program(1).ID }),
					like(3, func(l *attribution.Link) { l.Destination += "/"; l.Promo = "OTHER-1" }),
					like(4, func(l *attribution.Link) { l.ExpiresAt = time.Time{}; l.Promo = "OTHER-2" }),
					like(5, func(l *attribution.Link) { l.ExpiresAt = later(11); l.Promo = "OTHER-3" }),
					like(6, func(l *attribution.Link) {
						l.Holder, l.Influencer, l.Promo = attribution.AccountID(accountID(1)), attribution.InfluencerID(influencer(1).ID), "OTHER-4"
					}),
				)
			},
		)
	})
	require.Equal(t, absent[attribution.Link](), look(later(7)))
	same := like(7, func(*attribution.Link) {})
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, same) })
	require.Equal(t, present(same), look(later(9)))
	require.Equal(t, absent[attribution.Link](), look(later(10)), "it has expired")
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Put(ctx, same.Withdraw(later(8))) })
	require.Equal(t, absent[attribution.Link](), look(later(9)), "it was withdrawn")

	asked.Promo, asked.ExpiresAt = "", time.Time{}
	older, newer := like(12, func(*attribution.Link) {}), like(13, func(*attribution.Link) {})
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Links.Add, newer, older) })
	require.Equal(t, present(older), look(later(14)))
}

func linkPromos(t *testing.T, s ports.Store) {
	here, there, none := link(1), link(2), link(3)
	here.Promo, there.Promo, there.Program = "FAY-10", "FAY-10", program(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(1)) },
			func() error { return putAll(ctx, tx.Links.Add, here, there, none, link(4)) },
		)
	})
	for _, taken := range []attribution.Promo{"FAY-10", "FAY10", "FAYIO", "F-A-Y-L-0"} {
		refuse(t, s, attribution.ErrPromoTaken, func(ctx context.Context, tx ports.Tx) error {
			l := link(5)
			l.Promo = taken
			return tx.Links.Add(ctx, l)
		})
	}
}

func countActive(t *testing.T, s ports.Store, holder attribution.AccountID, now time.Time, most int) int {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.Links.CountActive(ctx, holder, now, most)
	})
}

func linksActive(t *testing.T, s ports.Store) {
	holder := link(0).Holder
	expiring, withdrawn, both, others := link(1), link(2), link(3), link(4)
	expiring.ExpiresAt = later(10)
	withdrawn.WithdrawnAt = later(5)
	both.ExpiresAt, both.WithdrawnAt = later(20), later(5)
	others.Holder, others.Influencer = attribution.AccountID(accountID(1)), attribution.InfluencerID(influencer(1).ID)
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Links.Add, expiring, withdrawn, both, others, link(5))
	})
	require.Equal(t, 3, countActive(t, s, holder, later(10).Add(-time.Microsecond), 9), "it is active until it expires")
	require.Equal(t, 2, countActive(t, s, holder, later(10), 9))
	require.Equal(t, 2, countActive(t, s, holder, later(6), 2), "no more than asked are counted")
	require.Zero(t, countActive(t, s, holder, later(6), 0))
	require.Equal(t, 1, countActive(t, s, others.Holder, later(6), 9))
	require.Zero(t, countActive(t, s, "acct_none", later(6), 9))
	for _, kept := range []attribution.Link{link(0), expiring, withdrawn, both, others} {
		require.Equal(t, present(kept), view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Link], error) {
			return find(v.Links.FindByCode(ctx, kept.Code))
		}))
	}
}

// linksActiveRace has everybody make a link unless the influencer has three.
func linksActiveRace(t *testing.T, s ports.Store) {
	const most = 3
	requireWinners(t, most-1, staking.ErrLinkLimit, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		held, err := tx.Influencers.Lock(ctx, influencer(0).Account)
		if err != nil {
			return err
		}
		active, err := tx.Links.CountActive(ctx, attribution.AccountID(held.Account), later(9), most)
		if err != nil {
			return err
		}
		if active >= most {
			return staking.ErrLinkLimit
		}
		return tx.Links.Add(ctx, link(apart+n))
	}))
	require.Equal(t, most, countActive(t, s, link(0).Holder, later(9), racers))
}
