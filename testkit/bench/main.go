// Command bench measures what the library does beside what PostgreSQL does bare, and writes
// docs/benchmarks.md. As "bench plans" it writes docs/query-plans.md: the hottest statements and how the
// server carries them out.
//
// scripts/bench.sh gives both a server that forgets nothing. Nothing imports it. Its invariants: a figure
// stands beside a baseline of the same run, and nothing fails because it is slow. A plan that reads a whole
// table that grows does fail.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	// As twistd does.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(3_000)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// serverURL names the server. Databases of our own are made there, and dropped.
const serverURL = "TWIST_BENCH_DATABASE_URL"

func run(ctx context.Context, args []string, getenv func(string) string, out, progress io.Writer) error {
	planning := len(args) > 0 && args[0] == "plans"
	if planning {
		args = args[1:]
	}
	o, err := parse(args, planning, progress)
	if err != nil {
		return err
	}
	b, err := open(ctx, getenv(serverURL), progress)
	if err != nil {
		return err
	}
	defer b.close()
	b.options = o
	var text string
	if planning {
		text, err = b.plans(ctx)
	} else {
		text, err = b.report(ctx)
	}
	if err != nil {
		return err
	}
	if o.out == "-" {
		_, err = io.WriteString(out, text)
		return err
	}
	return os.WriteFile(o.out, []byte(text), 0o644)
}

// options say how much is measured.
type options struct {
	figures map[int]bool // none means all
	round   time.Duration
	rounds  int
	out     string // a file, or - for the standard output
}

func (o options) wants(figure int) bool { return len(o.figures) == 0 || o.figures[figure] }

// parse reads the flags. What measures a part only does not replace the page that has all.
func parse(args []string, planning bool, says io.Writer) (options, error) {
	o := options{figures: map[int]bool{}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(says)
	figures := flags.String("figures", "", "the numbers of the figures to take, as 1,2; all when empty")
	flags.DurationVar(&o.round, "round", 10*time.Second, "how long one round of one side lasts")
	flags.IntVar(&o.rounds, "rounds", 3, "how many rounds each side has")
	flags.StringVar(&o.out, "out", "", "the file to write, or - for the standard output")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 || o.rounds < 1 || o.round <= 0 {
		return options{}, fmt.Errorf("these arguments make no sense: %s", strings.Join(args, " "))
	}
	for text := range strings.FieldsFuncSeq(*figures, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(text)
		if err != nil || !known(n) {
			return options{}, fmt.Errorf("there is no figure %q", text)
		}
		o.figures[n] = true
	}
	if o.out == "" {
		o.out = pageFor(o, planning)
	}
	return o, nil
}

func pageFor(o options, planning bool) string {
	switch {
	case planning:
		return "docs/query-plans.md"
	case len(o.figures) > 0:
		return "-"
	}
	return "docs/benchmarks.md"
}
