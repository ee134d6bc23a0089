package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// influencers keeps influencers.
type influencers struct{ *unit }

// influencerRow is an influencer.
type influencerRow struct {
	ID              identity.InfluencerID
	Account         identity.AccountID
	Username        string
	DisplayName     string
	Bio             string
	Terms           string
	TermsAcceptedAt *time.Time
	Verified        bool
	RegisteredAt    time.Time
	Withdrawn       string
}

const influencerColumns = `id, account, username, display_name, bio, terms, terms_accepted_at, verified, registered_at, withdrawn`

func (r influencerRow) value() identity.Influencer {
	return identity.Influencer{
		ID: r.ID, Account: r.Account, Username: r.Username, DisplayName: r.DisplayName, Bio: r.Bio,
		Terms: identity.Consent{Version: r.Terms, At: orZero(r.TermsAcceptedAt)}, Verified: r.Verified, RegisteredAt: r.RegisteredAt.UTC(), Withdrawn: r.Withdrawn,
	}
}

// FindByAccount gives an account's influencer.
func (i influencers) FindByAccount(ctx context.Context, id identity.AccountID) (identity.Influencer, bool, error) {
	return find[influencerRow](ctx, i.unit, `SELECT `+influencerColumns+` FROM influencers WHERE account = $1 AND username IS NOT NULL`, string(id))
}

// FindByUsername gives the influencer of a username, whatever its case.
func (i influencers) FindByUsername(ctx context.Context, username string) (identity.Influencer, bool, error) {
	return find[influencerRow](ctx, i.unit, `SELECT `+influencerColumns+` FROM influencers WHERE handle = $1`, identity.Handle(username))
}

// Add registers an influencer.
func (i influencers) Add(ctx context.Context, v identity.Influencer) error {
	return i.run(ctx, nil, `
		INSERT INTO influencers (`+influencerColumns+`, handle, search) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		string(v.ID), string(v.Account), v.Username, v.DisplayName, v.Bio, v.Terms.Version, unlessZero(v.Terms.At), v.Verified,
		v.RegisteredAt, v.Withdrawn, v.Handle(), v.Searchable())
}

// Lock gives an account's influencer and holds it.
func (i influencers) Lock(ctx context.Context, id identity.AccountID) (identity.Influencer, error) {
	return get[influencerRow](ctx, i.unit, identity.ErrInfluencerNotFound,
		`SELECT `+influencerColumns+` FROM influencers WHERE account = $1 AND username IS NOT NULL FOR NO KEY UPDATE`, string(id))
}

// Put replaces what an influencer shows.
func (i influencers) Put(ctx context.Context, v identity.Influencer) error {
	return i.replace(ctx, identity.ErrInfluencerNotFound, `
		UPDATE influencers SET display_name = $2, bio = $3, terms = $4, terms_accepted_at = $5, verified = $6, withdrawn = $7, search = $8 WHERE id = $1`,
		string(v.ID), v.DisplayName, v.Bio, v.Terms.Version, unlessZero(v.Terms.At), v.Verified, v.Withdrawn, v.Searchable())
}
