package api_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
)

var update = flag.Bool("update", false, "rewrite the golden list of routes")

// Clients build on this list: a line that changes or goes is a break that a reviewer sees.
func TestRoutesAreTheGoldenList(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range api.Routes(newSystem(t, config()).system.Platform, api.Options{}) {
		keyed := "-"
		if r.Keyed {
			keyed = "keyed"
		}
		scopes := "no key"
		if len(r.Scopes) > 0 {
			scopes = fmt.Sprint(r.Scopes)
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", r.Pattern, r.Name, r.Status, r.Access, keyed, r.Class, scopes)
		require.NoError(t, err)
	}
	require.NoError(t, table.Flush())
	const golden = "testdata/routes.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run go test ./apps/api -run Golden -update, and read the diff")
}
