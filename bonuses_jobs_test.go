package twist_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-31, I-07: however many workers assess a month and pay at once, each bonus is found once and paid once, and no more is
// paid than was set aside.
func TestBonusesAreFoundAndPaidOnce(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const stars, covered, workers = 6, 4, 8
		w.start(rooted)
		patron := w.patron()
		w.deposit("fay", testkit.TWIST(stars*1_000))
		for i := range stars {
			w.stake("fay", w.pool(numbered("star", i), 0), testkit.TWIST(1_000))
			patron.buys(numbered("star", i), testkit.TWIST(500))
		}
		w.setsAside("ops", testkit.TWIST(covered*500+499))
		w.assessable(march, 0)
		total := func(counts []int, errs []error) (sum int) {
			t.Helper()
			requireAll(t, errs)
			for _, n := range counts {
				sum += n
			}
			return sum
		}
		require.Equal(t, stars, total(together(workers, func(int) (int, error) { return w.another().Attribution.AssessBonuses(w.ctx()) })))
		require.Equal(t, covered, total(together(workers, func(int) (int, error) { return w.another().Attribution.PayBonuses(w.ctx()) })))
		require.Equal(t, testkit.TWIST(499), w.at(ledger.Bonuses()))
		require.Len(t, w.openAlerts(), 1)
		require.EqualValues(t, 1, w.openAlerts()[0].Count)
		w.sound()
		w.setsAside("ops", testkit.TWIST(501))
		require.Equal(t, stars-covered, total(together(workers, func(int) (int, error) { return w.another().Attribution.PayBonuses(w.ctx()) })))
		for i := range stars {
			w.requireAvailable(numbered("star", i), testkit.TWIST(5_000))
		}
		w.sound()
	})
}

// P-31, I-06: a worker that fails or dies at any step of its jobs, before or after what it was about to commit, leaves nothing that the next one does
// not bring to the same end: every bonus paid, once.
func TestBonusJobsThatDie(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.start(rooted)
		pools := map[string]staking.PoolID{"ada": w.pool("ada", 0), "bea": w.pool("bea", 0)}
		patron := w.patron()
		w.deposit("fay", testkit.TWIST(2_000))
		w.setsAside("ops", testkit.TWIST(200_000))
		month, has := march, money.Amount(0)
		work := func(p *twist.Platform) {
			defer func() {
				if died := recover(); died != nil {
					require.Equal(t, any(errCrash), died)
				}
			}()
			_, _ = p.Attribution.AssessBonuses(w.ctx()) // what fails is done again
			_, _ = p.Attribution.PayBonuses(w.ctx())
		}
		for _, fault := range []struct{ panics, after bool }{{true, false}, {true, true}, {false, false}, {false, true}} {
			for at, reached := 1, true; reached; at++ {
				for name, pool := range pools {
					w.stake("fay", pool, testkit.TWIST(1_000))
					patron.buys(name, testkit.TWIST(10))
				}
				w.assessable(month, 0)
				planned := plan{at: at, after: fault.after, panics: fault.panics}
				work(w.another(func(c *twist.Config) { c.Store = &faulty{Store: w.store, plan: &planned} }))
				work(w.another())
				has += testkit.TWIST(90 + 10)
				for name := range pools {
					w.requireAvailable(name, has)
				}
				for _, pool := range pools { // and down again in the month after
					w.leave("fay", pool, testkit.TWIST(1_000))
				}
				month, reached = month.Next().Next(), planned.reached()
				w.clock.Set(month.Period().From)
			}
		}
		w.sound()
	})
}

