// Command figures prints how small and tidy the repository is: the lengths of files and functions, the
// tests beside them, the comments on what is exported, and how far a commit travels.
//
// Its test holds the limits. Nothing imports it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/twist-platform/twist/testkit/arch"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	tree, err := arch.Load(ctx, ".")
	if err != nil {
		return err
	}
	f := measure(tree.Files)
	t, err := travelOf(ctx, ".")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "| file lines | func lines | test : source | doc | travel | commits with a test |\n|---|---|---|---|---|---|\n"+
		"| %d / %d, longest %d | %d / %d, longest %d | %.2f | %d%% | %s |\n\n"+
		"p50 / p90. %d lines of test to %d of source; by file names alone, with the testkit as source, %.2f.\n",
		at(f.files, 50), at(f.files, 90), at(f.files, 100), at(f.funcs, 50), at(f.funcs, 90), at(f.funcs, 100),
		f.ratio(), f.doc(), t, f.test, f.source, f.strictRatio())
	return err
}
