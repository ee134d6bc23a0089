package solanasim

import (
	"context"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Fate is what becomes of a transaction that a node would take.
type Fate uint8

// The fates.
const (
	// Lands: in the next slot. It is the fate of whatever no script speaks of.
	Lands Fate = iota
	// LandsLast: in the last slot in which its blockhash is usable, and not before.
	LandsLast
	// Fails: in the next slot, without any effect but its fee.
	Fails
	// Vanishes: Submit accepts it and nobody hears of it again. The same bytes may be submitted anew.
	Vanishes
	// Unanswered: in the next slot, although Submit returns ports.ErrChain.
	Unanswered
)

// Call names a method of ports.Chain.
type Call string

// The calls.
const (
	CallHead     Call = "head"
	CallSubmit   Call = "submit"
	CallLook     Call = "look"
	CallArrivals Call = "arrivals"
	CallReserve  Call = "reserve"
)

// The nodes that answer Look from the start.
const (
	NodeA = "sim-a"
	NodeB = "sim-b"
)

// View is how one node sees the cluster. The zero View is the truth.
type View struct {
	Lag     int    // it is this many slots behind
	Blind   bool   // it knows no transaction
	Memory  int    // it knows only this many slots back; 0 is all of them
	Genesis string // it claims this genesis hash; empty is the true one
	Silent  bool   // it does not answer
}

// confirmations is how many slots must follow for a transaction to be confirmed.
const confirmations = 1

// script is what will go wrong.
type script struct {
	fates    []Fate
	refusals map[Call]int
	nodes    []node
}

type node struct {
	name string
	view View
}

func newScript() script {
	return script{refusals: map[Call]int{}, nodes: []node{{name: NodeA}, {name: NodeB}}}
}

// next takes the fate at hand.
func (s *script) next() Fate {
	if len(s.fates) == 0 {
		return Lands
	}
	fate := s.fates[0]
	s.fates = s.fates[1:]
	return fate
}

// Script adds fates for the submissions to come, one for each that a node would take, known or not.
func (c *Cluster) Script(fates ...Fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script.fates = append(c.script.fates, fates...)
}

// Refuse makes the next n calls of one method answer ports.ErrChain without doing anything. It
// replaces what was said of that method before.
func (c *Cluster) Refuse(call Call, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script.refusals[call] = n
}

// See sets how a node sees the cluster from now on. A name that is new adds a node.
func (c *Cluster) See(name string, view View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.script.nodes {
		if c.script.nodes[i].name == name {
			c.script.nodes[i].view = view
			return
		}
	}
	c.script.nodes = append(c.script.nodes, node{name: name, view: view})
}

// Fork undoes the newest slots, as many as are not final yet, and starts another fork from there. What
// had landed in them meets the given fate: Vanishes forgets it, any other puts it back, before whatever
// else waits. A blockhash of an undone slot is no longer usable.
func (c *Cluster) Fork(slots int, fate Fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	undone := min(uint64(max(slots, 0)), c.tip().height-c.final)
	keep := uint64(len(c.chain)) - undone
	var back []*transaction
	for _, b := range c.chain[keep:] {
		for _, tx := range b.landed {
			if fate == Vanishes {
				delete(c.known, tx.id)
				continue
			}
			tx.fate, tx.height, tx.failure, tx.gas, tx.arrivals = fate, 0, "", 0, nil
			back = append(back, tx)
		}
	}
	c.chain = c.chain[:keep]
	c.pool = append(back, c.pool...)
	c.forks++
}

// reach is the way to the network: it refuses when the script or the context says so.
func (c *Cluster) reach(ctx context.Context, call Call) error {
	if err := ctx.Err(); err != nil {
		return ports.ErrChain.Because(err)
	}
	if c.script.refusals[call] > 0 {
		c.script.refusals[call]--
		return ports.ErrChain.Saying("%s was refused", call)
	}
	return nil
}

// look is one node's answer. A node that lags is as far behind in what is final as in what is new.
func (c *Cluster) look(n node, signature payouts.Signature) payouts.Sighting {
	if n.view.Silent {
		return payouts.Sighting{Node: n.name}
	}
	tip, final := below(c.tip().height, n.view.Lag), below(c.final, n.view.Lag)
	first := uint64(0)
	if n.view.Memory > 0 {
		first = below(tip, n.view.Memory)
	}
	s := payouts.Sighting{
		Node: n.name, Genesis: c.genesis, FinalizedHeight: final,
		FinalizedSlot: slot(final), StatusSlot: slot(tip), FirstSlot: slot(first),
	}
	if n.view.Genesis != "" {
		s.Genesis = n.view.Genesis
	}
	tx := c.known[signature]
	if tx == nil || n.view.Blind || tx.height == 0 || tx.height > tip || tx.height < first {
		return s
	}
	s.Status = payouts.Status{Level: level(tx.height, tip, final), Failure: tx.failure, Gas: tx.gas}
	return s
}

// level is how deep a height lies.
func level(height, tip, final uint64) payouts.Level {
	switch {
	case height <= final:
		return payouts.Finalized
	case height+confirmations <= tip:
		return payouts.ConfirmedLevel
	default:
		return payouts.Processed
	}
}

// below is height − n, or the first height.
func below(height uint64, n int) uint64 { return height - min(height, uint64(max(n, 0))) }
