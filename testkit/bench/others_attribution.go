package main

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func readAttribution(ctx context.Context, v ports.View) error {
	conversion, holder := attribution.ConversionID(numbered("conv", 10)), attribution.AccountID(numbered("acct", 7))
	program, merchant := attribution.ProgramID(numbered("prog", 7)), attribution.AccountID(numbered("acct", 7))
	_, _, byCode := v.Links.FindByCode(ctx, "code7")
	_, _, byPromo := v.Links.FindByPromo(ctx, program, "look 7")
	_, _, bound := v.Bindings.Find(ctx, program, "c4ca4238a0b923820dcc509a6f75849b")
	return errors.Join(
		byCode, byPromo, bound,
		called(v.Programs.Get(ctx, program)),
		called(v.Programs.All(ctx, program, page)),
		called(v.Programs.ListByMerchant(ctx, merchant, "", page)),
		called(v.Links.Get(ctx, attribution.LinkID(numbered("link", 7)))),
		called(v.Links.ListByHolder(ctx, holder, "", page)),
		called(v.Links.ListByPromo(ctx, program, "", page)),
		called(v.Reservations.List(ctx, program, "", page)),
		called(v.Commissions.Get(ctx, attribution.CommissionID(numbered("comm", 7)))),
		called(v.Conversions.Get(ctx, conversion)),
		called(v.Conversions.Refunds(ctx, conversion, "", page)),
		called(v.Conversions.List(ctx, conversion, page)),
		called(v.Conversions.ListByProgram(ctx, program, conversion, page)),
		called(v.Conversions.AllRefunds(ctx, attribution.Refund{Conversion: conversion}, page)),
		called(v.Touches.ListByConversion(ctx, conversion)),
		called(v.Touches.All(ctx, attribution.Touch{Conversion: conversion}, page)),
		called(v.Commissions.ListByConversion(ctx, conversion)),
		called(v.Commissions.ListByHolder(ctx, holder, "", page)),
		called(v.Commissions.Due(ctx, time.Now().UTC(), attribution.Commission{}, page)),
		called(v.Commissions.ListByState(ctx, "", attribution.Unfunded, "", page)),
		called(v.Commissions.ListByState(ctx, program, attribution.Held, "", page)),
		called(v.Waiting.Programs(ctx, "", page)),
		called(v.Waiting.Alerts(ctx, "", page)),
		called(v.Waiting.ListByAlert(ctx, "alrt_1", "", page)),
		called(v.Commissions.All(ctx, attribution.Commission{Conversion: conversion}, page)),
		called(v.Bonuses.ListByHolder(ctx, holder, "", page)),
		called(v.Bonuses.List(ctx, attribution.BonusDue, "", page)),
		called(v.Bonuses.List(ctx, "", "", page)),
		called(v.Bonuses.Achieved(ctx, attribution.MonthOf(time.Now()).Next(), attribution.LeastForBonus, "", page)),
		called(v.Bonuses.Assessments(ctx)),
		called(v.Debts.All(ctx, attribution.Debt{Holder: holder}, page)),
		called(v.Debts.ListByHolder(ctx, holder, "", page)),
		readOrders(ctx, v, program, holder),
	)
}

// readOrders adds up what a program, a link and a holder brought.
func readOrders(ctx context.Context, v ports.View, program attribution.ProgramID, holder attribution.AccountID) error {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	days := attribution.Period{From: today.AddDate(0, 0, -7), To: today}
	each := []attribution.Period{{From: days.From, To: days.From.AddDate(0, 0, 1)}, {From: days.From.AddDate(0, 0, 1), To: days.To}}
	links := []attribution.LinkID{attribution.LinkID(numbered("link", 7)), attribution.LinkID(numbered("link", 8))}
	done := []error{
		called(v.Orders.Sum(ctx, program, "", each)),
		called(v.Orders.Sum(ctx, program, links[0], each)),
		called(v.Orders.Commissions(ctx, program, "", page)),
	}
	for _, of := range []attribution.Whose{{Program: program}, {Holder: holder}, {Program: program, Holder: holder}} {
		for _, rank := range attribution.Rankings() {
			done = append(done, called(v.Orders.SumLinks(ctx, of, days, rank, nil, page)), called(v.Orders.SumLinks(ctx, of, days, rank, links, page)))
		}
	}
	return errors.Join(done...)
}

// writeAttribution calls what locks or writes in attribution and is not in the mix.
func writeAttribution(ctx context.Context, tx ports.Tx) error {
	now := time.Now().UTC()
	program, holder := attribution.ProgramID(numbered("prog", 7)), attribution.AccountID(numbered("acct", 20))
	month := attribution.MonthOf(now).Next()
	link, locked := tx.Links.Lock(ctx, attribution.LinkID(numbered("link", 7)))
	bonus, due := tx.Bonuses.Lock(ctx, attribution.BonusID(numbered("bon", 7)))
	_, _, waits := tx.Bindings.Take(ctx, attribution.CommissionID(numbered("comm", 7)))
	offer, held := tx.Programs.Lock(ctx, program)
	_, _, reserved := tx.Reservations.Find(ctx, program, "SUMMERZO")
	_, _, known := tx.Alerts.Known(ctx, fraud.AccountID(holder), fraud.KindOrders, "subject", now)
	return errors.Join(
		locked, waits, held, due, known, reserved,
		tx.Links.Put(ctx, link),
		called(tx.Programs.Get(ctx, program)),
		tx.Programs.Put(ctx, offer),
		called(tx.Reservations.Count(ctx, program)),
		tx.Reservations.Add(ctx, attribution.Reservation{Program: program, Promo: "SUMMER20", At: now}),
		tx.Reservations.Remove(ctx, program, "SUMMERZO"),
		called(tx.Emails.Verified(ctx, identity.AccountID(holder), identity.AccountID(numbered("acct", 7)))),
		called(tx.Wallets.Shared(ctx, identity.AccountID(holder), identity.AccountID(numbered("acct", 7)))),
		called(tx.Commissions.HasUnfunded(ctx, program)),
		called(tx.Commissions.CountEarned(ctx, program, holder, now, page)),
		tx.Bindings.Bind(ctx, attribution.Binding{
			Program: program, Customer: "c4ca4238a0b923820dcc509a6f75849b", Link: link.ID, Influencer: link.Influencer, Holder: holder,
			Conversion: attribution.ConversionID(numbered("conv", 10)), At: now, Until: now.Add(time.Hour),
		}),
		tx.Bindings.Unbind(ctx, attribution.ConversionID(numbered("conv", 10)), holder),
		called(tx.Bindings.Forget(ctx, now, page)),
		called(tx.Bonuses.Count(ctx, attribution.InfluencerID(numbered("infl", 7)), month)),
		tx.Bonuses.Put(ctx, bonus),
		tx.Bonuses.Assess(ctx, attribution.Assessment{Month: month, At: now}),
		called(tx.Debts.Lock(ctx, holder)),
		tx.Debts.Put(ctx, attribution.Debt{Holder: holder, Program: attribution.ProgramID(numbered("prog", 21))}),
	)
}
