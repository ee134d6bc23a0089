package ledger_test

import (
	"maps"
	"math/big"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// book is the smallest store there is: the rows, and what stands in the journal.
type book struct {
	rows    map[ledger.Key]ledger.Standing
	records []ledger.Record
	read    []ledger.Key // by the last Apply
}

func newBook() *book { return &book{rows: map[ledger.Key]ledger.Standing{}} }

// apply computes the lines of an entry and remembers which rows that took.
func (b *book) apply(e ledger.Entry) ([]ledger.Line, error) {
	b.read = nil
	return e.Apply(func(k ledger.Key) ledger.Standing {
		b.read = append(b.read, k)
		return b.rows[k] // a row that is not there is the zero Standing
	})
}

// record does what an adapter does.
func (b *book) record(e ledger.Entry) ([]ledger.Line, error) {
	lines, err := b.apply(e)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		b.rows[l.Key] = ledger.Standing{Key: l.Key, Version: l.Version, Balance: l.After}
	}
	b.records = append(b.records, ledger.Record{Entry: e, Digest: e.Digest(), Lines: lines})
	return lines, nil
}

// must records an entry that a test knows to be good.
func (b *book) must(t require.TestingT, kind ledger.Kind, id string, postings ...ledger.Posting) []ledger.Line {
	e, err := ledger.NewEntry(ledger.EntryID(id), kind, "ref:"+id, noon, postings, nil)
	require.NoError(t, err)
	lines, err := b.record(e)
	require.NoError(t, err)
	return lines
}

// balance adds up an address in integers that cannot overflow.
func (b *book) balance(a ledger.Address, asset ledger.Asset) *big.Int {
	sum := new(big.Int)
	for k, row := range b.rows {
		if k.Address == a && k.Asset == asset {
			sum.Add(sum, big.NewInt(int64(row.Balance)))
		}
	}
	return sum
}

// journal is what a verifier is given: the records, the lines in the order of rows, and the rows.
type journal struct {
	records []ledger.Record
	lines   []ledger.Line
	rows    []ledger.Standing
}

// journal copies the book.
func (b *book) journal() journal {
	var j journal
	for _, r := range b.records {
		r.Entry, r.Lines = r.Entry.Clone(), slices.Clone(r.Lines)
		j.records = append(j.records, r)
	}
	j.settle()
	for _, k := range slices.SortedFunc(maps.Keys(b.rows), ledger.Key.Compare) {
		j.rows = append(j.rows, b.rows[k])
	}
	return j
}

// settle takes the lines from the records, where a store keeps each line only once.
func (j *journal) settle() {
	j.lines = nil
	for _, r := range j.records {
		j.lines = append(j.lines, r.Lines...)
	}
	j.sort()
}

// sort puts the lines in the order in which a store gives them.
func (j *journal) sort() {
	slices.SortStableFunc(j.lines, func(a, b ledger.Line) int {
		if c := a.Key.Compare(b.Key); c != 0 {
			return c
		}
		return int(a.Version - b.Version)
	})
}

func (j *journal) verify() *ledger.Verifier {
	v := ledger.NewVerifier()
	for _, r := range j.records {
		v.Entry(r)
	}
	for _, l := range j.lines {
		v.Line(l)
	}
	for _, s := range j.rows {
		v.Standing(s)
	}
	return v
}

// codes are the codes of what a verification finds, each once.
func (j *journal) codes() []string {
	var codes []string
	for _, f := range j.verify().Findings() {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func amount(n int64) money.Amount { return money.Amount(n) }
