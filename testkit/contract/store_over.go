package contract

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func unitOver(t *testing.T, s ports.Store) {
	var tx ports.Tx
	var v ports.View
	write(t, s, func(_ context.Context, handed ports.Tx) error { tx = handed; return nil })
	require.NoError(t, s.Read(t.Context(), func(_ context.Context, handed ports.View) error { v = handed; return nil }))
	for name, ask := range writes(tx) {
		require.ErrorIs(t, ask(t.Context()), ports.ErrSpoiled, name)
	}
	for name, ask := range reads(tx, v) {
		require.ErrorIs(t, ask(t.Context()), ports.ErrSpoiled, name)
	}
	requireTraceless(t, s)
}

// writes lists every method of a unit of work that writes.
func writes(tx ports.Tx) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"outcome":     func(ctx context.Context) error { return tx.Outcomes.Add(ctx, outcome(1)) },
		"account":     func(ctx context.Context) error { return tx.Accounts.Add(ctx, account(1)) },
		"wallet":      func(ctx context.Context) error { return tx.Wallets.Add(ctx, linkedWallet(1, 1)) },
		"wallet-":     func(ctx context.Context) error { return tx.Wallets.Remove(ctx, wallet(1)) },
		"account-":    func(ctx context.Context) error { return tx.Accounts.Erase(ctx, erased(1)) },
		"person-":     func(ctx context.Context) error { return tx.Erasures.Forget(ctx, "") },
		"audit-":      func(ctx context.Context) error { return tx.Audit.Forget(ctx, "") },
		"assent":      func(ctx context.Context) error { return tx.Assents.Add(ctx, assent(1)) },
		"key":         func(ctx context.Context) error { return tx.APIKeys.Add(ctx, apiKey(1)) },
		"key+":        func(ctx context.Context) error { return tx.APIKeys.Put(ctx, apiKey(1)) },
		"keys":        func(ctx context.Context) error { return got(tx.APIKeys.RevokeAll(ctx, "", later(1))) },
		"session":     func(ctx context.Context) error { return tx.Sessions.Add(ctx, session(1)) },
		"session+":    func(ctx context.Context) error { return tx.Sessions.Put(ctx, session(1)) },
		"sessions":    func(ctx context.Context) error { return got(endAll(later(1))(ctx, tx)) },
		"roles":       func(ctx context.Context) error { return tx.Accounts.PutRoles(ctx, account(1)) },
		"influencer":  func(ctx context.Context) error { return tx.Influencers.Add(ctx, influencer(1)) },
		"influencer+": func(ctx context.Context) error { return tx.Influencers.Put(ctx, influencer(1)) },
		"application": func(ctx context.Context) error {
			return tx.Applications.Add(ctx, application(1, identity.ApplicationPending))
		},
		"application+": func(ctx context.Context) error {
			return tx.Applications.Put(ctx, application(1, identity.ApplicationPending))
		},
		"email":       func(ctx context.Context) error { return tx.Emails.Put(ctx, email(1)) },
		"mail":        func(ctx context.Context) error { return tx.Mails.Add(ctx, mail(1, identity.MailWaiting)) },
		"mail+":       func(ctx context.Context) error { return tx.Mails.Put(ctx, mail(1, identity.MailWaiting)) },
		"program":     func(ctx context.Context) error { return tx.Programs.Add(ctx, program(1)) },
		"link":        func(ctx context.Context) error { return tx.Links.Add(ctx, link(1)) },
		"put program": func(ctx context.Context) error { return tx.Programs.Put(ctx, program(0)) },
		"put link":    func(ctx context.Context) error { return tx.Links.Put(ctx, link(0)) },
		"reservation": func(ctx context.Context) error { return tx.Reservations.Add(ctx, reservation(1)) },
		"released":    func(ctx context.Context) error { return tx.Reservations.Remove(ctx, "", "") },
		"conversion":  func(ctx context.Context) error { return tx.Conversions.Add(ctx, conversion(1)) },
		"conversion+": func(ctx context.Context) error { return tx.Conversions.Put(ctx, conversion(1)) },
		"refund":      func(ctx context.Context) error { return tx.Conversions.AddRefund(ctx, refund(1)) },
		"touch":       func(ctx context.Context) error { return tx.Touches.Add(ctx, touch(1)) },
		"binding":     func(ctx context.Context) error { return tx.Bindings.Bind(ctx, binding(1)) },
		"unbound":     func(ctx context.Context) error { return tx.Bindings.Unbind(ctx, "", "") },
		"taking":      func(ctx context.Context) error { return gotOr(tx.Bindings.Take(ctx, "comm_1")) },
		"unbinding":   func(ctx context.Context) error { return got(tx.Bindings.Forget(ctx, later(1), 1)) },
		"commission":  func(ctx context.Context) error { return tx.Commissions.Put(ctx, commission(1, attribution.Pending)) },
		"bonus":       func(ctx context.Context) error { return tx.Bonuses.Add(ctx, bonus(1, attribution.BonusDue)) },
		"bonus+":      func(ctx context.Context) error { return tx.Bonuses.Put(ctx, bonus(1, attribution.BonusDue)) },
		"assessment": func(ctx context.Context) error {
			return tx.Bonuses.Assess(ctx, attribution.Assessment{Month: aMonth(), At: later(1)})
		},
		"pool":       func(ctx context.Context) error { return tx.Pools.Add(ctx, pool(1)) },
		"pool+":      func(ctx context.Context) error { return tx.Pools.Put(ctx, pool(1)) },
		"position":   func(ctx context.Context) error { return tx.Positions.Put(ctx, position(1)) },
		"activation": func(ctx context.Context) error { return tx.Positions.PutActivation(ctx, activation(1)) },
		"ticket":     func(ctx context.Context) error { return tx.Tickets.Add(ctx, ticket(1)) },
		"ticket+":    func(ctx context.Context) error { return tx.Tickets.Put(ctx, ticket(1)) },
		"pool day":   func(ctx context.Context) error { return tx.PoolDays.Add(ctx, poolDay(1)) },
		"figures":    func(ctx context.Context) error { return tx.PoolFigures.Put(ctx, []staking.Figures{figure(0, 1, 2, 3)}) },
		"debt":       func(ctx context.Context) error { return tx.Debts.Put(ctx, debt(1)) },
		"deposit":    func(ctx context.Context) error { return tx.Deposits.Add(ctx, deposit(1)) },
		"cursor":     func(ctx context.Context) error { return tx.Deposits.PutCursor(ctx, 1) },
		"payout":     func(ctx context.Context) error { return tx.Payouts.Put(ctx, payout(1)) },
		"attempt":    func(ctx context.Context) error { return tx.Attempts.Add(ctx, attempt(1, payouts.Live)) },
		"attempt+":   func(ctx context.Context) error { return tx.Attempts.Put(ctx, attempt(1, payouts.Live)) },
		"entry":      func(ctx context.Context) error { return tx.Ledger.Record(ctx, give(1, 1, 1)) },
		"event":      func(ctx context.Context) error { return tx.Outbox.Add(ctx, event(1)) },
		"seal":       func(ctx context.Context) error { return tx.Seals.Add(ctx, nil, nil) },
		"entries":    func(ctx context.Context) error { return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(1, 1, 1)}) },
	}
}

