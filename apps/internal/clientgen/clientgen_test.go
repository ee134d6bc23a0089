package clientgen_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/clientgen"
	"github.com/twist-platform/twist/apps/internal/openapi"
)

var update = flag.Bool("update", false, "rewrite the generated client")

// Whoever imports the client builds on these files: what changes in them changes for them.
func TestClientIsTheGoldenOne(t *testing.T) {
	t.Parallel()
	files, err := clientgen.Generate(api.Document())
	require.NoError(t, err)
	require.Equal(t, []string{"operations.gen.go", "types.gen.go"}, slices.Sorted(maps.Keys(files)))
	for name, got := range files {
		path := filepath.Join("../../client", name)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "run make generate, and read the diff")
	}
	again, err := clientgen.Generate(api.Document())
	require.NoError(t, err)
	require.Equal(t, files, again, "the same document, the same client")
}

// What the generator cannot write it refuses, instead of leaving it out.
func TestGeneratorRefusesWhatItCannotWrite(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*openapi.Schema{
		"a_fraction":             {Type: "number"},
		"nothing":                {},
		"an_object_of_anything":  {Type: "object"},
		"a_list_of_anything":     {Type: "array"},
		"a_list_of_lists_of_any": {Type: "array", Items: &openapi.Schema{Type: "array"}},
	} {
		d := &openapi.Document{Components: openapi.Components{Schemas: map[string]*openapi.Schema{
			"Thing": {Type: "object", Properties: openapi.Properties{{Name: "field", Schema: s}}},
		}}}
		_, err := clientgen.Generate(d)
		require.ErrorContains(t, err, "Thing.field", name)
	}
}
