package memory

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
)

type applications struct{ *unit }

// Get gives an application.
func (a applications) Get(_ context.Context, id identity.ApplicationID) (identity.Application, error) {
	s, err := a.read()
	if err != nil {
		return identity.Application{}, err
	}
	return orFault(s.applications, id, identity.ErrApplicationNotFound)
}

// ListByAccount pages through an account's applications.
func (a applications) ListByAccount(_ context.Context, account identity.AccountID, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.applications.list(after, limit, func(a identity.Application) bool { return a.Account == account }), nil
}

// ListByState pages through the applications in a state.
func (a applications) ListByState(_ context.Context, in identity.ApplicationState, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.applications.list(after, limit, func(a identity.Application) bool { return a.State == in }), nil
}

// Lock gives an application; the unit is alone already.
func (a applications) Lock(_ context.Context, id identity.ApplicationID) (identity.Application, error) {
	s, err := a.read()
	if err != nil {
		return identity.Application{}, err
	}
	return orFault(s.applications, id, identity.ErrApplicationNotFound)
}

// Add makes an application.
func (a applications) Add(_ context.Context, application identity.Application) error {
	return a.write(func(s *state) error {
		if s.rivals(application) {
			return identity.ErrApplicationOpen
		}
		return s.applications.add(application, errIDTaken)
	})
}

// Put replaces an application.
func (a applications) Put(_ context.Context, application identity.Application) error {
	return a.write(func(s *state) error {
		if _, ok := s.applications.get(application.ID); !ok {
			return identity.ErrApplicationNotFound
		}
		if s.rivals(application) {
			return identity.ErrApplicationOpen
		}
		s.applications.put(application)
		return nil
	})
}

// rivals reports another pending application of the same account and kind.
func (s *state) rivals(with identity.Application) bool {
	if with.State != identity.ApplicationPending {
		return false
	}
	return len(s.applications.where(func(a identity.Application) bool {
		return a.ID != with.ID && a.Account == with.Account && a.Kind == with.Kind && a.State == with.State
	})) > 0
}
