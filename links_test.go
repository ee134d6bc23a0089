package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// raise has a patron stake on a pool in which nobody has what a tier asks for.
func (w *world) raise(pool staking.PoolID, to staking.Tier) {
	w.t.Helper()
	w.deposit("patron", to.From())
	w.stake("patron", pool, to.From())
}

// adasLinks is every link of ada's.
func (w *world) adasLinks() []attribution.Link {
	w.t.Helper()
	links, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) ([]attribution.Link, error) {
		return v.Links.ListByHolder(ctx, attribution.AccountID(w.signIn("ada").Account), "", 1_000)
	})
	require.NoError(w.t, err)
	return links
}

// P-42: of many links made at the same moment exactly as many are as the tier allows, whichever way they come;
// a tier that rises allows more, and one that falls takes none away and gives none.
func TestConcurrentLinksKeepTheLimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		program, other := w.program("shop", 0), w.program("mart", 0)
		ada := w.signIn("ada")
		asked := 0 // of each another page: the same link again would be the one there is
		race := func(n, passed int) {
			t.Helper()
			asked += n
			from := asked
			_, errs := together(n, func(i int) (twist.LinkMade, error) {
				return w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{
					Program: []attribution.ProgramID{program, other}[i%2], Destination: "https://shop.example/" + numbered("tea", from+i),
				})
			})
			requireRefused(t, errs, passed, staking.ErrLinkLimit)
		}
		bronze, _ := staking.Bronze.LinkLimit()
		silver, _ := staking.Silver.LinkLimit()
		race(bronze+20, bronze)
		race(3, 0)
		w.raise(pool, staking.Silver)
		race(silver-bronze+10, silver-bronze)

		w.leave("patron", pool, 1)
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{Program: program, Destination: "https://shop.example/"})), staking.ErrLinkLimit)
		links := w.adasLinks()
		require.Len(t, links, silver)
		for _, l := range links {
			w.click(l.Code) // those that a higher tier allowed go on
		}
		w.sound()
	})
}

// switched is a world in which links went off and on.
func switched(t *testing.T) *world {
	w := newWorld(t)
	w.pool("ada", 2_000)
	ada, program := w.signIn("ada"), w.program("shop", 0)
	made := w.recommends(attribution.NewLink{Program: program, Destination: "https://shop.example/", ExpiresAt: w.clock.Now().Add(time.Hour)})
	_, err := w.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
	require.NoError(t, err)
	_, err = w.Attribution.RestoreLink(w.ctx(), ada, made.ID, time.Time{})
	require.NoError(t, err)
	_, err = w.Attribution.ReservePromo(w.ctx(), w.signIn("shop"), program, "SUMMER20")
	require.NoError(t, err)
	require.NoError(t, w.Attribution.ReleasePromo(w.ctx(), w.signIn("shop"), program, "SUMMER20"))
	return w
}

// P-42: links that are restored at the same moment, and links that are made meanwhile, share one limit.
func TestConcurrentRestoresKeepTheLimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 2_000)
		program := w.program("shop", 0)
		ada := w.signIn("ada")
		bronze, _ := staking.Bronze.LinkLimit()
		for i := range 2 * bronze {
			made := w.recommends(attribution.NewLink{Program: program, Destination: "https://shop.example/" + numbered("tea", i)})
			_, err := w.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
			require.NoError(t, err)
		}
		links := w.adasLinks()
		_, errs := together(3*bronze, func(i int) (any, error) {
			if i < len(links) {
				return w.Attribution.RestoreLink(w.ctx(), ada, links[i].ID, time.Time{})
			}
			return w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{Program: program, Destination: "https://shop.example/" + numbered("pot", i)})
		})
		requireRefused(t, errs, bronze, staking.ErrLinkLimit)
		active := 0
		for _, l := range w.adasLinks() {
			if l.Active(w.clock.Now()) {
				active++
			}
		}
		require.Equal(t, bronze, active)
	})
}

// recommends makes a link of ada's that must be allowed.
func (w *world) recommends(n attribution.NewLink) twist.LinkMade {
	w.t.Helper()
	made, err := w.Attribution.MakeLink(w.ctx(), w.signIn("ada"), n)
	require.NoError(w.t, err)
	return made
}

