package memory

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
)

type accounts struct{ *unit }

// Get gives an account.
func (a accounts) Get(_ context.Context, id identity.AccountID) (identity.Account, error) {
	s, err := a.read()
	if err != nil {
		return identity.Account{}, err
	}
	return orFault(s.accounts, id, identity.ErrAccountNotFound)
}

// All pages through the accounts.
func (a accounts) All(_ context.Context, after identity.AccountID, limit int) ([]identity.Account, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.accounts.list(after, limit, every), nil
}

// Add opens an account.
func (a accounts) Add(_ context.Context, account identity.Account) error {
	return a.write(func(s *state) error { return s.accounts.add(account, errIDTaken) })
}

// Lock is Get: whoever writes here is alone.
func (a accounts) Lock(ctx context.Context, id identity.AccountID) (identity.Account, error) {
	return a.Get(ctx, id)
}

// PutRoles replaces the roles of an account.
func (a accounts) PutRoles(_ context.Context, account identity.Account) error {
	return a.write(func(s *state) error {
		if kept, ok := s.accounts.get(account.ID); ok {
			if kept.Erased() && len(account.Roles) > 0 {
				return errErased
			}
			kept.Roles = account.Roles
			s.accounts.put(kept)
		}
		return nil
	})
}

// Hold gives accounts; the unit is alone already.
func (a accounts) Hold(ctx context.Context, ids ...identity.AccountID) ([]identity.Account, error) {
	all := make([]identity.Account, len(ids))
	for i, id := range ids {
		var err error
		if all[i], err = a.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Erase keeps when an account was erased.
func (a accounts) Erase(_ context.Context, account identity.Account) error {
	return a.write(func(s *state) error {
		kept, ok := s.accounts.get(account.ID)
		if !ok {
			return nil
		}
		if kept.Erased() && !kept.ErasedAt.Equal(account.ErasedAt) {
			return errErased
		}
		s.accounts.put(kept.Erase(account.ErasedAt))
		return nil
	})
}

type influencers struct{ *unit }

// FindByAccount gives an account's influencer.
func (i influencers) FindByAccount(_ context.Context, id identity.AccountID) (identity.Influencer, bool, error) {
	s, err := i.read()
	if err != nil {
		return identity.Influencer{}, false, err
	}
	found, ok := s.accountProfiles.get(id)
	return found, ok, nil
}

// FindByUsername gives the influencer of a username, whatever its case.
func (i influencers) FindByUsername(_ context.Context, username string) (identity.Influencer, bool, error) {
	s, err := i.read()
	if err != nil {
		return identity.Influencer{}, false, err
	}
	found, ok := s.usernames.get(identity.Handle(username))
	return found, ok, nil
}

// Add registers an influencer.
func (i influencers) Add(_ context.Context, influencer identity.Influencer) error {
	return i.write(func(s *state) error {
		if err := s.accountProfiles.add(influencer, identity.ErrAlreadyInfluencer); err != nil {
			return err
		}
		if err := s.usernames.add(influencer, identity.ErrUsernameTaken); err != nil {
			return err
		}
		return s.influencers.add(influencer, errIDTaken)
	})
}

// Lock gives an account's influencer; the unit is alone already.
func (i influencers) Lock(_ context.Context, id identity.AccountID) (identity.Influencer, error) {
	s, err := i.read()
	if err != nil {
		return identity.Influencer{}, err
	}
	return orFault(s.accountProfiles, id, identity.ErrInfluencerNotFound)
}

// Put replaces what an influencer shows.
func (i influencers) Put(_ context.Context, influencer identity.Influencer) error {
	return i.write(func(s *state) error {
		kept, ok := s.influencers.get(influencer.ID)
		if !ok {
			return identity.ErrInfluencerNotFound
		}
		kept.DisplayName, kept.Bio = influencer.DisplayName, influencer.Bio
		kept.Terms, kept.Verified, kept.Withdrawn = influencer.Terms, influencer.Verified, influencer.Withdrawn
		s.influencers.put(kept)
		s.accountProfiles.put(kept)
		s.usernames.put(kept)
		return nil
	})
}

// orFault gives the row of a key, or the fault that names its absence.
func orFault[K comparable, V any](t *table[K, V], k K, absent error) (V, error) {
	v, ok := t.get(k)
	if !ok {
		return v, absent
	}
	return v, nil
}
