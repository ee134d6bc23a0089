package contract

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// auditTests are those of the audit log.
func auditTests() map[string]storeTest {
	tests := map[string]storeTest{
		"a_record_comes_back_as_it_was":                  auditWhole,
		"a_record_that_breaks_a_rule_is_err_audit":       auditInvalid,
		"of_many_records_all_are_kept_or_none":           auditAllOrNone,
		"records_are_listed_the_newest_first":            auditOrder,
		"an_account_has_its_own_records":                 auditByAccount,
		"a_falling_page_goes_on_below_any_text":          auditPlaces,
		"neither_side_keeps_the_records_that_are_passed": auditCopies,
	}
	auditOfID.prove("the_record_of_an_id", tests)
	return tests
}

// deed is the n-th record, of account n % 3.
func deed(n int) identity.AuditRecord {
	return identity.AuditRecord{
		ID: numbered[identity.AuditID]("aud", n), At: later(n), Account: identity.AccountID(accountID(n % 3)), Session: numbered[identity.SessionID]("sess", n),
		Action: "staking.staked", Subject: fmt.Sprintf("pos_%04d", n), RequestID: fmt.Sprintf("req_%04d", n),
		IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), UserAgent: "any text \U0001F600",
	}
}

var auditOfID = unique[identity.AuditRecord]{
	taken: identity.ErrAudit,
	row: func(n int) identity.AuditRecord {
		r := deed(n)
		r.ID = "aud_the_same"
		return r
	},
	add: func(ctx context.Context, tx ports.Tx, _ int, row identity.AuditRecord) error {
		return tx.Audit.Add(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]identity.AuditRecord, error) {
		return v.Audit.List(ctx, "", "", 1_000)
	},
}

// remember keeps records in a unit of work of their own.
func remember(t tester, s ports.Store, records ...identity.AuditRecord) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Add(ctx, records...) })
}

// remembered gives the records of an account, or all.
func remembered(t tester, s ports.Store, account identity.AccountID, before identity.AuditID, limit int) []identity.AuditRecord {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]identity.AuditRecord, error) {
		return v.Audit.List(ctx, account, before, limit)
	})
}

func auditWhole(t *testing.T, s ports.Store) {
	refused := deed(2)
	refused.Account, refused.Session, refused.Subject, refused.Code, refused.UserAgent = "", "", "", "signature_invalid", ""
	refused.IP = netip.MustParseAddr("2001:db8::1")
	remember(t, s, deed(1), refused)
	require.Equal(t, []identity.AuditRecord{refused, deed(1)}, remembered(t, s, "", "", 9))
	remember(t, s) // nothing to tell
}

func auditInvalid(t *testing.T, s ports.Store) {
	for _, spoil := range []func(r *identity.AuditRecord){
		func(r *identity.AuditRecord) { r.IP = netip.Addr{} },
		func(r *identity.AuditRecord) { r.RequestID = "" },
		func(r *identity.AuditRecord) { r.ID = "" },
	} {
		bad := deed(1)
		spoil(&bad)
		refuse(t, s, identity.ErrAudit, func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Add(ctx, bad) })
	}
	require.Empty(t, remembered(t, s, "", "", 9))
}

func auditAllOrNone(t *testing.T, s ports.Store) {
	bad := deed(3)
	bad.Action = ""
	refuse(t, s, identity.ErrAudit, func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Add(ctx, deed(1), deed(2), bad) })
	refuse(t, s, identity.ErrAudit, func(ctx context.Context, tx ports.Tx) error { return tx.Audit.Add(ctx, deed(1), deed(1)) })
	require.Empty(t, remembered(t, s, "", "", 9))
}

func auditOrder(t *testing.T, s ports.Store) {
	var want []identity.AuditRecord
	for _, n := range []int{4, 2, 5, 1, 3} {
		remember(t, s, deed(n))
		want = append(want, deed(n))
	}
	slices.SortFunc(want, func(a, b identity.AuditRecord) int { return cmp.Compare(b.ID, a.ID) })
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []identity.AuditRecord
		for before := identity.AuditID(""); ; {
			page := remembered(t, s, "", before, limit)
			require.LessOrEqual(t, len(page), limit)
			if len(page) == 0 {
				break
			}
			got, before = append(got, page...), page[len(page)-1].ID
		}
		require.Equal(t, want, got, "pages of %d", limit)
	}
	require.Empty(t, remembered(t, s, "", "", 0))
	require.Empty(t, remembered(t, s, "", "", -1))
}

func auditByAccount(t *testing.T, s ports.Store) {
	for n := range 9 {
		remember(t, s, deed(n))
	}
	one := identity.AccountID(accountID(1))
	require.Equal(t, []identity.AuditRecord{deed(7), deed(4), deed(1)}, remembered(t, s, one, "", 9))
	require.Equal(t, []identity.AuditRecord{deed(4), deed(1)}, remembered(t, s, one, deed(6).ID, 9))
	require.Equal(t, []identity.AuditRecord{deed(4)}, remembered(t, s, one, deed(7).ID, 1))
	for _, nobody := range []identity.AccountID{"acct_none", "a\x00b", "\xff"} {
		require.Empty(t, remembered(t, s, nobody, "", 9))
	}
}

func auditPlaces(t *testing.T, s ports.Store) {
	remember(t, s, deed(1))
	id := string(deed(1).ID)
	for before, found := range map[string]bool{
		id: false, id + "0": true, id + "\x00": true, id + "\xff": true, "b": true, "\xff": true, "a\xff": true, "aud\x00": false, "\x00": false,
		"aud_\xff": true, "A": false,
	} {
		require.Equal(t, found, len(remembered(t, s, "", identity.AuditID(before), 1)) == 1, "%q", before)
	}
}

func auditCopies(t *testing.T, s ports.Store) {
	given := []identity.AuditRecord{deed(1), deed(2)}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		err := tx.Audit.Add(ctx, given...)
		given[0].Action = "altered"
		return err
	})
	got := remembered(t, s, "", "", 9)
	got[0].Action = "altered"
	require.Equal(t, []identity.AuditRecord{deed(2), deed(1)}, remembered(t, s, "", "", 9))
}
