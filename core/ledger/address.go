// Package ledger keeps double entry: named places where value stands, entries that move it between
// them, and the check that recomputes all of it from the journal.
//
// It stores nothing and knows no domain; use cases build entries, adapters store what Apply computes.
// Its invariant: an entry takes from one ledger account exactly what it gives to another, so every
// asset sums to zero over all ledger accounts, always.
package ledger

import (
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// ErrAddress means that a text names no ledger account.
var ErrAddress = fault.New(fault.Invalid, "ledger_address_invalid", "there is no such ledger account")

// Stripes is how many rows carry one striped ledger account. Nearly every entry touches world and the
// platform, and one row each would make every writer wait for every other.
const Stripes = 16

// place is a kind of ledger account: its name with * for the identifier, and what holds for it.
type place struct {
	name    string
	floor   bool // its balance never falls below zero
	striped bool
}

var places = []place{ //nolint:gochecknoglobals // a constant table
	{name: "world", striped: true},
	{name: "account:*:available", floor: true},
	{name: "account:*:owed"},
	{name: "program:*:budget", floor: true},
	{name: "program:*:pending", floor: true},
	{name: "program:*:receivable", floor: true},
	{name: "pool:*:staked", floor: true},
	{name: "pool:*:cooling", floor: true},
	{name: "pool:*:rewards", floor: true},
	{name: "payout:*", floor: true},
	{name: "platform:fees", floor: true, striped: true},
	{name: "platform:emissions", floor: true, striped: true},
	{name: "platform:bonuses", floor: true, striped: true},
	{name: "platform:manual", floor: true, striped: true},
	{name: "platform:gas", striped: true},
	{name: "platform:loss", striped: true},
	{name: "unclaimed:deposits", floor: true},
}

// Address names a ledger account. Its zero value names none; make one with the functions below or
// with ParseAddress.
type Address struct{ text string }

// World is the outside: its negative balance is what the treasury must hold.
func World() Address { return Address{"world"} }

// Available is what a holder may spend.
func Available[ID ~string](holder ID) Address { return of("account", string(holder), "available") }

// Owed is minus what a holder owes after clawbacks.
func Owed[ID ~string](holder ID) Address { return of("account", string(holder), "owed") }

// Budget is a program's prefunded budget.
func Budget[ID ~string](program ID) Address { return of("program", string(program), "budget") }

// Pending is a program's commissions in their hold period.
func Pending[ID ~string](program ID) Address { return of("program", string(program), "pending") }

// Receivable is what clawbacks have not yet recovered for a program. It cannot be spent.
func Receivable[ID ~string](program ID) Address { return of("program", string(program), "receivable") }

// Staked is a pool's principal.
func Staked[ID ~string](pool ID) Address { return of("pool", string(pool), "staked") }

// Cooling is a pool's principal on its way out.
func Cooling[ID ~string](pool ID) Address { return of("pool", string(pool), "cooling") }

// Rewards is the fans' revenue of a pool that nobody has claimed yet.
func Rewards[ID ~string](pool ID) Address { return of("pool", string(pool), "rewards") }

// Payout is one payout in flight.
func Payout[ID ~string](payout ID) Address { return of("payout", string(payout), "") }

// Fees is the platform's income.
func Fees() Address { return Address{"platform:fees"} }

// Bonuses is what the platform sets aside for bonuses.
func Bonuses() Address { return Address{"platform:bonuses"} }

// Gas is the SOL spent on fees and rent; it is negative by what was spent beyond what was funded.
func Gas() Address { return Address{"platform:gas"} }

// Unclaimed is where tokens stand that arrived without naming anyone.
func Unclaimed() Address { return Address{"unclaimed:deposits"} }

// of joins an address. An identifier that does not fit gives the zero Address, which every entry
// refuses: a use case cannot write to a place that its identifier has bent.
func of(kind, id, name string) Address {
	if !identifier(id) {
		return Address{}
	}
	text := kind + ":" + id
	if name != "" {
		text += ":" + name
	}
	return Address{text}
}

// ParseAddress reads an address, or returns ErrAddress.
func ParseAddress(text string) (Address, error) {
	if find(text) == nil {
		return Address{}, ErrAddress
	}
	return Address{text}, nil
}

// String is the address as it is stored and shown.
func (a Address) String() string { return a.text }

// MarshalText writes the address.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalText reads an address, or returns ErrAddress.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Floored reports that the ledger account's balance never falls below zero.
func (a Address) Floored() bool { p := find(a.text); return p != nil && p.floor }

// Striped reports that the ledger account stands in Stripes rows and is read as their sum.
func (a Address) Striped() bool { p := find(a.text); return p != nil && p.striped }

// Place is the address with * for its identifier, as the table of flows names it; empty for the zero
// Address.
func (a Address) Place() string {
	if p := find(a.text); p != nil {
		return p.name
	}
	return ""
}

// owner is whose place it is: account, program, pool or payout, and its identifier.
func (a Address) owner() (kind, id string) {
	kind, rest, _ := strings.Cut(a.text, ":")
	id, _, _ = strings.Cut(rest, ":")
	return kind, id
}

// find gives the place an address text belongs to, or nil.
func find(text string) *place {
	for i := range places {
		head, tail, open := strings.Cut(places[i].name, "*")
		if !open {
			if text == head {
				return &places[i]
			}
			continue
		}
		rest, ok := strings.CutPrefix(text, head)
		if !ok {
			continue
		}
		if id, ok := strings.CutSuffix(rest, tail); ok && identifier(id) {
			return &places[i]
		}
	}
	return nil
}

// identifier reports 1 to 64 characters of a–z, 0–9 and underscore.
func identifier(id string) bool {
	const most = 64
	if id == "" || len(id) > most {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
