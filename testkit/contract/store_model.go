package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// StoreModel runs sequences of ledger operations on a store and on a model of a few lines, and asks that
// both answer alike and stand alike after each. Every sequence opens a store, which is empty; the test it
// is given lasts as long as the sequence, and cleans up after it.
func StoreModel(t *testing.T, open func(t *rapid.T) ports.Store) {
	rapid.Check(t, func(t *rapid.T) {
		run := &modelRun{store: open(t), model: ledgerModel{balances: map[ledger.Address]int64{}, journal: map[string]string{}, ids: map[ledger.EntryID]bool{}}}
		run.begin(t)
		t.Repeat(map[string]func(*rapid.T){
			"record":     run.record,
			"record_all": run.recordAll,
			"several":    run.several,
			"abandon":    run.abandon,
			"":           run.compare,
		})
		run.finish(t)
	})
}

// ledgerModel is the ledger as simply as it can be said: what stands where, what each reference means, and
// which ids are taken.
type ledgerModel struct {
	balances map[ledger.Address]int64
	journal  map[string]string
	ids      map[ledger.EntryID]bool
}

func (m ledgerModel) clone() ledgerModel {
	return ledgerModel{balances: maps.Clone(m.balances), journal: maps.Clone(m.journal), ids: maps.Clone(m.ids)}
}

// record is what Ledger.Record does, or the fault that it answers.
func (m ledgerModel) record(e ledger.Entry) error {
	means := fmt.Sprint(e.Kind, e.Postings, e.Metadata)
	switch known, ok := m.journal[e.Reference]; {
	case ok && known == means:
		return ledger.ErrEntryExists
	case ok:
		return ledger.ErrReferenceReused
	}
	next := maps.Clone(m.balances)
	for _, p := range e.Postings {
		next[p.Source] -= int64(p.Amount)
		next[p.Destination] += int64(p.Amount)
	}
	for at, amount := range next {
		if at.Floored() && amount < 0 {
			return ledger.ErrInsufficientFunds
		}
	}
	if m.ids[e.ID] {
		return ledger.ErrEntry
	}
	m.journal[e.Reference], m.ids[e.ID] = means, true
	maps.Copy(m.balances, next)
	return nil
}

// modelRun is one sequence.
type modelRun struct {
	store ports.Store
	model ledgerModel
	drawn []ledger.Entry
}

// begin brings something to most places, so that more than half of what is drawn succeeds.
func (r *modelRun) begin(t *rapid.T) {
	owed, receivable := ledger.Owed(accountID(1)), ledger.Receivable(program(0).ID)
	r.drawn = []ledger.Entry{
		give(0, 90, 1), give(1, 90, 2), stake(2, 30, 1),
		booked(3, ledger.KindFund, ledger.Move(available(2), budget, 60)),
		booked(4, ledger.KindConversion, ledger.Move(budget, pending, 40)),
		booked(5, ledger.KindApproval, ledger.Move(pending, treasure, 5)),
		booked(6, ledger.KindApproval, ledger.Move(pending, treasure, 5)),
		booked(7, ledger.KindClawback, ledger.Move(owed, receivable, 20)),
	}
	for _, e := range r.drawn {
		require.NoError(t, r.model.record(e))
	}
	write(t, r.store, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, r.drawn) })
}

// flow is one movement that the model makes.
type flow struct {
	kind ledger.Kind
	from ledger.Address
	to   ledger.Address
}

// flowsOf lists the movements around one holder. Together they fill and drain every kind of row: with and
// without a floor, striped and not.
func flowsOf(holder int) []flow {
	here, owed, receivable := available(holder), ledger.Owed(accountID(holder)), ledger.Receivable(program(0).ID)
	return []flow{
		{ledger.KindDeposit, ledger.World(), here},
		{ledger.KindStake, here, staked},
		{ledger.KindLeave, staked, here},
		{ledger.KindFund, here, budget},
		{ledger.KindConversion, budget, pending},
		{ledger.KindApproval, pending, treasure},
		{ledger.KindApproval, pending, here},
		{ledger.KindApproval, pending, owed},
		{ledger.KindApproval, receivable, budget},
		{ledger.KindClawback, treasure, budget},
		{ledger.KindClawback, here, budget},
		{ledger.KindClawback, owed, receivable},
	}
}

