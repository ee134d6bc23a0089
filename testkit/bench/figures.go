package main

import "slices"

// figures lists every figure, in the order in which they are taken.
func figures() []figure {
	return []figure{
		oneEntry(), manyEntries(), idle(), hot(), stakes(), poolPages(), distribution(), longLedger(), sealing(), batchedClicks(), redirects(),
	}
}

func known(number int) bool {
	return slices.ContainsFunc(figures(), func(f figure) bool { return f.number == number })
}

// names of sides that many figures have.
const (
	ours     = "ours"
	sameRows = "same rows, one statement"
	bareRows = "bare, one statement"
)
