package main

// cooldowns breaks terms and tickets.
func cooldowns() []mutant {
	return []mutant{
		{"a longer cooldown binds all that is there", "terms.go", "wait := min(term.Cooldown, limit)", "wait := limit"},
		{"a shorter cooldown frees nobody", "terms.go", "wait := min(term.Cooldown, limit)", "wait := term.Cooldown"},
		{"the longest cooldown leaves first", "terms.go", "for at < used && t[at].Cooldown < cooldown {", "for at < used && t[at].Cooldown > cooldown {"},
		{"equal cooldowns are two parts", "terms.go", "if at == used || t[at].Cooldown != cooldown {", "if true {"},
		{"a part is overwritten", "terms.go", "		copy(t[at+1:], t[at:used])\n", ""},
		{"whoever stakes agrees to anything", "book.go", "if b.Pool.Cooldown > most {", "if false {"},
		{"whoever stakes agrees to a second less", "book.go", "if b.Pool.Cooldown > most {", "if b.Pool.Cooldown >= most {"},
		{"a ninth part fits", "terms.go", "if used == len(t) {", "if used > len(t) {"},
		{"an eighth part does not fit", "terms.go", "if used == len(t) {", "if used == len(t)-1 {"},
		{"a part that left stays", "terms.go", "errors.Join(sub(&amount, part), sub(&term.Amount, part))", "errors.Join(sub(&amount, part))"},
		{"parts that wait as long are two", "terms.go", "n > 0 && leaving[n-1].Cooldown == wait", "false"},
		{"terms that are too little let all leave", "terms.go", "	if amount > 0 {\n		return Terms{}, nil, ErrRowsContradict", "	if false {\n		return Terms{}, nil, ErrRowsContradict"},
		{"negative terms leave", "terms.go", "if term.Amount < 0 {", "if false {"},
		{"a stake has no terms", "book.go", "b.Position.Terms.add(b.Pool.Cooldown, amount)", "b.Position.Terms.add(0, amount)"},
		{"a stake is under the cooldown to come", "book.go", "b.Position.Terms.add(b.Pool.Cooldown, amount)", "b.Position.Terms.add(b.Pool.Announced().Cooldown, amount)"},
		{"what cools is the holder's, too", "book.go", "errors.Join(sub(&exit.Free, part.Amount), add(&b.Pool.Cooling, part.Amount))", "add(&b.Pool.Cooling, part.Amount)"},
		{"what cools is not counted", "book.go", "errors.Join(sub(&exit.Free, part.Amount), add(&b.Pool.Cooling, part.Amount))", "sub(&exit.Free, part.Amount)"},
		{"what has no cooldown gets a ticket", "book.go", "if exit.Cooling[0].Cooldown == 0 {", "if false {"},
		{"what has a cooldown is free", "book.go", "if exit.Cooling[0].Cooldown == 0 {", "if true {"},
		{"a ticket is due at once", "ticket.go", "DueAt: now.Add(part.Cooldown)", "DueAt: now"},
		{"a ticket that is due has to wait", "ticket.go", "case now.Before(t.DueAt):", "case !now.After(t.DueAt):"},
		{"a ticket need not wait", "ticket.go", "case now.Before(t.DueAt):", "case false:"},
		{"a ticket is paid again", "ticket.go", "	case t.State != Cooling:\n		return Pool{}", "	case t.State == Canceled:\n		return Pool{}"},
		{"a ticket that was paid is taken back", "ticket.go", "	if t.State != Cooling {\n		return Book{}", "	if t.State == Canceled {\n		return Book{}"},
		{"a ticket goes to somebody else", "ticket.go", "if t.Account != b.Position.Account {", "if false {"},
		{"a ticket of another pool is paid", "ticket.go", "if t.Pool != p.ID {", "if false {"},
		{"what was paid goes on cooling", "ticket.go", "errors.Join(foreign, sub(&p.Cooling, t.Amount))", "errors.Join(foreign)"},
		{"a ticket comes back below the minimum", "ticket.go", "b, err = b.put(t.Amount, counts)", "b, err = b.put(t.Amount, max(counts, Maximum))"},
		{"a ticket has to reach the minimum itself", "ticket.go", "b, err = b.put(t.Amount, counts)", "b, err = b.put(t.Amount, min(counts, t.Amount))"},
	}
}

