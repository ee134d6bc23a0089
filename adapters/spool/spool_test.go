package spool_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestClicks(t *testing.T) {
	t.Parallel()
	contract.Clicks(t, func(t *testing.T) ports.ClickLog { return open(t, t.TempDir(), new(memory.Clicks), spool.Options{}) })
}

func open(t *testing.T, dir string, under ports.ClickLog, o spool.Options) *spool.Log {
	t.Helper()
	log, err := spool.Open(dir, under, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	return log
}

func click(n int) attribution.Click {
	return attribution.Click{
		ID: attribution.ClickID(fmt.Sprintf("clk_%026d", n)), Link: "link_1", Program: "prog_1", Influencer: "infl_1", Holder: "acct_1",
		Visitor: "a visitor", At: time.Date(2026, time.March, 2, 12, 0, n, 123_456_000, time.UTC), Verdict: attribution.Valid, Origin: attribution.Redirect,
	}
}

// gate is a log that takes nothing until it is let, and never takes what is poisoned.
type gate struct {
	ports.ClickLog

	open   atomic.Bool
	poison attribution.ClickID
	tried  chan struct{}
}

func newGate() *gate { return &gate{ClickLog: new(memory.Clicks), tried: make(chan struct{}, 1)} }

func (g *gate) Append(ctx context.Context, clicks ...attribution.Click) error {
	select {
	case g.tried <- struct{}{}:
	default:
	}
	if !g.open.Load() {
		return ports.ErrStore
	}
	for _, k := range clicks {
		if k.ID == g.poison {
			return fault.ErrInternal
		}
	}
	return g.ClickLog.Append(ctx, clicks...)
}

// slow is a log that takes its time, and counts how often it is told something.
type slow struct {
	ports.ClickLog

	takes time.Duration
	told  atomic.Int64
}

func (s *slow) Append(ctx context.Context, clicks ...attribution.Click) error {
	s.told.Add(1)
	time.Sleep(s.takes)
	return s.ClickLog.Append(ctx, clicks...)
}

// Clicks that keep coming are sent together, also those that arrive while others are sent.
func TestClicksGoInCompany(t *testing.T) {
	t.Parallel()
	const clicks = 1_000
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &slow{ClickLog: new(memory.Clicks), takes: 30 * time.Millisecond}
		log, err := spool.Open(dir, under, spool.Options{Gather: 100 * time.Millisecond})
		require.NoError(t, err)
		for n := range clicks {
			require.NoError(t, log.Append(t.Context(), click(n)))
			time.Sleep(time.Millisecond)
		}
		require.NoError(t, log.Close())
		require.LessOrEqual(t, under.told.Load(), int64(1+clicks/130))
		require.True(t, finds(t, under, 0) && finds(t, under, clicks-1))
	})
}

func finds(t *testing.T, log ports.ClickLog, n int) bool {
	t.Helper()
	found, ok, err := log.Find(t.Context(), click(n).ID)
	require.NoError(t, err)
	require.True(t, !ok || found == click(n))
	return ok
}

// While the log below takes nothing, clicks are taken and found; when it does, it has each, and the folder is empty.
func TestClicksWaitForTheLogBelow(t *testing.T) {
	t.Parallel()
	under, dir := newGate(), t.TempDir()
	log := open(t, dir, under, spool.Options{})
	require.NoError(t, log.Append(t.Context(), click(1), click(2)))
	<-under.tried
	require.True(t, finds(t, log, 1))
	require.False(t, finds(t, under, 1))
	visits, err := log.ByVisitor(t.Context(), "prog_1", "a visitor", time.Time{}, 9)
	require.NoError(t, err)
	require.Equal(t, []attribution.Click{click(2), click(1)}, visits)
	require.Equal(t, 2, log.Counts().Waiting)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, log.Settle(over), ports.ErrStore)

	under.open.Store(true)
	require.NoError(t, log.Settle(t.Context()))
	require.True(t, finds(t, under, 1))
	require.True(t, finds(t, log, 2))
	require.NoError(t, log.Close())
	require.NoError(t, log.Close(), "again it has nothing to do")
	require.Zero(t, log.Counts().Bytes)
	require.ErrorIs(t, log.Append(t.Context(), click(3)), ports.ErrClickDropped)
}