// reads lists every method of a unit of work and of a snapshot that reads.
func reads(tx ports.Tx, v ports.View) map[string]func(context.Context) error {
	asks := readsOfPeople(tx, v)
	maps.Copy(asks, readsOfMails(tx, v))
	maps.Copy(asks, readsOfBusiness(tx, v))
	maps.Copy(asks, readsOfBooks(tx, v))
	return asks
}

// got and gotOr leave nothing of an answer but its error.
func got[V any](_ V, err error) error { return err }

func gotOr[V any](_ V, _ bool, err error) error { return err }

func readsOfPeople(tx ports.Tx, v ports.View) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"outcome":                  func(ctx context.Context) error { return gotOr(tx.Outcomes.Lock(ctx, "", "", "")) },
		"account":                  func(ctx context.Context) error { return got(tx.Accounts.Get(ctx, "")) },
		"wallet":                   func(ctx context.Context) error { return gotOr(tx.Wallets.Find(ctx, "")) },
		"wallets shared":           func(ctx context.Context) error { return got(tx.Wallets.Shared(ctx, "", "")) },
		"wallets lock":             func(ctx context.Context) error { return got(tx.Wallets.Lock(ctx, "")) },
		"account lock":             func(ctx context.Context) error { return got(tx.Accounts.Lock(ctx, "")) },
		"account hold":             func(ctx context.Context) error { return got(tx.Accounts.Hold(ctx, "")) },
		"obstacles":                func(ctx context.Context) error { return got(tx.Erasures.Open(ctx, "", later(1))) },
		"view sessions account":    func(ctx context.Context) error { return got(v.Sessions.ListByAccount(ctx, "", "", 1)) },
		"view pool influencer":     func(ctx context.Context) error { return gotOr(v.Pools.FindByInfluencer(ctx, "")) },
		"session lock":             func(ctx context.Context) error { return got(tx.Sessions.Lock(ctx, "")) },
		"key lock":                 func(ctx context.Context) error { return got(tx.APIKeys.Lock(ctx, "")) },
		"keys alive":               func(ctx context.Context) error { return got(tx.APIKeys.CountAlive(ctx, "", later(1))) },
		"view key":                 func(ctx context.Context) error { return got(v.APIKeys.Get(ctx, "")) },
		"view keys":                func(ctx context.Context) error { return got(v.APIKeys.ListByAccount(ctx, "", "", 1)) },
		"view session":             func(ctx context.Context) error { return got(v.Sessions.Get(ctx, "")) },
		"view sessions":            func(ctx context.Context) error { return got(v.Sessions.ListAlive(ctx, "", later(1), "", 1)) },
		"influencer account":       func(ctx context.Context) error { return gotOr(tx.Influencers.FindByAccount(ctx, "")) },
		"influencer username":      func(ctx context.Context) error { return gotOr(tx.Influencers.FindByUsername(ctx, "")) },
		"view account":             func(ctx context.Context) error { return got(v.Accounts.Get(ctx, "")) },
		"view wallets":             func(ctx context.Context) error { return got(v.Wallets.List(ctx, "")) },
		"view all wallets":         func(ctx context.Context) error { return got(v.Wallets.All(ctx, "", 1)) },
		"view influencer account":  func(ctx context.Context) error { return gotOr(v.Influencers.FindByAccount(ctx, "")) },
		"view influencer username": func(ctx context.Context) error { return gotOr(v.Influencers.FindByUsername(ctx, "")) },
		"pool lock":                func(ctx context.Context) error { return got(tx.Pools.Lock(ctx, "")) },
		"pool influencer":          func(ctx context.Context) error { return gotOr(tx.Pools.FindByInfluencer(ctx, "")) },
		"position":                 func(ctx context.Context) error { return gotOr(tx.Positions.Find(ctx, "", "")) },
		"activation":               func(ctx context.Context) error { return gotOr(tx.Positions.FindActivation(ctx, "", 1)) },
		"view pool":                func(ctx context.Context) error { return got(v.Pools.Get(ctx, "")) },
		"view pools":               func(ctx context.Context) error { return got(v.Pools.List(ctx, "", 1)) },
		"view activations":         func(ctx context.Context) error { return got(v.Positions.AllActivations(ctx, staking.Activation{}, 1)) },
		"view activations of": func(ctx context.Context) error {
			return got(v.Positions.FindActivations(ctx, []staking.Position{position(1)}))
		},
		"view positions": func(ctx context.Context) error { return got(v.Positions.All(ctx, staking.Position{}, 1)) },
		"view days":      func(ctx context.Context) error { return got(v.PoolDays.All(ctx, staking.PoolDay{}, 1)) },
		"view days of":   func(ctx context.Context) error { return got(v.PoolDays.Since(ctx, []staking.PoolID{"x"}, 1)) },
		"view listing":   func(ctx context.Context) error { return got(v.Listings.Get(ctx, "")) },
		"view listings": func(ctx context.Context) error {
			return got(v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, "", staking.Place{}, 1))
		},
		"view stale":    func(ctx context.Context) error { return got(v.Listings.Stale(ctx, 1, "", 1)) },
		"view held":     func(ctx context.Context) error { return got(v.Listings.Held(ctx, "", "", 1)) },
		"view largest":  func(ctx context.Context) error { return got(v.Positions.Largest(ctx, "", staking.Standing{}, 1)) },
		"view past":     func(ctx context.Context) error { return got(v.Ledger.Past(ctx, ledger.World(), 0, 1)) },
		"view pools of": func(ctx context.Context) error { return got(v.Pools.GetAll(ctx, []staking.PoolID{"x"})) },
		"conduct lock":  func(ctx context.Context) error { return got(tx.Conducts.Lock(ctx, "")) },
		"alert":         func(ctx context.Context) error { return got(tx.Alerts.Get(ctx, "")) },
		"alert lock":    func(ctx context.Context) error { return got(tx.Alerts.Lock(ctx, "")) },
		"alert known": func(ctx context.Context) error {
			_, _, err := tx.Alerts.Known(ctx, "", fraud.KindPool, "", later(0))
			return err
		},
		"alert open":             func(ctx context.Context) error { return gotOr(tx.Alerts.LockOpen(ctx, fraud.KindPool, "")) },
		"view alerts status":     func(ctx context.Context) error { return got(v.Alerts.ListByStatus(ctx, fraud.Open, "", 1)) },
		"view alerts count":      func(ctx context.Context) error { return got(v.Alerts.CountOpen(ctx)) },
		"view alerts account":    func(ctx context.Context) error { return got(v.Alerts.ListByAccount(ctx, "", "", 1)) },
		"ticket":                 func(ctx context.Context) error { return got(tx.Tickets.Get(ctx, "")) },
		"cooling tickets":        func(ctx context.Context) error { return got(tx.Tickets.CountCooling(ctx, "", "")) },
		"view tickets":           func(ctx context.Context) error { return got(v.Tickets.All(ctx, staking.Ticket{}, 1)) },
		"view tickets due":       func(ctx context.Context) error { return got(v.Tickets.Due(ctx, later(1), staking.Ticket{}, 1)) },
		"view tickets account":   func(ctx context.Context) error { return got(v.Tickets.ListByAccount(ctx, "", "", 1)) },
		"view positions account": func(ctx context.Context) error { return got(v.Positions.ListByAccount(ctx, "", "", 1)) },
	}
}

