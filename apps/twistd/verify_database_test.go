package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/testkit/pgtest"
)

// alteration is one thing done to one row, and undone.
type alteration struct{ do, undo string }

// first is a condition that one row of a table meets.
func first(table string) string { return " WHERE ctid = (SELECT min(ctid) FROM " + table + ")" }

// alterations are one for each table that verify reads. Constraints let them pass: they are what somebody
// could do who has the database in hand, once its triggers are off.
func alterations() map[string]alteration {
	update := func(table, do, undo string) alteration {
		one := " WHERE ctid = (SELECT max(ctid) FROM " + table + ")" // where what was updated stands last
		return alteration{"UPDATE " + table + " SET " + do + first(table), "UPDATE " + table + " SET " + undo + one}
	}
	return map[string]alteration{
		"entries":  update("entries", `metadata = metadata || '{"x":"y"}'`, `metadata = metadata - 'x'`),
		"lines":    update("lines", `before = before + 1, after = after + 1`, `before = before - 1, after = after - 1`),
		"balances": update("balances", `balance = balance + 1`, `balance = balance - 1`),
		"waiting":  {`INSERT INTO waiting (source, id) VALUES ('event', 'evt_x')`, `DELETE FROM waiting`},
		"events": { // a page with room for it may come before the last
			`UPDATE events SET subject = subject || '~'` + first("events"), `UPDATE events SET subject = left(subject, -1) WHERE subject LIKE '%~'`,
		},
		"seals":       update("seals", `hash = set_byte(hash, 0, get_byte(hash, 0) # 1)`, `hash = set_byte(hash, 0, get_byte(hash, 0) # 1)`),
		"pools":       update("pools", `active = active + 1`, `active = active - 1`),
		"positions":   update("positions", `claimed = claimed + 1`, `claimed = claimed - 1`),
		"activations": {`INSERT INTO activations SELECT id, 1, 0, 1 FROM pools LIMIT 1`, `DELETE FROM activations WHERE epoch = 1`},
		"tickets": {
			`INSERT INTO tickets SELECT 'tick_x', pool, id, account, 1, 'cooling', now(), now() + interval '1 day', NULL FROM positions LIMIT 1`,
			`DELETE FROM tickets`,
		},
		"pool_days":   update("pool_days", `rewards = rewards + 1`, `rewards = rewards - 1`),
		"conversions": update("conversions", `amount = amount + 1`, `amount = amount - 1`),
		"touches":     update("touches", `link = link || 'x'`, `link = left(link, -1)`),
		"refunds":     update("refunds", `reversed = reversed + 1`, `reversed = reversed - 1`),
		"commissions": update("commissions", `net = net + 1, fee = fee - 1`, `net = net - 1, fee = fee + 1`),
		"bonuses": {
			`INSERT INTO bonuses SELECT 'bon_x', id, account, '2026-01', 'tier', 0, 'GOLD', 500000000000, 'due', now(), NULL, NULL, 500000000000 FROM influencers LIMIT 1`,
			`DELETE FROM bonuses WHERE id = 'bon_x'`,
		},
		"assessments": {`INSERT INTO assessments VALUES ('2026-01', now())`, `DELETE FROM assessments WHERE month = '2026-01'`},
		"debts": {
			`INSERT INTO debts SELECT a.id, p.id, 5, now() FROM accounts AS a, programs AS p LIMIT 1`,
			`DELETE FROM debts WHERE owed = 5`,
		},
		"deposits": update("deposits", `amount = amount + 1`, `amount = amount - 1`),
		"payouts":  update("payouts", `amount = amount + 1`, `amount = amount - 1`),
		"wallets":  update("wallets", `wallet = wallet || 'x'`, `wallet = left(wallet, -1)`),
		"accounts": update("accounts", `opened_at = opened_at + interval '1 second'`, `opened_at = opened_at - interval '1 second'`),
		"programs": update("programs", `opened_at = opened_at + interval '1 second'`, `opened_at = opened_at - interval '1 second'`),
		"attempts": update("attempts", `gas = gas + 1`, `gas = gas - 1`),
	}
}

// unread are the tables of which no sum depends; the root's tests list why.
var unread = []string{"challenges", "assents", "sessions", "api_keys", "influencers", "emails", "mails", "applications", "outcomes", "links", "clicks", "click_hours", "bindings", "reservations", "click_days", "click_visitors", "tombstones", "deposit_cursor", "audit", "pool_figures", "alerts", "conducts", "crowds", "places"}

// P-32, E-29: an operator's `twistd verify` exits with 1 for one altered row of any table that it reads, and
// names it; and with 0 when that is undone.
func TestVerifyExitsForAnyTable(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, demonstrated)
	db := owner(t, url)
	do := func(statement string) {
		t.Helper()
		done, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
		rows, err := done.RowsAffected()
		require.NoError(t, err)
		require.EqualValues(t, 1, rows, statement)
	}
	_, err := db.ExecContext(t.Context(), `DO $$ DECLARE name regclass; BEGIN
		FOR name IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace LOOP
			EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', name);
		END LOOP;
	END $$`)
	require.NoError(t, err)

	all := alterations()
	for _, table := range tables(t, url) {
		if slices.Contains(unread, table) {
			continue
		}
		require.Contains(t, all, table, "a table that nobody tried to alter")
		do(all[table].do)
		out, code := process(t, inDatabase(url), "verify")
		require.Equal(t, 1, code, "%s: %s%s", table, &out.stdout, &out.stderr)
		require.Regexp(t, `(?m)^[a-z]+(_[a-z]+)* \S.*: .+$`, out.stdout.String(), table)
		require.NotContains(t, out.stdout.String(), "ok:", table)
		require.Regexp(t, `^twistd: not ok: \d+ findings\n$`, out.stderr.String(), table)
		do(all[table].undo)
	}
	out, code := process(t, inDatabase(url), "verify")
	require.Zero(t, code, "%s%s", &out.stdout, &out.stderr)
	require.Regexp(t, `^ok: [1-9]`, out.stdout.String())
}

// What is stored and means nothing at all is a finding, not a failure to look.
func TestVerifyNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, demonstrated)
	db := owner(t, url)
	_, err := db.ExecContext(t.Context(), `ALTER TABLE entries DISABLE TRIGGER USER; UPDATE entries SET metadata = '{"x":{}}'`)
	require.NoError(t, err)
	out, code := process(t, nil, "verify", "--database-url", url)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^row_unreadable `, out.stdout.String())
}

// tables are all of ours.
func tables(t *testing.T, url string) (names []string) {
	t.Helper()
	rows, err := owner(t, url).QueryContext(t.Context(), `
		SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace AND relname <> 'goose_db_version'`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}
