package main

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// everythingElse calls what the mix does not, once: what jobs and verifications page through, and what is
// rare.
func (e *explained) everythingElse(ctx context.Context) error {
	for _, reads := range []func(context.Context, ports.View) error{readPeople, readAttribution, readStaking, readPayouts, readLedger, readFraud} {
		if err := e.store.Read(ctx, reads); err != nil {
			return err
		}
	}
	return errors.Join(e.store.Write(ctx, e.writeRest), e.store.Write(ctx, writePeople), e.store.Write(ctx, writeAttribution), e.store.Write(ctx, writeFraud))
}

const page = 100

// called drops what a call gave: its plan is what counts. Nothing there is an answer too.
func called[T any](_ T, err error) error { return err }

func readStaking(ctx context.Context, v ports.View) error {
	pool, account := staking.PoolID(numbered("pool", 12)), staking.AccountID(numbered("acct", 700))
	positions := []staking.Position{{Pool: pool, WaitingEpoch: 1}, {Pool: pool, WaitingEpoch: 2}}
	return errors.Join(
		called(v.Pools.Get(ctx, pool)),
		called(v.Pools.GetAll(ctx, []staking.PoolID{pool, pool})),
		called(v.Pools.List(ctx, pool, page)),
		called(v.Positions.ListByAccount(ctx, account, "", page)),
		called(v.Positions.FindActivations(ctx, positions)),
		called(v.Positions.All(ctx, staking.Position{Pool: pool}, page)),
		called(v.Positions.AllActivations(ctx, staking.Activation{Pool: pool}, page)),
		called(v.Positions.Compounding(ctx, time.Now().UTC(), staking.Position{}, page)),
		called(v.Positions.Largest(ctx, pool, staking.Standing{}, page)),
		called(v.Tickets.ListByAccount(ctx, account, "", page)),
		called(v.Tickets.Due(ctx, time.Now().UTC(), staking.Ticket{}, page)),
		called(v.Tickets.All(ctx, staking.Ticket{Pool: pool}, page)),
		called(v.PoolDays.Since(ctx, []staking.PoolID{pool, pool}, 0)),
		called(v.PoolDays.All(ctx, staking.PoolDay{Pool: pool}, page)),
		called(v.Ledger.Past(ctx, ledger.Staked(pool), 0, page)),
		readListings(ctx, v, pool, account),
	)
}

// readListings looks for pools in every order, for anybody, for a name that everybody has, and for one.
func readListings(ctx context.Context, v ports.View, pool staking.PoolID, account staking.AccountID) error {
	done := []error{
		called(v.Listings.Get(ctx, pool)),
		called(v.Listings.Stale(ctx, 1, pool, page)),
		called(v.Listings.Held(ctx, account, "", page)),
	}
	for _, sort := range staking.Sorts() {
		for _, needle := range []string{"", "influencer", "influencer 4711"} {
			done = append(done, called(v.Listings.Search(ctx, staking.Search{Sort: sort}, needle, staking.Place{}, page)))
		}
	}
	return errors.Join(done...)
}

func readPayouts(ctx context.Context, v ports.View) error {
	id, account := payouts.ID(numbered("po", 7)), payouts.AccountID(numbered("acct", 7))
	return errors.Join(
		called(v.Deposits.Cursor(ctx)),
		called(v.Deposits.Booked(ctx, []payouts.Arrival{{Signature: "signature 7"}, {Signature: "signature 8"}})),
		called(v.Deposits.ListByAccount(ctx, account, payouts.Deposit{}, page)),
		called(v.Deposits.List(ctx, payouts.Deposit{}, page)),
		called(v.Payouts.Get(ctx, id)),
		called(v.Payouts.ListByAccount(ctx, account, "", page)),
		called(v.Payouts.ListByState(ctx, []payouts.State{payouts.Requested, payouts.Approved}, payouts.Payout{}, page)),
		called(v.Payouts.ListByState(ctx, []payouts.State{payouts.Queued}, payouts.Payout{}, page)),
		called(v.Payouts.ListWaiting(ctx, id, page)),
		called(v.Payouts.List(ctx, id, page)),
		called(v.Attempts.List(ctx, id)),
		called(v.Attempts.All(ctx, payouts.Attempt{Payout: id}, page)),
	)
}

func readLedger(ctx context.Context, v ports.View) error {
	key := ledger.Key{Address: holder(7), Asset: ledger.TWIST}
	return errors.Join(
		called(v.Ledger.Balance(ctx, holder(7), ledger.TWIST)),
		called(v.Ledger.Entries(ctx, "ent_01", page)),
		called(v.Ledger.GetAll(ctx, []ledger.EntryID{"ent_01", "ent_02"})),
		called(v.Ledger.Lines(ctx, ledger.Line{Key: key}, page)),
		called(v.Ledger.Standings(ctx, key, page)),
		called(v.Journal.Events(ctx, "", page)),
		called(v.Journal.Seals(ctx, 7, page)),
		called(v.Journal.Waiting(ctx, 0, page)),
	)
}

// writeRest calls what locks or writes and is not in the mix. The unit of work comes to nothing in the end.
func (e *explained) writeRest(ctx context.Context, tx ports.Tx) error {
	entries := make([]ledger.Entry, page)
	for i := range entries {
		entries[i] = e.stake(spread)
	}
	_, _, activation := tx.Positions.FindActivation(ctx, staking.PoolID(numbered("pool", 12)), 1)
	_, _, deposit := tx.Deposits.Find(ctx, "signature 7", 0)
	return errors.Join(
		activation, deposit,
		called(tx.Tickets.Get(ctx, staking.TicketID(numbered("tick", 7)))),
		called(tx.Seals.Lock(ctx)),
		called(tx.Seals.Waiting(ctx, 0, page)),
		called(tx.Tickets.CountCooling(ctx, staking.AccountID(numbered("acct", 700)), "")),
		called(tx.Payouts.Lock(ctx, payouts.ID(numbered("po", 7)))),
		called(tx.Payouts.HasRequested(ctx, payouts.AccountID(numbered("acct", 7)), "wallet 7", time.Now().UTC())),
		called(tx.Attempts.List(ctx, payouts.ID(numbered("po", 7)))),
		called(tx.Ledger.Lock(ctx, holder(7), ledger.Fees())),
		tx.Ledger.RecordAll(ctx, entries),
	)
}
