package attribution_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// amount draws an amount of any size.
func amount(rt *rapid.T) money.Amount {
	most := rapid.SampledFrom([]int64{9, 1_000, 100_000_000_000, int64(money.Max)}).Draw(rt, "most")
	return money.Amount(rapid.Int64Range(1, most).Draw(rt, "amount"))
}

// drawn is a conversion under any rule, with clicks of a few influencers.
func drawn(rt *rapid.T) (attribution.Conversion, []attribution.Click) {
	c := converted(amount(rt), 0)
	c.ID = attribution.ConversionID(fmt.Sprintf("conv_%d", rapid.Uint32().Draw(rt, "conversion")))
	c.Rule.Model = rapid.SampledFrom(attribution.Models()).Draw(rt, "model")
	c.Rule.Rate = money.Bps(rapid.IntRange(1, 10_000).Draw(rt, "rate"))
	c.Rule.Window = 90 * day
	var clicks []attribution.Click
	for i := range rapid.IntRange(0, 12).Draw(rt, "clicks") {
		age := time.Duration(rapid.Int64Range(0, int64(95*day)).Draw(rt, "age"))
		one := click(attribution.ClickID(fmt.Sprintf("clk_%02d", i)), noon.Add(-age))
		n := rapid.IntRange(1, 5).Draw(rt, "influencer")
		one.Influencer, one.Holder = attribution.InfluencerID(fmt.Sprintf("infl_%d", n)), attribution.AccountID(fmt.Sprintf("acct_%d", n))
		clicks = append(clicks, one)
	}
	return c, clicks
}

// TestCredits holds every division of a pot against numbers without a limit: the credits make up the pot (S1, A1,
// I-08, P-20), each is less than a unit from its exact part and is what the largest remainder gives it (S2, S9), ties
// fall by the hash of conversion and influencer; an influencer has one credit of all her touches (P-21); and what weighs
// nothing gets nothing (S4).
func TestCredits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, clicks := drawn(rt)
		e, err := c.Explain(c.Consider(clicks))
		require.NoError(rt, err)
		require.Zero(rt, scale(c.Order.Amount, money.Amount(c.Rule.Rate), 10_000).Cmp(big.NewInt(int64(e.Pot))))

		by := map[attribution.InfluencerID]uint64{}
		var whole uint64
		for _, touch := range e.Touches {
			require.Equal(rt, touch.Reason == attribution.Counted, !touch.At.Add(90*day).Before(noon.Add(1)))
			if touch.Reason != attribution.Counted {
				require.Zero(rt, touch.Weight)
			}
			by[touch.Influencer] += touch.Weight
			whole += touch.Weight
		}
		var amounts money.Amount
		var shares money.Bps
		credited := map[attribution.InfluencerID]bool{}
		for _, credit := range e.Credits {
			require.Positive(rt, credit.Weight)
			require.Equal(rt, by[credit.Influencer], credit.Weight)
			require.False(rt, credited[credit.Influencer], "one credit each")
			credited[credit.Influencer] = true
			amounts, shares = amounts+credit.Amount, shares+credit.Share
		}
		for influencer, weight := range by {
			require.Equal(rt, weight > 0, credited[influencer])
		}
		if whole == 0 {
			require.Empty(rt, e.Credits)
			require.Empty(rt, e.Touch())
			return
		}
		require.Equal(rt, e.Pot, amounts)
		require.Equal(rt, money.Whole, shares)
		require.Equal(rt, oracle(c.ID, e.Pot, by), amountsOf(e))
	})
}

func amountsOf(e attribution.Explanation) map[attribution.InfluencerID]int64 {
	amounts := map[attribution.InfluencerID]int64{}
	for _, credit := range e.Credits {
		amounts[credit.Influencer] = int64(credit.Amount)
	}
	return amounts
}

// oracle divides by the largest remainder, in numbers without a limit.
func oracle(id attribution.ConversionID, pot money.Amount, by map[attribution.InfluencerID]uint64) map[attribution.InfluencerID]int64 {
	type part struct {
		influencer attribution.InfluencerID
		rest       *big.Int
		lot        [32]byte
	}
	whole := new(big.Int)
	for _, weight := range by {
		whole.Add(whole, new(big.Int).SetUint64(weight))
	}
	amounts := map[attribution.InfluencerID]int64{}
	left := int64(pot)
	var parts []part
	for influencer, weight := range by {
		if weight == 0 {
			continue
		}
		product := new(big.Int).Mul(big.NewInt(int64(pot)), new(big.Int).SetUint64(weight))
		floor, rest := new(big.Int).QuoRem(product, whole, new(big.Int))
		amounts[influencer] = floor.Int64()
		left -= floor.Int64()
		parts = append(parts, part{influencer, rest, sha256.Sum256([]byte(string(id) + string(influencer)))})
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(b.rest.Cmp(a.rest), slices.Compare(a.lot[:], b.lot[:]))
	})
	for _, p := range parts[:left] {
		amounts[p.influencer]++
	}
	return amounts
}

