package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStat(t *testing.T) {
	t.Parallel()
	const line = "77 (postgres: a) b) S 42 77 77 0 -1 4194560 1 2 3 4 150 50 700 300 20 0 1 0 8 9 10"
	p, err := parseStat(line)
	require.NoError(t, err)
	require.Equal(t, process{parent: 42, own: 2 * time.Second, dead: 10 * time.Second}, p)
	for name, bad := range map[string]string{"no_name": "77 S 42", "short": "77 (a) S 42", "no_number": "77 (a) S x 1 1 0 1 1 1 1 1 1 1 1 1 1 1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseStat(bad)
			require.Error(t, err)
		})
	}
}

func TestOwnProcess(t *testing.T) {
	t.Parallel()
	spent, err := ownCPU()
	require.NoError(t, err)
	require.Positive(t, spent)
	p, err := stat(os.Getpid())
	require.NoError(t, err)
	require.Equal(t, os.Getppid(), p.parent)
	require.Contains(t, children(os.Getppid()), os.Getpid())
	require.Positive(t, look(os.Getpid()).ours)
	_, err = serverCPU(1 << 30)
	require.Error(t, err)
}

func TestStatus(t *testing.T) {
	t.Parallel()
	sizes := parseStatus("Name:\tx\nVmHWM:\t    2048 kB\nRssShmem:\t1 kB\nThreads:\t9\n")
	require.Equal(t, map[string]int64{"VmHWM": 2 << 20, "RssShmem": 1 << 10}, sizes)
}

func TestMachine(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Some CPU", cpuModel("processor : 0\nmodel name\t: Some CPU\nmodel name\t: Other\n"))
	require.NotEmpty(t, cpuModel(""))
	require.Equal(t, "0.5 0.6", first("0.5 0.6 0.7 1/200 4", 2))
	require.Empty(t, first("", 3))
}
