package attribution

import (
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// The bounds of a promo code.
const (
	PromoMinimum = 4
	PromoMaximum = 40
)

// Faults of a promo code.
var (
	ErrPromo        = fault.New(fault.Invalid, "promo_code_invalid", "a promo code has 4 to 40 letters a to z and digits, and single hyphens between them")
	ErrPromoUnknown = fault.New(fault.Invalid, "promo_code_not_found", "there is no such promo code for this program")
	ErrPromoTaken   = fault.New(fault.Conflict, "promo_code_taken", "the program has this promo code, or one that is taken for it")
)

// Promo is a code that a buyer types instead of following a link, in capitals; the empty one is none.
type Promo string

// ParsePromo reads a promo code as people write it, in either case and with space around it. It is
// ErrPromo for what is none.
func ParsePromo(text string) (Promo, error) {
	code := strings.TrimSpace(text)
	if len(code) < PromoMinimum || len(code) > PromoMaximum {
		return "", ErrPromo
	}
	for part := range strings.SplitSeq(code, "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return "", ErrPromo
		}
	}
	return Promo(strings.ToUpper(code)), nil // letters that are capitals of others are none by now
}

// looks says which letter a sign is taken for.
var looks = strings.NewReplacer("-", "", "0", "O", "1", "I", "L", "I", "2", "Z", "5", "S", "8", "B") //nolint:gochecknoglobals // a constant table

// Look is what a code is taken for by whoever reads it from a screen, or hears it. Of codes that look the same a
// program has one, so that none earns by being mistaken for another.
func (p Promo) Look() string { return looks.Replace(string(p)) }
