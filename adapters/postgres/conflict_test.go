package postgres_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// openWith gives a store with options of its own, and the database's owner beside it.
func openWith(t *testing.T, o postgres.Options) (*postgres.Store, string) {
	t.Helper()
	url := pgtest.Open(t, migrate)
	o.Volatile = true
	store, err := postgres.Open(t.Context(), url, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store, url
}

func account(name string) identity.Account {
	return identity.Account{ID: identity.AccountID("acct_" + name), Wallet: testkit.Wallet(name), OpenedAt: later}
}

func add(ctx context.Context, name string) func(context.Context, ports.Tx) error {
	return func(_ context.Context, tx ports.Tx) error { return tx.Accounts.Add(ctx, account(name)) }
}

// known reports whether the account of "a" is kept.
func known(t *testing.T, s ports.Store) bool {
	t.Helper()
	found, err := ports.Read(t.Context(), s, func(ctx context.Context, v ports.View) (bool, error) {
		_, err := v.Accounts.Get(ctx, "acct_a")
		if errors.Is(err, identity.ErrAccountNotFound) {
			return false, nil
		}
		return true, err
	})
	require.NoError(t, err)
	return found
}

// Two units of work that take the same rows in opposite orders: PostgreSQL ends one of them, which runs
// again, and both are done.
func TestDeadlocksAreRunAgain(t *testing.T) {
	t.Parallel()
	store, _ := openWith(t, postgres.Options{Connections: 4})
	a, b := ledger.Available("a"), ledger.Available("b")
	var both sync.WaitGroup // until each holds its first row
	both.Add(2)
	runs, failed := make([]int, 2), make([]error, 2)
	var running sync.WaitGroup
	for i, order := range [][]ledger.Address{{a, b}, {b, a}} {
		running.Go(func() {
			failed[i] = store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				if _, err := tx.Ledger.Lock(ctx, order[0]); err != nil {
					return err
				}
				if runs[i]++; runs[i] == 1 {
					both.Done()
					both.Wait()
				}
				if _, err := tx.Ledger.Lock(ctx, order[1]); err != nil {
					return err
				}
				return tx.Ledger.Record(ctx, deposit(t, "ent_"+string(rune('a'+i)), "x", 1))
			})
		})
	}
	running.Wait()
	require.NoError(t, failed[0])
	require.NoError(t, failed[1])
	// Whoever runs again may be the first to take its row once more, and meet the other a second time.
	require.GreaterOrEqual(t, runs[0]+runs[1], 3, "one of them ran again")
	require.EqualValues(t, 2, balance(t, store, ledger.Available("x")))
}

// Rows are taken in the order of their keys, those that are not there yet too: two that keep to it never
// wait for each other.
func TestMissingRowsAreTakenInTurn(t *testing.T) {
	t.Parallel()
	store, url := openWith(t, postgres.Options{Connections: 4})
	db := owner(t, url)
	require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.Record(ctx, deposit(t, "ent_0", "x", 7)) // which leaves no row of what x owes
	}))
	var runs atomic.Int64
	held := make(chan struct{})
	var once sync.Once
	var running sync.WaitGroup
	failed := make([]error, 2)
	running.Go(func() {
		failed[0] = store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			runs.Add(1)
			if _, err := tx.Ledger.Lock(ctx, ledger.Available("x")); err != nil {
				return err
			}
			once.Do(func() {
				close(held)
				require.Eventually(t, func() bool {
					return number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
				}, time.Minute, 10*time.Millisecond)
			})
			e, err := ledger.NewEntry("ent_1", ledger.KindClawback, "clawback", later, []ledger.Posting{
				ledger.Move(ledger.Owed("x"), ledger.Receivable("p"), 9),
			}, nil)
			if err != nil {
				return err
			}
			return tx.Ledger.Record(ctx, e)
		})
	})
	<-held
	var stands []money.Amount
	running.Go(func() {
		failed[1] = store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) (err error) {
			runs.Add(1)
			stands, err = tx.Ledger.Lock(ctx, ledger.Available("x"), ledger.Owed("x"))
			return err
		})
	})
	running.Wait()
	require.NoError(t, failed[0])
	require.NoError(t, failed[1])
	require.Equal(t, []money.Amount{7, -9}, stands)
	require.EqualValues(t, 2, runs.Load(), "nobody ran twice")
}

func deposit(t *testing.T, id, to string, amount money.Amount) ledger.Entry {
	t.Helper()
	e, err := ledger.NewEntry(ledger.EntryID(id), ledger.KindDeposit, "deposit:"+id, later, []ledger.Posting{
		ledger.Move(ledger.World(), ledger.Available(to), amount),
	}, nil)
	require.NoError(t, err)
	return e
}

func balance(t *testing.T, s ports.Store, a ledger.Address) money.Amount {
	t.Helper()
	amount, err := ports.Read(t.Context(), s, func(ctx context.Context, v ports.View) (money.Amount, error) {
		return v.Ledger.Balance(ctx, a, ledger.TWIST)
	})
	require.NoError(t, err)
	return amount
}

// raising makes every new account end its transaction with a condition of PostgreSQL.
func raising(t *testing.T, url, condition string) {
	t.Helper()
	_, err := owner(t, url).ExecContext(t.Context(), `
		CREATE FUNCTION raise_condition() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '`+condition+`'; END $$;
		CREATE TRIGGER raised BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION raise_condition()`)
	require.NoError(t, err)
}

