package identity

import (
	"strings"

	"github.com/twist-platform/twist/core/siws"
)

// Site is what every challenge of one deployment says about who asks.
type Site struct {
	Domain    string  // host, or host:port: app.example.com
	URI       string  // the page that asks; its host is Domain
	ChainID   ChainID // the cluster the wallet stands on
	Statement string  // one line that says what signing means
}

// The longest a site's parts may be, in bytes.
const (
	maxDomain    = 255
	maxURI       = 512
	maxStatement = 512
)

// The characters of the sign-in grammar.
const (
	lower      = "abcdefghijklmnopqrstuvwxyz"
	alphanum   = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	inDomain   = lower + "0123456789-.:"
	inID       = alphanum + "_-"
	inURI      = alphanum + "-._~:/?#[]@!$&'()*+,;=%"
	inSentence = alphanum + "-._~:/?#[]@!$&'()*+,;= "
)

// Check returns ErrChallengeMalformed unless every part fits the sign-in grammar, the URI is https on
// exactly the domain (http for localhost), and the chain is known. Configuration is checked with it
// once; no caller of ours can cause it. It is narrower than the grammar, and asks that too: a percent sign
// has to begin an encoded byte, and a statement must not read as a field.
func (s Site) Check() error {
	switch {
	case !within(s.Domain, inDomain, maxDomain):
		return ErrChallengeMalformed.Saying("domain %q", s.Domain)
	case !within(s.Statement, inSentence, maxStatement):
		return ErrChallengeMalformed.Saying("statement %q", s.Statement)
	case !s.ChainID.Known():
		return ErrChallengeMalformed.Saying("chain %q", s.ChainID)
	case !within(s.URI, inURI, maxURI) || !s.owns(s.URI):
		return ErrChallengeMalformed.Saying("URI %q of %s", s.URI, s.Domain)
	}
	const anybody = "11111111111111111111111111111111"
	m := siws.Message{Domain: s.Domain, Address: anybody, Statement: s.Statement, URI: s.URI, ChainID: string(s.ChainID)}
	if _, err := m.Render(); err != nil {
		return ErrChallengeMalformed.Because(err)
	}
	return nil
}

// owns reports a page of the domain, and nothing that only looks like one: what follows the domain is
// empty or a path, and a domain holds no @ that would make it a user name.
func (s Site) owns(page string) bool {
	host, _, _ := strings.Cut(s.Domain, ":")
	rest, ok := strings.CutPrefix(page, "https://"+s.Domain)
	if !ok && host == "localhost" { // nobody stands between a machine and itself
		rest, ok = strings.CutPrefix(page, "http://"+s.Domain)
	}
	return ok && (rest == "" || rest[0] == '/')
}

// within reports 1 to most bytes, each of the set.
func within(text, set string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, set) == ""
}
