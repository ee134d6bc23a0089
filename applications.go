package twist

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Apply asks operators for the badge of the caller's influencer, under the name that it shows, or for the role of a
// merchant. Who has what it applies for is ErrAlreadyGranted, and who wants the badge and is no influencer
// ErrInfluencerNotFound.
func (i *Identity) Apply(ctx context.Context, by Caller, kind identity.ApplicationKind, text string) (identity.Application, error) {
	if err := by.inPerson(); err != nil {
		return identity.Application{}, err
	}
	now := i.c.Clock.Now()
	application, err := identity.Apply(identity.ApplicationID(i.c.IDs.New("app")), by.Account, kind, text, now)
	if err != nil {
		return identity.Application{}, err
	}
	add := i.applyForBadge
	if kind == identity.ForMerchant {
		add = i.applyForRole
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
		made, err := add(ctx, tx, by, application)
		if err != nil {
			return identity.Application{}, err
		}
		return made, i.c.tell(ctx, tx, now, applied(journal.ApplicationMade, made, nil))
	})
}

// applyForRole adds an application, if its account is no merchant. It holds the account, as an approval does.
func (i *Identity) applyForRole(ctx context.Context, tx ports.Tx, by Caller, a identity.Application) (identity.Application, error) {
	account, err := tx.Accounts.Lock(ctx, by.Account)
	switch {
	case err != nil:
	case account.Erased():
		err = identity.ErrSessionEnded
	case slices.Contains(account.Roles, identity.RoleMerchant):
		err = identity.ErrAlreadyGranted
	}
	if err != nil {
		return identity.Application{}, err
	}
	return a, tx.Applications.Add(ctx, a)
}

// applyForBadge adds an application under the name that its influencer shows. The influencer is held after the
// application, and by then must be the same.
func (i *Identity) applyForBadge(ctx context.Context, tx ports.Tx, by Caller, a identity.Application) (identity.Application, error) {
	if _, err := holdLiving(ctx, tx, by); err != nil {
		return identity.Application{}, err
	}
	shown, known, err := tx.Influencers.FindByAccount(ctx, a.Account)
	if err == nil && !known {
		err = identity.ErrInfluencerNotFound
	}
	if err != nil {
		return identity.Application{}, err
	}
	a.Name = shown.DisplayName
	if err := tx.Applications.Add(ctx, a); err != nil {
		return identity.Application{}, err
	}
	influencer, err := tx.Influencers.Lock(ctx, a.Account) // an approval and a change of the name hold it too
	switch {
	case err != nil:
	case influencer.Verified:
		err = identity.ErrAlreadyGranted
	case influencer.DisplayName != a.Name:
		err = identity.ErrApplicationOutdated
	}
	return a, err
}

// Applications gives at most limit of the caller's applications in the order in which they were made, after
// the one named.
func (i *Identity) Applications(ctx context.Context, by Caller, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.Application, error) {
		return v.Applications.ListByAccount(ctx, by.Account, after, limit)
	})
}

// ApplicationsIn gives at most limit applications in a state, in the order in which they were made, after the
// one named. An unknown state is ErrApplicationState.
func (i *Identity) ApplicationsIn(ctx context.Context, state identity.ApplicationState, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	if err := state.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.Application, error) {
		return v.Applications.ListByState(ctx, state, after, limit)
	})
}

// ApproveApplication grants what was applied for, in the same unit of work: the influencer carries the badge, or the
// account has the role. A badge that was judged beside another name than the one shown now is
// identity.ErrApplicationOutdated. A caller who is neither operator nor administrator is identity.ErrRoleTooHigh,
// and one whose session is over identity.ErrSessionEnded.
func (i *Identity) ApproveApplication(ctx context.Context, by Caller, id identity.ApplicationID) (identity.Application, error) {
	return i.decide(ctx, by, id, func(a identity.Application, now time.Time) (identity.Application, error) {
		return a.Approve(by.Account, now)
	})
}

// RejectApplication refuses what was applied for, for a reason that the applicant is shown. It
// refuses callers as ApproveApplication does.
func (i *Identity) RejectApplication(ctx context.Context, by Caller, id identity.ApplicationID, reason string) (identity.Application, error) {
	return i.decide(ctx, by, id, func(a identity.Application, now time.Time) (identity.Application, error) {
		return a.Reject(by.Account, reason, now)
	})
}

