package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// touches keeps what conversions considered.
type touches struct{ *unit }

// touchRow is a touch.
type touchRow struct {
	Conversion attribution.ConversionID
	Click      attribution.ClickID
	Link       attribution.LinkID
	Influencer attribution.InfluencerID
	Holder     attribution.AccountID
	At         time.Time
	Reason     attribution.Reason
	Tier       attribution.Tier
}

const touchColumns = `conversion, click, link, influencer, holder, at, reason, tier`

func (r touchRow) value() attribution.Touch {
	return attribution.Touch{
		Conversion: r.Conversion, Click: r.Click, Link: r.Link, Influencer: r.Influencer, Holder: r.Holder, At: r.At.UTC(), Reason: r.Reason, Tier: r.Tier,
	}
}

// ListByConversion gives a conversion's touches.
func (t touches) ListByConversion(ctx context.Context, id attribution.ConversionID) ([]attribution.Touch, error) {
	return list[touchRow](ctx, t.unit, `SELECT `+touchColumns+` FROM touches WHERE conversion = $1 ORDER BY click`, string(id))
}

// All pages through all touches, conversion by conversion.
func (t touches) All(ctx context.Context, after attribution.Touch, limit int) ([]attribution.Touch, error) {
	conversion, click := spots(string(after.Conversion), string(after.Click))
	return list[touchRow](ctx, t.unit, `
		SELECT `+touchColumns+` FROM touches WHERE (conversion, click) > ($1, $2) ORDER BY conversion, click LIMIT $3`,
		conversion, click, most(limit))
}

// Add keeps touches, all in one statement.
func (t touches) Add(ctx context.Context, all ...attribution.Touch) error {
	columns := [7][]string{}
	times := make([]time.Time, len(all))
	for i, v := range all {
		for n, text := range []string{string(v.Conversion), string(v.Click), string(v.Link), string(v.Influencer), string(v.Holder), string(v.Reason), string(v.Tier)} {
			columns[n] = append(columns[n], text)
		}
		times[i] = v.At
	}
	return t.run(ctx, nil, `
		INSERT INTO touches (`+touchColumns+`)
		SELECT conversion, click, link, influencer, holder, at, reason, tier
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
			AS t (conversion, click, link, influencer, holder, reason, tier, at)`,
		columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], times)
}
