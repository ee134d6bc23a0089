package spool_test

import (
	"os"
	"testing"

	"github.com/twist-platform/twist/testkit/pgtest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		child(dir, os.Getenv(childDatabase))
		return
	}
	os.Exit(pgtest.Main(m))
}
