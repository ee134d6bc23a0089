package payouts_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// judged is an attempt that is usable up to height 100 and was built at slot 500.
var judged = payouts.Attempt{Genesis: "main", LastValidHeight: 100, Slot: 500}

// unseen is an answer with which the proof of death is complete, each part at its very edge.
func unseen(node string) payouts.Sighting {
	return payouts.Sighting{Node: node, Genesis: "main", FinalizedHeight: 101, FinalizedSlot: 600, StatusSlot: 600, FirstSlot: 500}
}

// answered is a node's answer that it has the attempt.
func answered(node string, status payouts.Status) payouts.Sighting {
	s := unseen(node)
	s.Status = status
	return s
}

// TestLyingNode: of several nodes, one that lies about anything that would be booked causes no booking,
// however often and in whichever place it answers. I-07
func TestLyingNode(t *testing.T) {
	t.Parallel()
	final := payouts.Status{Level: payouts.Finalized, Gas: 5_000}
	failed := payouts.Status{Level: payouts.Finalized, Gas: 5_000, Failure: "no funds"}
	dear := payouts.Status{Level: payouts.Finalized, Gas: 5_000_000}
	landed := payouts.Verdict{Fate: payouts.FateLanded, Gas: 5_000}
	seen := payouts.Verdict{Fate: payouts.FateSeen}
	foreign := answered("x", final)
	foreign.Genesis = "test"
	type list = []payouts.Sighting
	for name, test := range map[string]struct {
		sightings list
		want      payouts.Verdict
	}{
		"it_alone_says_final_of_two":     {list{answered("x", final), unseen("a")}, seen},
		"it_alone_says_final_of_three":   {list{answered("x", final), unseen("a"), unseen("b")}, seen},
		"it_says_so_twice":               {list{answered("x", final), answered("x", final), unseen("a")}, seen},
		"it_says_so_often":               {list{unseen("a"), answered("x", final), answered("x", final), answered("x", final), unseen("b")}, seen},
		"it_changes_its_mind":            {list{answered("x", final), unseen("x"), unseen("a")}, seen},
		"two_of_four_are_not_most":       {list{answered("a", final), answered("b", final), unseen("c"), unseen("d")}, seen},
		"three_of_four_are":              {list{answered("a", final), answered("b", final), answered("c", final), unseen("d")}, landed},
		"it_denies_and_two_say_final":    {list{unseen("x"), answered("a", final), answered("b", final)}, landed},
		"it_contradicts_on_the_effect":   {list{answered("a", final), answered("b", final), answered("x", failed)}, payouts.Verdict{}},
		"it_contradicts_and_comes_first": {list{answered("x", failed), answered("a", final), answered("b", final)}, payouts.Verdict{}},
		"it_contradicts_in_the_middle":   {list{answered("a", final), answered("x", failed), answered("b", final)}, payouts.Verdict{}},
		"it_contradicts_on_the_cost":     {list{answered("x", dear), answered("a", final), answered("b", final)}, payouts.Verdict{}},
		"it_contradicts_itself":          {list{answered("x", final), answered("x", failed)}, payouts.Verdict{}},
		"it_is_on_another_cluster":       {list{foreign, answered("a", final), answered("b", final)}, landed},
		"it_and_a_foreign_one":           {list{foreign, answered("a", final)}, seen},
		"only_foreign_ones":              {list{foreign, foreign}, payouts.Verdict{}},
		"the_others_are_on_their_way": {list{
			answered("x", final), answered("a", payouts.Status{Level: payouts.ConfirmedLevel}), answered("b", payouts.Status{Level: payouts.Processed}),
		}, seen},
		"only_node_there_is": {list{answered("a", final)}, landed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, judged.Judge(test.sightings))
		})
	}
}

