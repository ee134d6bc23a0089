package identity

import (
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// AuditID names a record of the audit log: aud_….
type AuditID string

// AuditRecord is one record of the audit log: who did what from where, and what became of it. It is written with
// what it tells of, and never changed, until its account is erased.
type AuditRecord struct {
	ID        AuditID
	At        time.Time
	Account   AccountID // who acted; empty where nobody had proven to be anyone
	Session   SessionID // by which session, where there is one
	Action    string    // the kind of the event that it caused, or the operation that was refused
	Subject   string    // the id of what it was done to; empty for a refusal
	Code      string    // of the fault that refused it; empty when it was done
	RequestID string
	IP        netip.Addr // not valid once the account was erased
	UserAgent string
}

// Forgotten is the record of an account that was erased: what was done, and nothing that says from where.
func (r AuditRecord) Forgotten() AuditRecord {
	r.IP, r.UserAgent = netip.Addr{}, ""
	return r
}

// ErrAudit means that a record of the audit log breaks a rule: it could not be told who did what from where.
var ErrAudit = fault.New(fault.Internal, "audit_invalid", "the audit log does not take this")

// The limits of a record, in bytes.
const (
	maxAuditName  = 64
	maxAuditAgent = 200
)

// Check returns ErrAudit unless the record says when, what, by which request and from which address, and holds
// nothing but names beside the user agent. An address is IPv4 or IPv6, not the one written as the other.
func (r AuditRecord) Check() error {
	switch {
	case !auditName(string(r.ID)):
		return ErrAudit.Saying("id %q", string(r.ID))
	case r.At.IsZero() || r.At.Nanosecond()%1_000 != 0:
		return ErrAudit.Saying("no time in whole microseconds")
	case !auditName(r.Action):
		return ErrAudit.Saying("action %q", r.Action)
	case !auditName(r.RequestID):
		return ErrAudit.Saying("request %q", r.RequestID)
	case !r.IP.IsValid() || r.IP.Is4In6() || r.IP.Zone() != "":
		return ErrAudit.Saying("address %q", r.IP.String())
	case r.Account != "" && !auditName(string(r.Account)):
		return ErrAudit.Saying("account %q", string(r.Account))
	case r.Session != "" && !auditName(string(r.Session)):
		return ErrAudit.Saying("session %q", string(r.Session))
	case r.Subject != "" && !auditName(r.Subject):
		return ErrAudit.Saying("subject %q", r.Subject)
	case r.Code != "" && !auditName(r.Code):
		return ErrAudit.Saying("code %q", r.Code)
	case len(r.UserAgent) > maxAuditAgent || !utf8.ValidString(r.UserAgent) || strings.ContainsRune(r.UserAgent, 0):
		return ErrAudit.Saying("a user agent of %d bytes", len(r.UserAgent))
	}
	return nil
}

// auditName reports 1 to 64 characters of a–z, 0–9, underscore and dot.
func auditName(s string) bool {
	return s != "" && len(s) <= maxAuditName && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}
