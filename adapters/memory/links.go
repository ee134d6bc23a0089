package memory

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

type links struct{ *unit }

// Get gives a link.
func (l links) Get(_ context.Context, id attribution.LinkID) (attribution.Link, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, err
	}
	link, err := orFault(s.links, id, attribution.ErrLinkNotFound)
	return s.marked(link), err
}

// Lock is Get: the unit of work holds everything.
func (l links) Lock(ctx context.Context, id attribution.LinkID) (attribution.Link, error) {
	return l.Get(ctx, id)
}

// FindSame gives an active link that is as good as another.
func (l links) FindSame(_ context.Context, as attribution.Link, now time.Time) (attribution.Link, bool, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, false, err
	}
	found := s.links.list("", 1, func(l attribution.Link) bool { return l.Same(as) && l.Active(now) })
	if len(found) == 0 {
		return attribution.Link{}, false, nil
	}
	return s.marked(found[0]), true, nil
}

// FindByPromo gives the link of a promo code of a program.
func (l links) FindByPromo(_ context.Context, program attribution.ProgramID, look string) (attribution.Link, bool, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, false, err
	}
	link, ok := s.promos.get(string(program) + "/" + look)
	return s.marked(link), ok, nil
}

// FindByCode gives the link of a code.
func (l links) FindByCode(_ context.Context, code string) (attribution.Link, bool, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, false, err
	}
	found, ok := s.codes.get(code)
	return s.marked(found), ok, nil
}

// ListByHolder pages through the links of a holder.
func (l links) ListByHolder(_ context.Context, holder attribution.AccountID, after attribution.LinkID, limit int) ([]attribution.Link, error) {
	s, err := l.read()
	if err != nil {
		return nil, err
	}
	return s.markedAll(s.links.list(after, limit, func(l attribution.Link) bool { return l.Holder == holder })), nil
}

// ListByPromo pages through the links of a program that have promo codes.
func (l links) ListByPromo(_ context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Link, error) {
	s, err := l.read()
	if err != nil {
		return nil, err
	}
	return s.markedAll(s.promos.list(string(program)+"/"+after, limit, func(l attribution.Link) bool { return l.Program == program })), nil
}

// CountActive counts a holder's links.
func (l links) CountActive(_ context.Context, holder attribution.AccountID, now time.Time, most int) (int, error) {
	s, err := l.read()
	if err != nil {
		return 0, err
	}
	return len(s.links.list("", most, func(l attribution.Link) bool { return l.Holder == holder && l.Active(now) })), nil
}

// Add keeps a link.
func (l links) Add(_ context.Context, link attribution.Link) error {
	return l.write(func(s *state) error {
		if link.Reserved = false; s.marked(link).Reserved {
			return attribution.ErrPromoTaken
		}
		if err := s.codes.add(link, attribution.ErrCodeTaken); err != nil {
			return err
		}
		if link.Promo != "" {
			if err := s.promos.add(link, attribution.ErrPromoTaken); err != nil {
				return err
			}
		}
		return s.links.add(link, errIDTaken)
	})
}

// Put replaces a link's moments.
func (l links) Put(_ context.Context, link attribution.Link) error {
	return l.write(func(s *state) error {
		kept, ok := s.links.get(link.ID)
		if !ok {
			return attribution.ErrLinkNotFound
		}
		kept.ExpiresAt, kept.WithdrawnAt = link.ExpiresAt, link.WithdrawnAt
		s.links.put(kept)
		s.codes.put(kept)
		if kept.Promo != "" {
			s.promos.put(kept)
		}
		return nil
	})
}

// marked is a link with whether its promo code is reserved, which is no part of what is kept of it.
func (s *state) marked(l attribution.Link) attribution.Link {
	if l.Promo != "" {
		_, l.Reserved = s.reservations.get(reservationKey{string(l.Program), l.Promo.Look()})
	}
	return l
}

func (s *state) markedAll(all []attribution.Link) []attribution.Link {
	for n, l := range all {
		all[n] = s.marked(l)
	}
	return all
}
