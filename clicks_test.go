package twist_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// strict is a world whose clicks are judged by the usual rules.
func strict(c *twist.Config) { c.ClickRules = nil }

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

// from is a context of a call from an address.
func (w *world) from(address string) context.Context {
	return twist.WithOrigin(w.ctx(), twist.Origin{IP: netip.MustParseAddr(address)})
}

// reading is a log whose clicks a test reads as they were kept.
type reading struct {
	ports.ClickLog

	ids *[]attribution.ClickID
}

func (r reading) Append(ctx context.Context, told ...attribution.Click) error {
	for _, click := range told {
		*r.ids = append(*r.ids, click.ID)
	}
	return r.ClickLog.Append(ctx, told...)
}

// A duplicate is one to the last microsecond of the window, by the moments of clicks alone, whatever day it is by then.
func TestTheWindowOfDuplicates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.start(strict)
		w.pool("ada", 2_000)
		code := w.link("ada", w.program("shop", 0))
		w.clock.Advance(w.clock.Now().Truncate(day).Add(day - time.Second).Sub(w.clock.Now())) // before midnight, when hashes change
		browser := ""
		verdict := func() attribution.Verdict {
			visit, err := w.Attribution.Click(w.from("198.51.100.7"), code, twist.Arrival{Browser: browser, Agent: firefox})
			require.NoError(t, err)
			browser = visit.Browser
			kept, ok, err := w.config.Clicks.Find(t.Context(), visit.Click.ID)
			require.NoError(t, err)
			require.True(t, ok)
			return kept.Verdict
		}
		window := clicks.Canonical().Window
		require.Equal(t, attribution.Valid, verdict(), "nobody's yet")
		require.Equal(t, attribution.Valid, verdict())
		w.clock.Advance(window - time.Microsecond)
		require.Equal(t, attribution.Verdict(clicks.Duplicate), verdict())
		w.clock.Advance(time.Microsecond)
		require.Equal(t, attribution.Valid, verdict())
		browser = browser[:len(browser)-1] + string(browser[len(browser)-1]^1)
		require.Equal(t, attribution.Valid, verdict(), "a name that we never sealed is another browser")
	})
}

// Of many clicks of one browser at the same moment one is valid, and the others are its duplicates.
func TestClicksAtOnceAreOneOfABrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.start(strict)
		w.pool("ada", 2_000)
		code := w.link("ada", w.program("shop", 0))
		person := twist.Arrival{Agent: firefox}
		first, err := w.Attribution.Click(w.from("198.51.100.7"), code, person)
		require.NoError(t, err)
		person.Browser = first.Browser
		visits, errs := together(30, func(int) (twist.Visit, error) { return w.Attribution.Click(w.from("198.51.100.7"), code, person) })
		requireAll(t, errs)
		count := map[attribution.Verdict]int{}
		for _, v := range visits {
			count[v.Click.Verdict]++
			require.Equal(t, first.Click.Visitor, v.Click.Visitor)
		}
		require.Equal(t, map[attribution.Verdict]int{attribution.Valid: 1, attribution.Verdict(clicks.Duplicate): 29}, count)
	})
}

// P-41: a visit by a link that is off is kept with its reason and leads nowhere; one without an origin is nobody's.
func TestVisitsThatEarnNothingAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		var ids []attribution.ClickID
		var told []attribution.Click
		w.start(strict, func(c *twist.Config) {
			c.Clicks = reading{c.Clicks, &ids}
			c.Clicked = func(click attribution.Click, err error) {
				require.NoError(t, err)
				told = append(told, click)
			}
		})
		w.pool("ada", 2_000)
		program := w.program("shop", 0)
		made := w.recommends(attribution.NewLink{Program: program, Destination: "https://shop.example/", ExpiresAt: w.clock.Now().Add(time.Hour)})
		person := twist.Arrival{Agent: firefox, Dest: "document", Device: "desktop"}
		_, err := w.Attribution.Click(w.from("198.51.100.7"), made.Code, person)
		require.NoError(t, err)
		_, err = w.Attribution.Click(w.ctx(), made.Code, person)
		require.NoError(t, err)
		w.clock.Advance(time.Hour)
		require.ErrorIs(t, got(w.Attribution.Click(w.from("198.51.100.7"), made.Code, person)), attribution.ErrLinkNotFound)
		require.ErrorIs(t, got(w.Attribution.Click(w.from("198.51.100.7"), "nothing", person)), attribution.ErrLinkNotFound)
		var verdicts []attribution.Verdict
		for i, id := range ids {
			kept, ok, err := w.config.Clicks.Find(t.Context(), id)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, []any{clicks.Version, "desktop", attribution.Redirect}, []any{kept.Rules, kept.Device, kept.Origin})
			require.Equal(t, told[i].Verdict, kept.Verdict)
			verdicts = append(verdicts, kept.Verdict)
		}
		require.Equal(t, []attribution.Verdict{attribution.Valid, attribution.Verdict(clicks.Unrated), attribution.Verdict(clicks.LinkOff)}, verdicts)
	})
}

