package memory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// TestSnapshotsAmongWriters takes snapshots while units of work commit, fail and read: each is of whole
// units, and can be restored.
func TestSnapshotsAmongWriters(t *testing.T) {
	t.Parallel()
	const rounds = 50
	s := memory.New()
	pair := func(n int) error {
		return s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			for _, side := range []string{"left", "right"} {
				id := fmt.Sprintf("%s_%d", side, n)
				if err := tx.Accounts.Add(ctx, identity.Account{ID: identity.AccountID(id), Wallet: identity.Wallet(id)}); err != nil {
					return err
				}
			}
			if n%2 == 1 {
				return context.Canceled // any error
			}
			return nil
		})
	}
	look := func(n int) error {
		return s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			left, err := v.Accounts.Get(ctx, identity.AccountID(fmt.Sprintf("left_%d", n)))
			if err != nil {
				return err
			}
			_, err = v.Accounts.Get(ctx, identity.AccountID("right"+string(left.ID[len("left"):])))
			return err
		})
	}
	var all sync.WaitGroup
	texts := make([][]byte, rounds)
	for n := range rounds {
		all.Go(func() { _ = pair(n) })
		all.Go(func() { _ = look(n) })
		all.Go(func() { texts[n], _ = s.Snapshot() })
	}
	all.Wait()
	for n, text := range append(texts, snapshot(t, s)) {
		_, intact, err := memory.Restore(text)
		require.NoError(t, err)
		require.True(t, intact)
		require.Zero(t, count(t, text)%2, "half a unit in snapshot %d", n)
	}
	for n := range rounds {
		require.Equal(t, n%2 == 0, look(n) == nil)
	}
}

// count is how many accounts a snapshot holds.
func count(t *testing.T, text []byte) int {
	t.Helper()
	var f struct {
		Rows struct{ Accounts []identity.Account }
	}
	require.NoError(t, json.Unmarshal(text, &f))
	return len(f.Rows.Accounts)
}
