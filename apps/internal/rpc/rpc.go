// Package rpc turns typed calls into HTTP handlers: go-kit, once.
//
// Only programs under apps import it. It knows routes, access, bodies and problems, and no operation.
// Its invariant: no request reaches a call, or even a parser, before the route's access rule let it in.
package rpc

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-kit/kit/endpoint"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// Access says who may call a route. It has no usable zero: a route that nobody thought about does not
// start.
type Access struct {
	rule  rule
	roles []identity.Role // one of them is enough
}

type rule uint8

const (
	unset rule = iota
	public
	session
	role
)

// Public lets everyone in.
func Public() Access { return Access{rule: public} }

// Session lets in whoever brings a valid access token.
func Session() Access { return Access{rule: session} }

// Role lets in whoever brings a valid access token of an account that has the role, or one of the others.
func Role(r identity.Role, or ...identity.Role) Access {
	return Access{rule: role, roles: append([]identity.Role{r}, or...)}
}

// String names the rule, as documents and tests show it.
func (a Access) String() string {
	switch a.rule {
	case public:
		return "public"
	case session:
		return "session"
	case role:
		return string(a.roles[0]) + alternatives(a.roles[1:])
	case unset:
	}
	return "none"
}

// Roles lists the roles of which the rule wants one; none for a rule that asks for no role.
func (a Access) Roles() []identity.Role { return slices.Clone(a.roles) }

func alternatives(roles []identity.Role) string {
	var names strings.Builder
	for _, r := range roles {
		names.WriteString(" or " + string(r))
	}
	return names.String()
}

// ErrForbidden means that the caller is known and may not call this route.
var ErrForbidden = fault.New(fault.Forbidden, "forbidden", "this account may not do that")

// ErrNoToken means that a route which needs a session was called without one.
var ErrNoToken = fault.New(fault.Unauthenticated, "token_missing", "an access token is needed: Authorization: Bearer …")

// admit checks a caller against the rule.
func (a Access) admit(by twist.Caller) error {
	has := func(r identity.Role) bool { return slices.Contains(by.Roles, r) }
	if a.rule == role && !slices.ContainsFunc(a.roles, has) {
		return ErrForbidden
	}
	return nil
}

// Call is an operation as a route needs it. The caller comes from the token: no body names one.
type Call[Req, Res any] func(ctx context.Context, by twist.Caller, req Req) (Res, error)

// Route is one operation at one address.
type Route struct {
	Pattern string // method and path, as net/http writes them
	Name    string // stable, for logs, metrics and keys
	Status  int    // of success
	Access  Access
	Keyed   bool // needs an Idempotency-Key
	Class   Class
	Scopes  []identity.Scope // of which an API key needs one; none: no key may call

	MaxAge            time.Duration // how long anyone may keep an answer of success; zero: nobody keeps it
	Sentence          string        // what it does, for people
	Media             []string      // what success is written in; none: application/json
	Parameters        []Parameter   // what it reads beside the body
	Request, Response reflect.Type  // what its call takes and gives

	endpoint  endpoint.Endpoint
	decode    func(r *http.Request, body []byte) (any, error)
	looks     bool  // its request has a Looking
	malformed error // what is wrong with the type of its request
}

// On builds a route. Everything typed ends here: its only decoder is made beside its endpoint.
func On[Req, Res any](pattern, name string, status int, access Access, call Call[Req, Res]) Route {
	fields, err := parametersOf(reflect.TypeFor[Req]())
	return Route{
		Pattern: pattern, Name: name, Status: status, Access: access,
		Parameters: fields.list, Request: reflect.TypeFor[Req](), Response: reflect.TypeFor[Res](), looks: fields.looks != nil, malformed: err,
		endpoint: func(ctx context.Context, request any) (any, error) {
			in := request.(admitted) //nolint:forcetypeassert // decode is the only source
			return call(ctx, in.by, in.request.(Req))
		},
		decode: func(r *http.Request, body []byte) (any, error) { return decode[Req](fields, r, body) },
	}
}

// Once is On for an operation that moves money: it needs an Idempotency-Key, and the same key again
// gives the first answer.
func Once[Req, Res any](pattern, name string, status int, access Access, call Call[Req, Res]) Route {
	r := On(pattern, name, status, access, call)
	r.Keyed = true
	return r
}

// Keeping lets anyone keep an answer of success for so long: it is the same for all, and no secret.
func (r Route) Keeping(maxAge time.Duration) Route {
	r.MaxAge = maxAge
	return r
}

// Saying adds what the route does, in a sentence for people.
func (r Route) Saying(sentence string) Route {
	r.Sentence = sentence
	return r
}

// Giving adds the media types of an answer that is no JSON value: the call gives Content.
func (r Route) Giving(media ...string) Route {
	r.Media = media
	return r
}

// Under gives the route under the limits of a class. Without it a route is Strict.
func (r Route) Under(c Class) Route {
	r.Class = c
	return r
}

// Scoped lets API keys in that have the scope, or one of the others. Without it a route refuses every key.
func (r Route) Scoped(s identity.Scope, or ...identity.Scope) Route {
	r.Scopes = append([]identity.Scope{s}, or...)
	return r
}

// admits checks a caller against the route: what a key may do first, which its account's roles never widen.
func (r Route) admits(by twist.Caller) error {
	has := func(s identity.Scope) bool { return slices.Contains(by.Scopes, s) }
	if by.Key != "" && !slices.ContainsFunc(r.Scopes, has) {
		return identity.ErrScopeMissing
	}
	return r.Access.admit(by)
}

// admitted is a request that passed its route's rule.
type admitted struct {
	by      twist.Caller
	request any
	key     *twist.Key
}
