package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// What was altered until it means nothing is named, and is not an answer.
func TestUnreadableRows(t *testing.T) {
	t.Parallel()
	entries := func(ctx context.Context, v ports.View) error {
		_, err := v.Ledger.Entries(ctx, "", 9)
		return err
	}
	for name, test := range map[string]struct {
		alter string
		read  func(context.Context, ports.View) error
	}{
		"no_ledger_account": {`UPDATE balances SET address = 'nowhere' WHERE address <> 'world'`, func(ctx context.Context, v ports.View) error {
			_, err := v.Ledger.Standings(ctx, ledger.Key{}, 9)
			return err
		}},
		"no_line":     {`UPDATE lines SET address = 'nowhere' WHERE address <> 'world'`, entries},
		"no_postings": {`UPDATE entries SET postings = '["x"]'`, entries},
		"no_amount":   {`UPDATE entries SET postings = jsonb_set(postings, '{0,amount}', '7')`, entries},
		"no_stripe": {`ALTER TABLE lines DROP CONSTRAINT lines_stripe; UPDATE lines SET stripe = 256 WHERE address = 'world'`, func(ctx context.Context, v ports.View) error {
			_, err := v.Ledger.Lines(ctx, ledger.Line{}, 9)
			return err
		}},
		"no_stripe_of_an_entry": {`ALTER TABLE lines DROP CONSTRAINT lines_stripe; UPDATE lines SET stripe = 16 WHERE address = 'world'`, entries},
		"no_stripe_of_a_balance": {`ALTER TABLE balances DROP CONSTRAINT balances_stripe; UPDATE balances SET stripe = -1 WHERE address = 'world'`, func(ctx context.Context, v ports.View) error {
			_, err := v.Ledger.Standings(ctx, ledger.Key{}, 9)
			return err
		}},
		"no_metadata": {`UPDATE entries SET metadata = '{"a": 1}'`, entries},
		"no_event": {`UPDATE events SET data = '{"a": []}'`, func(ctx context.Context, v ports.View) error {
			_, err := v.Journal.Events(ctx, "", 9)
			return err
		}},
		"no_wide_number": {`ALTER TABLE pools ALTER carry TYPE numeric; UPDATE pools SET carry = 2::numeric ^ 128`, func(ctx context.Context, v ports.View) error {
			_, err := v.Pools.List(ctx, "", 9)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.Open(t, migrate)
			db := owner(t, url)
			populate(t, db, newest(t))
			_, err := db.ExecContext(t.Context(), `SET session_replication_role = replica; `+test.alter)
			require.NoError(t, err)
			store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1})
			require.NoError(t, err)
			defer func() { require.NoError(t, store.Close()) }()
			err = store.Read(t.Context(), test.read)
			require.ErrorIs(t, err, postgres.ErrUnreadable)
		})
	}
}
