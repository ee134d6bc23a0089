package twist

import (
	"context"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// earners holds the merchant who reports and whoever earns, and gives the credits that earn: those of something, and
// not those of an influencer who was erased; and how each is tied to the merchant. The conversion stands, and the budget keeps
// what would have been set aside.
func (a *Attribution) earners(ctx context.Context, tx ports.Tx, by Caller, credits []attribution.Credit) (earn []attribution.Credit, ties []fraud.Credit, err error) {
	var holders []identity.AccountID
	for _, credit := range credits {
		holders = append(holders, identity.AccountID(credit.Holder))
	}
	held, err := holdLiving(ctx, tx, by, append(holders, by.Account)...)
	if err != nil {
		return nil, nil, err
	}
	holders = holders[:0]
	for i, credit := range credits {
		if !held[i].Erased() && credit.Amount.Positive() {
			earn, holders = append(earn, credit), append(holders, held[i].ID)
		}
	}
	ties, err = a.tied(ctx, tx, by.Account, holders)
	return earn, ties, err
}

// earn makes the commissions of a conversion, and sets them aside as far as the budget reaches.
func (a *Attribution) earn(ctx context.Context, tx ports.Tx, c attribution.Conversion, p attribution.Program, credits []attribution.Credit, suspected map[attribution.InfluencerID]fraud.Finding) ([]attribution.Commission, []news, error) {
	commissions := make([]attribution.Commission, 0, len(credits))
	for _, credit := range credits {
		pool, _, err := tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(credit.Influencer))
		if err != nil {
			return nil, nil, err
		}
		pool, _, _ = pool.Roll(staking.EpochOf(c.At, a.c.Epoch)) // what was announced before may bind by now
		id := attribution.CommissionID(a.c.IDs.New("comm"))
		commissions = append(commissions, attribution.Earn(id, c, p, credit, attribution.PoolID(pool.ID), pool.Share))
	}
	if len(commissions) == 0 {
		return nil, nil, nil
	}
	tell, err := a.suspectAll(ctx, tx, c, commissions, suspected) // alerts are held before the ledger
	if err != nil {
		return nil, nil, err
	}
	if _, err := tx.Ledger.Lock(ctx, ledger.Budget(p.ID)); err != nil { // so that nobody takes a place in the queue meanwhile
		return nil, nil, err
	}
	waiting, err := tx.Commissions.HasUnfunded(ctx, p.ID)
	if err != nil {
		return nil, nil, err
	}
	for i, commission := range commissions {
		tell = append(tell, earned(journal.CommissionEarned, commission, earnedBy(commission)))
		if commission.Reason != "" {
			tell = append(tell, earned(journal.CommissionHeld, commission, facts{"by": ""}))
		}
		if !waiting { // else the ones before come first
			var funded []news
			if commission, funded, err = a.setAside(ctx, tx, commission, c.At); err != nil {
				return nil, nil, err
			}
			tell, waiting = append(tell, funded...), commission.State == attribution.Unfunded
		}
		if err := tx.Commissions.Put(ctx, commission); err != nil {
			return nil, nil, err
		}
		commissions[i] = commission
	}
	return commissions, tell, nil
}

// setAside funds a commission from the budget and tells of it, or gives it back unfunded when the budget is
// short.
func (a *Attribution) setAside(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time) (attribution.Commission, []news, error) {
	amount, err := c.Outstanding()
	if err != nil {
		return c, nil, err
	}
	budget, err := tx.Ledger.Lock(ctx, ledger.Budget(c.Program))
	if err != nil || budget[0] < amount {
		return c, nil, err
	}
	funded, err := c.Fund()
	if err != nil {
		return c, nil, err
	}
	e, err := a.c.entry(ledger.KindConversion, "conversion:"+string(c.ID), now, terms(c),
		ledger.Move(ledger.Budget(c.Program), ledger.Pending(c.Program), amount))
	if err != nil {
		return c, nil, err
	}
	tell := earned(journal.CommissionFunded, funded, facts{"amount": amount.String()})
	return funded, []news{tell}, tx.Ledger.Record(ctx, e)
}

// terms is what a commission's entries say about the rates that decided it.
func terms(c attribution.Commission) map[string]string {
	return map[string]string{
		"commission": string(c.ID),
		"rate_bps":   fmt.Sprint(c.Rate), "fee_bps": fmt.Sprint(c.FeeRate), "fans_bps": fmt.Sprint(c.FansShare),
	}
}
