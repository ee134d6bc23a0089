package twist

import (
	"context"
	"maps"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Apply asks operators for the badge of the caller's influencer. Who has it is ErrAlreadyGranted, and who is
// no influencer ErrInfluencerNotFound.
func (i *Identity) Apply(ctx context.Context, by Caller, kind identity.ApplicationKind, text string) (identity.Application, error) {
	now := i.c.Clock.Now()
	application, err := identity.Apply(identity.ApplicationID(i.c.IDs.New("app")), by.Account, kind, text, now)
	if err != nil {
		return identity.Application{}, err
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return identity.Application{}, err
		}
		if err := tx.Applications.Add(ctx, application); err != nil {
			return identity.Application{}, err
		}
		influencer, err := tx.Influencers.Lock(ctx, by.Account) // an approval holds it too
		if err == nil && influencer.Verified {
			err = identity.ErrAlreadyGranted
		}
		if err != nil {
			return identity.Application{}, err
		}
		return application, i.c.tell(ctx, tx, now, applied(journal.ApplicationMade, application, nil))
	})
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

// ApproveApplication grants what was applied for, in the same unit of work: the influencer carries the badge.
// A caller who is neither operator nor administrator is identity.ErrRoleTooHigh, and one whose session is over
// identity.ErrSessionEnded.
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
	now := i.c.Clock.Now()
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Application, error) {
		if _, _, err := i.decider(ctx, tx, by, "", now); err != nil {
			return identity.Application{}, err
		}
		pending, err := tx.Applications.Lock(ctx, id)
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
		kind := journal.ApplicationRejected
		if decided.State == identity.ApplicationApproved {
			kind = journal.ApplicationApproved
			if err := award(ctx, tx, decided); err != nil {
				return identity.Application{}, err
			}
		}
		return decided, i.c.tell(ctx, tx, now, applied(kind, decided, facts{"by": string(decided.DecidedBy)}))
	})
}

// award gives an applicant the badge.
func award(ctx context.Context, tx ports.Tx, a identity.Application) error {
	influencer, err := tx.Influencers.Lock(ctx, a.Account)
	if err != nil {
		return err
	}
	influencer.Verified = true
	return tx.Influencers.Put(ctx, influencer)
}

// applied tells of an application, with facts of its kind.
func applied(kind journal.Kind, a identity.Application, of facts) news {
	all := facts{"kind": string(a.Kind)}
	maps.Copy(all, of)
	return news{kind: kind, subject: string(a.ID), account: string(a.Account), facts: all}
}
