package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// populated gives a database with a row in every table, as its owner sees it.
func populated(t *testing.T) *sql.DB {
	t.Helper()
	db := owner(t, pgtest.Open(t, migrate))
	populate(t, db, newest(t))
	return db
}

// refused gives the condition with which a statement fails; what succeeds fails the test.
func refused(t *testing.T, db interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statement string,
) (state, constraint string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	var said *pgconn.PgError
	require.ErrorAs(t, err, &said, statement)
	return said.Code, said.ConstraintName
}

// What is written once stays as it is, also for whoever owns the table: history by trigger, the rest of
// the money rows by a trigger against their deletion.
func TestHistoryIsImmutable(t *testing.T) {
	t.Parallel()
	db := populated(t)
	never := map[string]string{
		"entries": "at = now()", "lines": "delta = 1", "events": "at = now()", "seals": "id = 'x'", "outcomes": "at = now()",
		"audit": "at = now()", "refunds": "amount = 1", "touches": "at = now()", "deposits": "amount = 1", "clicks": "at = now()", "wallets": "account = 'acct_mallory'", "assents": "at = now()", "tombstones": "before = now()", "assessments": "at = now()",
	}
	never["click_hours"], never["click_days"] = "clicks = clicks - 1", "clicks = clicks - 1"
	for table, change := range never {
		state, _ := refused(t, db, "UPDATE "+table+" SET "+change)
		require.Equal(t, "TW010", state, table)
	}
	for _, table := range []string{
		"entries", "lines", "events", "seals", "audit", "outcomes", "assents", "tombstones", "refunds", "touches", "deposits", "balances", "pools", "positions", "pool_days", "tickets",
		"click_hours", "click_days", "conversions", "commissions", "bonuses", "assessments", "payouts", "attempts",
	} {
		state, _ := refused(t, db, "DELETE FROM "+table)
		require.Equal(t, "TW010", state, table)
		state, _ = refused(t, db, "TRUNCATE "+table+" CASCADE")
		require.Equal(t, "TW010", state, table)
	}
}

// What people told stays as long as their accounts are not erased.
func TestWhatPeopleToldIsKept(t *testing.T) {
	t.Parallel()
	db := populated(t)
	for _, table := range []string{"api_keys", "applications", "emails", "mails", "links", "conducts"} {
		state, _ := refused(t, db, "DELETE FROM "+table)
		require.Equal(t, "TW010", state, table)
	}
}

