package journal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/journal"
)

// at is a moment with a part of a second.
var at = time.Date(2026, 11, 23, 5, 0, 0, 123_456_000, time.UTC)

// staked is an event that keeps every rule.
func staked() journal.Event {
	return journal.Event{
		ID: "evt_1", Kind: journal.Staked, Subject: "pos_1", Account: "acct_1", At: at,
		Data: map[string]string{"amount": "7", "pool": "pool_1"},
	}
}

func TestNewEvent(t *testing.T) {
	t.Parallel()
	data := map[string]string{"amount": "7", "pool": "pool_1"}
	e, err := journal.NewEvent("evt_1", journal.Staked, "pos_1", "acct_1", at.In(time.FixedZone("", 3600)).Add(999), data)
	require.NoError(t, err)
	require.Equal(t, staked(), e, "in UTC and whole microseconds")
	clear(data)
	require.Equal(t, staked(), e, "it keeps nothing of what it was handed")
	copied := e.Clone()
	clear(copied.Data)
	require.Equal(t, staked(), e)

	e, err = journal.NewEvent("", journal.Staked, "pos_1", "", at, nil)
	require.ErrorIs(t, err, journal.ErrEvent)
	require.Equal(t, journal.Event{}, e)
}

// Every limit from both sides.
func TestEventRules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat
	many := func(n int) map[string]string {
		data := map[string]string{}
		for i := range n {
			data["k"+long("x", i)] = ""
		}
		return data
	}
	for name, test := range map[string]struct {
		change func(*journal.Event)
		good   bool
	}{
		"as_it_is":               {func(*journal.Event) {}, true},
		"no_id":                  {func(e *journal.Event) { e.ID = "" }, false},
		"id_of_64":               {func(e *journal.Event) { e.ID = journal.EventID(long("a", 64)) }, true},
		"id_of_65":               {func(e *journal.Event) { e.ID = journal.EventID(long("a", 65)) }, false},
		"id_of_all_characters":   {func(e *journal.Event) { e.ID = "az09_" }, true},
		"id_in_capitals":         {func(e *journal.Event) { e.ID = "evt_A" }, false},
		"id_before_a":            {func(e *journal.Event) { e.ID = "`" }, false},
		"id_after_z":             {func(e *journal.Event) { e.ID = "{" }, false},
		"id_before_0":            {func(e *journal.Event) { e.ID = "/" }, false},
		"id_after_9":             {func(e *journal.Event) { e.ID = ":" }, false},
		"id_beyond_ascii":        {func(e *journal.Event) { e.ID = "é" }, false},
		"no_kind":                {func(e *journal.Event) { e.Kind = "" }, false},
		"unknown_kind":           {func(e *journal.Event) { e.Kind = "staking.stake" }, false},
		"no_subject":             {func(e *journal.Event) { e.Subject = "" }, false},
		"subject_of_64":          {func(e *journal.Event) { e.Subject = long("a", 64) }, true},
		"subject_of_65":          {func(e *journal.Event) { e.Subject = long("a", 65) }, false},
		"nobodys":                {func(e *journal.Event) { e.Account = "" }, true},
		"account_of_64":          {func(e *journal.Event) { e.Account = long("a", 64) }, true},
		"account_of_65":          {func(e *journal.Event) { e.Account = long("a", 65) }, false},
		"account_with_a_blank":   {func(e *journal.Event) { e.Account = "acct 1" }, false},
		"no_time":                {func(e *journal.Event) { e.At = time.Time{} }, false},
		"a_microsecond":          {func(e *journal.Event) { e.At = e.At.Add(time.Microsecond) }, true},
		"a_nanosecond":           {func(e *journal.Event) { e.At = e.At.Add(time.Nanosecond) }, false},
		"no_data":                {func(e *journal.Event) { e.Data = nil }, true},
		"16_items":               {func(e *journal.Event) { e.Data = many(16) }, true},
		"17_items":               {func(e *journal.Event) { e.Data = many(17) }, false},
		"no_key":                 {func(e *journal.Event) { e.Data[""] = "x" }, false},
		"key_of_64":              {func(e *journal.Event) { e.Data[long("a", 64)] = "x" }, true},
		"key_of_65":              {func(e *journal.Event) { e.Data[long("a", 65)] = "x" }, false},
		"key_in_capitals":        {func(e *journal.Event) { e.Data["Amount"] = "x" }, false},
		"text_of_500":            {func(e *journal.Event) { e.Data["text"] = long("é", 250) }, true},
		"text_of_501":            {func(e *journal.Event) { e.Data["text"] = long("é", 250) + "x" }, false},
		"text_with_a_nul":        {func(e *journal.Event) { e.Data["text"] = "a\x00b" }, false},
		"text_that_is_no_utf_8":  {func(e *journal.Event) { e.Data["text"] = "\xff" }, false},
		"text_beyond_all_planes": {func(e *journal.Event) { e.Data["text"] = "\U0001F600" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := staked()
			test.change(&e)
			made, err := journal.NewEvent(e.ID, e.Kind, e.Subject, e.Account, e.At, e.Data)
			if test.good {
				require.NoError(t, e.Validate())
				require.NoError(t, err)
				require.Equal(t, e, made)
				return
			}
			require.ErrorIs(t, e.Validate(), journal.ErrEvent)
			if name != "a_nanosecond" { // which is cut off
				require.ErrorIs(t, err, journal.ErrEvent)
			}
		})
	}
}

