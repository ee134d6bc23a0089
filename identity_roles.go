package twist

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// GrantRole gives an account a role, by the rule of identity.Account.Grant: it may be refused as
// identity.ErrRole, ErrRoleImplied, ErrRoleOwn or ErrRoleTooHigh. An account that does not exist is
// identity.ErrAccountNotFound, and one that has the role already stays as it is. A caller whose session is over
// is identity.ErrSessionEnded.
func (i *Identity) GrantRole(ctx context.Context, by Caller, account identity.AccountID, role identity.Role) error {
	return i.decideRole(ctx, by, account, role, journal.RoleGranted, identity.Account.Grant)
}

// RevokeRole takes a role from an account, by the same rule. Its sessions go on without it.
func (i *Identity) RevokeRole(ctx context.Context, by Caller, account identity.AccountID, role identity.Role) error {
	return i.decideRole(ctx, by, account, role, journal.RoleRevoked, identity.Account.Withdraw)
}

// decision is what changes the roles of an account.
type decision = func(a identity.Account, role identity.Role, by identity.AccountID, with []identity.Role) (identity.Account, bool, error)

// decideRole holds both accounts and lets the rule decide.
func (i *Identity) decideRole(ctx context.Context, by Caller, id identity.AccountID, role identity.Role, kind journal.Kind, decide decision) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	now := i.c.Clock.Now()
	defer i.known.dropAccount(id)
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		with, account, err := i.c.decider(ctx, tx, by, id, now)
		if err != nil {
			return err
		}
		account, changed, err := decide(account, role, by.Account, with)
		if err != nil || !changed {
			return err
		}
		if err := tx.Accounts.PutRoles(ctx, account); err != nil {
			return err
		}
		return i.c.tell(ctx, tx, now, decidedRole(kind, id, role, by.Account))
	})
}

// decidedRole tells of a role that was granted or revoked.
func decidedRole(kind journal.Kind, of identity.AccountID, role identity.Role, by identity.AccountID) news {
	return news{kind, string(of), string(of), facts{"role": string(role), "by": string(by)}}
}
