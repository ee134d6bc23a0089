package identity_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// E-13: a record that does not say when, what, by which request and from where is none.
func TestAuditRecordCheck(t *testing.T) {
	t.Parallel()
	good := identity.AuditRecord{
		ID: "aud_1", At: time.Date(2026, 11, 23, 5, 0, 0, 1_000, time.UTC), Account: "acct_1", Session: "sess_1", Action: "staking.staked",
		Subject: "pos_1", RequestID: "req_1", IP: netip.MustParseAddr("192.0.2.1"), UserAgent: "any text \U0001F600",
	}
	require.NoError(t, good.Check())
	long := strings.Repeat("a", 65)
	for name, change := range map[string]struct {
		to   func(r *identity.AuditRecord)
		good bool
	}{
		"nobody_known":          {func(r *identity.AuditRecord) { r.Account, r.Session = "", "" }, true},
		"a_refusal":             {func(r *identity.AuditRecord) { r.Subject, r.Code = "", "signature_invalid" }, true},
		"no_user_agent":         {func(r *identity.AuditRecord) { r.UserAgent = "" }, true},
		"ipv6":                  {func(r *identity.AuditRecord) { r.IP = netip.MustParseAddr("2001:db8::1") }, true},
		"the_longest_agent":     {func(r *identity.AuditRecord) { r.UserAgent = strings.Repeat("a", 200) }, true},
		"no_id":                 {func(r *identity.AuditRecord) { r.ID = "" }, false},
		"an_id_too_long":        {func(r *identity.AuditRecord) { r.ID = identity.AuditID(long) }, false},
		"no_time":               {func(r *identity.AuditRecord) { r.At = time.Time{} }, false},
		"a_part_of_a_moment":    {func(r *identity.AuditRecord) { r.At = r.At.Add(1) }, false},
		"no_action":             {func(r *identity.AuditRecord) { r.Action = "" }, false},
		"an_action_in_capitals": {func(r *identity.AuditRecord) { r.Action = "Stake" }, false},
		"no_request":            {func(r *identity.AuditRecord) { r.RequestID = "" }, false},
		"no_address":            {func(r *identity.AuditRecord) { r.IP = netip.Addr{} }, false},
		"a_mapped_address":      {func(r *identity.AuditRecord) { r.IP = netip.MustParseAddr("::ffff:192.0.2.1") }, false},
		"an_address_of_a_zone":  {func(r *identity.AuditRecord) { r.IP = netip.MustParseAddr("fe80::1%eth0") }, false},
		"an_account_of_a_line":  {func(r *identity.AuditRecord) { r.Account = "acct\n1" }, false},
		"a_session_of_a_space":  {func(r *identity.AuditRecord) { r.Session = "sess 1" }, false},
		"a_subject_too_long":    {func(r *identity.AuditRecord) { r.Subject = long }, false},
		"a_code_of_words":       {func(r *identity.AuditRecord) { r.Code = "no way" }, false},
		"an_agent_too_long":     {func(r *identity.AuditRecord) { r.UserAgent = strings.Repeat("a", 201) }, false},
		"an_agent_not_utf8":     {func(r *identity.AuditRecord) { r.UserAgent = "\xff" }, false},
		"an_agent_with_a_zero":  {func(r *identity.AuditRecord) { r.UserAgent = "a\x00" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := good
			change.to(&r)
			if change.good {
				require.NoError(t, r.Check())
			} else {
				require.ErrorIs(t, r.Check(), identity.ErrAudit)
			}
		})
	}
}
