package identity

import (
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// ErrEmail is a text that is no address we would write to.
var ErrEmail = fault.New(fault.Invalid, "email_invalid", "an email is a plain address, like name@example.com, of at most 254 ASCII characters")

// EmailAddress is where mail goes, as its holder writes it: an address that passed ParseEmail.
type EmailAddress string

// The longest an address and its parts may be, in bytes (RFC 5321).
const (
	maxEmail  = 254
	maxLocal  = 64
	maxLabel  = 63
	inLocal   = alphanum + "!#$%&'*+-/=?^_`{|}~." // atext and the dot between atoms
	inLabel   = alphanum + "-"
	minLabels = 2
)

// ParseEmail reads an address, or returns ErrEmail. It takes what people have and nothing that can be read
// in two ways: atoms before the @, a name with a dot after it; no quotes, comments, spaces or numbers of
// hosts, and nothing beyond ASCII (a domain in other letters is written as xn--…). So no address ever holds
// what ends a line or a header.
func ParseEmail(text string) (EmailAddress, error) {
	local, domain, _ := strings.Cut(text, "@")
	if len(text) > maxEmail || !within(local, inLocal, maxLocal) || !dotted(local) || !hostname(domain) {
		return "", ErrEmail
	}
	return EmailAddress(text), nil
}

// Key is what an address is known by: at most one account has verified an address of the same key.
func (a EmailAddress) Key() string { return strings.ToLower(string(a)) }

// Inbox is the key of whoever reads the address: what stands after a + in front of the @ is a tag, which most
// servers deliver without. It bounds what is sent, and says nothing of whose address it is.
func (a EmailAddress) Inbox() string {
	local, domain, _ := strings.Cut(a.Key(), "@")
	if name, _, tagged := strings.Cut(local, "+"); tagged && name != "" {
		local = name
	}
	return local + "@" + domain
}

// Mailbox is the Inbox of one mailbox at a host that has many names for it: Gmail delivers whatever dots stand in front of
// the @, and has another domain (support.google.com/mail/answer/7436150, /159001). Of other hosts a dot makes another
// mailbox, and is left. The same mailbox is read by the same people; of two others nothing follows.
func (a EmailAddress) Mailbox() string {
	local, domain, _ := strings.Cut(a.Inbox(), "@")
	if domain == "gmail.com" || domain == "googlemail.com" {
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	}
	return local + "@" + domain
}

// Domain is what stands after the @.
func (a EmailAddress) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}

// dotted reports dots that stand between something and something.
func dotted(text string) bool {
	return !strings.HasPrefix(text, ".") && !strings.HasSuffix(text, ".") && !strings.Contains(text, "..")
}

// hostname reports two labels or more, of which the last is no number: what is sent to 127.0.0.1 or to a
// name of the local network reaches nobody who registers.
func hostname(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if !within(label, inLabel, maxLabel) || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(labels) >= minLabels && len(top) > 1 && strings.Trim(top, "0123456789-") != ""
}
