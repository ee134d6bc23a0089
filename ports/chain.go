package ports

import (
	"context"

	"github.com/twist-platform/twist/core/payouts"
)

// Chain is the settlement network. A use case calls it only outside a unit of work.
//
// Every method answers ErrChain when the network does not; nothing that Submit answers decides about a
// payout, because a lost response and a refused transaction look alike.
type Chain interface {
	// Head gives a blockhash to build on, at the confirmed level.
	Head(ctx context.Context) (payouts.Head, error)
	// Submit hands signed bytes to the network. The same bytes may be submitted any number of times:
	// they land at most once. A nil error promises nothing.
	Submit(ctx context.Context, raw []byte) error
	// Look gives one sighting per node of the signature, finalized height first; of a node that does not
	// answer it gives one with nothing but its name.
	Look(ctx context.Context, signature payouts.Signature) ([]payouts.Sighting, error)
	// Arrivals gives at most limit finalized transfers into the treasury from the slot on, oldest
	// first and never splitting a slot: a first slot that would not fit comes whole. It gives also the
	// slot to ask from next time, which may repeat transfers already given; once it is the slot that was
	// asked from, there is no more for now.
	Arrivals(ctx context.Context, from uint64, limit int) (page []payouts.Arrival, next uint64, err error)
	// Reserve gives what the treasury holds at the newest finalized slot.
	Reserve(ctx context.Context) (payouts.Reserve, error)
}

// Signer builds and signs transfers out of the treasury. It holds the key and sends nothing.
type Signer interface {
	// Treasury is the wallet that pays and receives deposits.
	Treasury() payouts.Address
	// Sign builds the one transaction that carries out the order. The same order gives the same bytes.
	Sign(ctx context.Context, order payouts.Order) (payouts.SignedTransfer, error)
}
