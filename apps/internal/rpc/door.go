package rpc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/limit"
)

// door is what stands before every route, once: every answer leaves through it, whatever became of the
// request.
type door struct {
	Options

	mux     *http.ServeMux
	spare   shared // of reads, while the limiter cannot decide
	records shared // of refusals in the audit log
}

// ServeHTTP names the request, finds its route, and lets it in or answers it.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: &recorder{ResponseWriter: w}, report: d.report, began: d.Now(), has: r.Header.Values("If-None-Match"), origin: twist.Origin{
		IP:        d.Proxies.Client(r.RemoteAddr, r.Header.Values("X-Forwarded-For")),
		RequestID: d.NewID(), UserAgent: printable(r.UserAgent()), Country: d.country(r),
	}}
	if h, _ := d.mux.Handler(r); h != nil {
		if e, ok := h.(*entry); ok {
			v.route = &e.route
		}
	}
	if method, ok := preflight(r); ok {
		v.preflight = d.serves(r, method)
	}
	d.headers(v)
	if len(r.TransferEncoding) > 0 {
		// It may have said its length as well, and two readers may disagree where it ends: nothing follows it.
		v.w.Header().Set("Connection", "close")
	}
	d.Origins.share(v.w, r)
	if d.Observer != nil {
		d.Observer.Began(v.name())
	}
	defer d.leave(r.Context(), v)
	ctx, cancel := context.WithTimeout(context.WithValue(twist.WithOrigin(r.Context(), v.origin), visitKey{}, v), d.Rules[v.class()].Deadline)
	defer cancel()
	d.recovered(v, r.WithContext(ctx))
}

// recovered turns a panic into an answer and a log line. When part of another answer is sent already, the
// connection is dropped: half an answer must not look like a whole one.
func (d *door) recovered(v *visit, r *http.Request) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause) // net/http's own way to drop a connection
		}
		if cut, ok := cause.(cutOff); ok {
			d.cut(r.Context(), v, cut.cause)
			panic(http.ErrAbortHandler)
		}
		v.panicked = true
		d.Log.ErrorContext(r.Context(), "request panicked", slog.String("request_id", v.origin.RequestID), slog.Any("cause", cause))
		if v.w.sent != 0 {
			panic(http.ErrAbortHandler)
		}
		d.refuse(r.Context(), fault.ErrInternal, v.w)
	}()
	if err := d.enter(v, r); err != nil {
		if ours(fault.Of(err)) {
			d.report(r.Context(), v.name(), err)
		}
		d.refuse(r.Context(), err, v.w)
	}
}

// cut tells once of an answer that was cut off, with what it would have been refused with: most are those that take
// longer than they may. Nobody is told of a client that went away.
func (d *door) cut(ctx context.Context, v *visit, cause error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	if cause = late(ctx, cause); errors.Is(cause, ErrTimeout) {
		d.Log.WarnContext(ctx, "answer cut off", slog.String("route", v.name()), slog.String("request_id", v.origin.RequestID), slog.String("code", ErrTimeout.Code()))
	} else {
		d.report(ctx, v.name(), cause)
	}
	v.cut, v.code = true, fault.Of(cause).Code()
}

// errNobody means that a request came from no address. Our listeners have none like it.
var errNobody = fault.New(fault.Internal, "origin_unknown", "a request came from no address")

// enter limits the address, whatever it asks, and serves the route or says why not.
func (d *door) enter(v *visit, r *http.Request) error {
	if !v.origin.IP.IsValid() {
		return errNobody
	}
	if err := d.limitVisitor(r.Context(), v); err != nil {
		return err
	}
	if v.preflight {
		return d.Origins.permit(v.w, r)
	}
	if err := d.Origins.check(r); err != nil {
		return err
	}
	if err := single(r); err != nil {
		return err
	}
	if v.route != nil {
		d.mux.ServeHTTP(v.w, r)
		return nil
	}
	d.absent(v.w, r)
	return nil
}

