package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pgbench is a baseline: PostgreSQL's own load generator with one script, which it prepares once per
// connection and sends again and again.
type pgbench struct {
	url     string
	script  string
	clients int
	calls   int // of each client; zero means until the time is over
	with    map[string]int
}

// bare gives the side that runs a script.
func (b *bench) bare(p pgbench) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, lasts time.Duration) (sample, error) {
		b.runs++
		folder := filepath.Join(b.scratch, strconv.Itoa(b.runs))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return sample{}, err
		}
		defer os.RemoveAll(folder) //nolint:errcheck // it lies in a folder that is removed
		file := filepath.Join(folder, "script.sql")
		if err := os.WriteFile(file, []byte(p.script), 0o600); err != nil {
			return sample{}, err
		}
		cmd := exec.CommandContext(ctx, "pgbench", p.arguments(folder, file, b.runs, lasts)...)
		var said, failed bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &failed
		if err := cmd.Run(); err != nil {
			return sample{}, fmt.Errorf("pgbench: %w: %s", err, tail(failed.String()))
		}
		s, err := parseSummary(said.String())
		if err != nil {
			return sample{}, err
		}
		s.client = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		s.waits, err = readWaits(folder)
		return s, err
	}
}

// arguments gives every run a number, which its script puts into the names it makes.
func (p pgbench) arguments(folder, file string, number int, lasts time.Duration) []string {
	args := []string{
		"--no-vacuum", "--protocol=prepared", "--random-seed=" + strconv.Itoa(number), "--file=" + file,
		"--client=" + strconv.Itoa(p.clients), "--jobs=" + strconv.Itoa(min(p.clients, 2)),
		"--log", "--log-prefix=" + filepath.Join(folder, "wait"),
		"--define=run=" + strconv.Itoa(number), "--define=n=0",
	}
	for name, value := range p.with {
		args = append(args, fmt.Sprintf("--define=%s=%d", name, value))
	}
	if p.calls > 0 {
		args = append(args, "--transactions="+strconv.Itoa(p.calls))
	} else {
		args = append(args, "--time="+strconv.Itoa(max(1, int(lasts.Round(time.Second).Seconds()))))
	}
	return append(args, p.url)
}

var (
	processed = regexp.MustCompile(`number of transactions actually processed: (\d+)`)
	perSecond = regexp.MustCompile(`tps = ([0-9.]+) \(without initial connection time\)`)
	lost      = regexp.MustCompile(`number of failed transactions: (\d+)`)
)

// parseSummary reads what pgbench says at its end. The time to connect is left out of it.
func parseSummary(said string) (sample, error) {
	calls, rate, failures := processed.FindStringSubmatch(said), perSecond.FindStringSubmatch(said), lost.FindStringSubmatch(said)
	if calls == nil || rate == nil {
		return sample{}, fmt.Errorf("pgbench said %q", tail(said))
	}
	if failures != nil && failures[1] != "0" {
		return sample{}, fmt.Errorf("%s transactions of pgbench failed", failures[1])
	}
	n, err1 := strconv.Atoi(calls[1])
	tps, err2 := strconv.ParseFloat(rate[1], 64)
	if err := errors.Join(err1, err2); err != nil || tps <= 0 {
		return sample{}, fmt.Errorf("pgbench did nothing: %q", tail(said))
	}
	return sample{calls: n, took: time.Duration(float64(n) / tps * float64(time.Second))}, nil
}

// readWaits reads how long each transaction took: the third field of a line of its log.
func readWaits(folder string) ([]time.Duration, error) {
	files, err := filepath.Glob(filepath.Join(folder, "wait.*"))
	if err != nil {
		return nil, err
	}
	var waits []time.Duration
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(bytes.NewReader(content))
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 3 {
				continue
			}
			micros, err := strconv.ParseInt(fields[2], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("the log of pgbench: %w", err)
			}
			waits = append(waits, time.Duration(micros)*time.Microsecond)
		}
	}
	return waits, nil
}

// tail is the end of what a program said.
func tail(said string) string {
	const enough = 600
	return strings.TrimSpace(said[max(0, len(said)-enough):])
}
