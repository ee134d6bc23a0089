package twist_test

import (
	"testing"
	"time"
	"strings"
	"fmt"

	"github.com/stretchr/testify/require"
	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
)

func TestZZ(t *testing.T) {
	snapshot, err := newRich(t).store.Snapshot()
	require.NoError(t, err)
	all := numbers(t, snapshot)
	count := map[string]int{}
	for _, n := range all { count[indexes.ReplaceAllString(n.path, "")]++ }
	for k, v := range count { fmt.Println(k, v) }
	fmt.Println(len(snapshot), len(all))
	s := time.Now()
	var st *memory.Store
	for range 20 { st, _, _ = memory.Restore(snapshot) }
	fmt.Println("restore", time.Since(s)/20)
	s = time.Now()
	for range 20 { twist.Verify(t.Context(), st) }
	fmt.Println("verify", time.Since(s)/20)
	errs := 0
	for _, n := range all { if _, _, err := memory.Restore(n.altered(snapshot, 1)); err != nil { errs++; if !strings.HasPrefix(n.path, "Entries") { fmt.Println(n.path, err) } } }
	fmt.Println("unreadable", errs)
}
