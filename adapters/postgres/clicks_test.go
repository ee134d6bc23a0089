package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/testkit/pgtest"
)

const day = 24 * time.Hour

// clicked is what the tests of clicks work on: a log, and its database as its owner sees it.
type clicked struct {
	*testing.T

	log *postgres.Clicks
	db  *sql.DB
}

func newClicked(t *testing.T) clicked {
	t.Helper()
	url := pgtest.Open(t, migrate)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 12})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return clicked{t, store.Clicks(), owner(t, url)}
}

// click is a click of a moment, whose id was made then.
func (c clicked) click(at time.Time, n int) attribution.Click {
	const digits = "0123456789abcdefghjkmnpqrstvwxyz"
	id := make([]byte, 0, 10)
	for shift := 45; shift >= 0; shift -= 5 {
		id = append(id, digits[at.UnixMilli()>>shift&31])
	}
	return attribution.Click{
		ID: attribution.ClickID(fmt.Sprintf("clk_%s%016d", id, n)), Link: "link_1", Program: "prog_1", Influencer: "infl_1",
		Holder: "acct_1", Visitor: "a visitor", At: at, Verdict: attribution.Valid, Origin: attribution.Redirect,
	}
}

func (c clicked) append(clicks ...attribution.Click) {
	c.Helper()
	require.NoError(c, c.log.Append(c.Context(), clicks...))
}

func (c clicked) rotate(now time.Time) {
	c.Helper()
	_, err := c.log.Rotate(c.Context(), now, attribution.ClicksKept)
	require.NoError(c, err)
}

// table is where a click stands.
func (c clicked) table(k attribution.Click) (name string) {
	c.Helper()
	require.NoError(c, c.db.QueryRowContext(c.Context(), `SELECT tableoid::regclass::text FROM clicks WHERE id = $1`, string(k.ID)).Scan(&name))
	return name
}

// uncounted is how many keys of counts are not what the rows add up to, of links and of programs, by the hour and by the day.
func (c clicked) uncounted() int {
	c.Helper()
	const one = `
		SELECT count(*) FROM (
			SELECT program, l.link, %[2]s AS %[1]s, verdict, count(*) AS n,
				count(DISTINCT visitor) FILTER (WHERE verdict = 'valid' AND visitor <> '') AS visitors
			FROM clicks AS k CROSS JOIN LATERAL (VALUES (k.link), ('')) AS l (link) GROUP BY 1, 2, 3, 4
		) AS r FULL JOIN (
			SELECT program, link, %[1]s, verdict, sum(clicks) AS n, sum(visitors) AS visitors FROM click_%[1]ss GROUP BY 1, 2, 3, 4
		) AS h USING (program, link, %[1]s, verdict) WHERE (r.n, r.visitors) IS DISTINCT FROM (h.n, h.visitors)`
	const excess = `
		SELECT count(*) FROM (
			SELECT program, l.link, (at AT TIME ZONE 'UTC')::date AS day, verdict, count(*) FILTER (WHERE excess) AS n
			FROM clicks AS k CROSS JOIN LATERAL (VALUES (k.link), ('')) AS l (link) GROUP BY 1, 2, 3, 4
		) AS r FULL JOIN (SELECT program, link, day, verdict, sum(excess) AS n FROM click_days GROUP BY 1, 2, 3, 4) AS h
		USING (program, link, day, verdict) WHERE r.n IS DISTINCT FROM h.n`
	return number(c.T, c.db, excess) + number(c.T, c.db, fmt.Sprintf(one, "hour", `date_trunc('hour', at, 'UTC')`)) + number(c.T, c.db, fmt.Sprintf(one, "day", `(at AT TIME ZONE 'UTC')::date`))
}

