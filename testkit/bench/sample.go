package main

import (
	"slices"
	"time"
)

// sample is what one round of one side did.
type sample struct {
	calls  int
	took   time.Duration
	waits  []time.Duration // how long each call took
	client time.Duration   // CPU time of whoever called
	server time.Duration   // CPU time of all processes of the server
}

// outcome is all rounds of one side together.
type outcome struct {
	name   string
	rates  []float64       // units per second of each round, sorted
	waits  []time.Duration // of all calls of all rounds, sorted
	client time.Duration   // CPU time per call
	server time.Duration
}

// gather puts the rounds of a side together; a call is each units.
func gather(name string, each int, rounds []sample) outcome {
	o := outcome{name: name}
	calls := 0
	for _, r := range rounds {
		o.rates = append(o.rates, float64(r.calls*each)/r.took.Seconds())
		o.waits = append(o.waits, r.waits...)
		o.client += r.client
		o.server += r.server
		calls += r.calls
	}
	slices.Sort(o.rates)
	slices.Sort(o.waits)
	if calls > 0 {
		o.client /= time.Duration(calls)
		o.server /= time.Duration(calls)
	}
	return o
}

// rate is the median of the rounds.
func (o outcome) rate() float64 {
	n := len(o.rates)
	switch {
	case n == 0:
		return 0
	case n%2 == 0:
		return (o.rates[n/2-1] + o.rates[n/2]) / 2
	}
	return o.rates[n/2]
}

// wait is how long a share of the calls took at most, in parts of a hundred.
func (o outcome) wait(percent int) time.Duration {
	if len(o.waits) == 0 {
		return 0
	}
	rank := (len(o.waits)*percent + 99) / 100 // the nearest rank: the smallest that so many are at or below
	return o.waits[max(rank, 1)-1]
}
