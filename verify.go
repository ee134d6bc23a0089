package twist

import (
	"context"
	"math"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Verification is what a recomputation of everything found.
type Verification struct {
	Entries  int64
	Events   int64
	Unsealed int64                         // entries and events that wait for their seals
	Head     journal.Head                  // the end of the chain: its position says how many are sealed
	Sums     map[ledger.Asset]money.Amount // zero each
	Places   map[string]money.Amount       // what stands in TWIST at each kind of ledger account
	Findings []ledger.Finding              // none, or something is wrong
}

// verifyPage is how many rows are read at once.
const verifyPage = 1000

// Verify recomputes everything that is stored, in one snapshot: the journal with its lines and
// balances, the chain over all entries and events, and every row of a domain against the journal. It
// needs a store and nothing else, so that it can be run on a copy. Heads that were kept from earlier
// verifications must stand in the chain.
func Verify(ctx context.Context, store ports.Store, known ...journal.Head) (Verification, error) {
	return verify(ctx, store, func() staking.Epoch { return math.MaxInt64 }, known...)
}

// verify recomputes everything; no pool may stand in an epoch after the one that latest gives once all is read.
func verify(ctx context.Context, store ports.Store, latest func() staking.Epoch, known ...journal.Head) (Verification, error) {
	return ports.Read(ctx, store, func(ctx context.Context, v ports.View) (Verification, error) {
		a := &audit{
			view: v, latest: latest, journal: ledger.NewVerifier(), sequence: journal.NewAuditor(known...),
			due:          map[ledger.Address]money.Amount{},
			entries:      map[string]ledger.Entry{},
			commissioned: map[string][]ledger.Entry{},
			told:         map[witness]testimony{},
			links:        map[link]int{},
			moves:        moves{map[ledger.EntryID]ledger.Entry{}, map[ledger.EntryID]journal.Event{}},
			granted:      map[grant]int{},
			days:         map[poolDay]staking.PoolDay{},
			gone:         map[identity.AccountID]bool{},
			lives:        map[string]*life{},
			closed:       map[attribution.PoolID]time.Time{},
			stakes:       map[string]*stakes{},
			rebalances:   map[string]*rebalance{},
			fates:        map[string]*fate{},
			deeds:        deeds{map[stint]attribution.Achieved{}, map[stint]risen{}},
		}
		for _, check := range []func(context.Context) error{
			a.readJournal, a.readBalances, a.readSequence, a.accounts, a.wallets, a.programs,
			a.pools, a.commissions, a.bonuses, a.debts, a.deposits, a.payouts,
		} {
			if err := check(ctx); err != nil {
				return Verification{}, err
			}
		}
		a.compare()
		return Verification{
			Entries: a.journal.Entries(), Events: a.sequence.Events(), Unsealed: a.sequence.Unsealed(), Head: a.sequence.Head(),
			Sums: a.journal.Sums(), Places: a.places(), Findings: append(a.journal.Findings(), a.sequence.Findings()...),
		}, nil
	})
}

// Verify is Verify on the library's own store, which also knows the time: a pool in an epoch that has not begun is
// pool_ahead.
func (l *Ledger) Verify(ctx context.Context) (Verification, error) {
	return verify(ctx, l.c.Store, func() staking.Epoch { return staking.EpochOf(l.c.Clock.Now().Add(ports.ClockTolerance), l.c.Epoch) })
}

// audit is one verification under way.
type audit struct {
	view     ports.View
	latest   func() staking.Epoch
	journal  *ledger.Verifier
	sequence *journal.Auditor
	due      map[ledger.Address]money.Amount // what the rows say must stand at an address
	// The entries that some row must explain; what is left of them at the end has no row.
	entries      map[string]ledger.Entry   // by reference
	commissioned map[string][]ledger.Entry // by commission
	told         map[witness]testimony     // what events say of rows; what is left of it at the end has no row
	moves        moves
	gone         map[identity.AccountID]bool // the accounts that were erased
	days         map[poolDay]staking.PoolDay // what entries moved in and out of pools; what is left of it at the end has no row
	granted      map[grant]int               // how often a role was granted less how often it was revoked
	links        map[link]int                // how often events say that a wallet was linked, less how often that it was unlinked
	lives        map[string]*life
	closed       map[attribution.PoolID]time.Time // the pools that are, and since when
	stakes       map[string]*stakes
	rebalances   map[string]*rebalance // that are not whole yet
	fates        map[string]*fate      // of commissions; what is left of them at the end has no row
	deeds        deeds
}

// readBalances takes every line and every row of balances.
func (a *audit) readBalances(ctx context.Context) error {
	var line ledger.Line
	err := pages(func() ([]ledger.Line, error) { return a.view.Ledger.Lines(ctx, line, verifyPage) }, func(l ledger.Line) error {
		line = l
		a.journal.Line(l)
		return nil
	})
	if err != nil {
		return err
	}
	var key ledger.Key
	return pages(func() ([]ledger.Standing, error) { return a.view.Ledger.Standings(ctx, key, verifyPage) }, func(s ledger.Standing) error {
		key = s.Key
		a.journal.Standing(s)
		return nil
	})
}

// owes adds to what must stand at an address.
func (a *audit) owes(at ledger.Address, amount money.Amount) {
	sum, err := a.due[at].Add(amount)
	if err != nil {
		a.journal.Report("sum_overflow", at.String(), "%v", err)
	}
	a.due[at] = sum
}

// compare holds what the rows make against what stands in the ledger, in both directions: a ledger
// account of a domain without its row is as wrong as a row without its money.
func (a *audit) compare() {
	proven := map[string]bool{
		"account:*:owed": true, "program:*:pending": true, "program:*:receivable": true,
		"pool:*:staked": true, "pool:*:rewards": true, "pool:*:cooling": true, "payout:*": true, "unclaimed:deposits": true, "platform:bonuses": true,
	}
	balances := a.journal.Balances()
	for at, stands := range balances {
		if proven[at.Place()] && a.due[at] != stands {
			a.journal.Report("rows_differ_from_ledger", at.String(), "its rows make %s and %s stands there", a.due[at], stands)
		}
	}
	for at, due := range a.due {
		if _, known := balances[at]; !known && due != 0 {
			a.journal.Report("rows_differ_from_ledger", at.String(), "its rows make %s and nothing stands there", due)
		}
	}
	for reference := range a.entries {
		a.journal.Report("row_missing", reference, "an entry without the row it explains")
	}
	for commission := range a.commissioned {
		a.journal.Report("row_missing", commission, "entries without their commission")
	}
	a.unpaired()
	a.undated()
	a.silent()
	a.unlived()
	a.unbalanced()
	a.fateless()
	a.grants()
}

// places adds the balances up by kind of ledger account: with world they make zero.
func (a *audit) places() map[string]money.Amount {
	sums := map[string]money.Amount{}
	for at, stands := range a.journal.Balances() {
		sums[at.Place()] = a.sum(sums[at.Place()], stands)
	}
	return sums
}

func (a *audit) debts(ctx context.Context) error {
	var last attribution.Debt
	return pages(func() ([]attribution.Debt, error) { return a.view.Debts.All(ctx, last, verifyPage) }, func(d attribution.Debt) error {
		last = d
		a.owes(ledger.Owed(d.Holder), d.Owed.Neg())
		a.owes(ledger.Receivable(d.Program), d.Owed)
		return nil
	})
}

func (a *audit) deposits(ctx context.Context) error {
	var last payouts.Deposit
	return pages(func() ([]payouts.Deposit, error) { return a.view.Deposits.List(ctx, last, verifyPage) }, func(d payouts.Deposit) error {
		last = d
		to := creditedTo(d)
		if d.Account == "" {
			a.owes(to, d.Arrival.Amount)
		}
		if d.Purpose != "" && (d.Account != "" || d.Purpose != payouts.ForBonuses) {
			a.journal.Report("row_wrong", depositReference(d.Arrival), "it is for %q, and of %q", d.Purpose, d.Account)
		}
		a.expect(depositReference(d.Arrival), ledger.Move(ledger.World(), to, d.Arrival.Amount))
		return nil
	})
}

// expect finds the entry of a row and reports one that is absent or moved something else. Postings of
// zero are never recorded.
func (a *audit) expect(reference string, want ...ledger.Posting) {
	e, ok := a.entries[reference]
	if !ok {
		a.journal.Report("entry_missing", reference, "a row needs it")
		return
	}
	delete(a.entries, reference)
	i := 0
	for _, p := range want {
		if p.Amount == 0 {
			continue
		}
		if i >= len(e.Postings) || e.Postings[i] != p {
			a.journal.Report("entry_differs_from_row", reference, "%s should move from %s to %s", p.Amount, p.Source, p.Destination)
			return
		}
		i++
	}
	if i != len(e.Postings) {
		a.journal.Report("entry_differs_from_row", reference, "it moves more than its row says")
	}
}
