package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// links keeps links.
type links struct{ *unit }

// linkRow is a link.
type linkRow struct {
	ID          attribution.LinkID
	Code        string
	Program     attribution.ProgramID
	Influencer  attribution.InfluencerID
	Holder      attribution.AccountID
	Destination string
	Promo       attribution.Promo
	MadeAt      time.Time
	ExpiresAt   *time.Time
	WithdrawnAt *time.Time
	Reserved    bool
}

const (
	linkKept    = `id, code, program, influencer, holder, destination, promo, made_at, expires_at, withdrawn_at`
	linkColumns = linkKept + `,
			promo_look <> '' AND EXISTS (SELECT FROM reservations AS r WHERE r.program = links.program AND r.promo_look = links.promo_look) AS reserved`
)

func (r linkRow) value() attribution.Link {
	return attribution.Link{
		ID: r.ID, Code: r.Code, Program: r.Program, Influencer: r.Influencer, Holder: r.Holder, Destination: r.Destination,
		Promo: r.Promo, Reserved: r.Reserved, MadeAt: r.MadeAt.UTC(), ExpiresAt: orZero(r.ExpiresAt), WithdrawnAt: orZero(r.WithdrawnAt),
	}
}

// Get gives a link.
func (l links) Get(ctx context.Context, id attribution.LinkID) (attribution.Link, error) {
	return get[linkRow](ctx, l.unit, attribution.ErrLinkNotFound, `SELECT `+linkColumns+` FROM links WHERE id = $1`, string(id))
}

// Lock gives a link and holds it.
func (l links) Lock(ctx context.Context, id attribution.LinkID) (attribution.Link, error) {
	return get[linkRow](ctx, l.unit, attribution.ErrLinkNotFound, `SELECT `+linkColumns+` FROM links WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// FindByPromo gives the link of a promo code of a program.
func (l links) FindByPromo(ctx context.Context, program attribution.ProgramID, look string) (attribution.Link, bool, error) {
	return find[linkRow](ctx, l.unit, `SELECT `+linkColumns+` FROM links WHERE program = $1 AND promo_look = $2 AND promo_look <> ''`,
		string(program), look)
}

// FindByCode gives the link of a code.
func (l links) FindByCode(ctx context.Context, code string) (attribution.Link, bool, error) {
	return find[linkRow](ctx, l.unit, `SELECT `+linkColumns+` FROM links WHERE code = $1`, code)
}

// FindSame gives an active link that is as good as another.
func (l links) FindSame(ctx context.Context, as attribution.Link, now time.Time) (attribution.Link, bool, error) {
	return find[linkRow](ctx, l.unit, `
		SELECT `+linkColumns+` FROM links
		WHERE holder = $1 AND program = $2 AND destination = $3 AND withdrawn_at IS NULL AND promo = $4
			AND expires_at IS NOT DISTINCT FROM $5 AND coalesce(expires_at, 'infinity') > $6
		ORDER BY id LIMIT 1`,
		string(as.Holder), string(as.Program), as.Destination, string(as.Promo), unlessZero(as.ExpiresAt), now)
}

// ListByHolder pages through the links of a holder.
func (l links) ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.LinkID, limit int) ([]attribution.Link, error) {
	return list[linkRow](ctx, l.unit, `SELECT `+linkColumns+` FROM links WHERE holder = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(holder), spot(string(after)), most(limit))
}

// ListByPromo pages through the links of a program that have promo codes.
func (l links) ListByPromo(ctx context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Link, error) {
	return list[linkRow](ctx, l.unit, `
		SELECT `+linkColumns+` FROM links WHERE program = $1 AND promo_look > $2 AND promo_look <> '' ORDER BY promo_look LIMIT $3`,
		string(program), spot(after), most(limit))
}

// Add keeps a link. A code that is being reserved at the same moment is reserved after it.
func (l links) Add(ctx context.Context, v attribution.Link) error {
	return l.replace(ctx, attribution.ErrPromoTaken, `
		INSERT INTO links (`+linkKept+`, promo_look)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz, $11
		WHERE NOT EXISTS (SELECT FROM reservations WHERE program = $3 AND promo_look = $11)`,
		string(v.ID), v.Code, string(v.Program), string(v.Influencer), string(v.Holder), v.Destination, string(v.Promo), v.MadeAt,
		unlessZero(v.ExpiresAt), unlessZero(v.WithdrawnAt), v.Promo.Look())
}

// Put replaces a link's moments.
func (l links) Put(ctx context.Context, v attribution.Link) error {
	return l.replace(ctx, attribution.ErrLinkNotFound, `UPDATE links SET expires_at = $2, withdrawn_at = $3 WHERE id = $1`,
		string(v.ID), unlessZero(v.ExpiresAt), unlessZero(v.WithdrawnAt))
}

// CountActive counts a holder's links, and stops at most.
func (l links) CountActive(ctx context.Context, holder attribution.AccountID, now time.Time, limit int) (int, error) {
	counted, _, err := find[countRow](ctx, l.unit, `
		SELECT count(*) AS count FROM (
			SELECT FROM links WHERE holder = $1 AND withdrawn_at IS NULL AND coalesce(expires_at, 'infinity') > $2 LIMIT $3
		) AS active`, string(holder), now, most(limit))
	return counted, err
}
