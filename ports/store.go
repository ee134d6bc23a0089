package ports

import (
	"context"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of the unit of work.
var (
	// ErrNested means that a unit of work was opened inside another.
	ErrNested = fault.New(fault.Internal, "unit_nested", "a unit of work was opened inside another")
	// ErrSpoiled means that a unit of work went on after it had ended or one of its writes had failed.
	ErrSpoiled = fault.New(fault.Internal, "unit_spoiled", "the unit of work is over")
)

// Store is the only way to stored state, beside ClickLog.
type Store interface {
	// Write runs fn in one unit of work, which commits when fn returns nil and otherwise, also when fn
	// panics, leaves no trace; an error of fn comes back as it is. fn may run again after a conflict, so
	// its only effects are through tx; it calls no chain and no queue. Once a write of tx has failed,
	// Write returns that error even if fn returns nil, and whatever else is asked of tx is ErrSpoiled, as
	// it is after fn has returned. A Write or Read inside fn is ErrNested. When ctx ends before the
	// commit, Write is ErrStore and leaves no trace. A store that loses the answer to its commit is ErrStore
	// too, and then nobody knows: whoever asks again under the same key is told.
	Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error
	// Read runs fn against one snapshot of what was committed; an error of fn comes back as it is. What
	// is asked of v after fn has returned is ErrSpoiled. A Write or Read inside fn is ErrNested. When ctx
	// ended before, Read is ErrStore.
	Read(ctx context.Context, fn func(ctx context.Context, v View) error) error
}

// Tx is the writing side of a unit of work. Every Lock holds its rows until the unit ends; what was
// read without one may be stale at commit. Writers lock in the order of these fields, and several rows
// of one field in the order of their keys, so that no two wait for each other.
type Tx struct {
	Outcomes     Outcomes
	Accounts     Accounts
	Wallets      Wallets
	Assents      Assents
	Sessions     Sessions
	APIKeys      APIKeys
	Applications Applications
	Influencers  Influencers
	Emails       Emails
	Mails        Mails
	Programs     Programs
	Links        Links
	Reservations Reservations
	Erasures     Erasures
	Conversions  Conversions
	Touches      Touches
	Bindings     Bindings
	Commissions  Commissions
	Bonuses      Bonuses
	Pools        Pools
	Positions    Positions
	Tickets      Tickets
	PoolDays     PoolDays
	PoolFigures  PoolFigures
	Conducts     Conducts
	Alerts       Alerts
	Deposits     Deposits
	Payouts      Payouts
	Attempts     Attempts
	Debts        Debts
	Ledger       Ledger
	Outbox       Outbox
	Audit        Audit
	Seals        Seals
}

// View is the reading side: it has no method that writes.
type View struct {
	Accounts     AccountReader
	Wallets      WalletReader
	Sessions     SessionReader
	APIKeys      APIKeyReader
	Applications ApplicationReader
	Influencers  InfluencerReader
	Emails       EmailReader
	Mails        MailReader
	Programs     ProgramReader
	Links        LinkReader
	Reservations ReservationReader
	Conversions  ConversionReader
	Touches      TouchReader
	Bindings     BindingReader
	Commissions  CommissionReader
	Bonuses      BonusReader
	Orders       OrderReader
	Waiting      WaitingReader
	Pools        PoolReader
	Positions    PositionReader
	Tickets      TicketReader
	PoolDays     PoolDayReader
	Listings     ListingReader
	Alerts       AlertReader
	Deposits     DepositReader
	Payouts      PayoutReader
	Attempts     AttemptReader
	Debts        DebtReader
	Ledger       LedgerReader
	Journal      JournalReader
	Audit        AuditReader
}

// Write runs fn in a unit of work and gives its result back.
func Write[T any](ctx context.Context, s Store, fn func(ctx context.Context, tx Tx) (T, error)) (T, error) {
	var result T
	err := s.Write(ctx, func(ctx context.Context, tx Tx) (err error) {
		result, err = fn(ctx, tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// Read runs fn against one snapshot and gives its result back.
func Read[T any](ctx context.Context, s Store, fn func(ctx context.Context, v View) (T, error)) (T, error) {
	var result T
	err := s.Read(ctx, func(ctx context.Context, v View) (err error) {
		result, err = fn(ctx, v)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

type unitKey struct{}

// Begin marks ctx as inside a unit of work, or returns ErrNested. Every Store calls it first in Write and
// in Read: one that waited for another of the same caller could wait for ever.
func Begin(ctx context.Context) (context.Context, error) {
	if InUnit(ctx) {
		return nil, ErrNested
	}
	return context.WithValue(ctx, unitKey{}, true), nil
}

// InUnit reports whether ctx is inside a unit of work. What must never happen there, a call of the
// chain or of a queue, asks it and refuses.
func InUnit(ctx context.Context) bool { return ctx.Value(unitKey{}) != nil }