func readsOfMails(tx ports.Tx, v ports.View) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"influencer lock":           func(ctx context.Context) error { return got(tx.Influencers.Lock(ctx, "")) },
		"application":               func(ctx context.Context) error { return got(tx.Applications.Get(ctx, "")) },
		"view application":          func(ctx context.Context) error { return got(v.Applications.Get(ctx, "")) },
		"application lock":          func(ctx context.Context) error { return got(tx.Applications.Lock(ctx, "")) },
		"email verified":            func(ctx context.Context) error { return got(tx.Emails.Verified(ctx, "")) },
		"email lock":                func(ctx context.Context) error { return gotOr(tx.Emails.Lock(ctx, "")) },
		"mail lock":                 func(ctx context.Context) error { return got(tx.Mails.Lock(ctx, "")) },
		"view applications account": func(ctx context.Context) error { return got(v.Applications.ListByAccount(ctx, "", "", 1)) },
		"view applications state": func(ctx context.Context) error {
			return got(v.Applications.ListByState(ctx, identity.ApplicationPending, "", 1))
		},
		"view email":         func(ctx context.Context) error { return gotOr(v.Emails.FindByAccount(ctx, "")) },
		"view mails account": func(ctx context.Context) error { return got(v.Mails.ListByAccount(ctx, "", "", 1)) },
		"view mails due":     func(ctx context.Context) error { return got(v.Mails.Due(ctx, later(1), 1)) },
		"view mails state":   func(ctx context.Context) error { return got(v.Mails.ListByState(ctx, identity.MailParked, "", 1)) },
	}
}

