package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	givenURL     = "TWIST_TEST_DATABASE_URL"
	dockerPolicy = "TWIST_TEST_DOCKER"
)

// shared holds the servers of this process.
var shared = servers{byConfig: map[config]func() (*server, error){}}

type servers struct {
	mu       sync.Mutex
	byConfig map[config]func() (*server, error)
}

// server starts a server the first time and gives the same server, or the same error, ever after.
func (ss *servers) server(c config) (*server, error) {
	ss.mu.Lock()
	get, ok := ss.byConfig[c]
	if !ok {
		get = sync.OnceValues(func() (*server, error) {
			// Not the context of a test: the server outlives the test that came first.
			ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
			defer cancel()
			return start(ctx, c, os.Getenv)
		})
		ss.byConfig[c] = get
	}
	ss.mu.Unlock()
	return get()
}

// end ends what was started. What fails here ends by its leash or is dropped by the next process.
func (ss *servers) end(ctx context.Context) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, get := range ss.byConfig {
		if s, err := get(); err == nil {
			s.end(ctx)
		}
	}
	clear(ss.byConfig)
}

// way is one way to get a server. What it cannot do it says in a clause.
type way struct {
	name string
	open func(context.Context, config) (*server, error)
}

// start goes through the ways in order. Whoever names a server means that one, so nothing else is tried
// unless a test needs a durable server and that one is not.
func start(ctx context.Context, c config, getenv func(string) string) (*server, error) {
	ways := eligible(getenv(dockerPolicy))
	if url := getenv(givenURL); url != "" {
		s, err := given(ctx, c, url)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, errForgetful) {
			return nil, fmt.Errorf("%s is set and of no use: %w", givenURL, err)
		}
		refused := way{givenURL, func(context.Context, config) (*server, error) { return nil, err }}
		ways = append([]way{refused}, ways...)
	}
	return first(ctx, c, ways)
}

func eligible(policy string) []way {
	ways := []way{{"Docker", docker}, {"a local PostgreSQL", local}}
	if policy == "required" {
		return ways[:1]
	}
	return ways
}

func first(ctx context.Context, c config, ways []way) (*server, error) {
	var whys []string
	for _, w := range ways {
		s, err := w.open(ctx, c)
		if err == nil {
			return s, nil
		}
		whys = append(whys, fmt.Sprintf("%s: %v", w.name, err))
	}
	return nil, fmt.Errorf("no PostgreSQL to test with: start Docker and run scripts/images.sh, install PostgreSQL %d or later "+
		"(apt-get install postgresql), or set %s to the URL of a server (%s)", oldest, givenURL, strings.Join(whys, "; "))
}
