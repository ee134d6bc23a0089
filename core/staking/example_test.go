package staking_test

import (
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// Ann stakes three times what Bob does. Of 10 units her part is 7.5 and his 2.5. A claim pays whole units;
// the halves stay owed, exactly, and the next revenue makes them whole.
func Example() {
	settings := staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor}
	pool, _ := staking.OpenPool("pool_1", "infl_1", "acct_owner", settings, time.Time{})
	pool, _, _ = pool.Roll(1)
	stake := func(fan staking.AccountID, amount money.Amount) staking.Position {
		position := staking.OpenPosition(staking.PositionID("pos_"+fan), pool.ID, fan, time.Time{})
		book, _ := staking.Book{Pool: pool, Position: position}.Stake(amount)
		pool = book.Pool
		return book.Position
	}
	ann, bob := stake("ann", 3<<30), stake("bob", 1<<30)

	pool, activation, _ := pool.Roll(2) // a boundary passed: both earn from here on
	claim := func(position staking.Position) staking.Position {
		book, paid, _ := staking.Book{Pool: pool, Position: position, Activation: activation}.Claim()
		pool, activation = book.Pool, book.Activation
		fmt.Println(position.Account, "is paid", paid)
		return book.Position
	}
	for _, revenue := range []money.Amount{10, 2} {
		pool, _ = pool.Distribute(revenue, time.Time{})
		fmt.Println("revenue", revenue, "moves the index to", pool.Index)
		ann, bob = claim(ann), claim(bob)
	}

	auditor := staking.NewAuditor(pool, nil) // both were settled, so nobody needs the activation any more
	auditor.Add(ann)
	auditor.Add(bob)
	fmt.Println("funded", pool.Funded, "paid", pool.Paid, "wrong", auditor.Finish())
	// Output:
	// revenue 10 moves the index to 42949672960
	// ann is paid 7
	// bob is paid 2
	// revenue 2 moves the index to 51539607552
	// ann is paid 2
	// bob is paid 1
	// funded 12 paid 12 wrong []
}

// Ten units on a weight of three do not divide, not even in units of 2^-64. What is left is carried, and
// shared when two more units come: 12 units are 4 for each, to the last bit.
func ExamplePool_Distribute() {
	pool := staking.Pool{State: staking.Active, Active: 3}
	for _, revenue := range []money.Amount{10, 2} {
		pool, _ = pool.Distribute(revenue, time.Time{})
		fmt.Println("index", pool.Index, "carry", pool.Carry)
	}
	fmt.Println("4 * 2^64 is", staking.U128{Hi: 4})
	// Output:
	// index 61489146912365172053 carry 1
	// index 73786976294838206464 carry 0
	// 4 * 2^64 is 73786976294838206464
}