// S3, S5: who is first among equals is a matter of the hash alone, so that as many touches again of everybody, or the
// same touches under other names, give the same parts but for ties.
func TestEqualTouchesAreEqual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, _ := drawn(rt)
		c.Rule.Model = attribution.Linear
		n := rapid.IntRange(2, 6).Draw(rt, "influencers")
		times := rapid.IntRange(1, 4).Draw(rt, "touches each")
		touches := func(each int, shift int) []attribution.Touch {
			var all []attribution.Touch
			for i := range n * each {
				who := (i + shift) % n
				all = append(all, attribution.Touch{
					Click: attribution.ClickID(fmt.Sprintf("clk_%02d", i)), At: noon, Reason: attribution.Counted,
					Influencer: attribution.InfluencerID(fmt.Sprintf("infl_%d", who)),
				})
			}
			return all
		}
		once, err := c.Explain(touches(1, 0))
		require.NoError(rt, err)
		more, err := c.Explain(touches(times, rapid.IntRange(0, 5).Draw(rt, "shift")))
		require.NoError(rt, err)
		require.Equal(rt, amountsOf(once), amountsOf(more))
		least, most := once.Credits[0].Amount, once.Credits[0].Amount
		for _, credit := range once.Credits {
			least, most = min(least, credit.Amount), max(most, credit.Amount)
		}
		require.LessOrEqual(rt, most-least, money.Amount(1))
	})
}

// Nobody is favoured: over many conversions the odd unit of two falls to each of them about as often.
func TestTheOddUnitFavoursNobody(t *testing.T) {
	t.Parallel()
	const conversions = 2_000
	first := 0
	for i := range conversions {
		c := converted(1, 0)
		c.ID, c.Rule.Model, c.Rule.Rate = attribution.ConversionID(fmt.Sprintf("conv_%d", i)), attribution.Linear, 10_000
		e, err := c.Explain([]attribution.Touch{
			{Click: "a", At: noon, Influencer: "infl_1", Reason: attribution.Counted}, {Click: "b", At: noon, Influencer: "infl_2", Reason: attribution.Counted},
		})
		require.NoError(t, err)
		first += int(amountsOf(e)["infl_1"])
	}
	require.InDelta(t, conversions/2, first, conversions/10)
}

// TestReplay: what would have been under another model is what Explain says under it, and what was decided stays.
func TestReplay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, clicks := drawn(rt)
		touches := c.Consider(clicks)
		kept := slices.Clone(touches)
		before, err := c.Explain(touches)
		require.NoError(rt, err)
		for _, model := range attribution.Models() {
			what, err := c.Replay(touches, model)
			require.NoError(rt, err)
			other := c
			other.Rule.Model = model
			want, err := other.Explain(touches)
			require.NoError(rt, err)
			require.Equal(rt, want, what)
			require.Equal(rt, before.Pot, what.Pot, "a model divides the pot and does not make it")
		}
		require.Equal(rt, kept, touches)
		after, err := c.Explain(touches)
		require.NoError(rt, err)
		require.Equal(rt, before, after)
	})
}

// What was decided before touches were kept is explained by the one there is, and not replayed.
func TestWhatWasNotKeptIsNotReplayed(t *testing.T) {
	t.Parallel()
	c := converted(10*twist, 0)
	c.Rule.Version = 0
	touches := c.Consider([]attribution.Click{click("clk_1", noon)})
	e, err := c.Explain(touches)
	require.NoError(t, err)
	require.Equal(t, twist, e.Credits[0].Amount)
	_, err = c.Replay(touches, attribution.Linear)
	require.ErrorIs(t, err, attribution.ErrTouchesNotKept)
}

