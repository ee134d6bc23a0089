package siws

import (
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// field is one line of a text: its label, the rule of its value, and where a message keeps it.
type field struct {
	label string
	fault *fault.Fault
	fits  func(text string) bool
	value func(m *Message) *string // nil when the message does not have it
	keep  func(m *Message, text string)
}

// fields are in the order in which a text has them.
var fields = []field{ //nolint:gochecknoglobals // a constant table
	filled("URI: ", ErrURI, uri, func(m *Message) *string { return &m.URI }),
	filled("Version: ", ErrVersion, version, func(m *Message) *string { return &m.Version }),
	filled("Chain ID: ", ErrChainID, chainID, func(m *Message) *string { return &m.ChainID }),
	filled("Nonce: ", ErrNonce, nonce, func(m *Message) *string { return &m.Nonce }),
	filled("Issued At: ", ErrIssuedAt, dateTime, func(m *Message) *string { return &m.IssuedAt }),
	filled("Expiration Time: ", ErrExpirationTime, dateTime, func(m *Message) *string { return &m.ExpirationTime }),
	filled("Not Before: ", ErrNotBefore, dateTime, func(m *Message) *string { return &m.NotBefore }),
	{
		"Request ID: ", ErrRequestID, segment,
		func(m *Message) *string { return m.RequestID },
		func(m *Message, text string) { m.RequestID = &text },
	},
}

// filled is a field whose value is never empty, so that an empty one means that it is missing.
func filled(label string, wrong *fault.Fault, fits func(string) bool, place func(m *Message) *string) field {
	return field{
		label, wrong, fits,
		func(m *Message) *string {
			if text := place(m); *text != "" {
				return text
			}
			return nil
		},
		func(m *Message, text string) { *place(m) = text },
	}
}

// fieldOf gives the number of the field that a line is, and the field, or -1.
func fieldOf(line string) (int, field) {
	for n, f := range fields {
		if strings.HasPrefix(line, f.label) {
			return n, f
		}
	}
	return -1, field{}
}

// labelled reports a line that begins like a field. No statement does: where fields and statement may both
// come, the grammar alone would leave open which of the two it is.
func labelled(line string) bool {
	n, _ := fieldOf(line)
	return n >= 0 || strings.HasPrefix(line, resources)
}