// What a row is, whose it is and what was agreed on cannot be changed by anybody, whatever else may.
func TestWhatWasSaidFirstStays(t *testing.T) {
	t.Parallel()
	db := populated(t)
	for table, columns := range map[string]string{
		"programs":    "id merchant opened_at",
		"pools":       "id influencer owner opened_at",
		"positions":   "id pool account",
		"links":       "id code program influencer holder destination promo promo_look made_at",
		"conversions": "id program order_id amount currency click touch at rule model window_ns rate flat rates items promoted more until bound",
		"commissions": "id conversion program influencer holder link pool amount rate gross earned_at final_at",
		"bonuses":     "id influencer holder month kind conversions tier fees amount due_at",
		"payouts":     "id account destination amount fee requested_at",
		"attempts":    "payout n signature raw genesis blockhash last_valid_height slot signed_at",
	} {
		for column := range strings.FieldsSeq(columns) {
			other := column + " || 'x'"
			switch {
			case column == "until" || column == "final_at": // which may say nothing
				other = "now()"
			case column == "at" || strings.HasSuffix(column, "_at"):
				other = column + " + interval '1 second'"
			case slices.Contains([]string{"amount", "fee", "rate", "gross", "n", "last_valid_height", "slot", "rule", "window_ns", "flat", "conversions", "fees"}, column):
				other = column + " + 1"
			case column == "promoted" || column == "more" || column == "bound":
				other = "NOT " + column
			case column == "rates" || column == "items":
				other = column + ` || '[1]'`
			case column == "raw":
				other = column + " || 'x'::bytea"
			}
			state, _ := refused(t, db, fmt.Sprintf("UPDATE %s SET %s = %s", table, column, other))
			require.Equal(t, "TW010", state, "%s.%s", table, column)
		}
		_, err := db.ExecContext(t.Context(), fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[2]s", table, strings.Fields(columns)[0]))
		require.NoError(t, err, "%s: what says the same again may", table)
	}
}

// The program's role cannot change what only grows, delete what is money, or touch the schema.
func TestTheRoleMayDoLittle(t *testing.T) {
	t.Parallel()
	db := populated(t)
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "SET ROLE twist_app")
	require.NoError(t, err)
	const denied = "42501"
	for table, allowed := range map[string]string{
		"entries": "", "lines": "", "events": "", "seals": "", "audit": "", "accounts": "", "sessions": "", "api_keys": "DELETE", "influencers": "", "outcomes": "DELETE",
		"programs": "", "links": "DELETE", "reservations": "DELETE", "refunds": "", "touches": "", "clicks": "", "bindings": "UPDATE DELETE", "click_hours": "UPDATE", "click_days": "UPDATE", "click_visitors": "UPDATE", "deposits": "", "assents": "", "tombstones": "", "wallets": "DELETE",
		"tickets": "", "alerts": "", "crowds": "UPDATE", "places": "UPDATE DELETE", "conducts": "UPDATE DELETE", "balances": "UPDATE", "pools": "UPDATE", "positions": "UPDATE", "pool_days": "UPDATE", "pool_figures": "UPDATE", "conversions": "UPDATE", "commissions": "UPDATE", "bonuses": "", "assessments": "",
		"payouts": "UPDATE", "attempts": "UPDATE", "deposit_cursor": "UPDATE",
		"emails": "UPDATE DELETE", "mails": "UPDATE DELETE", "applications": "UPDATE DELETE",
		"waiting": "DELETE", "challenges": "UPDATE DELETE", "debts": "UPDATE DELETE", "activations": "UPDATE DELETE",
	} {
		column := "id"
		switch table {
		case "click_hours", "click_days":
			column = "clicks"
		case "reservations":
			column = "promo"
		case "bindings":
			column = "customer"
		case "assessments":
			column = "month"
		case "click_visitors":
			column = "hours"
		case "lines", "balances":
			column = "address"
		case "touches":
			column = "click"
		case "places":
			column = "visitor"
		case "emails", "conducts":
			column = "account"
		case "outcomes", "tombstones":
			column = "key"
		case "assents":
			column = "challenge"
		case "wallets":
			column = "wallet"
		case "activations", "pool_days", "pool_figures", "crowds":
			column = "pool"
		case "debts":
			column = "holder"
		case "deposits", "attempts":
			column = "signature"
		case "deposit_cursor":
			column = "slot"
		}
		for _, statement := range []string{
			fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[2]s WHERE false", table, column),
			fmt.Sprintf("DELETE FROM %s WHERE false", table),
			fmt.Sprintf("TRUNCATE %s", table),
		} {
			verb, _, _ := strings.Cut(statement, " ")
			if strings.Contains(allowed, verb) {
				_, err := conn.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
				continue
			}
			state, _ := refused(t, conn, statement)
			require.Equal(t, denied, state, statement)
		}
	}
	for _, statement := range []string{"CREATE TABLE mine (n int)", "ALTER TABLE entries DISABLE TRIGGER ALL", "DROP TABLE entries"} {
		state, _ := refused(t, conn, statement)
		require.Equal(t, denied, state, statement)
	}
}

