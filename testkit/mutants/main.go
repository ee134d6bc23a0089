// Command mutants breaks the arithmetic of stakes, one place at a time, and runs the tests of core/staking on
// each broken copy. A mutant that the tests let live ends it with 1: something could be wrong there unseen.
//
// Nothing of the tree is touched: the compiler is shown another file in the place of the real one. It is run by
// `make mutants`, and imported by nobody.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

func main() { os.Exit(run()) }

func run() int {
	root, err := os.Getwd()
	if err != nil {
		return failed(err)
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	lab := laboratory{root: root, dir: dir, test: goTest}
	if err := lab.sane(context.Background()); err != nil {
		return failed(err)
	}
	survivors := 0
	all := mutants()
	for i, m := range all {
		killed, err := lab.kills(context.Background(), m)
		if err != nil {
			return failed(err)
		}
		verdict := "killed"
		if !killed {
			verdict = "SURVIVED"
			survivors++
		}
		fmt.Printf("%3d/%d  %-8s  %s: %s\n", i+1, len(all), verdict, filepath.Base(m.file), m.name)
	}
	if survivors > 0 {
		fmt.Fprintf(os.Stderr, "mutants: %d of %d survived\n", survivors, len(all))
		return 1
	}
	fmt.Printf("all %d were killed\n", len(all))
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "mutants:", err)
	return 1
}
