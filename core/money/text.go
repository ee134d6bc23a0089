package money

import (
	"strconv"
	"strings"
)

// Parse reads base units: an optional minus, then decimal digits without a leading zero. Anything else
// (a plus, a point, an exponent, a space, hexadecimal) is ErrSyntax; a number out of range is ErrOverflow.
func Parse(text string) (Amount, error) {
	digits := strings.TrimPrefix(text, "-")
	if !plain(digits) || (digits[0] == '0' && text != "0") {
		return 0, ErrSyntax.Saying("%s", quote(text))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || Amount(n) < Min {
		return 0, ErrOverflow.Saying("%s", quote(text))
	}
	return Amount(n), nil
}

// String writes base units, as Parse reads them.
func (a Amount) String() string { return strconv.FormatInt(int64(a), 10) }

// MarshalText writes an Amount as text, so JSON carries it as a string.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText wrote. A JSON number is refused by encoding/json itself.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// maxDecimals keeps 10^decimals inside an int64.
const maxDecimals = 18

// Decimal writes the amount as a number of whole tokens for a person: Amount(1_500_000_000).Decimal(9)
// is "1.5". It panics for decimals outside 0..18, which are constants of the program.
func (a Amount) Decimal(decimals int) string {
	unit := pow10(decimals)
	sign, n := "", uint64(a)
	if a < 0 {
		sign, n = "-", uint64(-a)
	}
	whole, rest := n/unit, n%unit
	if rest == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	fraction := strconv.FormatUint(rest, 10)
	fraction = strings.Repeat("0", decimals-len(fraction)) + fraction
	return sign + strconv.FormatUint(whole, 10) + "." + strings.TrimRight(fraction, "0")
}

// ParseDecimal reads what Decimal writes: digits, and at most decimals digits after one point. More
// digits than the asset has are ErrSyntax, never rounded.
func ParseDecimal(text string, decimals int) (Amount, error) {
	unit := pow10(decimals)
	body := strings.TrimPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(body, ".")
	if !plain(whole) || (pointed && !plain(fraction)) || len(fraction) > decimals {
		return 0, ErrSyntax.Saying("%s", quote(text))
	}
	fraction += strings.Repeat("0", decimals-len(fraction))
	units, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return 0, ErrOverflow.Saying("%s", quote(text))
	}
	scaled, err := Amount(units).Scale(Amount(unit), 1, Down)
	if err != nil {
		return 0, err
	}
	if fraction != "" {
		rest, _ := strconv.ParseInt(fraction, 10, 64) // at most 18 digits: it fits
		if scaled, err = scaled.Add(Amount(rest)); err != nil {
			return 0, err
		}
	}
	if body != text {
		scaled = -scaled
	}
	return scaled, nil
}

func pow10(decimals int) uint64 {
	if decimals < 0 || decimals > maxDecimals {
		panic("money: decimals out of range")
	}
	unit := uint64(1)
	for range decimals {
		unit *= 10
	}
	return unit
}

// plain reports one or more ASCII digits and nothing else.
func plain(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text != ""
}

// quote shows hostile text in a message: escaped and short.
func quote(text string) string {
	const most = 32
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strconv.Quote(text)
}
