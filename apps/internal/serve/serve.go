// Package serve keeps a program's listeners: it bounds what a connection may take, and stops without cutting
// off who is being served.
//
// Only programs under apps import it. Its invariant: a request that was accepted is answered, unless it takes
// longer than a stop may.
package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// The bounds of a connection. A request is read within reading and answered within writing, which is longer
// than any route's deadline, so that the answer "it took too long" can still be written.
const (
	readingHeader = 5 * time.Second
	reading       = 15 * time.Second
	writing       = 45 * time.Second
	idle          = time.Minute
	maxHeader     = 16 << 10 // bytes
)

// Server is one listener that is being served. Make one with Listen.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan error
}

// Listen listens at an address and serves from then on. Requests live as long as ctx, or until Stop cuts them.
func Listen(ctx context.Context, address string, h http.Handler) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{
		http: &http.Server{
			Handler: h, ReadHeaderTimeout: readingHeader, ReadTimeout: reading, WriteTimeout: writing, IdleTimeout: idle, MaxHeaderBytes: maxHeader,
		},
		listener: listener, done: make(chan error, 1),
	}
	go func() { s.done <- s.http.Serve(listener) }()
	return s, nil
}

// Address is where it listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Stop closes the listener, lets the requests under way finish until ctx ends, and cuts the rest. It is an
// error when something was cut, or when serving had ended before for a reason of its own.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
