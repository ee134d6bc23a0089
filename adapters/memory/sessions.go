package memory

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// errEnded refuses to change a session that has ended. It is internal, because whoever writes one asked it.
var errEnded = fault.ErrInternal.Saying("the session has ended")

type sessions struct{ *unit }

// Get gives a session.
func (t sessions) Get(_ context.Context, id identity.SessionID) (identity.Session, error) {
	s, err := t.read()
	if err != nil {
		return identity.Session{}, err
	}
	return orFault(s.sessions, id, identity.ErrSessionNotFound)
}

// Lock is Get: whoever writes here is alone.
func (t sessions) Lock(ctx context.Context, id identity.SessionID) (identity.Session, error) {
	return t.Get(ctx, id)
}

// ListAlive pages through the sessions of an account.
func (t sessions) ListAlive(_ context.Context, account identity.AccountID, now time.Time, after identity.SessionID, limit int) ([]identity.Session, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	return s.sessions.list(after, limit, aliveOf(account, now)), nil
}

// ListByAccount pages through all sessions of an account.
func (t sessions) ListByAccount(_ context.Context, account identity.AccountID, after identity.SessionID, limit int) ([]identity.Session, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	return s.sessions.list(after, limit, func(v identity.Session) bool { return v.Account == account }), nil
}

func aliveOf(account identity.AccountID, now time.Time) func(identity.Session) bool {
	return func(v identity.Session) bool { return v.Account == account && v.Alive(now) == nil }
}

// Add opens a session.
func (t sessions) Add(_ context.Context, session identity.Session) error {
	return t.write(func(s *state) error {
		if err := s.challenges.add(session, identity.ErrChallengeUsed); err != nil {
			return err
		}
		return s.sessions.add(session, errIDTaken)
	})
}

// Put replaces what changes of a session.
func (t sessions) Put(_ context.Context, session identity.Session) error {
	return t.write(func(s *state) error {
		kept, ok := s.sessions.get(session.ID)
		if !ok {
			return nil
		}
		if !kept.EndedAt.IsZero() {
			return errEnded
		}
		kept.Roles, kept.EndsAt, kept.EndedAt, kept.EndedBy = session.Roles, session.EndsAt, session.EndedAt, session.EndedBy
		kept.Renewal.Generation, kept.Renewal.At, kept.Renewal.Current = session.Renewal.Generation, session.Renewal.At, session.Renewal.Current
		s.sessions.put(kept)
		return nil
	})
}

// EndAll ends the sessions of an account.
func (t sessions) EndAll(_ context.Context, account identity.AccountID, why identity.Ending, now time.Time) (ended int, err error) {
	err = t.write(func(s *state) error {
		left := s.sessions.where(func(v identity.Session) bool { return v.Account == account && v.EndedAt.IsZero() })
		ended = len(left)
		for _, v := range left {
			v, _ = v.End(why, now)
			s.sessions.put(v)
		}
		return nil
	})
	return ended, err
}
