package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// rooted trusts the wallet of ops.
func rooted(c *twist.Config) { c.Operators = []identity.Wallet{testkit.Wallet("ops")} }

// An operator ends every session of an account, and nobody else does; the account can sign in again.
func TestOperatorsRevokeAccounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		one, two, ops, gil := w.enters("fay", phone), w.enters("fay", laptop), w.enters("ops", phone), w.enters("gil", phone)
		_, err := w.Identity.RevokeAccount(t.Context(), w.by(gil), one.Session.Account)
		require.ErrorIs(t, err, identity.ErrRoleTooHigh)
		w.by(one)
		_, err = w.Identity.RevokeAccount(t.Context(), w.by(ops), "acct_never")
		require.ErrorIs(t, err, identity.ErrAccountNotFound)
		w.by(two)
		ended, err := w.Identity.RevokeAccount(t.Context(), w.by(ops), one.Session.Account)
		require.NoError(t, err)
		require.Equal(t, 2, ended)
		w.requireOver(one)
		_, err = w.Identity.Verify(t.Context(), two.Token)
		require.ErrorIs(t, err, identity.ErrSessionEnded)
		told := w.told()[len(w.told())-1]
		require.Equal(t, journal.SessionsEnded, told.Kind)
		require.Equal(t, map[string]string{"why": "barred", "by": string(ops.Session.Account), "count": "2"}, told.Data)
		require.Equal(t, string(one.Session.Account), told.Account)
		w.by(gil)
		w.by(w.enters("fay", phone))
		w.sound()
	}, rooted)
}

// Roles are granted by whoever may, once, and are what a caller has from then on; a token says nothing of it.
func TestRolesAreGranted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in, ops := w.enters("fay", phone), w.by(w.enters("ops", phone))
		require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleOperator, identity.RoleAdmin}, ops.Roles)
		fay := w.by(in)
		n := len(w.told())
		for range 2 {
			require.NoError(t, w.Identity.GrantRole(t.Context(), ops, fay.Account, identity.RoleOperator))
		}
		require.Equal(t, []journal.Kind{journal.RoleGranted}, w.kinds(n))
		require.Equal(t, map[string]string{"role": "operator", "by": string(ops.Account)}, w.told()[n].Data)
		require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleOperator}, w.by(in).Roles, "at once")
		require.Equal(t, []identity.Role{identity.RoleUser}, in.Claims.Roles)
		require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleOperator}, w.refreshes(in.Refresh).Claims.Roles)
		account, err := w.Identity.Account(t.Context(), fay)
		require.NoError(t, err)
		require.Equal(t, []identity.Role{identity.RoleOperator}, account.Roles)

		gil := w.by(w.enters("gil", phone))
		fay = w.by(in)
		require.NoError(t, w.Identity.GrantRole(t.Context(), fay, gil.Account, identity.RoleMerchant))
		for name, refused := range map[string]struct {
			by   twist.Caller
			of   identity.AccountID
			role identity.Role
			want error
		}{
			"above_the_own":  {fay, gil.Account, identity.RoleAdmin, identity.ErrRoleTooHigh},
			"the_same":       {fay, gil.Account, identity.RoleOperator, identity.ErrRoleTooHigh},
			"to_oneself":     {fay, fay.Account, identity.RoleMerchant, identity.ErrRoleOwn},
			"as_nobody":      {gil, fay.Account, identity.RoleMerchant, identity.ErrRoleTooHigh},
			"nobodys":        {gil, "acct_never", identity.RoleMerchant, identity.ErrRoleTooHigh},
			"to_nobody":      {ops, "acct_never", identity.RoleMerchant, identity.ErrAccountNotFound},
			"what_all_have":  {ops, fay.Account, identity.RoleUser, identity.ErrRoleImplied},
			"what_is_none":   {ops, fay.Account, "root", identity.ErrRole},
			"of_the_trusted": {fay, ops.Account, identity.RoleAdmin, identity.ErrRoleTooHigh},
		} {
			require.ErrorIs(t, w.Identity.GrantRole(t.Context(), refused.by, refused.of, refused.role), refused.want, name)
			require.ErrorIs(t, w.Identity.RevokeRole(t.Context(), refused.by, refused.of, refused.role), refused.want, name)
		}

		n = len(w.told())
		for range 2 {
			require.NoError(t, w.Identity.RevokeRole(t.Context(), ops, fay.Account, identity.RoleOperator))
		}
		require.Equal(t, []journal.Kind{journal.RoleRevoked}, w.kinds(n))
		require.Equal(t, []identity.Role{identity.RoleUser}, w.by(in).Roles)
		require.ErrorIs(t, w.Identity.GrantRole(t.Context(), fay, gil.Account, identity.RoleInfluencer), identity.ErrRoleTooHigh,
			"what a caller was when it was let in does not count")
		w.sound()
	}, rooted)
}

