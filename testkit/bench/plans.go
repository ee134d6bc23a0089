package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/adapters/postgres"
)

// explained is a store whose server writes the plan of every statement, and of those inside the schema's
// functions, into its log: the generic plan, which does not know the arguments.
type explained struct {
	*ledgerBench
	*system

	store *postgres.Store
	seen  *recorder
	log   string // the file
}

// plans fills a database, sends a mix of calls and looks at how the server carried out each statement.
func (b *bench) plans(ctx context.Context) (string, error) {
	l, err := b.filled(ctx)
	if err != nil {
		return "", err
	}
	e, err := l.explain(ctx)
	if err != nil {
		return "", errors.Join(err, l.close(ctx))
	}
	mixed, err := e.watch(ctx, e.mix)
	var others []seen
	if err == nil {
		others, err = e.rest(ctx)
	}
	if err := errors.Join(err, e.store.Close(), l.close(ctx)); err != nil {
		return "", err
	}
	if bad := faults(hottest(slices.Concat(mixed, others))); len(bad) > 0 {
		return "", fmt.Errorf("plans that grow with a table:\n\n%s", strings.Join(bad, "\n\n"))
	}
	silent := slices.Sorted(maps.Keys(e.seen.silent))
	return renderPlans(hottest(mixed), len(hottest(slices.Concat(mixed, others))), silent), nil
}

// rest looks at what is rare, when sealing has fallen behind: a page is then a small part of what waits.
func (e *explained) rest(ctx context.Context) ([]seen, error) {
	if err := e.load(ctx, "backlog.sql", nil); err != nil {
		return nil, err
	}
	if err := e.settle(ctx); err != nil {
		return nil, err
	}
	return e.watch(ctx, e.everythingElse)
}

// filled makes a database that has been in use for a while.
func (b *bench) filled(ctx context.Context) (*ledgerBench, error) {
	l, err := b.ledgerOn(ctx, "plans")
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		file string
		with map[string]int
	}{
		{"people.sql", map[string]int{"people": million}},
		{"pools.sql", map[string]int{"pools": 100_000}},
		{"positions.sql", map[string]int{"pool": 1, "positions": few}},
		{"positions.sql", map[string]int{"pool": 2, "positions": million / 2}},
		{"positions_spread.sql", map[string]int{"spread": 10_010}},
		{"programs.sql", map[string]int{"programs": 1_000}},
		{"commissions.sql", map[string]int{"pool": 3, "from": 1, "to": 100_000}},
		{"commissions_done.sql", nil},
		{"rest.sql", map[string]int{"rest": 100_000}},
	} {
		if err := l.load(ctx, step.file, step.with); err != nil {
			return nil, errors.Join(err, l.close(ctx))
		}
	}
	return l, l.history(ctx, 200_000)
}

// explain opens a store on one connection, so that statements are logged in the order in which they are sent.
func (l *ledgerBench) explain(ctx context.Context) (*explained, error) {
	e := &explained{ledgerBench: l, seen: &recorder{silent: portMethods()}}
	err := l.conn.QueryRow(ctx, "SELECT coalesce(pg_current_logfile('jsonlog'), '')").Scan(&e.log)
	if err != nil || e.log == "" {
		return nil, errors.Join(err, errors.New("the server keeps no log that can be read: start it with logging_collector=on and log_destination=jsonlog"))
	}
	at, err := url.Parse(l.url)
	if err != nil {
		return nil, err
	}
	query := at.Query()
	for name, value := range map[string]string{
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_nested_statements": "on",
		"plan_cache_mode": "force_generic_plan", "jit": "off",
	} {
		query.Set(name, value)
	}
	at.RawQuery = query.Encode()
	if e.store, err = postgres.Open(ctx, at.String(), postgres.Options{Volatile: true, Connections: 1, Trace: e.seen}); err != nil {
		return nil, err
	}
	e.system, err = assemble(e.store, e.store.Clicks())
	return e, err
}

// watch gives the statements that the server carried out while fn ran.
func (e *explained) watch(ctx context.Context, fn func(context.Context) error) ([]seen, error) {
	from, err := e.mark(ctx)
	if err != nil {
		return nil, err
	}
	statements, err := e.seen.during(func() error { return fn(ctx) })
	if err != nil {
		return nil, err
	}
	to, err := e.mark(ctx)
	if err != nil {
		return nil, err
	}
	var log string
	if err := e.conn.QueryRow(ctx, "SELECT pg_read_file($1, $2, $3)", e.log, from, to-from).Scan(&log); err != nil {
		return nil, err
	}
	all, err := readLog(log)
	methods := map[string]string{}
	for _, s := range statements {
		methods[dedent(s.text)] = s.method
	}
	attribute(all, methods)
	return all, err
}

// mark waits until everything so far is in the log and gives how long it is. The log has a writer of its
// own, which is behind by a moment.
func (e *explained) mark(ctx context.Context) (int64, error) {
	word := e.ids.New("mark")
	if _, err := e.conn.Exec(ctx, "DO $$ BEGIN RAISE LOG '"+word+"'; END $$"); err != nil {
		return 0, err
	}
	for range 100 {
		var size int64
		var there bool
		err := e.conn.QueryRow(ctx, `SELECT size, position($2 IN pg_read_file($1, greatest(0, size - 20000), 20000)) > 0
			FROM pg_stat_file($1)`, e.log, word).Scan(&size, &there)
		if err != nil || there {
			return size, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, errors.New("the server's log does not come")
}
