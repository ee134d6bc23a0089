package staking_test

import (
	"testing"

	"github.com/twist-platform/twist/core/staking"
)

// BenchmarkDistributeAndClaim is one distribution, one settling and one claim: the arithmetic of a sale.
func BenchmarkDistributeAndClaim(b *testing.B) {
	pool := staking.Pool{ID: "pool_1", State: staking.Active, Active: 1_000 * twist}
	book := staking.Book{Pool: pool, Position: staking.Position{Pool: "pool_1", Active: 1_000 * twist}}
	for b.Loop() {
		var err error
		if book.Pool, err = book.Pool.Distribute(12_345, opened); err != nil {
			b.Fatal(err) // require would cost more than what is measured
		}
		if book, _, err = book.Claim(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAuditor is one position of an audit.
func BenchmarkAuditor(b *testing.B) {
	auditor := staking.NewAuditor(staking.Pool{ID: "pool_1", Index: staking.U128{Hi: 1}}, nil)
	position := staking.Position{Pool: "pool_1", Active: twist, Index: staking.U128{Lo: 7}, Owed: staking.U128{Lo: 9}}
	b.ReportAllocs()
	for b.Loop() {
		auditor.Add(position)
	}
}