func (i *Identity) decide(ctx context.Context, by Caller, id identity.ApplicationID, rule func(identity.Application, time.Time) (identity.Application, error)) (identity.Application, error) {
	if err := by.inPerson(); err != nil {
		return identity.Application{}, err
	}
	now, whose := i.c.Clock.Now(), identity.AccountID("")
	defer func() { i.known.dropAccount(whose) }()
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
		// Whose it is, it says without being held: accounts are held before applications.
		read, missing := tx.Applications.Get(ctx, id)
		with, applicant, err := i.c.decider(ctx, tx, by, read.Account, now)
		if err == nil {
			err = missing // which only those learn who may decide
		}
		if err != nil {
			return identity.Application{}, err
		}
		whose = read.Account
		pending, err := tx.Applications.Lock(ctx, id)
		if err == nil && pending.Account != applicant.ID {
			err = identity.ErrApplicationNotFound
		}
		if err != nil {
			return identity.Application{}, err
		}
		decided, err := rule(pending, now)
		if err != nil {
			return identity.Application{}, err
		}
		if err := tx.Applications.Put(ctx, decided); err != nil {
			return identity.Application{}, err
		}
		of := facts{"by": string(decided.DecidedBy)}
		if decided.State != identity.ApplicationApproved {
			return decided, i.c.tell(ctx, tx, now, applied(journal.ApplicationRejected, decided, of))
		}
		granted, err := awarded(ctx, tx, decided, applicant, with)
		if err != nil {
			return identity.Application{}, err
		}
		return decided, i.c.tell(ctx, tx, now, append([]news{applied(journal.ApplicationApproved, decided, of)}, granted...)...)
	})
}

// awarded gives an applicant what was approved, and tells what the approval does not tell by itself.
func awarded(ctx context.Context, tx ports.Tx, a identity.Application, applicant identity.Account, with []identity.Role) ([]news, error) {
	if a.Kind == identity.ForMerchant {
		account, changed, err := applicant.Grant(identity.RoleMerchant, a.DecidedBy, with)
		if err != nil || !changed { // an operator granted it meanwhile
			return nil, err
		}
		return []news{decidedRole(journal.RoleGranted, account.ID, identity.RoleMerchant, a.DecidedBy)}, tx.Accounts.PutRoles(ctx, account)
	}
	influencer, err := tx.Influencers.Lock(ctx, a.Account)
	if err == nil {
		influencer, err = influencer.Award(a)
	}
	if err != nil {
		return nil, err
	}
	return nil, tx.Influencers.Put(ctx, influencer)
}

// applied tells of an application, with facts of its kind.
func applied(kind journal.Kind, a identity.Application, of facts) news {
	all := facts{"kind": string(a.Kind)}
	maps.Copy(all, of)
	return news{kind: kind, subject: string(a.ID), account: string(a.Account), facts: all}
}

// WithdrawBadge takes the badge from an influencer, for a reason that it is shown and nobody else. A caller who is
// neither operator nor administrator is identity.ErrRoleTooHigh, one whose session is over
// identity.ErrSessionEnded, and the rest is refused as identity.Influencer.WithdrawBadge says.
func (i *Identity) WithdrawBadge(ctx context.Context, by Caller, username, reason string) (identity.Influencer, error) {
	if err := by.inPerson(); err != nil {
		return identity.Influencer{}, err
	}
	now := i.c.Clock.Now()
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Influencer, error) {
		if _, _, err := i.c.decider(ctx, tx, by, "", now); err != nil {
			return identity.Influencer{}, err
		}
		found, known, err := tx.Influencers.FindByUsername(ctx, username)
		if err == nil && !known {
			err = identity.ErrInfluencerNotFound
		}
		if err != nil {
			return identity.Influencer{}, err
		}
		influencer, err := tx.Influencers.Lock(ctx, found.Account)
		if err == nil {
			influencer, err = influencer.WithdrawBadge(by.Account, reason)
		}
		if err != nil {
			return identity.Influencer{}, err
		}
		if err := tx.Influencers.Put(ctx, influencer); err != nil {
			return identity.Influencer{}, err
		}
		return influencer, i.c.tell(ctx, tx, now, news{
			journal.BadgeWithdrawn, string(influencer.ID), string(influencer.Account), facts{"by": string(by.Account)},
		})
	})
}
