package contract

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// monday is the first hour of a week and of no month.
var monday = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// anHour is the one from monday on.
var anHour = []attribution.Period{{From: monday, To: monday.Add(time.Hour)}}

// drawnClicks are clicks of three links of two programs over three days, by few visitors, in no order.
func drawnClicks(seed uint64, n int) []attribution.Click {
	random := rand.New(rand.NewPCG(seed, 7))
	verdicts := []attribution.Verdict{attribution.Valid, attribution.Valid, attribution.Valid, "robot", "duplicate"}
	all := make([]attribution.Click, n)
	for i := range all {
		k, l := click(i), random.IntN(3)
		k.Link, k.Program, k.Holder = link(l).ID, program(l/2).ID, attribution.AccountID(accountID(l%2))
		k.Visitor = fmt.Sprintf("visitor %d", random.IntN(5))
		if random.IntN(20) == 0 {
			k.Visitor = ""
		}
		k.At, k.Verdict = monday.Add(time.Duration(random.IntN(72*3600))*time.Second), verdicts[random.IntN(len(verdicts))]
		k.Excess = k.Verdict == attribution.Valid && random.IntN(3) == 0
		if random.IntN(4) == 0 { // at the border of two hours
			k.At = k.At.Truncate(time.Hour)
		}
		all[i] = k
	}
	return all
}

// visitsOf counts clicks of a period as the port says, from the clicks themselves.
func visitsOf(clicks []attribution.Click, in attribution.Period, program attribution.ProgramID, link attribution.LinkID) attribution.Visits {
	var v attribution.Visits
	type seen struct {
		day     time.Time
		visitor string
	}
	known := map[seen]bool{}
	for _, k := range clicks {
		if k.Program != program || link != "" && k.Link != link || !in.Has(k.At) {
			continue
		}
		v = v.Count(k.Verdict, 1, 0)
		if k.Verdict == attribution.Valid && k.Visitor != "" {
			known[seen{k.At.Truncate(24 * time.Hour), k.Visitor}] = true
		}
	}
	v.Visitors = int64(len(known))
	return v
}

// requireCounts holds that a log counts what clicks add up to, in every step.
func requireCounts(t *testing.T, s ports.ClickLog, clicks []attribution.Click) {
	t.Helper()
	for _, by := range attribution.Steps() {
		periods, err := attribution.Periods(by, attribution.Period{From: monday.Add(-time.Hour), To: monday.Add(74 * time.Hour)})
		require.NoError(t, err)
		for l := range 4 {
			for _, id := range []attribution.LinkID{"", link(l).ID} {
				of := program(l / 2).ID
				got, err := s.Count(t.Context(), of, id, periods)
				require.NoError(t, err)
				require.Len(t, got, len(periods))
				for i, p := range periods {
					require.Equal(t, visitsOf(clicks, p, of, id), got[i], "%s %s %q %s", by, of, id, p.From)
				}
			}
		}
	}
}

func clickCounts(t *testing.T, s ports.ClickLog) {
	clicks := drawnClicks(1, 400)
	requireCounts(t, s, nil)
	for batch := range slices.Chunk(clicks, 37) {
		keep(t, s, batch...)
	}
	requireCounts(t, s, clicks)
	none, err := s.Count(t.Context(), program(0).ID, "", nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func clickCountedOnce(t *testing.T, s ports.ClickLog) {
	clicks := drawnClicks(2, 90)
	var failed atomic.Int32
	race(func() { // all tell of the same clicks
		for batch := range slices.Chunk(clicks, 29) {
			if s.Append(t.Context(), batch...) != nil {
				failed.Add(1)
			}
		}
	})
	require.Zero(t, failed.Load())
	requireCounts(t, s, clicks)
}

func clickLinks(t *testing.T, s ports.ClickLog) {
	clicks := drawnClicks(3, 300)
	keep(t, s, clicks...)
	days := attribution.Period{From: monday, To: monday.Add(48 * time.Hour)}
	for _, of := range []attribution.Whose{
		{Program: program(0).ID},
		{Holder: attribution.AccountID(accountID(0))},
		{Program: program(9).ID},
		{Program: program(0).ID, Holder: attribution.AccountID(accountID(0))},
		{Program: program(1).ID, Holder: attribution.AccountID(accountID(1))},
	} {
		var want []attribution.LinkVisits
		for l := range 3 {
			of0 := func(k attribution.Click) bool {
				return k.Link == link(l).ID && (of.Program == "" || k.Program == of.Program) && (of.Holder == "" || k.Holder == of.Holder)
			}
			if !slices.ContainsFunc(clicks, of0) {
				continue
			}
			v := visitsOf(clicks, days, program(l/2).ID, link(l).ID)
			counts := attribution.LinkVisits{Link: link(l).ID, Valid: v.Valid, Visitors: v.Visitors}
			for _, k := range clicks {
				if k.Excess && k.Link == counts.Link && days.Has(k.At) {
					counts.Excess++
				}
			}
			want = append(want, counts)
		}
		slices.SortFunc(want, func(a, b attribution.LinkVisits) int {
			return cmp.Or(cmp.Compare(b.Valid, a.Valid), cmp.Compare(a.Link, b.Link))
		})
		for limit := range len(want) + 2 {
			got, err := s.CountLinks(t.Context(), of, days, nil, limit)
			require.NoError(t, err)
			require.True(t, slices.Equal(want[:min(limit, len(want))], got), "%v %v", want, got)
		}
		for _, one := range want {
			got, err := s.CountLinks(t.Context(), of, days, []attribution.LinkID{one.Link, "another"}, 9)
			require.NoError(t, err)
			require.Equal(t, []attribution.LinkVisits{one}, got)
		}
		got, err := s.CountLinks(t.Context(), of, days, []attribution.LinkID{}, 9)
		require.NoError(t, err)
		require.Empty(t, got, "of no links nothing is given")
	}
}

func clickCountsStay(t *testing.T, s ports.ClickLog) {
	clicks := drawnClicks(4, 60)
	keep(t, s, clicks...)
	now := monday.Add(attribution.ClicksKept + 240*time.Hour)
	_, err := s.Rotate(t.Context(), now, attribution.ClicksKept)
	require.NoError(t, err)
	requireCounts(t, s, clicks)
}
