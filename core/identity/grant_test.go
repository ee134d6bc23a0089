package identity_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

var (
	operator = []identity.Role{identity.RoleUser, identity.RoleOperator}
	admin    = []identity.Role{identity.RoleUser, identity.RoleAdmin}
)

func TestRolesOf(t *testing.T) {
	t.Parallel()
	const second = identity.Wallet("2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8")
	account := identity.Account{ID: "acct_1", Wallet: wallet}
	require.Equal(t, []identity.Role{identity.RoleUser}, identity.RolesOf(account, wallet, nil))
	require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleOperator, identity.RoleAdmin},
		identity.RolesOf(account, wallet, []identity.Wallet{second, wallet}))
	require.Equal(t, []identity.Role{identity.RoleUser}, identity.RolesOf(account, second, []identity.Wallet{wallet}),
		"configuration trusts a key, not what else its account can sign in with")
	account.Roles = []identity.Role{identity.RoleMerchant, identity.RoleOperator}
	require.Equal(t, []identity.Role{identity.RoleUser, identity.RoleMerchant, identity.RoleOperator}, identity.RolesOf(account, second, nil))
	require.Equal(t, []identity.Role{identity.RoleMerchant, identity.RoleOperator}, account.Roles)
}

func TestGrantAndWithdraw(t *testing.T) {
	t.Parallel()
	bare := identity.Account{ID: "acct_1", Wallet: wallet}
	merchant, changed, err := bare.Grant(identity.RoleMerchant, "acct_ops", operator)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []identity.Role{identity.RoleMerchant}, merchant.Roles)
	require.Empty(t, bare.Roles)
	both, changed, err := merchant.Grant(identity.RoleInfluencer, "acct_ops", operator)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []identity.Role{identity.RoleInfluencer, identity.RoleMerchant}, both.Roles, "in the order of the list")
	require.Equal(t, []identity.Role{identity.RoleMerchant}, merchant.Roles)
	same, changed, err := both.Grant(identity.RoleMerchant, "acct_ops", operator)
	require.NoError(t, err)
	require.False(t, changed)
	require.Equal(t, both, same)

	less, changed, err := both.Withdraw(identity.RoleInfluencer, "acct_ops", operator)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, merchant, less)
	require.Len(t, both.Roles, 2)
	_, changed, err = less.Withdraw(identity.RoleInfluencer, "acct_ops", operator)
	require.NoError(t, err)
	require.False(t, changed)
}

// TestWhoDecides: every role, decided by every set of roles, on another's account and on one's own.
func TestWhoDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		with := rapid.SliceOfDistinct(rapid.SampledFrom(identity.Roles()), rapid.ID[identity.Role]).Draw(rt, "with")
		role := rapid.SampledFrom(append(identity.Roles(), "root", "")).Draw(rt, "role")
		by := rapid.SampledFrom([]identity.AccountID{"acct_1", "acct_2"}).Draw(rt, "by")
		account := identity.Account{ID: "acct_1", Roles: rapid.SliceOfDistinct(rapid.SampledFrom(identity.Roles()[1:]), rapid.ID[identity.Role]).Draw(rt, "has")}
		var want error
		switch small := role == identity.RoleInfluencer || role == identity.RoleMerchant; {
		case role == "root" || role == "":
			want = identity.ErrRole
		case role == identity.RoleUser:
			want = identity.ErrRoleImplied
		case by == "acct_1":
			want = identity.ErrRoleOwn
		case slices.Contains(with, identity.RoleAdmin), small && slices.Contains(with, identity.RoleOperator):
		default:
			want = identity.ErrRoleTooHigh
		}
		granted, changed, err := account.Grant(role, by, with)
		withdrawn, taken, err2 := account.Withdraw(role, by, with)
		if want != nil {
			require.ErrorIs(rt, err, want)
			require.ErrorIs(rt, err2, want)
			require.Zero(rt, granted)
			require.Zero(rt, withdrawn)
			return
		}
		require.NoError(rt, err)
		require.NoError(rt, err2)
		has := slices.Contains(account.Roles, role)
		require.Equal(rt, !has, changed)
		require.Equal(rt, has, taken)
		require.Contains(rt, granted.Roles, role)
		require.NotContains(rt, withdrawn.Roles, role)
	})
}

func TestMayOperate(t *testing.T) {
	t.Parallel()
	require.NoError(t, identity.MayOperate(operator))
	require.NoError(t, identity.MayOperate(admin))
	for _, role := range []identity.Role{identity.RoleUser, identity.RoleInfluencer, identity.RoleMerchant, identity.RoleService} {
		require.ErrorIs(t, identity.MayOperate([]identity.Role{role}), fault.Forbidden)
	}
	require.ErrorIs(t, identity.MayOperate(nil), identity.ErrRoleTooHigh)
}
