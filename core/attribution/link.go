package attribution

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// CodeLength is how many characters a link's code has.
const CodeLength = 10

// Faults of a link.
var (
	ErrLinkNotFound = fault.New(fault.NotFound, "link_not_found", "there is no such link")
	ErrDestination  = fault.New(fault.Invalid, "destination_url_invalid", "a destination is an absolute http or https address without credentials")
	ErrCodeTaken    = fault.New(fault.Conflict, "link_code_taken", "the link's code is taken")
)

// Link is what an influencer shares for a program.
type Link struct {
	ID          LinkID
	Code        string // what follows /r/; unique
	Program     ProgramID
	Influencer  InfluencerID
	Holder      AccountID // the influencer's account: who earns
	Destination string
	MadeAt      time.Time
	ExpiresAt   time.Time // zero when it does not
	WithdrawnAt time.Time // zero until somebody does that
}

// Active reports a link that redirects, and that a tier's limit counts: neither withdrawn nor expired.
func (l Link) Active(now time.Time) bool {
	return l.WithdrawnAt.IsZero() && (l.ExpiresAt.IsZero() || now.Before(l.ExpiresAt))
}

// MakeLink checks the destination and makes a link. The destination is kept in plain ASCII.
func MakeLink(id LinkID, code string, program ProgramID, influencer InfluencerID, holder AccountID, destination string, now time.Time) (Link, error) {
	to, err := absolute(destination)
	if err != nil {
		return Link{}, err
	}
	return Link{
		ID: id, Code: code, Program: program, Influencer: influencer, Holder: holder,
		Destination: to, MadeAt: now,
	}, nil
}

// absolute gives an http or https address in plain ASCII, or ErrDestination. Both what came and what is
// kept have a limit: escaping makes an address longer.
func absolute(text string) (string, error) {
	const most = 2048
	if len(text) > most {
		return "", ErrDestination
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", ErrDestination
	}
	if u.Hostname() == "" || strings.ContainsAny(u.Host, `!"$%&'()*+,;<=>`) { // which url.Parse lets pass
		return "", ErrDestination
	}
	u.RawQuery = plain(u.RawQuery)
	if text = u.String(); len(text) > most {
		return "", ErrDestination
	}
	return text, nil
}

// plain percent-encodes what may not stand in a query as it is; url.URL does the same for the rest.
func plain(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Landing is where a click on the link goes: the destination, with the link's code as ref and the
// click's id as click, if there is one. What else is in its query stays as it is, byte for byte, since the merchant may
// have signed it. The merchant keeps the click's id and reports it with the order.
func (l Link) Landing(click ClickID) (string, error) {
	u, err := url.Parse(l.Destination)
	if err != nil {
		return "", ErrDestination.Because(err)
	}
	var query []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if name, _ := url.QueryUnescape(key); pair != "" && name != "ref" && name != "click" {
			query = append(query, pair)
		}
	}
	query = append(query, "ref="+url.QueryEscape(l.Code))
	if click != "" {
		query = append(query, "click="+url.QueryEscape(string(click)))
	}
	u.RawQuery = strings.Join(query, "&")
	return u.String(), nil
}

// Click is one visit through a link. It is never changed.
type Click struct {
	ID         ClickID
	Link       LinkID
	Program    ProgramID
	Influencer InfluencerID
	Holder     AccountID
	Visitor    string // a random name kept by the visitor's browser; says nothing about the person
	At         time.Time
}