// S-10: the same link, asked for by many at once, is one; another one is another.
func TestTheSameLinkIsOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 2_000)
		program := w.program("shop", 0)
		ada := w.signIn("ada")
		tea := attribution.NewLink{Program: program, Destination: "https://shop.example/tea", Promo: "Tea-10"}
		made, errs := together(30, func(int) (twist.LinkMade, error) { return w.Attribution.MakeLink(w.ctx(), ada, tea) })
		requireAll(t, errs)
		found := 0
		for _, m := range made {
			require.Equal(t, made[0].Link, m.Link)
			if m.Found {
				found++
			}
		}
		require.Equal(t, 29, found)
		require.Len(t, w.adasLinks(), 1)
		cups := tea
		cups.Destination, cups.Promo = "https://shop.example/cups", "tea-l0"
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, cups)), attribution.ErrPromoTaken, "which looks the same")
		cups.Promo = ""
		require.False(t, w.recommends(cups).Found)
		cups.ExpiresAt = w.clock.Now().Add(time.Hour)
		require.False(t, w.recommends(cups).Found)
		require.True(t, w.recommends(cups).Found)
		w.clock.Advance(time.Hour)
		cups.ExpiresAt = w.clock.Now().Add(time.Hour)
		require.False(t, w.recommends(cups).Found)
	})
}

// P-41: a link that was withdrawn or has expired leads nowhere and counts no click; what was clicked before earns.
func TestLinksThatWereSwitchedOff(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 2_000)
		program := w.program("shop", testkit.TWIST(100))
		ada, bea := w.signIn("ada"), w.signIn("bea")
		ends := w.clock.Now().Add(time.Hour)
		made := w.recommends(attribution.NewLink{Program: program, Destination: "https://shop.example/", Promo: "ADA-1", ExpiresAt: ends})
		before := w.click(made.Code)
		leadsNowhere := func() {
			t.Helper()
			require.ErrorIs(t, got(w.Attribution.Click(w.ctx(), made.Code, twist.Arrival{})), attribution.ErrLinkNotFound)
			require.ErrorIs(t, got(w.Attribution.Preview(w.ctx(), made.Code)), attribution.ErrLinkNotFound)
		}
		w.clock.Advance(time.Hour - time.Microsecond)
		w.click(made.Code)
		w.clock.Advance(time.Microsecond)
		leadsNowhere()
		restored, err := w.Attribution.RestoreLink(w.ctx(), ada, made.ID, time.Time{})
		require.NoError(t, err)
		require.Zero(t, restored.ExpiresAt)
		w.click(made.Code)

		withdrawn, err := w.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
		require.NoError(t, err)
		require.Equal(t, w.clock.Now(), withdrawn.WithdrawnAt)
		leadsNowhere()
		events := len(w.told())
		w.clock.Advance(time.Hour)
		again, err := w.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
		require.NoError(t, err)
		require.Equal(t, withdrawn, again)
		require.Len(t, w.told(), events, "which changed nothing")

		for name, refused := range map[string]error{
			"a stranger withdraws":      got(w.Attribution.WithdrawLink(w.ctx(), bea, made.ID)),
			"a stranger restores":       got(w.Attribution.RestoreLink(w.ctx(), bea, made.ID, time.Time{})),
			"a stranger looks":          got(w.Attribution.Link(w.ctx(), bea, made.ID)),
			"one that is not there":     got(w.Attribution.WithdrawLink(w.ctx(), ada, "link_none")),
			"another that is not there": got(w.Attribution.RestoreLink(w.ctx(), ada, "link_none", time.Time{})),
			"a third that is not there": got(w.Attribution.Link(w.ctx(), ada, "link_none")),
		} {
			require.ErrorIs(t, refused, attribution.ErrLinkNotFound, name)
		}
		require.ErrorIs(t, got(w.Attribution.RestoreLink(w.ctx(), ada, made.ID, w.clock.Now())), attribution.ErrExpiry)
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{
			Program: program, Destination: "https://shop.example/other", Promo: "ada1",
		})), attribution.ErrPromoTaken, "it stays taken")

		require.Len(t, w.order(program, "order-1", testkit.TWIST(10), before).Commissions, 1)
		shown, err := w.Attribution.Link(w.ctx(), ada, made.ID)
		require.NoError(t, err)
		require.Equal(t, withdrawn, shown)
		w.sound()
	})
}

