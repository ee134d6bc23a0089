package serve_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/serve"
)

// long is a bound that a test does not reach, and short one that it does.
const (
	long  = time.Hour
	short = 100 * time.Millisecond
)

// connected serves within bounds and dials. It gives what the server says until it cuts, which has to happen.
func connected(t *testing.T, b serve.Bounds, h http.Handler) (net.Conn, func() string) {
	t.Helper()
	s, err := b.Listen(t.Context(), "127.0.0.1:0", h, quiet())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.WithoutCancel(t.Context()))) })
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Address())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
	return c, func() string {
		said, err := io.ReadAll(c)
		var late net.Error
		require.False(t, errors.As(err, &late) && late.Timeout(), "it was not cut")
		return string(said)
	}
}

// echo answers with the body, or says why there is none.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusRequestTimeout)
		return
	}
	_, _ = w.Write(body)
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
}

// E-21: a client that says what it wants one byte after the other, or never, is cut, and no handler sees it.
func TestSlowHeadersAreCut(t *testing.T) {
	t.Parallel()
	for name, begun := range map[string]string{"nothing": "", "a_line": "GET / HTTP/1.1\r\nHost: x\r\n", "a_half": "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := serve.Bounds{Header: short, Request: long, Answer: long, Idle: long}
			c, cut := connected(t, b, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was served") }))
			send(t, c, begun)
			require.NotContains(t, cut(), "200 OK")
		})
	}
}

// A body that does not come is given up; one that comes in time is read.
func TestSlowBodiesAreCut(t *testing.T) {
	t.Parallel()
	const head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
	b := serve.Bounds{Header: long, Request: short, Answer: long, Idle: long}
	c, cut := connected(t, b, http.HandlerFunc(echo))
	send(t, c, head+"ab")
	require.Contains(t, cut(), "408 Request Timeout")

	b.Request = long
	c, cut = connected(t, b, http.HandlerFunc(echo))
	send(t, c, head+"ab")
	send(t, c, "cd")
	require.Contains(t, cut(), "abcd")
}

// A client that does not take its answer is cut: whoever serves it goes on.
func TestSlowReadersAreCut(t *testing.T) {
	t.Parallel()
	gone := make(chan error, 1)
	b := serve.Bounds{Header: long, Request: long, Answer: short, Idle: long}
	c, _ := connected(t, b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		part := []byte(strings.Repeat("a", 1<<20))
		for {
			if _, err := w.Write(part); err != nil {
				gone <- err
				return
			}
		}
	}))
	send(t, c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Error(t, <-gone, "nobody reads what was written")
}

// A connection that asks nothing more is closed, and not before its first answer.
func TestIdleConnectionsAreCut(t *testing.T) {
	t.Parallel()
	b := serve.Bounds{Header: long, Request: long, Answer: long, Idle: short}
	c, cut := connected(t, b, http.HandlerFunc(echo))
	send(t, c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
	first, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, first.StatusCode)
	require.NoError(t, first.Body.Close())
	cut()
}

// What a program is served within has a bound everywhere.
func TestUsualBounds(t *testing.T) {
	t.Parallel()
	b := serve.Usual()
	require.Positive(t, b.Header)
	require.Greater(t, b.Request, b.Header)
	require.Positive(t, b.Idle)
	require.Greater(t, b.Answer, b.Request)
}
