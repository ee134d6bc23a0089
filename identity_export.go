package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Exported is one thing that is stored of an account.
type Exported struct {
	Kind  string // a word of ExportKinds
	Value any    // a value of core, or a Standing
}

// Standing is what stands at a ledger account of an exported account.
type Standing struct {
	Address ledger.Address
	Balance money.Amount
}

// ExportKinds lists what an export gives, in the order in which it does.
func ExportKinds() []string {
	kinds := make([]string, 0, len(exports))
	for _, e := range exports {
		kinds = append(kinds, e.kinds...)
	}
	return kinds
}

// exportPage is how many rows are read at once.
const exportPage = 200

// Export gives everything that is stored of the caller's account, one thing after the other, and nothing that
// is a secret: of sessions, keys and emails not what their tokens are held against, and of payouts not the
// signed bytes. It is complete once it returns nil; an error of give ends it.
//
// However much there is, no more than a page is held at once, in the store and here: each page is a snapshot of
// its own, so that a slow reader keeps none open. What was stored before it began and did not change meanwhile
// is in it once; what came or changed meanwhile may be in it as it was or as it is. A caller whose account was
// erased meanwhile is identity.ErrSessionEnded.
func (i *Identity) Export(ctx context.Context, by Caller, give func(Exported) error) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	if err := i.recordExport(ctx, by); err != nil {
		return err
	}
	x := &export{c: i.c, by: by, give: give}
	for _, e := range exports {
		if err := e.run(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// recordExport puts into the audit log that everything of an account was asked for, if the call came from
// somewhere: whoever stole a session is seen to have read all of it.
func (i *Identity) recordExport(ctx context.Context, by Caller) error {
	origin, ok := OriginOf(ctx)
	if !ok {
		return nil
	}
	record := i.c.recordOf(origin, i.c.Clock.Now(), "identity.exported", string(by.Account), "")
	if record.Account == "" {
		record.Account = by.Account
	}
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return err
		}
		return tx.Audit.Add(ctx, record)
	})
}

// exports are the parts of an export, and the kinds that each gives.
var exports = []struct { //nolint:gochecknoglobals // a constant table
	kinds []string
	run   func(ctx context.Context, x *export) error
}{
	{[]string{"account"}, exportAccount},
	{[]string{"wallet"}, exportWallets},
	{[]string{"session"}, exportSessions},
	{[]string{"api_key"}, exportKeys},
	{[]string{"influencer", "email"}, exportProfile},
	{[]string{"mail"}, exportMails},
	{[]string{"application"}, exportApplications},
	{[]string{"audit_record"}, exportAudit},
	{[]string{"pool"}, exportPool},
	{[]string{"position"}, exportPositions},
	{[]string{"ticket"}, exportTickets},
	{[]string{"link"}, exportLinks},
	{[]string{"commission"}, exportCommissions},
	{[]string{"bonus"}, exportBonuses},
	{[]string{"debt"}, exportDebts},
	{[]string{"program", "reservation", "conversion", "refund"}, exportPrograms},
	{[]string{"deposit"}, exportDeposits},
	{[]string{"payout", "attempt"}, exportPayouts},
	{[]string{"balance", "entry"}, exportLedger},
}

// export is one under way.
type export struct {
	c    Config
	by   Caller
	give func(Exported) error
}

// read reads in one snapshot, for an account that is still there.
func read[T any](ctx context.Context, x *export, fn func(ctx context.Context, v ports.View) (T, error)) (T, error) {
	return ports.Read(ctx, x.c.Store, func(ctx context.Context, v ports.View) (none T, err error) {
		account, err := v.Accounts.Get(ctx, x.by.Account)
		if err == nil && account.Erased() {
			err = identity.ErrAccountNotFound
		}
		if err != nil {
			return none, instead(err, identity.ErrAccountNotFound, identity.ErrSessionEnded)
		}
		return fn(ctx, v)
	})
}

// listed gives the rows of a list that is short, whatever there is of it.
func listed[T any](ctx context.Context, x *export, kind string, list func(ctx context.Context, v ports.View) ([]T, error)) error {
	rows, err := read(ctx, x, list)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := x.give(Exported{kind, row}); err != nil {
			return err
		}
	}
	return nil
}

// paged gives the rows of a list, page by page, each followed by what goes with it.
func paged[T any](ctx context.Context, x *export, kind string, list func(ctx context.Context, v ports.View, after T) ([]T, error), beside ...func(row T) error) error {
	var after T
	for {
		page, err := read(ctx, x, func(ctx context.Context, v ports.View) ([]T, error) { return list(ctx, v, after) })
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := x.give(Exported{kind, row}); err != nil {
				return err
			}
			for _, next := range beside {
				if err := next(row); err != nil {
					return err
				}
			}
		}
		if len(page) < exportPage {
			return nil
		}
		after = page[len(page)-1]
	}
}

// one gives what is there once, if it is.
func one[T any](ctx context.Context, x *export, kind string, find func(ctx context.Context, v ports.View) (T, bool, error)) error {
	ok := false
	row, err := read(ctx, x, func(ctx context.Context, v ports.View) (row T, err error) {
		row, ok, err = find(ctx, v)
		return row, err
	})
	if err != nil || !ok {
		return err
	}
	return x.give(Exported{kind, row})
}

