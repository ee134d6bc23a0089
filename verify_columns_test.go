package twist_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// P-32, E-29: whichever column of whichever kind of row in the database is altered, and whichever row is
// deleted or stands there twice, the recomputation says so, except where blind lists why it cannot.
func TestVerifyNoticesAnyAlteredColumn(t *testing.T) {
	t.Parallel()
	var made sync.Map // what was tried
	t.Run("worlds", func(t *testing.T) {
		for name, rich := range riches {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				url := pgtest.Open(t, migrate)
				store := openStore(t, url)
				w := newWorldOver(t, store, store.Clicks())
				rich(w)
				w.sound()
				hand{database: owner(t, url), world: w, made: &made}.play()
			})
		}
	})
	for what := range blind {
		made.LoadOrStore(what, false)
	}
	made.Range(func(what, tried any) bool {
		require.Equal(t, true, tried, "%s: no row of it was tried", what)
		return true
	})
}

// hand is somebody who owns the database of a world and obeys no rule of it.
type hand struct {
	database

	world *world
	made  *sync.Map
}

// play does everything that can be done to one row, one after the other.
func (h hand) play() {
	h.t.Helper()
	h.unleash()
	require.False(h.t, h.noticed(), "nothing was altered")
	for _, table := range h.tables() {
		if _, whole := blind[table]; whole {
			h.made.Store(table, true)
			continue
		}
		h.made.LoadOrStore(table, false)
		h.alterAll(table)
		h.deleteAll(table)
		h.inventAll(table)
	}
	require.False(h.t, h.noticed(), "all of it was undone")
}

// noticed reports that the recomputation found something, if only what cannot be read.
func (h hand) noticed() bool {
	h.t.Helper()
	v, err := twist.Verify(h.t.Context(), h.world.store) // which asks no clock
	if err != nil {
		require.Equal(h.t, "row_unreadable", fault.Of(err).Code(), "%v", err)
	}
	return err != nil || len(v.Findings) > 0
}

// unleash takes everything out of the schema that could refuse or replace a row.
func (h hand) unleash() {
	h.t.Helper()
	var all strings.Builder
	for _, statement := range h.texts(`
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
		WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text = ANY ($1) ORDER BY contype = 'p', contype = 'u'`, h.tables()) {
		all.WriteString(strings.Replace(statement, "CONSTRAINT ", "CONSTRAINT IF EXISTS ", 1) + ";")
	}
	for _, table := range h.tables() {
		fmt.Fprintf(&all, "ALTER TABLE %s DISABLE TRIGGER USER;", table)
	}
	h.do(all.String() + `DROP INDEX attempts_live; ALTER TABLE waiting ALTER turn DROP IDENTITY; ALTER TABLE seals DROP previous;`)
}

// column is a column of a table, and what else its values could be.
type column struct {
	Table, Name, Type string
}

// String is the column as blind names it.
func (c column) String() string { return c.Table + "." + c.Name }