func readsOfBusiness(tx ports.Tx, v ports.View) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"program":         func(ctx context.Context) error { return got(tx.Programs.Get(ctx, "")) },
		"link":            func(ctx context.Context) error { return got(tx.Links.Lock(ctx, "")) },
		"same link":       func(ctx context.Context) error { return gotOr(tx.Links.FindSame(ctx, attribution.Link{}, later(0))) },
		"active links":    func(ctx context.Context) error { return got(tx.Links.CountActive(ctx, "", later(0), 1)) },
		"reserved":        func(ctx context.Context) error { return gotOr(tx.Reservations.Find(ctx, "", "")) },
		"reservations":    func(ctx context.Context) error { return got(tx.Reservations.Count(ctx, "")) },
		"conversion lock": func(ctx context.Context) error { return got(tx.Conversions.Lock(ctx, "")) },
		"commissions":     func(ctx context.Context) error { return got(tx.Commissions.ListByConversion(ctx, "")) },
		"earned": func(ctx context.Context) error {
			return got(tx.Commissions.CountEarned(ctx, "", "", later(0), 1))
		},
		"unfunded":                 func(ctx context.Context) error { return got(tx.Commissions.HasUnfunded(ctx, "")) },
		"debts lock":               func(ctx context.Context) error { return got(tx.Debts.Lock(ctx, "")) },
		"view programs merchant":   func(ctx context.Context) error { return got(v.Programs.ListByMerchant(ctx, "", "", 1)) },
		"view links holder":        func(ctx context.Context) error { return got(v.Links.ListByHolder(ctx, "", "", 1)) },
		"view links promo":         func(ctx context.Context) error { return got(v.Links.ListByPromo(ctx, "", "", 1)) },
		"view reservations":        func(ctx context.Context) error { return got(v.Reservations.List(ctx, "", "", 1)) },
		"view conversions program": func(ctx context.Context) error { return got(v.Conversions.ListByProgram(ctx, "", "", 1)) },
		"view debts holder":        func(ctx context.Context) error { return got(v.Debts.ListByHolder(ctx, "", "", 1)) },
		"view entries asked":       func(ctx context.Context) error { return got(v.Ledger.GetAll(ctx, nil)) },
		"view program":             func(ctx context.Context) error { return got(v.Programs.Get(ctx, "")) },
		"view commission":          func(ctx context.Context) error { return got(v.Commissions.Get(ctx, "")) },
		"lock program":             func(ctx context.Context) error { return got(tx.Programs.Lock(ctx, "")) },
		"view link id":             func(ctx context.Context) error { return got(v.Links.Get(ctx, "")) },
		"view promo":               func(ctx context.Context) error { return gotOr(v.Links.FindByPromo(ctx, "", "")) },
		"view link":                func(ctx context.Context) error { return gotOr(v.Links.FindByCode(ctx, "")) },
		"view conversion":          func(ctx context.Context) error { return got(v.Conversions.Get(ctx, "")) },
		"view conversions":         func(ctx context.Context) error { return got(v.Conversions.List(ctx, "", 1)) },
		"view refunds":             func(ctx context.Context) error { return got(v.Conversions.Refunds(ctx, "", "", 1)) },
		"view all refunds":         func(ctx context.Context) error { return got(v.Conversions.AllRefunds(ctx, attribution.Refund{}, 1)) },
		"view touches":             func(ctx context.Context) error { return got(v.Touches.All(ctx, attribution.Touch{}, 1)) },
		"view touches of":          func(ctx context.Context) error { return got(v.Touches.ListByConversion(ctx, "")) },
		"view alert":               func(ctx context.Context) error { return got(v.Alerts.Get(ctx, "")) },
		"view commissions program": func(ctx context.Context) error { return got(v.Orders.Commissions(ctx, "", "", 1)) },
		"bonus lock":               func(ctx context.Context) error { return got(tx.Bonuses.Lock(ctx, "")) },
		"bonus count":              func(ctx context.Context) error { return got(tx.Bonuses.Count(ctx, "", aMonth())) },
		"view bonuses":             func(ctx context.Context) error { return got(v.Bonuses.List(ctx, "", "", 1)) },
		"view bonuses in":          func(ctx context.Context) error { return got(v.Bonuses.List(ctx, attribution.BonusDue, "", 1)) },
		"view bonuses holder":      func(ctx context.Context) error { return got(v.Bonuses.ListByHolder(ctx, "", "", 1)) },
		"view achieved":            func(ctx context.Context) error { return got(v.Bonuses.Achieved(ctx, aMonth(), 1, "", 1)) },
		"view assessments":         func(ctx context.Context) error { return got(v.Bonuses.Assessments(ctx)) },
		"view binding":             func(ctx context.Context) error { return gotOr(v.Bindings.Find(ctx, "", "")) },
		"view orders":              func(ctx context.Context) error { return got(v.Orders.Sum(ctx, "", "x", anHour)) },
		"view orders of links": func(ctx context.Context) error {
			return got(v.Orders.SumLinks(ctx, attribution.Whose{}, anHour[0], attribution.RankConversions, nil, 1))
		},
		"view commissions":        func(ctx context.Context) error { return got(v.Commissions.All(ctx, attribution.Commission{}, 1)) },
		"view commissions of":     func(ctx context.Context) error { return got(v.Commissions.ListByConversion(ctx, "")) },
		"view commissions holder": func(ctx context.Context) error { return got(v.Commissions.ListByHolder(ctx, "", "", 1)) },
		"view commissions in":     func(ctx context.Context) error { return got(v.Commissions.ListByState(ctx, "", "", "", 1)) },
		"view queued":             func(ctx context.Context) error { return got(v.Waiting.Programs(ctx, "", 1)) },
		"view holding":            func(ctx context.Context) error { return got(v.Waiting.Alerts(ctx, "", 1)) },
		"view commissions alert":  func(ctx context.Context) error { return got(v.Waiting.ListByAlert(ctx, "x", "", 1)) },
		"view due": func(ctx context.Context) error {
			return got(v.Commissions.Due(ctx, later(1), attribution.Commission{}, 1))
		},
		"view debts": func(ctx context.Context) error { return got(v.Debts.All(ctx, attribution.Debt{}, 1)) },
	}
}