// What PostgreSQL says of itself: a conflict is tried again ten times and not for ever, what passes is
// ErrStore, the rest is a bug of ours.
func TestConditions(t *testing.T) {
	t.Parallel()
	for condition, test := range map[string]struct {
		runs int
		want error
	}{
		"40001": {10, ports.ErrStore}, // serialization failure
		"40P01": {10, ports.ErrStore}, // deadlock
		"57014": {1, ports.ErrStore},  // statement timeout
		"55P03": {1, ports.ErrStore},  // lock timeout
		"53300": {1, ports.ErrStore},  // too many connections
		"57P01": {1, ports.ErrStore},  // the administrator ends the session
		"25006": {1, ports.ErrStore},  // the server takes no writes for now
		"22003": {1, money.ErrOverflow},
		"TW010": {1, fault.ErrInternal}, // a change of what only grows
		"23514": {1, fault.ErrInternal}, // a check that no caller can break
		"42501": {1, fault.ErrInternal}, // a right that the role does not have
	} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			store, url := openWith(t, postgres.Options{Connections: 2})
			raising(t, url, condition)
			runs := 0
			err := store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				runs++
				_ = add(ctx, "a")(ctx, tx) // swallowed: the store itself must know
				return nil
			})
			require.ErrorIs(t, err, test.want)
			require.Equal(t, fault.Of(test.want).Code(), fault.Of(err).Code())
			require.Equal(t, test.runs, runs)
			require.False(t, known(t, store))
		})
	}
}

// What does not fit the type of its column never reaches the server: trying again will not help, and nobody
// is told that the store did not answer.
func TestWhatDoesNotFitIsABug(t *testing.T) {
	t.Parallel()
	store, _ := openWith(t, postgres.Options{Connections: 1})
	err := store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return tx.Attempts.Add(ctx, payouts.Attempt{Payout: "po_x", N: math.MaxInt64, SignedAt: later})
	})
	require.ErrorIs(t, err, fault.Internal)
	require.NotErrorIs(t, err, ports.ErrStore)
}

// A unit of work whose connection is ended leaves no trace, and the next one has a new connection.
func TestKilledConnections(t *testing.T) {
	t.Parallel()
	store, url := openWith(t, postgres.Options{Connections: 1})
	db := owner(t, url)
	kill := func() {
		require.Equal(t, 1, number(t, db, `
			SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'twist'`))
	}
	require.ErrorIs(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		if err := add(ctx, "a")(ctx, tx); err != nil {
			return err
		}
		kill()
		return add(ctx, "b")(ctx, tx)
	}), ports.ErrStore)
	require.ErrorIs(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		if err := add(ctx, "a")(ctx, tx); err != nil {
			return err
		}
		kill() // before the commit
		return nil
	}), ports.ErrStore)
	require.False(t, known(t, store))

	require.ErrorIs(t, store.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		kill()
		_, err := v.Pools.List(ctx, "", 1)
		return err
	}), ports.ErrStore)
	require.False(t, known(t, store))
	kill() // that connection, while it rests
	require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return add(ctx, "a")(ctx, tx) }))
	require.True(t, known(t, store))
	require.NoError(t, store.Ready(t.Context()))
}

// Nobody waits for ever: not for a row, not for a statement, not for a connection, and not for a unit of
// work that has stopped.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	const soon = 50 * time.Millisecond
	hold := func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Ledger.Lock(ctx, ledger.Available("a"))
		return err
	}
	t.Run("for_a_row", func(t *testing.T) {
		t.Parallel()
		store, _ := openWith(t, postgres.Options{Connections: 2, Lock: soon})
		require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			if err := hold(ctx, tx); err != nil {
				return err
			}
			require.ErrorIs(t, store.Write(t.Context(), hold), ports.ErrStore)
			return nil
		}))
		require.NoError(t, store.Write(t.Context(), hold))
	})
	t.Run("for_a_name", func(t *testing.T) {
		t.Parallel()
		store, _ := openWith(t, postgres.Options{Connections: 2, Lock: soon})
		named := func(ctx context.Context, tx ports.Tx) error {
			_, _, err := tx.Outcomes.Lock(ctx, "acct_a", "stake", "a key")
			return err
		}
		require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			if err := named(ctx, tx); err != nil {
				return err
			}
			require.ErrorIs(t, store.Write(t.Context(), named), ports.ErrStore)
			return nil
		}))
	})
	t.Run("for_a_statement", func(t *testing.T) {
		t.Parallel()
		store, url := openWith(t, postgres.Options{Connections: 1})
		hasty, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1, Statement: time.Second, Lock: time.Minute})
		require.NoError(t, err)
		defer func() { require.NoError(t, hasty.Close()) }()
		require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			if err := hold(ctx, tx); err != nil {
				return err
			}
			require.ErrorIs(t, hasty.Write(t.Context(), hold), ports.ErrStore)
			return nil
		}))
	})
	t.Run("for_a_connection", func(t *testing.T) {
		t.Parallel()
		store, _ := openWith(t, postgres.Options{Connections: 1})
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		defer cancel()
		require.NoError(t, store.Write(t.Context(), func(context.Context, ports.Tx) error {
			require.ErrorIs(t, store.Write(ctx, hold), ports.ErrStore)
			return nil
		}))
	})
	t.Run("for_a_unit_that_stopped", func(t *testing.T) {
		t.Parallel()
		store, url := openWith(t, postgres.Options{Connections: 1, Idle: soon})
		db := owner(t, url)
		require.ErrorIs(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			if err := hold(ctx, tx); err != nil {
				return err
			}
			require.Eventually(t, func() bool {
				return number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'twist'`) == 0
			}, time.Minute, soon)
			return nil
		}), ports.ErrStore)
	})
}
