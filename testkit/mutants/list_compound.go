package main

// turns breaks compounding.
func turns() []mutant {
	return []mutant{
		{"any reward is compounded", "compound.go", "case claimable < CompoundFloor:", "case claimable < 1:"},
		{"the floor itself is too little", "compound.go", "case claimable < CompoundFloor:", "case claimable <= CompoundFloor:"},
		{"who has left is below the floor", "compound.go", "case b.Position.Staked() == 0:", "case false:"},
		{"a compounded reward can be claimed", "compound.go", "b, rewards, err := b.Claim()", "_, rewards, err := b.Claim()"},
		{"a reward is compounded twice", "compound.go", "b.put(rewards, counts)", "b.put(rewards+rewards, counts)"},
		{"compounding drops the fraction", "compound.go", "	b, err = b.put(rewards, counts)", "	b.Position.Owed = U128{}\n	b, err = b.put(rewards, counts)"},
		{"a reward has to reach the minimum itself", "compound.go", "b.put(rewards, counts)", "b.put(rewards, min(rewards, counts))"},
		{"compounding knows no minimum", "compound.go", "b.put(rewards, counts)", "b.put(rewards, max(counts, Maximum))"},
		{"a turn that has come is still to come", "compound.go", "if turn.After(now) {", "if !turn.Before(now) {"},
		{"turns that were missed are taken one by one", "compound.go", "(now.Sub(turn)/every + 1) * every", "every"},
		{"the next turn has come already", "compound.go", "(now.Sub(turn)/every + 1) * every", "now.Sub(turn) / every * every"},
		{"turns count from when they were taken", "compound.go", "return turn.Add((now.Sub(turn)/every + 1) * every)", "return now.Add(every)"},
		{"turns may go back", "compound.go", "if every <= 0 {", "if every == 0 {"},
		{"compounding outlives the stake", "position.go", "	if p.Staked() == 0 {\n		p.CompoundAt = time.Time{}\n	}\n", ""},
	}
}
