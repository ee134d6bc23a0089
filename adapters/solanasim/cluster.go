// Package solanasim is a Solana cluster inside one process. It reads wire transactions, checks their
// signatures, sizes, blockhashes and fees, runs the four programs that TWIST is paid with, grows slot by
// slot when told to, forks, and misbehaves on script.
//
// It is for tests, the demo and development. It is no validator: it knows one mint, legacy transactions,
// token accounts at their associated addresses, and no rent beyond that of a new token account. It reads
// no clock, draws no random number and starts no goroutine, so the same calls give the same chain. Its
// invariant: a signature has effect at most once, and TWIST comes from Mint alone.
package solanasim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

const (
	// Decimals of TWIST; a transfer that names another number fails.
	Decimals = 9
	// DefaultFinality is how many slots after it landed a transaction is final.
	DefaultFinality = 32
	// BlockhashLife is how many heights after its own block a blockhash is usable.
	BlockhashLife = 150
	// SlotTime is the distance between the times of two slots.
	SlotTime = 400 * time.Millisecond

	// firstSlot keeps slots and heights apart, so that taking one for the other shows at once.
	firstSlot = 1_000
)

// Options describe a cluster. Mint and Treasury are required.
type Options struct {
	Mint     string          // of TWIST
	Treasury payouts.Address // its token account exists from the start
	Name     string          // clusters of different names share no hash
	Finality int             // slots; 0 is DefaultFinality
	Rent     money.Amount    // lamports that a new token account takes from whoever opens it; none by default
	Start    time.Time       // of the first slot
}

var _ ports.Chain = (*Cluster)(nil)

// Cluster is a chain and the two nodes that answer for it. Use New. It is safe for concurrent use.
type Cluster struct {
	mint, treasury, vault solana.PublicKey // vault is the treasury's token account
	finality              uint64
	rent                  money.Amount
	genesis               string

	mu       sync.Mutex
	chain    []block // the newest blocks: every one that a blockhash or a fork can still reach
	final    uint64  // the height of the newest final block; it never falls
	pool     []*transaction
	known    map[payouts.Signature]*transaction // in the pool, or landed
	arrivals []payouts.Arrival                  // final ones, oldest first
	forks    uint64
	given    struct{ sol, twist money.Amount }
	script   script
}

// block is one slot of the present fork.
type block struct {
	height uint64
	at     time.Time
	hash   solana.Hash
	landed []*transaction
	after  *state // shared with its parent's when nothing landed
}

// New starts a cluster with one block. It refuses addresses it cannot read and a negative rent.
func New(o Options) (*Cluster, error) {
	mint, err := solana.PublicKeyFromBase58(o.Mint)
	if err != nil {
		return nil, fmt.Errorf("read the mint %q: %w", o.Mint, err)
	}
	treasury, vault, err := accountsOf(o.Treasury, mint)
	if err != nil {
		return nil, fmt.Errorf("read the treasury: %w", err)
	}
	if o.Rent < 0 {
		return nil, money.ErrNegative.Saying("a rent of %d", int64(o.Rent))
	}
	c := &Cluster{
		mint: mint, treasury: treasury, vault: vault,
		finality: DefaultFinality, rent: o.Rent,
		known: map[payouts.Signature]*transaction{}, script: newScript(),
	}
	if o.Finality > 0 {
		c.finality = uint64(o.Finality)
	}
	first := newState()
	first.twist[vault] = holding{owner: treasury}
	hash := solana.Hash(sha256.Sum256([]byte("twist simulated cluster " + o.Name)))
	c.genesis = hash.String()
	c.chain = []block{{at: o.Start, hash: hash, after: first}}
	return c, nil
}

// Tick lets slots pass: what waits lands in the first of them, in the order in which it came, unless
// its fate says otherwise.
func (c *Cluster) Tick(slots int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range slots {
		c.grow()
	}
}

// grow adds one block, and makes final what is now deep enough.
func (c *Cluster) grow() {
	parent := c.tip()
	next := block{
		height: parent.height + 1, at: parent.at.Add(SlotTime), hash: c.hash(parent), after: parent.after,
	}
	var waiting []*transaction
	for _, tx := range c.pool {
		switch last, ok := c.lastHeight(tx.blockhash); {
		case !ok || next.height > last: // it can never land on this fork
			delete(c.known, tx.id)
		case tx.fate == LandsLast && next.height < last:
			waiting = append(waiting, tx)
		default:
			c.land(tx, &next)
		}
	}
	c.pool = waiting
	c.chain = append(c.chain, next)
	for c.final+c.finality < next.height {
		c.final++
		for _, tx := range c.at(c.final).landed {
			c.arrivals = append(c.arrivals, tx.arrivals...)
		}
	}
	// A fork may undo finality blocks, and what is built on the new tip still reaches back a whole life.
	if kept, enough := uint64(len(c.chain)), BlockhashLife+c.finality+1; kept > enough {
		c.chain = c.chain[kept-enough:]
	}
}

// land puts the transaction into the block, or forgets it when its payer cannot pay the fee.
func (c *Cluster) land(tx *transaction, b *block) {
	after, ok := c.execute(b, tx)
	if !ok {
		delete(c.known, tx.id)
		return
	}
	tx.height, b.after = b.height, after
	b.landed = append(b.landed, tx)
}

// hash names the block after parent. A fork gives other names, so that what was built on a block of
// the old fork cannot land on the new one.
func (c *Cluster) hash(parent *block) solana.Hash {
	return solana.Hash(sha256.Sum256(binary.LittleEndian.AppendUint64(parent.hash[:], c.forks)))
}

// lastHeight is the last height at which the blockhash is usable; false when this fork has no such block.
func (c *Cluster) lastHeight(blockhash solana.Hash) (uint64, bool) {
	for i := range c.chain {
		if c.chain[i].hash == blockhash {
			return c.chain[i].height + BlockhashLife, true
		}
	}
	return 0, false
}

func (c *Cluster) tip() *block { return &c.chain[len(c.chain)-1] }

func (c *Cluster) at(height uint64) *block { return &c.chain[height-c.chain[0].height] }

// slot is the slot of a height: no slot of this cluster is ever skipped.
func slot(height uint64) uint64 { return firstSlot + height }
