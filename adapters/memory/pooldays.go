package memory

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/staking"
)

type poolDays struct{ *unit }

func poolDayKeyOf(d staking.PoolDay) activationKey {
	return activationKey{string(d.Pool), int64(d.Day)}
}

// Since gives the days of pools.
func (p poolDays) Since(_ context.Context, pools []staking.PoolID, from staking.Day) ([]staking.PoolDay, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.poolDays.where(func(d staking.PoolDay) bool { return d.Day >= from && slices.Contains(pools, d.Pool) }), nil
}

// All pages through the days.
func (p poolDays) All(_ context.Context, after staking.PoolDay, limit int) ([]staking.PoolDay, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.poolDays.list(poolDayKeyOf(after), limit, every), nil
}

// Add counts into a day.
func (p poolDays) Add(_ context.Context, d staking.PoolDay) error {
	return p.write(func(s *state) error {
		if kept, ok := s.poolDays.get(poolDayKeyOf(d)); ok {
			d = kept.Plus(d)
		}
		s.poolDays.put(d)
		return nil
	})
}
