package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The owner of the table deletes what is older than 400 days, and nothing that is younger by a microsecond. Within one
// transaction the database's clock stands still.
func TestTheAuditLogIsKeptFor400Days(t *testing.T) {
	t.Parallel()
	db := populated(t)
	for age, goes := range map[string]bool{
		"400 days 1 microsecond":    true,
		"400 days":                  false,
		"399 days 23:59:59.999999":  false,
		"4000 days":                 true,
		"-1 day":                    false,
		"400 days -00:00:00.000001": false,
	} {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), `
			INSERT INTO audit SELECT 'aud_of_test', now() - $1::interval, account, session, action, subject, code, request_id, ip, user_agent FROM audit LIMIT 1`, age)
		require.NoError(t, err)
		const remove = "DELETE FROM audit WHERE id = 'aud_of_test'"
		if goes {
			done, err := tx.ExecContext(t.Context(), remove)
			require.NoError(t, err, age)
			rows, err := done.RowsAffected()
			require.NoError(t, err)
			require.EqualValues(t, 1, rows, age)
		} else {
			state, _ := refused(t, tx, remove)
			require.Equal(t, "TW010", state, age)
		}
		require.NoError(t, tx.Rollback())
	}
}
