package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

type apiKeyRequest struct {
	Name      string           `json:"name" doc:"1 to 60 characters in one line"`
	Scopes    []identity.Scope `json:"scopes"`
	PerMinute int32            `json:"per_minute,omitempty" doc:"how often it may call, up to 6000; absent: 600"`
	LifeDays  int32            `json:"life_days,omitempty" doc:"up to 365; absent: 90"`
}

// apiKeyBody is an API key as its owner sees it: never its secret.
type apiKeyBody struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Scopes    []identity.Scope `json:"scopes"`
	PerMinute int              `json:"per_minute"`
	MadeAt    time.Time        `json:"made_at"`
	ExpiresAt time.Time        `json:"expires_at"`
	RevokedAt *time.Time       `json:"revoked_at,omitempty" doc:"absent while it was not"`
}

type madeAPIKeyBody struct {
	Key  apiKeyBody `json:"key"`
	Text string     `json:"text" doc:"what to call with, as a bearer token; it is shown this once"`
}

func keyShown(k identity.APIKey) apiKeyBody {
	body := apiKeyBody{
		ID: string(k.ID), Name: k.Name, Scopes: k.Scopes, PerMinute: k.PerMinute, MadeAt: k.MadeAt, ExpiresAt: k.ExpiresAt,
	}
	if !k.RevokedAt.IsZero() {
		body.RevokedAt = &k.RevokedAt
	}
	return body
}

func makeKey(i *twist.Identity) rpc.Call[apiKeyRequest, madeAPIKeyBody] {
	return func(ctx context.Context, by twist.Caller, req apiKeyRequest) (madeAPIKeyBody, error) {
		made, err := i.MakeKey(ctx, by, identity.APIKeyTerms{
			Name: req.Name, Scopes: req.Scopes, PerMinute: int(req.PerMinute), Life: time.Duration(req.LifeDays) * 24 * time.Hour,
		})
		if err != nil {
			return madeAPIKeyBody{}, err
		}
		return madeAPIKeyBody{Key: keyShown(made.Key), Text: made.Text}, nil
	}
}

func listKeys(i *twist.Identity) rpc.Call[page, list[apiKeyBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[apiKeyBody], error) {
		found, err := i.APIKeys(ctx, by, identity.APIKeyID(req.After), req.Limit+1)
		return listed(found, req.Limit, func(k identity.APIKey) string { return string(k.ID) }, keyShown), err
	}
}

func revokeKey(i *twist.Identity) rpc.Call[byID, nothing] {
	return func(ctx context.Context, by twist.Caller, req byID) (nothing, error) {
		return nothing{}, i.RevokeKey(ctx, by, identity.APIKeyID(req.ID))
	}
}
