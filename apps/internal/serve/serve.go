// Package serve keeps a program's listeners: it bounds what a connection may take, and stops without cutting
// off who is being served.
//
// Only programs under apps import it. Its invariant: a request that was accepted is answered, unless it takes
// longer than a stop may.
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds are how long a connection may take for what. A client that takes longer is cut: it holds nothing of ours
// while it says nothing.
type Bounds struct {
	Header  time.Duration // to say what it wants
	Request time.Duration // to say all of it
	Answer  time.Duration // from then until it has its answer
	Idle    time.Duration // until it asks again
}

// Usual are the bounds of a program. An answer may take longer than any route's deadline, so that "it took too long"
// can still be written.
func Usual() Bounds {
	return Bounds{Header: 5 * time.Second, Request: 15 * time.Second, Answer: 45 * time.Second, Idle: time.Minute}
}

const (
	maxHeader = 16 << 10        // bytes
	cutting   = 5 * time.Second // for what was cut to give up
)

// Server is one listener that is being served. Make one with Listen.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan error
	serving  sync.RWMutex // read-locked by each request under way
}

// Listen listens at an address and serves from then on, until Stop: that ctx ends keeps it from listening, and
// ends no request. What net/http has to say of connections goes to the log.
func Listen(ctx context.Context, address string, h http.Handler, log *slog.Logger) (*Server, error) {
	return Usual().Listen(ctx, address, h, log)
}

// Listen is Listen within other bounds.
func (b Bounds) Listen(ctx context.Context, address string, h http.Handler, log *slog.Logger) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, done: make(chan error, 1)}
	s.http = &http.Server{
		Handler: s.counted(h), ReadHeaderTimeout: b.Header, ReadTimeout: b.Request, WriteTimeout: b.Answer, IdleTimeout: b.Idle, MaxHeaderBytes: maxHeader,
		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like all others
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go func() { s.done <- s.http.Serve(listener) }()
	return s, nil
}

// counted lets Stop wait for those whose connection it cut.
func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serving.RLock()
		defer s.serving.RUnlock()
		h.ServeHTTP(w, r)
	})
}

// Address is where it listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Stop closes the listener, lets the requests under way finish until ctx ends, and cuts the rest. It returns
// once nobody is being served any more, so that what serves may be closed. It is an error when something was
// cut, when that does not give up, or when serving had ended before for a reason of its own.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close(), s.wait())
	}
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// errServing means that a request was cut, and is being served all the same.
var errServing = errors.New("a request that was cut goes on")

// wait returns once no request is under way.
func (s *Server) wait() error {
	none := make(chan struct{})
	go func() {
		s.serving.Lock()
		defer s.serving.Unlock()
		close(none)
	}()
	late := time.NewTimer(cutting)
	defer late.Stop()
	select {
	case <-none:
		return nil
	case <-late.C:
		return errServing
	}
}
