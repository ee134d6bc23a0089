package attribution_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// owing is a list of debts, oldest first.
func owing(amounts ...money.Amount) []attribution.Debt {
	var debts []attribution.Debt
	for i, a := range amounts {
		debts = append(debts, attribution.Debt{
			Holder: "acct_1", Program: attribution.ProgramID(rune('a' + i)), Owed: a, Since: noon.Add(time.Duration(i)),
		})
	}
	return debts
}

func TestGrow(t *testing.T) {
	t.Parallel()
	d := owing(5)[0]
	grown, err := d.Grow(3)
	require.NoError(t, err)
	require.Equal(t, owing(8)[0], grown, "its age stays")
	require.Equal(t, owing(5)[0], d)
	_, err = grown.Grow(money.Max)
	require.ErrorIs(t, err, money.ErrOverflow)
}

func TestRepay(t *testing.T) {
	t.Parallel()
	type amounts = []money.Amount
	for name, test := range map[string]struct {
		credit money.Amount
		owed   amounts
		left   money.Amount
		parts  amounts // in the order of debts; zero where nothing was repaid
	}{
		"no_debts":                  {5, nil, 5, nil},
		"no_credit":                 {0, amounts{5}, 0, amounts{0}},
		"less_than_is_owed":         {3, amounts{5}, 0, amounts{3}},
		"what_is_owed":              {5, amounts{5}, 0, amounts{5}},
		"more_than_is_owed":         {9, amounts{5}, 4, amounts{5}},
		"the_oldest_first":          {6, amounts{5, 5}, 0, amounts{5, 1}},
		"the_youngest_waits":        {5, amounts{5, 5}, 0, amounts{5, 0}},
		"a_debt_of_nothing":         {6, amounts{0, 5, 0, 5}, 0, amounts{0, 5, 0, 1}},
		"the_most_there_can_be":     {money.Max, amounts{money.Max, money.Max}, 0, amounts{money.Max, 0}},
		"all_of_them_and_some_left": {20, amounts{1, 2, 3}, 14, amounts{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			debts := owing(test.owed...)
			left, repaid, err := attribution.Repay(test.credit, debts)
			require.NoError(t, err)
			require.Equal(t, test.left, left)
			require.Equal(t, owing(test.owed...), debts, "what was given is not touched")
			var want []attribution.Repayment
			for i, part := range test.parts {
				if part > 0 {
					after := debts[i]
					after.Owed -= part
					want = append(want, attribution.Repayment{Debt: after, Amount: part})
				}
			}
			require.Equal(t, want, repaid)
		})
	}
}

func TestRepayRefusesWhatIsNegative(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		credit money.Amount
		debts  []attribution.Debt
	}{
		"credit":       {-1, owing(5)},
		"debt":         {5, owing(-1)},
		"a_later_debt": {5, owing(9, -1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			left, repaid, err := attribution.Repay(test.credit, test.debts)
			require.ErrorIs(t, err, money.ErrNegative)
			require.Zero(t, left)
			require.Nil(t, repaid)
		})
	}
}

// Debts that grow and are repaid in any order: a credit is what was repaid and what is left, to the
// unit; no debt is ever negative; and a younger one is touched only when the older ones are gone.
func TestDebtsConserve(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		debts := owing(0, 0, 0, 0)
		var grown, credited, left money.Amount
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			n := money.Amount(rapid.Int64Range(0, 1_000_000_000_000_000).Draw(rt, "amount"))
			if rapid.Bool().Draw(rt, "grow") {
				i := rapid.IntRange(0, len(debts)-1).Draw(rt, "debt")
				d, err := debts[i].Grow(n)
				require.NoError(rt, err)
				debts[i], grown = d, grown+n
				continue
			}
			rest, repaid, err := attribution.Repay(n, debts)
			require.NoError(rt, err)
			credited, left = credited+n, left+rest
			for _, r := range repaid {
				i := slices.IndexFunc(debts, func(d attribution.Debt) bool { return d.Program == r.Debt.Program })
				require.Positive(rt, int64(r.Amount))
				require.Equal(rt, debts[i].Owed-r.Amount, r.Debt.Owed)
				for _, older := range debts[:i] {
					require.Zero(rt, older.Owed, "oldest first")
				}
				debts[i] = r.Debt
				require.GreaterOrEqual(rt, r.Debt.Owed, money.Amount(0))
				require.True(rt, r.Debt.Owed == 0 || rest == 0, "nothing is left while something is owed")
			}
		}
		var owed money.Amount
		for _, d := range debts {
			owed += d.Owed
		}
		require.Equal(rt, credited-left, grown-owed, "what was repaid is what was given")
	})
}