// An influencer is told of herself, and neither of the others nor of what all earn together.
func TestOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, clicks := drawn(rt)
		e, err := c.Explain(c.Consider(clicks))
		require.NoError(rt, err)
		whole := e
		own := e.Of("acct_1")
		require.Equal(rt, whole, e)
		require.Zero(rt, own.Pot)
		var touches []attribution.Weighed
		var credits []attribution.Credit
		for _, touch := range e.Touches {
			if touch.Holder == "acct_1" {
				touches = append(touches, touch)
			}
		}
		for _, credit := range e.Credits {
			if credit.Holder == "acct_1" {
				credits = append(credits, credit)
			}
		}
		require.ElementsMatch(rt, touches, own.Touches)
		require.ElementsMatch(rt, credits, own.Credits)
	})
}

func TestExplanationSaysByWhat(t *testing.T) {
	t.Parallel()
	c := converted(10*twist, 0)
	e, err := c.Explain(c.Consider([]attribution.Click{click("clk_1", noon)}))
	require.NoError(t, err)
	require.Equal(t, attribution.ByClick, e.Evidence)
	require.Equal(t, c.Rule, e.Rule)
	require.Equal(t, c.ID, e.Conversion)
	c.Order.Click = ""
	e, err = c.Explain(nil)
	require.NoError(t, err)
	require.Equal(t, attribution.Explanation{Conversion: c.ID, Evidence: attribution.ByNothing, Rule: c.Rule, Pot: twist, Earnings: []attribution.Earning{{
		Lines: []attribution.Line{{Item: attribution.Item{Amount: 10 * twist}, Rate: attribution.Rate{Bps: 1_000}, Earns: twist}}, Pot: twist,
	}}}, e)
}

// vector is a division that was computed elsewhere, by a program in another language that shares nothing with this
// one: the same clicks give the same numbers for ever (S7).
type vector struct {
	Name       string                   `json:"name"`
	Conversion attribution.ConversionID `json:"conversion"`
	Order      money.Amount             `json:"order"`
	Rate       money.Bps                `json:"rate_bps"`
	Window     int64                    `json:"window_seconds"`
	Model      attribution.Model        `json:"model"`
	Clicks     []struct {
		ID         attribution.ClickID      `json:"id"`
		Influencer attribution.InfluencerID `json:"influencer"`
		Age        int64                    `json:"age_seconds"`
		Reason     attribution.Reason       `json:"reason"`
		Weight     uint64                   `json:"weight"`
	} `json:"clicks"` // in the order of their times and ids
	Pot     money.Amount `json:"pot"`
	Credits []struct {
		Influencer attribution.InfluencerID `json:"influencer"`
		Weight     uint64                   `json:"weight"`
		Share      money.Bps                `json:"share_bps"`
		Amount     money.Amount             `json:"amount"`
	} `json:"credits"`
}

func TestVectors(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/credits.json")
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(file, &vectors))
	require.GreaterOrEqual(t, len(vectors), 100)
	seen := map[attribution.Model]int{}
	for _, v := range vectors {
		seen[v.Model]++
		c := converted(v.Order, 0)
		c.ID, c.Rule = v.Conversion, attribution.Rule{Version: 1, Model: v.Model, Window: time.Duration(v.Window) * time.Second, Rate: v.Rate}
		var clicks []attribution.Click
		for _, one := range slices.Backward(v.Clicks) {
			made := click(one.ID, noon.Add(-time.Duration(one.Age)*time.Second))
			made.Influencer = one.Influencer
			clicks = append(clicks, made)
		}
		e, err := c.Explain(c.Consider(clicks))
		require.NoError(t, err, v.Name)
		require.Equal(t, v.Pot, e.Pot, v.Name)
		require.Len(t, e.Touches, len(v.Clicks), v.Name)
		for i, want := range v.Clicks {
			got := e.Touches[i]
			require.Equal(t, want.ID, got.Click, v.Name)
			require.Equal(t, want.Reason, got.Reason, v.Name)
			require.Equal(t, want.Weight, got.Weight, v.Name)
		}
		require.Len(t, e.Credits, len(v.Credits), v.Name)
		for i, want := range v.Credits {
			got := e.Credits[i]
			require.Equal(t, want.Influencer, got.Influencer, v.Name)
			require.Equal(t, want.Weight, got.Weight, v.Name)
			require.Equal(t, want.Share, got.Share, v.Name)
			require.Equal(t, want.Amount, got.Amount, v.Name)
		}
	}
	for _, model := range attribution.Models() {
		require.GreaterOrEqual(t, seen[model], 20, model)
	}
}
