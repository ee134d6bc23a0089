package main

import "slices"

// subjects lists every change that is tried, by what it breaks.
func subjects() []subject {
	return []subject{
		{"core/staking", "TestRewardsEqualTheOracle", slices.Concat(accumulator(), settling(), exits(), turns(), cooldowns(), decisions(), tiers(), wide())},
		{"core/attribution", "TestRefundsConserve", slices.Concat(models(), shares(), reversals(), bonuses())},
		{"core/fraud", "TestFigures", slices.Concat(suspicions(), floods())},
		{"core/identity", "TestVerifyRefusesAnyFlippedBit", mailboxes()},
		{"core/clicks", "TestCorpus", slices.Concat(pipelines(), paces())},
	}
}

// accumulator breaks how revenue is shared, and when a stake begins to earn.
func accumulator() []mutant {
	return []mutant{
		{"a distribution forgets the carry", "pool.go", "sum, err := p.Carry.Add(U128{Hi: uint64(amount)})", "sum, err := U128{}.Add(U128{Hi: uint64(amount)})"},
		{"a distribution drops its rest", "pool.go", "p.Carry = U128{Lo: rest}", "p.Carry = U128{Lo: rest * 0}"},
		{"the rest is kept beside the old carry", "pool.go", "p.Carry = U128{Lo: rest}", "p.Carry.Lo += rest"},
		{"revenue is shared among what waits, too", "pool.go", "sum.DivMod(uint64(p.Active))", "sum.DivMod(uint64(p.Staked()))"},
		{"revenue counts as fractions", "pool.go", "U128{Hi: uint64(amount)}", "U128{Lo: uint64(amount)}"},
		{"the index is replaced", "pool.go", "p.Index, err = p.Index.Add(step); err != nil", "p.Index, err = step.Add(U128{}); err != nil"},
		{"revenue is not counted", "pool.go", "if err := add(&p.Funded, amount); err != nil {", "if err := add(&p.Funded, 0); err != nil {"},
		{"a closed pool takes revenue", "pool.go", "	if amount.Positive() && !p.shares(earned) {", "	if false {"},
		{"closing takes what was earned before", "pool.go", "return p.State != Closed || earned.Before(p.ClosedAt)", "return p.State != Closed"},
		{"a closed pool has what is earned since", "pool.go", "return p.State != Closed || earned.Before(p.ClosedAt)", "return p.State != Closed || !earned.After(p.ClosedAt)"},
		{"nobody says when a pool was closed", "lifecycle.go", "p.State, p.Next, p.ClosedAt = Closed, Settings{}, now", "p.State, p.Next = Closed, Settings{}"},
		{"nothing can be distributed", "pool.go", "case !amount.Positive():\n		return Pool{}, ErrNotPositive", "case amount < 0:\n		return Pool{}, ErrNotPositive"},
		{"a closed pool has weight", "pool.go", "p.Active > 0 && p.shares(earned)", "p.Active > 0"},
		{"weight is what is staked", "pool.go", "p.Active > 0 && p.shares(earned)", "p.Staked() > 0 && p.shares(earned)"},
		{"a roll loses what waited", "pool.go", "add(&rolled.Active, p.Waiting) != nil", "add(&rolled.Active, 0) != nil"},
		{"a roll keeps what waited waiting", "pool.go", "rolled.Epoch, rolled.Waiting = now, 0", "rolled.Epoch = now"},
		{"an epoch activates twice", "pool.go", "if now <= p.Epoch ||", "if now < p.Epoch ||"},
		{"the epoch goes back", "pool.go", "if now <= p.Epoch ||", "if now == p.Epoch ||"},
		{"an activation is of the epoch that begins", "pool.go", "Activation{Pool: p.ID, Epoch: p.Epoch, Index", "Activation{Pool: p.ID, Epoch: now, Index"},
		{"an activation begins at nothing", "pool.go", "Index: p.Index, Weight: p.Waiting}, true", "Weight: p.Waiting}, true"},
		{"an activation has all the weight", "pool.go", "Weight: p.Waiting}, true", "Weight: rolled.Active}, true"},
		{"a sum may be negative", "pool.go", "	if less > *sum {", "	if false {"},
		{"a sum that is all taken is negative", "pool.go", "	if less > *sum {", "	if less >= *sum {"},
		{"an epoch before 1970 is the one after", "epoch.go", "if since%whole < 0 {", "if false {"},
		{"a boundary before 1970 is in the epoch before", "epoch.go", "if since%whole < 0 {", "if since < 0 {"},
		{"epochs are one late", "epoch.go", "epoch := since / whole", "epoch := since/whole + 1"},
	}
}

