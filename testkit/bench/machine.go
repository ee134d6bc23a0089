package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"time"
)

// fact is a line about where the figures were taken.
type fact struct{ name, value string }

// settings are those of the server that decide about speed.
var settings = []string{
	"fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size", "checkpoint_timeout",
	"max_connections", "autovacuum", "jit", "listen_addresses",
}

// machine says where the figures are taken. It names no host.
func (b *bench) machine(ctx context.Context) ([]fact, error) {
	var version string
	if err := b.admin.QueryRow(ctx, "SELECT split_part(version(), ',', 1)").Scan(&version); err != nil {
		return nil, err
	}
	facts := []fact{
		{"processor", cpuModel(read("/proc/cpuinfo"))},
		{"cores", count(float64(runtime.NumCPU())) + ", shared by the server, pgbench and our process"},
		{"memory", size(parseStatus(read("/proc/meminfo"))["MemTotal"])},
		{"kernel", "Linux " + strings.TrimSpace(read("/proc/sys/kernel/osrelease"))},
		{"load before", first(read("/proc/loadavg"), 3)},
		{"Go", runtime.Version() + " " + runtime.GOARCH},
		{"server", version},
	}
	var all []string
	for _, name := range settings {
		var value string
		if err := b.admin.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&value); err != nil {
			return nil, err
		}
		if value == "" {
			value = "none"
		}
		all = append(all, name+" = "+value)
	}
	return append(facts, fact{"its settings", strings.Join(all, ", ")}, fact{"rounds", b.rhythm()}), nil
}

func (b *bench) rhythm() string {
	return count(float64(b.rounds)) + " for each side, of " + b.round.Round(time.Millisecond).String() + ", in turns, after one that warms up"
}

func read(file string) string {
	content, _ := os.ReadFile(file) // what a kernel does not tell is left out
	return string(content)
}

// cpuModel reads the first model name of /proc/cpuinfo.
func cpuModel(text string) string {
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// first gives the first words of a text.
func first(text string, words int) string {
	fields := strings.Fields(text)
	return strings.Join(fields[:min(words, len(fields))], " ")
}
