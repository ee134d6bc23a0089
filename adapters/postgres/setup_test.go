package postgres_test

import (
	"os"
	"testing"
	"time"

	"github.com/twist-platform/twist/testkit/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// later is a moment as precise as a store keeps it.
var later = time.Date(2026, time.March, 2, 12, 0, 0, 123_456_000, time.UTC)
