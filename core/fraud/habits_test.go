package fraud_test

import (
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/fraud"
)

// habit is a way to stake, honest or not.
type habit struct {
	name   string
	honest bool
	aim    []fraud.Name // the rules that are there for it
	play   func(s *scene)
}

func named(what string, n int) string { return fmt.Sprint(what, n) }

// habits is the corpus: every habit is played many times, and is another case each time.
func habits() []habit {
	return append(honestHabits(), wrongHabits()...)
}

func honestHabits() []habit {
	return []habit{
		{"stakes now and then, as much as there is", true, nil, func(s *scene) {
			for range 3 + s.below(8) {
				s.stake("fan", named("pool", s.below(4)), "home", 10+s.below(90))
				s.wait(s.hand(2*time.Hour, 20*day))
			}
		}},
		{"saves the same amount every week", true, nil, func(s *scene) {
			for range 4 + s.below(9) {
				s.stake("fan", "pool", "home", 25)
				s.wait(7*day + s.between(-3*time.Hour, 3*time.Hour))
			}
		}},
		{"spreads one amount over four to eight pools by hand", true, nil, func(s *scene) {
			for n := range 4 + s.below(5) {
				s.stake("fan", named("pool", n), "home", 10)
				s.wait(s.hand(15*time.Second, 4*time.Minute))
			}
		}},
		{"spreads other amounts over four to eight pools by hand", true, nil, func(s *scene) {
			for n := range 4 + s.below(5) {
				s.stake("fan", named("pool", n), "home", 10+5*n+s.below(5))
				s.wait(s.hand(15*time.Second, 4*time.Minute))
			}
		}},
		{"lets a script of its own spread over five pools, a minute apart", true, nil, func(s *scene) {
			for n := range 5 {
				s.stake("fan", named("pool", n), "home", 10+5*n)
				s.wait(time.Minute + s.between(0, time.Second))
			}
		}},
		{"lets a script save once a day", true, nil, func(s *scene) {
			for range 10 + s.below(10) {
				s.stake("fan", "pool", "home", 10+s.below(10))
				s.wait(day + s.between(0, time.Second))
			}
		}},
		{"tries with little, then stakes what it came with", true, nil, func(s *scene) {
			for range 1 + s.below(4) {
				s.stake("fan", "pool", "home", 1+s.below(3))
				s.wait(s.hand(5*time.Minute, 3*day))
			}
			s.stake("fan", "pool", "home", 20+s.below(200))
		}},
		{"sits down for an evening of many pools", true, nil, func(s *scene) {
			for n := range 6 + s.below(9) {
				s.stake("fan", named("pool", n), "home", 5+s.below(60))
				s.wait(s.hand(time.Minute, 12*time.Minute))
			}
		}},
		{"a family of two to five behind one address", true, nil, func(s *scene) {
			for n := range 2 + s.below(4) {
				s.stake(named("fan", n), named("pool", n%2), "home", 10+s.below(90))
				s.wait(s.hand(time.Minute, 5*time.Hour))
			}
		}},
		{"an office of four to thirty behind one address", true, nil, func(s *scene) {
			for n := range 4 + s.below(27) {
				s.stake(named("fan", n), named("pool", s.below(5)), "office", 10+s.below(90))
				s.wait(s.hand(time.Minute, 40*time.Minute))
			}
		}},
		{"fans at home who follow one announcement", true, nil, func(s *scene) {
			for n := range 6 + s.below(25) {
				s.stake(named("fan", n), "pool", named("home", n), 10+s.below(90))
				s.wait(s.hand(2*time.Second, 90*time.Second))
			}
		}},
		{"a grown pool that has a good day", true, nil, func(s *scene) {
			s.grown("pool", 1_000)
			for n := range 10 + s.below(30) {
				s.stake(named("fan", n), "pool", named("home", n), 50+s.below(250))
				s.wait(s.hand(time.Minute, 30*time.Minute))
			}
		}},
		{"a wallet that changed hands in a family, days or weeks ago", true, nil, func(s *scene) {
			s.shared["fan"] = s.at.Add(-s.between(day, 20*day))
			for range 1 + s.below(3) {
				s.stake("fan", "pool", "home", 10+s.below(90))
				s.wait(s.hand(time.Hour, 3*day))
			}
		}},
	}
}

