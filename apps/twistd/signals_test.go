package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/serve"
)

// child is the program as a process of its own, which serves.
type child struct {
	command *exec.Cmd
	address string
	said    chan string // what it printed last, once it has ended
	log     *bufio.Scanner
}

// spawn starts dev and waits until it says where it serves.
func spawn(t *testing.T, v variables) *child {
	t.Helper()
	c := &child{command: exec.CommandContext(t.Context(), os.Args[0], "dev"), said: make(chan string, 1)}
	c.command.Env = append(os.Environ(), asProgram+"=1", "TWIST_ADDRESS=127.0.0.1:0", "TWIST_METRICS_ADDRESS=")
	for name, value := range v {
		c.command.Env = append(c.command.Env, name+"="+value)
	}
	printed, err := c.command.StdoutPipe()
	require.NoError(t, err)
	logged, err := c.command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.command.Start())
	c.log = bufio.NewScanner(logged)
	lines, guide := bufio.NewScanner(printed), ""
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Interrupt") {
		guide += lines.Text() + "\n"
	}
	found := regexp.MustCompile(`running at http://(\S+),`).FindStringSubmatch(guide)
	require.NotNil(t, found, guide)
	c.address = found[1]
	go func() {
		last := ""
		for lines.Scan() {
			last = lines.Text()
		}
		c.said <- last
	}()
	return c
}

// ends waits for the process, which has to end well.
func (c *child) ends(t *testing.T) {
	t.Helper()
	require.Equal(t, "stopped: nothing was kept", <-c.said)
	for c.log.Scan() { // a pipe has to be empty before its process is waited for
		continue
	}
	require.NoError(t, c.command.Wait())
}

// keys is the key set that it publishes.
func (c *child) keys(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.address+"/.well-known/jwks.json", http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return string(body)
}

// SIGHUP makes a running process read its keys again, without an end of anything; a broken file it refuses, says so
// and goes on by the keys of before.
func TestAHangupRereadsTheKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	_, err := boot.RotateKeys(path, time.Now())
	require.NoError(t, err)
	v := quiet()
	v["TWIST_TOKEN_KEYS"] = path
	c := spawn(t, v)
	before := c.keys(t)
	rotated, err := boot.RotateKeys(path, time.Now())
	require.NoError(t, err)
	require.NotContains(t, before, rotated.Keys[1].ID)
	require.NoError(t, c.command.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return strings.Contains(c.keys(t), rotated.Keys[1].ID) }, 5*time.Second, 20*time.Millisecond)

	require.NoError(t, os.WriteFile(path, []byte("no keys"), 0o600))
	require.NoError(t, c.command.Process.Signal(syscall.SIGHUP))
	require.True(t, c.log.Scan(), "it says so")
	require.Contains(t, c.log.Text(), "the keys of before still sign")
	require.Contains(t, c.keys(t), rotated.Keys[0].ID)
	require.Contains(t, c.keys(t), rotated.Keys[1].ID)
	require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
	c.ends(t)
}

// P-48: a process that is told to end answers the request that is under way, accepts no other, and ends well.
func TestATerminatedProcessAnswersWhoIsServed(t *testing.T) {
	t.Parallel()
	c := spawn(t, quiet())
	dial := func() (net.Conn, error) { return (&net.Dialer{}).DialContext(t.Context(), "tcp", c.address) }
	conn, err := dial()
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	const body = `{"address":"nobody"}`
	_, err = io.WriteString(conn, "POST /v1/auth/challenges HTTP/1.1\r\nHost: "+c.address+"\r\nContent-Type: application/json\r\nContent-Length: 20\r\n"+
		"Expect: 100-continue\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	answer := bufio.NewReader(conn)
	line, err := answer.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "it waits for the body")
	require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool {
		another, err := dial()
		if err != nil {
			return true
		}
		_ = another.Close()
		return false
	}, 10*time.Second, 10*time.Millisecond, "nobody else is accepted")
	_, err = io.WriteString(conn, body)
	require.NoError(t, err)
	rest, err := io.ReadAll(answer)
	require.NoError(t, err)
	require.Contains(t, string(rest), "HTTP/1.1 400 Bad Request")
	require.Contains(t, string(rest), "wallet_invalid")
	c.ends(t)
}

// Whatever a route may take, "it took too long" can still be written after it.
func TestAnswersOutlastEveryDeadline(t *testing.T) {
	t.Parallel()
	c, err := boot.Load(quiet().lookup)
	require.NoError(t, err)
	s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Greater(t, serve.Usual().Answer, s.Longest())
	require.NoError(t, s.Close())
}
