package fraud_test

import (
	"time"

	"github.com/twist-platform/twist/core/fraud"
)

// ways is the corpus of orders: every way is played many times, and is another case each time.
func ways() []way { return append(honestWays(), wrongWays()...) }

// shop are orders over days, each after a click on one of them.
func (t *trade) shop(orders, days int, low, high time.Duration) {
	for range orders {
		t.sale(t.hand(low, high))
		t.wait(time.Duration(days) * day / time.Duration(orders))
	}
}

func honestWays() []way {
	return []way{
		{"buyers who read, then buy", nil, func(t *trade) {
			t.visits(7, 50, 800)
			t.shop(5+t.below(20), 3, 45*time.Second, 40*time.Minute)
		}},
		{"buyers who know what they want, with a card that is kept", nil, func(t *trade) {
			t.visits(7, 50, 800)
			t.shop(5+t.below(20), 3, 6*time.Second, 90*time.Second)
		}},
		{"buyers of one button, some of them faster than it loads", nil, func(t *trade) {
			t.visits(7, 50, 800)
			t.shop(5+t.below(20), 3, 3*time.Second, 30*time.Second)
		}},
		{"an integrator who tries the interface by hand", nil, func(t *trade) {
			t.shop(1+t.below(4), 1, time.Second, 40*time.Second)
		}},
		{"buyers who come back weeks later", nil, func(t *trade) {
			t.visits(7, 100, 1_200)
			for range 3 + t.below(8) {
				t.sale(t.hand(2*day, 29*day))
			}
		}},
		{"an office behind one address that buys what was sent around", nil, func(t *trade) {
			for range 10 + t.below(30) {
				t.sale(t.hand(30*time.Second, 15*time.Minute))
				t.wait(t.hand(2*time.Second, 2*time.Minute))
			}
		}},
		{"a small influencer whose first order comes after weeks", nil, func(t *trade) {
			t.visits(28, 0, 60)
			t.sale(t.hand(time.Minute, 3*time.Hour))
		}},
		{"an influencer whose followers look and seldom buy", nil, func(t *trade) {
			t.visits(7, 200, 1_400)
			t.shop(1+t.below(3), 2, time.Minute, 3*time.Hour)
		}},
		{"a story that goes around: a crowd within an hour, the first orders at once, more for days", nil, func(t *trade) {
			crowd := t.among(12_000, 90_000)
			t.visits(1, crowd, crowd)
			t.shop(crowd/t.among(400, 3_000)/4, 0, time.Minute, 30*time.Minute)
			t.wait(day)
			t.shop(1+crowd/t.among(400, 3_000), 4, time.Minute, 5*time.Hour)
		}},
		{"a comparison of prices that thousands pass through", nil, func(t *trade) {
			each := t.among(2, 8)
			t.visits(8, 500*each, 4_000*each)
			t.before(8, each)
			t.shop(2*each, 2, 20*time.Second, time.Hour)
		}},
		{"a game with a link on every screen", nil, func(t *trade) {
			t.visits(8, 3_000, 15_000)
			t.before(8, 1)
			t.shop(1+t.below(6), 3, 20*time.Second, time.Hour)
		}},
		{"a shop that sells a house a month", nil, func(t *trade) {
			t.visits(28, 200, 2_400)
			t.sale(t.hand(day, 20*day))
		}},
		{"buyers who type a promo code", nil, func(t *trade) {
			t.visits(7, 100, 4_000)
			for range 3 + t.below(20) {
				t.code()
				t.wait(t.hand(time.Minute, 5*time.Hour))
			}
		}},
		{"a couple with one mailbox, one sells and the other recommends", nil, func(t *trade) {
			t.tie.Mailbox = true
			t.shop(3+t.below(9), 3, time.Minute, time.Hour)
		}},
		{"an influencer whose links somebody else floods, from one address", nil, func(t *trade) {
			t.lone(8, 100_000, 216_000)
			t.before(7, 1+t.below(4))
			t.shop(5+t.below(20), 3, time.Minute, 3*time.Hour)
		}},
		{"an influencer whose links somebody else floods, from two hundred networks", nil, func(t *trade) {
			for range 200 {
				t.lone(8, 1_000, 10_000)
			}
			t.before(7, 1+t.below(4))
			t.shop(5+t.below(20), 3, time.Minute, 3*time.Hour)
		}},
	}
}

