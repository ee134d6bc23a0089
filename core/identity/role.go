package identity

import (
	"slices"

	"github.com/twist-platform/twist/core/fault"
)

// ErrRole is a role outside the closed list, or none at all.
var ErrRole = fault.New(fault.Invalid, "role_unknown", "there is no such role")

// Role is what an account may do. Roles add up; none implies another.
type Role string

// The roles, closed.
const (
	RoleUser       Role = "user"       // whoever signed in
	RoleInfluencer Role = "influencer" // has a pool and links
	RoleMerchant   Role = "merchant"   // runs programs and reports conversions
	RoleOperator   Role = "operator"   // decides what people must decide
	RoleAdmin      Role = "admin"      // grants roles
	RoleService    Role = "service"    // a program of ours, not a person
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleUser, RoleInfluencer, RoleMerchant, RoleOperator, RoleAdmin, RoleService}
}

// checkRoles returns ErrRole unless there is a role and all are listed.
func checkRoles(roles []Role) error {
	known := Roles()
	for _, role := range roles {
		if !slices.Contains(known, role) {
			return ErrRole.Saying("%q", string(role))
		}
	}
	if len(roles) == 0 {
		return ErrRole.Saying("none given")
	}
	return nil
}
