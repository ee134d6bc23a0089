package main

import (
	"context"
	"fmt"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// people is how many fans take part in the mix.
const people = 20

// mix is what a busy quarter of an hour might bring, the same every time: fans look and stake, orders come
// in, commissions are shared, somebody is paid, everything is sealed.
func (e *explained) mix(ctx context.Context) error {
	merchant := twist.Caller{Account: identity.AccountID(numbered("acct", 1))}
	program := attribution.ProgramID(numbered("prog", 1))
	if _, err := e.Attribution.Fund(ctx, merchant, program, testkit.TWIST(10_000)); err != nil {
		return err
	}
	for n := range people {
		by, err := e.enter(ctx, n)
		if err != nil {
			return err
		}
		if err := e.look(ctx, by, n); err != nil {
			return err
		}
		if err := e.move(ctx, by, n); err != nil {
			return err
		}
		if err := e.buy(ctx, merchant, program, n); err != nil {
			return err
		}
	}
	return e.jobs(ctx)
}

// enter signs a fan in and gives the fan something to stake.
func (e *explained) enter(ctx context.Context, n int) (twist.Caller, error) {
	in, err := e.signIn(ctx, fan(n))
	if err != nil {
		return twist.Caller{}, err
	}
	deposit := e.entry(ledger.KindDeposit, ledger.Move(ledger.World(), ledger.Available(in.Session.Account), testkit.TWIST(1_000)))
	err = e.store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, deposit) })
	return twist.Caller{Account: in.Session.Account, Wallet: in.Session.Wallet}, err
}

// look is what a fan reads.
func (e *explained) look(ctx context.Context, by twist.Caller, n int) error {
	for i := range 5 {
		if _, err := e.Staking.Pools(ctx, staking.PoolID(numbered("pool", 1+100*n+i)), 50); err != nil {
			return err
		}
		if _, err := e.Staking.Pool(ctx, staking.PoolID(numbered("pool", 11+n))); err != nil {
			return err
		}
	}
	if _, err := e.Ledger.Balances(ctx, by); err != nil {
		return err
	}
	_, err := e.Staking.Positions(ctx, by, "", 50)
	return err
}

// move is what a fan does.
func (e *explained) move(ctx context.Context, by twist.Caller, n int) error {
	for i := range 3 {
		keyed := twist.WithKey(ctx, twist.Key{Value: fmt.Sprintf("stake-%d-%d", n, i)})
		if _, err := e.Staking.Stake(keyed, by, staking.PoolID(numbered("pool", 11+n)), testkit.TWIST(10)); err != nil {
			return err
		}
	}
	if _, err := e.Staking.Leave(ctx, by, staking.PoolID(numbered("pool", 11+n)), testkit.TWIST(5)); err != nil {
		return err
	}
	if n%4 > 0 {
		return nil
	}
	_, err := e.Payouts.Request(ctx, by, payouts.Minimum)
	return err
}

// buy is an order that came through a link.
func (e *explained) buy(ctx context.Context, merchant twist.Caller, program attribution.ProgramID, n int) error {
	influencer := twist.Caller{Account: identity.AccountID(numbered("acct", 11+n))}
	link, err := e.Attribution.MakeLink(ctx, influencer, attribution.NewLink{Program: program, Destination: "https://shop.example/"})
	if err != nil {
		return err
	}
	visit, err := e.Attribution.Click(ctx, link.Code, twist.Arrival{})
	if err != nil {
		return err
	}
	order := attribution.Order{Program: program, ID: fmt.Sprintf("mixed %d", n), Amount: testkit.TWIST(100), Currency: "TWIST", Click: visit.Click.ID}
	converted, err := e.Attribution.ReportConversion(ctx, merchant, order)
	if err != nil || n%5 > 0 {
		return err
	}
	_, err = e.Attribution.Refund(ctx, merchant, converted.Conversion.ID, "one", money.Amount(1_000))
	return err
}

// jobs is what the worker does.
func (e *explained) jobs(ctx context.Context) error {
	for _, job := range []func(context.Context) (int, error){
		e.Attribution.ApproveDue, e.Attribution.FundWaiting, e.Ledger.CreditDeposits, e.Ledger.Seal,
	} {
		if _, err := job(ctx); err != nil {
			return err
		}
	}
	return nil
}
