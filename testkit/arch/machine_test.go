package arch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatesPageIsTheMachine(t *testing.T) {
	t.Parallel()
	_, payout, found := strings.Cut(page(t, "docs/states.md"), "## Payout")
	require.True(t, found)
	payout, _, found = strings.Cut(payout, "## Attempt")
	require.True(t, found)
	machine := Moves(repository(t).Source("core/payouts"), "moves")
	require.NotEmpty(t, machine)
	require.Equal(t, machine, TableMoves(payout), "the table")
	require.Equal(t, machine, DrawnMoves(payout), "the drawing")
}

func TestMachineBites(t *testing.T) {
	t.Parallel()
	const source = "package p; var moves = map[State][]State{Open: {Held, Closed}, Held: {Closed}}"
	require.Equal(t, []string{"held → closed", "open → closed", "open → held"}, Moves(plant(t, "core/p", source), "moves"))
	require.Empty(t, Moves(plant(t, "core/p", source), "steps"), "another variable")

	const table = "| state | leaves to |\n|---|---|\n| open | held, closed |\n| held | nothing by itself |\n| closed | an end |\n"
	require.Equal(t, []string{"open → closed", "open → held"}, TableMoves(table))
	require.Equal(t, []string{"open → closed"}, DrawnMoves("    [*] --> open\n    open --> closed: in time\n    closed --> [*]\n"))
}
