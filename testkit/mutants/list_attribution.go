package main

// models breaks how the touches of an order are weighed, and which of them count.
func models() []mutant {
	return []mutant{
		{"last is first", "model.go", "return one(last)", "return one(first)"},
		{"first is last", "model.go", "return one(first)", "return one(last)"},
		{"the first of two has more", "model.go", "case n <= 2:", "case n <= 1:"},
		{"three are equal", "model.go", "case n <= 2:", "case n <= 3:"},
		{"the ends have less", "model.go", "const end, middle = 40, 20", "const end, middle = 39, 20"},
		{"the middle counts once", "model.go", "end * uint64(n-2)", "end * uint64(n-1)"},
		{"only the first is an end", "model.go", "case first || last:", "case first:"},
		{"what decayed to nothing earns nothing", "model.go", "if whole == 0 && m == TimeDecay {", "if false {"},
		{"an unknown model weighs nothing", "model.go", "	if err := m.Check(); err != nil {\n		return nil, err\n	}\n", ""},
		{"a week does not halve", "decay.go", ">> (hours / uint64(len(decay)))", ">> (hours / uint64(len(decay)) * 0)"},
		{"the end of the window is inside", "touch.go", "!at.Before(click.At.Add(c.Rule.Window))", "at.After(click.At.Add(c.Rule.Window))"},
		{"a click of the moment is early", "touch.go", "click.At.After(at)", "!click.At.Before(at)"},
	}
}

// shares breaks what becomes of a commission.
func shares() []mutant {
	return []mutant{
		{"any act is allowed", "state.go", "	if !ok {", "	if !ok && false {"},
		{"what is held is shared", "state.go", "{Held, ActRelease}: Pending,", "{Held, ActRelease}: Pending, {Held, ActApprove}: Approved,"},
		{"what is rejected is shared", "state.go", "{Rejected, ActReverse}: Rejected,", "{Rejected, ActReverse}: Rejected, {Rejected, ActApprove}: Approved,"},
		{"what is approved is rejected", "state.go", "{Approved, ActReverse}: Reversed,", "{Approved, ActReverse}: Reversed, {Approved, ActReject}: Rejected,"},
		{"what is held is pending once it is funded", "commission.go", "if err == nil && c.Reason != \"\" {", "if false {"},
		{"a release keeps its reason", "state.go", "c.State, c.Reason, c.Alert = next, \"\", \"\"", "c.State, c.Alert = next, \"\""},
		{"what is unfunded is held twice", "state.go", "if c.State == Unfunded && c.Reason != \"\" {", "if false {"},
		{"what is not held is released", "state.go", "if c.State == Unfunded && c.Reason == \"\" {", "if false {"},
		{"the end of the hold is inside", "commission.go", "if now.Before(c.MatureAt) {", "if !now.After(c.MatureAt) {"},
		{"there is no hold", "commission.go", "if now.Before(c.MatureAt) {", "if false {"},
		{"the fee is rounded up", "commission.go", "total.Share(c.FeeRate, money.Down)", "total.Share(c.FeeRate, money.Up)"},
		{"the fans' part is rounded up", "commission.go", "rest.Share(c.FansShare, money.Down)", "rest.Share(c.FansShare, money.Up)"},
		{"fans share the fee", "commission.go", "rest.Share(c.FansShare, money.Down)", "total.Share(c.FansShare, money.Down)"},
		{"fans without weight have a part", "commission.go", "if weighted && c.Pool", "if c.Pool"},
		{"what was taken back is shared", "commission.go", "{ return c.Gross.Sub(c.Reversed) }", "{ return c.Gross.Sub(0) }"},
		{"the end of the refund window is inside", "commission.go", "!now.Before(c.FinalAt)", "now.After(c.FinalAt)"},
		{"the refund window closes for what was not shared", "commission.go", "c.State == Approved && !now.Before", "!now.Before"},
	}
}

// reversals breaks what a refund takes back, and how debts are repaid.
func reversals() []mutant {
	return []mutant{
		{"refunds round up", "reversal.go", "gross.Scale(refunded, all[0].Order, money.Down)", "gross.Scale(refunded, all[0].Order, money.Up)"},
		{"each refund takes all of its own", "reversal.go", "total, err := due.Sub(reached)", "total, err := due.Sub(0)"},
		{"more than the order is refunded", "reversal.go", "if refunded > c.Order {", "if false {"},
		{"the whole order cannot be refunded", "reversal.go", "if refunded > c.Order {", "if refunded >= c.Order {"},
		{"a refund falls on what was earned", "reversal.go", "lots[i], weights[i] = i, left", "lots[i], weights[i] = i, c.Gross+left-left"},
		{"the parts go to others", "reversal.go", "totals[i] = parts[k]", "totals[k], _ = parts[k], i"},
		{"the parts are not taken", "reversal.go", "*part, _ = part.Sub(parts[i])", "*part, _ = part.Sub(0)"},
		{"the platform keeps its fee", "reversal.go", "r.Fee, r.Net = parts[0], parts[2]", "r.Fee, r.Net = 0, parts[2]"},
		{"the fans' part is the influencer's", "reversal.go", "r.Fee, r.Net = parts[0], parts[2]", "r.Fee, r.Net = parts[0], parts[1]"},
		{"a refund is forgotten", "reversal.go", "c.Reversed, err = c.Reversed.Add(total)", "c.Reversed, err = c.Reversed.Add(0)"},
		{"what is final is taken back", "reversal.go", "if c.Reversible(now) != nil {", "if false {"},
		{"others give what is final", "reversal.go", "undone[i].Kept = totals[i]\n", "undone[i].Kept = 0\n"},
		{"what is kept is not counted", "reversal.go", "reached, err = reached.Add(c.Kept)", "reached, err = reached.Add(0)"},
		{"what is kept is divided again", "reversal.go", "left, err := c.refundable()\n\t\tif err == nil {", "left, err := c.Outstanding()\n\t\tif err == nil {"},
		{"a refund is refused for one that is final", "reversal.go", "left.Positive() && c.State != Rejected", "left == 0 && c.State != Rejected"},
		{"a refund of what is final is booked", "reversal.go", "return refusal\n", "return nil\n"},
		{"what is all taken back goes on", "reversal.go", "if c.Reversed < c.Gross {", "if true {"},
		{"what was given up is reversed", "state.go", "{Waived, ActReverse}: Waived", "{Waived, ActReverse}: Reversed"},
		{"what was rejected is reversed", "state.go", "{Rejected, ActReverse}: Rejected", "{Rejected, ActReverse}: Reversed"},
		{"a debt takes more than it is", "debt.go", "part := min(left, d.Owed)", "part := left"},
		{"a debt is repaid beyond the credit", "debt.go", "part := min(left, d.Owed)", "part := d.Owed"},
		{"a debt stays when it is repaid", "debt.go", "d.Owed, _ = d.Owed.Sub(part)", "d.Owed, _ = d.Owed.Sub(0)"},
		{"a credit is spent twice", "debt.go", "left, _ = left.Sub(part)", "left, _ = left.Sub(0)"},
		{"a debt replaces the one before", "debt.go", "owed, err := d.Owed.Add(amount)", "owed, err := amount.Add(0)"},
	}
}