// A folder is one process's at a time, and the next one sends what was left in it.
func TestTheNextProcessSendsWhatWasLeft(t *testing.T) {
	t.Parallel()
	under, dir := newGate(), t.TempDir()
	first := open(t, dir, under, spool.Options{Closing: time.Millisecond, Segment: 1_000})
	for n := range 40 {
		require.NoError(t, first.Append(t.Context(), click(n)))
	}
	_, err := spool.Open(dir, under, spool.Options{})
	require.ErrorContains(t, err, "another process")
	require.ErrorContains(t, first.Close(), "40 clicks wait")
	files, err := filepath.Glob(filepath.Join(dir, "0*.clicks"))
	require.NoError(t, err)
	require.Greater(t, len(files), 3)

	under.open.Store(true)
	second := open(t, dir, under, spool.Options{})
	require.NoError(t, second.Settle(t.Context()))
	require.EqualValues(t, 40, second.Counts().Replayed)
	require.NoError(t, second.Close())
	for n := range 40 {
		require.True(t, finds(t, under, n))
	}
	files, err = filepath.Glob(filepath.Join(dir, "0*.clicks"))
	require.NoError(t, err)
	require.Len(t, files, 1, "what was sent is gone")
}

// A spool takes as many bytes as it may and not one more; what it does not take is dropped, counted, and not kept.
func TestAFullSpoolDropsAndCounts(t *testing.T) {
	t.Parallel()
	sizes := open(t, t.TempDir(), newGate(), spool.Options{Closing: time.Millisecond})
	require.NoError(t, sizes.Append(t.Context(), click(1)))
	size := sizes.Counts().Bytes

	under := newGate()
	log := open(t, t.TempDir(), under, spool.Options{Limit: 3 * size, Closing: time.Millisecond})
	require.NoError(t, log.Append(t.Context(), click(1), click(2)))
	require.ErrorIs(t, log.Append(t.Context(), click(3), click(4)), ports.ErrClickDropped, "all or none")
	require.NoError(t, log.Append(t.Context(), click(3)))
	require.ErrorIs(t, log.Append(t.Context(), click(4)), ports.ErrClickDropped)
	require.EqualValues(t, 3, log.Counts().Full)
	require.True(t, finds(t, log, 3))
	require.False(t, finds(t, log, 4))
	under.open.Store(true)
	require.NoError(t, log.Settle(t.Context()))
	require.False(t, finds(t, under, 4))
}

// What the log below never takes is set aside and counted, and keeps nobody waiting.
func TestARefusedClickIsSetAside(t *testing.T) {
	t.Parallel()
	under, dir := newGate(), t.TempDir()
	under.poison = click(5).ID
	under.open.Store(true)
	log := open(t, dir, under, spool.Options{})
	var all []attribution.Click
	for n := range 20 {
		all = append(all, click(n))
	}
	require.NoError(t, log.Append(t.Context(), all...))
	require.NoError(t, log.Settle(t.Context()))
	for n := range 20 {
		require.Equal(t, n != 5, finds(t, under, n), n)
	}
	require.EqualValues(t, 1, log.Counts().Refused)
	require.EqualValues(t, 19, log.Counts().Flushed)
	aside, err := os.ReadFile(filepath.Join(dir, "refused.clicks"))
	require.NoError(t, err)
	require.Contains(t, string(aside), string(click(5).ID))
}

