package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

type listings struct{ *unit }

// listing is a pool with whose it is and its figures, and what a search by name looks into.
func (s *state) listing(p staking.Pool) (ports.Listing, string) {
	owner, _ := s.influencers.get(identity.InfluencerID(p.Influencer))
	figures, _ := s.figures.get(p.ID)
	return ports.Listing{Pool: p, Figures: figures, Username: owner.Username, DisplayName: owner.DisplayName, Verified: owner.Verified}, owner.Searchable()
}

// Get gives a listing.
func (l listings) Get(_ context.Context, id staking.PoolID) (ports.Listing, error) {
	s, err := l.read()
	if err != nil {
		return ports.Listing{}, err
	}
	pool, err := orFault(s.pools, id, staking.ErrPoolNotFound)
	if err != nil {
		return ports.Listing{}, err
	}
	found, _ := s.listing(pool)
	return found, nil
}

// Search gives a page of what is looked for.
func (l listings) Search(_ context.Context, q staking.Search, needle string, behind staking.Place, limit int) ([]ports.Listing, error) {
	s, err := l.read()
	if err != nil || !slices.Contains(staking.Sorts(), q.Sort) {
		return nil, err
	}
	descending := func(a, b staking.Place) int {
		return -cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Pool, b.Pool))
	}
	place := func(v ports.Listing) staking.Place { return q.Sort.Place(v.Pool, v.Figures) }
	var found []ports.Listing
	for _, pool := range s.pools.all() {
		v, text := s.listing(pool)
		if q.Finds(v.Pool, v.Figures) && strings.Contains(text, needle) && (behind == staking.Place{} || descending(place(v), behind) > 0) {
			found = append(found, v)
		}
	}
	if limit <= 0 {
		return nil, nil
	}
	slices.SortFunc(found, func(a, b ports.Listing) int { return descending(place(a), place(b)) })
	return first(found, limit), nil
}

// Held gives an account's positions with their pools.
func (l listings) Held(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]ports.Held, error) {
	s, err := l.read()
	if err != nil {
		return nil, err
	}
	own, err := positions(l).ListByAccount(ctx, account, after, limit)
	var found []ports.Held
	for _, p := range own {
		pool, _ := s.pools.get(p.Pool)
		awaited, _ := s.activations.get(activationKey{string(p.Pool), int64(p.WaitingEpoch)})
		listing, _ := s.listing(pool)
		held := ports.Held{Position: p, Awaited: awaited, Listing: listing}
		for _, t := range s.tickets.where(func(t staking.Ticket) bool { return t.Position == p.ID && t.State == staking.Cooling }) {
			if held.Cooling, err = held.Cooling.Add(t.Amount); err != nil {
				return nil, err
			}
		}
		found = append(found, held)
	}
	return found, err
}

// Stale gives pools whose figures are old.
func (l listings) Stale(_ context.Context, day staking.Day, after staking.PoolID, limit int) ([]staking.Pool, error) {
	s, err := l.read()
	if err != nil {
		return nil, err
	}
	return s.pools.list(after, limit, func(p staking.Pool) bool {
		figures, _ := s.figures.get(p.ID)
		return figures.Day < day || figures.Staked != p.Staked() || figures.Stakers != p.Stakers
	}), nil
}

// Put replaces the figures of pools.
func (l listings) Put(_ context.Context, figures []staking.Figures) error {
	return l.write(func(s *state) error {
		for _, f := range figures {
			kept, _ := s.figures.get(f.Pool)
			if _, known := s.pools.get(f.Pool); known && kept.Day <= f.Day {
				s.figures.put(f)
			}
		}
		return nil
	})
}
