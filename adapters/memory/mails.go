package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

type emails struct{ *unit }

// FindByAccount gives an account's email.
func (e emails) FindByAccount(_ context.Context, account identity.AccountID) (identity.Email, bool, error) {
	s, err := e.read()
	if err != nil {
		return identity.Email{}, false, err
	}
	found, ok := s.emails.get(account)
	return found, ok, nil
}

// Verified gives the addresses that accounts have proven.
func (e emails) Verified(_ context.Context, accounts ...identity.AccountID) ([]identity.EmailAddress, error) {
	s, err := e.read()
	if err != nil {
		return nil, err
	}
	all := make([]identity.EmailAddress, len(accounts))
	for i, account := range accounts {
		email, _ := s.emails.get(account)
		all[i] = email.Verified
	}
	return all, nil
}

// Lock gives an account's email; the unit is alone already.
func (e emails) Lock(ctx context.Context, account identity.AccountID) (identity.Email, bool, error) {
	return e.FindByAccount(ctx, account)
}

// Put keeps an account's email.
func (e emails) Put(_ context.Context, email identity.Email) error {
	return e.write(func(s *state) error {
		if before, ok := s.emails.get(email.Account); ok && before.Verified != "" {
			s.verified.remove(before.Verified.Key())
		}
		if email.Verified != "" {
			if err := s.verified.add(email, identity.ErrEmailTaken); err != nil {
				return err
			}
		}
		s.emails.put(email)
		return nil
	})
}

type mails struct{ *unit }

// Due gives the mails that are due, those due first first.
func (m mails) Due(_ context.Context, now time.Time, limit int) ([]identity.Mail, error) {
	s, err := m.read()
	if err != nil {
		return nil, err
	}
	due := s.mails.where(func(m identity.Mail) bool { return m.Due(now) })
	slices.SortStableFunc(due, func(a, b identity.Mail) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	return first(due, limit), nil
}

// ListByState pages through the mails in a state.
func (m mails) ListByState(_ context.Context, in identity.MailState, after identity.MailID, limit int) ([]identity.Mail, error) {
	s, err := m.read()
	if err != nil {
		return nil, err
	}
	return s.mails.list(after, limit, func(m identity.Mail) bool { return m.State == in }), nil
}

// ListByAccount pages through the mails of an account.
func (m mails) ListByAccount(_ context.Context, account identity.AccountID, after identity.MailID, limit int) ([]identity.Mail, error) {
	s, err := m.read()
	if err != nil {
		return nil, err
	}
	return s.mails.list(after, limit, func(m identity.Mail) bool { return m.Account == account }), nil
}

// Lock gives a mail; the unit is alone already.
func (m mails) Lock(_ context.Context, id identity.MailID) (identity.Mail, error) {
	s, err := m.read()
	if err != nil {
		return identity.Mail{}, err
	}
	return orFault(s.mails, id, identity.ErrMailNotFound)
}

// Add owes a mail.
func (m mails) Add(_ context.Context, mail identity.Mail) error {
	return m.write(func(s *state) error { return s.mails.add(mail, errIDTaken) })
}

// Put replaces a mail.
func (m mails) Put(_ context.Context, mail identity.Mail) error {
	return m.write(func(s *state) error {
		if _, ok := s.mails.get(mail.ID); !ok {
			return identity.ErrMailNotFound
		}
		s.mails.put(mail)
		return nil
	})
}
