package staking_test

import (
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// Eleven tokens and a unit in two pools, spread equally over three: what does not divide goes by the largest
// remainder, and of equal ones to the first.
func ExampleRebalance() {
	var books []staking.Book
	for i, stands := range []money.Amount{10_000_000_000, 1_000_000_001, 0} {
		id := staking.PoolID(fmt.Sprint("pool_", i))
		pool, _ := staking.OpenPool(id, "infl_x", "acct_owner", staking.Settings{Minimum: staking.MinimumDefault}, time.Unix(0, 0))
		book := staking.Book{Pool: pool, Position: staking.OpenPosition("pos_x", id, "acct_fan", time.Unix(0, 0))}
		if stands > 0 {
			book, _ = book.Stake(stands)
		}
		books = append(books, book)
	}
	weights, _ := staking.Weights(staking.ModeEqual, []staking.Target{{Pool: "pool_0"}, {Pool: "pool_1"}, {Pool: "pool_2"}})
	shifts, err := staking.Rebalance(books, weights)
	for _, s := range shifts {
		fmt.Println(s.Was, "out", s.Out(), "in", s.In(), "is", s.Is)
	}
	fmt.Println(err)
	// Output:
	// 10000000000 out 6333333333 in 0 is 3666666667
	// 1000000001 out 0 in 2666666666 is 3666666667
	// 0 out 0 in 3666666667 is 3666666667
	// <nil>
}
