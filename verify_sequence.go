package twist

import (
	"context"
	"strings"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
)

// readJournal takes every entry into the books, into the sequence and to the rows that explain it, and beside
// the entries every event.
func (a *audit) readJournal(ctx context.Context) error {
	events := &beside[journal.Event]{
		read: func(after journal.Event) ([]journal.Event, error) {
			return a.view.Journal.Events(ctx, after.ID, verifyPage)
		},
	}
	var id ledger.EntryID
	err := pages(func() ([]ledger.Record, error) { return a.view.Ledger.Entries(ctx, id, verifyPage) }, func(r ledger.Record) error {
		id = r.Entry.ID
		a.entry(r)
		return events.until(func(e journal.Event) bool {
			if made(string(e.ID)) > made(string(id)) {
				return false
			}
			a.event(e)
			return true
		})
	})
	return first(err, func() error {
		return events.until(func(e journal.Event) bool { a.event(e); return true })
	})
}

// made is the part of a name that says when it was made.
func made(id string) string {
	_, moment, _ := strings.Cut(id, "_")
	return moment
}

func (a *audit) entry(r ledger.Record) {
	a.journal.Entry(r)
	a.movedOn(r.Entry)
	a.sequence.Item(journal.EntryItem(r.Entry.ID, r.Entry.At, r.Digest)) // that the digest is the entry's, the books check
	switch r.Entry.Kind {
	case ledger.KindDeposit, ledger.KindRemainder, ledger.KindPayoutRequest, ledger.KindPayoutReturn, ledger.KindSettlement, ledger.KindBonus, ledger.KindGas:
		a.entries[r.Entry.Reference] = r.Entry
	case ledger.KindConversion, ledger.KindApproval, ledger.KindRefund, ledger.KindRejection, ledger.KindClawback:
		of := r.Entry.Metadata["commission"]
		a.commissioned[of] = append(a.commissioned[of], r.Entry)
	case ledger.KindStake, ledger.KindLeave, ledger.KindClaim, ledger.KindCooled, ledger.KindRestake, ledger.KindCompound, ledger.KindDistribution,
		ledger.KindFund, ledger.KindWithdraw, ledger.KindGivenUp:
		a.movedBy(r.Entry)
	case ledger.KindRepayment: // stays with one holder and one program each, and the debts prove the amounts
	}
}

func (a *audit) event(e journal.Event) {
	a.sequence.Event(e)
	a.remember(e)
	a.movedAs(e)
	a.linked(e)
	a.lived(e)
	a.stakedBy(e)
	a.rebalancedBy(e)
	a.fared(e)
}

// readSequence takes every seal and what waits.
func (a *audit) readSequence(ctx context.Context) error {
	var position int64
	err := pages(func() ([]journal.Seal, error) { return a.view.Journal.Seals(ctx, position, verifyPage) }, func(s journal.Seal) error {
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
