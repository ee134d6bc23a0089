package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// Every mutant is one of the code as it stands, no two are the same, and each part of the arithmetic has some.
func TestMutantsAreOfTheCodeAsItStands(t *testing.T) {
	t.Parallel()
	names, broken, files := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, of := range subjects() {
		for _, m := range of.mutants {
			require.False(t, names[m.name], "two are called %s", m.name)
			names[m.name] = true
			path := filepath.Join(of.dir, m.file)
			source, err := os.ReadFile(filepath.Join(root, path))
			require.NoError(t, err)
			text, err := m.apply(string(source))
			require.NoError(t, err)
			require.False(t, broken[path+text], "%s is another one again", m.name)
			broken[path+text] = true
			files[path]++
		}
	}
	for _, file := range []string{
		"staking/pool.go", "staking/book.go", "staking/position.go", "staking/terms.go", "staking/ticket.go", "staking/settings.go",
		"staking/lifecycle.go", "staking/tier.go", "staking/epoch.go", "staking/u128.go", "staking/compound.go",
		"attribution/model.go", "attribution/decay.go", "attribution/touch.go", "attribution/commission.go", "attribution/reversal.go", "attribution/debt.go", "attribution/bonus.go",
		"fraud/orders.go", "fraud/rules.go", "fraud/alert.go", "identity/address.go", "clicks/pipeline.go", "clicks/pace.go",
	} {
		require.Positive(t, files["core/"+file], "no mutant of %s", file)
	}
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]mutant{
		"what_is_not_there":    {from: "c", to: "d"},
		"what_stands_twice":    {from: "a", to: "d"},
		"what_changes_nothing": {from: "b", to: "b"},
	} {
		_, err := m.apply("a b a")
		require.Error(t, err, name)
	}
	text, err := mutant{from: "b", to: "c"}.apply("a b a")
	require.NoError(t, err)
	require.Equal(t, "a c a", text)
}

// A mutant lives only if no test fails, and what could not be tried is no verdict.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	errTry := errors.New("it cannot be built")
	answer := func(passed ...any) func(context.Context, string, string, ...string) (bool, error) {
		n := 0
		return func(context.Context, string, string, ...string) (bool, error) {
			n++
			if err, ok := passed[n-1].(error); ok {
				return false, err
			}
			return passed[n-1].(bool), nil
		}
	}
	of := subjects()[0]
	m := of.mutants[0]
	for name, test := range map[string]struct {
		answers []any
		killed  bool
		err     error
	}{
		"killed_at_once":  {[]any{false}, true, nil},
		"killed_later":    {[]any{true, false}, true, nil},
		"survived":        {[]any{true, true}, false, nil},
		"could_not_build": {[]any{errTry}, false, errTry},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lab := laboratory{root: root, dir: t.TempDir(), test: answer(test.answers...)}
			killed, err := lab.kills(t.Context(), of, m)
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.killed, killed)
		})
	}
	t.Run("nothing_broken", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, laboratory{root: root, dir: t.TempDir(), test: answer(true, true)}.sane(t.Context(), of))
		require.Error(t, laboratory{root: root, dir: t.TempDir(), test: answer(true, false)}.sane(t.Context(), of))
		require.ErrorIs(t, laboratory{root: root, dir: t.TempDir(), test: answer(errTry)}.sane(t.Context(), of), errTry)
	})
}

// The compiler really reads the other file: a mutant that every test sees is killed, one that cannot be built is
// told from it.
func TestGoTestSeesTheMutant(t *testing.T) {
	t.Parallel()
	where, err := filepath.Abs(root)
	require.NoError(t, err)
	lab := laboratory{root: where, dir: t.TempDir(), test: func(ctx context.Context, root, overlay string, _ ...string) (bool, error) {
		return goTest(ctx, root, overlay, "-run", "^TestTiers$", "./core/staking")
	}}
	m := mutant{"a tier too many", "tier.go", "staked >= next.From()", "staked > next.From()"}
	killed, err := lab.kills(t.Context(), subjects()[0], m)
	require.NoError(t, err)
	require.True(t, killed)
	m.to = "staked >>= next.From()"
	_, err = lab.kills(t.Context(), subjects()[0], m)
	require.ErrorContains(t, err, "cannot be built")
}
