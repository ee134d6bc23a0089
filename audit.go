package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Refusal is what the door has to tell of a request that it refused.
type Refusal struct {
	Action string // the operation that was refused
	Code   string // of the fault
}

// audit records who did what the news tell of, in the same unit of work, if the call came from somewhere.
// What nobody called, a job's step, has its events and no record. Before a token was found good, as in a
// sign-in, who acts is whose business it is: that is what the call proved.
func (c Config) audit(ctx context.Context, tx ports.Tx, at time.Time, all []news) error {
	origin, ok := OriginOf(ctx)
	if !ok {
		return nil
	}
	records := make([]identity.AuditRecord, len(all))
	for i, n := range all {
		records[i] = c.recordOf(origin, at, string(n.kind), n.subject, "")
		if records[i].Account == "" {
			records[i].Account = identity.AccountID(n.account)
		}
	}
	return tx.Audit.Add(ctx, records...)
}

func (c Config) recordOf(o Origin, at time.Time, action, subject, code string) identity.AuditRecord {
	return identity.AuditRecord{
		ID: identity.AuditID(c.IDs.New("aud")), At: at, Account: o.Account, Session: o.Session,
		Action: action, Subject: subject, Code: code, RequestID: o.RequestID, IP: o.IP, UserAgent: o.UserAgent,
	}
}

// RecordRefusal puts into the audit log that a request was refused, in a unit of work of its own. A call that
// came from nowhere, or a record that breaks a rule, is identity.ErrAudit. Of an account that was erased nothing
// is recorded any more.
func (i *Identity) RecordRefusal(ctx context.Context, r Refusal) error {
	origin, _ := OriginOf(ctx)
	record := i.c.recordOf(origin, i.c.Clock.Now(), r.Action, "", r.Code)
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		if err := record.Check(); err != nil {
			return err
		}
		if record.Account != "" {
			held, err := tx.Accounts.Hold(ctx, record.Account)
			if err == nil && held[0].Erased() || err != nil && !errors.Is(err, identity.ErrAccountNotFound) {
				return err // a token may outlive its account by CallerLife
			}
		}
		return tx.Audit.Add(ctx, record)
	})
}

// Audit gives at most limit records of the audit log, the newest first, from below the one named; of one
// account where one is named. It is for operators.
func (i *Identity) Audit(ctx context.Context, account identity.AccountID, before identity.AuditID, limit int) ([]identity.AuditRecord, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.AuditRecord, error) {
		return v.Audit.List(ctx, account, before, limit)
	})
}
