package twist

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// MinimumDeposit is the least that is credited to an account, in base units. What arrives below it is
// booked as unclaimed, like what names nobody.
const MinimumDeposit money.Amount = 10_000_000

// arrivalsPage is how many arrivals are asked for at once.
const arrivalsPage = 500

// CreditDeposits books every finalized arrival that is not booked yet, each in a unit of work of its
// own, and gives how many it booked. The chain may show an arrival any number of times: it is booked once. One
// that cannot be booked is in the error, with its signature, and keeps nobody's behind it waiting.
func (l *Ledger) CreditDeposits(ctx context.Context) (int, error) {
	from, err := ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) (uint64, error) {
		return v.Deposits.Cursor(ctx)
	})
	if err != nil {
		return 0, err
	}
	booked := 0
	var failed error
	for {
		page, next, err := l.c.Chain.Arrivals(ctx, from, arrivalsPage)
		if err != nil {
			return booked, errors.Join(failed, err)
		}
		n, err := each(page, func(a payouts.Arrival) error { return about("arrival", a.Signature, l.deposit(ctx, a)) })
		booked, failed = booked+n, errors.Join(failed, err)
		if failed == nil { // else the cursor stays: what failed is read again, and all behind it
			failed = l.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Deposits.PutCursor(ctx, next) })
		}
		if next <= from || ctx.Err() != nil {
			return booked, failed
		}
		from = next
	}
}

// deposit books one arrival, or leaves one alone that is booked or of another mint.
func (l *Ledger) deposit(ctx context.Context, arrival payouts.Arrival) error {
	if arrival.Mint != l.c.Mint || !arrival.Amount.Positive() {
		return errUnchanged
	}
	// The memo is a stranger's bytes, and every store must be able to keep it: one that cannot would stop
	// all arrivals behind it.
	arrival.Memo = strings.ReplaceAll(strings.ToValidUTF8(arrival.Memo, "?"), "\x00", "?")
	err := l.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return l.credit(ctx, tx, arrival) })
	if errors.Is(err, payouts.ErrDepositExists) || errors.Is(err, ledger.ErrEntryExists) {
		return errUnchanged // another scanner booked it in between
	}
	return err
}

// credit books one arrival in a unit of work, for the account that it names, or for nobody.
func (l *Ledger) credit(ctx context.Context, tx ports.Tx, arrival payouts.Arrival) error {
	_, known, err := tx.Deposits.Find(ctx, arrival.Signature, arrival.Index)
	if err != nil {
		return err
	}
	if known {
		return errUnchanged
	}
	holder, err := l.beneficiary(ctx, tx, arrival)
	if err != nil {
		return err
	}
	purpose, err := l.purpose(ctx, tx, arrival)
	if err != nil {
		return err
	}
	now := l.c.Clock.Now()
	deposit := payouts.Deposit{Arrival: arrival, Account: holder, Purpose: purpose, At: now}
	if err := tx.Deposits.Add(ctx, deposit); err != nil {
		return err
	}
	e, err := l.c.entry(ledger.KindDeposit, depositReference(arrival), now,
		map[string]string{"from": string(arrival.From)}, ledger.Move(ledger.World(), creditedTo(deposit), arrival.Amount))
	if err != nil {
		return err
	}
	if err := tx.Ledger.Record(ctx, e); err != nil {
		return err
	}
	return l.c.tell(ctx, tx, now, news{journal.DepositCredited, string(e.ID), string(holder), facts{
		"amount": arrival.Amount.String(), "signature": foreign(string(arrival.Signature)), "index": strconv.Itoa(arrival.Index), "purpose": string(purpose),
	}})
}

// creditedTo is where what arrived stands: at the account it is for, at what is set aside for a purpose, or where the
// arrivals for nobody do.
func creditedTo(d payouts.Deposit) ledger.Address {
	switch {
	case d.Account != "":
		return ledger.Available(d.Account)
	case d.Purpose == payouts.ForBonuses:
		return ledger.Bonuses()
	}
	return ledger.Unclaimed()
}

func depositReference(a payouts.Arrival) string {
	return "deposit:" + string(a.Signature) + ":" + strconv.Itoa(a.Index)
}

// beneficiary gives the account an arrival is for, or none. It holds the account: one that is erased is a
// stranger from then on, and what arrives for it stands where the arrivals for nobody do.
func (l *Ledger) beneficiary(ctx context.Context, tx ports.Tx, a payouts.Arrival) (payouts.AccountID, error) {
	named, ok := a.Beneficiary()
	if !ok || a.Amount < MinimumDeposit {
		return "", nil
	}
	account, err := tx.Accounts.Hold(ctx, identity.AccountID(named))
	if errors.Is(err, fault.NotFound) || err == nil && account[0].Erased() {
		return "", nil
	}
	return named, err
}

// purpose gives what the platform is to set an arrival aside for, or nothing: only what the wallet of an operator sent is
// for a purpose, because nobody else gives away tokens for good by a text.
func (l *Ledger) purpose(ctx context.Context, tx ports.Tx, a payouts.Arrival) (payouts.Purpose, error) {
	named, ok := a.Purpose()
	if !ok || a.Amount < MinimumDeposit {
		return "", nil
	}
	sender := identity.Wallet(a.From)
	linked, known, err := tx.Wallets.Find(ctx, sender)
	if err != nil || !known {
		return "", err
	}
	account, err := tx.Accounts.Get(ctx, linked.Account)
	if err != nil || identity.MayOperate(identity.RolesOf(account, sender, l.c.Operators)) != nil {
		return "", err
	}
	return named, nil
}

// DepositInstructions is where the caller sends tokens, and what to write beside them.
type DepositInstructions struct {
	Treasury payouts.Address
	Mint     string
	Memo     string
	Minimum  money.Amount
}

// DepositTo gives the caller's instructions.
func (l *Ledger) DepositTo(by Caller) DepositInstructions {
	return DepositInstructions{
		Treasury: l.c.Signer.Treasury(), Mint: l.c.Mint,
		Memo: payouts.DepositMemo(payouts.AccountID(by.Account)), Minimum: MinimumDeposit,
	}
}

// Deposits pages through what was credited to the caller.
func (l *Ledger) Deposits(ctx context.Context, by Caller, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
	return ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) ([]payouts.Deposit, error) {
		return v.Deposits.ListByAccount(ctx, payouts.AccountID(by.Account), after, limit)
	})
}
