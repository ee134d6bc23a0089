package pgtest

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
)

//go:embed local.sh
var localScript string

// local runs a server from the binaries of this machine.
func local(ctx context.Context, c config) (*server, error) {
	bin, err := findBinaries(ctx)
	if err != nil {
		return nil, err
	}
	// A free port can be taken before the server has it: whoever answers there does not know our password,
	// and ours ends.
	for attempt := 1; ; attempt++ {
		s, err := runLocal(ctx, c, bin)
		if err == nil || attempt == 3 {
			return s, err
		}
	}
}

func runLocal(ctx context.Context, c config, bin string) (*server, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	password := newRun()
	args := append([]string{bin, kind(c)}, settings(c)...)
	p, err := leashed(append(args, "-c", "listen_addresses=127.0.0.1", "-c", "port="+port), password)
	if err != nil {
		return nil, err
	}
	admin := &url.URL{
		Scheme: "postgres", User: url.UserPassword("twist", password), Host: net.JoinHostPort("127.0.0.1", port),
		Path: "/postgres", RawQuery: "sslmode=disable",
	}
	if err := ready(ctx, admin, p.gone); err != nil {
		p.end(ctx)
		return nil, fmt.Errorf("%s: %w: %s", bin, err, p.said)
	}
	s, err := join(ctx, "run from "+bin, admin, p.end)
	if err != nil {
		p.end(ctx)
	}
	return s, err
}

// process is a shell that runs a server until its standard input, the leash, ends.
type process struct {
	leash io.Closer
	gone  chan struct{} // closed when it has ended
	said  *tail
}

// leashed starts local.sh. Only this process holds the other end of the leash: nothing it starts inherits
// it, and the kernel lets go of it however this process ends.
func leashed(args []string, password string) (*process, error) {
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	p := &process{gone: make(chan struct{}), said: &tail{}}
	// Not CommandContext: the server outlives the test that came first.
	cmd := exec.Command("/bin/sh", append([]string{"-c", localScript, "pgtest"}, args...)...)
	cmd.Dir, cmd.SysProcAttr = "/", account
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password)
	cmd.Stdout, cmd.Stderr = p.said, p.said
	if p.leash, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start it: %w", err)
	}
	go func() {
		_ = cmd.Wait() // what went wrong is in what it said
		close(p.gone)
	}()
	return p, nil
}

// end lets go of the leash and waits until the server and its files are gone.
func (p *process) end(ctx context.Context) {
	_ = p.leash.Close()
	select {
	case <-p.gone:
	case <-ctx.Done():
	}
}

func freePort(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), l.Close() //nolint:forcetypeassert // of a TCP listener
}
