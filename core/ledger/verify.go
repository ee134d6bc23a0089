package ledger

import (
	"fmt"
	"maps"
	"slices"

	"github.com/twist-platform/twist/core/money"
)

// Record is an entry as the journal keeps it: with its digest and the lines it left.
type Record struct {
	Entry  Entry
	Digest Digest
	Lines  []Line
}

// Finding is one place where what is stored is not what it should be.
type Finding struct {
	Code   string // stable, snake_case
	Where  string // the row
	Detail string
}

// String is the finding on one line.
func (f Finding) String() string { return f.Code + " " + f.Where + ": " + f.Detail }

// Verifier recomputes the journal. Give it every record in any order with Entry, then every line in
// the order of key and version with Line, then every row of balances in the order of key with
// Standing, and ask for the Findings. It holds what it must compare, not the journal.
type Verifier struct {
	findings   []Finding
	references map[string]EntryID
	entries    int64
	fromEntry  tally // lines seen with their entries
	fromRow    tally // lines seen in the order of rows
	last       map[Key]Line
	sums       map[Asset]money.Amount
	places     map[Address]money.Amount
}

// NewVerifier starts a verification.
func NewVerifier() *Verifier {
	return &Verifier{
		references: map[string]EntryID{}, last: map[Key]Line{},
		sums: map[Asset]money.Amount{}, places: map[Address]money.Amount{},
	}
}

// where names a row in a finding.
func (k Key) where() string { return fmt.Sprintf("%s %s/%d", k.Address, k.Asset, k.Stripe) }

// Report adds a finding that the caller made, so that one list holds them all.
func (v *Verifier) Report(code, where, format string, args ...any) {
	v.findings = append(v.findings, Finding{Code: code, Where: where, Detail: fmt.Sprintf(format, args...)})
}

// Entry checks one record by itself: the rules of an entry, its digest, a reference of its own, and
// lines that add up to its postings.
func (v *Verifier) Entry(r Record) {
	where := "entry " + string(r.Entry.ID)
	v.entries++
	for _, l := range r.Lines {
		v.fromEntry.add(l)
	}
	if err := r.Entry.Validate(); err != nil {
		v.Report("entry_invalid", where, "%v", err)
	}
	if r.Entry.Digest() != r.Digest {
		v.Report("entry_altered", where, "its digest differs from what it says")
	}
	if other, taken := v.references[r.Entry.Reference]; taken {
		v.Report("reference_twice", where, "entry %s has the reference %q too", other, r.Entry.Reference)
	}
	v.references[r.Entry.Reference] = r.Entry.ID

	want, err := r.Entry.Changes()
	if err != nil {
		v.Report("entry_invalid", where, "%v", err)
		return
	}
	type row struct {
		address Address
		asset   Asset
	}
	rest := map[row]money.Amount{}
	for _, t := range want {
		rest[row{t.Address, t.Asset}] = t.Delta
	}
	for _, l := range r.Lines {
		left, known := rest[row{l.Address, l.Asset}]
		left, err = left.Sub(l.Delta)
		if l.Entry != r.Entry.ID || !known || err != nil {
			v.Report("line_stray", where, "a line on %s", l.Address)
			continue
		}
		rest[row{l.Address, l.Asset}] = left
	}
	for _, t := range want {
		if left := rest[row{t.Address, t.Asset}]; left != 0 {
			v.Report("lines_differ_from_postings", where, "%s is off by %s", t.Address, left)
		}
	}
}

// Line checks one line against the one before it on the same row.
func (v *Verifier) Line(l Line) {
	where := fmt.Sprintf("line %s version %d", l.where(), l.Version)
	v.fromRow.add(l)
	before := v.last[l.Key]
	if l.Version != before.Version+1 {
		v.Report("version_gap", where, "it follows version %d", before.Version)
	}
	if l.Before != before.After {
		v.Report("history_broken", where, "it begins at %s and the last one ended at %s", l.Before, before.After)
	}
	if after, err := l.Before.Add(l.Delta); err != nil || after != l.After {
		v.Report("line_wrong", where, "%s and %s do not make %s", l.Before, l.Delta, l.After)
	}
	if l.Address.Floored() && l.After < 0 {
		v.Report("floor_broken", where, "it ends at %s", l.After)
	}
	if l.Stripe != 0 && (!l.Address.Striped() || l.Stripe >= Stripes) {
		v.Report("stripe_unknown", where, "there is no such stripe")
	}
	v.last[l.Key] = l
}

// Standing checks one row of balances against the last line of its history.
func (v *Verifier) Standing(s Standing) {
	where := "balance " + s.where()
	last := v.last[s.Key]
	delete(v.last, s.Key)
	if s.Version != last.Version {
		v.Report("balance_version", where, "it says %d and its history %d", s.Version, last.Version)
	}
	if s.Balance != last.After {
		v.Report("balance_differs", where, "it says %s and its history %s", s.Balance, last.After)
	}
	v.add(s.Asset, s.Address, s.Balance, where)
}

func (v *Verifier) add(asset Asset, at Address, amount money.Amount, where string) {
	sum, err := v.sums[asset].Add(amount)
	if err != nil {
		v.Report("sum_overflow", where, "%v", err)
	}
	v.sums[asset] = sum
	if asset != TWIST {
		return
	}
	if v.places[at], err = v.places[at].Add(amount); err != nil {
		v.Report("sum_overflow", where, "%v", err)
	}
}

// Entries is how many records were checked.
func (v *Verifier) Entries() int64 { return v.entries }

// Sums is what each asset adds up to over all rows: zero, or there is a finding.
func (v *Verifier) Sums() map[Asset]money.Amount { return v.sums }

// Balances gives every address with its TWIST, by the rows given to Standing.
func (v *Verifier) Balances() map[Address]money.Amount { return v.places }

// Findings ends the verification: it adds what only the whole can show.
func (v *Verifier) Findings() []Finding {
	for _, key := range slices.SortedFunc(maps.Keys(v.last), Key.Compare) {
		v.Report("balance_missing", "balance "+key.where(), "its history ends at %s", v.last[key].After)
	}
	switch {
	case v.fromEntry.lines != v.fromRow.lines:
		v.Report("lines_lost", "journal", "%d lines with their entries, %d on their rows", v.fromEntry.lines, v.fromRow.lines)
	case v.fromEntry != v.fromRow:
		v.Report("lines_differ", "journal", "what entries say of their lines is not what stands on their rows")
	}
	for _, asset := range slices.Sorted(maps.Keys(v.sums)) {
		if sum := v.sums[asset]; sum != 0 {
			v.Report("sum_not_zero", string(asset), "%s", sum)
		}
	}
	return v.findings
}