// decisions breaks what an influencer decides, and the end of a pool.
func decisions() []mutant {
	return []mutant{
		{"settings bind at once", "settings.go", "if p.Next = to; to == p.Settings {", "if p.Settings = to; to == p.Settings {"},
		{"settings never bind", "pool.go", "rolled.Settings, rolled.Next = p.Next, Settings{}", "rolled.Next = Settings{}"},
		{"settings bind again and again", "pool.go", "rolled.Settings, rolled.Next = p.Next, Settings{}", "rolled.Settings = p.Next"},
		{"what was taken back binds", "settings.go", "		p.Next = Settings{}\n", ""},
		{"a closed pool changes", "settings.go", "if p.State == Closed {", "if p.State == Paused {"},
		{"a share above the tier is announced", "settings.go", "if to.Share != p.Share && to.Share != p.Announced().Share {", "if false {"},
		{"a fallen pool changes nothing else", "settings.go", "if to.Share != p.Share && to.Share != p.Announced().Share {", "if true {"},
		{"the announced share is new again", "settings.go", "if to.Share != p.Share && to.Share != p.Announced().Share {", "if to.Share != p.Share {"},
		{"the binding share is new again", "settings.go", "if to.Share != p.Share && to.Share != p.Announced().Share {", "if to.Share != p.Announced().Share {"},
		{"the floor of the minimum is too low", "settings.go", "case s.Minimum < MinimumFloor:", "case s.Minimum <= MinimumFloor:"},
		{"any minimum will do", "settings.go", "case s.Minimum < MinimumFloor:", "case s.Minimum < 0:"},
		{"the highest minimum is too high", "settings.go", "case s.Minimum > Maximum:", "case s.Minimum >= Maximum:"},
		{"the longest cooldown is too long", "settings.go", "s.Cooldown > CooldownMaximum,", "s.Cooldown >= CooldownMaximum,"},
		{"a cooldown may be negative", "settings.go", "case s.Cooldown < 0, s.Cooldown", "case s.Cooldown"},
		{"a cooldown may be a part of a second", "settings.go", ", s.Cooldown%time.Second != 0:", ":"},
		{"any pool resumes", "lifecycle.go", "	if p.State != Paused {\n", "	if p.State == Active {\n"},
		{"any pool pauses", "lifecycle.go", "	if p.State != Active {\n		return Pool{}, ErrPoolTransition", "	if p.State == Paused {\n		return Pool{}, ErrPoolTransition"},
		{"a pool closes twice", "lifecycle.go", "	if p.State == Closed {\n		return Pool{}, ErrPoolTransition", "	if false {\n		return Pool{}, ErrPoolTransition"},
		{"a closed pool announces", "lifecycle.go", "p.State, p.Next, p.ClosedAt = Closed, Settings{}, now", "p.State, p.ClosedAt = Closed, now"},
		{"a paused pool takes stakes and gifts", "lifecycle.go", "case p.State != Active:", "case p.State == Closed:"},
		{"a suspended pool takes stakes", "lifecycle.go", "	case p.Suspended != \"\":\n		return ErrPoolNotActive", "	case false:\n		return ErrPoolNotActive"},
		{"a suspension outlives its pool", "lifecycle.go", "	p.Suspended = \"\" // nothing", "	// nothing"},
		{"a suspension has no reason", "lifecycle.go", "strings.TrimSpace(reason) == \"\",", "false,"},
		{"an open pool returns its carry", "lifecycle.go", "if p.State != Closed || p.Active", "if p.Active"},
		{"the remainder goes while somebody earns", "lifecycle.go", "p.State != Closed || p.Active != 0 ||", "p.State != Closed ||"},
		{"the remainder goes while somebody waits", "lifecycle.go", "|| p.Waiting != 0 ", ""},
		{"the remainder goes while something cools", "lifecycle.go", " || p.Cooling != 0 {", " {"},
		{"the remainder goes again", "lifecycle.go", "	p.Carry = U128{}\n	return p, rest, nil", "	return p, rest, nil"},
		{"the remainder is not counted", "lifecycle.go", "if err := add(&p.Returned, rest); err != nil {", "if err := add(&p.Returned, 0); err != nil {"},
		{"a fraction is lost at the end", "lifecycle.go", "p.Carry.Lo != 0 || p.Carry.Hi", "p.Carry.Hi"},
	}
}

