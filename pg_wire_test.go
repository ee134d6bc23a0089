package twist_test

import (
	"bytes"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire stands between a store and its server. While it is bad it cuts some lines when the server has
// carried out a commit and before the answer arrives: the one moment in which a caller cannot know what
// became of its call. A backend that is ended from outside hardly ever dies there.
type wire struct {
	server string
	bad    atomic.Bool
	lost   atomic.Int64 // answers to commits
	ends   sync.WaitGroup
}

// newWire gives a wire to the server of a URL, and the URL of its near end.
func newWire(t testing.TB, database string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{server: u.Host}
	w.ends.Go(func() { w.accept(listener) })
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		w.ends.Wait()
	})
	u.Host = listener.Addr().String()
	query := u.Query()
	query.Set("sslmode", "disable") // what passes has to be read
	u.RawQuery = query.Encode()
	return w, u.String()
}

func (w *wire) accept(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		l := &line{near: near, far: far}
		w.ends.Go(func() { w.ask(l) })
		w.ends.Go(func() { w.answer(l) })
	}
}

// line is one connection.
type line struct {
	near, far net.Conn
	cut       atomic.Bool // the next answer does not arrive
}

func (l *line) end() {
	_ = l.near.Close()
	_ = l.far.Close()
}

// commit is how the driver says it.
var commit = []byte("commit\x00")

func (w *wire) ask(l *line) {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.near.Read(buffer)
		if err != nil {
			return
		}
		if w.bad.Load() && bytes.Contains(buffer[:n], commit) && rand.IntN(6) == 0 {
			l.cut.Store(true)
		}
		if _, err := l.far.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *wire) answer(l *line) {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.far.Read(buffer)
		if err != nil {
			return
		}
		if l.cut.Load() {
			w.lost.Add(1)
			return
		}
		if _, err := l.near.Write(buffer[:n]); err != nil {
			return
		}
	}
}
