package spool_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// A process in whose environment these are set tells of clicks until it is killed.
const childFolder, childDatabase = "TWIST_TEST_SPOOL_FOLDER", "TWIST_TEST_SPOOL_DATABASE"

// child prints the id of each click that was acknowledged, and of each that was dropped.
func child(dir, url string) {
	ctx := context.Background()
	store, err := postgres.Open(ctx, url, postgres.Options{Volatile: true, Connections: 4})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	log, err := spool.Open(dir, store.Clicks(), spool.Options{Segment: 32 << 10, Limit: 512 << 10})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	var said sync.Mutex
	for teller := range 4 {
		go func() {
			for n := 0; ; n++ {
				k := click(n)
				k.ID = attribution.ClickID(fmt.Sprintf("clk_%d_%d_%d", os.Getpid(), teller, n))
				k.Link = attribution.LinkID(fmt.Sprintf("link_%d", n%3))
				word := "kept"
				if log.Append(ctx, k) != nil {
					word = "dropped"
				}
				said.Lock()
				fmt.Println(word, k.ID)
				said.Unlock()
			}
		}()
	}
	select {}
}

// TestKilled (P-24, E-10): processes are killed at any moment while they tell of clicks, and so are their connections. What was
// acknowledged is stored once, nothing else is but what was being told then, and the counts are those of the rows (A12).
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 100
	if testing.Short() {
		kills = 10
	}
	url := pgtest.Open(t, func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url, migrations.Files)
		return err
	})
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	dir := t.TempDir()
	kept, dropped := map[string]bool{}, map[string]bool{}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for round := range kills {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		c.Env = append(os.Environ(), childFolder+"="+dir, childDatabase+"="+url)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		last := 1 + random.IntN(3_000) // answers until it is killed
		lines := bufio.NewScanner(out)
		for heard := 0; lines.Scan(); heard++ {
			word, id, _ := strings.Cut(lines.Text(), " ")
			switch word {
			case "kept":
				kept[id] = true
			case "dropped":
				dropped[id] = true
			default:
				require.Fail(t, "the child says: "+lines.Text())
			}
			if heard == last/2 && round%3 == 0 {
				_, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'twist' AND datname = current_database()`)
				require.NoError(t, err)
			}
			if heard == last {
				require.NoError(t, c.Process.Kill()) // what it said before is read to the end
			}
		}
		require.Error(t, c.Wait(), "it was killed")
	}
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	log, err := spool.Open(dir, store.Clicks(), spool.Options{})
	require.NoError(t, err)
	require.NoError(t, log.Settle(t.Context()))
	require.NoError(t, log.Close())
	require.Zero(t, log.Counts().Refused)

	stored := map[string]int{}
	rows, err := db.QueryContext(t.Context(), `SELECT id FROM clicks`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		stored[id]++
	}
	require.NoError(t, rows.Err())
	for id := range kept {
		require.Equal(t, 1, stored[id], id)
	}
	for id := range dropped {
		require.Zero(t, stored[id], id)
	}
	require.LessOrEqual(t, len(stored)-len(kept), 4*kills, "each teller was telling of one click when it was killed")
	var uncounted, counted int
	require.NoError(t, db.QueryRowContext(t.Context(), `
		SELECT count(*) FROM (SELECT link, date_trunc('hour', at, 'UTC') AS hour, count(*) AS n FROM clicks GROUP BY 1, 2) AS r
		FULL JOIN (SELECT link, hour, sum(clicks) AS n FROM click_hours WHERE link <> '' GROUP BY 1, 2) AS h USING (link, hour)
		WHERE r.n IS DISTINCT FROM h.n`).Scan(&uncounted))
	require.Zero(t, uncounted)
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT sum(clicks) FROM click_hours WHERE link <> ''`).Scan(&counted))
	require.Equal(t, len(stored), counted)
	t.Logf("%d kills: %d acknowledged, %d dropped, %d stored", kills, len(kept), len(dropped), len(stored))
}
