package fraud_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fraud"
)

// trade is what one influencer brings one program in one case. It remembers as the stores do; nobody resolves an alert.
type trade struct {
	*draws

	at      time.Time
	tie     fraud.Credit // how she is tied to the merchant
	clicks  map[int64]int64
	earned  []time.Time
	watched bool

	broken       map[fraud.Name]bool
	passed, held int
}

func newTrade(seed int) *trade {
	d := draws(seed)
	t := &trade{draws: &d, at: now.Truncate(day).Add(30 * day), clicks: map[int64]int64{}, broken: map[fraud.Name]bool{}}
	t.wait(8*time.Hour + t.between(0, 8*time.Hour))
	return t
}

func (t *trade) wait(d time.Duration) { t.at = t.at.Add(d) }

// among is a count from low to high.
func (t *trade) among(low, high int) int { return low + t.below(high-low+1) }

// visits are valid clicks that bring no order, on each of so many days until today's.
func (t *trade) visits(days, low, high int) {
	for n := range int64(days) {
		t.clicks[t.at.Unix()/86_400-n] += int64(t.among(low, high))
	}
}

// lone are valid clicks that one neighborhood makes on each of so many days. No more of a day's are held against anybody than
// clicks.Canonical lets it have.
func (t *trade) lone(days, low, high int) {
	const most = 97
	for n := range int64(days) {
		t.clicks[t.at.Unix()/86_400-n] += int64(min(t.among(low, high), most))
	}
}

// before are orders of the days before, which passed.
func (t *trade) before(days, each int) {
	for n := range days * each {
		t.earned = append(t.earned, t.at.Add(-day*time.Duration(n+1)/time.Duration(each)))
	}
}

// sale is an order so long after a click of this moment.
func (t *trade) sale(after time.Duration) {
	t.clicks[t.at.Unix()/86_400]++
	c := t.tie
	c.Clicked, c.Ordered = t.at, t.at.Add(after)
	from, to := fraud.Canonical().Days(c.Clicked, c.Ordered)
	for n := from.Unix() / 86_400; n < to.Unix()/86_400; n++ {
		c.Traffic.Clicks += t.clicks[n]
	}
	c.Traffic.Orders = 1
	for _, at := range t.earned {
		if !at.Before(from) {
			c.Traffic.Orders++
		}
	}
	c.Traffic.Watched = t.watched
	t.judge(c)
}

// code is an order by a promo code.
func (t *trade) code() {
	c := t.tie
	c.Ordered = t.at
	t.judge(c)
}

func (t *trade) judge(c fraud.Credit) {
	t.earned = append(t.earned, c.Ordered)
	found, some := fraud.Canonical().Suspect(c)
	if !some {
		t.passed++
		return
	}
	t.held++
	t.broken[found.Rule] = true
	t.watched = t.watched || found.Rule == fraud.ClickFlooding
}

// way is a way to bring orders, honest or not.
type way struct {
	name string
	aim  []fraud.Name // the rules that are there for it; none where it is honest
	play func(t *trade)
}

// sold is what became of the orders of ways: the part of the page about them.
func sold(cases int) string {
	var byRule, byWay strings.Builder
	fired, right, aimed, caught := map[fraud.Name]int{}, map[fraud.Name]int{}, map[fraud.Name]int{}, map[fraud.Name]int{}
	var honest, wrong trade
	for i, w := range ways() {
		sum, kind, orders := &wrong, "wrong", trade{}
		if len(w.aim) == 0 {
			sum, kind = &honest, "honest"
		}
		for n := range cases {
			t := newTrade(1_000_000 + 1_000*i + n)
			w.play(t)
			orders.passed, orders.held = orders.passed+t.passed, orders.held+t.held
			for name := range t.broken {
				if fired[name]++; kind == "wrong" {
					right[name]++
				}
			}
			for _, name := range w.aim {
				if aimed[name]++; t.broken[name] {
					caught[name]++
				}
			}
		}
		sum.passed, sum.held = sum.passed+orders.passed, sum.held+orders.held
		fmt.Fprintf(&byWay, "| %s | %s | %d | %s |\n", kind, w.name, orders.passed+orders.held, percent(orders.held, orders.passed+orders.held))
	}
	for _, name := range fraud.OrderNames() {
		fmt.Fprintf(&byRule, "| `%s` | %d | %s | %d | %s |\n", name, fired[name], percent(right[name], fired[name]), aimed[name], percent(caught[name], aimed[name]))
	}
	return fmt.Sprintf(figuresOrders, len(ways())*cases, len(ways()), cases, honest.passed+honest.held, percent(honest.held, honest.passed+honest.held),
		wrong.passed+wrong.held, percent(wrong.held, wrong.passed+wrong.held), byRule.String(), byWay.String())
}

const figuresOrders = `
## Orders

%d cases more are what influencers bring to programs: %d ways, %d times each, of one order or many. They stand in
` + "`core/fraud/ways_test.go`" + `. Of %d honest orders %s are held until an operator has looked, and of %d wrong ones %s.
What [the rules for clicks](click-rules.md) drop brings no order: here all clicks are valid.

| rule | broken in | precision | there for | recall |
|---|---|---|---|---|
%s
| | way | orders | held |
|---|---|---|---|
%s`