func readsOfBooks(tx ports.Tx, v ports.View) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"deposit":     func(ctx context.Context) error { return gotOr(tx.Deposits.Find(ctx, "", 1)) },
		"payout lock": func(ctx context.Context) error { return got(tx.Payouts.Lock(ctx, "")) },
		"payout requested": func(ctx context.Context) error {
			return got(tx.Payouts.HasRequested(ctx, "", "", later(1)))
		},
		"attempts":              func(ctx context.Context) error { return got(tx.Attempts.List(ctx, "")) },
		"balance":               func(ctx context.Context) error { return got(tx.Ledger.Balance(ctx, staked, ledger.TWIST)) },
		"lock":                  func(ctx context.Context) error { return got(tx.Ledger.Lock(ctx, staked)) },
		"end of the chain":      func(ctx context.Context) error { return got(tx.Seals.Lock(ctx)) },
		"waiting":               func(ctx context.Context) error { return got(tx.Seals.Waiting(ctx, 0, 1)) },
		"view waiting":          func(ctx context.Context) error { return got(v.Journal.Waiting(ctx, 0, 1)) },
		"view events":           func(ctx context.Context) error { return got(v.Journal.Events(ctx, "", 1)) },
		"view seals":            func(ctx context.Context) error { return got(v.Journal.Seals(ctx, 0, 1)) },
		"view cursor":           func(ctx context.Context) error { return got(v.Deposits.Cursor(ctx)) },
		"view deposits":         func(ctx context.Context) error { return got(v.Deposits.List(ctx, payouts.Deposit{}, 1)) },
		"view deposits account": func(ctx context.Context) error { return got(v.Deposits.ListByAccount(ctx, "", payouts.Deposit{}, 1)) },
		"view payout":           func(ctx context.Context) error { return got(v.Payouts.Get(ctx, "")) },
		"view payouts":          func(ctx context.Context) error { return got(v.Payouts.List(ctx, "", 1)) },
		"view payouts account":  func(ctx context.Context) error { return got(v.Payouts.ListByAccount(ctx, "", "", 1)) },
		"view payouts state": func(ctx context.Context) error {
			return got(v.Payouts.ListByState(ctx, payouts.States(), payouts.Payout{}, 1))
		},
		"view payouts waiting": func(ctx context.Context) error { return got(v.Payouts.ListWaiting(ctx, "", 1)) },
		"view attempts":        func(ctx context.Context) error { return got(v.Attempts.List(ctx, "")) },
		"view all attempts":    func(ctx context.Context) error { return got(v.Attempts.All(ctx, payouts.Attempt{}, 1)) },
		"view booked": func(ctx context.Context) error {
			return got(v.Deposits.Booked(ctx, []payouts.Arrival{deposit(1).Arrival}))
		},
		"view balance":   func(ctx context.Context) error { return got(v.Ledger.Balance(ctx, staked, ledger.TWIST)) },
		"view entries":   func(ctx context.Context) error { return got(v.Ledger.Entries(ctx, "", 1)) },
		"view lines":     func(ctx context.Context) error { return got(v.Ledger.Lines(ctx, ledger.Line{}, 1)) },
		"view standings": func(ctx context.Context) error { return got(v.Ledger.Standings(ctx, ledger.Key{}, 1)) },
	}
}
