package boot_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/apps/internal/boot"
)

// keyFile makes a file with one key, which signs.
func keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	_, err := boot.RotateKeys(path, time.Now())
	require.NoError(t, err)
	return path
}

// kids are the ids of the published keys.
func kids(t *testing.T, s *boot.System) (ids []string) {
	t.Helper()
	_, answer := call(t, s, http.MethodGet, "/.well-known/jwks.json", "", nil)
	for _, k := range answer["keys"].([]any) {
		ids = append(ids, k.(map[string]any)["kid"].(string))
	}
	return ids
}

func ids(ring boot.KeyRing) (all []string) {
	for _, k := range ring.Keys {
		all = append(all, k.ID)
	}
	return all
}

// Keys rotate in a running system without a restart, and nobody who signed in is turned away.
func TestKeysRotateWhileRunning(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	s := newSystem(t, "TWIST_TOKEN_KEYS", path)
	_, before := signIn(t, s)
	ring, err := boot.RotateKeys(path, time.Now())
	require.NoError(t, err)
	require.Len(t, kids(t, s), 1, "not yet read")
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.Equal(t, ids(ring), kids(t, s), "published before it signs")
	status, _ := call(t, s, http.MethodGet, "/v1/me", before, nil)
	require.Equal(t, http.StatusOK, status)

	s.Sandbox.Advance(jwt.Lead - time.Minute)
	_, late := signIn(t, s)
	s.Sandbox.Advance(time.Minute + time.Second)
	_, after := signIn(t, s)
	require.NotEqual(t, strings.Split(late, ".")[0], strings.Split(after, ".")[0], "another key signs")
	for _, token := range []string{late, after} {
		status, _ = call(t, s, http.MethodGet, "/v1/me", token, nil)
		require.Equal(t, http.StatusOK, status)
	}
	s.Sandbox.Advance(jwt.Kept)
	require.Equal(t, ids(ring)[1:], kids(t, s), "its last token expired")
}

// A key that got out is dropped at once: its tokens end, and the key in its place signs.
func TestDropKey(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	s := newSystem(t, "TWIST_TOKEN_KEYS", path)
	_, before := signIn(t, s)
	bad := kids(t, s)[0]
	_, err := boot.DropKey(path, "nobody", time.Now())
	require.ErrorIs(t, err, jwt.ErrKeyUnknown)
	ring, err := boot.DropKey(path, bad, time.Now())
	require.NoError(t, err)
	require.Equal(t, "dropped", ring.Keys[0].State)
	require.NoError(t, s.ReloadKeys(t.Context()))
	status, answer := call(t, s, http.MethodGet, "/v1/me", before, nil)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "token_invalid", answer["code"])
	_, after := signIn(t, s)
	status, _ = call(t, s, http.MethodGet, "/v1/me", after, nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, ids(ring)[1:], kids(t, s))
}

func TestRefuseTokens(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	s := newSystem(t, "TWIST_TOKEN_KEYS", path)
	_, before := signIn(t, s)
	ring, err := boot.RefuseTokens(path, time.Now().Add(time.Second))
	require.NoError(t, err)
	require.False(t, ring.MinIssued.IsZero())
	require.NoError(t, s.ReloadKeys(t.Context()))
	status, _ := call(t, s, http.MethodGet, "/v1/me", before, nil)
	require.Equal(t, http.StatusUnauthorized, status)
	s.Sandbox.Advance(2 * time.Second)
	_, after := signIn(t, s)
	status, _ = call(t, s, http.MethodGet, "/v1/me", after, nil)
	require.Equal(t, http.StatusOK, status)
}

