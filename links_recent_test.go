package twist_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-41: a link that was switched off leads nowhere at once where that was done, though its answer was lost, and a
// minute later everywhere; one that was switched on leads at once where that was done, and five seconds later everywhere.
func TestLinksAreRememberedForAMinute(t *testing.T) {
	t.Parallel()
	require.Equal(t, []time.Duration{time.Minute, 5 * time.Second}, []time.Duration{twist.LinkLife, twist.LinkOffLife})
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 2_000)
		made := w.recommends(attribution.NewLink{Program: w.program("shop", testkit.TWIST(100)), Destination: "https://shop.example/"})
		ada, elsewhere := w.signIn("ada"), w.another()
		lost := w.another(func(c *twist.Config) { c.Store = &lossy{Store: w.store} })
		leads := func(on *twist.Platform) bool {
			_, err := on.Attribution.Preview(w.ctx(), made.Code)
			if err != nil {
				require.ErrorIs(t, err, attribution.ErrLinkNotFound)
			}
			return err == nil
		}
		for _, on := range []*twist.Platform{w.Platform, elsewhere, lost} {
			require.True(t, leads(on))
		}
		_, err := lost.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
		require.ErrorIs(t, err, ports.ErrStore)
		require.False(t, leads(lost), "its own doing is known at once")
		w.clock.Advance(twist.LinkLife - time.Microsecond)
		require.True(t, leads(elsewhere), "it may be remembered so long")
		w.clock.Advance(time.Microsecond)
		require.False(t, leads(elsewhere), "and no longer")
		require.False(t, leads(w.Platform))
		_, err = w.Attribution.RestoreLink(w.ctx(), ada, made.ID, w.clock.Now().Add(twist.LinkOffLife+time.Microsecond))
		require.NoError(t, err)
		require.True(t, leads(w.Platform), "its own doing is known at once")
		w.clock.Advance(twist.LinkOffLife - time.Microsecond)
		require.False(t, leads(elsewhere), "that it leads nowhere may be remembered so long")
		w.clock.Advance(time.Microsecond)
		require.True(t, leads(elsewhere), "and no longer")
		require.True(t, leads(lost))
		w.clock.Advance(time.Microsecond)
		require.False(t, leads(elsewhere), "it has expired, remembered or not")
	})
}

// looking counts how often it is looked for the link of a code.
type looking struct {
	ports.Store

	looked *atomic.Int64
}

func (l looking) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return l.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		v.Links = lookedFor{v.Links, l.looked}
		return fn(ctx, v)
	})
}

type lookedFor struct {
	ports.LinkReader

	times *atomic.Int64
}

func (l lookedFor) FindByCode(ctx context.Context, code string) (attribution.Link, bool, error) {
	l.times.Add(1)
	return l.LinkReader.FindByCode(ctx, code)
}

