package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/journal"
)

// machine is what demo --json promises to programs that read it.
type machine struct {
	Steps    []struct{ Name, Status, Detail string } `json:"steps"`
	Balances []struct {
		Name      string `json:"name"`
		Account   string `json:"account"`
		Available string `json:"available"`
		Owed      string `json:"owed"`
		Staked    string `json:"staked"`
		OnChain   string `json:"on_chain"`
	} `json:"balances"`
	Ledger struct {
		Entries int               `json:"entries"`
		Events  int               `json:"events"`
		Head    string            `json:"head"`
		Sum     map[string]string `json:"sum"`
	} `json:"ledger"`
	Chain struct {
		Reserve    string `json:"reserve"`
		World      string `json:"world"`
		Difference string `json:"difference"`
	} `json:"chain"`
	OK *bool `json:"ok"`
}

// read wants exactly one document of exactly that shape.
func read(t *testing.T, out *output) machine {
	t.Helper()
	var m machine
	d := json.NewDecoder(strings.NewReader(out.stdout.String()))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&m), out.stdout.String())
	require.False(t, d.More(), "one document and nothing else")
	var raw map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out.stdout.Bytes(), &raw))
	for _, name := range []string{"steps", "balances", "ledger", "chain", "ok"} {
		require.NotEqual(t, "null", string(raw[name]), name)
		require.Contains(t, raw, name)
	}
	require.NotNil(t, m.OK)
	return m
}

func TestDemo(t *testing.T) {
	t.Parallel()
	out, err := twistd(t.Context(), quiet(), "demo")
	require.NoError(t, err)
	text := out.stdout.String()
	steps := regexp.MustCompile(`(?m)^ ?\d+  ok      \S`).FindAllString(text, -1)
	require.GreaterOrEqual(t, len(steps), 14)
	require.NotContains(t, text, "failed")
	require.Contains(t, text, "staked 500 TWIST once, though the request was sent twice")
	require.Regexp(t, `(?m)^ +TWIST +available +owed +staked +on chain *$`, text)
	for _, party := range []string{"influencer", "fan", "merchant"} {
		require.Regexp(t, `(?m)^ +`+party+`( +[0-9.]+){4} *$`, text)
	}
	require.Contains(t, text, "every asset sums to zero")
	require.Regexp(t, `(?m)^journal  \d+ events told, all of it in one sequence that ends at\n         \d+:[0-9a-f]{64}$`, text)
	require.Regexp(t, `together, and owed by world +2930`, text)
	require.True(t, strings.HasSuffix(text, "difference 0\n"), "the last word is the proof")
	require.Empty(t, out.stderr.String(), "nothing was logged")
}

// P-35: the numbers of the demo are read from its API and its chain, and they add up.
func TestDemoForMachines(t *testing.T) {
	t.Parallel()
	out, err := twistd(t.Context(), quiet(), "demo", "--json")
	require.NoError(t, err)
	m := read(t, out)
	require.True(t, *m.OK)
	require.GreaterOrEqual(t, len(m.Steps), 14)
	for _, s := range m.Steps {
		require.Equal(t, "ok", s.Status, s)
		require.NotEmpty(t, s.Name)
		require.NotEmpty(t, s.Detail)
	}
	require.Positive(t, m.Ledger.Entries)
	head, err := journal.ParseHead(m.Ledger.Head)
	require.NoError(t, err)
	require.EqualValues(t, m.Ledger.Entries+m.Ledger.Events, head.Position, "everything is sealed")
	require.Equal(t, map[string]string{"TWIST/9": "0", "SOL/9": "0"}, m.Ledger.Sum)
	require.Equal(t, "0", m.Chain.Difference)
	require.Equal(t, m.Chain.World, "-"+m.Chain.Reserve)
	require.Len(t, m.Balances, 3)
	for _, b := range m.Balances {
		require.Regexp(t, `^acct_[0-9a-z]{26}$`, b.Account)
		for _, amount := range []string{b.Available, b.Owed, b.Staked, b.OnChain} {
			require.Regexp(t, `^[0-9]+$`, amount)
		}
	}
	require.Equal(t, "50000000000", m.Balances[0].OnChain, "the payout arrived")
	require.Empty(t, out.stderr.String())
}

// stopping ends a context when something is printed.
type stopping struct {
	*output

	when string
	stop func()
}

func (s stopping) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.when) {
		s.stop()
	}
	return s.stdout.Write(p)
}

// E-29: a demo that does not reach its end says so.
func TestADemoThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	t.Run("for_machines", func(t *testing.T) {
		t.Parallel()
		ctx, stop := context.WithCancel(t.Context())
		stop()
		out, err := twistd(ctx, quiet(), "demo", "--json")
		require.ErrorIs(t, err, context.Canceled)
		m := read(t, out)
		require.False(t, *m.OK)
		require.Len(t, m.Steps, 1)
		require.Equal(t, "failed", m.Steps[0].Status)
		require.NotEmpty(t, m.Steps[0].Detail)
		require.Empty(t, m.Balances)
	})
	t.Run("for_people", func(t *testing.T) {
		t.Parallel()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		out := stopping{output: &output{}, when: "register", stop: stop}
		err := run(ctx, []string{"demo"}, quiet().lookup, out, &out.stderr)
		require.ErrorContains(t, err, "open pool: ")
		require.Regexp(t, `(?m)^ 7  failed  open pool`, out.stdout.String())
		require.NotContains(t, out.stdout.String(), "difference", "nothing is proven")
		require.NotContains(t, out.stdout.String(), "stake")
	})
	t.Run("whose_snapshot_cannot_be_written", func(t *testing.T) {
		t.Parallel()
		out, err := twistd(t.Context(), quiet(), "demo", "--json", "--snapshot", filepath.Join(t.TempDir(), "no", "such", "folder"))
		require.ErrorIs(t, err, os.ErrNotExist)
		require.False(t, *read(t, out).OK)
	})
	t.Run("that_nobody_can_read", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, run(t.Context(), []string{"demo", "--json"}, quiet().lookup, closed{}, io.Discard), os.ErrClosed)
	})
}

// closed is a pipe whose reader is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }
