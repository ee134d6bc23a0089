package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// variables is an environment.
type variables map[string]string

func (v variables) lookup(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

// quiet keeps the log to what matters.
func quiet() variables { return variables{"TWIST_LOG_LEVEL": "error"} }

// output is what a run printed.
type output struct{ stdout, stderr bytes.Buffer }

// twistd runs the program to its end.
func twistd(ctx context.Context, v variables, args ...string) (*output, error) {
	out := &output{}
	err := run(ctx, args, v.lookup, &out.stdout, &out.stderr)
	return out, err
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"nothing": nil, "an_unknown_word": {"fly"}, "a_flag_first": {"--json", "demo"}, "empty": {""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := twistd(t.Context(), nil, args...)
			require.ErrorIs(t, err, errUsage)
			require.Empty(t, out.stdout.String())
			for _, c := range commands() {
				require.Contains(t, out.stderr.String(), "  "+c.name+" ")
				require.Contains(t, out.stderr.String(), c.doc)
			}
		})
	}
	for name, args := range map[string][]string{
		"demo_with_a_word":     {"demo", "now"},
		"dev_with_a_word":      {"dev", "now"},
		"sign_in_without_key":  {"sign-in"},
		"sign_in_with_a_word":  {"sign-in", "--key", "k", "now"},
		"verify_of_two_things": {"verify", "--snapshot", "s", "--database-url", "postgres://x"},
		"demo_into_two_things": {"demo", "--snapshot", "s", "--database-url", "postgres://x"},
		"migrate_with_a_word":  {"migrate", "now"},
		"verify_with_a_word":   {"verify", "--snapshot", "s", "now"},
		"demo_unknown_flag":    {"demo", "--yaml"},
		"verify_unknown_flag":  {"verify", "--fix"},
		"sign_in_key_on_stdin": {"sign-in", "--seed", "00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := twistd(t.Context(), quiet(), args...)
			require.Error(t, err)
			require.Empty(t, out.stdout.String())
			require.NotEmpty(t, out.stderr.String(), "it says how it is used")
		})
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	seed := strings.Repeat("5ec2e7a9", 8)
	out, err := twistd(t.Context(), variables{"TWIST_ADDRESS": "127.0.0.1:9", "TWIST_TOKEN_KEY": seed}, "config")
	require.NoError(t, err)
	for _, s := range boot.Settings() {
		require.Contains(t, out.stdout.String(), s.Name+" ")
		require.Contains(t, out.stdout.String(), s.Doc)
	}
	require.Regexp(t, `TWIST_ADDRESS +127\.0\.0\.1:9\n`, out.stdout.String())
	require.Regexp(t, `TWIST_EPOCH +24h\n`, out.stdout.String())
	require.Regexp(t, `TWIST_OPERATORS +\(empty\)\n`, out.stdout.String())
	require.Regexp(t, `TWIST_TOKEN_KEY +\*\*\*\n`, out.stdout.String())
	require.NotContains(t, out.stdout.String()+out.stderr.String(), seed[:16])

	out, err = twistd(t.Context(), variables{"TWIST_EPOCH": "soon", "TWIST_TOKEN_KEY": seed + "x"}, "config")
	require.ErrorContains(t, err, "TWIST_EPOCH: ")
	require.ErrorContains(t, err, "TWIST_TOKEN_KEY: ")
	require.NotContains(t, out.stdout.String()+out.stderr.String()+err.Error(), seed[:16])
	require.Regexp(t, `TWIST_EPOCH +soon\n`, out.stdout.String(), "what is wrong is shown")
}

func TestABadConfigurationStopsEveryCommandThatNeedsIt(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"demo", "dev"} {
		_, err := twistd(t.Context(), variables{"TWIST_EPOCH": "soon", "TWIST_CHAIN": "none"}, command)
		require.ErrorContains(t, err, "TWIST_EPOCH: ")
		require.ErrorContains(t, err, "TWIST_CHAIN: ")
	}
	for _, address := range []string{"256.0.0.1:0", "127.0.0.1:99999"} {
		_, err := twistd(t.Context(), variables{"TWIST_ADDRESS": address, "TWIST_METRICS_ADDRESS": "", "TWIST_LOG_LEVEL": "error"}, "dev")
		require.Error(t, err)
	}
}
