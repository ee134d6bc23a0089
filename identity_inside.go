package twist

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// decider gives the roles of a caller who decides about others, as they are now, and the account that is
// decided about, if it is known already: identity.ErrRoleTooHigh is a caller who is neither operator nor
// administrator, and identity.ErrSessionEnded one whose session is over. A Caller says what was found up to
// CallerLife ago, and in an embedder's hands longer ago than that. What is decided stays, so everything is
// read again in the unit of work that keeps it.
//
// Both accounts are held, in the order of their ids: a decision that takes the caller's roles away comes
// before this one or after it, and of two who take them from each other one does. Whoever may not decide is
// not told which accounts there are.
func (c Config) decider(ctx context.Context, tx ports.Tx, by Caller, about identity.AccountID, now time.Time) (with []identity.Role, of identity.Account, err error) {
	ids := []identity.AccountID{by.Account}
	if about != "" && about != by.Account {
		ids = append(ids, about)
	}
	slices.Sort(ids)
	held, unknown := map[identity.AccountID]identity.Account{}, error(nil)
	for _, id := range ids {
		account, err := tx.Accounts.Lock(ctx, id)
		if id == about && id != by.Account && (errors.Is(err, identity.ErrAccountNotFound) || err == nil && account.Erased()) {
			unknown = identity.ErrAccountNotFound
			continue
		}
		if err != nil {
			return nil, identity.Account{}, err
		}
		held[id] = account
	}
	session, err := tx.Sessions.Lock(ctx, by.Session)
	if err == nil && session.Account != by.Account {
		err = identity.ErrSessionNotFound
	}
	if err != nil {
		return nil, identity.Account{}, instead(err, identity.ErrSessionNotFound, identity.ErrSessionEnded)
	}
	if err := session.Alive(now); err != nil {
		return nil, identity.Account{}, err
	}
	with = identity.RolesOf(held[by.Account], session.Wallet, c.Operators)
	if err := identity.MayOperate(with); err != nil {
		return nil, identity.Account{}, err
	}
	return with, held[about], unknown
}

// configured reports that configuration gives roles to one of the account's wallets.
func (i *Identity) configured(ctx context.Context, tx ports.Tx, account identity.AccountID) (bool, error) {
	for _, wallet := range i.c.Operators {
		linked, ok, err := tx.Wallets.Find(ctx, wallet)
		if err != nil || ok && linked.Account == account {
			return err == nil, err
		}
	}
	return false, nil
}
