package attribution_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

// weights are those that a model gives to touches of so many ages, the oldest first, all within their window.
func weights(t *testing.T, model attribution.Model, ages ...time.Duration) []uint64 {
	t.Helper()
	c := converted(twist, 0)
	c.Rule.Model = model
	var touches []attribution.Touch
	for i, age := range ages {
		touches = append(touches, attribution.Touch{
			Click: attribution.ClickID(rune('a' + i)), Influencer: "infl_1", At: noon.Add(-age), Reason: attribution.Counted,
		})
	}
	e, err := c.Explain(touches)
	require.NoError(t, err)
	got := make([]uint64, len(e.Touches))
	for i, touch := range e.Touches {
		require.Equal(t, touches[i], touch.Touch)
		got[i] = touch.Weight
	}
	return got
}

func TestModels(t *testing.T) {
	t.Parallel()
	const whole = 1 << 32
	for name, test := range map[string]struct {
		model attribution.Model
		ages  []time.Duration
		want  []uint64
	}{
		"last_of_one":            {attribution.Last, []time.Duration{day}, []uint64{1}},
		"last_of_three":          {attribution.Last, []time.Duration{3 * day, 2 * day, day}, []uint64{0, 0, 1}},
		"last_of_equal_times":    {attribution.Last, []time.Duration{day, day, day}, []uint64{0, 0, 1}},
		"first_of_one":           {attribution.First, []time.Duration{day}, []uint64{1}},
		"first_of_three":         {attribution.First, []time.Duration{3 * day, 2 * day, day}, []uint64{1, 0, 0}},
		"first_of_equal_times":   {attribution.First, []time.Duration{day, day, day}, []uint64{1, 0, 0}},
		"linear":                 {attribution.Linear, []time.Duration{3 * day, 2 * day, 0}, []uint64{1, 1, 1}},
		"position_of_one":        {attribution.Position, []time.Duration{day}, []uint64{1}},
		"position_of_two":        {attribution.Position, []time.Duration{day, 0}, []uint64{1, 1}},
		"position_of_three":      {attribution.Position, []time.Duration{3, 2, 1}, []uint64{40, 20, 40}},
		"position_of_four":       {attribution.Position, []time.Duration{4, 3, 2, 1}, []uint64{80, 20, 20, 80}},
		"position_of_seven":      {attribution.Position, []time.Duration{7, 6, 5, 4, 3, 2, 1}, []uint64{200, 20, 20, 20, 20, 20, 200}},
		"decay_at_once":          {attribution.TimeDecay, []time.Duration{0}, []uint64{whole}},
		"decay_within_the_hour":  {attribution.TimeDecay, []time.Duration{time.Hour - 1, 0}, []uint64{whole, whole}},
		"decay_of_an_hour":       {attribution.TimeDecay, []time.Duration{time.Hour, 0}, []uint64{4277283299, whole}},
		"decay_before_the_half":  {attribution.TimeDecay, []time.Duration{7*day - 1, 0}, []uint64{2156362203, whole}},
		"decay_at_the_half":      {attribution.TimeDecay, []time.Duration{7 * day, 0}, []uint64{whole / 2, whole}},
		"decay_of_four_halves":   {attribution.TimeDecay, []time.Duration{28 * day, 7 * day}, []uint64{whole / 16, whole / 2}},
		"decay_to_one":           {attribution.TimeDecay, []time.Duration{32 * 7 * day, 0}, []uint64{1, whole}},
		"decay_to_nothing":       {attribution.TimeDecay, []time.Duration{32*7*day + time.Hour, 0}, []uint64{0, whole}},
		"decay_to_the_latest":    {attribution.TimeDecay, []time.Duration{0, -8 * day}, []uint64{3890053517 / 2, whole}},
		"decay_of_all_is_linear": {attribution.TimeDecay, []time.Duration{400 * day, 300 * day}, []uint64{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, weights(t, test.model, test.ages...))
		})
	}
	for _, m := range []attribution.Model{"", "LAST", "markov"} {
		require.ErrorIs(t, m.Check(), attribution.ErrModel)
		_, err := converted(1, 0).Replay(nil, m)
		require.ErrorIs(t, err, attribution.ErrModel)
	}
	require.Equal(t, []attribution.Model{"last", "first", "linear", "time_decay", "position"}, attribution.Models())
}

// TestDecayIsExact proves every weight of a half-life with whole numbers: w is 2^32 · 2^(−h/168) to the nearest exactly
// if (2w−1)^168 · 2^h ≤ 2^(33·168) < (2w+1)^168 · 2^h.
func TestDecayIsExact(t *testing.T) {
	t.Parallel()
	const hours = int64(attribution.HalfLife / time.Hour)
	require.EqualValues(t, 168, hours)
	limit := new(big.Int).Lsh(big.NewInt(1), 33*uint(hours))
	bound := func(n uint64, h int64) *big.Int {
		power := new(big.Int).Exp(new(big.Int).SetUint64(n), big.NewInt(hours), nil)
		return power.Lsh(power, uint(h))
	}
	for h := range hours {
		w := weights(t, attribution.TimeDecay, time.Duration(h)*time.Hour)[0]
		require.LessOrEqual(t, bound(2*w-1, h).Cmp(limit), 0, h)
		require.Positive(t, bound(2*w+1, h).Cmp(limit), h)
		for halves := range time.Duration(4) {
			require.Equal(t, w>>halves, weights(t, attribution.TimeDecay, halves*attribution.HalfLife+time.Duration(h)*time.Hour)[0])
		}
	}
}
