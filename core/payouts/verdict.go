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

// Judge decides what sightings of the attempt amount to. Nodes of another cluster do not count. An
// attempt is final when more than half of all nodes say so and none of those contradicts another: one
// node that lies or lags can delay a booking, and cannot cause one.
func (a Attempt) Judge(sightings []Sighting) Verdict {
	var final []Sighting
	seen, past, blind := false, len(sightings) > 0, len(sightings) > 0
	for _, s := range sightings {
		past = past && s.Genesis == a.Genesis && s.FinalizedHeight > a.LastValidHeight && s.Status.Level == Unseen
		blind = blind && s.FirstSlot > a.Slot
		if s.Genesis != a.Genesis {
			continue
		}
		seen = seen || s.Status.Level != Unseen
		if s.Status.Level == Finalized {
			final = append(final, s)
		}
	}
	switch {
	case 2*len(final) > len(sightings):
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

func judgeFinal(final []Sighting) Verdict {
	first := final[0].Status
	for _, s := range final[1:] {
		if s.Status.Failure != first.Failure {
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
	if p.State == Confirmed { // the block that held it is gone
		back, err := p.To(Broadcast, now)
		if err != nil {
			return Payout{}, err
		}
		p = back
	}
	return p.To(Queued, now)
}
