// Package journal puts everything that happened into one sequence: the entries of the ledger and the
// events of the domains, each at a position without gaps, bound to all before it by a chain of hashes.
//
// It stores nothing and reads no clock; the store keeps what waits and what is sealed, and a job seals.
// Its invariant: who knows the last seal can tell whether anything before it was changed, dropped,
// added or moved.
package journal

import (
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// EventID names an event: evt_….
type EventID string

// Event is something that happened in a domain, for those outside who want to know. It says who it
// concerns and names what it is about; what it moved stands in the ledger.
type Event struct {
	ID      EventID
	Kind    Kind
	Subject string // the id of what it happened to
	Account string // whose business it is; empty where it is nobody's in particular
	At      time.Time
	Data    map[string]string
}

// Faults of the journal.
var (
	ErrEvent = fault.New(fault.Internal, "event_invalid", "the event breaks a rule of the journal")
	// ErrSealed means that a seal does not continue the chain, or that its item waits no longer.
	ErrSealed = fault.New(fault.Internal, "seal_invalid", "the seal does not continue the chain")
)

// The limits of an event, in bytes and items.
const (
	maxName = 64
	maxData = 16
	maxText = 500
)

// NewEvent makes an event, or returns ErrEvent. Its moment is in UTC and whole microseconds.
func NewEvent(id EventID, kind Kind, subject, account string, at time.Time, data map[string]string) (Event, error) {
	e := Event{
		ID: id, Kind: kind, Subject: subject, Account: account,
		At: at.UTC().Truncate(time.Microsecond), Data: maps.Clone(data),
	}
	if err := e.Validate(); err != nil {
		return Event{}, err
	}
	return e, nil
}

// Validate checks every rule an event must hold by itself, or returns ErrEvent with the first broken.
func (e Event) Validate() error {
	switch {
	case !name(string(e.ID)):
		return ErrEvent.Saying("id %q", e.ID)
	case !e.Kind.known():
		return ErrEvent.Saying("kind %q", e.Kind)
	case !name(e.Subject):
		return ErrEvent.Saying("subject %q", e.Subject)
	case e.Account != "" && !name(e.Account):
		return ErrEvent.Saying("account %q", e.Account)
	case e.At.IsZero() || e.At.Nanosecond()%1_000 != 0: // a part of a microsecond is in no digest
		return ErrEvent.Saying("no time in whole microseconds")
	case len(e.Data) > maxData:
		return ErrEvent.Saying("%d items of data", len(e.Data))
	}
	for key, value := range e.Data {
		if !name(key) || !text(value) {
			return ErrEvent.Saying("data %.20q", key)
		}
	}
	return nil
}

// Clone copies the event with everything it refers to.
func (e Event) Clone() Event {
	e.Data = maps.Clone(e.Data)
	return e
}

// name reports 1 to 64 characters of a–z, 0–9 and underscore.
func name(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// text reports at most 500 bytes of UTF-8 without a NUL, which is what every store can keep.
func text(s string) bool {
	return len(s) <= maxText && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
