package rpc_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

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

// I-15: what fails later drops the connection: half an answer does not look like a whole one.
func TestStreamThatBreaksOff(t *testing.T) {
	t.Parallel()
	got, err := streaming(t, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 64<<10))
		return errors.New("the store went away")
	})
	require.Equal(t, http.StatusOK, got.status)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotContains(t, got.body, "problem")
}
