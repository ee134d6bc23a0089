package twist_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// row is one row of a snapshot, as JSON has it.
type row = map[string]any

// where gives the first row of a table in which a field has a value, and its place.
func where(t *testing.T, rows map[string]any, table, field string, value any) (row, int) {
	t.Helper()
	list, ok := rows[table].([]any)
	require.True(t, ok, table)
	for i := range list {
		r, ok := list[i].(row)
		require.True(t, ok)
		if r[field] == value {
			return r, i
		}
	}
	require.Fail(t, "no such row", "%s with %s = %v", table, field, value)
	return nil, 0
}

// set changes one field of a row.
func set(table, field string, value any, change string, to any) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		r, _ := where(t, rows, table, field, value)
		require.Contains(t, r, change)
		r[change] = to
	}
}

// swapParts calls the influencer's part of an approved commission the platform's: the sum stays right.
func swapParts(t *testing.T, rows map[string]any) {
	r, _ := where(t, rows, "Commissions", "State", "approved")
	require.NotEqual(t, r["Net"], r["Fee"])
	r["Net"], r["Fee"] = r["Fee"], r["Net"]
}

// drop removes a row.
func drop(table, field string, value any) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		_, at := where(t, rows, table, field, value)
		rows[table] = slices.Delete(rows[table].([]any), at, at+1)
	}
}

// entry changes the first entry of a kind.
func entry(kind string, change func(record, e row)) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		for _, r := range rows["Entries"].([]any) {
			record := r.(row)
			if e := record["Entry"].(row); e["Kind"] == kind {
				change(record, e)
				return
			}
		}
		require.Fail(t, "no such entry", kind)
	}
}

// posting changes the first posting of the first entry of a kind.
func posting(kind, field string, to any) func(*testing.T, map[string]any) {
	return entry(kind, func(_, e row) { e["Postings"].([]any)[0].(row)[field] = to })
}

// eachErased does something to every account that was erased.
func eachErased(do func(a row)) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		t.Helper()
		some := false
		for _, a := range rows["Accounts"].([]any) {
			if a.(row)["ErasedAt"] != "0001-01-01T00:00:00Z" {
				some = true
				do(a.(row))
			}
		}
		require.True(t, some)
	}
}