// P-31, I-06: a month in which one influencer earns both bonuses pays both of them and no more than the platform keeps, wherever a worker
// dies or fails between the two, and however many go on with it.
func TestAMonthOfTwoBonusesThatDies(t *testing.T) {
	t.Parallel()
	whole := newWorld(t)
	s := deciding(whole)
	s.converts("ada", 100)
	s.patron().buys("ada", testkit.TWIST(50))
	s.fan("fay", testkit.TWIST(1_000))
	s.setsAside("ops", testkit.TWIST(1_000))
	s.assessable(march, 0)
	has, snapshot := s.balances("ada").Available, s.snapshot()
	for _, fault := range []struct{ panics, after bool }{{true, false}, {true, true}, {false, false}, {false, true}} {
		for at, reached := 1, true; reached; at++ {
			store, intact, err := memory.Restore(snapshot)
			require.NoError(t, err)
			require.True(t, intact)
			w := *whole
			w.store = store
			planned := plan{at: at, after: fault.after, panics: fault.panics}
			dies := w.another(func(c *twist.Config) { c.Store = &faulty{Store: store, plan: &planned} })
			func() {
				defer func() {
					if died := recover(); died != nil {
						require.Equal(t, any(errCrash), died)
					}
				}()
				_, _ = dies.Attribution.AssessBonuses(t.Context())
				_, _ = dies.Attribution.PayBonuses(t.Context())
			}()
			w.Platform = w.another(func(c *twist.Config) { c.Store = store })
			_, errs := together(3, func(int) (int, error) { return w.Attribution.AssessBonuses(t.Context()) })
			requireAll(t, errs)
			_, errs = together(3, func(int) (int, error) { return w.Attribution.PayBonuses(t.Context()) })
			requireAll(t, errs)
			var earned []money.Amount
			for _, b := range w.bonuses("ada") {
				require.Equal(t, testkit.TWIST(150), b.Fees)
				earned = append(earned, b.Amount)
			}
			require.ElementsMatch(t, []money.Amount{testkit.TWIST(100), testkit.TWIST(50)}, earned)
			require.Equal(t, has+testkit.TWIST(150), w.balances("ada").Available)
			require.Equal(t, testkit.TWIST(850), w.at(ledger.Bonuses()))
			v, err := twist.Verify(t.Context(), store)
			require.NoError(t, err)
			require.Empty(t, v.Findings)
			reached = planned.reached()
		}
	}
}

