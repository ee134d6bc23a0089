package staking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/staking"
)

func TestTermsAsText(t *testing.T) {
	t.Parallel()
	for text, terms := range map[string]staking.Terms{
		"":                      {},
		"0 5":                   {{0, 5}},
		"0 5 1 7":               {{0, 5}, {time.Second, 7}},
		"2592000 1000000000000": {{staking.CooldownMaximum, 1_000 * twist}},
		"0 1 1 1 2 1 3 1 4 1 5 1 6 1 7 1": {
			{0, 1},
			{time.Second, 1},
			{2 * time.Second, 1},
			{3 * time.Second, 1},
			{4 * time.Second, 1},
			{5 * time.Second, 1},
			{6 * time.Second, 1},
			{7 * time.Second, 1},
		},
	} {
		require.Equal(t, text, terms.String())
		parsed, err := staking.ParseTerms(text)
		require.NoError(t, err)
		require.Equal(t, terms, parsed)
		written, err := terms.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(written))
	}
	for _, text := range []string{
		"0", "0 5 1", " ", "0  5", " 0 5", "0 5 ", "0\t5", "0 0", "0 -5", "-1 5", "2592001 5", "1 5 0 5", "1 5 1 5", "00 5", "0 05", "+0 5", "0 +5", "0x1 5", "0 5.0",
		"0 9223372036854775808", "9223372036854775808 5", "0 1 1 1 2 1 3 1 4 1 5 1 6 1 7 1 8 1",
	} {
		_, err := staking.ParseTerms(text)
		require.ErrorIs(t, err, staking.ErrTermsSyntax, "%q", text)
		var terms staking.Terms
		require.ErrorIs(t, terms.UnmarshalText([]byte(text)), staking.ErrTermsSyntax)
	}
}

func FuzzParseTerms(f *testing.F) {
	for _, text := range []string{"", "0 5", "0 5 172800 7", "1 5 0 5", "0 -5", "00 5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms, err := staking.ParseTerms(text)
		if err != nil {
			require.Zero(t, terms)
			return
		}
		require.Equal(t, text, terms.String())
	})
}

// TestForgedTerms: terms that no operation stores turn into nothing.
func TestForgedTerms(t *testing.T) {
	t.Parallel()
	for name, terms := range map[string]staking.Terms{
		"none":          {},
		"less_than_all": {{0, stone - 1}},
		"a_negative":    {{0, -1}, {time.Second, stone + 1}},
	} {
		s := staked(t, nil)
		s.mustStake(t, "ann", stone)
		s.now++
		book, _ := s.book("ann")
		book.Position.Terms = terms
		_, err := book.Leave(stone)
		require.ErrorIs(t, err, staking.ErrRowsContradict, name)
	}
}
