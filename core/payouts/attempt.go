package payouts

import (
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Signature names an on-chain transaction: the base58 form of its first Ed25519 signature. Ed25519 is
// deterministic, so it is known before the transaction is sent.
type Signature string

// Head is what a transaction is built on: the chain's newest usable blockhash and how long it lives.
type Head struct {
	Genesis         string // the cluster, by its genesis hash
	Blockhash       string
	LastValidHeight uint64 // the last block height at which the blockhash is usable
	Slot            uint64 // the slot that answered
}

// Order is what a signer needs to build one transfer of TWIST out of the treasury.
type Order struct {
	Payout  ID
	Attempt int // with the payout's id it makes the memo, so that no two attempts share bytes
	To      Address
	Amount  money.Amount
	Head    Head
}

// SignedTransfer is a transaction ready to be stored and then sent.
type SignedTransfer struct {
	Signature Signature
	Raw       []byte
}

// AttemptState is where one signed try stands.
type AttemptState string

// The states of an attempt.
const (
	// Live: the attempt may still land.
	Live AttemptState = "live"
	// Landed: finalized with effect. Terminal.
	Landed AttemptState = "landed"
	// Reverted: finalized without effect; its fee is spent. Terminal.
	Reverted AttemptState = "reverted"
	// Dead: proven never to land. Terminal.
	Dead AttemptState = "dead"
)

// AttemptStates lists every state of an attempt.
func AttemptStates() []AttemptState { return []AttemptState{Live, Landed, Reverted, Dead} }

// Attempt is one signed try to pay. It is stored before its first send and kept for ever.
type Attempt struct {
	Payout          ID
	N               int
	Signature       Signature
	Raw             []byte
	Genesis         string
	Blockhash       string
	LastValidHeight uint64
	Slot            uint64
	State           AttemptState
	Gas             money.Amount // lamports, once finalized
	SignedAt        time.Time
}

// Sign records the next attempt of a queued payout and moves the payout to signed.
func (p Payout) Sign(signed SignedTransfer, head Head, now time.Time) (Payout, Attempt, error) {
	next, err := p.To(Signed, now)
	if err != nil {
		return Payout{}, Attempt{}, err
	}
	next.Attempt++
	return next, Attempt{
		Payout: p.ID, N: next.Attempt, Signature: signed.Signature, Raw: signed.Raw,
		Genesis: head.Genesis, Blockhash: head.Blockhash, LastValidHeight: head.LastValidHeight, Slot: head.Slot,
		State: Live, SignedAt: now,
	}, nil
}

// Level is how deep the network holds a transaction.
type Level uint8

// The levels. Nothing is assumed about the distance between them.
const (
	// Unseen: the answering node knows no such transaction. It proves nothing by itself.
	Unseen Level = iota
	// Processed: one node has it in a block that may still be dropped.
	Processed
	// ConfirmedLevel: a supermajority voted for its block.
	ConfirmedLevel
	// Finalized: it cannot be undone.
	Finalized
)

// Status is one answer about one signature.
type Status struct {
	Level   Level
	Failure string       // empty when the transaction had effect; meaningful from Processed on
	Gas     money.Amount // lamports it cost; meaningful at Finalized
}

// Sighting is one node's view of an attempt at one moment, with all that a proof of death needs.
// FinalizedHeight and FinalizedSlot are asked for first and the status afterwards. Of a node that did not
// answer there is only the name.
type Sighting struct {
	Node            string // which endpoint answered
	Genesis         string
	FinalizedHeight uint64
	FinalizedSlot   uint64
	StatusSlot      uint64 // the slot at which the status was answered
	FirstSlot       uint64 // the oldest slot whose history the node still has
	Status          Status
}

// slotWindow is the least distance in slots between two sightings by the same node that count as two.
const slotWindow = 1

// ProvenDead reports whether the attempt can never land, so that a new one may be signed. For each
// sighting:
//
//   - G: the node is on the cluster the attempt was built for;
//   - W: its history reaches back to the slot at which the attempt was built;
//   - H: its finalized block height is past the last height at which the blockhash was usable;
//   - S: it knows no status, and answered that at or after the finalized slot of H.
//
// A node without G or W cannot vote. Every other must show H and S, and two of them must agree; where
// there is only one node at all, it must do so at two finalized slots. A node that did not answer, or
// one of the right cluster that knows a status, refutes the proof whatever else it lacks. Time never
// proves anything here, and neither does a single null.
func (a Attempt) ProvenDead(sightings []Sighting) bool {
	var voters []Sighting
	alone := true
	for _, s := range sightings {
		alone = alone && s.Node == sightings[0].Node
		if s.silent() || (s.Genesis == a.Genesis && s.Status.Level != Unseen) {
			return false
		}
		if !s.votes(a) {
			continue
		}
		if !s.outlived(a) {
			return false
		}
		voters = append(voters, s)
	}
	for i, s := range voters {
		for _, t := range voters[i+1:] {
			if s.Node != t.Node || (alone && apart(s.FinalizedSlot, t.FinalizedSlot) >= slotWindow) {
				return true
			}
		}
	}
	return false
}

// silent reports a node that did not answer.
func (s Sighting) silent() bool { return s.Genesis == "" }

// votes reports G and W: what the node does not know about the attempt, it would know.
func (s Sighting) votes(a Attempt) bool { return s.Genesis == a.Genesis && s.FirstSlot <= a.Slot }

// outlived reports H and S: the attempt's life is over, and the node never saw it.
func (s Sighting) outlived(a Attempt) bool {
	return s.FinalizedHeight > a.LastValidHeight && s.Status.Level == Unseen && s.StatusSlot >= s.FinalizedSlot
}

func apart(a, b uint64) uint64 {
	if a > b {
		return a - b
	}
	return b - a
}
