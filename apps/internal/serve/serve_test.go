package serve_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/serve"
)

// held serves requests that are answered once let go.
type held struct {
	begun, letGo chan struct{}
	cut          chan error
}

func (h held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.begun <- struct{}{}
	select {
	case <-h.letGo:
		_, _ = io.WriteString(w, "answered")
	case <-r.Context().Done():
		h.cut <- r.Context().Err()
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

type answer struct {
	body string
	err  error
}

// ask sends a request, and gives what became of it.
func ask(t *testing.T, address string) <-chan answer {
	t.Helper()
	answers := make(chan answer, 1)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+address+"/", http.NoBody)
	require.NoError(t, err)
	go func() {
		response, err := client.Do(r)
		if err != nil {
			answers <- answer{err: err}
			return
		}
		body, err := io.ReadAll(response.Body)
		answers <- answer{string(body), errors.Join(err, response.Body.Close())}
	}()
	return answers
}

func listen(t *testing.T) (*serve.Server, held) {
	t.Helper()
	h := held{begun: make(chan struct{}), letGo: make(chan struct{}), cut: make(chan error, 1)}
	s, err := serve.Listen(t.Context(), "127.0.0.1:0", h, quiet())
	require.NoError(t, err)
	return s, h
}

// refuses waits until nobody is accepted any more.
func refuses(t *testing.T, address string) {
	t.Helper()
	for {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return
		}
		require.NoError(t, c.Close())
	}
}

// A request under way when the stop begins is answered; nobody new is accepted.
func TestStopLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	s, h := listen(t)
	answers := ask(t, s.Address())
	<-h.begun
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(context.WithoutCancel(t.Context())) }()
	refuses(t, s.Address())
	select {
	case err := <-stopped:
		require.Fail(t, "it did not wait", err)
	case got := <-answers:
		require.Fail(t, "it was cut", got)
	default:
	}
	close(h.letGo)
	require.Equal(t, answer{body: "answered"}, <-answers)
	require.NoError(t, <-stopped)
}

// What takes longer than a stop may is cut, and the stop says so.
func TestStopCutsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	s, h := listen(t)
	answers := ask(t, s.Address())
	<-h.begun
	bound, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, s.Stop(bound), context.Canceled)
	require.Error(t, (<-answers).err)
	require.ErrorIs(t, <-h.cut, context.Canceled, "the request learns of it")
}

// A stop does not return while a request that it cut is still giving up: what serves it may be closed then.
func TestStopWaitsForWhatItCut(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	var gaveUp atomic.Bool
	s, err := serve.Listen(t.Context(), "127.0.0.1:0", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		for range 10_000 {
			runtime.Gosched()
		}
		gaveUp.Store(true)
	}), quiet())
	require.NoError(t, err)
	answers := ask(t, s.Address())
	<-begun
	bound, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, s.Stop(bound), context.Canceled)
	require.True(t, gaveUp.Load())
	require.Error(t, (<-answers).err)
}

// raw sends what no client of ours would, and gives everything that comes back.
func raw(t *testing.T, address, request string) string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(answer)
}

// A request for nothing in particular is served by the program like every other, so its limits are there too.
func TestEveryRequestIsThePrograms(t *testing.T) {
	t.Parallel()
	s, err := serve.Listen(t.Context(), "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), quiet())
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Stop(context.WithoutCancel(t.Context()))) }()
	require.Contains(t, raw(t, s.Address(), "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "418 I'm a teapot")
}

// What net/http has to say is in the program's log.
func TestErrorsAreLogged(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s, err := serve.Listen(t.Context(), "127.0.0.1:0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no more") }),
		slog.New(slog.NewJSONHandler(&out, nil)))
	require.NoError(t, err)
	require.Error(t, (<-ask(t, s.Address())).err)
	require.NoError(t, s.Stop(context.WithoutCancel(t.Context())))
	require.Contains(t, out.String(), `"level":"WARN"`)
	require.Contains(t, out.String(), "no more")
}

func TestListenRefuses(t *testing.T) {
	t.Parallel()
	s, _ := listen(t)
	_, err := serve.Listen(t.Context(), s.Address(), http.NotFoundHandler(), quiet())
	require.Error(t, err)
	require.NoError(t, s.Stop(t.Context()))
}

// A header that is larger than any of ours is refused before anything of the program sees it.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	s, err := serve.Listen(t.Context(), "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), quiet())
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Stop(context.WithoutCancel(t.Context()))) }()
	for size, status := range map[int]int{1 << 10: http.StatusNoContent, 64 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address()+"/", http.NoBody)
		require.NoError(t, err)
		r.Header.Set("X-Long", strings.Repeat("a", size))
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode)
	}
}