// P-41: a code that leads nowhere, whether it was withdrawn, has expired or never was, is read once in five seconds however
// often it is called; and however many codes are tried, none that leads somewhere is forgotten for them.
func TestCodesThatLeadNowhereAreReadOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool("ada", 2_000)
	program := w.program("shop", testkit.TWIST(100))
	link := func(path string, expires time.Time) attribution.Link {
		return w.recommends(attribution.NewLink{Program: program, Destination: "https://shop.example/" + path, ExpiresAt: expires}).Link
	}
	good, withdrawn, expired := link("good", time.Time{}), link("withdrawn", time.Time{}), link("expired", w.clock.Now().Add(time.Second))
	_, err := w.Attribution.WithdrawLink(w.ctx(), w.signIn("ada"), withdrawn.ID)
	require.NoError(t, err)
	w.clock.Advance(time.Second)
	looked := new(atomic.Int64)
	here := w.another(func(c *twist.Config) { c.Store = looking{w.store, looked} })
	reads := func(code string, want error) int64 {
		before := looked.Load()
		_, err := here.Attribution.Click(w.ctx(), code, twist.Arrival{Agent: "x"})
		require.ErrorIs(t, err, want)
		_, err = here.Attribution.Preview(w.ctx(), code)
		require.ErrorIs(t, err, want)
		return looked.Load() - before
	}
	require.EqualValues(t, 1, reads(good.Code, nil))
	none := strings.Repeat("z", attribution.CodeLength)
	for _, code := range []string{withdrawn.Code, expired.Code, none, "z"} {
		require.EqualValues(t, 1, reads(code, attribution.ErrLinkNotFound))
		for range 100 {
			require.Zero(t, reads(code, attribution.ErrLinkNotFound), code)
		}
	}
	require.Zero(t, reads(none+"z", attribution.ErrLinkNotFound), "no code is so long")
	w.clock.Advance(twist.LinkOffLife)
	require.EqualValues(t, 1, reads(withdrawn.Code, attribution.ErrLinkNotFound))
	for n := range 20_000 {
		_, err := here.Attribution.Preview(w.ctx(), fmt.Sprintf("%010d", n))
		require.ErrorIs(t, err, attribution.ErrLinkNotFound)
	}
	require.Zero(t, reads(good.Code, nil))
	require.EqualValues(t, 1, reads(withdrawn.Code, attribution.ErrLinkNotFound), "the room for these is bounded")
}

// P-41: of codes that lead nowhere 8,192 are remembered; with one more the older half of them goes, and not the younger.
func TestTheRoomForCodesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	const half, all = 4_096, 8_192
	w := newWorld(t)
	looked := new(atomic.Int64)
	here := w.another(func(c *twist.Config) { c.Store = looking{w.store, looked} })
	read := func(n int) bool {
		before := looked.Load()
		_, err := here.Attribution.Preview(w.ctx(), fmt.Sprintf("%010d", n))
		require.ErrorIs(t, err, attribution.ErrLinkNotFound)
		return looked.Load() > before
	}
	for n := range all {
		require.True(t, read(n), n)
	}
	for n := range all {
		require.False(t, read(n), n)
	}
	require.True(t, read(all), "one more")
	for n := half; n <= all; n++ {
		require.False(t, read(n), n)
	}
	for _, n := range []int{0, half - 1} {
		require.True(t, read(n), n)
	}
}

// A code that somebody guessed before it was drawn leads from the moment on that it is a link's.
func TestACodeThatWasGuessedLeads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool("ada", 2_000)
	const code = "guessed012"
	drawing := w.another(func(c *twist.Config) { c.Random = drawn{c.Random, code} })
	_, err := drawing.Attribution.Preview(w.ctx(), code)
	require.ErrorIs(t, err, attribution.ErrLinkNotFound)
	program := w.program("shop", testkit.TWIST(100))
	made, err := drawing.Attribution.MakeLink(w.ctx(), w.signIn("ada"), attribution.NewLink{Program: program, Destination: "https://shop.example/"})
	require.NoError(t, err)
	require.Equal(t, code, made.Code)
	_, err = drawing.Attribution.Preview(w.ctx(), code)
	require.NoError(t, err)
}

// drawn draws one text.
type drawn struct {
	ports.Random

	text string
}

func (d drawn) Text(int) string { return d.text }

// What is remembered of a code is the code alone: not the request that it stood in, which a stranger makes as long as a header may be.
func TestARequestIsNotRememberedWithItsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool("ada", 2_000)
	good := w.link("ada", w.program("shop", testkit.TWIST(100)))
	for _, code := range []string{good, strings.Repeat("z", attribution.CodeLength)} {
		request := func() weak.Pointer[byte] {
			line := fmt.Sprintf("%s?%s", code, strings.Repeat("x", 16<<10))
			_, err := w.Attribution.Preview(w.ctx(), line[:attribution.CodeLength])
			require.Equal(t, code == good, err == nil)
			return weak.Make(unsafe.StringData(line))
		}()
		runtime.GC()
		require.Nil(t, request.Value(), code)
		runtime.KeepAlive(w)
	}
}
