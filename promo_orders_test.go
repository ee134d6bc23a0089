package twist_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// coded is a world in which ada has a promo code beside her link.
type coded struct {
	divided

	link attribution.Link
}

func codedIn(w *world) coded {
	d := dividedIn(w, attribution.Linear, testkit.TWIST(1_000))
	made, err := d.Attribution.MakeLink(d.ctx(), d.signIn("ada"), attribution.NewLink{Program: d.program, Destination: "https://shop.example/", Promo: "fay-10"})
	require.NoError(d.t, err)
	return coded{d, made.Link}
}

// types reports an order whose buyer typed a code.
func (c coded) types(id, promo string, click attribution.ClickID) (twist.Converted, error) {
	order := orderOf(c.program, id, testkit.TWIST(10), click)
	order.Promo = attribution.Promo(promo)
	return c.Attribution.ReportConversion(c.ctx(), c.signIn("shop"), order)
}

// reasons explains an order to shop, as the reasons of its touches by holder.
func (c coded) reasons(sold twist.Converted) map[string]attribution.Reason {
	c.t.Helper()
	explained, err := c.Attribution.Explain(c.ctx(), c.signIn("shop"), sold.Conversion.ID)
	require.NoError(c.t, err)
	all := map[string]attribution.Reason{}
	for _, touch := range explained.Explanation.Touches {
		for name := range c.codes {
			if touch.Holder == attribution.AccountID(c.signIn(name).Account) {
				all[fmt.Sprint(name, touch.Click == "")] = touch.Reason
			}
		}
	}
	require.Equal(c.t, attribution.ByPromo, explained.Explanation.Evidence)
	return all
}

// A promo code is stronger than any click: the order is its influencer's under every model, typed as it looks, and the
// others are told why theirs do not count. What was typed is not kept: names are in it.
func TestPromoCodesEarnWithoutAClick(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		alone, err := c.types("1", "FAY1O", "")
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(alone))
		beats, err := c.types("2", " fay-10 ", c.visit("bea", "cyd"))
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(beats))
		require.Equal(t, map[string]attribution.Reason{
			"adatrue": attribution.Counted, "beafalse": attribution.Overruled, "cydfalse": attribution.Overruled,
		}, c.reasons(beats))
		again, err := c.types("1", "fay1o", "")
		require.NoError(t, err)
		require.Equal(t, alone, again)
		for _, other := range []string{"FAY-10", ""} {
			require.ErrorIs(t, got(c.types("1", other, "")), attribution.ErrOrderConflict)
		}
		require.ErrorIs(t, got(c.types("3", "FAY", "")), attribution.ErrPromo)
		require.ErrorIs(t, got(c.types("3", "FAY-11", "")), attribution.ErrPromoUnknown)
		later, err := c.types("3", "FAY-10", "")
		require.NoError(t, err, "what was refused kept nothing")
		require.NotContains(t, fmt.Sprintf("%+v", []any{alone, beats, later}), "FAY")
		for _, event := range c.told() {
			require.NotContains(t, strings.ToUpper(fmt.Sprintf("%+v", event)), "FAY")
		}
		other := c.world.program("shop", 0)
		require.ErrorIs(t, got(c.Attribution.ReportConversion(c.ctx(), c.signIn("shop"), attribution.Order{
			Program: other, ID: "1", Amount: 1, Currency: attribution.Currency, Promo: "FAY-10",
		})), attribution.ErrPromoUnknown, "a code is one of its program")
		c.sound()
	})
}