// What somebody with the database in hand might do, and what the recomputation calls it.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in    string // a world of riches
		alter func(*testing.T, map[string]any)
		code  string
	}{
		"a_paid_payout_is_queued_again":   {"payouts", set("Payouts", "State", "settled", "State", "queued"), "row_missing"},
		"a_paid_payout_is_called_failed":  {"payouts", set("Payouts", "State", "settled", "State", "failed"), "row_wrong"},
		"a_failed_payout_is_called_paid":  {"payouts", set("Payouts", "State", "failed", "State", "settled"), "entry_missing"},
		"a_canceled_payout_is_open_again": {"payouts", set("Payouts", "State", "canceled", "State", "requested"), "rows_differ_from_ledger"},
		"a_payout_is_forgotten":           {"payouts", drop("Payouts", "State", "settled"), "row_missing"},
		"a_payout_is_somebody_elses":      {"payouts", set("Payouts", "State", "settled", "Account", "acct_mallory"), "entry_differs_from_row"},
		"a_flying_attempt_is_called_dead": {"payouts", set("Attempts", "State", "live", "State", "dead"), "attempts_wrong"},
		"an_attempt_is_forgotten":         {"payouts", drop("Attempts", "State", "dead"), "row_wrong"},
		"a_landed_attempt_lives_again":    {"payouts", set("Attempts", "State", "landed", "State", "live"), "attempts_wrong"},
		"a_deposit_is_forgotten":          {"payouts", drop("Deposits", "Account", ""), "row_missing"},
		"a_deposit_is_given_to_somebody":  {"payouts", set("Deposits", "Account", "", "Account", "acct_mallory"), "entry_differs_from_row"},

		"a_part_moves_to_the_fee":             {"commissions", swapParts, "row_wrong"},
		"a_commission_is_forgotten":           {"holds", drop("Commissions", "State", "pending"), "row_missing"},
		"a_shared_commission_is_shared_again": {"commissions", set("Commissions", "State", "approved", "State", "pending"), "row_wrong"},
		"a_pending_commission_is_shared":      {"holds", set("Commissions", "State", "pending", "State", "approved"), "row_wrong"},
		"an_unfunded_commission_is_pending":   {"holds", set("Commissions", "State", "unfunded", "State", "pending"), "row_wrong"},
		"a_pending_commission_is_dropped":     {"holds", set("Commissions", "State", "pending", "State", "reversed"), "row_wrong"},
		"a_refund_is_forgotten":               {"holds", drop("Refunds", "ID", "all"), "row_wrong"},
		"a_rate_was_another":                  {"holds", set("Commissions", "State", "pending", "FeeRate", 999), "terms_differ"},

		"an_erasure_is_undone": {"erased", eachErased(func(a row) { a["ErasedAt"] = "0001-01-01T00:00:00Z" }), "row_differs_from_event"},
		"somebody_is_erased_and_nothing_tells": {"pools", func(_ *testing.T, rows map[string]any) {
			rows["Accounts"].([]any)[0].(row)["ErasedAt"] = "2026-03-02T12:00:00Z"
		}, "event_missing"},
		"an_erased_account_has_a_role": {"erased", eachErased(func(a row) { a["Roles"] = []any{"admin"} }), "row_differs_from_event"},
		"an_erased_account_has_a_wallet": {"erased", func(t *testing.T, rows map[string]any) {
			eachErased(func(a row) { rows["Wallets"].([]any)[0].(row)["Account"] = a["ID"] })(t, rows)
		}, "erased_account"},
		"a_remainder_is_somebody_elses": {"erased", set("Events", "Kind", "identity.remainder_given_up", "Account", "acct_mallory"), "entry_differs_from_event"},
		"a_remainder_was_another": {"erased", func(t *testing.T, rows map[string]any) {
			e, _ := where(t, rows, "Events", "Kind", "identity.remainder_given_up")
			e["Data"].(row)["amount"] = "5"
		}, "entry_differs_from_event"},
		"a_remainder_went_and_nothing_tells": {"erased", drop("Events", "Kind", "identity.remainder_given_up"), "event_missing"},
		"a_remainder_is_told_and_did_not_go": {"erased", func(_ *testing.T, rows map[string]any) {
			rows["Entries"] = slices.DeleteFunc(rows["Entries"].([]any), func(r any) bool { return r.(row)["Entry"].(row)["Kind"] == "given_up" })
		}, "entry_missing"},
		"a_remainder_is_of_one_who_stayed": {"erased", set("Events", "Kind", "identity.remainder_given_up", "Subject", "acct_mallory"), "row_missing"},
		"a_debt_is_forgiven":               {"debts", func(_ *testing.T, rows map[string]any) { rows["Debts"] = []any{} }, "rows_differ_from_ledger"},
		"a_debt_is_invented": {"pools", func(_ *testing.T, rows map[string]any) {
			rows["Debts"] = []any{row{"Holder": "acct_x", "Program": "prog_x", "Owed": "5", "Since": "2026-03-02T12:00:00Z"}}
		}, "rows_differ_from_ledger"},
		"a_debt_is_somebody_elses":  {"debts", func(_ *testing.T, rows map[string]any) { rows["Debts"].([]any)[0].(row)["Holder"] = "acct_mallory" }, "rows_differ_from_ledger"},
		"a_position_is_forgotten":   {"pools", drop("Positions", "Waiting", "0"), "pool_wrong"},
		"a_pool_is_forgotten":       {"pools", drop("Pools", "Stakers", json.Number("3")), "rows_differ_from_ledger"},
		"an_activation_is_lost":     {"pools", func(_ *testing.T, rows map[string]any) { rows["Activations"] = []any{} }, "pool_wrong"},
		"a_balance_is_larger":       {"pools", balance("account:", func(r row) { r["Balance"] = "99" }), "balance_differs"},
		"a_balance_is_forgotten":    {"pools", func(_ *testing.T, rows map[string]any) { rows["Balances"] = rows["Balances"].([]any)[1:] }, "balance_missing"},
		"an_entry_is_forgotten":     {"pools", func(_ *testing.T, rows map[string]any) { rows["Entries"] = rows["Entries"].([]any)[1:] }, "version_gap"},
		"an_entry_moves_elsewhere":  {"pools", posting("stake", "Destination", "pool:pool_other:staked"), "entry_altered"},
		"an_entry_moves_more":       {"pools", posting("stake", "Amount", "1"), "lines_differ_from_postings"},
		"an_entry_breaks_the_flows": {"pools", posting("stake", "Destination", "platform:fees"), "entry_invalid"},
		"an_entry_has_other_names":  {"pools", entry("stake", func(_, e row) { e["Metadata"] = nil }), "entry_altered"},
		"an_entry_is_booked_twice":  {"pools", entry("stake", func(_, e row) { e["Reference"] = "deposit" }), "entry_altered"},
		"a_digest_is_another":       {"pools", entry("stake", func(r, _ row) { r["Digest"] = "00" + r["Digest"].(string)[2:] }), "entry_altered"},
		"an_entry_is_dated_back":    {"pools", entry("stake", func(_, e row) { e["At"] = "2026-03-02T12:00:00.000001Z" }), "items_differ"},
		"a_line_is_forgotten":       {"pools", entry("stake", func(r, _ row) { r["Lines"] = r["Lines"].([]any)[1:] }), "lines_differ_from_postings"},
		"a_line_is_anothers":        {"pools", entry("stake", func(r, _ row) { r["Lines"].([]any)[0].(row)["Entry"] = "ent_other" }), "line_stray"},

		"a_wallet_is_somebody_elses":      {"wallets", set("Wallets", "Wallet", string(wallet("fob")), "Account", "acct_mallory"), "event_missing"},
		"a_wallet_is_linked_by_hand":      {"wallets", set("Wallets", "Wallet", string(wallet("fob")), "Wallet", string(wallet("mallory"))), "event_missing"},
		"a_wallet_has_settled_by_hand":    {"wallets", set("Wallets", "Wallet", string(wallet("fob")), "LinkedAt", "2026-03-02T12:00:00Z"), "event_missing"},
		"a_wallet_is_forgotten":           {"wallets", drop("Wallets", "Wallet", string(wallet("fob"))), "row_missing"},
		"a_payout_grew_past_its_step_up":  {"payouts", set("Payouts", "State", "settled", "Amount", payouts.StepUpFrom.String()), "event_missing"},
		"a_payout_is_not_what_was_signed": {"wallets", set("Payouts", "Amount", large.String(), "Destination", string(wallet("mallory"))), "row_differs_from_event"},

		"a_large_payout_goes_on_by_hand":  {"decisions", set("Payouts", "State", "requested", "State", "approved"), "row_wrong"},
		"another_person_approved_it":      {"decisions", set("Payouts", "State", "approved", "DecidedBy", "acct_mallory"), "row_differs_from_event"},
		"it_was_approved_at_another_time": {"decisions", set("Payouts", "State", "settled", "DecidedAt", "2026-03-02T12:00:01Z"), "row_differs_from_event"},
		"a_rejected_payout_was_canceled":  {"decisions", set("Payouts", "State", "rejected", "State", "canceled"), "row_missing"},
		"a_small_payout_has_a_decider":    {"payouts", set("Payouts", "State", "settled", "DecidedBy", "acct_mallory"), "row_wrong"},

		"an_event_says_something_else": {"pools", set("Events", "Kind", "staking.staked", "Account", "acct_mallory"), "items_differ"},
		"an_event_is_told_otherwise":   {"pools", set("Events", "Kind", "staking.staked", "Kind", "staking.taken"), "event_invalid"},
		"an_event_was_earlier":         {"pools", set("Events", "Kind", "staking.left", "At", "2026-03-02T12:00:00.000001Z"), "items_differ"},
		"an_event_is_forgotten":        {"pools", drop("Events", "Kind", "staking.left"), "items_lost"},
		"an_event_is_invented": {"pools", func(t *testing.T, rows map[string]any) {
			e, _ := where(t, rows, "Events", "Kind", "staking.left")
			e = maps.Clone(e)
			e["ID"] = "evt_x"
			rows["Events"] = append(rows["Events"].([]any), e)
		}, "items_unplaced"},
		"a_hash_is_another":         {"pools", seal(5, func(s row) { s["Hash"] = strings.Repeat("0", 64) }), "chain_broken"},
		"a_seal_is_of_another_item": {"pools", seal(5, func(s row) { s["ID"] = "evt_x" }), "chain_broken"},
		"a_seal_is_forgotten":       {"pools", drop("Seals", "Position", json.Number("5")), "seal_gap"},
		"the_first_seal_is":         {"pools", drop("Seals", "Position", json.Number("1")), "seal_gap"},
		"what_waits_is_forgotten":   {"pools", func(_ *testing.T, rows map[string]any) { rows["Waiting"] = []any{} }, "items_unplaced"},
		"what_waits_is_another":     {"pools", func(_ *testing.T, rows map[string]any) { rows["Waiting"].([]any)[0].(row)["ID"] = "evt_x" }, "items_differ"},

		"a_refund_is_of_nothing":     {"holds", set("Refunds", "ID", "all", "Conversion", "conv_none"), "row_orphaned"},
		"a_commission_is_of_nothing": {"holds", set("Commissions", "State", "pending", "Conversion", "conv_none"), "row_orphaned"},
		"the_last_one_is":            {"holds", set("Commissions", "State", "pending", "Conversion", "conv_zzz"), "row_orphaned"},
		"a_position_is_nowhere":      {"pools", set("Positions", "Waiting", "0", "Pool", "pool_zzz"), "row_orphaned"},
		"an_activation_is_nowhere":   {"pools", func(_ *testing.T, rows map[string]any) { rows["Activations"].([]any)[0].(row)["Pool"] = "pool_" }, "row_orphaned"},
		"an_attempt_is_of_nothing":   {"payouts", set("Attempts", "State", "dead", "Payout", "po_none"), "row_orphaned"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var file map[string]any
			require.NoError(t, decodeNumbers(newRich(t, riches[test.in]).snapshot(), &file))
			test.alter(t, file["Rows"].(row))
			altered, err := json.Marshal(file)
			require.NoError(t, err)
			store, intact, err := memory.Restore(altered)
			require.NoError(t, err)
			require.False(t, intact)
			v, err := twist.Verify(t.Context(), store)
			require.NoError(t, err)
			var codes []string
			for _, f := range v.Findings {
				codes = append(codes, f.Code)
			}
			require.Contains(t, codes, test.code, "%v", v.Findings)
		})
	}
}

