package main

import (
	"fmt"
	"time"
)

// goal is what a comparison is meant to show. One without a limit is only shown.
type goal struct {
	text  string
	limit float64
	kind  comparison
	ours  string // the side that is judged
	base  string // the side it is held against
}

type comparison int

const (
	// share wants ours to do at least limit of what base does per second.
	share comparison = iota
	// factor wants base to do at most limit times as much per second as ours.
	factor
	// slow wants 99 of 100 calls of ours to take at most limit seconds.
	slow
	// beside only shows what share ours does of base.
	beside
)

// atLeast is a goal of throughput of ours.
func atLeast(limit float64, base string) goal {
	return goal{fmt.Sprintf("at least %.0f %% of “%s”", 100*limit, base), limit, share, ours, base}
}

// within is a goal of not growing slower.
func within(limit float64, ours, base string) goal {
	return goal{fmt.Sprintf("at most %.3g× slower than “%s”", limit, base), limit, factor, ours, base}
}

// below is a goal of latency of ours.
func below(limit time.Duration) goal {
	return goal{fmt.Sprintf("p99 below %v", limit), limit.Seconds(), slow, ours, ""}
}

// shown is no goal: it puts a number beside another.
func shown(ours, base string) goal {
	return goal{fmt.Sprintf("beside “%s”", base), 0, beside, ours, base}
}

// verdict is how a goal came out.
type verdict struct {
	goal  goal
	value string // as a person reads it
	word  string // met, MISSED or nothing
}

// judge holds a goal against what was measured.
func (g goal) judge(of map[string]outcome) verdict {
	ours, base := of[g.ours], of[g.base]
	var value string
	var met bool
	switch g.kind {
	case share, beside:
		got := ratio(ours.rate(), base.rate())
		value, met = fmt.Sprintf("%.0f %%", 100*got), got >= g.limit
	case factor:
		got := ratio(base.rate(), ours.rate())
		value, met = fmt.Sprintf("%.2f×", got), got <= g.limit
	case slow:
		got := ours.wait(99)
		value, met = duration(got), got.Seconds() < g.limit
	}
	v := verdict{goal: g, value: value, word: "MISSED"}
	if met {
		v.word = "met"
	}
	if g.kind == beside {
		v.word = ""
	}
	return v
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