// TestFates: dead needs the whole proof of two nodes; unproven needs that every node is past the
// attempt's life and that one has lost its history; anything less stays open.
func TestFates(t *testing.T) {
	t.Parallel()
	pair := func(change func(*payouts.Sighting), both bool) []payouts.Sighting {
		a, b := unseen("a"), unseen("b")
		change(&a)
		if both {
			change(&b)
		}
		return []payouts.Sighting{b, a}
	}
	for name, test := range map[string]struct {
		change    func(*payouts.Sighting)
		one, both payouts.Fate // when one node of two answers so, and when both do
	}{
		"the_whole_proof":         {func(*payouts.Sighting) {}, payouts.FateDead, payouts.FateDead},
		"may_still_land":          {func(s *payouts.Sighting) { s.FinalizedHeight = 100 }, payouts.FateOpen, payouts.FateOpen},
		"answered_too_early":      {func(s *payouts.Sighting) { s.StatusSlot = 599 }, payouts.FateOpen, payouts.FateOpen},
		"another_cluster":         {func(s *payouts.Sighting) { s.Genesis = "test" }, payouts.FateOpen, payouts.FateOpen},
		"blind":                   {func(s *payouts.Sighting) { s.FirstSlot = 501 }, payouts.FateUnproven, payouts.FateUnproven},
		"silent":                  {func(s *payouts.Sighting) { *s = payouts.Sighting{Node: s.Node} }, payouts.FateOpen, payouts.FateOpen},
		"blind_and_may_land":      {func(s *payouts.Sighting) { s.FirstSlot, s.FinalizedHeight = 501, 100 }, payouts.FateOpen, payouts.FateOpen},
		"blind_elsewhere":         {func(s *payouts.Sighting) { s.FirstSlot, s.Genesis = 501, "test" }, payouts.FateOpen, payouts.FateOpen},
		"blind_and_seen":          {func(s *payouts.Sighting) { s.FirstSlot, s.Status.Level = 501, payouts.Processed }, payouts.FateSeen, payouts.FateSeen},
		"seen":                    {func(s *payouts.Sighting) { s.Status.Level = payouts.Processed }, payouts.FateSeen, payouts.FateSeen},
		"seen_on_another_cluster": {func(s *payouts.Sighting) { s.Status.Level, s.Genesis = payouts.Processed, "test" }, payouts.FateOpen, payouts.FateOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, payouts.Verdict{Fate: test.one}, judged.Judge(pair(test.change, false)))
			require.Equal(t, payouts.Verdict{Fate: test.both}, judged.Judge(pair(test.change, true)))
		})
	}
	require.Equal(t, payouts.Verdict{}, judged.Judge(nil), "nobody proves nothing")
}

// Whatever one node of several says, beside honest ones that agree: what is booked is what the honest
// ones saw, an attempt they saw is never dead, and one that may still land is neither.
func TestHonestMajority(t *testing.T) {
	t.Parallel()
	truths := []payouts.Status{
		{},
		{Level: payouts.Processed},
		{Level: payouts.ConfirmedLevel, Failure: "no funds"},
		{Level: payouts.Finalized, Gas: 5_000},
		{Level: payouts.Finalized, Gas: 5_000, Failure: "no funds"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		truth := rapid.SampledFrom(truths).Draw(rt, "truth")
		height := rapid.Uint64Range(99, 102).Draw(rt, "height")
		var sightings []payouts.Sighting
		for i := range rapid.IntRange(1, 4).Draw(rt, "honest") {
			s := answered(fmt.Sprint(i), truth)
			s.FinalizedHeight, s.FirstSlot = height, rapid.Uint64Range(499, 502).Draw(rt, "first")
			sightings = append(sightings, s)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "lies") {
			lie := answered("liar", payouts.Status{
				Level: payouts.Level(rapid.IntRange(0, 3).Draw(rt, "level")), Gas: money.Amount(rapid.Int64Range(4_999, 5_001).Draw(rt, "gas")),
				Failure: rapid.SampledFrom([]string{"", "no funds", "other"}).Draw(rt, "failure"),
			})
			lie.Genesis = rapid.SampledFrom([]string{"main", "test"}).Draw(rt, "genesis")
			lie.FinalizedHeight, lie.FirstSlot = rapid.Uint64Range(99, 102).Draw(rt, "height"), rapid.Uint64Range(499, 502).Draw(rt, "first")
			at := rapid.IntRange(0, len(sightings)).Draw(rt, "at")
			sightings = append(sightings[:at:at], append([]payouts.Sighting{lie}, sightings[at:]...)...)
		}
		v := judged.Judge(sightings)
		switch v.Fate {
		case payouts.FateLanded, payouts.FateReverted:
			booked := payouts.Status{Level: payouts.Finalized, Gas: v.Gas, Failure: v.Failure}
			require.Equal(rt, truth, booked)
			require.Equal(rt, truth.Failure == "", v.Fate == payouts.FateLanded)
		case payouts.FateDead:
			require.True(rt, judged.ProvenDead(sightings))
			require.Equal(rt, payouts.Unseen, truth.Level)
			require.Greater(rt, height, judged.LastValidHeight)
		case payouts.FateUnproven:
			require.Equal(rt, payouts.Unseen, truth.Level)
			require.Greater(rt, height, judged.LastValidHeight)
			require.True(rt, slices.ContainsFunc(sightings, func(s payouts.Sighting) bool { return s.FirstSlot > judged.Slot }))
		case payouts.FateOpen, payouts.FateSeen:
			require.Zero(rt, v.Gas)
			require.Empty(rt, v.Failure)
		}
	})
}
