package clicks_test

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/limit"
)

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

var start = time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)

// person is a visit by somebody who clicks a link.
func person() clicks.Visit {
	return clicks.Visit{
		Dest: "document", UserAgent: chrome, Referrer: "https://www.instagram.com/", Address: netip.MustParseAddr("198.51.100.7"),
		Link: "link_1", Network: "n1", Source: "s1",
	}
}

// ours are the rules of this package.
func ours(t testing.TB) *clicks.Rules {
	t.Helper()
	r, err := clicks.Compile(clicks.Ours(), clicks.Canonical())
	require.NoError(t, err)
	return r
}

// always takes whatever is asked for.
func always(limit.Share) (bool, error) { return true, nil }

// counter is a limiter at a moment that a test moves.
type counter struct {
	now  time.Time
	full map[string]time.Time
}

func newCounter() *counter { return &counter{now: start, full: map[string]time.Time{}} }

func (c *counter) take(s limit.Share) (bool, error) {
	full, v := s.Quota.Take(c.full[s.Key], c.now)
	c.full[s.Key] = full
	return v.Allowed, s.Quota.Check()
}

// lines gives the cells of each line of a file that says something.
func lines(t testing.TB, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return cells(string(text))
}

func cells(text string) (rows [][]string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}
