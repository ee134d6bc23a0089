package staking_test

import (
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// A share that is announced today binds tomorrow. What was earned today is shared as it was known when the day
// began, and of two announcements the later one counts.
func ExamplePool_Change() {
	settings := staking.Settings{Share: 2_000, Minimum: staking.MinimumDefault}
	pool, _ := staking.OpenPool("pool_1", "infl_1", "acct_owner", settings, time.Time{})
	pool, _, _ = pool.Roll(1)
	for _, share := range []money.Bps{500, 1_000} {
		settings.Share = share
		pool, _ = pool.Change(settings)
	}
	fmt.Println("today", pool.Share, "announced", pool.Announced().Share)
	pool, _, _ = pool.Roll(2)
	fmt.Println("tomorrow", pool.Share)
	// Output:
	// today 2000 announced 1000
	// tomorrow 1000
}

// Ann staked 3 TWIST when the pool had no cooldown, and 5 more when it was two days. Of 4 that leave, the first 3
// are hers at once, and one waits: nothing that the influencer decides later binds what was there before.
func ExampleBook_Leave() {
	pool := staking.Pool{ID: "pool_1", State: staking.Active, Settings: staking.Settings{Minimum: staking.MinimumFloor}}
	book := staking.Book{Pool: pool, Position: staking.OpenPosition("pos_ann", pool.ID, "ann", time.Time{})}
	book, _ = book.Stake(3_000_000_000)
	book.Pool.Cooldown = 48 * time.Hour
	book, _ = book.Stake(5_000_000_000)
	fmt.Println("staked by cooldown in seconds:", book.Position.Terms)

	book.Pool.Cooldown = 30 * 24 * time.Hour
	exit, _ := book.Leave(4_000_000_000)
	fmt.Println("at once", exit.Free)
	for _, part := range exit.Cooling {
		fmt.Println("after", part.Cooldown, part.Amount)
	}
	fmt.Println("left in the stake:", exit.Book.Position.Terms)
	// Output:
	// staked by cooldown in seconds: 0 3000000000 172800 5000000000
	// at once 3000000000
	// after 48h0m0s 1000000000
	// left in the stake: 172800 4000000000
}

// Two fans hold weights among which 1,000,001 units do not divide. Each leaves with whole units and gives back a
// fraction, and the two fractions make a unit that is nobody's. When the pool is closed and empty, that unit is
// the remainder: it is whole, and with it all that was given is with somebody.
func ExamplePool_TakeRemainder() {
	pool := staking.Pool{ID: "pool_1", State: staking.Active, Settings: staking.Settings{Minimum: staking.MinimumFloor}}
	pool, _, _ = pool.Roll(1)
	fans := map[staking.AccountID]staking.Position{}
	for _, fan := range []staking.AccountID{"ann", "bob"} {
		book := staking.Book{Pool: pool, Position: staking.OpenPosition(staking.PositionID("pos_"+fan), pool.ID, fan, time.Time{})}
		book, _ = book.Stake(1_000_000_001 + money.Amount(len(fans)))
		pool, fans[fan] = book.Pool, book.Position
	}
	pool, activation, _ := pool.Roll(2)
	pool, _ = pool.Distribute(1_000_001, time.Time{})
	pool, _ = pool.Close(time.Time{}.Add(time.Hour))
	for _, fan := range []staking.AccountID{"ann", "bob"} {
		exit, _ := staking.Book{Pool: pool, Position: fans[fan], Activation: activation}.Leave(fans[fan].Staked())
		pool, activation = exit.Book.Pool, exit.Book.Activation
		fmt.Println(fan, "is paid", exit.Rewards, "and the carry is", pool.Carry)
	}
	pool, rest, _ := pool.TakeRemainder()
	fmt.Println("remainder", rest, "funded", pool.Funded, "paid", pool.Paid, "returned", pool.Returned)
	// Output:
	// ann is paid 500000 and the carry is 9218760347024768136
	// bob is paid 500000 and the carry is 18446744073709551616
	// remainder 1 funded 1000001 paid 1000000 returned 1
}

// A tier is a function of what is staked, and its caps bind when something is set or made.
func ExampleTierOf() {
	for _, staked := range []money.Amount{999_999_999_999, 1_000_000_000_000, 10_000_000_000_000, 50_000_000_000_000} {
		tier := staking.TierOf(staked)
		links, limited := tier.LinkLimit()
		if !limited {
			fmt.Println(tier, tier.ShareCap(), "as many links as wanted")
			continue
		}
		fmt.Println(tier, tier.ShareCap(), links)
	}
	fmt.Println(staking.CheckShare(3_001, 1_000_000_000_000))
	// Output:
	// BRONZE 2000 10
	// SILVER 3000 50
	// GOLD 4000 200
	// PLATINUM 5000 as many links as wanted
	// the revenue share is above what the pool's tier allows: 3000 bps is the most in SILVER
}