// seal changes the seal of a position.
func seal(position int, change func(row)) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		s, _ := where(t, rows, "Seals", "Position", json.Number(strconv.Itoa(position)))
		change(s)
	}
}

// balance changes the first row of balances under an address.
func balance(prefix string, change func(row)) func(*testing.T, map[string]any) {
	return func(t *testing.T, rows map[string]any) {
		for _, r := range rows["Balances"].([]any) {
			if at, ok := r.(row)["Address"].(string); ok && len(at) > len(prefix) && at[:len(prefix)] == prefix {
				change(r.(row))
				return
			}
		}
		require.Fail(t, "no such balance", prefix)
	}
}

// decodeNumbers reads JSON with its numbers as they are written.
func decodeNumbers(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// P-22: what a chain alone cannot show is that its end was cut off, with what it sealed or without, or that all of
// it was written anew: whoever kept its head can tell.
func TestVerifyHoldsAKnownHead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.seal()
	half := s.verified().Head
	copied, err := s.inMemory().Snapshot()
	require.NoError(t, err)
	s.fan("fay", even)
	s.seal()
	head := s.verified().Head
	require.Greater(t, head.Position, half.Position)

	verify := func(store ports.Store, known ...journal.Head) (codes []string) {
		v, err := twist.Verify(t.Context(), store, known...)
		require.NoError(t, err)
		for _, f := range v.Findings {
			codes = append(codes, f.Code)
		}
		return codes
	}
	require.Empty(t, verify(s.store, half, head))
	older, _, err := memory.Restore(copied)
	require.NoError(t, err)
	require.Empty(t, verify(older), "an older copy is sound by itself")
	require.Empty(t, verify(older, half))
	require.Equal(t, []string{"head_lost"}, verify(older, head))

	var file map[string]any
	text, err := s.inMemory().Snapshot()
	require.NoError(t, err)
	require.NoError(t, decodeNumbers(text, &file))
	rows := file["Rows"].(row)
	seals := rows["Seals"].([]any)
	last := seals[len(seals)-1].(row)
	rows["Seals"], rows["Waiting"] = seals[:len(seals)-1], []any{
		row{"Turn": 1, "Source": last["Source"], "ID": last["ID"], "Digest": last["Digest"]},
	}
	text, err = json.Marshal(file)
	require.NoError(t, err)
	cut, intact, err := memory.Restore(text)
	require.NoError(t, err)
	require.False(t, intact)
	require.Empty(t, verify(cut), "what was sealed waits again")
	require.Equal(t, []string{"head_lost"}, verify(cut, head))

	forged := head
	forged.Hash[0]++
	require.Equal(t, []string{"head_differs"}, verify(s.store, forged))
}

