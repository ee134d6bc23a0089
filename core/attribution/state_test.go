package attribution_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// TestSteps: what every act does to a commission in every state, and in none beside them. P-22
func TestSteps(t *testing.T) {
	t.Parallel()
	const u, p, h, a, j, r, w = attribution.Unfunded, attribution.Pending, attribution.Held, attribution.Approved, attribution.Rejected, attribution.Reversed, attribution.Waived
	table := map[attribution.State][7]attribution.State{ // by act, in the order of Acts
		//   fund waive hold release approve reject reverse
		u:      {p, w, u, u, "", j, r},
		p:      {"", "", h, "", a, j, r},
		h:      {"", "", "", p, "", j, r},
		a:      {"", "", "", "", "", "", r},
		j:      {"", "", "", "", "", "", j},
		r:      {},
		w:      {"", "", "", "", "", "", w},
		"lost": {},
	}
	require.Len(t, attribution.Acts(), 7)
	require.Len(t, table, len(attribution.States())+1)
	for state, row := range table {
		for i, act := range attribution.Acts() {
			next, err := state.After(act)
			require.Equal(t, row[i], next, "%s a commission that is %s", act, state)
			if row[i] == "" {
				require.ErrorIs(t, err, attribution.ErrCommissionState)
			} else {
				require.NoError(t, err)
			}
		}
		_, err := state.After("sell")
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		require.Equal(t, state == p || state == h, state.Stands(), state)
		require.Equal(t, state == u || state == j || state == w, state.Worthless(), state)
	}
	for _, state := range attribution.States() {
		require.NoError(t, state.Check())
	}
	require.ErrorIs(t, attribution.State("lost").Check(), attribution.ErrState)
}

// What is held is shared by nobody, until it is released; funded meanwhile, it is set aside and still held.
func TestHold(t *testing.T) {
	t.Parallel()
	c := pending(t, 1_000)
	held, err := c.Hold(" Who ordered this? ")
	require.NoError(t, err)
	require.Equal(t, attribution.Held, held.State)
	require.Equal(t, "Who ordered this?", held.Reason)
	_, err = held.Approve(mature, true)
	require.ErrorIs(t, err, attribution.ErrCommissionState)
	_, err = held.ApproveEarly(mature, true)
	require.ErrorIs(t, err, attribution.ErrCommissionState)
	_, err = held.Hold("Once more.")
	require.ErrorIs(t, err, attribution.ErrCommissionState)
	released, err := held.Release()
	require.NoError(t, err)
	require.Equal(t, c, released)
	_, err = released.Release()
	require.ErrorIs(t, err, attribution.ErrCommissionState)

	c, _ = earned(t, 1_000, 1_000, "pool_1", 5_000)
	_, err = c.Release()
	require.ErrorIs(t, err, attribution.ErrCommissionState)
	awaited, err := c.Hold("Who ordered this?")
	require.NoError(t, err)
	require.Equal(t, attribution.Unfunded, awaited.State)
	_, err = awaited.Hold("Once more.")
	require.ErrorIs(t, err, attribution.ErrCommissionState)
	funded, err := awaited.Fund()
	require.NoError(t, err)
	require.Equal(t, attribution.Held, funded.State)
	released, err = awaited.Release()
	require.NoError(t, err)
	require.Equal(t, c, released)
	waived, err := awaited.Waive()
	require.NoError(t, err)
	require.Empty(t, waived.Reason)

	gone, r, err := reverse(held, 1_000)
	require.NoError(t, err)
	require.Equal(t, attribution.Reversed, gone.State)
	require.Empty(t, gone.Reason)
	require.Equal(t, attribution.Reversal{Total: 1_000}, r)
}

// A merchant shares what is pending when it likes, by the same arithmetic.
func TestApproveEarly(t *testing.T) {
	t.Parallel()
	for _, weighted := range []bool{true, false} {
		c := pending(t, 1_009)
		early, err := c.ApproveEarly(mature, weighted)
		require.NoError(t, err)
		late, err := c.Approve(mature, weighted)
		require.NoError(t, err)
		require.Equal(t, late, early)
	}
}

// What is rejected is nobody's any more: refunds of its order move nothing, and it stays rejected, to the last unit.
func TestReject(t *testing.T) {
	t.Parallel()
	c := pending(t, 1_000)
	c, _, err := reverse(c, 300)
	require.NoError(t, err)
	rejected, err := c.Reject("It was never delivered.")
	require.NoError(t, err)
	require.Equal(t, "It was never delivered.", rejected.Reason)
	for _, refunded := range []money.Amount{301, 1_000} {
		all, undone, err := attribution.Reverse([]attribution.Commission{rejected}, refunded, noon)
		require.NoError(t, err)
		require.Equal(t, attribution.Rejected, all[0].State)
		require.Equal(t, refunded, all[0].Reversed)
		require.Zero(t, undone[0].Fee+undone[0].Net)
	}
	approved, err := pending(t, 1_000).Approve(mature, true)
	require.NoError(t, err)
	_, err = approved.Reject("Too late.")
	require.ErrorIs(t, err, attribution.ErrCommissionState)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for reason, good := range map[string]bool{
		"x": true, strings.Repeat("ü", 500): true, strings.Repeat("ü", 501): false, "": false, " \t": false, "two\nlines": false,
		"a\x00b": false, "\xff": false, "turned \u202earound": false, "\u0301": false,
	} {
		for name, act := range map[string]func(string) (attribution.Commission, error){
			"hold": pending(t, 1_000).Hold, "reject": pending(t, 1_000).Reject,
		} {
			c, err := act(reason)
			if good {
				require.NoError(t, err, name)
				require.Equal(t, reason, c.Reason)
				continue
			}
			require.ErrorIs(t, err, attribution.ErrReason, "%s: %q", name, reason)
			require.Zero(t, c)
		}
	}
}
