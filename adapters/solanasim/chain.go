package solanasim

import (
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

var (
	errBlockhash = errors.New("no usable block has this blockhash")
	errPayer     = errors.New("the payer cannot pay the fee")
)

// Head gives the blockhash of the newest confirmed block.
func (c *Cluster) Head(ctx context.Context) (payouts.Head, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reach(ctx, CallHead); err != nil {
		return payouts.Head{}, err
	}
	b := c.at(max(c.final, below(c.tip().height, confirmations)))
	return payouts.Head{
		Genesis: c.genesis, Blockhash: b.hash.String(),
		LastValidHeight: b.height + BlockhashLife, Slot: slot(b.height),
	}, nil
}

// Submit takes signed bytes into the pool, once however often they come. Bytes that no node would take
// are ports.ErrChain with the reason in its chain, like a network that does not answer.
func (c *Cluster) Submit(ctx context.Context, raw []byte) error {
	tx, err := read(raw)
	c.mu.Lock()
	defer c.mu.Unlock()
	if silent := c.reach(ctx, CallSubmit); silent != nil {
		return silent
	}
	if err == nil {
		err = c.admissible(tx)
	}
	if err != nil {
		return ports.ErrChain.Because(err)
	}
	return c.take(tx)
}

// admissible looks at the transaction as a node does before it passes one on. What is known already is
// always welcome: sending again must never look like a refusal.
func (c *Cluster) admissible(tx *transaction) error {
	if _, known := c.known[tx.id]; known {
		return nil
	}
	if last, ok := c.lastHeight(tx.blockhash); !ok || c.tip().height >= last {
		return errBlockhash
	}
	if c.tip().after.sol[tx.payer] < tx.fee {
		return errPayer
	}
	return nil
}

// take lets the script decide what becomes of an admissible transaction.
func (c *Cluster) take(tx *transaction) error {
	tx.fate = c.script.next()
	if _, known := c.known[tx.id]; !known && tx.fate != Vanishes {
		c.known[tx.id] = tx
		c.pool = append(c.pool, tx)
	}
	if tx.fate == Unanswered {
		return ports.ErrChain.Saying("the answer was lost")
	}
	return nil
}

// Look gives one sighting per node, each as far behind and as wrong as its View says.
func (c *Cluster) Look(ctx context.Context, signature payouts.Signature) ([]payouts.Sighting, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reach(ctx, CallLook); err != nil {
		return nil, err
	}
	sightings := make([]payouts.Sighting, 0, len(c.script.nodes))
	for _, n := range c.script.nodes {
		sightings = append(sightings, c.look(n, signature))
	}
	return sightings, nil
}

// Arrivals gives final transfers into the treasury by whole slots, as many as fit; a first slot that
// does not fit comes all the same. Having reached the newest final slot it gives that slot again as the
// one to ask from, so a caller who polls sees its transfers more than once.
func (c *Cluster) Arrivals(ctx context.Context, from uint64, limit int) ([]payouts.Arrival, uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reach(ctx, CallArrivals); err != nil {
		return nil, 0, err
	}
	rest := c.arrivals[sort.Search(len(c.arrivals), func(i int) bool { return c.arrivals[i].Slot >= from }):]
	fit := 0
	for fit < len(rest) {
		end := fit + 1
		for end < len(rest) && rest[end].Slot == rest[fit].Slot {
			end++
		}
		if fit > 0 && end > limit {
			return slices.Clone(rest[:fit]), rest[fit].Slot, nil
		}
		fit = end
	}
	return slices.Clone(rest), max(from, slot(c.final)), nil
}

// Reserve gives what the treasury held after the newest final slot.
func (c *Cluster) Reserve(ctx context.Context) (payouts.Reserve, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reach(ctx, CallReserve); err != nil {
		return payouts.Reserve{}, err
	}
	s := c.at(c.final).after
	return payouts.Reserve{Slot: slot(c.final), Twist: s.twist[c.vault].amount, Sol: s.sol[c.treasury]}, nil
}