// Every refused file leaves the keys of before signing, and says nothing of what is in it (E-11).
func TestKeyFilesRefuse(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"others_can_read":  func(path string) error { return os.Chmod(path, 0o604) },
		"others_can_write": func(path string) error { return os.Chmod(path, 0o602) },
		"a_group_writes":   func(path string) error { return os.Chmod(path, 0o620) },
		"it_is_gone":       os.Remove,
		"it_is_no_ring":    func(path string) error { return os.WriteFile(path, []byte(seed), 0o600) },
		"it_is_another": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			_, err := boot.RotateKeys(path, time.Now())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := keyFile(t)
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			var log bytes.Buffer
			s, err := boot.New(t.Context(), load(t, "TWIST_TOKEN_KEYS", path), slog.New(slog.NewJSONHandler(&log, nil)))
			require.NoError(t, err)
			_, token := signIn(t, s)
			require.NoError(t, spoil(path))
			require.Error(t, s.ReloadKeys(t.Context()))
			status, _ := call(t, s, http.MethodGet, "/v1/me", token, nil)
			require.Equal(t, http.StatusOK, status)

			hangup, ended := make(chan os.Signal), make(chan struct{})
			ctx, stop := context.WithCancel(t.Context())
			go func() { s.FollowKeys(ctx, hangup); close(ended) }()
			hangup <- os.Interrupt // taken: it reads
			stop()
			<-ended
			require.Contains(t, log.String(), "the keys of before still sign")
			first := bytes.Index(content, []byte(`"seed": "`)) + len(`"seed": "`)
			require.NotContains(t, log.String(), string(content[first:first+16]))
			require.NotContains(t, log.String(), seed[:16])
			if name != "it_is_another" {
				_, err = boot.New(t.Context(), load(t, "TWIST_TOKEN_KEYS", path), slog.New(slog.DiscardHandler))
				require.ErrorContains(t, err, "token keys: ")
				require.NotContains(t, err.Error(), seed[:16])
			}
		})
	}
	require.NoError(t, newSystem(t).ReloadKeys(t.Context()), "without a file there is nothing to read")
	_, err := boot.Load(environment("TWIST_TOKEN_KEYS", "/keys", "TWIST_TOKEN_KEY", seed))
	require.ErrorContains(t, err, "which of them signs?")
}

// A signal is enough: the file is read again.
func TestFollowKeys(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	s := newSystem(t, "TWIST_TOKEN_KEYS", path)
	hangup := make(chan os.Signal)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.FollowKeys(ctx, hangup); close(ended) }()
	ring, err := boot.RotateKeys(path, time.Now())
	require.NoError(t, err)
	hangup <- os.Interrupt
	stop()
	<-ended
	require.Equal(t, ids(ring), kids(t, s))
}

// The file belongs to its owner alone, is written whole, and by one at a time.
func TestKeyFilesAreWrittenSafely(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = boot.DropKey(path, "nobody", time.Now())
	require.Error(t, err)
	require.NoError(t, os.WriteFile(path+".new", nil, 0o600))
	_, err = boot.RotateKeys(path, time.Now())
	require.ErrorIs(t, err, os.ErrExist)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, os.Remove(path+".new"))
	listed, err := boot.ListKeys(path, time.Now())
	require.NoError(t, err)
	require.Len(t, listed.Keys, 1)
	require.Equal(t, "active", listed.Keys[0].State)
}

