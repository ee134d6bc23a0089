package ports

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
)

// Audit keeps the audit log, which only grows.
type Audit interface {
	// Add keeps records with the unit of work. A record that fails its Check or whose id is taken is
	// identity.ErrAudit.
	Add(ctx context.Context, records ...identity.AuditRecord) error
	// Forget makes every record of an account that was erased as identity.AuditRecord.Forgotten gives it.
	Forget(ctx context.Context, account identity.AccountID) error
}

// AuditReader reads the audit log.
type AuditReader interface {
	// List gives at most limit records, the newest first: in the falling order of their ids, from below
	// the one named, or from the newest where none is. Where an account is named, it gives its alone.
	List(ctx context.Context, account identity.AccountID, before identity.AuditID, limit int) ([]identity.AuditRecord, error)
}