// serves reports that there is a route at the address of a request for another method.
func (d *door) serves(r *http.Request, method string) bool {
	asked := r.Clone(r.Context())
	asked.Method = method
	h, _ := d.mux.Handler(asked)
	_, ok := h.(*entry)
	return ok
}

// policy lets nothing that we answer run, load or be framed, should a browser ever take it for a page.
const policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// always is what every answer has. Answers share the values: Set and Add put another slice in the place of one.
var always = http.Header{ //nolint:gochecknoglobals // a constant table
	"X-Content-Type-Options":       {"nosniff"},
	"Cache-Control":                {"no-store"},
	"Content-Security-Policy":      {policy},
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

// headers writes what every answer has. An answer that is Content may have others in their place.
func (d *door) headers(v *visit) {
	h := v.w.Header()
	maps.Copy(h, always)
	h.Set("X-Request-ID", v.origin.RequestID)
	if d.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// leave tells of a request that was answered.
func (d *door) leave(ctx context.Context, v *visit) {
	s := v.served(d.Now())
	if d.Observer != nil {
		d.Observer.Ended(s)
	}
	if d.Access == nil {
		return
	}
	d.Access.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("route", s.Route), slog.Int("status", s.Status),
		slog.Float64("ms", float64(s.Took.Microseconds())/1000), slog.String("request_id", v.origin.RequestID),
		slog.String("account", string(v.origin.Account)), slog.String("from", Neighborhood(v.origin.IP)), slog.String("code", s.Code))
}

// ErrTimeout means that an operation was given up because it took too long. It left no trace, unless its
// last step was under way: whoever asks again under the same key is told.
var ErrTimeout = fault.New(fault.Unavailable, "timeout", "the request took too long and was given up")

// late is a failure of ours, as ErrTimeout where the request had taken too long by then.
func late(ctx context.Context, err error) error {
	if ours(fault.Of(err)) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = ErrTimeout.Because(err)
	}
	return err
}

// refuse answers an error. The refusal is recorded before it is answered, and what becomes of the record
// changes nothing about it.
func (d *door) refuse(ctx context.Context, err error, w http.ResponseWriter) {
	v := visitOf(ctx)
	err = late(ctx, err)
	f := fault.Of(err)
	v.code = f.Code()
	if d.Refused != nil && worthARecord(v, f) && d.mayRecord(ctx, v, f) {
		if err := d.record(ctx, v, f); err != nil {
			v.unaudited = true
			d.report(ctx, v.name(), err)
		}
	}
	var wait limit.Wait
	if errors.As(err, &wait) { // a use case has quotas of its own
		w.Header().Set("Retry-After", seconds(time.Duration(wait)))
	}
	if f.Kind() == fault.Unavailable || f.Kind() == fault.Limited {
		retryLater(w)
	}
	encodeError(ctx, err, w)
}

// report logs what is ours, under the name of the request that the client also has.
func (d *door) report(ctx context.Context, route string, err error) {
	d.Log.ErrorContext(ctx, "request failed",
		slog.String("route", route), slog.String("request_id", requestID(ctx)),
		slog.String("code", fault.Of(err).Code()), slog.String("error", err.Error()))
}

// absent answers like every other fault what the mux would answer in its own words: an unknown path or
// method, or a path that it would redirect to a cleaner one. An address is written in one way.
func (d *door) absent(w http.ResponseWriter, r *http.Request) {
	probe := &statusProbe{header: http.Header{}}
	d.mux.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if probe.status == http.StatusMethodNotAllowed {
		writeProblem(r.Context(), w, http.StatusMethodNotAllowed, "method_not_allowed", "the resource does not have this method", "")
		return
	}
	writeProblem(r.Context(), w, http.StatusNotFound, "route_not_found", "there is nothing at this address", "")
}

// statusProbe learns what a handler would answer.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) WriteHeader(status int)      { p.status = status }
func (p *statusProbe) Write(b []byte) (int, error) { return io.Discard.Write(b) }

// printable is a stranger's text, cut and without what would break a line.
func printable(text string) string {
	const most = 200
	text = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text[:min(len(text), 4*most)])
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
