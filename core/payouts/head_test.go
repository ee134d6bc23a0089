package payouts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
)

// I-07: whatever one node says of a head, an attempt built on it is not proven dead before its time.
func TestVouch(t *testing.T) {
	t.Parallel()
	node := func(name, genesis string, height, slot uint64) payouts.Sighting {
		return payouts.Sighting{Node: name, Genesis: genesis, FinalizedHeight: height, FinalizedSlot: slot}
	}
	honest := []payouts.Sighting{node("a", "main", 1_000, 5_000), node("b", "main", 1_010, 5_010)}
	for name, test := range map[string]struct {
		head      payouts.Head
		sightings []payouts.Sighting
		want      payouts.Head
		ok        bool
	}{
		"honest":                {payouts.Head{Genesis: "main", LastValidHeight: 1_190, Slot: 5_040}, honest, payouts.Head{Genesis: "main", LastValidHeight: 1_310, Slot: 5_000}, true},
		"life_said_to_be_over":  {payouts.Head{Genesis: "main", Slot: 5_040}, honest, payouts.Head{Genesis: "main", LastValidHeight: 1_310, Slot: 5_000}, true},
		"longer_life":           {payouts.Head{Genesis: "main", LastValidHeight: 9_999, Slot: 4_000}, honest, payouts.Head{Genesis: "main", LastValidHeight: 9_999, Slot: 4_000}, true},
		"beginning_said_later":  {payouts.Head{Genesis: "main", LastValidHeight: 1_310, Slot: 99_999}, honest, payouts.Head{Genesis: "main", LastValidHeight: 1_310, Slot: 5_000}, true},
		"another_cluster":       {payouts.Head{Genesis: "test"}, honest, payouts.Head{Genesis: "test"}, false},
		"half_is_not_most":      {payouts.Head{Genesis: "main"}, []payouts.Sighting{honest[0], {Node: "b"}}, payouts.Head{Genesis: "main", LastValidHeight: 1_300}, false},
		"two_of_three_are_most": {payouts.Head{Genesis: "main"}, append([]payouts.Sighting{{Node: "c"}}, honest...), payouts.Head{Genesis: "main", LastValidHeight: 1_310}, true},
		"nobody_answered":       {payouts.Head{}, []payouts.Sighting{{Node: "a"}}, payouts.Head{}, false},
		"no_node":               {payouts.Head{Genesis: "main"}, nil, payouts.Head{Genesis: "main"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := test.head.Vouch(test.sightings)
			require.Equal(t, test.want, got)
			require.Equal(t, test.ok, ok)
		})
	}
}
