package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarks is how many marks may stand on one character. Languages need fewer; more of them draw over
// the lines around a text.
const mostMarks = 8

// decent reports a text of 1 to most characters that shows something and leaves what stands around it as
// it is: it is UTF-8, and no character of it is refused.
func decent(text string, most int, refused func(rune) bool) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most &&
		strings.ContainsFunc(text, visible) && !strings.ContainsFunc(text, refused) && !stacked(text)
}

// visible reports a character that leaves a mark of its own on the screen.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}

// stacked reports more marks on one character than any language puts there.
func stacked(text string) bool {
	marks := 0
	for _, r := range text {
		if !unicode.IsMark(r) {
			marks = 0
			continue
		}
		if marks++; marks > mostMarks {
			return true
		}
	}
	return false
}

// disturbs reports a character that breaks, hides or reorders the text around it.
func disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// disturbsLines is disturbs for a text that may have more than one line.
func disturbsLines(r rune) bool { return r != '\n' && disturbs(r) }
