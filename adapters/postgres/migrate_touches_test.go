package postgres_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// What was converted before touches were kept was decided by the last click, and is explained by it.
func TestConversionsOfBeforeHaveTheirTouch(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	before := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, "_touches.sql") })
	require.Positive(t, before)
	url := pgtest.Open(t, nil)
	_, err = postgres.Migrate(t.Context(), url, steps(t, before))
	require.NoError(t, err)
	populate(t, owner(t, url), before)
	_, err = postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, store.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		program, err := v.Programs.Get(ctx, "prog_old")
		require.NoError(t, err)
		require.Equal(t, attribution.Last, program.Model)
		c, err := v.Conversions.Get(ctx, "conv_old")
		require.NoError(t, err)
		require.Equal(t, attribution.Rule{Model: attribution.Last, Window: time.Second, Rate: 1_000}, c.Rule)
		touches, err := v.Touches.ListByConversion(ctx, "conv_old")
		require.NoError(t, err)
		e, err := c.Explain(touches)
		require.NoError(t, err)
		require.Equal(t, []attribution.Credit{{Influencer: "infl_old", Holder: "acct_old", Link: "link_old", Rate: 1_000, Weight: 1, Share: 10_000, Amount: 100}}, e.Credits)
		return nil
	}))
}
