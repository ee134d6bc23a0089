package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// influencerBody is what everyone may know of an influencer. What is not here is nobody's business: no
// account, no wallet, no email, and of moments the day.
type influencerBody struct {
	ID           string `json:"id"`
	Username     string `json:"username"`
	DisplayName  string `json:"display_name"`
	Bio          string `json:"bio"`
	Verified     bool   `json:"verified" doc:"whether it carries the badge"`
	RegisteredOn string `json:"registered_on" doc:"a day, as 2006-01-02"`
}

func influencerOf(i identity.Influencer) influencerBody {
	return influencerBody{
		ID: string(i.ID), Username: i.Username, DisplayName: i.DisplayName, Bio: i.Bio, Verified: i.Verified,
		RegisteredOn: i.RegisteredAt.Format(time.DateOnly),
	}
}

// profileBody is what an influencer is told of itself.
type profileBody struct {
	ID           string     `json:"id"`
	Username     string     `json:"username"`
	DisplayName  string     `json:"display_name"`
	Bio          string     `json:"bio"`
	Verified     bool       `json:"verified"`
	Withdrawn    string     `json:"badge_withdrawn,omitempty" doc:"why an operator took the badge back"`
	RegisteredAt time.Time  `json:"registered_at"`
	Terms        *termsBody `json:"terms,omitempty"`
	Email        *emailBody `json:"email,omitempty"`
}

type termsBody struct {
	Version    string    `json:"version"`
	AcceptedAt time.Time `json:"accepted_at"`
}

type emailBody struct {
	Address    string     `json:"address,omitempty" doc:"the one that is proven"`
	VerifiedAt *time.Time `json:"verified_at,omitempty"`
	Pending    string     `json:"pending,omitempty" doc:"the one that is to be"`
}

func profileOf(p twist.Profile) profileBody {
	i, e := p.Influencer, p.Email
	body := profileBody{
		ID: string(i.ID), Username: i.Username, DisplayName: i.DisplayName, Bio: i.Bio, Verified: i.Verified, Withdrawn: i.Withdrawn, RegisteredAt: i.RegisteredAt,
	}
	if i.Terms.Version != "" {
		body.Terms = &termsBody{Version: i.Terms.Version, AcceptedAt: i.Terms.At}
	}
	if e.Verified != "" || e.Pending.Address != "" {
		body.Email = &emailBody{Address: string(e.Verified), Pending: string(e.Pending.Address)}
	}
	if e.Verified != "" {
		body.Email.VerifiedAt = &e.VerifiedAt
	}
	return body
}

type registerRequest struct {
	Username    string `json:"username"`
	DisplayName string `json:"display_name,omitempty" doc:"absent: the username is shown"`
	Bio         string `json:"bio,omitempty"`
	Email       string `json:"email,omitempty" doc:"a letter to it asks for proof"`
	AcceptTerms bool   `json:"accept_terms" doc:"nothing but true is taken"`
}

func register(i *twist.Identity) rpc.Call[registerRequest, profileBody] {
	return func(ctx context.Context, by twist.Caller, req registerRequest) (profileBody, error) {
		registered, err := i.Register(ctx, by, twist.Registration(req))
		return profileOf(registered), err
	}
}

type byUsername struct {
	Username string `json:"-" path:"username"`
}

func influencer(i *twist.Identity) rpc.Call[byUsername, influencerBody] {
	return func(ctx context.Context, _ twist.Caller, req byUsername) (influencerBody, error) {
		found, err := i.Influencer(ctx, req.Username)
		return influencerOf(found), err
	}
}

type withdrawBadgeRequest struct {
	byUsername

	Reason string `json:"reason" doc:"shown to the influencer alone"`
}

func withdrawBadge(i *twist.Identity) rpc.Call[withdrawBadgeRequest, influencerBody] {
	return func(ctx context.Context, by twist.Caller, req withdrawBadgeRequest) (influencerBody, error) {
		without, err := i.WithdrawBadge(ctx, by, req.Username, req.Reason)
		return influencerOf(without), err
	}
}

type availabilityRequest struct {
	Username string `json:"-" query:"username"`
}

// availabilityBody says no more than whoever chooses a name needs: a taken name and a reserved one are
// unavailable alike.
type availabilityBody struct {
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty" doc:"invalid: it is no username; unavailable: it is one that cannot be had"`
}

func availability(i *twist.Identity) rpc.Call[availabilityRequest, availabilityBody] {
	return func(ctx context.Context, _ twist.Caller, req availabilityRequest) (availabilityBody, error) {
		a, err := i.Available(ctx, req.Username)
		body := availabilityBody{Available: a.Available}
		switch {
		case a.Malformed:
			body.Reason = "invalid"
		case !a.Available:
			body.Reason = "unavailable"
		}
		return body, err
	}
}

func profile(i *twist.Identity) rpc.Call[nothing, profileBody] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (profileBody, error) {
		p, err := i.Profile(ctx, by)
		return profileOf(p), err
	}
}

// profileChange changes the fields that stand there.
type profileChange struct {
	DisplayName *string `json:"display_name,omitempty" doc:"empty: the username is shown"`
	Bio         *string `json:"bio,omitempty"`
	Email       *string `json:"email,omitempty" doc:"empty: the address is forgotten"`
}

func changeProfile(i *twist.Identity) rpc.Call[profileChange, profileBody] {
	return func(ctx context.Context, by twist.Caller, req profileChange) (profileBody, error) {
		p, err := i.ChangeProfile(ctx, by, twist.ProfileChange(req))
		return profileOf(p), err
	}
}

func resendEmail(i *twist.Identity) rpc.Call[nothing, status] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (status, error) {
		return status{"accepted"}, i.ResendEmail(ctx, by)
	}
}

type verifyEmailRequest struct {
	Token string `json:"token"`
}

func verifyEmail(i *twist.Identity) rpc.Call[verifyEmailRequest, status] {
	return func(ctx context.Context, by twist.Caller, req verifyEmailRequest) (status, error) {
		return status{"verified"}, i.VerifyEmail(ctx, by, req.Token)
	}
}
