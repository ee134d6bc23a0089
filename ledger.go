package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// Ledger reads balances, books what arrives, and verifies everything.
type Ledger struct{ c Config }

// Balances is what stands for one holder.
type Balances struct {
	Available money.Amount // in the holder's name
	Owed      money.Amount // to budgets after clawbacks; never negative
	Spendable money.Amount // Available − Owed, or zero
}

// Balances gives the caller's balances.
func (l *Ledger) Balances(ctx context.Context, by Caller) (Balances, error) {
	return ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) (Balances, error) {
		available, err := v.Ledger.Balance(ctx, ledger.Available(by.Account), ledger.TWIST)
		if err != nil {
			return Balances{}, err
		}
		owed, err := v.Ledger.Balance(ctx, ledger.Owed(by.Account), ledger.TWIST)
		if err != nil {
			return Balances{}, err
		}
		return balances(available, owed)
	})
}

// balances reads the two rows of a holder; owed stands there as a negative number.
func balances(available, owed money.Amount) (Balances, error) {
	spendable, err := available.Add(owed)
	return Balances{Available: available, Owed: owed.Neg(), Spendable: max(spendable, 0)}, err
}

// mustSpend holds the holder's rows and returns ledger.ErrInsufficientFunds when amount is more than
// the holder may spend: what is owed cannot be staked, funded or paid out.
func mustSpend(ctx context.Context, tx ports.Tx, holder identity.AccountID, amount money.Amount) error {
	rows, err := tx.Ledger.Lock(ctx, ledger.Available(holder), ledger.Owed(holder))
	if err != nil {
		return err
	}
	b, err := balances(rows[0], rows[1])
	if err != nil {
		return err
	}
	if amount > b.Spendable {
		return ledger.ErrInsufficientFunds.Saying("%s can be spent and %s is needed", b.Spendable, amount)
	}
	return nil
}

// maxRepaid is how many debts one credit repays: the postings of more would not fit an entry. What is
// still owed then cannot be spent, and the next credit or CollectDebts repays it.
const maxRepaid = 25

// credit gives amount to a holder out of source, debts first: what repays a debt also moves the same
// amount from the program's receivable back to its budget. It tells of every debt that was repaid.
func credit(ctx context.Context, tx ports.Tx, source ledger.Address, holder attribution.AccountID, amount money.Amount) ([]ledger.Posting, []news, error) {
	debts, err := tx.Debts.Lock(ctx, holder)
	if err != nil {
		return nil, nil, err
	}
	left, repaid, err := attribution.Repay(amount, debts[:min(len(debts), maxRepaid)])
	if err != nil {
		return nil, nil, err
	}
	var tell []news
	postings := []ledger.Posting{ledger.Move(source, ledger.Available(holder), left)}
	for _, r := range repaid {
		if err := tx.Debts.Put(ctx, r.Debt); err != nil {
			return nil, nil, err
		}
		tell = append(tell, collected(r))
		postings = append(
			postings,
			ledger.Move(source, ledger.Owed(holder), r.Amount),
			ledger.Move(ledger.Receivable(r.Debt.Program), ledger.Budget(r.Debt.Program), r.Amount),
		)
	}
	return postings, tell, nil
}
