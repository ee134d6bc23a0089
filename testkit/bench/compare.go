package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// figure is one question about speed.
type figure struct {
	number int
	title  string
	about  string // what is asked of whom
	open   func(ctx context.Context, b *bench) (comparing, error)
}

// comparing is a figure that is ready to be taken.
type comparing struct {
	parts []part
	close func(ctx context.Context) error
}

// part is one comparison: its sides take turns.
type part struct {
	title string // empty where a figure has but one
	unit  string // what is counted
	sides []side // in the order of their turns
	goals []goal
}

// side is one way to do the same work.
type side struct {
	name string
	each int                         // how many units one call does; zero means one
	prep func(context.Context) error // what comes before a round and is not measured, or nil
	run  func(ctx context.Context, lasts time.Duration) (sample, error)
}

// answer is what a part came to.
type answer struct {
	part     part
	outcomes []outcome
	verdicts []verdict
	memory   footprint
}

// compare takes a part: every side warms up, and then they take turns, so that whatever else the machine
// does meets all of them.
func (b *bench) compare(ctx context.Context, p part) (answer, error) {
	forget()
	rounds := make([][]sample, len(p.sides))
	for round := range b.rounds + 1 {
		for i, s := range p.sides {
			lasts := b.round
			if round == 0 {
				lasts = max(time.Second, b.round/4)
			}
			got, err := b.turn(ctx, s, lasts)
			if err != nil {
				return answer{}, fmt.Errorf("%s: %w", s.name, err)
			}
			if round == 0 {
				continue
			}
			rounds[i] = append(rounds[i], got)
			b.say("  %-28s %s %s/s", s.name, count(float64(got.calls*max(s.each, 1))/got.took.Seconds()), p.unit)
		}
	}
	return p.answer(rounds, look(b.postmaster)), nil
}

// answer puts the rounds of all sides together.
func (p part) answer(rounds [][]sample, m footprint) answer {
	a := answer{part: p, memory: m}
	byName := map[string]outcome{}
	for i, s := range p.sides {
		o := gather(s.name, max(s.each, 1), rounds[i])
		a.outcomes = append(a.outcomes, o)
		byName[s.name] = o
	}
	for _, g := range p.goals {
		a.verdicts = append(a.verdicts, g.judge(byName))
	}
	return a
}

// turn lets one side work once.
func (b *bench) turn(ctx context.Context, s side, lasts time.Duration) (sample, error) {
	if s.prep != nil {
		if err := s.prep(ctx); err != nil {
			return sample{}, err
		}
	}
	before, err := serverCPU(b.postmaster)
	if err != nil {
		return sample{}, err
	}
	got, err := s.run(ctx, lasts)
	if err != nil {
		return sample{}, err
	}
	after, err := serverCPU(b.postmaster)
	got.server = after - before
	if got.calls == 0 {
		err = errors.Join(err, errors.New("nothing was done"))
	}
	return got, err
}

// taken is a figure with its answers.
type taken struct {
	figure  figure
	answers []answer
}

// take takes one figure.
func (b *bench) take(ctx context.Context, f figure) (t taken, err error) {
	b.say("figure %d: %s", f.number, f.title)
	c, err := f.open(ctx, b)
	if err != nil {
		return taken{}, fmt.Errorf("figure %d: %w", f.number, err)
	}
	defer func() { err = errors.Join(err, c.close(context.WithoutCancel(ctx))) }()
	t.figure = f
	for _, p := range c.parts {
		b.say("  %s", p.title)
		a, err := b.compare(ctx, p)
		if err != nil {
			return taken{}, fmt.Errorf("figure %d: %w", f.number, err)
		}
		t.answers = append(t.answers, a)
	}
	return t, nil
}

// report takes all figures that are wanted and writes the page.
func (b *bench) report(ctx context.Context) (string, error) {
	m, err := b.machine(ctx)
	if err != nil {
		return "", err
	}
	var all []taken
	for _, f := range figures() {
		if !b.wants(f.number) {
			continue
		}
		t, err := b.take(ctx, f)
		if err != nil {
			return "", err
		}
		all = append(all, t)
	}
	return render(m, all, notes), nil
}
