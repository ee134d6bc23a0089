package twist_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/testkit/pgtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What a use case costs PostgreSQL is a number that somebody decided: statements and units of work stand in a
// golden file, each use case has its line, and a list of fifty costs as much as a list of one.
func TestStatements(t *testing.T) {
	t.Parallel()
	sent := &counter{}
	store, err := postgres.Open(t.Context(), pgtest.Open(t, migrate), postgres.Options{Volatile: true, Connections: 2, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	box := &memory.Mailer{}
	b := &bill{world: newWorldOver(t, store, store.Clicks(), rooted, func(c *twist.Config) { c.Mailer = box }), box: box, sent: sent}
	for _, part := range []func(){b.people, b.stakes, b.cooldowns, b.rebalances, b.programs, b.conversions, b.budgets, b.payouts, b.books, b.lists, b.wallets, b.decisions, b.leaving, b.alerting, b.bonused} {
		part()
	}
	slices.SortStableFunc(b.lines, func(one, two string) int { return strings.Compare(strings.Fields(one)[0], strings.Fields(two)[0]) })
	text := billHead + strings.Join(b.lines, "")
	path := filepath.Join("testdata", "statements.golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	golden, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(golden), text, "run go test . -run TestStatements -update, and read the difference")
	for _, name := range useCases() {
		require.Contains(t, text, "\n"+name+" ", "a use case without its line")
	}
}

const billHead = `What each use case sends to PostgreSQL. A unit is BEGIN and COMMIT or ROLLBACK, which come on top.

use case                      when                                units  statements
`

// useCases names every method of the platform.
func useCases() (names []string) {
	platform := reflect.TypeFor[twist.Platform]()
	for i := range platform.NumField() {
		group := platform.Field(i)
		for n := range group.Type.NumMethod() {
			names = append(names, group.Name+"."+group.Type.Method(n).Name)
		}
	}
	return names
}

// counter sees every statement on its way.
type counter struct {
	mu                sync.Mutex
	units, statements int
}

// TraceQueryStart counts. What a new connection and an idle one send is nobody's.
func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch word, _, _ := strings.Cut(q.SQL, " "); word {
	case "begin":
		c.units++
	case "commit", "rollback", "SET", "--", ";":
	default:
		c.statements++
	}
	return ctx
}

// TraceQueryEnd has nothing to add.
func (*counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// took gives what was sent since it was asked last.
func (c *counter) took() (units, statements int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	units, statements = c.units, c.statements
	c.units, c.statements = 0, 0
	return units, statements
}

// bill is a world in which what is sent is counted.
type bill struct {
	*world

	box   *memory.Mailer
	sent  *counter
	lines []string

	program       attribution.ProgramID
	code          string
	first, second twist.Converted
}

// costs writes what a call sends.
func (b *bill) costs(name, when string, call func(ctx context.Context) error) {
	b.t.Helper()
	_, _ = b.sent.took()
	require.NoError(b.t, call(twist.WithReplays(b.ctx())), name)
	units, statements := b.sent.took()
	b.lines = append(b.lines, fmt.Sprintf("%-29s %-35s %5d %11d\n", name, when, units, statements))
}

// same holds that a call sends as much now as it did when its line was written.
func (b *bill) same(name string, call func(ctx context.Context) error) {
	b.t.Helper()
	written := len(b.lines)
	b.costs(name, "1 row, or 50", call)
	require.Contains(b.t, b.lines[:written], b.lines[written], "more rows cost more")
	b.lines = b.lines[:written]
}

// of makes a call of one that gives a result.
func of[T any](call func(ctx context.Context) (T, error)) func(ctx context.Context) error {
	return func(ctx context.Context) error { _, err := call(ctx); return err }
}

// refused makes a success of a refusal.
func refused(refusal error, call func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if err := call(ctx); !errors.Is(err, refusal) {
			return fmt.Errorf("it should be refused: %w", err)
		}
		return nil
	}
}