// States that must not be are refused by the database itself, whoever writes them. E-23: so is an address in clear
// where only its hash belongs.
func TestBadStatesAreImpossible(t *testing.T) {
	t.Parallel()
	db := populated(t)
	const ofBonuses = "id, influencer, holder, month, kind, conversions, tier, amount, state, due_at, fees"
	for statement, want := range map[string]string{
		"UPDATE balances SET balance = -1 WHERE address LIKE '%available'":                                                                  "balances_floor",
		"INSERT INTO balances VALUES ('platform:fees', 'TWIST/9', 1, 0, -1)":                                                                "balances_floor",
		"INSERT INTO balances VALUES ('pool:p:staked', 'TWIST/9', 1, 0, 1)":                                                                 "balances_stripe",
		"INSERT INTO balances VALUES ('world', 'TWIST/9', 16, 0, 1)":                                                                        "balances_stripe",
		"UPDATE balances SET version = -1":                                                                                                  "balances_version",
		"INSERT INTO balances SELECT * FROM balances":                                                                                       "balances_pkey",
		"INSERT INTO entries SELECT 'ent_2', reference, kind, at, postings, metadata, digest FROM entries":                                  "entries_reference",
		"INSERT INTO lines VALUES ('ent_old', 'world', 'TWIST/9', 3, 2, 1, -7, -5)":                                                         "lines_sum",
		"INSERT INTO lines VALUES ('ent_old', 'world', 'TWIST/9', 3, 1, 0, -7, -7)":                                                         "lines_pkey",
		"INSERT INTO lines VALUES ('ent_old', 'world', 'TWIST/9', 16, 1, 0, 0, 0)":                                                          "lines_stripe",
		"INSERT INTO waiting (source, id) SELECT source, id FROM waiting":                                                                   "waiting_item",
		"INSERT INTO seals (position, source, id, digest, hash) VALUES (3, 'event', 'e', sha256(''), sha256(''))":                           "seals_previous",
		"INSERT INTO seals (position, source, id, digest, hash) VALUES (2, 'event', 'evt_first', sha256(''), sha256(''))":                   "seals_item",
		"INSERT INTO sessions SELECT 'sess_2', account, wallet, challenge, roles, opened_at, expires_at, ends_at FROM sessions":             "sessions_challenge",
		"UPDATE sessions SET ends_at = expires_at + interval '1 second' WHERE ended_at IS NULL":                                             "sessions_life",
		"UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL":                                                                       "sessions_ended",
		"UPDATE sessions SET ended_at = now(), ended_by = 'boredom' WHERE ended_at IS NULL":                                                 "sessions_ended",
		"UPDATE sessions SET refresh_hash = sha256('') WHERE ended_at IS NULL":                                                              "sessions_renewal",
		"UPDATE accounts SET roles = '{user}'":                                                                                              "accounts_roles",
		"INSERT INTO wallets VALUES ('another wallet', 'acct_old', now())":                                                                  "wallets_pkey",
		"INSERT INTO assents VALUES ('chal_link', 'step_up', 'acct_old', now())":                                                            "assents_pkey",
		"INSERT INTO assents VALUES ('chal_2', 'sign_in', 'acct_old', now())":                                                               "assents_purpose",
		"INSERT INTO influencers SELECT 'infl_2', account, 'New', 'new', 'New', now() FROM influencers":                                     "influencers_account",
		"UPDATE influencers SET verified = true, withdrawn = 'No.'":                                                                         "influencers_withdrawn",
		"UPDATE applications SET kind = 'merchant', name = 'Old'":                                                                           "applications_name",
		"INSERT INTO outcomes SELECT * FROM outcomes":                                                                                       "outcomes_pkey",
		"INSERT INTO positions SELECT 'pos_2', pool, account, 0, 0, 0, 0, 0, 0, now() FROM positions":                                       "positions_pkey",
		"UPDATE positions SET active = -1":                                                                                                  "positions_amounts",
		"UPDATE pools SET paid = funded + 1":                                                                                                "pools_paid",
		"UPDATE pools SET share = 10001":                                                                                                    "pools_share",
		"INSERT INTO pools SELECT 'pool_2', influencer, owner, state, share, minimum, epoch, 0, 0, 0, 0, 0, 0, 0, now() FROM pools":         "pools_influencer",
		"UPDATE pool_figures SET apy = -1":                                                                                                  "pool_figures_apy",
		"UPDATE pool_figures SET before = -1":                                                                                               "pool_figures_before",
		"UPDATE pool_figures SET stakers = -1":                                                                                              "pool_figures_staked",
		"INSERT INTO pool_figures SELECT * FROM pool_figures":                                                                               "pool_figures_pkey",
		"UPDATE influencers SET search = '%'":                                                                                               "influencers_search",
		"UPDATE pool_days SET gifts = -1":                                                                                                   "pool_days_gifts",
		"UPDATE pool_days SET gifts = rewards + 1":                                                                                          "pool_days_gifts",
		"UPDATE pool_days SET gone = -1":                                                                                                    "pool_days_sums",
		"INSERT INTO pool_days SELECT * FROM pool_days":                                                                                     "pool_days_pkey",
		"UPDATE alerts SET status = 'upheld'":                                                                                               "alerts_resolved",
		"UPDATE alerts SET status = 'upheld', resolved_by = account, resolved_at = now()":                                                   "alerts_resolved",
		"UPDATE alerts SET excess = 1, clicks = 0":                                                                                          "alerts_clicks",
		"UPDATE alerts SET last_at = opened_at - interval '1 second'":                                                                       "alerts_last",
		"INSERT INTO alerts SELECT 'alrt_2', kind, subject, account, severity, score, rules, count, status, opened_at, last_at FROM alerts": "alerts_open",
		"UPDATE conducts SET times = '{1}'":                                                                                                 "conducts_marks",
		"UPDATE conducts SET amounts = '{1,0}'":                                                                                             "conducts_marks",
		"UPDATE conducts SET blocked_by = NULL":                                                                                             "conducts_blocked",
		"UPDATE places SET times = '{}'":                                                                                                    "places_visits",
		"UPDATE places SET visitor = '203.0.113.7'":                                                                                         "places_visitor",
		"UPDATE crowds SET times = '{}'":                                                                                                    "crowds_visits",
		"UPDATE activations SET weight = 0":                                                                                                 "activations_amounts",
		"UPDATE programs SET closed_at = opened_at - interval '1 second' WHERE closed_at IS NULL":                                           "programs_closing",
		"INSERT INTO reservations SELECT program, 'SUMMERZO', promo_look, at FROM reservations":                                             "reservations_pkey",
		"INSERT INTO reservations SELECT program, 'winter', 'WINTER', at FROM reservations":                                                 "reservations_form",
		"INSERT INTO reservations SELECT program, 'WINTER', '', at FROM reservations":                                                       "reservations_form",
		"INSERT INTO reservations SELECT program, '', 'WINTER', at FROM reservations":                                                       "reservations_form",
		"UPDATE links SET expires_at = made_at":                                                                                             "links_expiry",
		"UPDATE links SET withdrawn_at = made_at - interval '1 second'":                                                                     "links_withdrawal",
		"INSERT INTO links SELECT 'link_2', 'New', program, influencer, holder, destination, made_at, NULL, NULL, 'OLDIO', promo_look FROM links WHERE promo <> ''": "links_promo",
		"INSERT INTO links SELECT 'link_2', 'New', program, influencer, holder, destination, made_at, NULL, NULL, 'old', 'OLD' FROM links":                          "links_promo_form",
		"INSERT INTO links SELECT 'link_2', 'New', program, influencer, holder, destination, made_at, NULL, NULL, 'OLD' FROM links":                                 "links_promo_form",
		"INSERT INTO links SELECT 'link_2', code, program, influencer, holder, destination, made_at FROM links":                                                     "links_code",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, '' FROM clicks":                                                         "clicks_verdict",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, repeat('x', 65) FROM clicks":                                            "clicks_verdict",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, 'robot', -1 FROM clicks":                                                "clicks_verdict",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, 'robot', 0, 'ch' FROM clicks":                                           "clicks_country",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, 'robot', 0, 'CHE' FROM clicks":                                          "clicks_country",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, 'robot', 0, 'CH', repeat('x', 65) FROM clicks":                          "clicks_device",
		"INSERT INTO clicks SELECT 'clk_2', link, program, influencer, holder, visitor, at, 'robot', 0, 'CH', '', 'rumour' FROM clicks":                             "clicks_origin",
		"UPDATE click_hours SET hour = hour + interval '1 minute'":                                                                                                  "click_hours_hour",
		"UPDATE click_hours SET stripe = 16":                                                     "click_hours_stripe",
		"INSERT INTO click_hours SELECT * FROM click_hours":                                      "click_hours_pkey",
		"INSERT INTO click_hours SELECT program, link, hour, verdict, 9, 0 FROM click_hours":     "click_hours_clicks",
		"INSERT INTO click_hours SELECT program, link, hour, verdict, 9, 1, -1 FROM click_hours": "click_hours_visitors",
		"UPDATE click_days SET stripe = 16":                                                      "click_days_stripe",
		"INSERT INTO bindings SELECT * FROM bindings":                                            "bindings_pkey",
		"INSERT INTO bindings SELECT program, md5(n::text), link, influencer, holder, conversion, at, until, 'comm_2' FROM bindings, generate_series(1, 2) AS n": "bindings_commission",
		"UPDATE bindings SET customer = 'jane@example.com'": "bindings_customer",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, month, kind, conversions, tier, amount, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_old'":      "bonuses_once",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-13', kind, conversions, tier, amount, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_old'":  "bonuses_month",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-02', kind, 0, tier, amount, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_old'":            "bonuses_kind",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-02', kind, 0, 'BRONZE', amount, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_due'":        "bonuses_kind",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-02', kind, conversions, tier, 0, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_old'":       "bonuses_amount",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-02', kind, conversions, tier, 10, 'due', due_at, 9 FROM bonuses WHERE id = 'bon_old'":      "bonuses_bounded",
		"INSERT INTO bonuses (" + ofBonuses + ") SELECT 'bon_2', influencer, holder, '2026-02', kind, conversions, tier, amount, 'due', due_at, -1 FROM bonuses WHERE id = 'bon_old'": "bonuses_bounded",
		"UPDATE bonuses SET state = 'lost', ended_at = now() WHERE id = 'bon_due'":                                                                                                    "bonuses_state",
		"UPDATE bonuses SET state = 'paid' WHERE id = 'bon_due'":                                                                                          "bonuses_ended",
		"UPDATE bonuses SET ended_at = now() WHERE id = 'bon_due'":                                                                                        "bonuses_ended",
		"INSERT INTO assessments VALUES ('2026-1', now())":                                                                                                "assessments_month",
		"INSERT INTO assessments VALUES ('2026-01', now())":                                                                                               "assessments_pkey",
		"INSERT INTO deposits SELECT signature || 'x', index, 1, '', '', 1, '', now(), '', now(), 'fees' FROM deposits":                                   "deposits_purpose",
		"INSERT INTO deposits SELECT signature || 'x', index, 1, '', '', 1, '', now(), 'acct_old', now(), 'bonuses' FROM deposits":                        "deposits_purpose",
		"UPDATE bindings SET until = at":                                                                                                                  "bindings_until",
		"UPDATE bindings SET until = at + interval '731 days'":                                                                                            "bindings_until",
		"UPDATE programs SET bound_ns = 63072000000000001 WHERE closed_at IS NULL":                                                                        "programs_bound",
		"INSERT INTO click_days SELECT * FROM click_days":                                                                                                 "click_days_pkey",
		"INSERT INTO click_days SELECT program, link, day, verdict, 9, holder, 0, 0 FROM click_days":                                                      "click_days_clicks",
		"INSERT INTO click_days SELECT program, link, day, verdict, 9, holder, 1, -1 FROM click_days":                                                     "click_days_visitors",
		"UPDATE click_days SET excess = clicks + 1":                                                                                                       "click_days_excess",
		"UPDATE click_days SET excess = 1, verdict = 'robot'":                                                                                             "click_days_excess",
		"INSERT INTO click_visitors SELECT * FROM click_visitors":                                                                                         "click_visitors_rest_pkey",
		"UPDATE click_visitors SET hours = 16777216":                                                                                                      "click_visitors_hours",
		"UPDATE click_visitors SET added = 8":                                                                                                             "click_visitors_hours",
		"UPDATE click_visitors SET link_hours = 1, hours = 2":                                                                                             "click_visitors_link",
		"UPDATE click_visitors SET link_added = hours, link_hours = 0":                                                                                    "click_visitors_link",
		"UPDATE click_visitors SET link = 'a link'::bytea":                                                                                                "click_visitors_link",
		"UPDATE click_visitors SET visitor = 'a name of a browser'::bytea":                                                                                "click_visitors_visitor",
		"INSERT INTO conversions SELECT 'conv_2', program, order_id, 1, 'TWIST', '', '', 0, now() FROM conversions":                                       "conversions_order",
		"UPDATE conversions SET refunded = amount + 1":                                                                                                    "conversions_amounts",
		"INSERT INTO refunds SELECT conversion, id, 1, 1, now() FROM refunds":                                                                             "refunds_pkey",
		"UPDATE programs SET flat = 1 WHERE closed_at IS NULL":                                                                                            "programs_rate",
		"UPDATE programs SET rate = 0 WHERE closed_at IS NULL":                                                                                            "programs_rate",
		"UPDATE programs SET rates = (SELECT jsonb_agg(n) FROM generate_series(1, 101) AS n) WHERE closed_at IS NULL":                                     "programs_rates",
		"UPDATE programs SET refund_ns = -1 WHERE closed_at IS NULL":                                                                                      "programs_refunds",
		"UPDATE programs SET refund_ns = 7776000000000001 WHERE closed_at IS NULL":                                                                        "programs_refunds",
		"INSERT INTO commissions SELECT (jsonb_populate_record(c, '{\"id\":\"comm_2\",\"final_at\":\"2100-01-01Z\"}')).* FROM commissions AS c LIMIT 1":   "commissions_final",
		"UPDATE commissions SET fee = fee + 1":                                                                                                            "commissions_parts",
		"UPDATE commissions SET reversed = gross + 1":                                                                                                     "commissions_amounts",
		"UPDATE commissions SET kept = gross - reversed + 1":                                                                                              "commissions_kept",
		"UPDATE commissions SET kept = -1":                                                                                                                "commissions_kept",
		"INSERT INTO refunds SELECT conversion, 'ref_2', 1, 1, now(), -1 FROM refunds":                                                                    "refunds_kept",
		"UPDATE commissions SET state = 'paid', fee = 0, fans = 0, net = 0":                                                                               "commissions_state",
		"UPDATE debts SET owed = 0":                                                                                                                       "debts_owed",
		"INSERT INTO deposits SELECT signature, index, 1, '', '', 1, '', now(), '', now() FROM deposits":                                                  "deposits_pkey",
		"INSERT INTO attempts SELECT payout, 2, 'sig_2', raw, genesis, blockhash, 1, 1, 'live', 0, now() FROM attempts":                                   "attempts_live",
		"INSERT INTO attempts SELECT payout, 2, signature, raw, genesis, blockhash, 1, 1, 'dead', 0, now() FROM attempts":                                 "attempts_signature",
		"UPDATE challenges SET attempts = -1":                                                                                                             "challenges_attempts",
		"UPDATE payouts SET state = 'lost'":                                                                                                               "payouts_state",
		"UPDATE payouts SET state = 'approved' WHERE id = 'po_waiting'":                                                                                   "payouts_second",
		"UPDATE payouts SET state = 'failed' WHERE id = 'po_waiting'":                                                                                     "payouts_second",
		"UPDATE payouts SET state = 'settled', decided_by = account, decided_at = now() WHERE id = 'po_waiting'":                                          "payouts_own",
		"UPDATE payouts SET decided_by = 'acct_ops', decided_at = now() WHERE id = 'po_waiting'":                                                          "payouts_second",
		"UPDATE payouts SET decided_by = 'acct_ops', decided_at = now() WHERE id = 'po_old'":                                                              "payouts_second",
		"UPDATE payouts SET state = 'approved', decided_by = 'acct_ops' WHERE id = 'po_waiting'":                                                          "payouts_decided",
		"UPDATE payouts SET state = 'rejected', decided_by = 'acct_ops', decided_at = now() WHERE id = 'po_waiting'":                                      "payouts_reason",
		"UPDATE payouts SET state = 'rejected', reason = 'No.' WHERE id = 'po_waiting'":                                                                   "payouts_second",
		"UPDATE payouts SET state = 'rejected', reason = 'No.' WHERE id = 'po_old'":                                                                       "payouts_second",
		"UPDATE payouts SET state = 'rejected', reason = repeat('x', 501), decided_by = 'acct_ops', decided_at = now() WHERE id = 'po_waiting'":           "payouts_reason",
		"INSERT INTO payouts SELECT 'po_2', account, destination, 10000000000000, fee, state, attempt, '', now(), now() FROM payouts WHERE id = 'po_old'": "payouts_second",
		"INSERT INTO api_keys SELECT 'key_2', account, name, '', scopes, per_minute, made_at, expires_at FROM api_keys":                                   "api_keys_digest",
		"INSERT INTO api_keys SELECT 'key_2', account, name, digest, '{}', per_minute, made_at, expires_at FROM api_keys":                                 "api_keys_scopes",
		"INSERT INTO api_keys SELECT 'key_2', account, name, digest, '{payouts:write}', per_minute, made_at, expires_at FROM api_keys":                    "api_keys_scopes",
		"INSERT INTO api_keys SELECT 'key_2', account, name, digest, scopes, 6001, made_at, expires_at FROM api_keys":                                     "api_keys_quota",
		"INSERT INTO api_keys SELECT 'key_2', account, name, digest, scopes, per_minute, made_at, made_at + interval '8761 hours' FROM api_keys":          "api_keys_life",
		"INSERT INTO influencers SELECT 'infl_2', 'acct_2', 'New', 'other', 'New', now()":                                                                 "influencers_lower",
		"UPDATE pools SET cooldown_ns = 2592000000000001":                                                                                                 "pools_cooldown",
		"UPDATE pools SET next_minimum = 0":                                                                                                               "pools_next",
		"UPDATE pools SET cooling = -1":                                                                                                                   "pools_cooling",
		"UPDATE pools SET state = 'closed'":                                                                                                               "pools_closed",
		"UPDATE pools SET suspended = repeat('x', 501)":                                                                                                   "pools_suspended",
		"UPDATE pools SET suspended = 'x', state = 'closed', closed_at = now()":                                                                           "pools_suspended",
		"UPDATE pools SET closed_at = now()":                                                                                                              "pools_closed",
		"UPDATE pools SET returned = funded - paid + 1":                                                                                                   "pools_returned",
		"UPDATE positions SET terms = '{0}'":                                                                                                              "positions_terms",
		"UPDATE positions SET terms = '{0,NULL}'":                                                                                                         "positions_terms",
		"UPDATE positions SET terms = '{0,-1}'":                                                                                                           "positions_terms",
		"UPDATE positions SET terms = array_fill(1, ARRAY[18])":                                                                                           "positions_terms",
		"UPDATE positions SET compound_at = now(), active = 0, waiting = 0, terms = '{}'":                                                                 "positions_compound",
		"UPDATE tickets SET state = 'lost', ended_at = now() WHERE state = 'cooling'":                                                                     "tickets_state",
		"UPDATE tickets SET state = 'withdrawn' WHERE state = 'cooling'":                                                                                  "tickets_moments",
		"UPDATE tickets SET ended_at = now() WHERE state = 'cooling'":                                                                                     "tickets_moments",
		"INSERT INTO tickets SELECT 'tick_2', pool, position, account, 0, state, left_at, due_at FROM tickets WHERE state = 'cooling'":                    "tickets_amount",
		"INSERT INTO tickets SELECT 'tick_2', pool, 'pos_none', account, 1, state, left_at, due_at FROM tickets WHERE state = 'cooling'":                  "tickets_position",
	} {
		_, constraint := refused(t, db, statement)
		require.Equal(t, want, constraint, statement)
	}
	for _, change := range []string{
		"account = 'acct_2'", "wallet = 'x'", "challenge = 'x'", "opened_at = now()", "expires_at = now()", "client = sha256('x')",
		"refresh_key = sha256('x')", "generation = generation - 1", "ended_at = NULL, ended_by = NULL", "ends_at = now()", "roles = '{}'",
	} {
		state, _ := refused(t, db, "UPDATE sessions SET "+change+" WHERE id = 'sess_new'")
		require.Equal(t, "TW012", state, change)
	}
	for _, change := range []string{
		"id = 'key_2'", "account = 'acct_2'", "name = 'x'", "digest = sha256('x')", "scopes = '{links:write}'", "per_minute = 1", "made_at = now()",
		"expires_at = now()",
	} {
		state, _ := refused(t, db, "UPDATE api_keys SET "+change+" WHERE id = 'key_old'")
		require.Equal(t, "TW012", state, change)
	}
	for _, change := range []string{"decided_by = 'acct_other'", "decided_at = now()", "decided_by = '', decided_at = NULL, state = 'canceled'"} {
		state, _ := refused(t, db, "UPDATE payouts SET "+change+" WHERE id = 'po_approved'")
		require.Equal(t, "TW010", state, change)
	}
	for _, change := range []string{
		"id = 'tick_2'", "pool = 'pool_2'", "position = 'pos_2'", "account = 'acct_2'", "amount = 1", "left_at = now()", "due_at = now()",
	} {
		state, _ := refused(t, db, "UPDATE tickets SET "+change+" WHERE id = 'tick_old'")
		require.Equal(t, "TW012", state, change)
	}
	for _, change := range []string{"closed_at = NULL", "closed_at = now()", "rate = 1", "window_ns = 1", "hold_ns = 1", "refund_ns = 1", "rate = 0, flat = 1", "rates = '[1]'"} {
		state, _ := refused(t, db, "UPDATE programs SET "+change+" WHERE id = 'prog_closed'")
		require.Equal(t, "TW010", state, change)
	}
	for _, change := range []string{"state = 'due', ended_at = NULL", "state = 'lapsed'", "ended_at = now()"} {
		state, _ := refused(t, db, "UPDATE bonuses SET "+change+" WHERE id = 'bon_old'")
		require.Equal(t, "TW010", state, change)
	}
	for _, columns := range []string{"due_at", "due_at, fees"} { // as before fees were kept
		state, _ := refused(t, db, "INSERT INTO bonuses (id, influencer, holder, month, kind, conversions, tier, amount, state, "+columns+
			") SELECT 'bon_2', influencer, holder, '2026-02', kind, conversions, tier, amount, 'due', "+columns+" FROM bonuses WHERE id = 'bon_due'")
		require.Equal(t, "TW010", state, columns)
	}
	_, err := db.ExecContext(t.Context(), "UPDATE bonuses SET state = 'paid', ended_at = now() WHERE id = 'bon_due'")
	require.NoError(t, err, "what was promised before fees were kept is paid")
	_, err = db.ExecContext(t.Context(), "UPDATE commissions SET approved_at = now() WHERE id = 'comm_old'")
	require.NoError(t, err, "of what was approved before, somebody may say when")
	state, _ := refused(t, db, "UPDATE commissions SET approved_at = NULL WHERE id = 'comm_old'")
	require.Equal(t, "TW010", state, "and then it is said")
	over, _ := refused(t, db, "UPDATE tickets SET state = 'cooling', ended_at = NULL WHERE id = 'tick_over'")
	require.Equal(t, "TW012", over)
	again, _ := refused(t, db, "UPDATE api_keys SET revoked_at = NULL WHERE id = 'key_revoked'")
	require.Equal(t, "TW012", again)
	state, _ = refused(t, db, "INSERT INTO lines VALUES ('ent_old', 'world', 'TWIST/9', 3, 2, 1, -7, -6)")
	require.Equal(t, "TW011", state, "half an entry")
	state, _ = refused(t, db, `INSERT INTO lines VALUES
		('ent_2', 'world', 'TWIST/9', 3, 2, 1, -7, -6), ('ent_2', 'account:acct_old:available', 'TWIST/9', 0, 2, -1, 7, 6)`)
	require.Equal(t, "TW011", state, "lines of no entry")
}

// The schema and core say the same of every place: which keeps a floor, and which has stripes.
func TestFloorsAndStripesAreTheLedgers(t *testing.T) {
	t.Parallel()
	db := owner(t, pgtest.Open(t, migrate))
	for _, name := range []string{
		"world", "account:x:available", "account:x:owed", "program:x:budget", "program:x:pending", "program:x:receivable",
		"pool:x:staked", "pool:x:cooling", "pool:x:rewards", "payout:x", "platform:fees", "platform:emissions",
		"platform:bonuses", "platform:manual", "platform:gas", "platform:loss", "unclaimed:deposits", "account:owed:available",
		"pool:owed:staked", "payout:world",
	} {
		address, err := ledger.ParseAddress(name)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), `INSERT INTO balances VALUES ($1, 'TWIST/9', 0, 0, -1)`, name)
		require.Equal(t, address.Floored(), err != nil, "%s: %v", name, err)
		_, err = db.ExecContext(t.Context(), `INSERT INTO balances VALUES ($1, 'TWIST/9', 15, 0, 1)`, name)
		require.Equal(t, address.Striped(), err == nil, "%s: %v", name, err)
	}
}
