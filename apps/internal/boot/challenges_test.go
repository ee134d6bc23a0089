package boot_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

// ask gives a challenge of a system's and the right answer to it.
func ask(t *testing.T, s *boot.System) (answer map[string]any) {
	t.Helper()
	status, asked := call(t, s, http.MethodPost, "/v1/auth/challenges", "", map[string]any{"address": wallet})
	require.Equal(t, http.StatusCreated, status, asked)
	return map[string]any{
		"challenge_id": asked["challenge_id"],
		"signature":    base64.StdEncoding.EncodeToString(ed25519.Sign(key(), []byte(asked["message"].(string)))),
	}
}

// P-44, E-20, I-12: over a database a challenge of one process is answered at any other, and of 64 answers
// that reach two processes at the same moment exactly one opens a session.
func TestSignInOnWhicheverProcess(t *testing.T) {
	t.Parallel()
	c, url := inDatabase(t)
	c.Rules = rpc.Rules()
	c.Rules[rpc.SignIn] = rpc.Rule{Deadline: time.Minute} // all 64 come from one address
	var systems [2]*boot.System
	for i := range systems {
		s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		systems[i] = s
	}
	db := connect(t, url)
	count := func(table string) (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
		return n
	}
	answer := ask(t, systems[0])
	require.Equal(t, 1, count("challenges"))
	status, session := call(t, systems[1], http.MethodPost, "/v1/auth/sessions", "", answer)
	require.Equal(t, http.StatusCreated, status, session)
	require.Zero(t, count("challenges"))

	answer = ask(t, systems[1])
	var statuses [64]int
	var running sync.WaitGroup
	gate := make(chan struct{})
	for i := range statuses {
		running.Go(func() {
			<-gate
			statuses[i], _ = call(t, systems[i%2], http.MethodPost, "/v1/auth/sessions", "", answer)
		})
	}
	close(gate)
	running.Wait()
	opened := 0
	for _, status := range statuses {
		if status == http.StatusCreated {
			opened++
			continue
		}
		require.Contains(t, []int{http.StatusUnauthorized, http.StatusTooManyRequests}, status) // the door lets 30 in
	}
	require.Equal(t, 1, opened)
	require.Equal(t, 2, count("sessions"))
	status, session = call(t, systems[0], http.MethodPost, "/v1/auth/sessions", "", answer)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "challenge_unknown", session["code"])
	for _, s := range systems {
		require.NoError(t, s.Close())
	}
}
