package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// tokensBody is what a client signs in or goes on with. It is never stored by us or by a cache.
type tokensBody struct {
	SessionID        string          `json:"session_id"`
	AccountID        string          `json:"account_id"`
	Roles            []identity.Role `json:"roles"`
	TokenType        string          `json:"token_type"`
	AccessToken      string          `json:"access_token"`
	ExpiresIn        int64           `json:"expires_in" doc:"in seconds"`
	RefreshToken     string          `json:"refresh_token,omitempty" doc:"absent where the client did not name itself"`
	RefreshExpiresIn int64           `json:"refresh_expires_in,omitempty" doc:"in seconds, unless it is used before"`
}

func tokens(s twist.SignedIn) tokensBody {
	body := tokensBody{
		SessionID: string(s.Session.ID), AccountID: string(s.Session.Account), Roles: s.Claims.Roles,
		TokenType: "Bearer", AccessToken: s.Token, RefreshToken: s.Refresh,
		ExpiresIn: int64(s.Claims.ExpiresAt.Sub(s.Claims.IssuedAt) / time.Second),
	}
	if s.Refresh != "" {
		body.RefreshExpiresIn = int64(s.Session.EndsAt.Sub(s.Claims.IssuedAt) / time.Second)
	}
	return body
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token"`
	Client       string `json:"client" doc:"the same as at the sign-in"`
}

func refreshSession(i *twist.Identity) rpc.Call[refreshRequest, tokensBody] {
	return func(ctx context.Context, _ twist.Caller, req refreshRequest) (tokensBody, error) {
		s, err := i.Refresh(ctx, req.RefreshToken, req.Client)
		if err != nil {
			return tokensBody{}, err
		}
		return tokens(s), nil
	}
}

type sessionBody struct {
	ID        string    `json:"id"`
	Wallet    string    `json:"wallet" doc:"the one that opened it"`
	OpenedAt  time.Time `json:"opened_at"`
	EndsAt    time.Time `json:"ends_at" doc:"unless it is refreshed before"`
	ExpiresAt time.Time `json:"expires_at" doc:"nothing extends it"`
	Current   bool      `json:"current" doc:"whether it is the one that asks"`
}

func listSessions(i *twist.Identity) rpc.Call[page, list[sessionBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[sessionBody], error) {
		found, err := i.Sessions(ctx, by, identity.SessionID(req.After), req.Limit+1)
		return listed(found, req.Limit, func(s identity.Session) string { return string(s.ID) }, func(s identity.Session) sessionBody {
			return sessionBody{
				ID: string(s.ID), Wallet: string(s.Wallet), OpenedAt: s.OpenedAt, EndsAt: s.EndsAt, ExpiresAt: s.ExpiresAt,
				Current: s.ID == by.Session,
			}
		}), err
	}
}

func signOut(i *twist.Identity) rpc.Call[nothing, nothing] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (nothing, error) {
		return nothing{}, i.SignOut(ctx, by)
	}
}

func signOutAll(i *twist.Identity) rpc.Call[nothing, nothing] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (nothing, error) {
		_, err := i.SignOutAll(ctx, by)
		return nothing{}, err
	}
}

func revokeSession(i *twist.Identity) rpc.Call[byID, nothing] {
	return func(ctx context.Context, by twist.Caller, req byID) (nothing, error) {
		return nothing{}, i.RevokeSession(ctx, by, identity.SessionID(req.ID))
	}
}

func revokeAccount(i *twist.Identity) rpc.Call[byID, nothing] {
	return func(ctx context.Context, by twist.Caller, req byID) (nothing, error) {
		_, err := i.RevokeAccount(ctx, by, identity.AccountID(req.ID))
		return nothing{}, err
	}
}

// roleOf is the request of a decision about a role of the account named in the path.
type roleOf struct {
	Account string        `json:"-" path:"id"`
	Role    identity.Role `json:"-" path:"role"`
}

func grantRole(i *twist.Identity) rpc.Call[roleOf, nothing] {
	return func(ctx context.Context, by twist.Caller, req roleOf) (nothing, error) {
		return nothing{}, i.GrantRole(ctx, by, identity.AccountID(req.Account), req.Role)
	}
}

func revokeRole(i *twist.Identity) rpc.Call[roleOf, nothing] {
	return func(ctx context.Context, by twist.Caller, req roleOf) (nothing, error) {
		return nothing{}, i.RevokeRole(ctx, by, identity.AccountID(req.Account), req.Role)
	}
}
