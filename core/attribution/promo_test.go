package attribution_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

// S-10: a promo code has letters, digits and hyphens between them.
func TestParsePromo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]attribution.Promo{
		"FAY1": "FAY1", "fay-10": "FAY-10", "  Twist-Ada-Tea-2026\n": "TWIST-ADA-TEA-2026", "0000": "0000",
		strings.Repeat("a", 40): attribution.Promo(strings.Repeat("A", 40)), strings.Repeat("a", 41): "",
		"": "", "FAY": "", "    ": "", "-FAY1": "", "FAY1-": "", "FAY--1": "", "FAY 1": "", "FAY_1": "", "FAY%1": "", "FAY10!": "", "ＦＡＹ１": "",
		"FÄY1": "", "ſaying": "", "FAY\x001": "", "ﬁfteen": "", "\xff\xff\xff\xff": "",
	} {
		got, err := attribution.ParsePromo(text)
		require.Equal(t, want, got, "%q", text)
		if want == "" {
			require.ErrorIs(t, err, attribution.ErrPromo, "%q", text)
		}
	}
}

func TestPromosThatLookTheSame(t *testing.T) {
	t.Parallel()
	for _, same := range [][]attribution.Promo{
		{"FAY-10", "FAY10", "FAYIO", "FAYLO", "F-A-Y-1-0"}, {"SALE", "5ALE", "5A1E"}, {"BOOZE", "8002E"},
	} {
		for _, p := range same {
			require.Equal(t, same[0].Look(), p.Look(), p)
		}
	}
	require.NotEqual(t, attribution.Promo("FAY-10").Look(), attribution.Promo("FAY-11").Look())
	require.Empty(t, attribution.Promo("").Look())
}

func FuzzParsePromo(f *testing.F) {
	for _, seed := range []string{"FAY-10", "fay--10", " ſ ", "TWIST-ADA-TEA-2026", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := attribution.ParsePromo(text)
		if err != nil {
			require.Empty(t, p)
			return
		}
		again, err := attribution.ParsePromo(string(p))
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.NotEmpty(t, p.Look())
		require.Regexp(t, `^[A-Z0-9]+(-[A-Z0-9]+)*$`, string(p))
		require.Regexp(t, `^[A-Z34679]+$`, p.Look())
	})
}