// However many tell at once, each click is below once when all have settled.
func TestManyTellAtOnce(t *testing.T) {
	t.Parallel()
	under := newGate()
	under.open.Store(true)
	log := open(t, t.TempDir(), under, spool.Options{Batch: 7, Segment: 5_000})
	var running sync.WaitGroup
	for teller := range 8 {
		running.Go(func() {
			for n := range 200 {
				if log.Append(context.WithoutCancel(t.Context()), click(teller*200+n)) != nil {
					t.Error("not taken")
				}
			}
		})
	}
	running.Wait()
	require.NoError(t, log.Settle(t.Context()))
	visits, err := under.ByVisitor(t.Context(), "prog_1", "a visitor", time.Time{}, 2_000)
	require.NoError(t, err)
	require.Len(t, visits, 1_600)
	require.EqualValues(t, 1_600, log.Counts().Flushed)
	require.Zero(t, log.Counts().Waiting)
}

// After a batch nothing is sent for three times as long as it took: whoever comes then has the machine for themselves. But
// nobody waits for it who wants all to be there, or has more to tell than half of what may wait.
func TestSendingGivesWay(t *testing.T) {
	t.Parallel()
	const takes = time.Second
	for name, hurries := range map[string]func(t *testing.T, log *spool.Log){
		"nobody": nil,
		"who settles": func(t *testing.T, log *spool.Log) {
			t.Helper()
			require.NoError(t, log.Append(t.Context(), click(3), click(4)))
			require.NoError(t, log.Settle(t.Context()))
		},
		"who closes": func(t *testing.T, log *spool.Log) {
			t.Helper()
			require.NoError(t, log.Append(t.Context(), click(3), click(4)))
			require.NoError(t, log.Close())
		},
		"who tells much": func(t *testing.T, log *spool.Log) {
			t.Helper()
			for n := 100; log.Counts().Bytes <= 4_000; n++ {
				require.NoError(t, log.Append(t.Context(), click(n)))
			}
		},
	} {
		dir := t.TempDir()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				under := &slow{ClickLog: new(memory.Clicks), takes: takes}
				log, err := spool.Open(dir, under, spool.Options{Limit: 8_000, Batch: 1, Closing: time.Minute})
				require.NoError(t, err)
				defer func() { require.NoError(t, log.Close()) }()
				require.NoError(t, log.Append(t.Context(), click(1)))
				time.Sleep(2 * takes) // the first is sent
				require.NoError(t, log.Append(t.Context(), click(2)))
				require.EqualValues(t, 1, under.told.Load())
				if hurries != nil {
					began := time.Now()
					hurries(t, log)
					time.Sleep(takes / 100)
					require.GreaterOrEqual(t, under.told.Load(), int64(2), "at once")
					require.Less(t, time.Since(began), 4*takes, "and on and on")
					return
				}
				time.Sleep(2*takes - takes/10)
				synctest.Wait()
				require.EqualValues(t, 1, under.told.Load(), "it rests")
				time.Sleep(takes)
				require.EqualValues(t, 2, under.told.Load(), "and goes on")
			})
		})
	}
}

// What waits of one visitor is found while others of hers are sent, and is forgotten once it is below. Of a click that is told
// twice the first counts.
func TestWhatWaitsOfOneVisitor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &slow{ClickLog: new(memory.Clicks), takes: time.Second}
		log, err := spool.Open(dir, under, spool.Options{Batch: 2, Gather: time.Millisecond, Rest: -1})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		other, again := click(9), click(2)
		other.Visitor = "another"
		again.Rules = 7
		require.NoError(t, log.Append(t.Context(), click(1), other, click(2), again, click(3), again, click(4)))
		want := []attribution.Click{click(4), click(3), click(2), click(1)}
		for sent := range 6 {
			visits, err := log.ByVisitor(t.Context(), "prog_1", "a visitor", time.Time{}, 9)
			require.NoError(t, err)
			require.Equal(t, want, visits, sent)
			require.True(t, finds(t, log, 2) && finds(t, log, 4), sent)
			time.Sleep(time.Second + 10*time.Millisecond)
		}
		require.Zero(t, log.Counts().Waiting)
		require.NoError(t, log.Append(t.Context(), click(5)))
		visits, err := log.ByVisitor(t.Context(), "prog_1", "a visitor", time.Time{}, 1)
		require.NoError(t, err)
		require.Equal(t, []attribution.Click{click(5)}, visits)
	})
}