// What a bug of ours would book, in an entry that is sound by itself, is noticed too: here an approval whose
// fee is a unit short.
func TestVerifyNoticesAnEntryThatOnlyTheRulesRefuse(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	commission := s.earn("order-1", testkit.TWIST(100)).Commissions[0]
	s.clock.Advance(hold)
	commission.State, commission.Fee, commission.Net = attribution.Approved, testkit.TWIST(2)-1, testkit.TWIST(18)+1
	commission.ApprovedAt = s.clock.Now()
	from := ledger.Pending(commission.Program)
	e, err := ledger.NewEntry("ent_forged", ledger.KindApproval, "approval:"+string(commission.ID), s.clock.Now(), []ledger.Posting{
		ledger.Move(from, ledger.Available(commission.Holder), commission.Net), ledger.Move(from, ledger.Fees(), commission.Fee),
	}, map[string]string{"commission": string(commission.ID), "rate_bps": "2000", "fee_bps": "1000", "fans_bps": "2000"})
	require.NoError(t, err)
	require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		require.NoError(t, tx.Commissions.Put(ctx, commission))
		told, err := journal.NewEvent("evt_forged", journal.CommissionApproved, string(commission.ID), string(commission.Holder), s.clock.Now(), nil)
		require.NoError(t, err)
		require.NoError(t, tx.Outbox.Add(ctx, told))
		return tx.Ledger.Record(ctx, e)
	}))
	v, err := s.Ledger.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, v.Findings, 1)
	require.Equal(t, "row_wrong", v.Findings[0].Code)
}
