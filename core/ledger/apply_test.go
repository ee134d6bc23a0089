package ledger_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

func TestApplyLeavesLines(t *testing.T) {
	t.Parallel()
	b := newBook()
	lines := b.must(t, ledger.KindDeposit, "ent_1", ledger.Move(ledger.World(), ledger.Available("ann"), 7))
	ann := ledger.Key{Address: ledger.Available("ann"), Asset: ledger.TWIST}
	require.Equal(t, ledger.Line{Entry: "ent_1", Key: ann, Version: 1, Delta: 7, After: 7}, lines[0])
	require.Equal(t, ledger.World(), lines[1].Address)
	require.Equal(t, amount(-7), lines[1].After)

	lines = b.must(t, ledger.KindStake, "ent_2",
		ledger.Move(ledger.Available("ann"), ledger.Staked("p"), 2), ledger.Move(ledger.Available("ann"), ledger.Staked("p"), 3))
	staked := ledger.Key{Address: ledger.Staked("p"), Asset: ledger.TWIST}
	require.Equal(t, []ledger.Line{
		{Entry: "ent_2", Key: ann, Version: 2, Delta: -5, Before: 7, After: 2},
		{Entry: "ent_2", Key: staked, Version: 1, Delta: 5, After: 5},
	}, lines, "one line for each ledger account, netted and sorted")
}

// What an entry takes in and gives out again in one ledger account leaves a line of nothing, and needs
// nothing to stand there before.
func TestApplyNetsWithinAnEntry(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.must(t, ledger.KindDeposit, "ent_1", ledger.Move(ledger.World(), ledger.Available("ann"), 5))
	b.must(t, ledger.KindFund, "ent_2", ledger.Move(ledger.Available("ann"), ledger.Budget("p"), 5))
	b.must(t, ledger.KindConversion, "ent_3", ledger.Move(ledger.Budget("p"), ledger.Pending("p"), 5))
	owed := ledger.Owed("ann")
	b.must(t, ledger.KindClawback, "ent_4", ledger.Move(owed, ledger.Receivable("p"), 4))
	lines := b.must(t, ledger.KindApproval, "ent_5",
		ledger.Move(ledger.Pending("p"), owed, 4), ledger.Move(ledger.Receivable("p"), ledger.Budget("p"), 4))
	require.Len(t, lines, 4)
	require.Zero(t, b.balance(owed, ledger.TWIST).Sign())

	e, err := ledger.NewEntry("ent_6", ledger.KindConversion, "r", noon, []ledger.Posting{
		ledger.Move(ledger.Budget("q"), ledger.Pending("q"), 9),
	}, nil)
	require.NoError(t, err)
	e.Postings = append(e.Postings, ledger.Move(ledger.Pending("q"), ledger.Budget("q"), 9))
	lines, err = b.record(e)
	require.NoError(t, err)
	require.Len(t, lines, 2)
	for _, l := range lines {
		require.Zero(t, l.Delta)
		require.EqualValues(t, 1, l.Version)
	}
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		has, takes money.Amount
		want       error
	}{
		"all_there_is":       {9, 9, nil},
		"a_part":             {9, 8, nil},
		"a_unit_too_much":    {9, 10, ledger.ErrInsufficientFunds},
		"from_nothing":       {0, 1, ledger.ErrInsufficientFunds},
		"the_most_there_is":  {money.Max, money.Max, nil},
		"far_too_much":       {1, money.Max, ledger.ErrInsufficientFunds},
		"from_below_a_floor": {-1, 1, ledger.ErrInsufficientFunds},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := ledger.NewEntry("ent_1", ledger.KindStake, "r", noon, []ledger.Posting{
				ledger.Move(ledger.Available("ann"), ledger.Staked("p"), test.takes),
			}, nil)
			require.NoError(t, err)
			lines, err := e.Apply(func(k ledger.Key) ledger.Standing {
				if k.Address == ledger.Available("ann") {
					return ledger.Standing{Key: k, Version: 1, Balance: test.has}
				}
				return ledger.Standing{Key: k}
			})
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.Nil(t, lines)
				require.ErrorContains(t, err, fmt.Sprintf("account:ann:available needs %d and has %d", test.takes, test.has))
			}
		})
	}
}

