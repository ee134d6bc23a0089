package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Debt is what a holder owes to a program's budget after clawbacks that found too little.
type Debt struct {
	Holder  AccountID
	Program ProgramID
	Owed    money.Amount
	Since   time.Time
}

// Grow adds to a debt.
func (d Debt) Grow(amount money.Amount) (Debt, error) {
	owed, err := d.Owed.Add(amount)
	d.Owed = owed
	return d, err
}

// Repayment is the part of a credit that goes to one debt.
type Repayment struct {
	Debt   Debt // as it stands afterwards
	Amount money.Amount
}

// Repay nets a credit against debts, in the order given, which is oldest first. It returns what is
// left for the holder. A negative credit or debt is money.ErrNegative.
func Repay(credit money.Amount, debts []Debt) (left money.Amount, repaid []Repayment, err error) {
	if credit < 0 {
		return 0, nil, money.ErrNegative.Saying("a credit of %s", credit)
	}
	left = credit
	for _, d := range debts {
		if d.Owed < 0 {
			return 0, nil, money.ErrNegative.Saying("a debt of %s", d.Owed)
		}
		part := min(left, d.Owed)
		if part == 0 {
			continue
		}
		d.Owed, _ = d.Owed.Sub(part) // at most what is owed
		left, _ = left.Sub(part)     // at most what is left
		repaid = append(repaid, Repayment{Debt: d, Amount: part})
	}
	return left, repaid, nil
}
