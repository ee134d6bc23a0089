package identity

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Searchable is what a search looks into: username, display name and bio, each on a line of its own and
// written as folded writes it, with a space before every word.
func (i Influencer) Searchable() string {
	return " " + folded(i.Username) + "\n " + folded(i.DisplayName) + "\n " + folded(i.Bio)
}

// Needle is the part of a Searchable that a query looks for, and false when it looks for nothing that any
// has: a query of punctuation alone. One or two letters of the Latin alphabet are the beginning of a word,
// since almost everybody has them somewhere; whatever is longer may stand anywhere.
func Needle(query string) (string, bool) {
	const short = 3
	needle := folded(query)
	if needle != "" && len(needle) < short {
		needle = " " + needle
	}
	return needle, needle != ""
}

// folded writes a text in letters a to z, digits and single spaces, so that it is found whatever its case,
// its punctuation and the locale of whoever looks. Another letter is written as u and its number.
func folded(text string) string {
	var b strings.Builder
	word := false // whether the last thing written belongs to one
	for _, r := range text {
		if r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.N, unicode.M) {
			word = false
			continue
		}
		if !word && b.Len() > 0 {
			b.WriteByte(' ')
		}
		word = true
		if r = unicode.ToLower(unicode.ToUpper(r)); r < utf8.RuneSelf { // by way of the capital, which both forms of a sigma have
			b.WriteRune(r)
			continue
		}
		b.WriteByte('u')
		b.WriteString(strconv.FormatInt(int64(r), 16))
	}
	return b.String()
}
