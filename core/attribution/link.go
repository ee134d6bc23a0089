package attribution

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// CodeLength is how many characters a link's code has.
const CodeLength = 10

// Faults of a link.
var (
	ErrLinkNotFound = fault.New(fault.NotFound, "link_not_found", "there is no such link")
	ErrDestination  = fault.New(fault.Invalid, "destination_url_invalid", "a destination is an absolute http or https address on a public host, without credentials")
	ErrCodeTaken    = fault.New(fault.Conflict, "link_code_taken", "the link's code is taken")
	ErrExpiry       = fault.New(fault.Invalid, "link_expiry_invalid", "a link expires in the future, at most ten years ahead, at a whole microsecond")
)

// MaxLife is how far ahead a link may expire; one that does not expire has no such limit.
const MaxLife = 3650 * day

// Link is what an influencer shares for a program.
type Link struct {
	ID          LinkID
	Code        string // what follows /r/; unique
	Program     ProgramID
	Influencer  InfluencerID
	Holder      AccountID // the influencer's account: who earns
	Destination string
	Promo       Promo // empty when it has none
	Reserved    bool  // the program's merchant keeps the promo code, so no order earns by it
	MadeAt      time.Time
	ExpiresAt   time.Time // zero when it does not
	WithdrawnAt time.Time // zero until somebody does that
}

// Active reports a link that redirects, and that a tier's limit counts: neither withdrawn nor expired.
func (l Link) Active(now time.Time) bool {
	return l.WithdrawnAt.IsZero() && (l.ExpiresAt.IsZero() || now.Before(l.ExpiresAt))
}

// NewLink is what an influencer asks for. Only program and destination are needed.
type NewLink struct {
	Program     ProgramID
	Destination string
	Promo       string    // a promo code as somebody wrote it
	ExpiresAt   time.Time // zero: never
}

// MakeLink checks what is asked for and makes a link of it. The destination is kept in plain ASCII. It fails with
// ErrDestination, ErrPromo or ErrExpiry.
func MakeLink(id LinkID, code string, influencer InfluencerID, holder AccountID, n NewLink, now time.Time) (Link, error) {
	to, err := absolute(n.Destination)
	if err != nil {
		return Link{}, err
	}
	link := Link{ID: id, Code: code, Program: n.Program, Influencer: influencer, Holder: holder, Destination: to, MadeAt: now}
	if n.Promo != "" {
		if link.Promo, err = ParsePromo(n.Promo); err != nil {
			return Link{}, err
		}
	}
	return link.until(n.ExpiresAt, now)
}

// until gives the link another expiry, or none, or is ErrExpiry.
func (l Link) until(expires, now time.Time) (Link, error) {
	if !expires.IsZero() {
		// what no store keeps is refused
		if !expires.After(now) || expires.After(now.Add(MaxLife)) || expires.Nanosecond()%int(time.Microsecond) != 0 {
			return Link{}, ErrExpiry
		}
		expires = expires.UTC()
	}
	l.ExpiresAt = expires
	return l, nil
}

// Same reports a link that is just as good as another for its influencer: it leads from the same program to the same
// place, with the same promo code, for as long.
func (l Link) Same(other Link) bool {
	return l.Holder == other.Holder && l.Program == other.Program && l.Destination == other.Destination && l.Promo == other.Promo &&
		l.ExpiresAt.Equal(other.ExpiresAt)
}

// Withdraw switches the link off: it leads nowhere, and nothing that was clicked on it before is lost. One that was
// withdrawn stays as it is.
func (l Link) Withdraw(now time.Time) Link {
	if l.WithdrawnAt.IsZero() {
		l.WithdrawnAt = now
	}
	return l
}

// Restore makes a link active again that was withdrawn or has expired, until another moment, or for good. One that is
// active only gets that expiry. It fails with ErrExpiry.
func (l Link) Restore(expires, now time.Time) (Link, error) {
	l.WithdrawnAt = time.Time{}
	return l.until(expires, now)
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
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 { // which no browser opens
			return "", ErrDestination
		}
	}
	if !public(u.Hostname()) || strings.ContainsAny(u.Host, `!"$%&'()*+,;<=>`) { // which url.Parse lets pass
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

// Landing is where a click on the link goes: the destination, with the link's code as ref, its promo code as promo, unless
// the merchant keeps that, and the click's id as click, if there are such. What else is in its query stays as it is, byte for byte, since the merchant may
// have signed it. The merchant keeps the click's id and reports it with the order.
func (l Link) Landing(click ClickID) (string, error) {
	u, err := url.Parse(l.Destination)
	if err != nil {
		return "", ErrDestination.Because(err)
	}
	promo := l.Promo
	if l.Reserved {
		promo = ""
	}
	var query []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		name, _ := url.QueryUnescape(key)
		if pair != "" && name != "ref" && name != "click" && (name != "promo" || promo == "") {
			query = append(query, pair)
		}
	}
	query = append(query, "ref="+url.QueryEscape(l.Code))
	if promo != "" {
		query = append(query, "promo="+url.QueryEscape(string(promo)))
	}
	if click != "" {
		query = append(query, "click="+url.QueryEscape(string(click)))
	}
	u.RawQuery = strings.Join(query, "&")
	return u.String(), nil
}
