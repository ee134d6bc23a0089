package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// P-19, A16: money is counted in integers.
func TestNoFloats(t *testing.T) {
	t.Parallel()
	none(t, Floats(repository(t).Source("core", "ports", "")))
	for name, source := range map[string]string{
		"type":       "package p; var x float64",
		"narrow":     "package p; func f(x float32) {}",
		"conversion": "package p; var x = float64(1)",
		"literal":    "package p; const x = 0.1",
		"exponent":   "package p; const x int64 = 1e9",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Floats(plant(t, "core/x", source)))
		})
	}
	require.Empty(t, Floats(plant(t, "core/x", `package p; const x = 10 // 0.1 is said here only`)))
}

func TestCoreAndUseCasesReadNoClock(t *testing.T) {
	t.Parallel()
	none(t, Clocks(repository(t).Source("core", "ports", "")))
	for name, source := range map[string]string{
		"now":     `package p; import "time"; var x = time.Now()`,
		"since":   `package p; import "time"; func f(t time.Time) { _ = time.Since(t) }`,
		"sleep":   `package p; import "time"; func f() { time.Sleep(1) }`,
		"after":   `package p; import "time"; func f() { <-time.After(1) }`,
		"renamed": `package p; import t "time"; var x = t.Now()`,
		"value":   `package p; import "time"; var clock = time.Now`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Clocks(plant(t, "core/x", source)))
		})
	}
	require.Empty(t, Clocks(plant(t, "core/x", `package p; import "time"; func f(now time.Time) { _ = now.Add(time.Hour).After(now) }`)))
}

func TestCoreDoesNotMove(t *testing.T) {
	t.Parallel()
	none(t, Movement(repository(t).Source("core")))
	for name, source := range map[string]string{
		"goroutine": "package p; func f() { go f() }",
		"channel":   "package p; func f(c chan int) {}",
		"tag":       "package p; type T struct { A int `json:\"a\"` }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Movement(plant(t, "core/x", source)))
		})
	}
}

func TestOneCommentPerPackage(t *testing.T) {
	t.Parallel()
	none(t, PackageComments(repository(t).Source()))
	none := plant(t, "core/x", "package x")
	one := plant(t, "core/x", "// Package x is one.\npackage x")
	require.NotEmpty(t, PackageComments(none))
	require.NotEmpty(t, PackageComments(append(one, one...)))
	require.Empty(t, PackageComments(append(one, none...)))
}