// E-03: a process that begins with an old copy of the file is refused, when any process ever read of the drop; so
// is a running one that is handed it.
func TestADroppedKeyStaysGoneForWhoBeginsLater(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	old, err := os.ReadFile(path)
	require.NoError(t, err)
	c, _ := inDatabase(t, "TWIST_TOKEN_KEYS", path)
	begin := func() (*boot.System, error) { return boot.New(t.Context(), c, slog.New(slog.DiscardHandler)) }
	begins := func() *boot.System {
		t.Helper()
		s, err := begin()
		require.NoError(t, err)
		return s
	}
	s := begins()
	bad := kids(t, s)[0]
	_, err = boot.DropKey(path, bad, time.Now())
	require.NoError(t, err)
	dropped, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.NoError(t, s.Close())

	require.NoError(t, os.WriteFile(path, old, 0o600))
	_, err = begin()
	require.ErrorContains(t, err, "key "+bad+" was dropped")
	require.NoError(t, os.WriteFile(path, dropped, 0o600))
	s = begins()
	require.NotContains(t, kids(t, s), bad)
	_, err = boot.RefuseTokens(path, time.Now())
	require.NoError(t, err)
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.NoError(t, os.WriteFile(path, dropped, 0o600))
	require.ErrorContains(t, s.ReloadKeys(t.Context()), "by its moment of issue")
	require.NoError(t, s.Close())
	_, err = begin()
	require.ErrorContains(t, err, "by its moment of issue")

	fresh := load(t, "TWIST_TOKEN_KEYS", path)
	kept, err := boot.New(t.Context(), fresh, slog.New(slog.DiscardHandler))
	require.NoError(t, err, "in memory nobody remembers")
	require.NoError(t, kept.Close())
}

// A store that cannot be asked holds up no drop; the next reading makes up for it. Nothing begins without it.
func TestADropWaitsForNoStore(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	c, url := inDatabase(t, "TWIST_TOKEN_KEYS", path)
	var log bytes.Buffer
	s, err := boot.New(t.Context(), c, slog.New(slog.NewJSONHandler(&log, nil)))
	require.NoError(t, err)
	db := connect(t, url)
	server := func(statement string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	server("REVOKE ALL ON tombstones FROM twist_app")
	bad := kids(t, s)[0]
	_, err = boot.DropKey(path, bad, time.Now())
	require.NoError(t, err)
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.NotContains(t, kids(t, s), bad)
	require.Contains(t, log.String(), "not remembered yet")
	_, err = boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "token keys: ")

	server("GRANT SELECT, INSERT ON tombstones TO twist_app")
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.NoError(t, s.ReloadKeys(t.Context()))
	var rows int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM tombstones").Scan(&rows))
	require.Equal(t, 2, rows, "its id and its public half, once each")
	require.NoError(t, s.Close())
}

// E-03: what a process reads when it begins is remembered as what it reads later is, a later moment in the place of
// an earlier one; and a running process hears of what another one read, whatever its own file says.
func TestEveryReadingIsRemembered(t *testing.T) {
	t.Parallel()
	path := keyFile(t)
	c, _ := inDatabase(t, "TWIST_TOKEN_KEYS", path)
	begin := func() (*boot.System, error) { return boot.New(t.Context(), c, slog.New(slog.DiscardHandler)) }
	read := func() []byte {
		t.Helper()
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return text
	}
	remembers := func(old []byte, says string) {
		t.Helper()
		now := read()
		require.NoError(t, os.WriteFile(path, old, 0o600))
		_, err := begin()
		require.ErrorContains(t, err, says)
		require.NoError(t, os.WriteFile(path, now, 0o600))
	}
	first := read()
	lags, err := begin()
	require.NoError(t, err)
	bad := kids(t, lags)[0]

	_, err = boot.DropKey(path, bad, time.Now())
	require.NoError(t, err)
	_, err = boot.RefuseTokens(path, time.Now().Add(-5*time.Second))
	require.NoError(t, err)
	dropped := read()
	s, err := begin()
	require.NoError(t, err)
	remembers(first, "key "+bad+" was dropped")

	require.NoError(t, os.WriteFile(path, first, 0o600))
	require.ErrorContains(t, lags.ReloadKeys(t.Context()), "key "+bad+" was dropped", "its own keys are the same as before")
	require.NoError(t, lags.Close())

	require.NoError(t, os.WriteFile(path, dropped, 0o600))
	_, err = boot.RefuseTokens(path, time.Now())
	require.NoError(t, err)
	require.NoError(t, s.ReloadKeys(t.Context()))
	require.NoError(t, s.Close())
	remembers(dropped, "by its moment of issue")
}
