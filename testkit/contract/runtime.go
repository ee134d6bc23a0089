package contract

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/ports"
)

// Runtime is the specification of ports.Clock, ports.IDs and ports.Random. The ids are dated by the clock,
// and the clock is one that goes by itself.
func Runtime(t *testing.T, clock ports.Clock, ids ports.IDs, random ports.Random) {
	for name, test := range map[string]func(t *testing.T){
		"now_is_the_present_moment":                 func(t *testing.T) { clockPresent(t, clock) },
		"now_is_in_utc_and_whole_microseconds":      func(t *testing.T) { clockShape(t, clock) },
		"an_id_is_its_prefix_and_26_characters":     func(t *testing.T) { idShape(t, ids) },
		"an_id_never_repeats":                       func(t *testing.T) { idRace(t, ids) },
		"an_id_made_later_sorts_later":              func(t *testing.T) { idOrder(t, clock, ids) },
		"text_has_n_letters_and_digits":             func(t *testing.T) { randomShape(t, random) },
		"text_is_drawn_evenly":                      func(t *testing.T) { randomEven(t, random) },
		"text_drawn_at_once_is_different_each_time": func(t *testing.T) { randomRace(t, random) },
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t) })
	}
}

func clockPresent(t *testing.T, clock ports.Clock) {
	before := time.Now().Truncate(time.Microsecond)
	got := clock.Now()
	require.False(t, got.Before(before))
	require.False(t, got.After(time.Now()))
}

func clockShape(t *testing.T, clock ports.Clock) {
	for range 100 {
		got := clock.Now()
		require.Equal(t, got.UTC().Truncate(time.Microsecond), got, "a store gives back what it was given")
	}
}

func idShape(t *testing.T, ids ports.IDs) {
	form := regexp.MustCompile(`^[0-9a-z]{26}$`)
	for _, prefix := range []string{"acct", "po", "x"} {
		for range 100 {
			rest, ok := strings.CutPrefix(ids.New(prefix), prefix+"_")
			require.True(t, ok)
			require.Regexp(t, form, rest)
		}
	}
}

func idRace(t *testing.T, ids ports.IDs) {
	const each = 200
	var mu sync.Mutex
	seen := map[string]bool{}
	race(func() {
		for range each {
			id := ids.New("x")
			mu.Lock()
			seen[id] = true
			mu.Unlock()
		}
	})
	require.Len(t, seen, racers*each)
}

func idOrder(t *testing.T, clock ports.Clock, ids ports.IDs) {
	for range 20 {
		earlier, made := ids.New("x"), clock.Now().UnixMilli()
		for clock.Now().UnixMilli() == made {
			continue // until the clock shows another millisecond
		}
		require.Less(t, earlier, ids.New("x"))
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func randomShape(t *testing.T, random ports.Random) {
	for n := range 200 {
		text := random.Text(n)
		require.Len(t, text, n)
		require.Empty(t, strings.Trim(text, alphabet))
	}
}

// randomEven draws a thousand times as many characters as there are, and compares what came with what
// was to be expected. A generator that reduces a byte would exceed the limit more than twice; a good one
// does once in a thousand million runs.
func randomEven(t *testing.T, random ports.Random) {
	const expected, limit = 1_000, 160.0
	text := random.Text(expected * len(alphabet))
	var squares float64
	for _, c := range alphabet {
		off := float64(strings.Count(text, string(c)) - expected)
		squares += off * off / expected
	}
	require.Less(t, squares, limit)
}

func randomRace(t *testing.T, random ports.Random) {
	var mu sync.Mutex
	seen := map[string]bool{}
	race(func() {
		text := random.Text(22)
		mu.Lock()
		defer mu.Unlock()
		seen[text] = true
	})
	require.Len(t, seen, racers)
}
