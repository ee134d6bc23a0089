package journal

import (
	"fmt"
	"slices"

	"github.com/twist-platform/twist/core/ledger"
)

// Auditor recomputes the sequence. Give it every entry with Item and every event with Event, in any
// order, every seal in the order of positions with Seal, and everything that waits with Waiting, and ask
// for the Findings. Its memory does not grow with what it is given: it says where the chain breaks first,
// and of the items that they are not those that were sealed or wait, but not which.
type Auditor struct {
	findings []ledger.Finding
	known    []Head
	last     Seal
	broken   bool
	events   int64
	waiting  int64
	stand    tally // as they stand
	placed   tally // as they are sealed or wait
}

// NewAuditor starts an audit. Heads known from before must stand in the chain.
func NewAuditor(known ...Head) *Auditor {
	a := &Auditor{known: slices.Clone(known)}
	a.hold()
	return a
}

func (a *Auditor) report(code, where, format string, args ...any) {
	a.findings = append(a.findings, ledger.Finding{Code: code, Where: where, Detail: fmt.Sprintf(format, args...)})
}

// Item takes an item that stands in the store.
func (a *Auditor) Item(i Item) { a.stand.add(i) }

// Event checks an event by itself and takes it as an item.
func (a *Auditor) Event(e Event) {
	a.events++
	if err := e.Validate(); err != nil {
		a.report("event_invalid", "event "+string(e.ID), "%v", err)
	}
	a.Item(e.Item())
}

// Seal checks that a seal continues the one before it. Of a chain that is broken only the first place is
// reported: what comes after it proves nothing.
func (a *Auditor) Seal(s Seal) {
	where := fmt.Sprintf("seal %d", s.Position)
	want := a.last.Next(s.Item)
	switch {
	case a.broken:
	case s.Position != want.Position:
		a.broken = true
		a.report("seal_gap", where, "it follows position %d", a.last.Position)
	case s.Hash != want.Hash:
		a.broken = true
		a.report("chain_broken", where, "its hash does not follow from the seal before it and its item")
	}
	a.last = s
	a.hold()
	a.placed.add(s.Item)
}

// hold compares the end of the chain so far with the known heads of its position.
func (a *Auditor) hold() {
	for _, h := range a.known {
		if h.Position == a.last.Position && h.Hash != a.last.Hash {
			a.report("head_differs", fmt.Sprintf("seal %d", h.Position), "its hash was %s", h.Hash)
		}
	}
}

// Waiting takes an item that has no seal yet.
func (a *Auditor) Waiting(w Waiting) {
	a.waiting++
	if w.Turn <= 0 {
		a.report("turn_invalid", string(w.Source)+" "+w.ID, "its turn is %d", w.Turn)
	}
	a.placed.add(w.Item)
}

// Events is how many events were checked.
func (a *Auditor) Events() int64 { return a.events }

// Unsealed is how many items wait.
func (a *Auditor) Unsealed() int64 { return a.waiting }

// Head is the end of the chain.
func (a *Auditor) Head() Head { return a.last.Head() }

// Findings ends the audit: it adds what only the whole can show.
func (a *Auditor) Findings() []ledger.Finding {
	for _, h := range a.known {
		if h.Position > a.last.Position {
			a.report("head_lost", fmt.Sprintf("seal %d", h.Position), "the chain ends at position %d", a.last.Position)
		}
	}
	switch stand, placed := a.stand.items, a.placed.items; {
	case stand > placed:
		a.report("items_unplaced", "journal", "%d entries and events, %d of them sealed or waiting", stand, placed)
	case stand < placed:
		a.report("items_lost", "journal", "%d are sealed or waiting, %d entries and events stand there", placed, stand)
	case a.stand != a.placed:
		a.report("items_differ", "journal", "what is sealed and waits is not what stands there")
	}
	return a.findings
}