// Others depend on the kinds: a golden list, to which words are added.
func TestKindsArePinned(t *testing.T) {
	t.Parallel()
	kinds := journal.Kinds()
	require.Equal(t, []journal.Kind{
		"identity.account_opened", "identity.account_erased", "identity.remainder_given_up", "identity.wallet_linked", "identity.wallet_unlinked", "identity.session_opened", "identity.session_refreshed", "identity.session_ended",
		"identity.sessions_ended", "identity.role_granted", "identity.role_revoked", "identity.api_key_made", "identity.api_key_revoked", "identity.api_keys_revoked", "identity.influencer_registered",
		"identity.influencer_changed", "identity.email_asked", "identity.email_forgotten", "identity.email_verified",
		"identity.mail_sent", "identity.mail_parked", "identity.mail_dropped",
		"identity.application_made", "identity.application_approved", "identity.application_rejected", "identity.badge_withdrawn",
		"staking.pool_opened", "staking.pool_changed", "staking.pool_paused", "staking.pool_resumed", "staking.pool_closed",
		"staking.pool_suspended", "staking.pool_released",
		"staking.remainder_paid", "staking.tier_changed", "staking.distributed", "staking.staked", "staking.left", "staking.claimed",
		"staking.cooling_began", "staking.ticket_withdrawn", "staking.ticket_canceled",
		"staking.rebalanced", "staking.compounded", "staking.compounding_set", "staking.compound_refused",
		"attribution.program_opened", "attribution.program_funded", "attribution.program_withdrawn",
		"attribution.program_changed", "attribution.program_closed", "attribution.promo_reserved", "attribution.promo_released", "attribution.link_made", "attribution.link_withdrawn", "attribution.link_restored",
		"attribution.conversion_reported", "attribution.conversion_refunded",
		"attribution.commission_earned", "attribution.commission_funded", "attribution.commission_approved",
		"attribution.commission_reversed", "attribution.commission_kept", "attribution.commission_waived",
		"attribution.commission_held", "attribution.commission_released", "attribution.commission_rejected", "attribution.debt_collected",
		"attribution.bonus_due", "attribution.bonus_paid", "attribution.bonus_lapsed", "attribution.month_assessed",
		"fraud.alert_opened", "fraud.alert_dismissed", "fraud.alert_upheld", "fraud.stakes_blocked",
		"ledger.deposit_credited",
		"payouts.requested", "payouts.stepped_up", "payouts.canceled", "payouts.approved", "payouts.rejected", "payouts.queued", "payouts.signed", "payouts.broadcast",
		"payouts.confirmed", "payouts.settled", "payouts.failed", "payouts.unproven", "payouts.attempt_dead",
	}, kinds)
	for _, k := range kinds {
		e := staked()
		e.Kind = k
		require.NoError(t, e.Validate())
		require.Regexp(t, `^[a-z]+\.[a-z_]+$`, k)
	}
	slices.Sort(kinds)
	require.Len(t, slices.Compact(kinds), len(journal.Kinds()), "each once")
}
