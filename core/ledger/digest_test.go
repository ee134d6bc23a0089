package ledger_test

import (
	"encoding/hex"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// A digest is stored for ever: an entry of today must have the same one in ten years.
func TestDigestIsPinned(t *testing.T) {
	t.Parallel()
	digest := deposit().Digest()
	require.Equal(t, "607639990b7931c862c88c9e51e2b006d33586d2ba29b4fab9575ca803275fbd", hex.EncodeToString(digest[:]))
}

func TestDigestIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	digest := deposit().Digest()
	text, err := digest.MarshalText()
	require.NoError(t, err)
	require.Equal(t, digest.String(), string(text))
	var read ledger.Digest
	require.NoError(t, read.UnmarshalText(text))
	require.Equal(t, digest, read)
	for _, other := range []string{"", "6", "zz", string(text[2:]), string(text) + "00", "g" + string(text[1:])} {
		require.ErrorIs(t, read.UnmarshalText([]byte(other)), ledger.ErrEntry)
		require.Equal(t, digest, read)
	}
}

func TestDigestCoversTheBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*ledger.Entry)
		same   bool
	}{
		"another_id":          {func(e *ledger.Entry) { e.ID = "ent_2" }, true},
		"another_time":        {func(e *ledger.Entry) { e.At = e.At.Add(time.Hour) }, true},
		"reference":           {func(e *ledger.Entry) { e.Reference += "x" }, false},
		"kind":                {func(e *ledger.Entry) { e.Kind = ledger.KindFund }, false},
		"source":              {func(e *ledger.Entry) { e.Postings[0].Source = ledger.Fees() }, false},
		"destination":         {func(e *ledger.Entry) { e.Postings[0].Destination = ledger.Available("bob") }, false},
		"asset":               {func(e *ledger.Entry) { e.Postings[0].Asset = ledger.SOL }, false},
		"amount":              {func(e *ledger.Entry) { e.Postings[0].Amount++ }, false},
		"sign":                {func(e *ledger.Entry) { e.Postings[0].Amount = -e.Postings[0].Amount }, false},
		"source_for_target":   {func(e *ledger.Entry) { p := &e.Postings[0]; p.Source, p.Destination = p.Destination, p.Source }, false},
		"order_of_postings":   {func(e *ledger.Entry) { slices.Reverse(e.Postings) }, false},
		"a_posting_less":      {func(e *ledger.Entry) { e.Postings = e.Postings[:1] }, false},
		"a_posting_twice":     {func(e *ledger.Entry) { e.Postings = append(e.Postings, e.Postings[1]) }, false},
		"a_key":               {func(e *ledger.Entry) { delete(e.Metadata, "memo"); e.Metadata["Memo"] = "" }, false},
		"a_text":              {func(e *ledger.Entry) { e.Metadata["memo"] = "x" }, false},
		"texts_exchanged":     {func(e *ledger.Entry) { m := e.Metadata; m["from"], m["memo"] = m["memo"], m["from"] }, false},
		"an_item_less":        {func(e *ledger.Entry) { delete(e.Metadata, "memo") }, false},
		"metadata_none":       {func(e *ledger.Entry) { e.Metadata = nil }, false},
		"key_runs_into_text":  {func(e *ledger.Entry) { delete(e.Metadata, "from"); e.Metadata["fro"] = "ma wallet" }, false},
		"reference_into_kind": {func(e *ledger.Entry) { e.Reference, e.Kind = "deposit:", "1deposit" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := deposit()
			test.change(&e)
			require.Equal(t, test.same, e.Digest() == deposit().Digest())
		})
	}
	empty, none := deposit(), deposit()
	empty.Metadata, none.Metadata = map[string]string{}, nil
	require.Equal(t, none.Digest(), empty.Digest(), "no metadata is no metadata")
	full := deposit()
	full.Metadata = notes(16)
	for range 20 {
		require.Equal(t, full.Digest(), full.Clone().Digest(), "in whichever order a map gives it")
	}
}

// Two entries have one digest only if they do the same, wherever the bytes between their fields lie:
// the fields are drawn so short that many entries would have the same bytes if they were only joined.
func TestDigestsDoNotCollide(t *testing.T) {
	t.Parallel()
	word := rapid.StringOfN(rapid.RuneFrom([]rune("01")), 0, 2, -1)
	addresses := rapid.SampledFrom([]ledger.Address{{}, ledger.World(), ledger.Fees(), ledger.Payout("1"), ledger.Payout("11")})
	posting := rapid.Custom(func(t *rapid.T) ledger.Posting {
		return ledger.Posting{
			Source: addresses.Draw(t, "source"), Destination: addresses.Draw(t, "destination"),
			Asset: ledger.Asset(word.Draw(t, "asset")), Amount: money.Amount(rapid.Int64Range(0, 11).Draw(t, "amount")),
		}
	})
	entry := rapid.Custom(func(t *rapid.T) ledger.Entry {
		return ledger.Entry{
			ID: ledger.EntryID(word.Draw(t, "id")), Reference: word.Draw(t, "reference"), Kind: ledger.Kind(word.Draw(t, "kind")),
			Postings: rapid.SliceOfN(posting, 0, 2).Draw(t, "postings"), Metadata: rapid.MapOfN(word, word, 0, 2).Draw(t, "metadata"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		a, b := entry.Draw(rt, "a"), entry.Draw(rt, "b")
		if rapid.Bool().Draw(rt, "copy") {
			b = ledger.Entry{Reference: a.Reference, Kind: a.Kind, Postings: slices.Clone(a.Postings), Metadata: maps.Clone(a.Metadata)}
			switch rapid.IntRange(0, 4).Draw(rt, "change") { // none with 4
			case 0:
				b.Reference = word.Draw(rt, "other reference")
			case 1:
				b.Kind = ledger.Kind(word.Draw(rt, "other kind"))
			case 2:
				b.Postings = rapid.SliceOfN(posting, 0, 2).Draw(rt, "other postings")
			case 3:
				b.Metadata = rapid.MapOfN(word, word, 0, 2).Draw(rt, "other metadata")
			}
		}
		same := a.Reference == b.Reference && a.Kind == b.Kind && slices.Equal(a.Postings, b.Postings) && maps.Equal(a.Metadata, b.Metadata)
		require.Equal(rt, same, a.Digest() == b.Digest())
	})
}
