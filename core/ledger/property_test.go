package ledger_test

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// account is a ledger account for the oracle, which knows no stripes.
type account struct {
	address ledger.Address
	asset   ledger.Asset
}

// oracle keeps balances in integers without a limit.
type oracle map[account]*big.Int

func (o oracle) balance(a account) *big.Int {
	if o[a] == nil {
		return new(big.Int)
	}
	return o[a]
}

// add books an entry, or gives the first floor that it would break.
func (o oracle) add(e ledger.Entry) (oracle, bool) {
	next, changes := maps.Clone(o), map[account]*big.Int{}
	move := func(a account, by *big.Int) {
		if changes[a] == nil {
			changes[a] = new(big.Int)
		}
		changes[a].Add(changes[a], by)
	}
	for _, p := range e.Postings {
		n := big.NewInt(int64(p.Amount))
		move(account{p.Source, p.Asset}, new(big.Int).Neg(n))
		move(account{p.Destination, p.Asset}, n)
	}
	for a, by := range changes {
		sum := new(big.Int).Add(o.balance(a), by)
		if places[a.address.Place()].floor && sum.Sign() < 0 {
			return nil, false
		}
		next[a] = sum
	}
	return next, true
}

// draw makes an entry of a few movements of one kind between a few ledger accounts. Its amounts lie
// around what stands at their sources, so that about half of the entries succeed. The choices are even,
// which those of rapid are not.
func (o oracle) draw(t *rapid.T, n int) (ledger.Entry, bool) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "entry"), uint64(n)))
	kinds := append(ledger.Kinds(), "conversion", "approval", "approval", "settlement", "clawback", "clawback", "clawback")
	kind := kinds[r.IntN(len(kinds))]
	var postings []ledger.Posting
	for range 1 + r.IntN(3) {
		asset, path, _ := strings.Cut(flows[kind][r.IntN(len(flows[kind]))], " ")
		from, to, _ := strings.Cut(path, " > ")
		p := ledger.Posting{
			Source:      at(t, strings.ReplaceAll(from, "*", []string{"x", "y"}[r.IntN(2)])),
			Destination: at(t, strings.ReplaceAll(to, "*", []string{"x", "y"}[r.IntN(2)])), Asset: ledger.Asset(asset),
		}
		most := int64(1_000_000_000_000_000)
		if places[from].floor {
			most = o.balance(account{p.Source, p.Asset}).Int64()
		}
		p.Amount = money.Amount([]int64{r.Int64N(most + 1), r.Int64N(most/2 + 1), r.Int64N(most/3 + 1), most, most + 1}[r.IntN(5)])
		postings = append(postings, p)
	}
	id := fmt.Sprintf("ent_%02d%c", n, 'a'+r.IntN(26))
	e, err := ledger.NewEntry(ledger.EntryID(id), kind, "ref:"+id, noon, postings, nil)
	if err != nil { // every amount was zero
		require.ErrorIs(t, err, ledger.ErrEntry)
		return ledger.Entry{}, false
	}
	return e, true
}

// TestLedgerEqualsTheOracle draws entries and compares, after each one, the rows with what integers
// without a limit say. No balance with a floor is ever below zero (I-06), in any row or in total; every
// asset sums to zero; and every total is what the journal gives (P-32).
func TestLedgerEqualsTheOracle(t *testing.T) {
	t.Parallel()
	accepted, refused, drawn := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		b, o := newBook(), oracle{}
		for _, id := range []string{"x", "y"} { // something to begin with
			b.must(rt, ledger.KindDeposit, "ent_1"+id, ledger.Move(ledger.World(), ledger.Available(id), 2_000_000_000))
			b.must(rt, ledger.KindFund, "ent_2"+id, ledger.Move(ledger.Available(id), ledger.Budget(id), 1_500_000_000))
			b.must(rt, ledger.KindConversion, "ent_3"+id, ledger.Move(ledger.Budget(id), ledger.Pending(id), 1_000_000_000))
		}
		for _, r := range b.records {
			o, _ = o.add(r.Entry)
		}
		for n := range 90 {
			e, ok := o.draw(rt, n)
			if !ok {
				continue
			}
			before := maps.Clone(b.rows)
			changes, err := e.Changes()
			require.NoError(rt, err)
			lines, err := b.record(e)
			checkReads(rt, changes, b.read, e)
			next, ok := o.add(e)
			if !ok {
				refused++
				require.ErrorIs(rt, err, ledger.ErrInsufficientFunds)
				require.Equal(rt, before, b.rows, "a refused entry changes nothing")
				continue
			}
			accepted++
			require.NoError(rt, err)
			o = next
			if n := slices.IndexFunc(lines, func(l ledger.Line) bool { return l.Address == ledger.Fees() }); n >= 0 &&
				n+1 < len(lines) && lines[n+1].Address == ledger.Fees() {
				drawn++
			}
			checkLines(rt, e, before, lines)
			checkRows(rt, b, o)
		}
		j := b.journal()
		require.Empty(rt, j.verify().Findings())
	})
	t.Logf("%d accepted, %d refused, %d drawn from several stripes", accepted, refused, drawn)
	require.Greater(t, accepted, 1_000)
	require.Greater(t, refused, 1_000)
	require.Greater(t, drawn, 5)
}

