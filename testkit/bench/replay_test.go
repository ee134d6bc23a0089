package main

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestReplay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 1000, time.UTC)
	script, err := replay("\\set fan 1\n", []sent{
		{text: "begin"},
		{text: "SELECT f($1,\n\t$2::text::jsonb, $3)", args: []any{"acct_1", `{"a": "acct_1:pool_7"}`, []string{"account:acct_1:available", "world"}}},
		{text: "INSERT INTO x VALUES ($1, $2, $3, $4, $5, $6, $2)", args: []any{7, []byte{1, 255}, at, []int16{0, 1}, []int64{-5}, []bool{true, false}}},
		{text: "UPDATE x SET a = $1 WHERE b = $2", args: []any{nil, true}},
		{text: "commit"},
	}, []token{{"acct_1", "'acct_' || :fan"}, {"pool_7", "'pool_' || :pool"}, {"pool_", "never"}})
	require.NoError(t, err)
	golden(t, "replay.sql", script)
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	_, err := replay("", []sent{{text: "SELECT $2", args: []any{1}}}, nil)
	require.Error(t, err, "an argument is missing")
	_, err = replay("", []sent{{text: "SELECT $1", args: []any{struct{}{}}}}, nil)
	require.Error(t, err, "a type that nobody knows")
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	require.Equal(t, "''", expression("", nil))
	require.Equal(t, `E'12\x3a00 o\'clock \\'`, expression(`12:00 o'clock \`, nil))
	require.Equal(t, "A || E'b' || A", expression("aba", []token{{"a", "A"}}))
	require.Equal(t, "EVENT", expression(idOf("evt_", []sent{{args: []any{1, `[{"id":"evt_01kxtcvg6ezmfd9v6jhbt8m2yq"}]`}}}), []token{{"evt_01kxtcvg6ezmfd9v6jhbt8m2yq", "EVENT"}}))
	require.Equal(t, "no evt_", idOf("evt_", nil))
}

func TestPortMethods(t *testing.T) {
	t.Parallel()
	const adapter = "github.com/twist-platform/twist/adapters/postgres."
	for function, want := range map[string]string{
		adapter + "pools.Lock":        "Pools.Lock",
		adapter + "book.Record":       "Ledger.Record",
		adapter + "(*Clicks).Find":    "ClickLog.Find",
		adapter + "book.one":          "", // not a method of the port
		adapter + "(*Store).Write":    "",
		adapter + "pools.Lock.func1":  "",
		adapter + "list[...]":         "",
		"runtime.goexit":              "",
		"example.com/other.book.Move": "",
	} {
		require.Equal(t, want, portMethod(function), function)
	}
}

// Each method of the store's ports is sent by a type that has a name.
func TestPortsHaveNames(t *testing.T) {
	t.Parallel()
	var named []string
	for _, port := range portOf {
		named = append(named, port)
	}
	for method := range portMethods() {
		port, _, _ := strings.Cut(method, ".")
		require.Contains(t, named, port)
	}
}

func TestRecorderListensOnlyWhileItIsAsked(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	send := func(text string) {
		ctx := r.TraceQueryStart(t.Context(), nil, pgx.TraceQueryStartData{SQL: text, Args: []any{pgx.QueryExecModeExec, "a"}})
		r.TraceQueryEnd(ctx, nil, pgx.TraceQueryEndData{})
	}
	send("before")
	heard, err := r.during(func() error { send("SELECT 1"); return nil })
	require.NoError(t, err)
	send("after")
	require.Equal(t, []sent{{text: "SELECT 1", args: []any{"a"}}}, heard)
}
