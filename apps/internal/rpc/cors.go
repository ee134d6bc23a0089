package rpc

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// ErrOrigin means that a page which is not ours, and not listed, called from a browser.
var ErrOrigin = fault.New(fault.Forbidden, "origin_not_allowed", "pages of this origin may not call")

// Origins are the web origins whose pages may call from a browser, each written exactly as browsers do. The
// zero value lists none.
type Origins struct {
	listed map[string]bool
	guard  *http.CrossOriginProtection
}

// ParseOrigins reads origins separated by commas: a scheme, a host in lower case and a port unless it is the
// scheme's own. Everything else is refused, a wildcard and "null" among it: they stand for anybody.
func ParseOrigins(text string) (Origins, error) {
	o := Origins{listed: map[string]bool{}, guard: http.NewCrossOriginProtection()}
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		u, err := url.Parse(part)
		switch {
		case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", strings.Contains(u.Host, "*"), strings.HasSuffix(u.Host, ":"),
			part != u.Scheme+"://"+u.Host, part != strings.ToLower(part):
			return Origins{}, fmt.Errorf("%q is not an origin such as https://app.example.com", part)
		case u.Scheme == "https" && u.Port() == "443", u.Scheme == "http" && u.Port() == "80":
			return Origins{}, fmt.Errorf("%q: browsers leave out the scheme's own port", part)
		}
		if err := o.guard.AddTrustedOrigin(part); err != nil {
			return Origins{}, err
		}
		o.listed[part] = true
	}
	return o, nil
}

// What a page may send, and what it may read.
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key"
	corsExposed = "X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, Idempotency-Replayed, WWW-Authenticate"
	corsMaxAge  = "600" // seconds a browser remembers a preflight
)

// share writes for whom the answer is, on every answer: a cache in between must not give one origin's to
// another.
func (o Origins) share(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); o.listed[origin] {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", corsExposed)
	}
}

// check refuses a call that changes something when a browser made it for a page that is neither on our own
// host nor listed. Without CORS headers the page could not read the answer; that is too late for a change.
func (o Origins) check(r *http.Request) error {
	if o.guard == nil {
		o.guard = http.NewCrossOriginProtection()
	}
	if err := o.guard.Check(r); err != nil {
		return ErrOrigin
	}
	return nil
}

// preflight reports a browser's question whether a page may call, and the method it asks for.
func preflight(r *http.Request) (method string, ok bool) {
	method = r.Header.Get("Access-Control-Request-Method")
	return method, r.Method == http.MethodOptions && method != "" && r.Header.Get("Origin") != ""
}

// permit answers a preflight.
func (o Origins) permit(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Add("Vary", "Access-Control-Request-Method")
	h.Add("Vary", "Access-Control-Request-Headers")
	if !o.listed[r.Header.Get("Origin")] {
		return ErrOrigin
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