func wrongWays() []way {
	return []way{
		{"injects a click where an order is about to be", []fraud.Name{fraud.ClickInjection}, func(t *trade) {
			for range 5 + t.below(20) {
				t.sale(t.between(50*time.Millisecond, 1_900*time.Millisecond))
				t.wait(t.hand(time.Minute, 3*time.Hour))
			}
		}},
		{"injects a click when the cart is opened", []fraud.Name{fraud.ClickInjection, fraud.CookieStuffing}, func(t *trade) {
			for range 5 + t.below(20) {
				t.sale(t.hand(800*time.Millisecond, 25*time.Second))
				t.wait(t.hand(time.Minute, 3*time.Hour))
			}
		}},
		{"injects a click and waits two seconds", []fraud.Name{fraud.CookieStuffing}, func(t *trade) {
			for range 5 + t.below(20) {
				t.sale(t.between(2*time.Second, 4_900*time.Millisecond))
				t.wait(t.hand(time.Minute, 3*time.Hour))
			}
		}},
		{"injects a click and waits as long as a person", []fraud.Name{fraud.CookieStuffing}, func(t *trade) {
			for range 5 + t.below(20) {
				t.sale(t.hand(20*time.Second, 5*time.Minute))
				t.wait(t.hand(time.Minute, 3*time.Hour))
			}
		}},
		{"a coupon extension at the checkout", []fraud.Name{fraud.CookieStuffing}, func(t *trade) {
			for range 5 + t.below(20) {
				t.sale(t.hand(2*time.Second, 15*time.Second))
				t.wait(t.hand(time.Minute, 3*time.Hour))
			}
		}},
		{"floods, and takes what sells anyway", []fraud.Name{fraud.ClickFlooding}, func(t *trade) {
			t.visits(8, 60_000, 400_000)
			for range 5 + t.below(20) {
				t.sale(t.between(time.Minute, day))
				t.wait(t.hand(time.Hour, 6*time.Hour))
			}
		}},
		{"flooded for a day, and takes what sells for a month", []fraud.Name{fraud.ClickFlooding}, func(t *trade) {
			t.visits(1, 200_000, 900_000)
			for range 5 + t.below(15) {
				t.sale(t.between(day, 29*day))
			}
		}},
		{"began to flood this morning", []fraud.Name{fraud.ClickFlooding}, func(t *trade) {
			t.visits(1, 200_000, 900_000)
			for range 1 + t.below(10) {
				t.sale(t.between(time.Minute, 4*time.Hour))
			}
		}},
		{"floods beside honest orders of its own", []fraud.Name{fraud.ClickFlooding}, func(t *trade) {
			t.visits(8, 10_000, 60_000)
			t.before(8, 10)
			t.shop(20+t.below(20), 2, time.Minute, time.Hour)
		}},
		{"floods by many accounts, below the limit in each", []fraud.Name{fraud.ClickFlooding}, func(t *trade) {
			t.visits(8, 900, 1_300)
			t.sale(t.between(time.Minute, day))
		}},
		{"buys from itself, as one account or by one wallet", []fraud.Name{fraud.SelfReferral}, func(t *trade) {
			t.tie.Self = true
			t.shop(1+t.below(9), 3, 10*time.Second, time.Hour)
		}},
		{"buys from itself, by a second account with a tag in its address", []fraud.Name{fraud.SharedMailbox}, func(t *trade) {
			t.tie.Mailbox = true
			t.shop(1+t.below(9), 3, 10*time.Second, time.Hour)
		}},
		{"buys from itself, by two mailboxes and two wallets", []fraud.Name{fraud.SelfReferral, fraud.SharedMailbox}, func(t *trade) {
			t.shop(1+t.below(9), 3, 10*time.Second, time.Hour)
		}},
	}
}