// A click stands in the table of its id's day, in the rest while there is none, and is found in one table alone.
func TestClickDays(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	begins := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	early, last, next, odd := c.click(begins, 1), c.click(begins.Add(day-time.Millisecond), 2), c.click(begins.Add(day), 3), c.click(begins, 4)
	odd.ID = "clk_of_another_making"
	c.append(early, last, next, odd)
	require.Equal(t, "clicks_rest", c.table(early))
	c.rotate(begins.Add(time.Hour))
	for k, want := range map[attribution.Click]string{early: "clicks_20260302", last: "clicks_20260302", next: "clicks_20260303", odd: "clicks_rest"} {
		require.Equal(t, want, c.table(k))
		found, ok, err := c.log.Find(t.Context(), k.ID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, k, found)
	}
	ahead := c.click(begins.Add(8*day-time.Millisecond), 5)
	beyond := c.click(begins.Add(8*day), 6)
	c.append(early, last, ahead, beyond)
	require.Equal(t, "clicks_20260309", c.table(ahead), "tables are made ahead")
	require.Equal(t, "clicks_rest", c.table(beyond), "and what is beyond them is lost by nobody")
	require.Equal(t, 6, number(t, c.db, `SELECT count(*) FROM clicks`))
	require.Zero(t, c.uncounted())
	require.Equal(t, 1, number(t, c.db, fmt.Sprintf(
		`SELECT count(*) FROM pg_class WHERE relname LIKE 'clicks_20%%' AND relkind = 'r' AND relname = '%s'`, c.table(next))))
	rows, err := c.db.QueryContext(t.Context(), fmt.Sprintf(`EXPLAIN SELECT * FROM clicks WHERE id = '%s'`, next.ID))
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	plan := ""
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		plan += line + "\n"
	}
	require.NoError(t, rows.Err())
	require.Contains(t, plan, "clicks_20260303")
	require.NotContains(t, plan, "clicks_20260302")
	require.NotContains(t, plan, "clicks_rest")
}

// Days of long ago are dropped whole, what was counted of them stays, and nobody is dropped too early: not by a clock
// that is wrong, and not by who asks for less.
func TestClickDaysAreDropped(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	now := time.Now().UTC().Truncate(day).Add(time.Hour)
	old, kept := now.Add(-attribution.ClicksKept-day), now.Add(-attribution.ClicksKept)
	c.rotate(old)
	gone, stays := c.click(old, 1), c.click(kept, 2)
	c.append(gone, stays)
	require.NotEqual(t, "clicks_rest", c.table(gone))
	c.rotate(now.Add(400 * day))
	for _, k := range []attribution.Click{gone, stays} {
		_, ok, err := c.log.Find(t.Context(), k.ID)
		require.NoError(t, err)
		require.Equal(t, k == stays, ok)
	}
	require.Equal(t, 2, number(t, c.db, `SELECT sum(clicks) FROM click_hours WHERE link <> ''`))
	_, err := c.log.Rotate(t.Context(), now, attribution.ClicksKept-day)
	require.Error(t, err)
}

// The program's role adds clicks and nothing else: neither to a day's table by its own name, nor to its making.
func TestTheRoleOwnsNoClickDay(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	c.rotate(later)
	conn, err := c.db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "SET ROLE twist_app")
	require.NoError(t, err)
	for _, statement := range []string{
		"DROP TABLE clicks_20260302", "DELETE FROM clicks_20260302", "INSERT INTO clicks_20260302 SELECT * FROM clicks", "UPDATE clicks_rest SET at = now()",
		"ALTER TABLE clicks DETACH PARTITION clicks_20260302", "UPDATE click_hours SET stripe = 1",
	} {
		state, _ := refused(t, conn, statement)
		require.Equal(t, "42501", state, statement)
	}
}

