package twist_test

import (
	"testing"
	"time"
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"
	"github.com/twist-platform/twist/adapters/memory"
)

func TestZZ(t *testing.T) {
	snapshot, err := newRich(t).store.Snapshot()
	require.NoError(t, err)
	var b bytes.Buffer
	json.Compact(&b, snapshot)
	for range 3 {
	s := time.Now()
	for range 20 { memory.Restore(snapshot) }
	fmt.Println("restore", time.Since(s)/20, len(snapshot))
	s = time.Now()
	for range 20 { memory.Restore(b.Bytes()) }
	fmt.Println("restore compact", time.Since(s)/20, b.Len())
	}
	for range 200 { memory.Restore(b.Bytes()) }
}
