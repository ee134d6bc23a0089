package twist

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// Whatever a page holds, and however little of a ledger account is read for it, all pages together tell all that
// happened once and in its order, and the last of them says that it is the last. Claims are told on none.
func TestActivityIsWholeHoweverItIsPaged(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		var staked, rewards []ports.Moved // the newest first
		var want []money.Amount
		for n := r.IntN(25); n > 0; n-- {
			m := ports.Moved{Entry: ledger.EntryID(rune('a' + n)), At: time.Unix(int64(n)*60, 0), Delta: money.Amount(n)}
			switch r.IntN(4) {
			case 0:
				m.Delta = -m.Delta // a claim
				rewards = append(rewards, m)
			case 1:
				want, rewards = append(want, m.Delta), append(rewards, m)
			default:
				want, staked = append(want, m.Delta), append(staked, m)
			}
		}
		limit, scan := 1+r.IntN(4), 1+r.IntN(4)
		var told []money.Amount
		for page, at := (Happenings{More: true}), (ActivityPlace{}); page.More; at = page.Next {
			page = happened(before(staked, at.Staked, limit+1), before(rewards, at.Rewards, scan), at, limit)
			require.LessOrEqual(t, len(page.Items), limit, seed)
			require.False(t, page.More && page.Next == at, "a page leads to itself: %d", seed)
			for _, item := range page.Items {
				told = append(told, item.Amount)
			}
		}
		require.Equal(t, want, told, seed)
	}
}

// before reads as past does, of moves whose versions end with 1.
func before(moves []ports.Moved, version int64, most int) stretch {
	var read []ports.Moved
	for i, m := range moves {
		m.Version = int64(len(moves) - i)
		if (version == 0 || m.Version < version) && len(read) < most {
			read = append(read, m)
		}
	}
	return stretch{read, version != 1 && len(read) == most}
}