// checkReads holds that Keys names, sorted and once each, all rows that Apply looks at.
func checkReads(t require.TestingT, changes []ledger.Change, read []ledger.Key, e ledger.Entry) {
	require.True(t, slices.IsSortedFunc(changes, func(a, b ledger.Change) int { return a.Key.Compare(b.Key) }))
	touched := map[account]bool{}
	for _, p := range e.Postings {
		touched[account{p.Source, p.Asset}], touched[account{p.Destination, p.Asset}] = true, true
	}
	told := map[account]ledger.Change{}
	for _, c := range changes {
		require.True(t, touched[account{c.Address, c.Asset}], "no row is named that the entry does not touch")
		told[account{c.Address, c.Asset}] = c
	}
	require.Len(t, changes, len(touched), "one change for each ledger account")
	for _, k := range read {
		c := told[account{k.Address, k.Asset}]
		require.True(t, c.Key == k || c.Draws, "a row is read that no change names")
	}
}

// checkLines holds that lines are sorted, once per row, follow what stood before, and add up to the
// postings.
func checkLines(t require.TestingT, e ledger.Entry, before map[ledger.Key]ledger.Standing, lines []ledger.Line) {
	require.True(t, slices.IsSortedFunc(lines, func(a, b ledger.Line) int { return a.Key.Compare(b.Key) }))
	sums, seen := map[account]*big.Int{}, map[ledger.Key]bool{}
	for _, l := range lines {
		require.False(t, seen[l.Key])
		seen[l.Key] = true
		require.Equal(t, e.ID, l.Entry)
		require.Equal(t, before[l.Key].Version+1, l.Version)
		require.Equal(t, before[l.Key].Balance, l.Before)
		require.Equal(t, l.Before+l.Delta, l.After)
		a := account{l.Address, l.Asset}
		if sums[a] == nil {
			sums[a] = new(big.Int)
		}
		sums[a].Add(sums[a], big.NewInt(int64(l.Delta)))
	}
	for _, p := range e.Postings {
		n := big.NewInt(int64(p.Amount))
		from, to := sums[account{p.Source, p.Asset}], sums[account{p.Destination, p.Asset}]
		require.NotNil(t, from)
		require.NotNil(t, to)
		from.Add(from, n)
		to.Sub(to, n)
	}
	for a, rest := range sums {
		require.Zero(t, rest.Sign(), "%v", a)
	}
}

func checkRows(t require.TestingT, b *book, o oracle) {
	sums := map[ledger.Asset]*big.Int{ledger.TWIST: new(big.Int), ledger.SOL: new(big.Int)}
	for k, row := range b.rows {
		require.Equal(t, k, row.Key)
		require.True(t, row.Balance >= 0 || !places[k.Address.Place()].floor, "%v is below its floor", row)
		require.True(t, k.Stripe == 0 || places[k.Address.Place()].striped)
		require.Less(t, k.Stripe, uint8(ledger.Stripes))
		sums[k.Asset].Add(sums[k.Asset], big.NewInt(int64(row.Balance)))
	}
	for asset, sum := range sums {
		require.Zero(t, sum.Sign(), "%s sums to %s", asset, sum)
	}
	for a, want := range o {
		require.Zero(t, want.Cmp(b.balance(a.address, a.asset)), "%v", a)
	}
}
