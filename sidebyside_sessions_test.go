package twist_test

import (
	"context"

	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
)

// keeps remembers a sign-in and its tokens.
func (s *sides) keeps(in twist.SignedIn) {
	s.sessions = append(s.sessions, in.Session.ID)
	s.tokens = append(s.tokens, in.Token)
	if in.Refresh != "" {
		s.tokens = append(s.tokens, in.Refresh)
	}
}

// refreshes takes a token that was given at some time, from its client or another.
func (s *sides) refreshes() {
	token, client := s.drawn("token", recent(s.tokens)), s.drawn("client", []string{phone, phone, phone, laptop})
	in, ok := both(s, func(ctx context.Context, w *world) (twist.SignedIn, error) {
		return w.Identity.Refresh(ctx, token, client)
	})
	if ok {
		s.keeps(in)
	}
}

// endsSessions ends one or all of somebody's sessions.
func (s *sides) endsSessions() {
	by, id := s.callers[s.name()], drawnFrom(s, "session", recent(s.sessions))
	switch rapid.IntRange(0, 3).Draw(s.rt, "which") {
	case 0:
		s.does(func(ctx context.Context, w *world) error { return w.Identity.SignOut(ctx, by) })
	case 1:
		both(s, func(ctx context.Context, w *world) (int, error) { return w.Identity.SignOutAll(ctx, by) })
	case 2:
		s.does(func(ctx context.Context, w *world) error { return w.Identity.RevokeSession(ctx, by, id) })
	default:
		who, account := s.decider(), s.somebody()
		both(s, func(ctx context.Context, w *world) (int, error) { return w.Identity.RevokeAccount(ctx, who, account) })
	}
}

// decidesRoles grants or revokes a role, as whoever may or may not.
func (s *sides) decidesRoles() {
	by, account := s.decider(), s.somebody()
	role := identity.Role(s.drawn("role", plain(identity.Roles())))
	decide := (*twist.Identity).GrantRole
	if rapid.Bool().Draw(s.rt, "take it") {
		decide = (*twist.Identity).RevokeRole
	}
	s.does(func(ctx context.Context, w *world) error { return decide(w.Identity, ctx, by, account, role) })
}

// decider is the operator whose wallet is trusted, or anybody.
func (s *sides) decider() twist.Caller {
	if rapid.Bool().Draw(s.rt, "by anybody") {
		return s.callers[s.name()]
	}
	if _, known := s.callers["ops"]; !known {
		s.signsIn("ops")
	}
	return s.callers["ops"]
}

// somebody is an account.
func (s *sides) somebody() identity.AccountID {
	return identity.AccountID(s.drawn("account", []string{string(s.callers[s.name()].Account)}, "acct_nobody"))
}
