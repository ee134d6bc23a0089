package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// One command rotates, one drops; none shows a secret or takes one (E-11).
func TestKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	var shown strings.Builder
	keys := func(args ...string) string {
		t.Helper()
		out, err := twistd(t.Context(), variables{"TWIST_TOKEN_KEYS": path}, append([]string{"keys"}, args...)...)
		require.NoError(t, err)
		shown.WriteString(out.stdout.String() + out.stderr.String())
		return out.stdout.String()
	}
	first := keys("rotate")
	require.Regexp(t, `(?m)^[0-9a-f]{16}  active `, first)
	second := keys("rotate")
	require.Regexp(t, `(?m)^[0-9a-f]{16}  active .*\n[0-9a-f]{16}  next `, second)
	require.Equal(t, second, keys("list", "--file", path))
	active := regexp.MustCompile(`(?m)^([0-9a-f]{16})  active `).FindStringSubmatch(second)[1]
	seeds := secrets(t, path)
	require.Regexp(t, "(?m)^"+active+`  dropped .*\n[0-9a-f]{16}  active `, keys("drop", "--id", active))
	require.Contains(t, keys("refuse-tokens"), "are refused")
	for _, secret := range append(seeds, secrets(t, path)...) {
		require.NotContains(t, shown.String(), secret)
	}

	_, err := twistd(t.Context(), variables{"TWIST_TOKEN_KEYS": path}, "keys", "rotate")
	require.NoError(t, err)
	_, err = twistd(t.Context(), variables{"TWIST_TOKEN_KEYS": path}, "keys", "rotate")
	require.ErrorContains(t, err, "a rotation is under way")
	_, err = twistd(t.Context(), nil, "keys", "list", "--file", filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for _, args := range [][]string{{}, {"fly"}, {"drop"}, {"list", "--id", "x"}, {"rotate", "now"}, {"rotate", "--seed", "00"}} {
		_, err := twistd(t.Context(), variables{"TWIST_TOKEN_KEYS": path}, append([]string{"keys"}, args...)...)
		require.Error(t, err, args)
	}
	_, err = twistd(t.Context(), nil, "keys", "list")
	require.ErrorIs(t, err, errUsage, "no file is named")
}

// secrets are the seeds in a file of keys.
func secrets(t *testing.T, path string) (seeds []string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`"seed": "([0-9a-f]{64})"`).FindAllStringSubmatch(string(content), -1) {
		seeds = append(seeds, found[1])
	}
	require.NotEmpty(t, seeds)
	return seeds
}
