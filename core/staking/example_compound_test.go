package staking_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/staking"
)

// Three fans with a token each share a token. The whole units of what one of them earned are staked again, and earn from
// the next epoch on; the fraction stays owed.
func ExampleBook_Compound() {
	const token = 1_000_000_000
	pool, _ := staking.OpenPool("pool_x", "infl_x", "acct_owner", staking.Settings{Minimum: token}, time.Unix(0, 0))
	book := staking.Book{Pool: pool, Position: staking.OpenPosition("pos_x", pool.ID, "acct_fan", time.Unix(0, 0))}
	book, _ = book.Stake(token)
	for _, name := range []staking.AccountID{"acct_b", "acct_c"} { // two others, who stay
		other, _ := staking.Book{Pool: book.Pool, Position: staking.OpenPosition("pos_y", pool.ID, name, time.Unix(0, 0))}.Stake(token)
		book.Pool = other.Pool
	}
	book.Pool, book.Activation, _ = book.Pool.Roll(1)
	book.Pool, _ = book.Pool.Distribute(token, time.Time{})

	book, rewards, err := book.Compound()
	fmt.Println("staked again:", rewards, err)
	fmt.Println("earns now:", book.Position.Active, "from the next epoch on:", book.Position.Staked())
	fmt.Println("still owed, in 2^-64 of a unit:", book.Position.Owed)

	_, _, err = book.Compound()
	fmt.Println("again:", errors.Is(err, staking.ErrCompoundFloor))
	// Output:
	// staked again: 333333333 <nil>
	// earns now: 1000000000 from the next epoch on: 1333333333
	// still owed, in 2^-64 of a unit: 6148914690903183872
	// again: true
}

// A turn a day, counted from when it was asked for. Of three turns that nobody took, one is left.
func ExampleNextTurn() {
	turn := time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)
	for _, now := range []time.Time{turn.Add(-time.Second), turn, turn.Add(73 * time.Hour)} {
		fmt.Println(now.Format("2 15:04:05"), "->", staking.NextTurn(turn, now, 24*time.Hour).Format("2 15:04:05"))
	}
	// Output:
	// 1 14:59:59 -> 1 15:00:00
	// 1 15:00:00 -> 2 15:00:00
	// 4 16:00:00 -> 5 15:00:00
}