// A credit is taken even where a balance is below its floor by somebody's hand: it can only help.
func TestCreditBelowFloorPasses(t *testing.T) {
	t.Parallel()
	e, err := ledger.NewEntry("ent_1", ledger.KindDeposit, "r", noon, many(1, 3), nil)
	require.NoError(t, err)
	lines, err := e.Apply(func(ledger.Key) ledger.Standing { return ledger.Standing{Balance: -9} })
	require.NoError(t, err)
	require.Equal(t, amount(-6), lines[0].After)

	there, back := many(1, 3)[0], ledger.Move(ledger.Available("acct_0"), ledger.World(), 3)
	e.Postings = []ledger.Posting{there, back}
	lines, err = e.Apply(func(ledger.Key) ledger.Standing { return ledger.Standing{Balance: -9} })
	require.NoError(t, err, "and neither does an entry that changes nothing there")
	require.Zero(t, lines[0].Delta)
}

// What passes through a striped ledger account with a floor is no draw from it.
func TestPassingThroughStripes(t *testing.T) {
	t.Parallel()
	e := deposit()
	e.Postings = []ledger.Posting{ledger.Move(ledger.Payout("x"), ledger.Fees(), 5), ledger.Move(ledger.Fees(), ledger.Budget("p"), 5)}
	lines, err := e.Apply(func(ledger.Key) ledger.Standing { return ledger.Standing{Balance: 5} })
	require.NoError(t, err)
	require.Len(t, lines, 3)
	require.Equal(t, ledger.Line{
		Entry: "ent_1", Version: 1, Before: 5, After: 5,
		Key: ledger.Key{Address: ledger.Fees(), Asset: ledger.TWIST, Stripe: uint8(homeOf(t, e))},
	}, lines[1])
}

// Assets stand apart, also at one address.
func TestAssetsAreNotAddedUp(t *testing.T) {
	t.Parallel()
	e := deposit()
	e.Postings = []ledger.Posting{
		ledger.Move(ledger.World(), ledger.Available("ann"), 7),
		{Source: ledger.Gas(), Destination: ledger.World(), Asset: ledger.SOL, Amount: 7},
	}
	lines, err := newBook().record(e)
	require.NoError(t, err)
	require.Len(t, lines, 4)
	require.Equal(t, []ledger.Asset{ledger.TWIST, ledger.SOL, ledger.SOL, ledger.TWIST},
		[]ledger.Asset{lines[0].Asset, lines[1].Asset, lines[2].Asset, lines[3].Asset})
	require.Equal(t, []money.Amount{7, -7, 7, -7}, []money.Amount{lines[0].Delta, lines[1].Delta, lines[2].Delta, lines[3].Delta})
}