// Of many grants and withdrawals of a role at once each finds what the one before left.
func TestRolesAreDecidedOneByOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ops, fay := w.by(w.enters("ops", phone)), w.by(w.enters("fay", phone))
		roles := []identity.Role{identity.RoleInfluencer, identity.RoleMerchant, identity.RoleOperator, identity.RoleService}
		_, errs := together(32, func(i int) (bool, error) {
			if i >= 16 {
				return true, w.Identity.GrantRole(w.ctx(), ops, fay.Account, roles[i%4])
			}
			return true, w.Identity.RevokeRole(w.ctx(), ops, fay.Account, roles[i%4])
		})
		requireAll(t, errs)
		w.sound() // which counts what was told against what stands
	}, rooted)
}

// A role that nobody granted, and one that was taken away behind the library's back, are noticed.
func TestVerifyNoticesRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rooted)
	fay, ops := w.by(w.enters("fay", phone)), w.by(w.enters("ops", phone))
	put := func(roles ...identity.Role) {
		require.NoError(t, w.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			return tx.Accounts.PutRoles(ctx, identity.Account{ID: fay.Account, Roles: roles})
		}))
	}
	noticed := func() bool {
		v, err := w.Ledger.Verify(t.Context())
		require.NoError(t, err)
		return len(v.Findings) > 0
	}
	require.False(t, noticed())
	put(identity.RoleAdmin)
	require.True(t, noticed())
	put()
	require.NoError(t, w.Identity.GrantRole(t.Context(), ops, fay.Account, identity.RoleMerchant))
	require.False(t, noticed())
	put()
	require.True(t, noticed())
	put(identity.RoleAdmin)
	require.True(t, noticed())
	put(identity.RoleMerchant)
	require.False(t, noticed())
}

// An operator keeps no administrator, no other operator and no configured wallet out; an administrator may.
func TestOperatorsKeepNoAdministratorOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ops, fay, gil := w.by(w.enters("ops", phone)), w.by(w.enters("fay", phone)), w.by(w.enters("gil", phone))
		for _, to := range []twist.Caller{fay, gil} {
			require.NoError(t, w.Identity.GrantRole(t.Context(), ops, to.Account, identity.RoleOperator))
		}
		for name, of := range map[string]identity.AccountID{"configured": ops.Account, "operator": gil.Account} {
			_, err := w.Identity.RevokeAccount(t.Context(), fay, of)
			require.ErrorIs(t, err, identity.ErrRoleTooHigh, name)
		}
		_, err := w.Identity.RevokeAccount(t.Context(), ops, gil.Account)
		require.NoError(t, err)
		w.sound()
	}, rooted)
}

// Whoever decides must have a session that is alive and the roles that it takes, in the store and not in what
// was found when the call came in.
func TestWhoDecidesIsReadAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in, fay, ada := w.enters("ops", phone), w.by(w.enters("fay", phone)), w.signIn("ada")
		ops := w.by(in)
		_, err := w.Identity.Register(w.ctx(), ada, registration("ada"))
		require.NoError(t, err)
		application, err := w.Identity.Apply(w.ctx(), ada, identity.ForBadge, "I am Ada.")
		require.NoError(t, err)
		refused := func(by twist.Caller, want error) {
			t.Helper()
			_, err := w.Identity.ApproveApplication(w.ctx(), by, application.ID)
			require.ErrorIs(t, err, want)
			_, err = w.Identity.RejectApplication(w.ctx(), by, application.ID, "No proof.")
			require.ErrorIs(t, err, want)
			_, err = w.Identity.RevokeAccount(w.ctx(), by, ada.Account)
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, w.Identity.GrantRole(w.ctx(), by, ada.Account, identity.RoleAdmin), want)
		}
		refused(fay, identity.ErrRoleTooHigh)
		fay.Roles = []identity.Role{identity.RoleUser, identity.RoleAdmin}
		refused(fay, identity.ErrRoleTooHigh)
		fay.Session, fay.Wallet = ops.Session, ops.Wallet
		refused(fay, identity.ErrSessionEnded)
		require.NoError(t, w.Identity.SignOut(w.ctx(), ops))
		refused(ops, identity.ErrSessionEnded)
		w.by(w.enters("ada", phone))
		w.sound()
	}, rooted)
}

// Of two administrators who take each other's role at once, one does: nobody who lost a role decides after it.
func TestAdministratorsWhoDismissEachOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.by(w.enters("ops", phone))
		for round := range 8 {
			pair := []twist.Caller{w.by(w.enters(numbered("one", round), phone)), w.by(w.enters(numbered("two", round), phone))}
			for _, to := range pair {
				require.NoError(t, w.Identity.GrantRole(t.Context(), ops, to.Account, identity.RoleAdmin))
			}
			_, errs := together(2, func(i int) (bool, error) {
				return true, w.Identity.RevokeRole(w.ctx(), pair[i], pair[1-i].Account, identity.RoleAdmin)
			})
			requireRefused(t, errs, 1, identity.ErrRoleTooHigh)
		}
		w.sound()
	}, rooted)
}
