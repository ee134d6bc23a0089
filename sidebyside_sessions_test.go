package twist_test

import (
	"context"

	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
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
	return s.operator()
}

func (s *sides) operator() twist.Caller {
	if _, known := s.callers["ops"]; !known {
		s.signsIn("ops")
	}
	return s.callers["ops"]
}

// somebody is an account.
func (s *sides) somebody() identity.AccountID {
	return identity.AccountID(s.drawn("account", []string{string(s.callers[s.name()].Account)}, "acct_nobody"))
}

// asksLarge brings a name what it takes, and asks for a payout that a second person must agree to.
func (s *sides) asksLarge(name string) {
	by := s.callers[name]
	s.pays(name, payouts.AccountID(by.Account), held)
	s.around(func(w *world) { w.cluster.Tick(finality) })
	s.job("credit_deposits")
	of := twist.PayoutRequest{Amount: huge}
	challenge, ok := both(s, func(ctx context.Context, w *world) (identity.Challenge, error) {
		return w.Payouts.Challenge(ctx, by, of, "")
	})
	if !ok {
		return
	}
	answer := signed(name, challenge)
	of.Answer = &answer
	p, ok := both(s, func(ctx context.Context, w *world) (payouts.Payout, error) { return w.Payouts.RequestTo(ctx, by, of) })
	if ok {
		s.payouts, s.owners[string(p.ID)] = append(s.payouts, p.ID), name
	}
}

// judges decides about a payout, as whoever may or may not.
func (s *sides) judges(by twist.Caller, id payouts.ID) {
	reason := rapid.SampledFrom([]string{"", "No.", "No.", "a\nb"}).Draw(s.rt, "reason")
	both(s, func(ctx context.Context, w *world) ([]payouts.Payout, error) { return w.Payouts.Waiting(ctx, "", 3) })
	if rapid.Bool().Draw(s.rt, "agree") {
		both(s, func(ctx context.Context, w *world) (payouts.Payout, error) { return w.Payouts.Approve(ctx, by, id) })
		return
	}
	s.rejects(by, id, reason)
}

func (s *sides) rejects(by twist.Caller, id payouts.ID, reason string) {
	both(s, func(ctx context.Context, w *world) (payouts.Payout, error) {
		return w.Payouts.Reject(ctx, by, id, reason)
	})
}
