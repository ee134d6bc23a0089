package twist

import (
	"context"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
)

// readEntries takes every entry into the books, into the sequence, and to the rows that explain it.
func (a *audit) readEntries(ctx context.Context) error {
	var id ledger.EntryID
	return pages(func() ([]ledger.Record, error) { return a.view.Ledger.Entries(ctx, id, verifyPage) }, func(r ledger.Record) error {
		id = r.Entry.ID
		a.journal.Entry(r)
		a.sequence.Item(journal.EntryItem(r.Entry.ID, r.Entry.At, r.Digest)) // that the digest is the entry's, the books check
		switch r.Entry.Kind {
		case ledger.KindDeposit, ledger.KindPayoutRequest, ledger.KindPayoutReturn, ledger.KindSettlement, ledger.KindGas:
			a.entries[r.Entry.Reference] = r.Entry
		case ledger.KindConversion, ledger.KindApproval, ledger.KindRefund, ledger.KindClawback:
			of := r.Entry.Metadata["commission"]
			a.commissioned[of] = append(a.commissioned[of], r.Entry)
		case ledger.KindStake, ledger.KindLeave, ledger.KindClaim, ledger.KindFund, ledger.KindWithdraw, ledger.KindRepayment:
			// The rows of these are proven by sums.
		}
		return nil
	})
}

// readSequence takes every event, every seal and what waits.
func (a *audit) readSequence(ctx context.Context) error {
	var id journal.EventID
	err := pages(func() ([]journal.Event, error) { return a.view.Journal.Events(ctx, id, verifyPage) }, func(e journal.Event) error {
		id = e.ID
		a.sequence.Event(e)
		a.remember(e)
		return nil
	})
	if err != nil {
		return err
	}
	var position int64
	err = pages(func() ([]journal.Seal, error) { return a.view.Journal.Seals(ctx, position, verifyPage) }, func(s journal.Seal) error {
		position = s.Position
		a.sequence.Seal(s)
		return nil
	})
	if err != nil {
		return err
	}
	var turn int64
	return pages(func() ([]journal.Waiting, error) { return a.view.Journal.Waiting(ctx, turn, verifyPage) }, func(w journal.Waiting) error {
		turn = w.Turn
		a.sequence.Waiting(w)
		return nil
	})
}
