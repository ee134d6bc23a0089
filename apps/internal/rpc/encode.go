package rpc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	kithttp "github.com/go-kit/kit/transport/http"

	"github.com/twist-platform/twist/core/fault"
)

// Redirect is a response that sends the client elsewhere.
type Redirect struct {
	Location string
	Cookie   *http.Cookie // set on the way, if there is one
}

// Content is a response that is written as it is: a page, a script, a document. Its route says with Giving
// which media types it has. One with an ETag is not sent again to who has it.
type Content struct {
	Header http.Header // its Content-Type, and whatever else it needs
	Body   []byte
}

// Tag names bytes for an ETag: other bytes have another.
func Tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// write writes the content, or says that the client has it already. What an answer varies by beside is kept.
func (c Content) write(w http.ResponseWriter, status int, has []string) {
	for name, values := range c.Header {
		if name != "Vary" {
			w.Header().Del(name)
		}
		for _, value := range values {
			w.Header().Add(name, value)
		}
	}
	if tagged(has, c.Header.Get("ETag")) {
		w.Header().Del("Content-Type")
		w.Header().Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(c.Body) // a client that went away hears nothing
}

// tagged reports that a tag is among those of If-None-Match, by the weak comparison that is meant for it.
func tagged(has []string, tag string) bool {
	if tag == "" {
		return false
	}
	for part := range strings.SplitSeq(strings.Join(has, ","), ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// Stream is a response that is written part by part, because all of it would be too much to hold. Its route says
// with Giving which media types it has. What it fails with before it wrote anything is answered like every other
// fault; after that the answer is cut off: the connection is dropped, and the client sees that it is not whole.
type Stream struct {
	Header http.Header // its Content-Type, and whatever else it needs
	Write  func(w io.Writer) error
}

// begun is a writer that knows whether anything was written, and begins the answer then.
type begun struct {
	http.ResponseWriter

	status int
	begun  bool
	lost   bool // the client went away
}

func (b *begun) Write(p []byte) (int, error) {
	if !b.begun {
		b.begun = true
		b.WriteHeader(b.status)
	}
	n, err := b.ResponseWriter.Write(p)
	b.lost = b.lost || err != nil
	return n, err
}

// cutOff is how a stream that fails after it began reaches the door: nothing can be answered any more, and nothing in
// between may take it for an answer.
type cutOff struct{ cause error }

// to writes the stream, or gives what it failed with before anything was written. A client that went away hears
// nothing, and neither does the log.
func (s Stream) to(w http.ResponseWriter, status int) error {
	held := w.Header().Clone()
	maps.Copy(w.Header(), s.Header)
	out := &begun{ResponseWriter: w, status: status}
	err := s.Write(out)
	if err == nil {
		return nil
	}
	switch {
	case out.lost:
		panic(http.ErrAbortHandler) // net/http's own way to drop a connection
	case out.begun:
		panic(cutOff{err}) // which the door tells of, and drops the connection
	}
	clear(w.Header())
	maps.Copy(w.Header(), held)
	return err
}

// Found is a response to a request for something new. Where it says that it was there before, the status is 200 and
// not 201.
type Found interface{ WasThere() bool }

// answer is a response and whether it was kept from an earlier call.
type answer struct {
	response any
	replayed bool
}

// encode writes a response. It was marked as not to be kept before anyone knew whose it is.
func encode(route Route) kithttp.EncodeResponseFunc {
	status := route.Status
	return func(ctx context.Context, w http.ResponseWriter, response any) error {
		a := response.(answer) //nolint:forcetypeassert // wrap is the only source
		if a.replayed {
			w.Header().Set("Idempotency-Replayed", "true")
		}
		if to, ok := a.response.(Redirect); ok {
			if to.Cookie != nil {
				http.SetCookie(w, to.Cookie)
			}
			w.Header().Set("Location", to.Location)
			w.WriteHeader(status)
			return nil
		}
		if status == http.StatusNoContent { // it is done, and there is nothing to say of it
			w.WriteHeader(status)
			return nil
		}
		if c, ok := a.response.(Content); ok {
			c.write(w, status, visitOf(ctx).has)
			return nil
		}
		if s, ok := a.response.(Stream); ok {
			return s.to(w, status)
		}
		body, err := json.Marshal(a.response)
		if err != nil {
			return err
		}
		if route.MaxAge > 0 {
			w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(route.MaxAge/time.Second)))
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if there, ok := a.response.(Found); ok && there.WasThere() {
			w.WriteHeader(http.StatusOK)
		} else {
			w.WriteHeader(status)
		}
		_, _ = w.Write(append(body, '\n')) // a client that went away hears nothing
		return nil
	}
}

// Problem is an RFC 9457 problem document: what every refusal is.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title" doc:"what went wrong, in general"`
	Status    int    `json:"status" doc:"the status of the answer"`
	Detail    string `json:"detail,omitempty" doc:"what went wrong this time, for people"`
	Code      string `json:"code" pattern:"^[a-z][a-z0-9_]*$" doc:"what went wrong, for programs: docs/errors.md lists the codes"`
	RequestID string `json:"request_id,omitempty" doc:"what to name when asking us"`
}

// encodeError writes a fault.
func encodeError(ctx context.Context, err error, w http.ResponseWriter) {
	p := problemOf(err)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeProblem(ctx, w, p.Status, p.Code, p.Title, p.Detail)
}

// Part is the problem of a part of an answer whose other parts may be none. Of a part that failed by our fault the log hears as it does
// of a whole request, once for each request: what one fails of mostly fails all.
func Part(ctx context.Context, err error) Problem {
	err = late(ctx, err)
	gone := errors.Is(ctx.Err(), context.Canceled)
	if v := visitOf(ctx); ours(fault.Of(err)) && !gone && v.report != nil && !v.reported {
		v.reported = true
		v.report(ctx, v.name(), err)
	}
	return problemOf(err)
}

// problemOf is the problem of an error, without the request it belongs to. What is ours reveals nothing: its message was
// declared for everyone, its detail and cause are for the log.
func problemOf(err error) Problem {
	f := fault.Of(err)
	detail := f.Detail()
	if ours(f) {
		detail = ""
	}
	if f.Kind() == fault.Internal {
		f = fault.ErrInternal
	}
	return Problem{Type: "about:blank", Title: f.Message(), Status: StatusOf(f.Kind()), Detail: detail, Code: f.Code()}
}

// ours reports a fault that no caller caused.
func ours(f *fault.Fault) bool { return f.Kind() == fault.Internal || f.Kind() == fault.Unavailable }

func writeProblem(ctx context.Context, w http.ResponseWriter, status int, code, title, detail string) {
	body, err := json.Marshal(Problem{
		Type: "about:blank", Title: title, Status: status, Detail: detail, Code: code, RequestID: requestID(ctx),
	})
	if err != nil { // strings and a number: it cannot be
		body = []byte(`{"code":"internal"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that went away hears nothing
}

// StatusOf maps a kind of fault to the status of its answer.
func StatusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}
