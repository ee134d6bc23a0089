package payouts

import (
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Fate is what the sightings of an attempt amount to.
type Fate uint8

// The fates.
const (
	// FateOpen: nothing is known yet, and the attempt may still land.
	FateOpen Fate = iota
	// FateSeen: some node has it in a block that is not final.
	FateSeen
	// FateLanded: final, with effect.
	FateLanded
	// FateReverted: final, without effect.
	FateReverted
	// FateDead: proven never to land.
	FateDead
	// FateUnproven: its life is over everywhere, and too few nodes can prove that it did not land
	// because others have lost its history.
	FateUnproven
)

// Verdict is a fate with what is booked for it.
type Verdict struct {
	Fate    Fate
	Failure string       // for FateReverted
	Gas     money.Amount // lamports, for FateLanded and FateReverted
}

// Judge decides what sightings of the attempt amount to. What a node of another cluster says does not
// count. An attempt is final when more than half of all nodes say so, each counted once, and none of
// those contradicts another in anything that would be booked: of several nodes, one that lies or lags
// can delay a booking, and cannot cause one.
func (a Attempt) Judge(sightings []Sighting) Verdict {
	var final []Status
	nodes, sure := map[string]bool{}, map[string]bool{}
	seen, known, over, barred := false, false, true, false
	for _, s := range sightings {
		nodes[s.Node] = true
		if s.Genesis != a.Genesis { // a wrong configuration, which its owner will mend
			over = over && !s.silent()
			continue
		}
		barred = barred || !s.votes(a)
		known, over = true, over && s.outlived(a)
		seen = seen || s.Status.Level != Unseen
		if s.Status.Level == Finalized {
			final, sure[s.Node] = append(final, s.Status), true
		}
	}
	switch {
	case 2*len(sure) > len(nodes):
		return judgeFinal(final)
	case seen:
		return Verdict{Fate: FateSeen}
	case a.ProvenDead(sightings):
		return Verdict{Fate: FateDead}
	case known && over && barred:
		return Verdict{Fate: FateUnproven}
	default:
		return Verdict{Fate: FateOpen}
	}
}

func judgeFinal(final []Status) Verdict {
	first := final[0]
	for _, other := range final[1:] {
		if other != first {
			return Verdict{Fate: FateOpen}
		}
	}
	if first.Failure != "" {
		return Verdict{Fate: FateReverted, Failure: first.Failure, Gas: first.Gas}
	}
	return Verdict{Fate: FateLanded, Gas: first.Gas}
}

// Retry moves a payout whose attempt was proven dead back into the queue.
func (p Payout) Retry(now time.Time) (Payout, error) {
	if p.Attempt == 0 || p.State == Approved { // nothing was tried
		return Payout{}, ErrTransition.Saying("%s after %d attempts", p.State, p.Attempt)
	}
	if p.State == Confirmed {
		p.State = Broadcast // the block that held it is gone
	}
	return p.To(Queued, now)
}
