package twist

import (
	"context"
	"errors"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// Explained is why a conversion earned what for whom.
type Explained struct {
	Explanation attribution.Explanation
	Commissions []attribution.Commission // what became of the credits; a credit of nothing, or of somebody erased, has none
}

// Explain says why a conversion earned what for whom, from what was kept when it was decided: to the merchant of its
// program all of it, and to an influencer whose link was followed her own part. To anybody else it is
// attribution.ErrConversionNotFound.
func (a *Attribution) Explain(ctx context.Context, by Caller, id attribution.ConversionID) (Explained, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (Explained, error) {
		c, touches, err := considered(ctx, v, id)
		if err != nil {
			return Explained{}, err
		}
		e, err := c.Explain(touches)
		if err != nil {
			return Explained{}, err
		}
		commissions, err := v.Commissions.ListByConversion(ctx, id)
		if err != nil {
			return Explained{}, err
		}
		refusal := ownConversion(ctx, v.Programs, by, c)
		if !errors.Is(refusal, attribution.ErrConversionNotFound) {
			return Explained{Explanation: e, Commissions: commissions}, refusal
		}
		holder := attribution.AccountID(by.Account)
		if e = e.Of(holder); len(e.Touches) == 0 {
			return Explained{}, refusal
		}
		others := func(c attribution.Commission) bool { return c.Holder != holder }
		return Explained{Explanation: e, Commissions: slices.DeleteFunc(commissions, others)}, nil
	})
}

// Replay says what a conversion would have earned for whom under another model, to the merchant of its program, and
// changes nothing. A model that there is not is attribution.ErrModel; of a conversion whose touches were not kept it is
// attribution.ErrTouchesNotKept.
func (a *Attribution) Replay(ctx context.Context, by Caller, id attribution.ConversionID, model attribution.Model) (attribution.Explanation, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (attribution.Explanation, error) {
		c, touches, err := considered(ctx, v, id)
		if err != nil {
			return attribution.Explanation{}, err
		}
		if err := ownConversion(ctx, v.Programs, by, c); err != nil {
			return attribution.Explanation{}, err
		}
		return c.Replay(touches, model)
	})
}

// considered gives a conversion and what it considered.
func considered(ctx context.Context, v ports.View, id attribution.ConversionID) (attribution.Conversion, []attribution.Touch, error) {
	c, err := v.Conversions.Get(ctx, id)
	if err != nil {
		return attribution.Conversion{}, nil, err
	}
	touches, err := v.Touches.ListByConversion(ctx, id)
	return c, touches, err
}
