package fraud_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
)

var update = flag.Bool("update", false, "write docs/fraud-figures.md")

// draws gives the same numbers for the same seed, in every version of Go: SplitMix64.
type draws uint64

func (d *draws) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// between draws evenly.
func (d *draws) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.below(int((high-low)/time.Millisecond)+1))*time.Millisecond
}

// hand is how long a person takes: mostly little more than low, now and then almost high.
func (d *draws) hand(low, high time.Duration) time.Duration {
	x := time.Duration(d.below(1_000))
	return low + (high-low)/1_000*x/1_000*x + time.Duration(d.below(1_000))*time.Millisecond
}

// scene is where the stakes of one case happen. It remembers as the stores do, and a refused stake leaves nothing but
// the block.
type scene struct {
	*draws

	at       time.Time
	conducts map[fraud.AccountID]fraud.Conduct
	crowds   map[fraud.PoolID]fraud.Crowd
	places   map[fraud.Visitor]fraud.Place
	shared   map[fraud.AccountID]time.Time
	opened   map[fraud.PoolID]time.Time
	in       map[fraud.PoolID]map[int64]money.Amount

	broken map[fraud.Name]bool
	ruling fraud.Ruling // the hardest
}

func newScene(seed int) *scene {
	d := draws(seed)
	return &scene{
		draws: &d, at: now.Add(time.Duration(d.below(86_400)) * time.Second), ruling: fraud.Pass,
		conducts: map[fraud.AccountID]fraud.Conduct{}, crowds: map[fraud.PoolID]fraud.Crowd{}, places: map[fraud.Visitor]fraud.Place{},
		shared: map[fraud.AccountID]time.Time{}, opened: map[fraud.PoolID]time.Time{}, in: map[fraud.PoolID]map[int64]money.Amount{},
		broken: map[fraud.Name]bool{},
	}
}

// visitor hides an address: its name is in clear here, and another each day all the same.
func visitorOn(address string, at time.Time) fraud.Visitor {
	return fraud.Visitor(address + at.Format(time.DateOnly))
}

// stake is one of whole TWIST, by an account in a pool from an address.
func (s *scene) stake(account, pool, address string, twist int) {
	stake := fraud.Stake{
		Account: fraud.AccountID(account), Pool: fraud.PoolID(pool), Amount: money.Amount(twist) * 1_000_000_000, At: s.at,
		From: visitorOn(address, s.at), Before: visitorOn(address, s.at.Add(-day)),
	}
	visit, today := fraud.Visit{Account: stake.Account, At: s.at}, s.at.Unix()/86_400
	if s.in[stake.Pool] == nil {
		s.in[stake.Pool] = map[int64]money.Amount{}
	}
	place := s.places[stake.From].Noted(visit)
	h := fraud.History{
		Conduct: s.conducts[stake.Account].Noted(fraud.Mark{At: s.at, Amount: stake.Amount}), Crowd: s.crowds[stake.Pool].Noted(visit),
		Neighbors: slices.Concat(s.places[stake.Before].Visits, place.Visits), SharedAt: s.shared[stake.Account],
		Today: s.in[stake.Pool][today], Opened: s.opened[stake.Pool],
	}
	if h.Opened.IsZero() {
		h.Opened = now // a young pool
	}
	for n := range int64(fraud.SurgeDays) {
		h.Before += s.in[stake.Pool][today-1-n]
	}
	ruling := fraud.Block
	if !h.Conduct.Bars(s.at) {
		found := fraud.Canonical().Judge(stake, h)
		for _, f := range found {
			s.broken[f.Rule] = true
		}
		if ruling = fraud.Canonical().Rule(found); ruling == fraud.Block {
			s.conducts[stake.Account] = s.conducts[stake.Account].Bar("alrt_a", s.at.Add(fraud.Canonical().BlockFor))
		}
	}
	order := []fraud.Ruling{fraud.Pass, fraud.Review, fraud.Block}
	s.ruling = order[max(slices.Index(order, s.ruling), slices.Index(order, ruling))]
	if ruling != fraud.Block {
		s.conducts[stake.Account], s.crowds[stake.Pool], s.places[stake.From] = h.Conduct, h.Crowd, place
		s.in[stake.Pool][today] += stake.Amount
	}
}

// grown is a pool of two months that took in about so many whole TWIST each day, from fans who are not looked at.
func (s *scene) grown(pool string, daily int) {
	s.opened[fraud.PoolID(pool)] = s.at.Add(-60 * day)
	s.in[fraud.PoolID(pool)] = map[int64]money.Amount{}
	for n := range int64(40) {
		s.in[fraud.PoolID(pool)][s.at.Unix()/86_400-1-n] = money.Amount(daily/2+s.below(daily)) * 1_000_000_000
	}
}

