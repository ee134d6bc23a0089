package twist

import (
	"context"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// SuspendPool lets neither stakes nor distributions by hand into somebody's pool until ReleasePool, whatever its
// influencer decides meanwhile, for a reason that everybody is shown. Who is in it leaves and claims as ever, and
// revenue is shared. It is an operator's in person, fails as staking.Pool.Suspend does, and refuses callers as
// WithdrawBadge does.
func (s *Staking) SuspendPool(ctx context.Context, by Caller, id staking.PoolID, reason string) (staking.Pool, error) {
	return s.supervise(ctx, by, id, journal.PoolSuspended, func(p staking.Pool) (staking.Pool, error) {
		return p.Suspend(staking.AccountID(by.Account), reason)
	})
}

// ReleasePool ends the suspension of somebody's pool, which is then as its influencer decided. It fails as
// staking.Pool.Release does, and refuses callers as SuspendPool does.
func (s *Staking) ReleasePool(ctx context.Context, by Caller, id staking.PoolID) (staking.Pool, error) {
	return s.supervise(ctx, by, id, journal.PoolReleased, func(p staking.Pool) (staking.Pool, error) {
		return p.Release(staking.AccountID(by.Account))
	})
}

// supervise lets an operator change a pool, and tells of it.
func (s *Staking) supervise(ctx context.Context, by Caller, id staking.PoolID, kind journal.Kind, do func(staking.Pool) (staking.Pool, error)) (staking.Pool, error) {
	if err := by.inPerson(); err != nil {
		return staking.Pool{}, err
	}
	now := s.c.Clock.Now()
	return ports.Write(ctx, s.c.Store, func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
		if _, _, err := s.c.decider(ctx, tx, by, "", now); err != nil { // accounts are held before pools
			return staking.Pool{}, err
		}
		before, err := lockRolled(ctx, s.c, tx, id, now)
		if err != nil {
			return staking.Pool{}, err
		}
		after, err := do(before)
		if err != nil {
			return staking.Pool{}, err
		}
		told := news{kind, string(id), string(after.Owner), facts{"by": string(by.Account)}}
		return s.commit(ctx, tx, act{before: before, book: staking.Book{Pool: after}, tells: []news{told}}, now)
	})
}
