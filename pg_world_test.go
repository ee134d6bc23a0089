package twist_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// rounds is how often a scenario meets the storm.
const rounds = 10

// stormy is a world on PostgreSQL. What it inherits works on the database in calm; act works on it in the
// storm, as two processes.
type stormy struct {
	*world

	url       string
	wild      [2]*twist.Platform
	witnesses [2]*witness // of their stores
	wire      *wire
	storm     *storm

	mu    sync.Mutex
	acked []func() // ask again for what was answered
	asked int      // how often that was done
}

// newStormy assembles the world. Each change may replace a part of the configuration of the two processes.
func newStormy(t testing.TB, changes ...func(*twist.Config)) *stormy {
	t.Helper()
	url := pgtest.Open(t, migrate)
	p := &stormy{url: url, storm: newStorm(t, url)}
	store := openStore(t, url)
	p.world = newWorldOver(t, store, store.Clicks())
	var bad string
	p.wire, bad = newWire(t, url)
	for i := range p.wild {
		store := openStore(t, bad)
		p.witnesses[i] = &witness{Store: &weathered{store, p.storm}}
		over := func(c *twist.Config) {
			c.Store, c.Clicks, c.Challenges = p.witnesses[i], store.Clicks(), store.Challenges()
		}
		p.wild[i] = p.another(append(changes, over)...)
	}
	return p
}

// calm gives the world connections that nobody has ended.
func (p *stormy) calm() {
	p.t.Helper()
	require.NoError(p.t, p.store.(io.Closer).Close())
	store := openStore(p.t, p.url)
	p.store, p.config.Store, p.config.Clicks = store, store, store.Clicks()
	p.start()
}

// inStorm lets n actors act at the same time while the storm lasts, and gives what each answered.
func inStorm[T any](p *stormy, n int, act func(i int, on *twist.Platform) (T, error)) []T {
	p.t.Helper()
	ctx, end := context.WithCancel(p.ctx())
	var weather sync.WaitGroup
	weather.Go(func() { p.storm.kill(ctx) })
	weather.Go(func() { p.storm.entangle(ctx) })
	p.wire.bad.Store(true)
	got, errs := together(n, func(i int) (T, error) { return act(i, p.wild[i%len(p.wild)]) })
	p.wire.bad.Store(false)
	end()
	weather.Wait()
	p.calm()
	requireAll(p.t, errs)
	return got
}

// patience is how long a client asks before it thinks that no answer will ever come.
const patience = time.Minute

// manner says how a call may be repeated.
type manner func(context.Context) context.Context

// under gives the calls of a client one key, formed as Sprintf does.
func under(format string, args ...any) manner {
	return func(ctx context.Context) context.Context {
		return twist.WithKey(ctx, keyOf(fmt.Sprintf(format, args...), 1))
	}
}

// natural is for calls that carry their own key, and repeatable for those that need none.
var natural, repeatable manner = twist.WithReplays, nil

// insist makes a call as a careful client does: as long as nobody can say what became of it, the same again.
// A refusal is an answer. What was answered can be asked for again, for ever: audit does.
func insist[T any](p *stormy, how manner, call func(ctx context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx(), patience)
	defer cancel()
	if how != nil {
		ctx = how(ctx)
	}
	for {
		answer, err := call(ctx)
		if err != nil && passing(err) && idle(ctx, 10*time.Millisecond) {
			continue
		}
		return answer, err
	}
}

// keep remembers how to ask again for an answer.
func keep[T any](p *stormy, how manner, answer T, again func(ctx context.Context, on *twist.Platform) (T, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acked = append(p.acked, func() {
		ctx := how(p.ctx())
		kept, err := again(ctx, p.Platform)
		require.NoError(p.t, err, "what was answered is refused")
		require.True(p.t, twist.Replayed(ctx), "what was answered happens again")
		require.Equal(p.t, answer, kept)
	})
}

// commits insists on a call that is idempotent, and remembers its answer.
func commits[T any](p *stormy, on *twist.Platform, how manner, call func(ctx context.Context, on *twist.Platform) (T, error)) (T, error) {
	answer, err := insist(p, how, func(ctx context.Context) (T, error) { return call(ctx, on) })
	if err == nil {
		keep(p, how, answer, call)
	}
	return answer, err
}

// unless gives ok = false for a refusal that was to be expected, and every other error as it is.
func unless[T any](answer T, err error, refusals ...error) (T, bool, error) {
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return answer, false, nil
		}
	}
	return answer, err == nil, err
}

// rounds runs a scenario as often as it has to be run, and is roundsOf for how often that is.
func (p *stormy) rounds(round func(n int), also ...*atomic.Int64) {
	p.t.Helper()
	p.roundsOf(rounds, round, also...)
}

// roundsOf runs a scenario this often, and as long as the storm has missed it up to three times as often: who meets
// whom is not ours to say. After each time all that was answered stands, the books are sound, and the program that
// verifies them says so. In the end all of also has happened.
func (p *stormy) roundsOf(count int, round func(n int), also ...*atomic.Int64) {
	p.t.Helper()
	hits := append(also, &p.storm.kills, &p.storm.unanswered)
	missed := func(hit *atomic.Int64) bool { return hit.Load() == 0 }
	for n := 0; n < count || n < 3*count && slices.ContainsFunc(hits, missed); n++ {
		round(n)
		p.audit()
	}
	p.requireHit(hits)
}

// audit holds the database against everything that was answered.
func (p *stormy) audit() {
	p.t.Helper()
	for _, again := range p.acked {
		again()
	}
	p.asked, p.acked = p.asked+len(p.acked), nil
	p.sound()
	if p.storm.sums != nil {
		p.storm.sums.require(p.t)
	}
	for _, w := range p.witnesses {
		require.Empty(p.t, w.wrong())
	}
	requireVerified(p.t, p.url)
}

// requireHit holds that the scenario was one: all that is named happened. What can hit depends on the rows that
// calls share.
func (p *stormy) requireHit(hits []*atomic.Int64) {
	p.t.Helper()
	s := p.storm
	p.t.Logf("%d backends ended, %d answers to commits lost, %d of %d calls of the store unanswered, %d units run again, "+
		"%d deadlocks reported; %d answers asked for again",
		s.kills.Load(), p.wire.lost.Load(), s.unanswered.Load(), s.calls.Load(), s.again.Load(), s.deadlocks(p.t), p.asked)
	for _, hit := range hits {
		require.Positive(p.t, hit.Load())
	}
}