// P-31, P-32: a bonus that nothing earned, that is of another amount or another's, that was found too early or paid by nothing, and one that
// was earned and is not there, are noticed, whatever events stand beside them.
func TestVerifyComputesBonuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := deciding(w)
	s.world.pool("bea", 0)
	s.converts("ada", 100)
	s.converts("bea", 99)
	s.setsAside("ops", testkit.TWIST(1_000))
	s.assessable(march, 0)
	s.assesses(1)
	s.pays(1)
	s.fan("fay", testkit.TWIST(1_000)) // which earns one in April
	s.patron().buys("ada", testkit.TWIST(200))
	snapshot := w.snapshot()
	ada, bea := w.profileOf("ada"), w.profileOf("bea")
	april := march.Next()
	due := func(change func(*attribution.Bonus)) func(context.Context, ports.Tx) error {
		b := attribution.Bonus{
			ID: "bon_forged", Influencer: attribution.InfluencerID(bea.ID), Holder: attribution.AccountID(bea.Account), Month: march,
			Kind: attribution.BonusConversions, Conversions: 100, Fees: testkit.TWIST(99), Amount: testkit.TWIST(100), State: attribution.BonusDue, DueAt: w.clock.Now(),
		}
		change(&b)
		return func(ctx context.Context, tx ports.Tx) error {
			if err := tx.Bonuses.Add(ctx, b); err != nil {
				return err
			}
			data := map[string]string{
				"influencer": string(b.Influencer), "month": string(b.Month), "kind": string(b.Kind), "amount": b.Amount.String(),
				"conversions": money.Amount(b.Conversions).String(), "tier": string(b.Tier),
			}
			if b.Fees > 0 {
				data["fees"] = b.Fees.String()
			}
			e, err := journal.NewEvent("evt_forged", journal.BonusDue, string(b.ID), string(b.Holder), b.DueAt, data)
			if err != nil {
				return err
			}
			return tx.Outbox.Add(ctx, e)
		}
	}
	done := func(month attribution.Month, subject string) func(context.Context, ports.Tx) error {
		return func(ctx context.Context, tx ports.Tx) error {
			at := month.Period().To.Add(day)
			if err := tx.Bonuses.Assess(ctx, attribution.Assessment{Month: month, At: at}); err != nil {
				return err
			}
			e, err := journal.NewEvent("evt_forged", journal.MonthAssessed, subject, "", at, map[string]string{"month": string(month)})
			if err != nil {
				return err
			}
			return tx.Outbox.Add(ctx, e)
		}
	}
	tier := func(b *attribution.Bonus) {
		b.Kind, b.Conversions, b.Tier, b.Amount = attribution.BonusTier, 0, attribution.Silver, testkit.TWIST(99)
	}
	rose := func(change func(*attribution.Bonus)) func(context.Context, ports.Tx) error {
		return due(func(b *attribution.Bonus) {
			tier(b)
			b.Influencer, b.Holder, b.Month, b.DueAt = attribution.InfluencerID(ada.ID), attribution.AccountID(ada.Account), april, april.Period().To.Add(day)
			b.Fees, b.Amount = testkit.TWIST(200), testkit.TWIST(200)
			change(b)
		})
	}
	wrong := func(n int) []string { return slices.Repeat([]string{"row_wrong bonus bon_forged"}, n) }
	paid := w.bonuses("ada")[0]
	for name, test := range map[string]struct {
		forge func(context.Context, ports.Tx) error
		found []string
	}{
		"nothing":                      {func(context.Context, ports.Tx) error { return nil }, nil},
		"one conversion too many":      {due(func(*attribution.Bonus) {}), wrong(2)},
		"as many as there were":        {due(func(b *attribution.Bonus) { b.Conversions, b.Amount = 99, testkit.TWIST(100) }), wrong(1)},
		"a tier that did not rise":     {due(tier), wrong(2)},
		"a tier that rose":             {rose(func(*attribution.Bonus) {}), nil},
		"a month that is not over":     {rose(func(b *attribution.Bonus) { b.DueAt = w.clock.Now() }), wrong(1)},
		"another's":                    {rose(func(b *attribution.Bonus) { b.Holder = attribution.AccountID(bea.Account) }), wrong(1)},
		"more than is kept":            {rose(func(b *attribution.Bonus) { b.Amount++ }), wrong(1)},
		"less than is kept":            {rose(func(b *attribution.Bonus) { b.Amount-- }), wrong(1)},
		"more is kept":                 {rose(func(b *attribution.Bonus) { b.Fees, b.Amount = testkit.TWIST(500), testkit.TWIST(500) }), wrong(2)},
		"found before it was bound":    {rose(func(b *attribution.Bonus) { b.Fees, b.Amount = 0, testkit.TWIST(500) }), nil},
		"found before, and less":       {rose(func(b *attribution.Bonus) { b.Fees = 0 }), wrong(1)},
		"a rise that has no bonus":     {done(april, "month_2026_04"), []string{"row_missing bonus of " + string(ada.ID)}},
		"a month that was passed over": {done(april.Next(), "month_2026_05"), []string{"row_missing month " + string(april)}},
		"paid by nothing": {func(ctx context.Context, tx ports.Tx) error {
			b := paid
			b.ID, b.Month = "bon_forged", april
			return tx.Bonuses.Add(ctx, b)
		}, []string{
			"event_missing bon_forged", "event_missing bon_forged", "entry_missing bonus:bon_forged", "row_wrong bonus bon_forged", "row_wrong bonus bon_forged", "row_wrong bonus bon_forged", "row_wrong bonus bon_forged",
			"rows_differ_from_ledger platform:bonuses",
		}},
		"due again": {func(ctx context.Context, tx ports.Tx) error {
			b := paid
			b.State, b.EndedAt = attribution.BonusDue, b.ShortAt
			return tx.Bonuses.Put(ctx, b)
		}, []string{"row_missing " + string(paid.ID), "row_missing bonus:" + string(paid.ID), "rows_differ_from_ledger platform:bonuses"}},
	} {
		store, _, err := memory.Restore(snapshot)
		require.NoError(t, err)
		require.NoError(t, store.Write(t.Context(), test.forge), name)
		v, err := twist.Verify(t.Context(), store)
		require.NoError(t, err)
		var found []string
		for _, f := range v.Findings {
			found = append(found, f.Code+" "+f.Where)
		}
		require.ElementsMatch(t, test.found, found, "%s: %v", name, v.Findings)
	}
}
