package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/attribution"
)

// plainInsert is the baseline of clicks.
const plainInsert = "the same rows, one INSERT"

// clicksAtOnce is how many clicks a batch has.
const clicksAtOnce = 500

func batchedClicks() figure {
	return figure{
		10, "Clicks in batches", fmt.Sprintf("Callers keep %d clicks each with `ClickLog.Append`, on 1,000 links, counted by link and hour. *%s*\n", clicksAtOnce, plainInsert) +
			"draws and keeps as many clicks in the same table, past the same indexes, and counts nothing.",
		func(ctx context.Context, b *bench) (comparing, error) {
			d, err := b.database(ctx, "clicks")
			if err != nil {
				return comparing{}, err
			}
			store, err := d.store(ctx, postgres.Options{})
			if err != nil {
				return comparing{}, errors.Join(err, d.drop(ctx))
			}
			c := comparing{close: func(ctx context.Context) error { return errors.Join(store.Close(), d.drop(ctx)) }}
			if _, err := store.Clicks().Rotate(ctx, time.Now(), attribution.ClicksKept); err != nil {
				return comparing{}, errors.Join(err, c.close(ctx))
			}
			for _, n := range []int{1, 8} {
				c.parts = append(c.parts, part{
					title: callersOf(n), unit: "clicks", goals: []goal{atLeast(0.5, plainInsert)},
					sides: []side{
						{name: plainInsert, each: clicksAtOnce, run: d.bare(pgbench{url: d.url, script: script("batch_clicks.sql"), clients: n})},
						appended(store.Clicks(), n),
					},
				})
			}
			return c, nil
		},
	}
}

// appended is ours.
func appended(log *postgres.Clicks, n int) side {
	clock := &memory.Clock{}
	ids := memory.IDs{Clock: clock}
	return side{name: ours, each: clicksAtOnce, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return callers(ctx, n, lasts, func(ctx context.Context, _ int) error {
			clicks := make([]attribution.Click, clicksAtOnce)
			for i := range clicks {
				link := 1 + rand.IntN(1_000)
				clicks[i] = attribution.Click{
					ID: attribution.ClickID(ids.New("clk")), Link: attribution.LinkID(numbered("link", link)), Program: attribution.ProgramID(numbered("prog", 1+link%10)),
					Influencer: attribution.InfluencerID(numbered("infl", link)), Holder: attribution.AccountID(numbered("acct", link)),
					Visitor: fmt.Sprintf("%043d", rand.IntN(1_000_000)), At: clock.Now(), Verdict: attribution.Valid, Country: "CH", Device: "phone",
					Origin: attribution.Redirect,
				}
			}
			return log.Append(ctx, clicks...)
		})
	}}
}
