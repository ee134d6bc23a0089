package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const summaryText = `transaction type: script.sql
number of clients: 32
number of transactions actually processed: 6000
number of failed transactions: 0 (0.000%)
latency average = 10.000 ms
initial connection time = 71.000 ms
tps = 3000.000000 (without initial connection time)
`

func TestSummary(t *testing.T) {
	t.Parallel()
	s, err := parseSummary(summaryText)
	require.NoError(t, err)
	require.Equal(t, sample{calls: 6000, took: 2 * time.Second}, s)
	for name, said := range map[string]string{
		"failed":  strings.Replace(summaryText, "failed transactions: 0", "failed transactions: 3", 1),
		"nothing": "", "idle": strings.Replace(summaryText, "tps = 3000", "tps = 0", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseSummary(said)
			require.Error(t, err)
		})
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wait.77"), []byte("0 1 1500 0 1700000000 1\n1 1 900 0 1700000000 2\n\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wait.77.1"), []byte("2 1 20 0 1700000000 1\n"), 0o600))
	waits, err := readWaits(dir)
	require.NoError(t, err)
	require.Equal(t, []time.Duration{1500 * time.Microsecond, 900 * time.Microsecond, 20 * time.Microsecond}, waits)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wait.78"), []byte("2 1 soon 0\n"), 0o600))
	_, err = readWaits(dir)
	require.Error(t, err)
}

func TestArguments(t *testing.T) {
	t.Parallel()
	args := pgbench{url: "postgres:///x", clients: 8, with: map[string]int{"pools": 3}}.arguments("/tmp", "/tmp/s.sql", 4, 1700*time.Millisecond)
	require.Subset(t, args, []string{"--client=8", "--jobs=2", "--time=2", "--define=run=4", "--define=pools=3", "--protocol=prepared"})
	require.Equal(t, "postgres:///x", args[len(args)-1])
	require.Contains(t, pgbench{clients: 1, calls: 50}.arguments("", "", 1, time.Second), "--transactions=50")
}

func TestScriptsAreThere(t *testing.T) {
	t.Parallel()
	require.Contains(t, script("one_same.sql"), "INSERT INTO lines")
	require.Panics(t, func() { script("none.sql") })
	require.Equal(t, "end", tail(strings.Repeat("x", 600)[597:] + "end")[3:])
}
