// Command mutants breaks what decides about money, one place at a time, and runs the package's own tests on each broken
// copy: the arithmetic of stakes and of commissions, the rules for orders and for clicks, and what makes two addresses
// one mailbox. With the name of a folder it does so for that one alone. A mutant that the tests let live ends it with 1:
// something could be wrong there unseen.
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
	survivors, tried := 0, 0
	for _, of := range subjects() {
		if len(os.Args) > 1 && os.Args[1] != of.dir {
			continue
		}
		lived, err := lab.try(context.Background(), of)
		if err != nil {
			return failed(err)
		}
		survivors, tried = survivors+lived, tried+len(of.mutants)
	}
	if survivors > 0 || tried == 0 {
		fmt.Fprintf(os.Stderr, "mutants: %d of %d survived\n", survivors, tried)
		return 1
	}
	fmt.Printf("all %d were killed\n", tried)
	return 0
}

// try tries every mutant of a subject, says what became of each, and counts those that live.
func (l laboratory) try(ctx context.Context, of subject) (survivors int, err error) {
	if err := l.sane(ctx, of); err != nil {
		return 0, err
	}
	for i, m := range of.mutants {
		killed, err := l.kills(ctx, of, m)
		if err != nil {
			return 0, err
		}
		verdict := "killed"
		if !killed {
			verdict = "SURVIVED"
			survivors++
		}
		fmt.Printf("%3d/%d  %-8s  %s: %s\n", i+1, len(of.mutants), verdict, filepath.Join(of.dir, m.file), m.name)
	}
	return survivors, nil
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "mutants:", err)
	return 1
}
