package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
)

type bonuses struct{ *unit }

func bonusKeyOf(b attribution.Bonus) bonusKey {
	return bonusKey{string(b.Influencer), string(b.Month), string(b.Kind)}
}

func orderBonuses(a, b bonusKey) int {
	return cmp.Or(cmp.Compare(a.influencer, b.influencer), cmp.Compare(a.month, b.month), cmp.Compare(a.kind, b.kind))
}

// ListByHolder pages through a holder's bonuses.
func (b bonuses) ListByHolder(_ context.Context, holder attribution.AccountID, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.bonuses.list(after, limit, func(v attribution.Bonus) bool { return v.Holder == holder }), nil
}

// List pages through the bonuses in a state.
func (b bonuses) List(_ context.Context, state attribution.BonusState, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.bonuses.list(after, limit, func(v attribution.Bonus) bool { return state == "" || v.State == state }), nil
}

// achieved gives what counts for each influencer in a month.
func (s *state) achieved(month attribution.Month) (map[attribution.InfluencerID]attribution.Achieved, error) {
	all := map[attribution.InfluencerID]attribution.Achieved{}
	for _, c := range s.commissions.where(func(c attribution.Commission) bool {
		in, counts := c.CountsIn()
		return counts && in == month
	}) {
		counted, err := all[c.Influencer].Plus(c)
		if err != nil {
			return nil, err
		}
		all[c.Influencer] = attribution.Achieved{Influencer: c.Influencer, Holder: c.Holder, Achievement: counted}
	}
	return all, nil
}

// Achieved pages through the influencers of whom many commissions count.
func (b bonuses) Achieved(_ context.Context, month attribution.Month, least int64, after attribution.InfluencerID, limit int) ([]attribution.Achieved, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	all, err := s.achieved(month)
	if err != nil {
		return nil, err
	}
	var found []attribution.Achieved
	for _, a := range all {
		if a.Conversions >= least && a.Influencer > after {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b attribution.Achieved) int { return cmp.Compare(a.Influencer, b.Influencer) })
	return first(found, limit), nil
}

// Assessments lists the months that were assessed.
func (b bonuses) Assessments(context.Context) ([]attribution.Assessment, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.assessments.all(), nil
}

// Count gives what counts for an influencer in a month.
func (b bonuses) Count(_ context.Context, influencer attribution.InfluencerID, month attribution.Month) (attribution.Achievement, error) {
	s, err := b.read()
	if err != nil {
		return attribution.Achievement{}, err
	}
	all, err := s.achieved(month)
	return all[influencer].Achievement, err
}

// Lock gives a bonus; the unit of work holds everything.
func (b bonuses) Lock(_ context.Context, id attribution.BonusID) (attribution.Bonus, error) {
	s, err := b.read()
	if err != nil {
		return attribution.Bonus{}, err
	}
	return orFault(s.bonuses, id, attribution.ErrBonusNotFound)
}

// Add keeps a new bonus.
func (b bonuses) Add(_ context.Context, v attribution.Bonus) error {
	return b.write(func(s *state) error {
		if err := s.monthlyBonuses.add(v, attribution.ErrBonusExists); err != nil {
			return err
		}
		return s.bonuses.add(v, errIDTaken)
	})
}

// Put replaces what became of a bonus.
func (b bonuses) Put(_ context.Context, v attribution.Bonus) error {
	return b.write(func(s *state) error {
		kept, ok := s.bonuses.get(v.ID)
		if !ok {
			return attribution.ErrBonusNotFound
		}
		kept.State, kept.ShortAt, kept.EndedAt = v.State, v.ShortAt, v.EndedAt
		s.bonuses.put(kept)
		s.monthlyBonuses.put(kept)
		return nil
	})
}

// Assess keeps that a month was assessed.
func (b bonuses) Assess(_ context.Context, a attribution.Assessment) error {
	return b.write(func(s *state) error { return s.assessments.add(a, attribution.ErrAssessed) })
}