func exportAccount(ctx context.Context, x *export) error {
	return one(ctx, x, "account", func(ctx context.Context, v ports.View) (identity.Account, bool, error) {
		account, err := v.Accounts.Get(ctx, x.by.Account)
		return account, err == nil, err
	})
}

func exportWallets(ctx context.Context, x *export) error {
	return listed(ctx, x, "wallet", func(ctx context.Context, v ports.View) ([]identity.LinkedWallet, error) {
		return v.Wallets.List(ctx, x.by.Account)
	})
}

func exportSessions(ctx context.Context, x *export) error {
	return paged(ctx, x, "session", func(ctx context.Context, v ports.View, after identity.Session) ([]identity.Session, error) {
		found, err := v.Sessions.ListByAccount(ctx, x.by.Account, after.ID, exportPage)
		for n := range found {
			found[n] = found[n].Bare()
		}
		return found, err
	})
}

func exportKeys(ctx context.Context, x *export) error {
	return paged(ctx, x, "api_key", func(ctx context.Context, v ports.View, after identity.APIKey) ([]identity.APIKey, error) {
		found, err := v.APIKeys.ListByAccount(ctx, x.by.Account, after.ID, exportPage)
		for n := range found {
			found[n] = found[n].Bare()
		}
		return found, err
	})
}

func exportProfile(ctx context.Context, x *export) error {
	err := one(ctx, x, "influencer", func(ctx context.Context, v ports.View) (identity.Influencer, bool, error) {
		return v.Influencers.FindByAccount(ctx, x.by.Account)
	})
	if err != nil {
		return err
	}
	return one(ctx, x, "email", func(ctx context.Context, v ports.View) (identity.Email, bool, error) {
		email, ok, err := v.Emails.FindByAccount(ctx, x.by.Account)
		return email.Bare(), ok, err
	})
}

func exportMails(ctx context.Context, x *export) error {
	return paged(ctx, x, "mail", func(ctx context.Context, v ports.View, after identity.Mail) ([]identity.Mail, error) {
		return v.Mails.ListByAccount(ctx, x.by.Account, after.ID, exportPage)
	})
}

func exportApplications(ctx context.Context, x *export) error {
	return paged(ctx, x, "application", func(ctx context.Context, v ports.View, after identity.Application) ([]identity.Application, error) {
		found, err := v.Applications.ListByAccount(ctx, x.by.Account, after.ID, exportPage)
		for n := range found {
			found[n].DecidedBy = "" // who that was is theirs
		}
		return found, err
	})
}

func exportAudit(ctx context.Context, x *export) error {
	return paged(ctx, x, "audit_record", func(ctx context.Context, v ports.View, before identity.AuditRecord) ([]identity.AuditRecord, error) {
		return v.Audit.List(ctx, x.by.Account, before.ID, exportPage)
	})
}

func exportPool(ctx context.Context, x *export) error {
	return one(ctx, x, "pool", func(ctx context.Context, v ports.View) (none staking.Pool, ok bool, err error) {
		influencer, ok, err := v.Influencers.FindByAccount(ctx, x.by.Account)
		if err != nil || !ok {
			return none, false, err
		}
		return v.Pools.FindByInfluencer(ctx, staking.InfluencerID(influencer.ID))
	})
}

func exportPositions(ctx context.Context, x *export) error {
	return paged(ctx, x, "position", func(ctx context.Context, v ports.View, after staking.Position) ([]staking.Position, error) {
		return v.Positions.ListByAccount(ctx, staking.AccountID(x.by.Account), after.ID, exportPage)
	})
}

func exportTickets(ctx context.Context, x *export) error {
	return paged(ctx, x, "ticket", func(ctx context.Context, v ports.View, after staking.Ticket) ([]staking.Ticket, error) {
		return v.Tickets.ListByAccount(ctx, staking.AccountID(x.by.Account), after.ID, exportPage)
	})
}

func exportLinks(ctx context.Context, x *export) error {
	return paged(ctx, x, "link", func(ctx context.Context, v ports.View, after attribution.Link) ([]attribution.Link, error) {
		return v.Links.ListByHolder(ctx, attribution.AccountID(x.by.Account), after.ID, exportPage)
	})
}

func exportCommissions(ctx context.Context, x *export) error {
	return paged(ctx, x, "commission", func(ctx context.Context, v ports.View, after attribution.Commission) ([]attribution.Commission, error) {
		return v.Commissions.ListByHolder(ctx, attribution.AccountID(x.by.Account), after.ID, exportPage)
	})
}

func exportBonuses(ctx context.Context, x *export) error {
	return paged(ctx, x, "bonus", func(ctx context.Context, v ports.View, after attribution.Bonus) ([]attribution.Bonus, error) {
		return v.Bonuses.ListByHolder(ctx, attribution.AccountID(x.by.Account), after.ID, exportPage)
	})
}

func exportDebts(ctx context.Context, x *export) error {
	return paged(ctx, x, "debt", func(ctx context.Context, v ports.View, after attribution.Debt) ([]attribution.Debt, error) {
		return v.Debts.ListByHolder(ctx, attribution.AccountID(x.by.Account), after.Program, exportPage)
	})
}