// A promo code of a link that is off earns nothing, and is nobody else's: neither of those whose links were followed.
func TestPromoCodesOfLinksThatAreOff(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		ada, click := c.signIn("ada"), c.visit("bea")
		_, err := c.Attribution.WithdrawLink(c.ctx(), ada, c.link.ID)
		require.NoError(t, err)
		off, err := c.types("1", "FAY-10", click)
		require.NoError(t, err)
		require.Empty(t, off.Commissions)
		require.Equal(t, map[string]attribution.Reason{"adatrue": attribution.Off, "beafalse": attribution.Overruled}, c.reasons(off))
		_, err = c.Attribution.RestoreLink(c.ctx(), ada, c.link.ID, c.clock.Now().Add(time.Hour))
		require.NoError(t, err)
		on, err := c.types("2", "FAY-10", click)
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(on))
		c.clock.Advance(time.Hour)
		expired, err := c.types("3", "FAY-10", click)
		require.NoError(t, err)
		require.Empty(t, expired.Commissions)
		require.Empty(t, c.grossOf(expired))

		_, err = c.Attribution.RestoreLink(c.ctx(), ada, c.link.ID, time.Time{})
		require.NoError(t, err)
		c.closes(c.program)
		require.ErrorIs(t, got(c.types("4", "FAY-10", click)), attribution.ErrProgramClosed, "it is typed after the end")
		late, err := c.types("4", "", click)
		require.NoError(t, err, "what was clicked before still earns")
		require.Equal(t, map[string]money.Amount{"bea": testkit.TWIST(2)}, c.grossOf(late))
		c.sound()
	})
}

// What was not looked at, or came when the program was closed, is said.
func TestExplanationsSayWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := dividedIn(w, attribution.Last, testkit.TWIST(100))
		explain := func(sold twist.Converted) attribution.Explanation {
			e, err := d.Attribution.Explain(d.ctx(), d.signIn("shop"), sold.Conversion.ID)
			require.NoError(t, err)
			return e.Explanation
		}
		follow := func(visitor string, times int) twist.Visit {
			var visit twist.Visit
			for range times {
				var err error
				d.clock.Advance(time.Second)
				visit, err = d.Attribution.Click(d.ctx(), d.codes["ada"], twist.Arrival{Browser: visitor})
				require.NoError(t, err)
				visitor = visit.Browser
			}
			return visit
		}
		visit := follow("", 100)
		hundred := explain(d.order(d.program, "1", testkit.TWIST(1), visit.Click.ID))
		require.Len(t, hundred.Touches, 100)
		require.False(t, hundred.More)
		visit = follow(visit.Browser, 1)
		more := explain(d.order(d.program, "2", testkit.TWIST(1), visit.Click.ID))
		require.Len(t, more.Touches, 100)
		require.True(t, more.More)

		few := follow("", 1)
		d.clock.Advance(time.Second)
		d.closes(d.program)
		after := follow(few.Browser, 2)
		closed := explain(d.order(d.program, "3", testkit.TWIST(1), after.Click.ID))
		require.Equal(t, []attribution.Reason{attribution.Counted, attribution.Closed, attribution.Closed},
			[]attribution.Reason{closed.Touches[0].Reason, closed.Touches[1].Reason, closed.Touches[2].Reason})
		require.Len(t, closed.Credits, 1)
		d.sound()
	})
}

// P-18: an order by a promo code whose link is withdrawn at the same moment is judged by one of both, and all of it by that.
func TestPromoOrdersWhileTheLinkIsWithdrawn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		sold, errs := together(21, func(i int) (twist.Converted, error) {
			if i == 10 {
				return twist.Converted{}, got(c.Attribution.WithdrawLink(c.ctx(), c.signIn("ada"), c.link.ID))
			}
			return c.types(numbered("order-", i), "FAY-10", "")
		})
		requireAll(t, errs)
		for i, one := range sold {
			if i == 10 {
				continue
			}
			touches, err := ports.Read(c.ctx(), c.store, func(ctx context.Context, v ports.View) ([]attribution.Touch, error) {
				return v.Touches.ListByConversion(ctx, one.Conversion.ID)
			})
			require.NoError(t, err)
			require.Equal(t, touches[0].Reason == attribution.Counted, len(one.Commissions) == 1)
		}
		c.sound()
	})
}
