package contract

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func applicationTests() map[string]storeTest {
	tests := map[string]storeTest{
		"get_gives_an_application_or_err_application_not_found":  seeded(applicationGet),
		"lock_gives_an_application_or_err_application_not_found": seeded(applicationLock),
		"lock_holds_an_application":                              seeded(applicationHeld),
		"put_replaces_an_application":                            seeded(applicationPut),
		"a_decided_application_leaves_room_for_another":          seeded(applicationAgain),
		"applications_come_by_pages":                             seeded(applicationPages),
	}
	pendingOfAccount.prove("the_pending_application_of_an_account", tests)
	return tests
}

var pendingOfAccount = unique[identity.Application]{
	taken: identity.ErrApplicationOpen,
	row:   func(n int) identity.Application { return application(apart+n, identity.ApplicationPending) },
	add: func(ctx context.Context, tx ports.Tx, _ int, row identity.Application) error {
		return tx.Applications.Add(ctx, row)
	},
	list: func(ctx context.Context, v ports.View) ([]identity.Application, error) {
		return v.Applications.ListByAccount(ctx, account(2).ID, "", 9)
	},
}

func addApplication(a identity.Application) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Applications.Add(ctx, a) }
}

func putApplication(a identity.Application) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Applications.Put(ctx, a) }
}

func lockApplication(t *testing.T, s ports.Store, n int) identity.Application {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
		return tx.Applications.Lock(ctx, application(n, "").ID)
	})
}

func applicationGet(t *testing.T, s ports.Store) {
	role := application(3, identity.ApplicationPending)
	role.Kind, role.Name = identity.ForMerchant, ""
	for _, want := range []identity.Application{application(0, identity.ApplicationPending), role} {
		write(t, s, addApplication(want))
		require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (identity.Application, error) {
			return v.Applications.Get(ctx, want.ID)
		}))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
			return tx.Applications.Get(ctx, want.ID)
		}))
	}
	refuse(t, s, identity.ErrApplicationNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Applications.Get(ctx, "app_9"))
	})
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Applications.Get(ctx, "app_9"))
	}), identity.ErrApplicationNotFound)
}

func applicationLock(t *testing.T, s ports.Store) {
	for n, state := range identity.ApplicationStates() {
		write(t, s, addApplication(application(n, state)))
		require.Equal(t, application(n, state), lockApplication(t, s, n))
	}
	refuse(t, s, identity.ErrApplicationNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Applications.Lock(ctx, "app_9"))
	})
}

// applicationHeld has many change one application by what they read: every change is seen by the next.
func applicationHeld(t *testing.T, s ports.Store) {
	write(t, s, addApplication(application(1, identity.ApplicationPending)))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		a, err := tx.Applications.Lock(ctx, application(1, "").ID)
		if err != nil {
			return err
		}
		a.Text += "x"
		return tx.Applications.Put(ctx, a)
	}))
	require.Equal(t, application(1, "").Text+strings.Repeat("x", racers), lockApplication(t, s, 1).Text)
}

func applicationPut(t *testing.T, s ports.Store) {
	write(t, s, addApplication(application(1, identity.ApplicationPending)))
	for _, state := range []identity.ApplicationState{identity.ApplicationApproved, identity.ApplicationRejected, identity.ApplicationPending} {
		abandon(t, s, putApplication(application(1, state)))
		write(t, s, putApplication(application(1, state)))
		require.Equal(t, application(1, state), lockApplication(t, s, 1))
	}
	refuse(t, s, identity.ErrApplicationNotFound, putApplication(application(9, identity.ApplicationApproved)))
	refuse(t, s, identity.ErrApplicationNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Applications.Lock(ctx, application(9, "").ID))
	})
}

func applicationAgain(t *testing.T, s ports.Store) {
	write(t, s, addApplication(application(1, identity.ApplicationRejected)))
	write(t, s, addApplication(application(2, identity.ApplicationPending)))
	refuse(t, s, identity.ErrApplicationOpen, putApplication(application(1, identity.ApplicationPending)))
	other := application(3, identity.ApplicationPending)
	other.Account = account(1).ID
	write(t, s, addApplication(other))
}

func applicationPages(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		for n := 6; n > 0; n-- {
			a := application(n, identity.ApplicationStates()[1+n%2])
			if n > 4 {
				a.Account = account(0).ID
			}
			if err := tx.Applications.Add(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	rejected := func(n int) identity.Application { return application(n, identity.ApplicationRejected) }
	approved := func(n int) identity.Application { return application(n, identity.ApplicationApproved) }
	requirePages(t, s, []identity.Application{rejected(1), approved(2), rejected(3), approved(4)},
		func(ctx context.Context, v ports.View, after identity.Application, limit int) ([]identity.Application, error) {
			return v.Applications.ListByAccount(ctx, account(2).ID, after.ID, limit)
		})
	five := rejected(5)
	five.Account = account(0).ID
	requirePages(t, s, []identity.Application{rejected(1), rejected(3), five},
		func(ctx context.Context, v ports.View, after identity.Application, limit int) ([]identity.Application, error) {
			return v.Applications.ListByState(ctx, identity.ApplicationRejected, after.ID, limit)
		})
	requireFirst(t, s, nil, 9, func(ctx context.Context, v ports.View, after identity.Application, limit int) ([]identity.Application, error) {
		return v.Applications.ListByState(ctx, identity.ApplicationPending, after.ID, limit)
	})
}
