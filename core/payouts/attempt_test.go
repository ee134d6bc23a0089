package payouts_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
)

var head = payouts.Head{Genesis: "genesis", Blockhash: "hash", LastValidHeight: 1_000, Slot: 2_000}

func TestSign(t *testing.T) {
	t.Parallel()
	transfer := payouts.SignedTransfer{Signature: "sig", Raw: []byte{1, 2, 3}}
	for _, from := range payouts.States() {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			before := in(from)
			before.Attempt = 4
			next, attempt, err := before.Sign(transfer, head, later)
			if from != payouts.Queued {
				require.ErrorIs(t, err, payouts.ErrTransition, "one live attempt at most")
				require.Zero(t, next)
				require.Zero(t, attempt)
				return
			}
			require.NoError(t, err)
			want := in(payouts.Signed)
			want.Attempt, want.ChangedAt = 5, later
			require.Equal(t, want, next)
			require.Equal(t, payouts.Attempt{
				Payout: "po_1", N: 5, Signature: "sig", Raw: []byte{1, 2, 3}, Genesis: "genesis", Blockhash: "hash",
				LastValidHeight: 1_000, Slot: 2_000, State: payouts.Live, SignedAt: later,
			}, attempt)
		})
	}
}

// attempt is one whose blockhash is usable up to height 1,000, built at slot 2,000.
var attempt = payouts.Attempt{Genesis: "genesis", LastValidHeight: 1_000, Slot: 2_000}

// gone is a sighting in which all four parts of the proof hold, each at its very edge.
func gone(node string) payouts.Sighting {
	return payouts.Sighting{
		Node: node, Genesis: "genesis", FinalizedHeight: 1_001, FinalizedSlot: 2_500, StatusSlot: 2_500, FirstSlot: 2_000,
	}
}

// breaks spoils one part of the proof each, by as little as possible.
var breaks = map[string]func(*payouts.Sighting){
	"g_another_cluster":                func(s *payouts.Sighting) { s.Genesis = "elsewhere" },
	"h_the_last_usable_height":         func(s *payouts.Sighting) { s.FinalizedHeight = 1_000 },
	"h_long_before_the_last_height":    func(s *payouts.Sighting) { s.FinalizedHeight = 0 },
	"s_processed":                      func(s *payouts.Sighting) { s.Status.Level = payouts.Processed },
	"s_confirmed":                      func(s *payouts.Sighting) { s.Status.Level = payouts.ConfirmedLevel },
	"s_finalized":                      func(s *payouts.Sighting) { s.Status.Level = payouts.Finalized },
	"s_answered_before_the_height":     func(s *payouts.Sighting) { s.StatusSlot = 2_499 },
	"w_history_begins_after_it_is_due": func(s *payouts.Sighting) { s.FirstSlot = 2_001 },
}

func TestProvenDead(t *testing.T) {
	t.Parallel()
	again := gone("a")
	again.FinalizedSlot, again.StatusSlot = 2_501, 2_501
	for name, test := range map[string]struct {
		sightings []payouts.Sighting
		want      bool
	}{
		"no_sighting":                            {nil, false},
		"one_sighting_never_proves":              {[]payouts.Sighting{gone("a")}, false},
		"two_nodes":                              {[]payouts.Sighting{gone("a"), gone("b")}, true},
		"one_node_repeating_itself":              {[]payouts.Sighting{gone("a"), gone("a")}, false},
		"one_node_repeating_itself_often":        {[]payouts.Sighting{gone("a"), gone("a"), gone("a"), gone("a")}, false},
		"one_node_at_two_slots":                  {[]payouts.Sighting{gone("a"), again}, true},
		"one_node_at_two_slots_the_other_way":    {[]payouts.Sighting{again, gone("a")}, true},
		"one_node_repeating_itself_then_another": {[]payouts.Sighting{gone("a"), gone("a"), gone("b")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, attempt.ProvenDead(test.sightings))
		})
	}
}

// Each part of the proof is needed of two nodes, whichever they are: a node on another cluster (G) or
// without the history (W) cannot vote, and any other that lacks a part (H, S) refutes the proof.
func TestProofNeedsTwoWholeVotes(t *testing.T) {
	t.Parallel()
	for name, spoil := range breaks {
		for at := range 3 {
			t.Run(fmt.Sprintf("%s_in_sighting_%d", name, at), func(t *testing.T) {
				t.Parallel()
				sightings := []payouts.Sighting{gone("a"), gone("b"), gone("c")}
				require.True(t, attempt.ProvenDead(sightings))
				spoil(&sightings[at])
				abstains := name[:1] == "g" || name[:1] == "w"
				require.Equal(t, abstains, attempt.ProvenDead(sightings))
				spoil(&sightings[(at+1)%3])
				require.False(t, attempt.ProvenDead(sightings), "one vote is none")
			})
		}
	}
}

// One node that answers twice is one vote where there are others, and enough where there are none.
func TestOneNodeTwice(t *testing.T) {
	t.Parallel()
	later := gone("a")
	later.FinalizedSlot++
	later.StatusSlot++
	require.True(t, attempt.ProvenDead([]payouts.Sighting{gone("a"), later}))
	blind := gone("b")
	blind.FirstSlot = attempt.Slot + 1
	require.False(t, attempt.ProvenDead([]payouts.Sighting{gone("a"), later, blind}))
	require.False(t, attempt.ProvenDead([]payouts.Sighting{gone("a"), later, {Node: "c"}}), "c did not answer")
	knows := blind
	knows.Status.Level = payouts.Processed
	require.False(t, attempt.ProvenDead([]payouts.Sighting{gone("a"), gone("c"), knows}), "b has seen it")
}
