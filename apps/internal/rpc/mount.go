package rpc

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-kit/kit/endpoint"
	"github.com/go-kit/kit/transport"
	kithttp "github.com/go-kit/kit/transport/http"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
)

// Options is what a handler needs beside its routes.
type Options struct {
	Verify  func(ctx context.Context, token string) (twist.Caller, error) // reads an access token
	NewID   func() string                                                 // names a request
	Now     func() time.Time
	Limiter Limiter
	Log     *slog.Logger // of what went wrong

	// Refused records a refusal in the audit log. Nil records none.
	Refused func(ctx context.Context, r twist.Refusal) error
	// Access gets one line per request. Nil gets none.
	Access *slog.Logger
	// Observer is told of each request. Nil is told nothing.
	Observer Observer

	Rules   map[Class]Rule // nil stands for Rules()
	Proxies Proxies        // whose X-Forwarded-For counts
	Country string         // the header in which they say a country; empty: none does
	Origins Origins        // whose pages may call
	Secure  bool           // browsers reach us by https only
}

// Observer is told of each request as it begins and once it was answered, under the name of its route.
type Observer interface {
	Began(route string)
	Ended(s Served)
}

// Mount serves the routes. It panics on a route without an access rule, with the pattern or the name of
// another, or whose pattern and request do not say the same, and on options without a part: such a program
// must not start.
func Mount(routes []Route, o Options) http.Handler {
	if o.Verify == nil || o.NewID == nil || o.Now == nil || o.Limiter == nil || o.Log == nil {
		panic("rpc: the options lack a part")
	}
	if o.Rules == nil {
		o.Rules = Rules()
	}
	d := &door{Options: o, mux: http.NewServeMux()}
	names := map[string]bool{}
	for _, route := range routes {
		if route.Access.rule == unset {
			panic("rpc: route " + route.Pattern + " has no access rule")
		}
		if err := route.check(); err != nil {
			panic("rpc: route " + route.Pattern + ": " + err.Error())
		}
		if names[route.Name] {
			panic("rpc: two routes are named " + route.Name)
		}
		names[route.Name] = true
		d.mux.Handle(route.Pattern, &entry{route, kithttp.NewServer(
			wrap(route)(route.endpoint), d.admit(route), encode(route),
			kithttp.ServerErrorEncoder(d.refuse), kithttp.ServerErrorHandler(d.unexpected(route)),
		)})
	}
	return d
}

// entry is a route and what serves it.
type entry struct {
	route Route
	http.Handler
}

// wrap puts what every operation needs around an endpoint.
func wrap(route Route) endpoint.Middleware {
	if !route.Keyed {
		return func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request any) (any, error) {
				tracked := twist.WithReplays(known(ctx))
				response, err := next(tracked, request)
				return answer{response, twist.Replayed(tracked)}, err
			}
		}
	}
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request any) (any, error) {
			keyed := twist.WithKey(known(ctx), *request.(admitted).key) //nolint:forcetypeassert // admit made it
			response, err := next(keyed, request)
			return answer{response, twist.Replayed(keyed)}, err
		}
	}
}

// known gives the context of a call its origin with the account that came to be known since.
func known(ctx context.Context) context.Context { return twist.WithOrigin(ctx, visitOf(ctx).origin) }

// admit is the decoder of a route: first who calls, then how often they did, then whether they may, and only
// then what they say.
func (d *door) admit(route Route) kithttp.DecodeRequestFunc {
	return func(ctx context.Context, r *http.Request) (any, error) {
		var in admitted
		var err error
		if route.Access.rule != public {
			if in.by, err = d.caller(ctx, r); err != nil {
				return nil, err
			}
			v := visitOf(ctx)
			v.origin.Account, v.origin.Session = in.by.Account, cmp.Or(in.by.Session, identity.SessionID(in.by.Key))
			if err := d.limitAccount(ctx, v, in.by); err != nil {
				return nil, err
			}
			if err := route.admits(in.by); err != nil {
				return nil, err
			}
		}
		if !Clean(r.URL.Path) {
			return nil, ErrParameter
		}
		body, err := read(r)
		if err != nil {
			return nil, err
		}
		if route.Keyed {
			if in.key, err = keyOf(r, body); err != nil {
				return nil, err
			}
		}
		in.request, err = route.decode(r, body)
		return in, err
	}
}

func (d *door) caller(ctx context.Context, r *http.Request) (twist.Caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return twist.Caller{}, ErrNoToken
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return twist.Caller{}, ErrNoToken
	}
	by, err := d.Verify(ctx, token)
	visitOf(ctx).limited = errors.Is(err, limit.ErrLimited) // an API key has a quota of its own
	return by, err
}

// unexpected logs what is ours, with the name of the request that the client also has. What a caller did
// wrong is not an event, and neither is one that hung up.
func (d *door) unexpected(route Route) transport.ErrorHandler {
	return transport.ErrorHandlerFunc(func(ctx context.Context, err error) {
		gone := ctx.Err() != nil && errors.Is(err, context.Canceled)
		if ours(fault.Of(err)) && !gone {
			d.report(ctx, route.Name, err)
		}
	})
}