func (s *scene) wait(d time.Duration) { s.at = s.at.Add(d) }

// tally is what became of the cases of a habit, or of those in which a rule was broken.
type tally struct{ cases, passed, reviewed, blocked int }

func (t *tally) count(r fraud.Ruling) {
	t.cases++
	switch r {
	case fraud.Block:
		t.blocked++
	case fraud.Review:
		t.reviewed++
	default:
		t.passed++
	}
}

// percent is a share in whole percent, rounded down, or a dash of nothing.
func percent(of, all int) string {
	if all == 0 {
		return "—"
	}
	return fmt.Sprintf("%d %%", of*100/all)
}

// figures is docs/fraud-figures.md: every habit played cases times, and what the canonical rules made of it.
func figures() string {
	const cases = 60
	var page, byHabit strings.Builder
	var honest, wrong tally
	fired, right := map[fraud.Name]int{}, map[fraud.Name]int{}
	aimed, caught := map[fraud.Name]int{}, map[fraud.Name]int{}
	for i, h := range habits() {
		var all tally
		for n := range cases {
			s := newScene(1_000*i + n)
			h.play(s)
			all.count(s.ruling)
			sum := &wrong
			if h.honest {
				sum = &honest
			}
			sum.count(s.ruling)
			for name := range s.broken {
				if fired[name]++; !h.honest {
					right[name]++
				}
			}
			for _, name := range h.aim {
				if aimed[name]++; s.broken[name] {
					caught[name]++
				}
			}
		}
		kind := "wrong"
		if h.honest {
			kind = "honest"
		}
		fmt.Fprintf(&byHabit, "| %s | %s | %d | %d | %d |\n", kind, h.name, all.passed, all.reviewed, all.blocked)
	}
	fmt.Fprintf(&page, figuresHead, honest.cases+wrong.cases, len(habits()), cases,
		percent(honest.passed, honest.cases), percent(honest.reviewed, honest.cases), percent(honest.blocked, honest.cases),
		percent(wrong.blocked, wrong.cases), percent(wrong.reviewed, wrong.cases), percent(wrong.passed, wrong.cases))
	for _, name := range fraud.Names() {
		fmt.Fprintf(&page, "| `%s` | %d | %s | %d | %s |\n", name, fired[name], percent(right[name], fired[name]), aimed[name], percent(caught[name], aimed[name]))
	}
	fmt.Fprintf(&page, figuresHabits, byHabit.String())
	page.WriteString(sold(cases))
	return page.String()
}

const figuresHead = `# How good the rules of fraud are

Written by ` + "`go test ./core/fraud -run Figures -update`" + `, and held against it by the same test. %d cases are played against
the canonical rules: %d habits, %d times each, with other amounts and moments every time. Whether a habit is honest is
ours to say, and how often each occurs in the world nobody knows: these are figures of the rules on this mixture, not of
traffic. The habits stand in ` + "`core/fraud/habits_test.go`" + `; among the honest ones are those that look worst, and among
the wrong ones those that know the rules.

Of honest cases %s pass, %s are looked at and %s are refused somewhere on the way; of wrong ones %s are refused, %s
looked at, and %s pass.

## By rule

*Precision* is the part of the cases in which a rule was broken that were wrong; *recall* the part of the cases that it
is there for in which it was broken.

| rule | broken in | precision | there for | recall |
|---|---|---|---|---|
`

const figuresHabits = `
## By habit

| | habit | passed | reviewed | refused |
|---|---|---|---|---|
%s`

// The page of figures is what the rules and the corpus give: whoever changes either publishes what that does.
func TestFigures(t *testing.T) {
	t.Parallel()
	const path = "../../docs/fraud-figures.md"
	page := figures()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(page), 0o600))
	}
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(kept, []byte(page)), "docs/fraud-figures.md is not what the rules give:\n%s", page)
	aims := map[fraud.Name]bool{}
	for _, h := range habits() {
		require.Equal(t, h.honest, len(h.aim) == 0, h.name)
		for _, name := range h.aim {
			aims[name] = true
		}
	}
	for _, w := range ways() {
		for _, name := range w.aim {
			aims[name] = true
		}
	}
	require.Len(t, aims, len(fraud.Names())+len(fraud.OrderNames()), "every rule is there for something")
	require.GreaterOrEqual(t, 60*(len(habits())+len(ways())), 2_000)
}
