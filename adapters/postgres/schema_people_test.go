package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What people must not be is refused by the database itself, whoever writes it.
func TestBadStatesOfPeopleAreImpossible(t *testing.T) {
	t.Parallel()
	db := populated(t)
	for statement, want := range map[string]string{
		"UPDATE influencers SET bio = repeat('x', 501)":                   "influencers_bio",
		"UPDATE influencers SET terms = '1'":                              "influencers_terms",
		"UPDATE emails SET verified_key = 'other@example.com'":            "emails_key",
		"UPDATE emails SET verified_at = NULL":                            "emails_verified",
		"UPDATE emails SET pending = '', token = NULL, expires_at = NULL": "emails_pending",
		"UPDATE emails SET token = 'short'":                               "emails_token",
		"UPDATE emails SET expires_at = NULL":                             "emails_expires",
		"UPDATE emails SET asked = 0":                                     "emails_asked",
		"INSERT INTO emails SELECT * FROM emails":                         "emails_taken",
		"UPDATE mails SET state = 'lost'":                                 "mails_state",
		"UPDATE mails SET tries = 9":                                      "mails_tries",
		"INSERT INTO applications SELECT 'app_2', account, kind, text, state, reason, decided_by, made_at, decided_at FROM applications": "applications_open",
		"UPDATE applications SET kind = 'operator'":                                            "applications_kind",
		"UPDATE applications SET state = 'lost'":                                               "applications_decided",
		"UPDATE applications SET decided_by = account, decided_at = now(), state = 'approved'": "applications_own",
		"UPDATE applications SET reason = 'x'":                                                 "applications_reason",
	} {
		_, constraint := refused(t, db, statement)
		require.Equal(t, want, constraint, statement)
	}
}