// tiers breaks what a stake allows.
func tiers() []mutant {
	return []mutant{
		{"a tier begins one unit late", "tier.go", "if staked >= next.From() {", "if staked > next.From() {"},
		{"every pool is in the highest tier", "tier.go", "if staked >= next.From() {", "if true {"},
		{"silver begins elsewhere", "tier.go", `{"SILVER", 1_000_000_000_000,`, `{"SILVER", 1_000_000_000_001,`},
		{"gold begins elsewhere", "tier.go", `{"GOLD", 10_000_000_000_000,`, `{"GOLD", 9_999_999_999_999,`},
		{"platinum begins elsewhere", "tier.go", `{"PLATINUM", 50_000_000_000_000,`, `{"PLATINUM", 50_000_000_000_001,`},
		{"bronze shares more", "tier.go", `{"BRONZE", 0, 2_000,`, `{"BRONZE", 0, 2_001,`},
		{"silver shares less", "tier.go", "1_000_000_000_000, 3_000, 50}", "1_000_000_000_000, 2_999, 50}"},
		{"gold shares more", "tier.go", "10_000_000_000_000, 4_000, 200}", "10_000_000_000_000, 4_001, 200}"},
		{"bronze has a link more", "tier.go", `0, 2_000, 10}`, `0, 2_000, 11}`},
		{"silver has a link less", "tier.go", "3_000, 50}", "3_000, 49}"},
		{"gold has a link more", "tier.go", "4_000, 200}", "4_000, 201}"},
		{"platinum is limited", "tier.go", "ShareMaximum, unlimited}", "ShareMaximum, 1_000}"},
		{"one link more than allowed", "tier.go", "active >= tiers[tier].most", "active > tiers[tier].most"},
		{"the cap itself is too much", "tier.go", "case share > tier.ShareCap():", "case share >= tier.ShareCap():"},
		{"the tier does not matter", "tier.go", "case share > tier.ShareCap():", "case false:"},
		{"the maximum itself is too much of a share", "tier.go", "case share > ShareMaximum:", "case share >= ShareMaximum:"},
	}
}

// wide breaks the arithmetic in 128 bits.
func wide() []mutant {
	return []mutant{
		{"a sum forgets its carry", "u128.go", "hi, carry := bits.Add64(u.Hi, v.Hi, carry)", "hi, carry := bits.Add64(u.Hi, v.Hi, 0)"},
		{"a sum wraps", "u128.go", "	if carry != 0 {\n", "	if false {\n"},
		{"a difference forgets its borrow", "u128.go", "hi, borrow := bits.Sub64(u.Hi, v.Hi, borrow)", "hi, borrow := bits.Sub64(u.Hi, v.Hi, 0)"},
		{"a difference wraps", "u128.go", "	if borrow != 0 {\n", "	if false {\n"},
		{"a product forgets its carry", "u128.go", "hi, wrapped := bits.Add64(hi, carry, 0)", "hi, wrapped := bits.Add64(hi, carry&0, 0)"},
		{"a product wraps at its top", "u128.go", "if over != 0 || wrapped != 0 {", "if over&wrapped != 0 || wrapped != 0 {"},
		{"a product wraps at its carry", "u128.go", "if over != 0 || wrapped != 0 {", "if over != 0 || over&wrapped != 0 {"},
		{"a quotient forgets the rest of its top", "u128.go", "lo, rest := bits.Div64(rest, u.Lo, d)", "lo, rest := bits.Div64(0, u.Lo, d)"},
		{"the order looks at the fraction first", "u128.go", "if order := cmp.Compare(u.Hi, v.Hi); order != 0 {", "if order := cmp.Compare(u.Lo, v.Lo); order != 0 {"},
	}
}
