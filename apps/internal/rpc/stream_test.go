package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
)

// streamed is what a client read.
type streamed struct {
	status int
	header http.Header
	body   string
}

// streaming serves one route that streams with write, over a real connection.
func streaming(t *testing.T, write func(w io.Writer) error) (streamed, error) {
	t.Helper()
	call := func(context.Context, twist.Caller, struct{}) (rpc.Stream, error) {
		return rpc.Stream{Header: http.Header{"Content-Type": {"application/x-ndjson"}, "Content-Disposition": {"attachment"}}, Write: write}, nil
	}
	server := httptest.NewServer(newServer(rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), call)).Handler)
	t.Cleanup(server.Close)
	return read(t, server)
}

// read asks a server for its things.
func read(t *testing.T, server *httptest.Server) (streamed, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/things", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	return streamed{response.StatusCode, response.Header, string(body)}, err
}

// A stream comes as it was written.
func TestStream(t *testing.T) {
	t.Parallel()
	got, err := streaming(t, func(w io.Writer) error {
		for range 3 {
			if _, err := w.Write([]byte("line\n")); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "application/x-ndjson", got.header.Get("Content-Type"))
	require.Equal(t, "line\nline\nline\n", got.body)
}

// What fails before anything was written is a problem like every other, and says nothing of a stream.
func TestStreamThatDoesNotBegin(t *testing.T) {
	t.Parallel()
	got, err := streaming(t, func(io.Writer) error { return fault.New(fault.Conflict, "not_now", "not now") })
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, got.status)
	require.Equal(t, "application/problem+json", got.header.Get("Content-Type"))
	require.Empty(t, got.header.Get("Content-Disposition"))
	require.Contains(t, got.body, `"not_now"`)
}

// I-15: what fails later drops the connection: half an answer does not look like a whole one. It is told of once, by what
// it would have been refused with, and is no panic; a client that goes away is told of to nobody.
func TestStreamThatBreaksOff(t *testing.T) {
	t.Parallel()
	part := make([]byte, 64<<10)
	lost := errors.New("the store went away")
	for name, test := range map[string]struct {
		write     func(ctx context.Context, w io.Writer) error
		code, log string
	}{
		"its_time_is_over": {func(ctx context.Context, w io.Writer) error {
			_, _ = w.Write(part)
			<-ctx.Done()
			return errDown.Because(ctx.Err())
		}, "timeout", "answer cut off"},
		"it_cannot_be_read_on": {func(_ context.Context, w io.Writer) error {
			_, _ = w.Write(part)
			return lost
		}, "internal", "request failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var heard ears
			s := newServerWith(func(o *rpc.Options) {
				heard.options(o)
				o.Rules[rpc.Exempt] = rpc.Rule{Deadline: 100 * time.Millisecond}
			}, rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), func(ctx context.Context, _ twist.Caller, _ struct{}) (rpc.Stream, error) {
				return rpc.Stream{Write: func(w io.Writer) error { return test.write(ctx, w) }}, nil
			}).Under(rpc.Exempt))
			var said bytes.Buffer // by net/http itself
			served := make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(served)
				s.ServeHTTP(w, r)
			}))
			server.Config.ErrorLog = log.New(&said, "", 0)
			server.Start()
			t.Cleanup(server.Close)
			got, err := read(t, server)
			require.Equal(t, http.StatusOK, got.status)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NotContains(t, got.body, "problem")
			<-served
			server.Close()
			require.Empty(t, said.String())
			require.Len(t, heard.ended, 1)
			last := heard.last()
			require.Equal(t, []any{true, false, test.code, http.StatusOK}, []any{last.Cut, last.Panicked, last.Code, last.Status})
			require.Equal(t, 1, strings.Count(s.log.String(), "\n"), s.log.String())
			require.Contains(t, s.log.String(), test.log)
			require.Contains(t, s.log.String(), `"route":"things"`)
			require.Contains(t, s.log.String(), `"request_id":"req_ours"`)
			require.Contains(t, s.log.String(), `"code":"`+test.code+`"`)
		})
	}
	t.Run("nobody_reads_it", func(t *testing.T) {
		t.Parallel()
		var heard ears
		s := newServerWith(heard.options, rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, struct{}) (rpc.Stream, error) {
			return rpc.Stream{Write: func(w io.Writer) error { _, err := w.Write(part); return err }}, nil
		}))
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.ServeHTTP(deaf{httptest.NewRecorder()}, request(http.MethodGet, "/things", "")) })
		require.Empty(t, s.log.String())
		require.False(t, heard.last().Cut || heard.last().Panicked)
	})
	t.Run("nobody_waits_for_it", func(t *testing.T) {
		t.Parallel()
		var heard ears
		ctx, hangUp := context.WithCancel(t.Context())
		s := newServerWith(heard.options, rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), func(ctx context.Context, _ twist.Caller, _ struct{}) (rpc.Stream, error) {
			return rpc.Stream{Write: func(w io.Writer) error {
				_, _ = w.Write(part)
				hangUp()
				return errDown.Because(ctx.Err())
			}}, nil
		}))
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			s.ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "/things", "").WithContext(ctx))
		})
		require.Empty(t, s.log.String())
		require.False(t, heard.last().Cut || heard.last().Panicked)
	})
}
