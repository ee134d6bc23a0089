package rpc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-kit/kit/endpoint"
	"github.com/go-kit/kit/transport"
	kithttp "github.com/go-kit/kit/transport/http"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
)

// Options is what a handler needs beside its routes.
type Options struct {
	Verify func(ctx context.Context, token string) (twist.Caller, error) // reads an access token
	NewID  func() string                                                 // names a request
	Log    *slog.Logger
}

// Mount serves the routes. It panics on a route without an access rule, with the pattern or the name of
// another, or whose pattern and request do not say the same: such a program must not start.
func Mount(routes []Route, o Options) http.Handler {
	mux := http.NewServeMux()
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
		mux.Handle(route.Pattern, kithttp.NewServer(
			wrap(route)(route.endpoint), o.admit(route), encode(route),
			kithttp.ServerErrorEncoder(encodeError), kithttp.ServerErrorHandler(o.unexpected(route)),
		))
	}
	return o.named(o.recovered(problems(mux)))
}

// wrap puts what every operation needs around an endpoint.
func wrap(route Route) endpoint.Middleware {
	if !route.Keyed {
		return func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request any) (any, error) {
				tracked := twist.WithReplays(ctx)
				response, err := next(tracked, request)
				return answer{response, twist.Replayed(tracked)}, err
			}
		}
	}
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request any) (any, error) {
			keyed := twist.WithKey(ctx, *request.(admitted).key) //nolint:forcetypeassert // admit made it
			response, err := next(keyed, request)
			return answer{response, twist.Replayed(keyed)}, err
		}
	}
}

// admit is the decoder of a route: first who calls, then whether they may, and only then what they say.
func (o Options) admit(route Route) kithttp.DecodeRequestFunc {
	return func(ctx context.Context, r *http.Request) (any, error) {
		var in admitted
		var err error
		if route.Access.rule != public {
			if in.by, err = o.caller(ctx, r); err != nil {
				return nil, err
			}
			if err := route.Access.admit(in.by); err != nil {
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

func (o Options) caller(ctx context.Context, r *http.Request) (twist.Caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return twist.Caller{}, ErrNoToken
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return twist.Caller{}, ErrNoToken
	}
	return o.Verify(ctx, token)
}

// unexpected logs what is ours, with the name of the request that the client also has. What a caller did
// wrong is not an event, and neither is one that hung up.
func (o Options) unexpected(route Route) transport.ErrorHandler {
	return transport.ErrorHandlerFunc(func(ctx context.Context, err error) {
		gone := ctx.Err() != nil && errors.Is(err, context.Canceled)
		if f := fault.Of(err); ours(f) && !gone {
			o.Log.ErrorContext(ctx, "request failed",
				slog.String("route", route.Name), slog.String("request_id", requestID(ctx)),
				slog.String("code", f.Code()), slog.String("error", err.Error()))
		}
	})
}

type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// named gives every request a name of ours: a client's own could be anything, or another's.
func (o Options) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := o.NewID()
		h := w.Header()
		h.Set("X-Request-ID", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// recovered turns a panic into an answer and a log line.
func (o Options) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause) // net/http's own way to drop a connection
			}
			o.Log.ErrorContext(r.Context(), "request panicked", slog.String("request_id", requestID(r.Context())), slog.Any("cause", cause))
			encodeError(r.Context(), fault.ErrInternal, w)
		}()
		next.ServeHTTP(w, r)
	})
}

// problems answers like every other fault what the mux would answer in its own words: an unknown path or
// method, or a path that it would redirect to a cleaner one. An address is written in one way.
func problems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, _ := mux.Handler(r); isRoute(h) {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &statusProbe{header: http.Header{}}
		mux.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		if probe.status == http.StatusMethodNotAllowed {
			writeProblem(r.Context(), w, http.StatusMethodNotAllowed, "method_not_allowed", "the resource does not have this method", "")
			return
		}
		writeProblem(r.Context(), w, http.StatusNotFound, "route_not_found", "there is nothing at this address", "")
	})
}

func isRoute(h http.Handler) bool {
	_, ok := h.(*kithttp.Server)
	return ok
}

// statusProbe learns what a handler would answer.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) WriteHeader(status int)      { p.status = status }
func (p *statusProbe) Write(b []byte) (int, error) { return io.Discard.Write(b) }
