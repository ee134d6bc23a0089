package memory

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/identity"
)

type audit struct{ *unit }

// Add keeps records.
func (a audit) Add(_ context.Context, records ...identity.AuditRecord) error {
	return a.write(func(s *state) error {
		for _, r := range records {
			if err := r.Check(); err != nil {
				return err
			}
			if err := s.audit.add(r, identity.ErrAudit.Saying("id %s is taken", r.ID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget takes from the records of an erased account what says from where they came.
func (a audit) Forget(_ context.Context, account identity.AccountID) error {
	return a.write(func(s *state) error {
		mine := s.audit.where(func(r identity.AuditRecord) bool { return r.Account == account && r.Forgotten() != r })
		if err := s.mustBeErased(account, len(mine)); err != nil {
			return err
		}
		for _, r := range mine {
			s.audit.put(r.Forgotten())
		}
		return nil
	})
}

// List pages through the records, the newest first.
func (a audit) List(_ context.Context, account identity.AccountID, before identity.AuditID, limit int) ([]identity.AuditRecord, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	found := s.audit.where(func(r identity.AuditRecord) bool {
		return (account == "" || r.Account == account) && (before == "" || r.ID < before)
	})
	slices.Reverse(found)
	return first(found, limit), nil
}