// settling breaks what a position has earned.
func settling() []mutant {
	return []mutant{
		{"a position needs its activation an epoch late", "position.go", "p.WaitingEpoch < pool", "p.WaitingEpoch < pool-1"},
		{"a position needs its activation an epoch early", "position.go", "p.WaitingEpoch < pool", "p.WaitingEpoch <= pool"},
		{"an index stays without weight", "position.go", "	if p.Active == 0 {\n		p.Index = U128{}\n	}\n", ""},
		{"an epoch stays without anything that waits", "position.go", "	if p.Waiting == 0 {\n		p.WaitingEpoch = 0\n	}\n", ""},
		{"settling forgets what was active", "book.go", "accrue(&pos.Owed, pos.Active, pos.Index, b.Pool.Index)", "accrue(&pos.Owed, 0, pos.Index, b.Pool.Index)"},
		{"settling forgets what waited", "book.go", "accrue(&pos.Owed, pos.Waiting, b.Activation.Index, b.Pool.Index)", "accrue(&pos.Owed, 0, b.Activation.Index, b.Pool.Index)"},
		{"what waited earns from the position's index", "book.go", "accrue(&pos.Owed, pos.Waiting, b.Activation.Index, b.Pool.Index)", "accrue(&pos.Owed, pos.Waiting, pos.Index, b.Pool.Index)"},
		{"an activation keeps the weight that was settled", "book.go", "sub(&b.Activation.Weight, pos.Waiting),", ""},
		{"what waited is not added", "book.go", "add(&pos.Active, pos.Waiting),", ""},
		{"what waited goes on waiting", "book.go", "		pos.Waiting = 0\n", ""},
		{"a position keeps its old index", "book.go", "	pos.Index = b.Pool.Index\n", ""},
		{"any activation will do", "book.go", "b.Activation.Pool != b.Pool.ID || b.Activation.Epoch != epoch", "b.Activation.Pool != b.Pool.ID"},
		{"an activation of any pool will do", "book.go", "b.Activation.Pool != b.Pool.ID || b.Activation.Epoch != epoch", "b.Activation.Epoch != epoch"},
		{"what is earned replaces what was owed", "book.go", "*owed, err = owed.Add(earned)", "*owed, err = U128{}.Add(earned)"},
		{"a negative weight earns", "book.go", "	if weight < 0 {\n		return errNegativeBalance\n	}\n", ""},
		{"a claim drops the fraction", "book.go", "	b.Position.Owed.Hi = 0\n	if err", "	b.Position.Owed = U128{}\n	if err"},
		{"a claim pays again", "book.go", "	b.Position.Owed.Hi = 0\n	if err", "	if err"},
		{"a claim rounds up", "book.go", "paid := money.Amount(b.Position.Owed.Hi)", "paid := money.Amount(b.Position.Owed.Hi + b.Position.Owed.Lo>>63)"},
		{"a claim is not counted in the pool", "book.go", "add(&b.Position.Claimed, paid), add(&b.Pool.Paid, paid)", "add(&b.Position.Claimed, paid)"},
		{"a claim is not counted in the position", "book.go", "add(&b.Position.Claimed, paid), add(&b.Pool.Paid, paid)", "add(&b.Pool.Paid, paid)"},
		{"who has left can claim", "book.go", "	if b.Position.Staked() == 0 {\n		return Book{}, 0, ErrPositionNotFound\n	}\n	b, err := b.Settle()", "	b, err := b.Settle()"},
		{"a claim of nothing succeeds", "book.go", "case paid == 0:", "case paid < 0:"},
	}
}

// exits breaks stakes and how they leave.
func exits() []mutant {
	return []mutant{
		{"an influencer stakes in the own pool", "book.go", "case b.Position.Account == b.Pool.Owner:", "case false:"},
		{"the minimum itself is too little", "book.go", "case counts < b.Pool.Minimum:", "case counts <= b.Pool.Minimum:"},
		{"there is no minimum", "book.go", "case counts < b.Pool.Minimum:", "case counts < 1:"},
		{"the maximum itself is too much", "book.go", "err != nil || staked > Maximum", "err != nil || staked >= Maximum"},
		{"there is no maximum", "book.go", "err != nil || staked > Maximum", "err != nil || staked < 0"},
		{"a stake changes the weight before the debt is settled", "book.go", "	b.Position.WaitingEpoch = b.Pool.Epoch\n", "	b.Position.WaitingEpoch, b.Position.Index = b.Pool.Epoch, U128{}\n"},
		{"a stake earns at once", "book.go", "add(&b.Position.Waiting, amount), add(&b.Pool.Waiting, amount)", "add(&b.Position.Active, amount), add(&b.Pool.Active, amount)"},
		{"a stake waits in no epoch", "book.go", "	b.Position.WaitingEpoch = b.Pool.Epoch\n", ""},
		{"a stake counts one epoch late", "book.go", "b.Position.WaitingEpoch = b.Pool.Epoch\n", "b.Position.WaitingEpoch = b.Pool.Epoch + 1\n"},
		{"each stake is another staker", "book.go", "	if b.Position.Staked() == 0 {\n		b.Pool.Stakers++\n	}", "	b.Pool.Stakers++"},
		{"the pool takes more than it can hold", "book.go", "_, err = b.Pool.Staked().Add(amount)", "_, err = b.Position.Staked().Add(amount)"},
		{"more leaves than is there", "book.go", "case amount > staked:", "case amount > staked+1:"},
		{"nobody can leave with everything", "book.go", "case amount > staked:", "case amount >= staked:"},
		{"what is active leaves first", "book.go", "waiting := min(amount, b.Position.Waiting)", "waiting := max(0, amount-b.Position.Active)"},
		{"who leaves takes the weight of what waits twice", "book.go", "sub(&b.Position.Active, active), sub(&b.Pool.Active, active)", "sub(&b.Position.Active, active), sub(&b.Pool.Active, amount)"},
		{"a part that leaves stays in the pool's weight", "book.go", "sub(&b.Position.Active, active), sub(&b.Pool.Active, active)", "sub(&b.Position.Active, active)"},
		{"less than the minimum may stay", "book.go", "case rest < b.Pool.Minimum:", "case rest < 0:"},
		{"the minimum itself may not stay", "book.go", "case rest < b.Pool.Minimum:", "case rest <= b.Pool.Minimum:"},
		{"dust of who left is lost", "book.go", "	if b.Pool.Carry, err = b.Pool.Carry.Add(b.Position.Owed); err != nil {\n		return Book{}, 0, err\n	}\n", ""},
		{"dust of who left stays with the position", "book.go", "	b.Position.Owed = U128{}\n	b.Pool.Stakers--", "	b.Pool.Stakers--"},
		{"who left is still a staker", "book.go", "	b.Pool.Stakers--\n", ""},
	}
}