// entry draws an entry: a new one, an old one as it was, or an old one named and dated anew. Some have an id
// that was drawn before.
func (r *modelRun) entry(t *rapid.T) ledger.Entry {
	n := len(r.drawn)
	if n > 0 && rapid.IntRange(0, 4).Draw(t, "old") == 0 {
		old := rapid.SampledFrom(r.drawn).Draw(t, "entry")
		if rapid.Bool().Draw(t, "named anew") {
			old = r.identified(t, again(old, n))
		}
		r.drawn = append(r.drawn, old)
		return old
	}
	flows := append(flowsOf(1), flowsOf(2)...)
	kind := rapid.SampledFrom(flows).Draw(t, "flow").kind
	flows = slices.DeleteFunc(flows, func(f flow) bool { return f.kind != kind })
	var postings []ledger.Posting
	for range rapid.IntRange(1, 3).Draw(t, "postings") {
		f := rapid.SampledFrom(flows).Draw(t, "posting")
		postings = append(postings, ledger.Move(f.from, f.to, money.Amount(rapid.Int64Range(1, 9).Draw(t, "amount"))))
	}
	e := booked(n, kind, postings...)
	if rapid.IntRange(0, 4).Draw(t, "reference") == 0 {
		e.Reference = fmt.Sprint("common ", rapid.IntRange(0, 3).Draw(t, "common"))
	}
	e = r.identified(t, e)
	r.drawn = append(r.drawn, e)
	return e
}

// identified gives an entry, now and then, the id of one that was drawn before.
func (r *modelRun) identified(t *rapid.T, e ledger.Entry) ledger.Entry {
	if rapid.IntRange(0, 9).Draw(t, "id") == 0 {
		e.ID = rapid.SampledFrom(r.drawn).Draw(t, "whose").ID
	}
	return e
}

func (r *modelRun) entries(t *rapid.T) (all []ledger.Entry) {
	for range rapid.IntRange(1, 4).Draw(t, "entries") {
		all = append(all, r.entry(t))
	}
	return all
}

func (r *modelRun) record(t *rapid.T) {
	e := r.entry(t)
	want := r.model.record(e)
	requireSame(t, want, r.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) }))
}

func (r *modelRun) recordAll(t *rapid.T) {
	all := r.entries(t)
	next, want := r.model.clone(), error(nil)
	for _, e := range all {
		if want = next.record(e); want != nil {
			break
		}
	}
	if want == nil {
		r.model = next
	}
	requireSame(t, want, r.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, all) }))
}

// several records one by one in a unit of work that ignores every error: the first decides, and what
// comes after it is refused.
func (r *modelRun) several(t *rapid.T) {
	all := r.entries(t)
	next, failed := r.model.clone(), error(nil)
	var wants []error
	var balances []int64
	for _, e := range all {
		if failed != nil {
			wants = append(wants, ports.ErrSpoiled)
			continue
		}
		failed = next.record(e)
		wants = append(wants, failed)
		balances = append(balances, next.balances[e.Postings[0].Source])
	}
	if failed == nil {
		r.model = next
	}
	var answers []error
	var seen []int64
	requireSame(t, failed, r.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		answers, seen = nil, nil
		for _, e := range all {
			answers = append(answers, tx.Ledger.Record(ctx, e))
			if amount, err := tx.Ledger.Balance(ctx, e.Postings[0].Source, ledger.TWIST); err == nil {
				seen = append(seen, int64(amount))
			}
		}
		return nil
	}))
	for i, want := range wants {
		requireSame(t, want, answers[i])
	}
	if failed == nil {
		require.Equal(t, balances, seen)
	}
}

func (r *modelRun) abandon(t *rapid.T) {
	e := r.entry(t)
	want := r.model.clone().record(e)
	if want == nil {
		want = errAbandoned
	}
	requireSame(t, want, r.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return err
		}
		return errAbandoned
	}))
}

// compare asks that the same stands everywhere, by the rows.
func (r *modelRun) compare(t *rapid.T) {
	rows := view(t, r.store, func(ctx context.Context, v ports.View) ([]ledger.Standing, error) {
		return v.Ledger.Standings(ctx, ledger.Key{}, 1_000)
	})
	stands := map[ledger.Address]int64{}
	for _, row := range rows {
		stands[row.Address] += int64(row.Balance)
	}
	for at := range r.model.balances {
		stands[at] += 0 // what never stood anywhere is zero on both sides
	}
	require.Equal(t, r.model.balances, stands)
}

// finish asks the same by the addresses, and that the journal holds what the model does and proves itself.
func (r *modelRun) finish(t *rapid.T) {
	for at, amount := range r.model.balances {
		requireBalance(t, r.store, money.Amount(amount), at)
	}
	var references []string
	for _, kept := range recorded(t, r.store) {
		references = append(references, kept.Entry.Reference)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(r.model.journal)), references)
	requireSound(t, r.store)
}

// requireSame asks for the fault that the model answered, or for none.
func requireSame(t *rapid.T, want, got error) {
	t.Helper()
	require.True(t, errors.Is(got, want) && (got == nil) == (want == nil), "the model says %v, the store %v", want, got)
}
