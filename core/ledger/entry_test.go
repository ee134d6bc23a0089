package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// deposit is an entry that holds every rule.
func deposit() ledger.Entry {
	return ledger.Entry{
		ID: "ent_1", Reference: "deposit:1", Kind: ledger.KindDeposit, At: noon,
		Postings: []ledger.Posting{
			ledger.Move(ledger.World(), ledger.Available("ann"), 7),
			ledger.Move(ledger.World(), ledger.Unclaimed(), 3),
		},
		Metadata: map[string]string{"from": "a wallet", "memo": ""},
	}
}

// many is n postings that an entry may have.
func many(n int, amount money.Amount) []ledger.Posting {
	postings := make([]ledger.Posting, n)
	for i := range postings {
		postings[i] = ledger.Move(ledger.World(), ledger.Available(fmt.Sprintf("acct_%d", i)), amount)
	}
	return postings
}

func notes(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprint(i)] = "x"
	}
	return m
}

func TestValidate(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	for name, test := range map[string]struct {
		change func(*ledger.Entry)
		valid  bool
	}{
		"as_it_is":                   {func(*ledger.Entry) {}, true},
		"no_id":                      {func(e *ledger.Entry) { e.ID = "" }, false},
		"an_id_of_64":                {func(e *ledger.Entry) { e.ID = ledger.EntryID(x("e", 64)) }, true},
		"an_id_of_65":                {func(e *ledger.Entry) { e.ID = ledger.EntryID(x("e", 65)) }, false},
		"an_id_with_a_colon":         {func(e *ledger.Entry) { e.ID = "ent:1" }, false},
		"no_reference":               {func(e *ledger.Entry) { e.Reference = "" }, false},
		"a_reference_of_200":         {func(e *ledger.Entry) { e.Reference = x("r", 200) }, true},
		"a_reference_of_201":         {func(e *ledger.Entry) { e.Reference = x("r", 201) }, false},
		"no_kind":                    {func(e *ledger.Entry) { e.Kind = "" }, false},
		"no_time":                    {func(e *ledger.Entry) { e.At = time.Time{} }, false},
		"no_postings":                {func(e *ledger.Entry) { e.Postings = nil }, false},
		"64_postings":                {func(e *ledger.Entry) { e.Postings = many(64, 1) }, true},
		"65_postings":                {func(e *ledger.Entry) { e.Postings = many(65, 1) }, false},
		"a_posting_of_zero":          {func(e *ledger.Entry) { e.Postings[1].Amount = 0 }, false},
		"a_negative_posting":         {func(e *ledger.Entry) { e.Postings[1].Amount = -1 }, false},
		"the_largest_posting":        {func(e *ledger.Entry) { e.Postings[1].Amount = money.Max }, true},
		"to_itself":                  {func(e *ledger.Entry) { e.Postings[1].Destination = ledger.World() }, false},
		"another_asset":              {func(e *ledger.Entry) { e.Postings[1].Asset = ledger.SOL }, false},
		"no_asset":                   {func(e *ledger.Entry) { e.Postings[1].Asset = "" }, false},
		"from_nowhere":               {func(e *ledger.Entry) { e.Postings[1].Source = ledger.Address{} }, false},
		"to_nowhere":                 {func(e *ledger.Entry) { e.Postings[1].Destination = ledger.Address{} }, false},
		"no_metadata":                {func(e *ledger.Entry) { e.Metadata = nil }, true},
		"16_items_of_metadata":       {func(e *ledger.Entry) { e.Metadata = notes(16) }, true},
		"17_items_of_metadata":       {func(e *ledger.Entry) { e.Metadata = notes(17) }, false},
		"nul_in_metadata":            {func(e *ledger.Entry) { e.Metadata = map[string]string{"a": "\x00"} }, false},
		"metadata_not_utf8":          {func(e *ledger.Entry) { e.Metadata = map[string]string{"a\xff": "x"} }, false},
		"empty_value_of_metadata":    {func(e *ledger.Entry) { e.Metadata = map[string]string{"a": ""} }, true},
		"nul_in_the_reference":       {func(e *ledger.Entry) { e.Reference = "a\x00" }, false},
		"reference_not_utf8":         {func(e *ledger.Entry) { e.Reference = "\xff" }, false},
		"metadata_without_key":       {func(e *ledger.Entry) { e.Metadata = map[string]string{"": "x"} }, false},
		"a_key_of_500":               {func(e *ledger.Entry) { e.Metadata = map[string]string{x("k", 500): ""} }, true},
		"a_key_of_501":               {func(e *ledger.Entry) { e.Metadata = map[string]string{x("k", 501): ""} }, false},
		"a_text_of_500":              {func(e *ledger.Entry) { e.Metadata = map[string]string{"k": x("v", 500)} }, true},
		"a_text_of_501":              {func(e *ledger.Entry) { e.Metadata = map[string]string{"k": x("v", 501)} }, false},
		"every_posting_is_looked_at": {func(e *ledger.Entry) { e.Postings = append(many(63, 1), ledger.Move(ledger.World(), ledger.Fees(), 1)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := deposit()
			test.change(&e)
			made, err := ledger.NewEntry(e.ID, e.Kind, e.Reference, e.At, e.Postings, e.Metadata)
			if !test.valid {
				require.ErrorIs(t, e.Validate(), ledger.ErrEntry)
				if name != "a_posting_of_zero" { // which is left out
					require.ErrorIs(t, err, ledger.ErrEntry)
					require.ErrorIs(t, err, fault.Internal)
					require.Zero(t, made)
				}
				return
			}
			require.NoError(t, e.Validate())
			require.NoError(t, err)
			require.Equal(t, e, made)
		})
	}
}

// A refusal says which rule was broken: it is ours to find.
func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	e := deposit()
	e.Postings[1].Destination = ledger.World()
	require.ErrorContains(t, e.Validate(), "from world to itself")
	e.Postings[1].Destination = ledger.Fees()
	require.ErrorContains(t, e.Validate(), `deposit does not move TWIST/9 from "world" to "platform:fees"`)
}

func TestPostingsOfZeroAreLeftOut(t *testing.T) {
	t.Parallel()
	given := append(many(64, 1), many(3, 0)...)
	e, err := ledger.NewEntry("ent_1", ledger.KindDeposit, "r", noon, given, nil)
	require.NoError(t, err)
	require.Equal(t, many(64, 1), e.Postings)
	require.Equal(t, append(many(64, 1), many(3, 0)...), given, "what was given is not touched")

	_, err = ledger.NewEntry("ent_1", ledger.KindDeposit, "r", noon, many(3, 0), nil)
	require.ErrorIs(t, err, ledger.ErrEntry, "nothing is left")
}

func TestEntrySharesNothing(t *testing.T) {
	t.Parallel()
	given := deposit()
	made, err := ledger.NewEntry(given.ID, given.Kind, given.Reference, given.At, given.Postings, given.Metadata)
	require.NoError(t, err)
	clone := made.Clone()
	require.Equal(t, made, clone)

	given.Postings[0].Amount, given.Metadata["from"] = 99, "changed"
	require.Equal(t, deposit(), made)
	made.Postings[0].Amount, made.Metadata["from"] = 99, "changed"
	require.Equal(t, deposit(), clone)
}
