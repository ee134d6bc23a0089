package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
)

// ErrUnreadable means that a stored row means nothing: somebody altered it by hand.
var ErrUnreadable = fault.New(fault.Internal, "row_unreadable", "a stored row means nothing")

// row is a row of a table, which says what it means. What can be stored and mean nothing is refused while
// it is read, by the types below.
type row[T any] interface{ value() T }

// list gives what the rows of a statement mean. By a text that no row can hold nothing is found.
func list[R row[T], T any](ctx context.Context, u *unit, statement string, args ...any) ([]T, error) {
	var rows []R
	if u.usable() && !storable(args) {
		return nil, nil
	}
	if err := u.run(ctx, &rows, statement, args...); err != nil || len(rows) == 0 {
		return nil, err
	}
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = r.value()
	}
	return values, nil
}

// find gives what the one row of a statement means, if there is one.
func find[R row[T], T any](ctx context.Context, u *unit, statement string, args ...any) (value T, ok bool, err error) {
	values, err := list[R, T](ctx, u, statement, args...)
	if err != nil || len(values) == 0 {
		return value, false, err
	}
	return values[0], true, nil
}

// get is find for a row that must be there: its absence is a fault, and spoils nothing.
func get[R row[T], T any](ctx context.Context, u *unit, absent error, statement string, args ...any) (T, error) {
	value, ok, err := find[R, T](ctx, u, statement, args...)
	if err == nil && !ok {
		err = absent
	}
	return value, err
}

// storable reports that all texts are ones which PostgreSQL can hold: UTF-8 without a zero byte.
func storable(args []any) bool {
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			if !holds(v) {
				return false
			}
		case []string:
			if slices.ContainsFunc(v, func(s string) bool { return !holds(s) }) {
				return false
			}
		}
	}
	return true
}

// spot is a text that has the same place in the order of what can be held as the one given, which may be
// none of it: what comes after a zero byte comes after what stands before it, and no byte that breaks off
// a character comes before a character that names use.
func spot(s string) string {
	for i, r := range s {
		switch {
		case r == 0:
			return s[:i]
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			return s[:i] + string(utf8.MaxRune)
		}
	}
	return s
}

// spots is spot for the first text of a place that two columns make. Where that text has a place between
// texts, what comes second says nothing any more: the place is behind all rows of the text before it.
func spots(first, second string) (string, string) {
	if at := spot(first); at != first {
		return at, string(utf8.MaxRune)
	}
	return first, spot(second)
}

// spotAt is spots where a number comes second.
func spotAt(first string, second int64, most int64) (string, int64) {
	if at := spot(first); at != first {
		return at, most
	}
	return first, second
}

func holds(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// most is the limit of a page as PostgreSQL takes it.
func most(limit int) int { return max(limit, 0) }

// text reads a column that the driver gives as text.
func text(column any) (string, error) {
	switch v := column.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	default:
		return "", ErrUnreadable.Saying("%T where text was expected", column)
	}
}

// wide is a number of 128 bits, which travels as text.
type wide struct{ staking.U128 }

// Scan reads a number, or returns ErrUnreadable.
func (w *wide) Scan(column any) error {
	digits, err := text(column)
	if err != nil {
		return err
	}
	if w.U128, err = staking.ParseU128(digits); err != nil {
		return ErrUnreadable.Because(err)
	}
	return nil
}

// terms are the parts of a position by their cooldowns, which travel as words.
type terms struct{ staking.Terms }

// Scan reads terms, or returns ErrUnreadable.
func (t *terms) Scan(column any) error {
	words, err := text(column)
	if err != nil {
		return err
	}
	if t.Terms, err = staking.ParseTerms(words); err != nil {
		return ErrUnreadable.Because(err)
	}
	return nil
}

// place is the address of a ledger account.
type place struct{ ledger.Address }

// Scan reads an address, or returns ErrUnreadable.
func (p *place) Scan(column any) error {
	name, err := text(column)
	if err != nil {
		return err
	}
	if p.Address, err = ledger.ParseAddress(name); err != nil {
		return ErrUnreadable.Saying("there is no ledger account %q", name)
	}
	return nil
}

// stripe is the row of a ledger account. The driver would cut a number that is none until it looks like one.
type stripe uint8

// Scan reads a stripe, or returns ErrUnreadable.
func (s *stripe) Scan(column any) error {
	n, ok := column.(int64)
	if !ok || n < 0 || n >= ledger.Stripes {
		return ErrUnreadable.Saying("there is no stripe %v", column)
	}
	*s = stripe(n)
	return nil
}

// UnmarshalJSON reads a stripe, or returns ErrUnreadable.
func (s *stripe) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return ErrUnreadable.Because(err)
	}
	return s.Scan(n)
}

// hash is 32 bytes.
type hash struct{ ledger.Digest }

// Scan reads a hash, or returns ErrUnreadable; what is absent is the zero hash.
func (h *hash) Scan(column any) error {
	raw, _ := column.([]byte)
	if column != nil && len(raw) != len(h.Digest) {
		return ErrUnreadable.Saying("a hash of %d bytes", len(raw))
	}
	copy(h.Digest[:], raw)
	return nil
}

// roles are names of roles, which travel as words.
type roles []identity.Role

// Scan reads roles, or returns ErrUnreadable.
func (r *roles) Scan(column any) error {
	joined, err := text(column)
	if err != nil {
		return err
	}
	*r = nil
	for _, word := range strings.Fields(joined) {
		role := identity.Role(word)
		if !slices.Contains(identity.Roles(), role) {
			return ErrUnreadable.Saying("there is no role %q", word)
		}
		*r = append(*r, role)
	}
	return nil
}

// document is a column of JSON.
type document[T any] struct{ content T }

// Scan reads a document, or returns ErrUnreadable.
func (d *document[T]) Scan(column any) error {
	source, err := text(column)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(source), &d.content); err != nil {
		return ErrUnreadable.Because(fmt.Errorf("a document: %w", err))
	}
	return nil
}
