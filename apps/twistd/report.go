package main

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/twist-platform/twist/core/money"
)

// step is one line of the story.
type step struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok or failed
	Detail string `json:"detail"`
}

// holding is what one party has at the end, in base units.
type holding struct {
	Name      string       `json:"name"`
	Account   string       `json:"account"`
	Available money.Amount `json:"available"`
	Owed      money.Amount `json:"owed"`
	Staked    money.Amount `json:"staked"`
	OnChain   money.Amount `json:"on_chain"`
}

// proof is what the ledger's verification says.
type ledgerProof struct {
	Entries int64                   `json:"entries"`
	Events  int64                   `json:"events"`
	Head    string                  `json:"head"` // position:hash, for whoever keeps it
	Sum     map[string]money.Amount `json:"sum"`
}

// chainProof holds the treasury against the ledger.
type chainProof struct {
	Reserve    money.Amount `json:"reserve"`
	World      money.Amount `json:"world"`
	Difference money.Amount `json:"difference"`
}

// report collects the story and prints it: as it goes for a person, at the end for a machine.
type report struct {
	json  bool
	quiet bool // prints failures only
	out   io.Writer

	places map[string]money.Amount // what stands at each kind of ledger account

	Steps    []step      `json:"steps"`
	Balances []holding   `json:"balances"`
	Ledger   ledgerProof `json:"ledger"`
	Chain    chainProof  `json:"chain"`
	OK       bool        `json:"ok"`
}

// newReport gives an empty report, whose lists are empty and not absent.
func newReport(out io.Writer) *report {
	return &report{out: out, Steps: []step{}, Balances: []holding{}, Ledger: ledgerProof{Sum: map[string]money.Amount{}}}
}

// add notes a step and how it went.
func (r *report) add(name, detail string, err error) {
	s := step{Name: name, Status: "ok", Detail: detail}
	if err != nil {
		s.Status, s.Detail = "failed", err.Error()
	}
	r.Steps = append(r.Steps, s)
	if !r.json && (!r.quiet || err != nil) {
		printf(r.out, "%2d  %-6s  %-16s  %s\n", len(r.Steps), s.Status, s.Name, s.Detail)
	}
}

// end prints what belongs at the end.
func (r *report) end(ok bool) error {
	r.OK = ok
	if r.json {
		e := json.NewEncoder(r.out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	if !ok {
		return nil
	}
	printf(r.out, "\n")
	table := tabwriter.NewWriter(r.out, 0, 0, 3, ' ', tabwriter.AlignRight)
	printf(table, "TWIST\tavailable\towed\tstaked\ton chain\t\n")
	for _, h := range r.Balances {
		printf(table, "%s\t%s\t%s\t%s\t%s\t\n", h.Name, twists(h.Available), twists(h.Owed), twists(h.Staked), twists(h.OnChain))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	printf(table, "\nthe ledger\tTWIST\t\n")
	for _, place := range slices.Sorted(maps.Keys(r.places)) {
		if stands := r.places[place]; stands != 0 && place != "world" {
			printf(table, "%s\t%s\t\n", place, twists(stands))
		}
	}
	printf(table, "together, and owed by world\t%s\t\n", twists(r.places["world"].Neg()))
	if err := table.Flush(); err != nil {
		return err
	}
	printf(r.out, "\nledger   %d entries recomputed, every asset sums to zero\n", r.Ledger.Entries)
	printf(r.out, "journal  %d events told, all of it in one sequence that ends at\n         %s\n", r.Ledger.Events, r.Ledger.Head)
	printf(r.out, "chain    the treasury holds %s TWIST, the ledger says %s: difference %s\n",
		twists(r.Chain.Reserve), twists(r.Chain.World.Neg()), twists(r.Chain.Difference))
	return nil
}

// twists writes an amount in whole TWIST.
func twists(a money.Amount) string { return a.Decimal(9) }
