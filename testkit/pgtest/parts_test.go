package pgtest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The image is named after its recipe, by scripts/images.sh as here.
func TestImageIsOfThisRecipe(t *testing.T) {
	t.Parallel()
	const scripts = "../../scripts/images/"
	recipe, err := filepath.Glob(scripts + "postgres/*")
	require.NoError(t, err)
	hash := sha256.New()
	for _, name := range append([]string{scripts + "build.sh"}, recipe...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		hash.Write(text)
	}
	version, err := os.ReadFile(scripts + "postgres/version")
	require.NoError(t, err)
	name := "twist-test/postgres:" + strings.TrimSpace(string(version)) + "-" + hex.EncodeToString(hash.Sum(nil))[:8]
	require.Equal(t, Image, name, "the recipe was edited, which gives the image another name")
}

func TestFoldersOfBinaries(t *testing.T) {
	t.Parallel()
	got := folders("/a/bin::relative:/b/bin")
	require.Equal(t, []string{"/a/bin", "/b/bin"}, got[:2])
	require.Equal(t, 15, debianMajor("/usr/lib/postgresql/15/bin"))
	require.Zero(t, debianMajor("/usr/bin"))
}

func TestMajorOfBinaries(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"postgres (PostgreSQL) 15.4 (Debian 15.4-1.pgdg120+1)\n": 15,
		"postgres (PostgreSQL) 18beta1\n":                        18,
		"postgres (PostgreSQL) 9.6.24\n":                         9,
	} {
		major, ok := majorOf(line)
		require.True(t, ok)
		require.Equal(t, want, major)
	}
	for _, line := range []string{"", "postgres", "postgres (PostgreSQL) devel", "mysqld 8.0"} {
		_, ok := majorOf(line)
		require.False(t, ok, line)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	var said tail
	_, err := said.Write([]byte(strings.Repeat("x", 5000)))
	require.NoError(t, err)
	_, err = said.Write([]byte("\nthe\nend\n"))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(said.String(), "x the end"))
	require.Less(t, len(said.String()), 2001)
}

func TestDatabaseIsNamedByThePath(t *testing.T) {
	t.Parallel()
	admin, err := parse("postgresql://me:p%2Fw@host:1/postgres?dbname=other&sslmode=require&database=x")
	require.NoError(t, err)
	s := &server{admin: admin}
	require.Equal(t, "postgresql://me:p%2Fw@host:1/mine?sslmode=require", s.url("mine"))
	require.Equal(t, `"a""b"`, quote(`a"b`))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	require.Contains(t, settings(config{}), "fsync=off")
	require.NotContains(t, settings(config{durable: true}), "fsync=off")
}
