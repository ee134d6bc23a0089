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
	return orFault(s.links, id, attribution.ErrLinkNotFound)
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
	return found[0], true, nil
}

// FindByPromo gives the link of a promo code of a program.
func (l links) FindByPromo(_ context.Context, program attribution.ProgramID, look string) (attribution.Link, bool, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, false, err
	}
	link, ok := s.promos.get(string(program) + "/" + look)
	return link, ok, nil
}

// FindByCode gives the link of a code.
func (l links) FindByCode(_ context.Context, code string) (attribution.Link, bool, error) {
	s, err := l.read()
	if err != nil {
		return attribution.Link{}, false, err
	}
	found, ok := s.codes.get(code)
	return found, ok, nil
}

// ListByHolder pages through the links of a holder.
func (l links) ListByHolder(_ context.Context, holder attribution.AccountID, after attribution.LinkID, limit int) ([]attribution.Link, error) {
	s, err := l.read()
	if err != nil {
		return nil, err
	}
	return s.links.list(after, limit, func(l attribution.Link) bool { return l.Holder == holder }), nil
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