func (h hand) columns(table string) []column {
	h.t.Helper()
	rows, err := h.Query(h.t.Context(), `
		SELECT $1::text, attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
	require.NoError(h.t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	require.NoError(h.t, err)
	return all
}

// others are expressions for values that are not the one that stands there.
func (c column) others(t testing.TB) []string {
	if named, ok := map[string][]string{
		"payouts.state":     {"'requested'", "'approved'", "'queued'", "'signed'", "'broadcast'", "'confirmed'", "'settled'", "'canceled'", "'rejected'", "'failed'", "'unproven'"},
		"attempts.state":    {"'live'", "'landed'", "'reverted'", "'dead'"},
		"pools.state":       {"'active'", "'paused'", "'closed'"},
		"tickets.state":     {"'cooling'", "'withdrawn'", "'canceled'"},
		"bonuses.state":     {"'due'", "'paid'", "'lapsed'"},
		"bonuses.kind":      {"'conversions'", "'tier'"},
		"commissions.state": {"'unfunded'", "'pending'", "'held'", "'approved'", "'rejected'", "'reversed'", "'waived'"},
		"entries.postings":  {`jsonb_set(postings, '{0,amount}', '"7"')`, `postings - 0`, `postings || (postings -> 0)`},
	}[c.String()]; ok {
		return named
	}
	switch c.Type {
	case "text":
		return []string{c.Name + " || 'x'"}
	case "bigint", "integer", "smallint", "numeric(39,0)":
		return []string{c.Name + " + 1", "greatest(" + c.Name + " - 1, 0)"}
	case "timestamp with time zone":
		return []string{"coalesce(" + c.Name + ", now()) + interval '1 microsecond'"}
	case "bytea":
		return []string{"set_byte(" + c.Name + " || '\\x00', 0, get_byte(" + c.Name + " || '\\x00', 0) # 1)"}
	case "jsonb":
		return []string{c.Name + ` || '{"x":"y"}'`}
	case "boolean":
		return []string{"NOT " + c.Name}
	case "bigint[]":
		return []string{
			c.Name + " || ARRAY[2592000, 1]", "trim_array(" + c.Name + ", least(2, cardinality(" + c.Name + ")))",
			"CASE WHEN cardinality(" + c.Name + ") > 1 THEN ARRAY[" + c.Name + "[1] + 1] || " + c.Name + "[2:] ELSE " + c.Name + " END",
			"CASE WHEN cardinality(" + c.Name + ") > 1 THEN ARRAY[" + c.Name + "[1], " + c.Name + "[2] - 1] || " + c.Name + "[3:] ELSE " + c.Name + " END",
		}
	case "text[]":
		return []string{c.Name + " || 'admin'::text"}
	}
	require.Fail(t, "how is that altered?", "%+v", c)
	return nil
}

// kinds is what tells the rows of a table apart that are worth trying each.
var kinds = map[string]string{
	"entries": "(kind, id IN (SELECT id FROM waiting))", "events": "(kind, id IN (SELECT id FROM waiting))",
	"waiting": "source", "seals": "(source, position = 1)", "accounts": "erased_at IS NULL", "lines": "(split_part(address, ':', 1), asset, version = 1)",
	"balances": "(split_part(address, ':', 1), asset, version = 0)", "deposits": "(account = '', purpose)", "bonuses": "(state, short_at IS NULL)", "payouts": "(state, amount >= 10000000000000, decided_by = '')",
	"commissions": "(state, fans > 0)", "attempts": "state", "pools": "(state, suspended = '', active > 0, waiting > 0, carry > 0)", "tickets": "state",
	"positions": "(active > 0, waiting > 0)", "touches": "reason", "conversions": "(touch = '', refunded > 0)", "programs": "closed_at IS NULL",
}

// twins are the columns that make another row of a copy: what the keys of a table are, as they could be next.
var twins = map[string]map[string]string{
	"entries": {"id": "id || 'x'", "reference": "reference || 'x'"}, "events": {"id": "id || 'x'"}, "seals": {"position": "position + 1000"},
	"waiting": {"turn": "turn + 1000"}, "lines": {"version": "version + 1000"}, "balances": {"stripe": "stripe + 1"},
	"accounts": {"id": "id || 'x'"}, "wallets": {"wallet": "wallet || 'x'"}, "programs": {"id": "id || 'x'"}, "pools": {"id": "id || 'x'"}, "positions": {"id": "id || 'x'", "account": "account || 'x'"}, "activations": {"epoch": "epoch - 1"}, "tickets": {"id": "id || 'x'"}, "pool_days": {"day": "day - 100"},
	"conversions": {"id": "id || 'x'"}, "refunds": {"id": "id || 'x'"}, "touches": {"click": "click || 'x'"}, "commissions": {"id": "id || 'x'"}, "debts": {"program": "program || 'x'"},
	"bonuses": {"id": "id || 'x'"}, "assessments": {"month": "to_char(to_date(month, 'YYYY-MM') + 400, 'YYYY-MM')"},
	"deposits": {"index": "index + 1"}, "payouts": {"id": "id || 'x'"}, "attempts": {"n": "n + 1"}, "deposit_cursor": {"one": "NOT one"},
}

// target is one row, and whether nobody can see what is done to it.
type target struct {
	At    string
	Blind bool
}

// targets gives a row of each kind.
func (h hand) targets(table, what string) []target {
	h.t.Helper()
	of := blind[what]
	rows, err := h.Query(h.t.Context(), fmt.Sprintf(`
		SELECT at::text, blind FROM (
			SELECT ctid AS at, %[3]s AS blind, row_number() OVER (PARTITION BY %[2]s ORDER BY ctid) AS n FROM %[1]s
		) AS r WHERE n = 1`, table, cmp.Or(kinds[table], "true"), cmp.Or(of.where, fmt.Sprint(of.reason != ""))))
	require.NoError(h.t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[target])
	require.NoError(h.t, err, table)
	if len(all) > 0 {
		h.made.Store(table, true)
	}
	if slices.ContainsFunc(all, func(row target) bool { return row.Blind }) {
		h.made.Store(what, true)
	}
	return all
}

// require holds that what was done is noticed, unless it is listed that it cannot be.
func (h hand) require(row target, what string, args ...any) {
	h.t.Helper()
	require.NotEqual(h.t, row.Blind, h.noticed(), "what is listed as unseen differs: "+fmt.Sprintf(what, args...))
}

// alterAll alters one value after the other, and puts each back.
func (h hand) alterAll(table string) {
	h.t.Helper()
	for _, c := range h.columns(table) {
		for _, other := range c.others(h.t) {
			what := c.String() + " to " + other
			if _, listed := blind[what]; !listed {
				what = c.String()
			}
			for _, row := range h.targets(table, what) {
				h.alter(c, row, other)
			}
		}
	}
}

func (h hand) alter(c column, row target, other string) {
	h.t.Helper()
	was := h.texts(fmt.Sprintf(`SELECT quote_nullable(%s::text) FROM %s WHERE ctid = $1::tid`, c.Name, c.Table), row.At)[0]
	now := h.texts(fmt.Sprintf(`UPDATE %[1]s SET %[2]s = %[3]s WHERE ctid = $1::tid AND %[2]s IS DISTINCT FROM %[3]s RETURNING ctid::text`, c.Table, c.Name, other), row.At)
	if len(now) == 0 {
		return // that is what stands there
	}
	h.require(row, "%s of %s is %s", c, was, other)
	h.do(fmt.Sprintf(`UPDATE %s SET %s = %s::%s WHERE ctid = $1::tid`, c.Table, c.Name, was, c.Type), now[0])
}

// deleteAll deletes one row after the other, and puts each back.
func (h hand) deleteAll(table string) {
	h.t.Helper()
	for _, row := range h.targets(table, "a deleted row of "+table) {
		h.do(fmt.Sprintf(`CREATE TABLE gone AS SELECT * FROM %s WHERE ctid = '%s'`, table, row.At))
		h.do(fmt.Sprintf(`DELETE FROM %s WHERE ctid = $1::tid`, table), row.At)
		h.require(row, "a row of %s is deleted", table)
		h.do(fmt.Sprintf(`INSERT INTO %s SELECT * FROM gone`, table))
		h.do(`DROP TABLE gone`)
	}
}

// inventAll makes of one row after the other a second one, and removes it.
func (h hand) inventAll(table string) {
	h.t.Helper()
	require.Contains(h.t, twins, table, "what would be another row of it?")
	var values []string
	for _, c := range h.columns(table) {
		values = append(values, cmp.Or(twins[table][c.Name], c.Name))
	}
	for _, row := range h.targets(table, "an invented row of "+table) {
		twin := h.texts(fmt.Sprintf(`INSERT INTO %[1]s SELECT %[2]s FROM %[1]s WHERE ctid = $1::tid RETURNING ctid::text`, table, strings.Join(values, ", ")), row.At)[0]
		h.require(row, "a row of %s is invented", table)
		h.do(fmt.Sprintf(`DELETE FROM %s WHERE ctid = $1::tid`, table), twin)
	}
}