// A program that was closed is known to be at once where that was done, though its links are remembered, and
// twist.LinkLife later everywhere: what is clicked in between earns nothing either, since it came after the end.
func TestAClosedProgramIsKnownByItsLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.start(strict)
		elsewhere := w.another(strict)
		w.pool("ada", 2_000)
		program := w.program("shop", testkit.TWIST(100))
		code := w.link("ada", program)
		click := func(on *twist.Platform) attribution.Click {
			visit, err := on.Attribution.Click(w.from("198.51.100.7"), code, twist.Arrival{Agent: firefox})
			require.NoError(t, err)
			return visit.Click
		}
		require.Equal(t, attribution.Valid, click(w.Platform).Verdict)
		require.Equal(t, attribution.Valid, click(elsewhere).Verdict)
		w.closes(program)
		require.Equal(t, attribution.Verdict(clicks.ProgramOff), click(w.Platform).Verdict)
		between := click(elsewhere)
		require.Equal(t, attribution.Valid, between.Verdict)
		w.clock.Advance(twist.LinkLife)
		require.Equal(t, attribution.Verdict(clicks.ProgramOff), click(elsewhere).Verdict)
		require.ErrorIs(t, got(w.Attribution.ReportConversion(w.ctx(), w.signIn("shop"), orderOf(program, "late", testkit.TWIST(10), between.ID))), attribution.ErrProgramClosed)
	})
}

// flaky is a limiter that fails when it is told to.
type flaky struct {
	ports.Limiter

	fails bool
}

func (f *flaky) Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error) {
	if f.fails {
		return limit.Verdict{}, ports.ErrLimiter
	}
	return f.Limiter.Take(ctx, key, q, now)
}

// P-24: whoever comes how and how often, an order earns exactly if the browser that it names made a valid click: no
// other click ever earns anything.
func TestOnlyValidClicksEarn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limiter := &flaky{Limiter: w.config.Limiter}
	w.start(strict, func(c *twist.Config) { c.Limiter = limiter })
	w.pool("ada", 2_000)
	program := w.program("shop", testkit.TWIST(1_000_000))
	code := w.link("ada", program)
	agents := []string{firefox, firefox, firefox, "", "curl/8.5.0", "ShopWatcher/7", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
	orders, earned, filtered := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		browser, valid, last := "", false, attribution.ClickID("")
		for range rapid.IntRange(1, 4).Draw(rt, "visits") {
			w.clock.Advance(time.Duration(rapid.IntRange(0, 90).Draw(rt, "seconds")) * time.Second)
			limiter.fails = rapid.IntRange(0, 4).Draw(rt, "down") == 0
			visit, err := w.Attribution.Click(w.from(rapid.SampledFrom([]string{"198.51.100.7", "5.9.0.9", "2001:db8::1"}).Draw(rt, "address")), code, twist.Arrival{
				Browser: browser, Agent: rapid.SampledFrom(agents).Draw(rt, "agent"), Head: rapid.IntRange(0, 5).Draw(rt, "head") == 0,
				Purpose: rapid.SampledFrom([]string{"", "", "prefetch"}).Draw(rt, "purpose"), Dest: rapid.SampledFrom([]string{"", "document", "iframe"}).Draw(rt, "dest"),
				Beacon: rapid.Bool().Draw(rt, "beacon"),
			})
			require.NoError(rt, err)
			browser, last = visit.Browser, visit.Click.ID
			valid = valid || visit.Click.Verdict == attribution.Valid
		}
		orders++
		before := w.at(ledger.Budget(program))
		converted, err := w.Attribution.ReportConversion(w.ctx(), w.signIn("shop"), orderOf(program, fmt.Sprint(orders), testkit.TWIST(1), last))
		require.NoError(rt, err)
		require.Equal(rt, valid, len(converted.Commissions) > 0)
		require.Equal(rt, valid, w.at(ledger.Budget(program)) < before)
		if valid {
			earned++
		} else {
			filtered++
		}
	})
	require.Positive(t, earned)
	require.Positive(t, filtered)
	w.sound()
}

// A log that fails for any reason keeps nobody from the shop, and is told of.
func TestAFailingLogLeadsOn(t *testing.T) {
	t.Parallel()
	down := errors.New("the disk is gone")
	var why error
	w := newWorld(t, func(c *twist.Config) {
		c.Clicks = failing{c.Clicks, down}
		c.Clicked = func(_ attribution.Click, err error) { why = err }
	})
	w.pool("ada", 2_000)
	code := w.link("ada", w.program("shop", 0))
	visit, err := w.Attribution.Click(t.Context(), code, twist.Arrival{})
	require.NoError(t, err)
	require.NotContains(t, visit.Landing, "click=")
	require.ErrorIs(t, why, down)
}

type failing struct {
	ports.ClickLog

	with error
}

func (f failing) Append(context.Context, ...attribution.Click) error { return f.with }
