package identity

import (
	"slices"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of a grant.
var (
	ErrRoleImplied = fault.New(fault.Invalid, "role_implied", "every account has this role, and none can lose it")
	ErrRoleTooHigh = fault.New(fault.Forbidden, "role_too_high", "a higher role is needed to decide this")
	ErrRoleOwn     = fault.New(fault.Forbidden, "role_own", "nobody decides about their own roles")
)

// RolesOf are the roles that an account has in a session which one of its wallets opened: what everybody has,
// what was granted to it, and what configuration gives to the wallet, in the order of Roles.
func RolesOf(account Account, wallet Wallet, operators []Wallet) []Role {
	has := append([]Role{RoleUser}, account.Roles...)
	if slices.Contains(operators, wallet) {
		has = append(has, RoleOperator, RoleAdmin)
	}
	return inOrder(has)
}

// Grant gives the account a role, on the decision of somebody else with these roles. An administrator decides
// about every role, an operator about those of influencers and merchants; the others get ErrRoleTooHigh, and
// so does whoever asks for more. One's own roles are ErrRoleOwn, RoleUser is ErrRoleImplied, and a role that
// is not listed is ErrRole. An account that has the role already stays as it is, and changed is false.
func (a Account) Grant(role Role, by AccountID, with []Role) (_ Account, changed bool, err error) {
	if err := a.mayDecide(role, by, with); err != nil {
		return Account{}, false, err
	}
	if slices.Contains(a.Roles, role) {
		return a, false, nil
	}
	a.Roles = inOrder(append(slices.Clone(a.Roles), role))
	return a, true, nil
}

// Withdraw takes a role from the account, by the rules of Grant.
func (a Account) Withdraw(role Role, by AccountID, with []Role) (_ Account, changed bool, err error) {
	if err := a.mayDecide(role, by, with); err != nil {
		return Account{}, false, err
	}
	if !slices.Contains(a.Roles, role) {
		return a, false, nil
	}
	a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(r Role) bool { return r == role })
	return a, true, nil
}

// MayOperate returns ErrRoleTooHigh unless the roles are those of an operator or an administrator.
func MayOperate(with []Role) error {
	if slices.Contains(with, RoleOperator) || slices.Contains(with, RoleAdmin) {
		return nil
	}
	return ErrRoleTooHigh
}

// MayBar returns ErrRoleTooHigh unless whoever has these roles may end the sessions of the account: an operator
// may, but for those of operators, of administrators and of accounts that configuration gives roles, which only an
// administrator ends.
func (a Account) MayBar(configured bool, with []Role) error {
	if a.InOffice(configured) && !slices.Contains(with, RoleAdmin) {
		return ErrRoleTooHigh
	}
	return MayOperate(with)
}

func (a Account) mayDecide(role Role, by AccountID, with []Role) error {
	if err := checkRoles([]Role{role}); err != nil {
		return err
	}
	if role == RoleUser {
		return ErrRoleImplied
	}
	if by == a.ID {
		return ErrRoleOwn
	}
	small := role == RoleInfluencer || role == RoleMerchant
	if slices.Contains(with, RoleAdmin) || small && slices.Contains(with, RoleOperator) {
		return nil
	}
	return ErrRoleTooHigh
}

// inOrder sorts roles as Roles lists them, each once.
func inOrder(has []Role) []Role {
	var roles []Role
	for _, role := range Roles() {
		if slices.Contains(has, role) {
			roles = append(roles, role)
		}
	}
	return roles
}