func TestApplyOverflows(t *testing.T) {
	t.Parallel()
	full := func(ledger.Key) ledger.Standing { return ledger.Standing{Balance: money.Max} }
	drained := func(ledger.Key) ledger.Standing { return ledger.Standing{Balance: money.Min} }
	none := func(ledger.Key) ledger.Standing { return ledger.Standing{} }
	for name, test := range map[string]struct {
		standing func(ledger.Key) ledger.Standing
		postings []ledger.Posting
		changes  bool // that the sums alone do not fit
	}{
		"a_balance_above_the_most":     {full, many(1, 1), false},
		"a_balance_below_the_least":    {drained, many(1, 1), false},
		"a_total_below_the_least":      {none, many(2, money.Max), true},
		"a_total_above_the_most_as_to": {none, append(many(1, money.Max), ledger.Move(ledger.Fees(), many(1, 1)[0].Destination, 1)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := deposit()
			e.Postings = test.postings
			lines, err := e.Apply(test.standing)
			require.ErrorIs(t, err, money.ErrOverflow)
			require.Nil(t, lines)
			changes, err := e.Changes()
			if test.changes {
				require.ErrorIs(t, err, money.ErrOverflow)
				require.Nil(t, changes)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// What an entry gives to a striped ledger account goes to one row, the same whenever it is computed;
// names like those that are given out spread over all rows evenly.
func TestStripesSpread(t *testing.T) {
	t.Parallel()
	const digits, names = "0123456789abcdefghjkmnpqrstvwxyz", 16_000
	hits := map[uint8]int{}
	for i := range names {
		e := deposit()
		e.ID = ledger.EntryID(fmt.Sprintf("ent_01kb5t%c%c%c9z", digits[i%32], digits[i/32%32], digits[i/1024%32]))
		lines, err := newBook().record(e)
		require.NoError(t, err)
		again, err := newBook().record(e)
		require.NoError(t, err)
		require.Equal(t, lines, again)
		world := lines[slices.IndexFunc(lines, func(l ledger.Line) bool { return l.Address == ledger.World() })]
		hits[world.Stripe]++
	}
	require.Len(t, hits, ledger.Stripes)
	turned := map[int]bool{}
	for _, id := range []ledger.EntryID{"abcd", "bacd", "cabd", "dabc", "adcb", "acdb", "dcba", "cdab"} {
		turned[homeOf(t, ledger.Entry{ID: id})] = true
	}
	require.Greater(t, len(turned), 2, "names of the same characters too")
	for stripe, n := range hits {
		require.Greater(t, n, names/ledger.Stripes*4/5, "stripe %d", stripe)
	}
}

// A draw from a striped ledger account with a floor takes the home stripe first, then as many more as
// it needs, and succeeds exactly when the total over all stripes suffices.
func TestDrawsFromStripes(t *testing.T) {
	t.Parallel()
	fees := func(stripe int) ledger.Key {
		return ledger.Key{Address: ledger.Fees(), Asset: ledger.TWIST, Stripe: uint8(stripe)}
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBook()
		var total int64
		for i, n := range rapid.SliceOfN(rapid.Int64Range(-1, 9), ledger.Stripes, ledger.Stripes).Draw(rt, "rows") {
			n *= 1 + rapid.Int64Range(0, 1).Draw(rt, "weight")*1_000_000_000_000
			if n >= 0 { // else there is no such row
				b.rows[fees(i)] = ledger.Standing{Key: fees(i), Version: 3, Balance: amount(n)}
				total += n
			}
		}
		if rapid.IntRange(0, 4).Draw(rt, "corrupt") == 0 { // a row below its floor lends nothing
			delete(b.rows, fees(5))
			total = b.balance(ledger.Fees(), ledger.TWIST).Int64()
			b.rows[fees(5)] = ledger.Standing{Key: fees(5), Version: 1, Balance: -7}
		}
		take := amount(rapid.OneOf(rapid.Int64Range(1, max(1, total)), rapid.Just(max(1, total)), rapid.Just(total+1)).Draw(rt, "take"))
		id := rapid.StringMatching(`ent_[0-9a-z]{6}`).Draw(rt, "id")
		e, err := ledger.NewEntry(ledger.EntryID(id), ledger.KindClawback, "r", noon,
			[]ledger.Posting{ledger.Move(ledger.Fees(), ledger.Budget("p"), take)}, nil)
		require.NoError(rt, err)
		before := maps.Clone(b.rows)
		lines, err := b.apply(e)
		require.Equal(rt, before, b.rows)
		if int64(take) > total {
			require.ErrorIs(rt, err, ledger.ErrInsufficientFunds)
			require.ErrorContains(rt, err, fmt.Sprintf("platform:fees needs %d and has %d", take, total))
			require.Nil(rt, lines)
			return
		}
		require.NoError(rt, err)
		home := homeOf(rt, e)
		var taken money.Amount
		short := 0 // rows that were left with something
		for _, l := range lines {
			if l.Address != ledger.Fees() {
				continue
			}
			require.Negative(rt, int64(l.Delta), "a row that gives nothing has no line")
			require.GreaterOrEqual(rt, l.After, amount(0))
			require.Equal(rt, b.rows[l.Key].Balance, l.Before)
			require.Equal(rt, b.rows[l.Key].Version+1, l.Version)
			taken -= l.Delta
			if l.After > 0 {
				short++
			}
		}
		require.Equal(rt, take, taken)
		require.LessOrEqual(rt, short, 1, "no more rows than it takes")
		if b.rows[fees(home)].Balance >= take {
			require.Len(rt, lines, 2, "home is enough")
			require.Equal(rt, fees(home), lines[0].Key)
		}
	})
}

// homeOf is the stripe that an entry gives to.
func homeOf(t require.TestingT, e ledger.Entry) int {
	e.Kind, e.Postings = ledger.KindSettlement, []ledger.Posting{ledger.Move(ledger.Payout("x"), ledger.Fees(), 1)}
	changes, err := e.Changes()
	require.NoError(t, err)
	require.Equal(t, ledger.Fees(), changes[1].Address)
	return int(changes[1].Stripe)
}

func TestCompareOrdersKeys(t *testing.T) {
	t.Parallel()
	sorted := []ledger.Key{
		{},
		{Address: ledger.Available("ann"), Asset: ledger.TWIST},
		{Address: ledger.Available("bob"), Asset: ledger.SOL, Stripe: 3},
		{Address: ledger.Available("bob"), Asset: ledger.TWIST, Stripe: 1},
		{Address: ledger.Available("bob"), Asset: ledger.TWIST, Stripe: 2},
		{Address: ledger.World(), Asset: ledger.SOL, Stripe: 15},
		{Address: ledger.World(), Asset: ledger.TWIST, Stripe: 0},
	}
	for i, a := range sorted {
		for j, b := range sorted {
			require.Equal(t, sign(i-j), a.Compare(b), "%v %v", a, b)
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }
