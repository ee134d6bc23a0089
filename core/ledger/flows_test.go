package ledger_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
)

// flows is the whole table a second time, so that a change of a rule is seen twice.
var flows = map[ledger.Kind][]string{
	"deposit": {"TWIST/9 world > account:*:available", "TWIST/9 world > platform:bonuses", "TWIST/9 world > unclaimed:deposits"},
	"stake":   {"TWIST/9 account:*:available > pool:*:staked"},
	"leave": {
		"TWIST/9 pool:*:staked > account:*:available", "TWIST/9 pool:*:staked > pool:*:cooling",
		"TWIST/9 pool:*:rewards > account:*:available",
	},
	"claim":        {"TWIST/9 pool:*:rewards > account:*:available"},
	"cooled":       {"TWIST/9 pool:*:cooling > account:*:available"},
	"restake":      {"TWIST/9 pool:*:cooling > pool:*:staked"},
	"compound":     {"TWIST/9 pool:*:rewards > pool:*:staked"},
	"distribution": {"TWIST/9 account:*:available > pool:*:rewards"},
	"remainder": {
		"TWIST/9 pool:*:rewards > account:*:available", "TWIST/9 pool:*:rewards > account:*:owed",
		"TWIST/9 pool:*:rewards > platform:fees",
		"TWIST/9 program:*:receivable > program:*:budget",
	},
	"fund":       {"TWIST/9 account:*:available > program:*:budget"},
	"withdraw":   {"TWIST/9 program:*:budget > account:*:available"},
	"conversion": {"TWIST/9 program:*:budget > program:*:pending"},
	"approval": {
		"TWIST/9 program:*:pending > platform:fees", "TWIST/9 program:*:pending > pool:*:rewards",
		"TWIST/9 program:*:pending > account:*:available", "TWIST/9 program:*:pending > account:*:owed",
		"TWIST/9 program:*:receivable > program:*:budget",
	},
	"refund":    {"TWIST/9 program:*:pending > program:*:budget"},
	"rejection": {"TWIST/9 program:*:pending > program:*:budget"},
	"clawback": {
		"TWIST/9 platform:fees > program:*:budget", "TWIST/9 account:*:available > program:*:budget",
		"TWIST/9 account:*:owed > program:*:receivable",
	},
	"repayment":      {"TWIST/9 account:*:available > account:*:owed", "TWIST/9 program:*:receivable > program:*:budget"},
	"payout_request": {"TWIST/9 account:*:available > payout:*"},
	"payout_return": {
		"TWIST/9 payout:* > account:*:available", "TWIST/9 payout:* > account:*:owed",
		"TWIST/9 program:*:receivable > program:*:budget",
	},
	"settlement": {"TWIST/9 payout:* > world", "TWIST/9 payout:* > platform:fees"},
	"given_up":   {"TWIST/9 account:*:available > platform:fees"},
	"bonus": {
		"TWIST/9 platform:bonuses > account:*:available", "TWIST/9 platform:bonuses > account:*:owed",
		"TWIST/9 program:*:receivable > program:*:budget",
	},
	"gas": {"SOL/9 platform:gas > world"},
}

// TestNothingSlashes: what is staked or cools leaves its place by these kinds alone, and for its holder or back into
// the stake. What was earned is paid by these, and returned when nobody is left to earn.
func TestNothingSlashes(t *testing.T) {
	t.Parallel()
	takes := map[string][]string{}
	for kind, movements := range flows {
		for _, movement := range movements {
			from, to, _ := strings.Cut(strings.TrimPrefix(movement, "TWIST/9 "), " > ")
			if strings.HasPrefix(from, "pool:") {
				takes[from] = append(takes[from], string(kind)+" > "+to)
			}
		}
	}
	require.ElementsMatch(t, []string{"leave > account:*:available", "leave > pool:*:cooling"}, takes["pool:*:staked"])
	require.ElementsMatch(t, []string{"cooled > account:*:available", "restake > pool:*:staked"}, takes["pool:*:cooling"])
	require.ElementsMatch(t, []string{
		"claim > account:*:available", "leave > account:*:available", "compound > pool:*:staked",
		"remainder > account:*:available", "remainder > account:*:owed", "remainder > platform:fees",
	}, takes["pool:*:rewards"])
	require.Len(t, takes, 3)
}

// TestFlows tries every kind with every asset between every pair of places: what is not in the table
// is refused. Between two programs nothing moves, and between two holders neither.
func TestFlows(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, slices.Collect(maps.Keys(flows)), ledger.Kinds())
	require.Equal(t, []ledger.Asset{"TWIST/9", "SOL/9"}, ledger.Assets())
	names := append(slices.Sorted(maps.Keys(places)), "nowhere")
	address := func(place, id string) ledger.Address {
		a, _ := ledger.ParseAddress(strings.ReplaceAll(place, "*", id))
		return a
	}
	for _, kind := range append(ledger.Kinds(), "", "Deposit", "adjustment") {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			var passed []string
			for _, asset := range append(ledger.Assets(), "", "twist/9", "USD/2") {
				for _, from := range names {
					for _, to := range names {
						p := ledger.Posting{Source: address(from, "x"), Destination: address(to, "x"), Asset: asset, Amount: 1}
						_, err := ledger.NewEntry("ent_1", kind, "r", noon, []ledger.Posting{p}, nil)
						if place, _, _ := strings.Cut(from, ":"); strings.HasPrefix(from, place+":*") && strings.HasPrefix(to, place+":*") {
							p.Destination = address(to, "y")
							_, err := ledger.NewEntry("ent_1", kind, "r", noon, []ledger.Posting{p}, nil)
							require.ErrorIs(t, err, ledger.ErrEntry)
						}
						if err == nil {
							passed = append(passed, string(asset)+" "+from+" > "+to)
							continue
						}
						require.ErrorIs(t, err, ledger.ErrEntry)
					}
				}
			}
			require.ElementsMatch(t, flows[kind], passed)
		})
	}
}
