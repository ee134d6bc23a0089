// Package fault classifies what can go wrong, so that every caller acts on a kind and a code and
// never on a message.
//
// A rule declares its fault once, beside itself; whoever raises it may enrich it, and its identity
// stays. Every package may import it; it imports only the standard library.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the class of a fault: what a caller can do about it. A Kind is itself an error, so
// errors.Is(err, fault.NotFound) asks for the class.
type Kind uint8

// The kinds, closed. The zero kind is Internal: what nobody classified is ours.
const (
	// Internal is a broken promise of our own; it is logged and reveals nothing.
	Internal Kind = iota
	// Invalid is input that can never succeed as it stands.
	Invalid
	// Unauthenticated means that no valid proof of identity came with the call.
	Unauthenticated
	// Forbidden means that the identity is known and may not do this.
	Forbidden
	// NotFound means that the thing named does not exist for this caller.
	NotFound
	// Conflict means that the present state refuses; reading again may help.
	Conflict
	// Gone means that the thing existed and will not come back.
	Gone
	// Limited means that the caller must slow down.
	Limited
	// Unavailable means that something outside did not answer; the same call may work later.
	Unavailable
)

// Kinds lists every kind, in order.
func Kinds() []Kind {
	return []Kind{Internal, Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Gone, Limited, Unavailable}
}

// String is the kind's word, as logs and metrics carry it.
func (k Kind) String() string {
	switch k {
	case Internal:
		return "internal"
	case Invalid:
		return "invalid"
	case Unauthenticated:
		return "unauthenticated"
	case Forbidden:
		return "forbidden"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Gone:
		return "gone"
	case Limited:
		return "limited"
	case Unavailable:
		return "unavailable"
	default:
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
}

// Error makes a Kind a target for errors.Is.
func (k Kind) Error() string { return k.String() }

// Fault is an error with a kind, a stable code and a message for a person.
// A Fault is immutable: Saying and Because return copies that are still the same fault.
type Fault struct {
	kind    Kind
	code    string
	message string
	detail  string
	cause   error
}

// New declares a fault. The code is snake_case, unique in the program and never renamed: clients
// branch on it.
func New(kind Kind, code, message string) *Fault {
	return &Fault{kind: kind, code: code, message: message}
}

// Saying returns the same fault with a detail about this occurrence, safe to show to the caller.
func (f *Fault) Saying(format string, args ...any) *Fault {
	next := *f
	next.detail = fmt.Sprintf(format, args...)
	return &next
}

// Because returns the same fault with the error that led to it, for logs only.
func (f *Fault) Because(err error) *Fault {
	next := *f
	next.cause = err
	return &next
}

// Kind is the fault's class.
func (f *Fault) Kind() Kind { return f.kind }

// Code is the stable word clients branch on.
func (f *Fault) Code() string { return f.code }

// Message is the sentence declared with the fault.
func (f *Fault) Message() string { return f.message }

// Detail is what Saying added, or the empty string.
func (f *Fault) Detail() string { return f.detail }

// Error joins message, detail and cause. It is for logs; what a caller may see is Message and Detail.
func (f *Fault) Error() string {
	text := f.message
	if f.detail != "" {
		text += ": " + f.detail
	}
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

// Is reports whether target is this fault's kind, or a fault with the same code.
func (f *Fault) Is(target error) bool {
	if kind, ok := target.(Kind); ok { // the target itself: errors.Is walks the chain
		return f.kind == kind
	}
	other, ok := target.(*Fault)
	return ok && other.code == f.code
}

// Unwrap gives the cause, or nil.
func (f *Fault) Unwrap() error { return f.cause }

// ErrInternal is what an error that nobody classified becomes.
var ErrInternal = New(Internal, "internal", "something went wrong on our side")

// Of finds the outermost fault in err's chain. An error without one is ErrInternal because of err;
// a nil error has none.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return ErrInternal.Because(err)
}
