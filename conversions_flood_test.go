package twist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/testkit"
)

// floods makes so many valid clicks on a link at this moment, by machine, and as many others that count for nothing. It
// gives one of them that counts.
func (w *world) floods(code string, clicks int) attribution.ClickID {
	w.t.Helper()
	named, found, err := w.config.Clicks.Find(w.ctx(), w.click(code))
	require.NoError(w.t, err)
	require.True(w.t, found)
	var all []attribution.Click
	for i := range 2*clicks - 1 {
		click := named
		click.ID, click.Visitor = attribution.ClickID(w.config.IDs.New("clk")), fmt.Sprint("machine ", i%9)
		if i >= clicks-1 {
			click.Verdict = "duplicate"
		}
		all = append(all, click)
	}
	require.NoError(w.t, w.config.Clicks.Append(w.ctx(), all...))
	return named.ID
}

// sells reports an order by a click.
func (s scene) sells(id string, click attribution.ClickID) attribution.Commission {
	s.t.Helper()
	return s.only(s.order(s.program, id, testkit.TWIST(10), click))
}

// visited is a click on ada's link, a minute ago.
func (s scene) visited() attribution.ClickID {
	s.t.Helper()
	click := s.click(s.code)
	s.clock.Advance(time.Minute)
	return click
}

// I-17: a flood is exactly ten thousand valid clicks for each order that stands, of one influencer in one program, in days that are
// over. What she earns by clicks is held then, all of it while somebody is to look; never what a promo code did, and never what
// others earn, be it by the same order.
func TestWhatAFloodEarnsIsHeld(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		w.pool("bea", 0)
		bea := w.link("bea", s.program)
		s.floods(s.code, 10_000)
		s.floods(bea, 9_999)
		s.clock.Advance(time.Minute)
		today := s.sells("today", s.visited())
		require.Equal(t, attribution.Pending, today.State, "the day is not over")
		s.clock.Advance(day)
		second := s.sells("second", s.visited())
		require.Equal(t, attribution.Pending, second.State, "10,001 clicks, two orders")
		s.rejects(today)
		s.rejects(second)
		first := s.sells("first", s.visited())
		require.Equal(t, attribution.Held, first.State, "what was refused is no order")
		open := s.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, []any{fraud.KindOrders, []fraud.Name{fraud.ClickFlooding}, 80, string(s.program) + "/" + string(first.Influencer) + "/click_flooding", first.Alert},
			[]any{open[0].Kind, open[0].Rules, open[0].Score, open[0].Subject, attribution.AlertID(open[0].ID)})
		require.Equal(t, attribution.Held, s.sells("next", s.visited()).State, "more orders now are no answer")

		hers := w.click(bea)
		s.clock.Advance(time.Minute)
		require.Equal(t, attribution.Pending, s.sells("bea's", hers).State, "one click less")
		require.EqualValues(t, 2, s.openAlerts()[0].Count)
		require.Equal(t, 2, s.resolves(open[0].ID, true))

		again := s.sells("again", s.visited())
		require.Equal(t, attribution.Held, again.State, "what was upheld is found again")
		require.NotEqual(t, first.Alert, again.Alert)
		s.sound()
	})
}

// I-17: a click is held against the days until its own, however late its order comes, and one of a quiet week is not.
func TestAFloodIsRemembered(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		flooded := s.floods(s.code, 10_000)
		s.clock.Advance(20 * day)
		require.Equal(t, attribution.Held, s.sells("late", flooded).State)
		require.Equal(t, attribution.Pending, s.sells("quiet", s.visited()).State)
		require.Len(t, s.openAlerts(), 1)
		s.sound()
	})
}

// I-17: what an operator found good is not found again by the same days: only once all seven are later.
func TestADismissedFloodIsNotFoundAgainByTheSameDays(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.clock.Advance(10 * time.Hour)
		flooded := s.floods(s.code, 10_000)
		s.clock.Advance(day)
		held := s.sells("held", s.visited())
		require.Equal(t, attribution.Held, held.State)
		require.Equal(t, 1, s.resolves(fraud.AlertID(held.Alert), false))
		require.Equal(t, attribution.Pending, s.sells("the same days", s.visited()).State)
		s.clock.Advance(2 * day) // day 3
		s.floods(s.code, 40_000)
		s.clock.Advance(5 * day)
		require.Equal(t, attribution.Pending, s.sells("one of the days is that of the decision", s.visited()).State)
		require.Equal(t, attribution.Pending, s.sells("before it", flooded).State)
		s.clock.Advance(day)
		require.Equal(t, attribution.Held, s.sells("all are later", s.visited()).State)
		s.sound()
	})
}

// I-17: of an order that several brought, the one's who flooded is held, and the others' is not; a promo code is no click.
func TestAFloodHoldsNobodyElse(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		d := codedIn(w)
		d.floods(d.codes["ada"], 10_000)
		d.clock.Advance(day)
		click := d.visit("ada", "bea")
		d.clock.Advance(time.Minute)
		states := func(id, promo string) map[attribution.AccountID]attribution.State {
			sold, err := d.types(id, promo, click)
			require.NoError(t, err)
			all := map[attribution.AccountID]attribution.State{}
			for _, c := range sold.Commissions {
				all[c.Holder] = c.State
			}
			return all
		}
		ada, bea := attribution.AccountID(d.signIn("ada").Account), attribution.AccountID(d.signIn("bea").Account)
		require.Equal(t, map[attribution.AccountID]attribution.State{ada: attribution.Held, bea: attribution.Pending}, states("both", ""))
		require.Equal(t, map[attribution.AccountID]attribution.State{ada: attribution.Pending}, states("typed", "FAY-10"))
		d.sound()
	})
}

// I-17: a flood over many links is one: however few clicks each of them has.
func TestAFloodOverManyLinks(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		named, found, err := s.config.Clicks.Find(s.ctx(), s.click(s.code))
		require.NoError(t, err)
		require.True(t, found)
		var all []attribution.Click
		for i := range 9_999 {
			click := named
			click.ID, click.Link = attribution.ClickID(s.config.IDs.New("clk")), attribution.LinkID(fmt.Sprint("link_", i/5))
			all = append(all, click)
		}
		require.NoError(t, s.config.Clicks.Append(s.ctx(), all...))
		s.clock.Advance(day)
		require.Equal(t, attribution.Held, s.sells("held", s.visited()).State)
		s.sound()
	})
}