// P-23, P-24: however many tell of the same clicks at once, in whatever order, while tables are made under them: each is kept
// once, each is counted once, and nobody fails.
func TestClicksAtOnceAreCountedOnce(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	now := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	verdicts := []attribution.Verdict{attribution.Valid, "robot", "duplicate"}
	const clicks, tellers, batches = 300, 10, 12
	all := make([]attribution.Click, clicks)
	for n := range all {
		all[n] = c.click(now.Add(time.Duration(n%5)*17*time.Minute), n)
		all[n].Visitor = fmt.Sprintf("visitor %d", n%7)
		all[n].Link, all[n].Verdict = attribution.LinkID(fmt.Sprintf("link_%d", n%4)), verdicts[n%3]
	}
	var running sync.WaitGroup
	failures := make(chan error, tellers*batches+1)
	for teller := range tellers {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(teller), 1))
			for range batches {
				batch := make([]attribution.Click, 0, 60)
				for _, n := range random.Perm(clicks)[:60] {
					batch = append(batch, all[n])
				}
				failures <- c.log.Append(context.WithoutCancel(t.Context()), batch...)
			}
		})
	}
	running.Go(func() {
		_, err := c.log.Rotate(context.WithoutCancel(t.Context()), now, attribution.ClicksKept)
		failures <- err
	})
	running.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	c.append(all...)
	require.Equal(t, clicks, number(t, c.db, `SELECT count(*) FROM clicks`))
	require.Zero(t, number(t, c.db, `SELECT count(*) FROM clicks_rest`))
	require.Equal(t, clicks, number(t, c.db, `SELECT sum(clicks) FROM click_hours WHERE link <> ''`))
	require.Zero(t, c.uncounted())
}

// Who was noted before the row of a program named a link is not counted again: such a row, and that of the link, say who came.
func TestVisitorsOfBeforeAreKnown(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	noon := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	c.append(c.click(noon, 1))
	_, err := c.db.ExecContext(t.Context(), `
		WITH of_program AS (UPDATE click_visitors SET link = NULL, link_hours = 0, link_added = 0)
		INSERT INTO click_visitors (day, visitor, hours, added) SELECT day, link, hours, added FROM click_visitors`)
	require.NoError(t, err)
	other := c.click(noon, 3)
	other.Link = "link_2"
	c.append(c.click(noon, 2), other, c.click(noon.Add(time.Hour), 4))
	require.Zero(t, c.uncounted())
}

// What the rotation of each minute looks for in the rest it finds by an index: the rest can hold all clicks from before
// there were days.
func TestRotationReadsNoMoreThanItHasTo(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	conn, err := c.db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "SET enable_seqscan = off")
	require.NoError(t, err)
	var plan string
	require.NoError(t, conn.QueryRowContext(t.Context(), `EXPLAIN (FORMAT JSON) DELETE FROM clicks_rest WHERE at < now()`).Scan(&plan))
	require.Contains(t, plan, "clicks_rest_at")
	require.NoError(t, conn.QueryRowContext(t.Context(), `EXPLAIN (FORMAT JSON) DELETE FROM click_visitors_rest WHERE day < now()::date`).Scan(&plan))
	require.Contains(t, plan, "click_visitors_rest_pkey")
}

// To plan over the tables of half a year takes longer than to look in them: it is done once on a connection, and not six times.
func TestAVisitorsClicksArePlannedOnce(t *testing.T) {
	t.Parallel()
	c := newClicked(t)
	var settings string
	require.NoError(t, c.db.QueryRow(`SELECT array_to_string(proconfig, ' ') FROM pg_proc WHERE oid = 'visitor_clicks'::regproc`).Scan(&settings))
	require.Equal(t, "plan_cache_mode=force_generic_plan", settings)
}

// Whoever follows a second link of a program costs as much as whoever follows a first one, however many of them come at once:
// nothing that a batch brings is compared with each of all the rest. The statement is planned for few.
func TestABatchIsNotComparedWithItself(t *testing.T) {
	t.Parallel()
	url, sent := pgtest.Open(t, migrate), &heard{with: "click_visitors"}
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	c := clicked{T: t, log: store.Clicks()}
	c.append(c.click(later, 1))
	plan := planned(t, owner(t, url), sent.last, "", strings.TrimSuffix(strings.Repeat("NULL, ", 15), ", "))
	require.Contains(t, plan, "Hash Cond")
	require.NotContains(t, plan, "Nested Loop")
}