func wrongHabits() []habit {
	return []habit{
		{"a machine with one rhythm", false, []fraud.Name{fraud.RegularGaps}, func(s *scene) {
			gap := s.between(time.Second, 4*time.Minute)
			for n := range 8 + s.below(12) {
				s.stake("bot", named("pool", n%5), "host", 10+s.below(90))
				s.wait(gap + s.between(0, time.Second))
			}
		}},
		{"a machine that hides its rhythm behind chance", false, []fraud.Name{fraud.RapidStakes}, func(s *scene) {
			for n := range 12 + s.below(12) {
				s.stake("bot", named("pool", n%5), "host", 10+s.below(90))
				s.wait(s.between(20*time.Second, 5*time.Minute))
			}
		}},
		{"a machine that stays below every limit", false, []fraud.Name{fraud.RegularGaps}, func(s *scene) {
			for n := range 12 + s.below(12) {
				s.stake("bot", named("pool", n%5), "host", 10+s.below(90))
				s.wait(7 * time.Minute)
			}
		}},
		{"washes one amount in and out", false, []fraud.Name{fraud.EqualAmounts}, func(s *scene) {
			for range 6 + s.below(10) {
				s.stake("washer", "pool", "host", 500)
				s.wait(s.between(10*time.Minute, 3*time.Hour))
			}
		}},
		{"washes amounts that differ by little", false, []fraud.Name{fraud.EqualAmounts}, func(s *scene) {
			for range 6 + s.below(10) {
				s.stake("washer", "pool", "host", 490+s.below(20))
				s.wait(s.between(10*time.Minute, 3*time.Hour))
			}
		}},
		{"looks small, then pushes a pool up at once", false, []fraud.Name{fraud.AmountJump, fraud.PoolSurge}, func(s *scene) {
			s.grown("pool", 500)
			for range 3 + s.below(5) {
				s.stake("pusher", "other", "host", 5+s.below(20))
				s.wait(s.hand(time.Hour, 2*day))
			}
			s.stake("pusher", "pool", "host", 1_000+s.below(9_000))
		}},
		{"a ring of six to forty accounts on one host, in one pool", false, []fraud.Name{fraud.BusyAddress, fraud.PoolCrowd}, func(s *scene) {
			for n := range 6 + s.below(35) {
				s.stake(named("ring", n), "pool", "host", 10+s.below(90))
				s.wait(s.between(2*time.Second, 40*time.Second))
			}
		}},
		{"a slow ring of six to twenty accounts on one host", false, []fraud.Name{fraud.BusyAddress}, func(s *scene) {
			for n := range 6 + s.below(15) {
				s.stake(named("ring", n), named("pool", s.below(3)), "host", 10+s.below(90))
				s.wait(s.between(20*time.Minute, 4*time.Hour))
			}
		}},
		{"a ring with an address for each account", false, []fraud.Name{fraud.PoolCrowd}, func(s *scene) {
			for n := range 6 + s.below(35) {
				s.stake(named("ring", n), "pool", named("proxy", n), 10+s.below(90))
				s.wait(s.between(2*time.Second, 40*time.Second))
			}
		}},
		{"goes on under another account with the wallet of a blocked one", false, []fraud.Name{fraud.SharedWallet}, func(s *scene) {
			s.shared["next"] = s.at.Add(-s.between(time.Minute, 9*day))
			for range 1 + s.below(4) {
				s.stake("next", "pool", "host", 10+s.below(90))
				s.wait(s.between(10*time.Minute, 5*time.Hour))
			}
		}},
	}
}
