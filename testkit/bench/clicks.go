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

// batchesOfClicks say by how many callers clicks are kept, and how many at once. The last is how the spool sends them.
var batchesOfClicks = []struct{ callers, clicks int }{{1, 500}, {8, 500}, {1, 5_000}}

func batchedClicks() figure {
	return figure{
		10, "Clicks in batches", fmt.Sprintf("Callers keep many clicks at once with `ClickLog.Append`, on 1,000 links, counted by link and hour. *%s*\n", plainInsert) +
			"draws and keeps as many clicks in the same table, past the same indexes, and counts nothing. The spool sends 5,000 at once when they wait.",
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
			for _, b := range batchesOfClicks {
				bare := pgbench{url: d.url, script: script("batch_clicks.sql"), clients: b.callers, with: map[string]int{"clicks": b.clicks}}
				c.parts = append(c.parts, part{
					title: fmt.Sprintf("%s, %s clicks at once", callersOf(b.callers), count(float64(b.clicks))), unit: "clicks",
					goals: []goal{atLeast(0.5, plainInsert)},
					sides: []side{{name: plainInsert, each: b.clicks, run: d.bare(bare)}, appended(store.Clicks(), b.callers, b.clicks)},
				})
			}
			return c, nil
		},
	}
}

// appended is ours. What the links are called is known before.
func appended(log *postgres.Clicks, n, atOnce int) side {
	clock := &memory.Clock{}
	ids := memory.IDs{Clock: clock}
	links := make([]attribution.Click, 1_000)
	for i := range links {
		links[i] = attribution.Click{
			Link: attribution.LinkID(numbered("link", 1+i)), Program: attribution.ProgramID(numbered("prog", 1+i%10)),
			Influencer: attribution.InfluencerID(numbered("infl", 1+i)), Holder: attribution.AccountID(numbered("acct", 1+i)),
			Verdict: attribution.Valid, Country: "CH", Device: "phone", Origin: attribution.Redirect,
		}
	}
	return side{name: ours, each: atOnce, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return callers(ctx, n, lasts, func(ctx context.Context, _ int) error {
			clicks := make([]attribution.Click, atOnce)
			for i := range clicks {
				clicks[i] = links[rand.IntN(len(links))]
				clicks[i].ID, clicks[i].At = attribution.ClickID(ids.New("clk")), clock.Now()
				clicks[i].Visitor = fmt.Sprintf("%043d", rand.IntN(1_000_000))
			}
			return log.Append(ctx, clicks...)
		})
	}}
}