// Many links are made each for itself, and what is said of each is what was committed, also when the call is made
// again: nothing is made twice, and what was refused has another try.
func TestManyLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		program := w.program("shop", 0)
		ada := w.signIn("ada")
		bronze, _ := staking.Bronze.LinkLimit()
		wanted := []attribution.NewLink{{Program: program, Destination: "ftp://shop.example"}, {Program: "prog_none", Destination: "https://shop.example/"}}
		for i := range bronze + 2 {
			wanted = append(wanted, attribution.NewLink{Program: program, Destination: "https://shop.example/" + numbered("tea", i)})
		}
		call := func(request byte) (context.Context, []twist.LinkTried, error) {
			ctx := twist.WithKey(w.ctx(), keyOf("many", request))
			tried, err := w.Attribution.MakeLinks(ctx, ada, wanted)
			return ctx, tried, err
		}
		made := func(tried []twist.LinkTried) (all []attribution.Link) {
			for _, one := range tried {
				if one.Err == nil {
					all = append(all, one.Made.Link)
				}
			}
			return all
		}
		ctx, tried, err := call(1)
		require.NoError(t, err)
		require.False(t, twist.Replayed(ctx))
		require.ErrorIs(t, tried[0].Err, attribution.ErrDestination)
		require.ErrorIs(t, tried[1].Err, attribution.ErrProgramNotFound)
		require.ErrorIs(t, tried[len(tried)-1].Err, staking.ErrLinkLimit)
		require.Equal(t, w.adasLinks(), made(tried))
		require.Len(t, made(tried), bronze)

		w.raise(pool, staking.Silver)
		_, later, err := call(1)
		require.NoError(t, err)
		require.Equal(t, made(tried), made(later)[:bronze])
		require.Equal(t, w.adasLinks(), made(later))
		require.Len(t, made(later), bronze+2)
		_, _, err = call(2)
		require.ErrorIs(t, err, ports.ErrKeyReused)
		require.Len(t, w.adasLinks(), bronze+2)

		wanted = wanted[2:]
		ctx, _, err = call(2)
		require.ErrorIs(t, err, ports.ErrKeyReused)
		require.False(t, twist.Replayed(ctx))
		require.ErrorIs(t, got(w.Attribution.MakeLinks(w.ctx(), ada, nil)), twist.ErrLinksCount)
		require.ErrorIs(t, got(w.Attribution.MakeLinks(w.ctx(), ada, make([]attribution.NewLink, twist.MostLinks+1))), twist.ErrLinksCount)
		require.ErrorIs(t, got(w.Attribution.MakeLinks(w.ctx(), w.signIn("shop"), wanted)), twist.ErrNotInfluencer)
		w.sound()
	})
}

// An influencer without a pool is in the lowest tier, whatever stands in others, and the highest has no limit.
func TestTheLinkLimitIsOfTheInfluencersOwnPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise(w.pool("ada", 2_000), staking.Platinum)
	program := w.program("shop", 0)
	_, err := w.Identity.Register(w.ctx(), w.signIn("bea"), registration("bea"))
	require.NoError(t, err)
	bronze, _ := staking.Bronze.LinkLimit()
	gold, _ := staking.Gold.LinkLimit()
	makes := func(name string, n int) (last error) {
		for i := range n {
			_, last = w.Attribution.MakeLink(w.ctx(), w.signIn(name), attribution.NewLink{Program: program, Destination: "https://shop.example/" + numbered("tea", i)})
			require.True(t, last == nil || i == n-1, "%v", last)
		}
		return last
	}
	require.ErrorIs(t, makes("bea", bronze+1), staking.ErrLinkLimit)
	require.NoError(t, makes("ada", gold+1))
}

// P-42: a fall of the tier and links made meanwhile: whoever was allowed was so by what stood there before.
func TestConcurrentFallAndLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		w.raise(pool, staking.Silver)
		program := w.program("shop", 0)
		ada, fan := w.signIn("ada"), w.signIn("patron")
		_, errs := together(30, func(i int) (any, error) {
			if i == 15 {
				return w.Staking.Leave(w.ctx(), fan, pool, difference(t, staking.Silver.From(), testkit.TWIST(1)))
			}
			return w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{Program: program, Destination: "https://shop.example/" + numbered("tea", i)})
		})
		made := 0
		for i, err := range errs {
			switch {
			case i == 15:
				require.NoError(t, err)
			case err == nil:
				made++
			default:
				require.ErrorIs(t, err, staking.ErrLinkLimit)
			}
		}
		bronze, _ := staking.Bronze.LinkLimit()
		require.GreaterOrEqual(t, made, bronze)
		require.Len(t, w.adasLinks(), made)
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, attribution.NewLink{Program: program, Destination: "https://shop.example/"})), staking.ErrLinkLimit)
		w.sound()
	})
}

// dropping is a log that keeps no click.
type dropping struct{ ports.ClickLog }

func (dropping) Append(context.Context, ...attribution.Click) error { return ports.ErrClickDropped }

// A click that the log drops is no reason to keep a visitor from the shop: she is sent on without its id, which no order
// could name, and under her name.
func TestADroppedClickLeadsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *twist.Config) { c.Clicks = dropping{c.Clicks} })
	w.pool("ada", 2_000)
	code := w.link("ada", w.program("shop", 0))
	visit, err := w.Attribution.Click(t.Context(), code, twist.Arrival{})
	require.NoError(t, err)
	landing, err := w.Attribution.Preview(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, landing, visit.Landing)
	require.NotContains(t, visit.Landing, "click=")
	require.Empty(t, visit.Click.ID)
	again, err := w.Attribution.Click(t.Context(), code, twist.Arrival{Browser: visit.Browser})
	require.NoError(t, err)
	require.Equal(t, visit.Click.Visitor, again.Click.Visitor)
	require.NotEmpty(t, again.Click.Visitor)
}
