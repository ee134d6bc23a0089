package migrations_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/migrations"
)

var update = flag.Bool("update", false, "add the new files to sums")

// sums lists the files that are committed, one per line, each with its SHA-256.
const sums = "sums"

// changed says what is wrong with the files beside the list: one that was edited or is gone, and one that
// is not in it yet.
func changed(list string, files map[string]string) (wrong, fresh []string) {
	rest := maps.Clone(files)
	for line := range strings.Lines(list) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, ok := rest[name]
		switch delete(rest, name); {
		case !ok:
			wrong = append(wrong, name+" is gone: a database somewhere was made by it")
		case sum != fmt.Sprintf("%x", sha256.Sum256([]byte(text))):
			wrong = append(wrong, name+" was edited: a database that has it would never see the change; write a new file")
		}
	}
	return wrong, slices.Sorted(maps.Keys(rest))
}

func files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, path)
		all[path] = string(text)
		return err
	}))
	return all
}

// A migration that was committed stays as it is.
func TestNoMigrationIsEdited(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile(sums)
	require.NoError(t, err)
	wrong, fresh := changed(string(list), files(t))
	require.Empty(t, wrong)
	if !*update {
		require.Empty(t, fresh, "add them with: go test ./migrations -update")
		return
	}
	for _, name := range fresh {
		list = fmt.Appendf(list, "%x  %s\n", sha256.Sum256([]byte(files(t)[name])), name)
	}
	require.NoError(t, os.WriteFile(sums, list, 0o644))
}

func TestChangesAreNoticed(t *testing.T) {
	t.Parallel()
	list := fmt.Sprintf("%x  0001_a.sql\n%x  0002_b.sql\n", sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b")))
	for name, test := range map[string]struct {
		files        map[string]string
		wrong, fresh int
	}{
		"as_committed": {map[string]string{"0001_a.sql": "a", "0002_b.sql": "b"}, 0, 0},
		"edited":       {map[string]string{"0001_a.sql": "a ", "0002_b.sql": "b"}, 1, 0},
		"gone":         {map[string]string{"0002_b.sql": "b"}, 1, 0},
		"renamed":      {map[string]string{"0001_c.sql": "a", "0002_b.sql": "b"}, 1, 1},
		"new":          {map[string]string{"0001_a.sql": "a", "0002_b.sql": "b", "0003_c.sql": "c"}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong, fresh := changed(list, test.files)
			require.Len(t, wrong, test.wrong)
			require.Len(t, fresh, test.fresh)
		})
	}
}

// Every file has a number of its own, without gaps, and only goes forward.
func TestEveryStepGoesForward(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`^(\d{4})_[a-z_]+\.sql$`)
	entries, err := fs.ReadDir(migrations.Files, ".")
	require.NoError(t, err)
	for i, entry := range entries {
		match := named.FindStringSubmatch(entry.Name())
		require.NotNil(t, match, entry.Name())
		require.Equal(t, fmt.Sprintf("%04d", i+1), match[1])
		text := files(t)[entry.Name()]
		require.True(t, strings.HasPrefix(text, "-- +goose Up\n"), entry.Name())
		require.NotContains(t, text, "-- +goose Down", "there is no way back: what was learned is kept")
		require.NotContains(t, text, "NO TRANSACTION", "a step happens whole or not at all")
	}
}
