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
	// FateUnproven: its life is over everywhere, and no node's history reaches back far enough to
	// prove that it did not land. Waiting will not help.
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
	seen, past, blind := false, len(sightings) > 0, len(sightings) > 0
	for _, s := range sightings {
		nodes[s.Node] = true
		past = past && s.Genesis == a.Genesis && s.FinalizedHeight > a.LastValidHeight
		blind = blind && s.FirstSlot > a.Slot
		if s.Genesis != a.Genesis {
			continue
		}
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
	case past && blind:
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
	if p.State == Confirmed {
		p.State = Broadcast // the block that held it is gone
	}
	return p.To(Queued, now)
}
