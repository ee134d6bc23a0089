package rpc

import (
	"context"
	"net/http"
	"time"

	"github.com/twist-platform/twist"
)

// visit is one request from when it came to when it was answered: what the door learned of it. One goroutine
// at a time has it.
type visit struct {
	origin twist.Origin
	route  *Route // nil where nothing is
	began  time.Time
	w      *recorder
	report func(ctx context.Context, route string, err error) // logs what is ours

	has       []string // what the client has already, by If-None-Match
	preflight bool     // a browser asks whether a page may call

	code       string // of the refusal, if it was one
	shown      bool   // a quota is in the headers
	remaining  int    // of that quota
	limited    bool   // a quota was spent
	excess     bool   // a quota was spent, and the visitor is served on without being counted
	undecided  bool   // the limiter failed
	panicked   bool
	cut        bool // the answer broke off after it began
	unaudited  bool // the refusal should have been recorded, and was not
	reported   bool // a part of the answer failed, and the log was told
	suppressed bool // so many refusals are recorded already that this one is not
}

type visitKey struct{}

// visitOf gives the visit under ctx. There is always one behind the door; what has none is a test's.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{w: &recorder{ResponseWriter: &statusProbe{header: http.Header{}}}}
}

func requestID(ctx context.Context) string { return visitOf(ctx).origin.RequestID }

// name is the route's, or a word for all addresses that have none: what a client wrote names nothing.
func (v *visit) name() string {
	if v.route == nil {
		return "none"
	}
	return v.route.Name
}

func (v *visit) class() Class {
	switch {
	case v.preflight:
		return preflights
	case v.route == nil:
		return unknown
	}
	return v.route.Class
}

// Served is what became of one request, for logs and metrics. Nothing in it was chosen by the client.
type Served struct {
	Route      string // its name, or "none"
	Class      Class
	Status     int
	Took       time.Duration
	Code       string // of the refusal, if it was one
	Limited    bool   // a quota was spent
	Excess     bool   // a quota was spent, and the visitor was served on without being counted
	Undecided  bool   // the limiter failed
	Panicked   bool
	Cut        bool // the answer broke off after it began; Code says why
	Unaudited  bool // the audit log did not take the refusal
	Suppressed bool // everybody's share of records was spent, so the refusal has none
}

func (v *visit) served(now time.Time) Served {
	return Served{
		Route: v.name(), Class: v.class(), Status: v.w.status(), Took: max(now.Sub(v.began), 0), Code: v.code,
		Limited: v.limited, Excess: v.excess && !v.limited, Undecided: v.undecided, Panicked: v.panicked, Cut: v.cut, Unaudited: v.unaudited, Suppressed: v.suppressed,
	}
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter

	sent int
}

// WriteHeader remembers the first status that is final.
func (r *recorder) WriteHeader(status int) {
	if r.sent == 0 && status >= http.StatusOK {
		r.sent = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write is an answer of 200 unless another was given.
func (r *recorder) Write(b []byte) (int, error) {
	if r.sent == 0 {
		r.sent = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) status() int {
	if r.sent == 0 {
		return http.StatusOK // what net/http answers for a handler that says nothing
	}
	return r.sent
}
