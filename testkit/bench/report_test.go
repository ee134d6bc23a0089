package main

import (
	"context"
	"flag"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestReport(t *testing.T) {
	t.Parallel()
	p := part{
		title: "8 callers", unit: "entries", sides: []side{{name: sameRows, each: 100}, {name: ours, each: 100}},
		goals: []goal{atLeast(0.6, sameRows), shown(ours, sameRows)},
	}
	round := func(calls int, waits ...int) sample {
		return sample{calls: calls, took: time.Second, waits: millis(waits...), client: time.Second / 4, server: time.Second}
	}
	answers := []answer{
		p.answer([][]sample{{round(100, 9), round(120, 8)}, {round(50, 20, 18), round(60, 17)}}, footprint{31 << 20, 120 << 20, 12 << 30}),
		part{unit: "pages", sides: p.sides[1:], goals: []goal{below(20 * time.Millisecond)}}.answer([][]sample{{round(7, 2)}}, footprint{}),
	}
	page := render(
		[]fact{{"processor", "one"}, {"cores", "2"}},
		[]taken{{figure{number: 1, title: "One", about: "Somebody calls."}, answers}, {figure{number: 2, title: "Two", about: "Again."}, answers[1:]}},
		fstest.MapFS{"notes/1.md": {Data: []byte("The disk.\nTried: a faster one.\n")}},
	)
	golden(t, "report.md", page)
}

func TestNotesBelongToFigures(t *testing.T) {
	t.Parallel()
	files, err := notes.ReadDir("notes")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, f := range figures() {
		require.False(t, names[noteOf(f.number)], "two figures have the number %d", f.number)
		names[noteOf(f.number)] = true
		require.NotEmpty(t, f.title)
		require.NotEmpty(t, f.about)
	}
	for _, f := range files {
		require.True(t, names["notes/"+f.Name()], "%s is of no figure", f.Name())
	}
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0", 7: "7", 99.94: "99.9", 100.4: "100", 999.6: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		require.Equal(t, want, count(n))
	}
	for d, want := range map[time.Duration]string{
		420 * time.Microsecond: "0.42 ms", 11_240 * time.Microsecond: "11.2 ms", 512 * time.Millisecond: "512 ms", 12 * time.Second: "12.0 s",
	} {
		require.Equal(t, want, duration(d))
	}
	require.Equal(t, "24 GiB", size(24<<30))
	require.Equal(t, "512 MiB", size(512<<20))
	require.Equal(t, "–", span(outcome{}))
	require.Equal(t, "2 (1–3)", span(outcome{rates: []float64{1, 2, 3}}))
}

func TestCallers(t *testing.T) {
	t.Parallel()
	s, err := callers(t.Context(), 4, 20*time.Millisecond, func(context.Context, int) error {
		time.Sleep(time.Millisecond)
		return nil
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, s.calls, 4)
	require.Len(t, s.waits, s.calls)
	require.GreaterOrEqual(t, s.took, 20*time.Millisecond)

	failed := os.ErrInvalid
	_, err = callers(t.Context(), 4, time.Hour, func(ctx context.Context, caller int) error {
		if caller == 2 {
			return failed
		}
		<-ctx.Done() // the first failure ends the others
		return ctx.Err()
	})
	require.ErrorIs(t, err, failed)
}

func TestFlags(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-figures", "1,3", "-round", "2s", "-rounds", "1"}, false, t.Output())
	require.NoError(t, err)
	require.True(t, o.wants(1) && o.wants(3) && !o.wants(2))
	require.Equal(t, "-", o.out, "some figures do not replace the page of all")

	o, err = parse(nil, false, t.Output())
	require.NoError(t, err)
	require.True(t, o.wants(2))
	require.Equal(t, "docs/benchmarks.md", o.out)
	o, err = parse(nil, true, t.Output())
	require.NoError(t, err)
	require.Equal(t, "docs/query-plans.md", o.out)

	for name, args := range map[string][]string{
		"unknown_figure": {"-figures", "77"}, "no_number": {"-figures", "one"}, "no_rounds": {"-rounds", "0"},
		"no_time": {"-round", "0s"}, "stray_word": {"all"}, "unknown_flag": {"-fast"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(args, false, t.Output())
			require.Error(t, err)
		})
	}
	err = run(t.Context(), nil, func(string) string { return "" }, t.Output(), t.Output())
	require.ErrorContains(t, err, serverURL)
}
