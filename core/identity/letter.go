package identity

import (
	"strconv"
	"strings"
)

// VerificationLetter is the letter of a mail's try, with the token that proves its address. Each try has a
// token of its own and so an id of its own: a server that drops what it knows must not drop the only letter
// that works. Nothing in it was written by a user: a stranger's address is no place for anybody's words.
func VerificationLetter(site Site, m Mail, to EmailAddress, token string) Letter {
	return Letter{
		ID: string(m.ID) + "." + strconv.Itoa(m.Tries), To: to,
		Subject: "Confirm your email address for " + site.Domain,
		Text: strings.Join([]string{
			"Somebody, probably you, gave this address for an account on " + site.Domain + ".",
			"",
			"Open this page within 24 hours to confirm that it is yours, signed in with your wallet:",
			"",
			site.page("/verify-email") + "#token=" + token,
			"",
			"If it was not you, do nothing: without this page the address is not used.",
			"",
		}, "\n"),
	}
}

// page is the address of a page of the site. What a token stands in comes after a #: no server sees it, and
// no log keeps it.
func (s Site) page(path string) string {
	scheme, _, _ := strings.Cut(s.URI, "://")
	return scheme + "://" + s.Domain + path
}
