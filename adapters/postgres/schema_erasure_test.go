package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// I-13: what was written of somebody who is there stays, whoever owns the tables; of an account that was erased it may
// go, and nothing of it can come back.
func TestOnlyTheErasedAreForgotten(t *testing.T) {
	t.Parallel()
	db := populated(t)
	for _, statement := range []string{
		"UPDATE influencers SET username = 'Other', handle = 'other' WHERE account <> 'acct_gone'",
		"UPDATE programs SET name = ''",
		"UPDATE audit SET ip = NULL, user_agent = '' WHERE account <> 'acct_gone'",
		"UPDATE audit SET code = 'x' WHERE account = 'acct_gone'",
		"UPDATE audit SET ip = '192.0.2.1' WHERE account = 'acct_gone'",
		"UPDATE accounts SET erased_at = NULL WHERE id = 'acct_gone'",
		"UPDATE accounts SET erased_at = erased_at + interval '1 second' WHERE id = 'acct_gone'",
		"UPDATE accounts SET roles = '{merchant}' WHERE id = 'acct_gone'",
	} {
		state, _ := refused(t, db, statement)
		require.Equal(t, "TW010", state, statement)
	}
	for statement, want := range map[string]string{
		"UPDATE accounts SET erased_at = now(), roles = '{merchant}' WHERE id <> 'acct_gone'": "accounts_erased",
		"UPDATE influencers SET bio = 'x' WHERE account = 'acct_gone'":                        "influencers_nameless",
		"UPDATE influencers SET username = 'Back' WHERE account = 'acct_gone'":                "influencers_nameless",
	} {
		_, constraint := refused(t, db, statement)
		require.Equal(t, want, constraint, statement)
	}
	_, err := db.ExecContext(t.Context(), "UPDATE accounts SET roles = '{}', erased_at = now() WHERE erased_at IS NULL")
	require.NoError(t, err)
	for _, table := range []string{"outcomes", "api_keys", "applications", "emails", "mails", "links", "conducts"} {
		done, err := db.ExecContext(t.Context(), "DELETE FROM "+table)
		require.NoError(t, err, table)
		rows, err := done.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, rows, table)
	}
}
