package payouts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
)

// seen is a sighting at a level, with what the transaction failed of.
func seen(node string, level payouts.Level, failure string) payouts.Sighting {
	s := gone(node)
	s.Status = payouts.Status{Level: level, Failure: failure, Gas: 5_000}
	return s
}

func with(s payouts.Sighting, change func(*payouts.Sighting)) payouts.Sighting {
	change(&s)
	return s
}

func TestJudge(t *testing.T) {
	t.Parallel()
	landed, reverted := seen("a", payouts.Finalized, ""), seen("b", payouts.Finalized, "no funds")
	foreign := func(s *payouts.Sighting) { s.Genesis = "elsewhere" }
	blind := func(s *payouts.Sighting) { s.FirstSlot = 2_001 }
	early := func(s *payouts.Sighting) { s.FinalizedHeight = 1_000 }
	type list = []payouts.Sighting
	for name, test := range map[string]struct {
		sightings list
		want      payouts.Verdict
	}{
		"nobody_answered":               {nil, payouts.Verdict{}},
		"one_node_says_final":           {list{landed}, payouts.Verdict{Fate: payouts.FateLanded, Gas: 5_000}},
		"both_nodes_say_final":          {list{landed, seen("b", payouts.Finalized, "")}, payouts.Verdict{Fate: payouts.FateLanded, Gas: 5_000}},
		"one_of_two_is_not_most":        {list{landed, gone("b")}, payouts.Verdict{Fate: payouts.FateSeen}},
		"two_of_three_are_most":         {list{landed, gone("b"), seen("c", payouts.Finalized, "")}, payouts.Verdict{Fate: payouts.FateLanded, Gas: 5_000}},
		"final_without_effect":          {list{reverted}, payouts.Verdict{Fate: payouts.FateReverted, Failure: "no funds", Gas: 5_000}},
		"final_answers_that_contradict": {list{landed, reverted}, payouts.Verdict{}},
		"final_on_another_cluster":      {list{with(landed, foreign)}, payouts.Verdict{}},
		"a_foreign_node_outvotes_none":  {list{landed, with(gone("b"), foreign)}, payouts.Verdict{Fate: payouts.FateSeen}},
		"processed":                     {list{seen("a", payouts.Processed, ""), gone("b")}, payouts.Verdict{Fate: payouts.FateSeen}},
		"confirmed":                     {list{gone("a"), seen("b", payouts.ConfirmedLevel, "no funds")}, payouts.Verdict{Fate: payouts.FateSeen}},
		"dead_for_two_nodes":            {list{gone("a"), gone("b")}, payouts.Verdict{Fate: payouts.FateDead}},
		"dead_for_one_node":             {list{gone("a")}, payouts.Verdict{}},
		"unseen_while_it_may_land":      {list{with(gone("a"), early), with(gone("b"), early)}, payouts.Verdict{}},
		"past_and_no_history_anywhere":  {list{with(gone("a"), blind), with(gone("b"), blind)}, payouts.Verdict{Fate: payouts.FateUnproven}},
		"no_history_but_may_land":       {list{with(with(gone("a"), blind), early), with(gone("b"), blind)}, payouts.Verdict{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, attempt.Judge(test.sightings))
		})
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	tried := map[payouts.State]bool{payouts.Signed: true, payouts.Broadcast: true, payouts.Confirmed: true, payouts.Unproven: true}
	for _, from := range payouts.States() {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			_, err := in(from).Retry(later)
			require.ErrorIs(t, err, payouts.ErrTransition, "nothing was tried")
			payout := in(from)
			payout.Attempt = 1
			next, err := payout.Retry(later)
			if !tried[from] {
				require.ErrorIs(t, err, payouts.ErrTransition)
				require.Zero(t, next)
				return
			}
			require.NoError(t, err)
			require.Equal(t, payouts.Queued, next.State)
		})
	}
}
