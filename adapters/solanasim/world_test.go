package solanasim_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/gagliardetto/solana-go"
	"github.com/stretchr/testify/require"

	twistsolana "github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestChain(t *testing.T) {
	t.Parallel()
	contract.Chain(t, underTest)
}

func TestSigner(t *testing.T) {
	t.Parallel()
	contract.Signer(t, underTest)
}

func underTest(t *testing.T) contract.ChainUnderTest {
	w := newWorld(t, solanasim.Options{})
	return contract.ChainUnderTest{
		Chain: w, Signer: w.signer, Holder: address(holder),
		Holds: func() money.Amount { return w.TwistOf(address(holder)) },
		Deposit: func(account payouts.AccountID, amount money.Amount, head payouts.Head) payouts.SignedTransfer {
			return w.deposit(t, account, amount, head)
		},
		Land: func() { w.Tick(1) }, Finalize: func() { w.Tick(solanasim.DefaultFinality) },
		Expire: func() { w.Tick(solanasim.BlockhashLife + solanasim.DefaultFinality + 1) },
		Lose:   func() { w.Script(solanasim.Unanswered) },
		Drop:   func() { w.Script(solanasim.Vanishes) },
		Silence: func(silent bool) {
			n := 0
			if silent {
				n = 1_000
			}
			for _, call := range calls {
				w.Refuse(call, n)
			}
		},
	}
}

var calls = []solanasim.Call{
	solanasim.CallHead, solanasim.CallSubmit, solanasim.CallLook, solanasim.CallArrivals, solanasim.CallReserve,
}

// The wallets of these tests, by the seeds of their keys.
const (
	treasurySeed byte = iota + 1
	holder
	stranger  // has nothing
	friend    // has what a test gives
	neighbour // the same
)

var mint = address(9)

func key(seed byte) ed25519.PrivateKey {
	var s [ed25519.SeedSize]byte
	s[0] = seed
	return ed25519.NewKeyFromSeed(s[:])
}

func public(seed byte) solana.PublicKey {
	return solana.PublicKeyFromBytes(key(seed).Public().(ed25519.PublicKey))
}

func address(seed byte) payouts.Address { return payouts.Address(public(seed).String()) }

// world is a cluster with a treasury and a holder who can pay.
type world struct {
	*solanasim.Cluster
	signer *twistsolana.Treasury
}

func newWorld(t testing.TB, o solanasim.Options) world {
	o.Mint, o.Treasury = string(mint), address(treasurySeed)
	cluster, err := solanasim.New(o)
	require.NoError(t, err)
	signer, err := twistsolana.NewTreasury(key(treasurySeed), string(mint))
	require.NoError(t, err)
	for _, wallet := range []payouts.Address{address(treasurySeed), address(holder)} {
		require.NoError(t, cluster.Airdrop(wallet, 1_000_000_000))
		require.NoError(t, cluster.Mint(wallet, contract.ChainFunds))
	}
	return world{cluster, signer}
}

func (w world) head(t testing.TB) payouts.Head {
	head, err := w.Head(t.Context())
	require.NoError(t, err)
	return head
}

// deposit signs a transfer of the holder into the treasury.
func (w world) deposit(
	t testing.TB, account payouts.AccountID, amount money.Amount, head payouts.Head,
) payouts.SignedTransfer {
	signed, err := twistsolana.DepositTransfer{
		Account: account, Treasury: address(treasurySeed), Mint: string(mint), Amount: amount, Head: head,
	}.Sign(key(holder))
	require.NoError(t, err)
	return signed
}

// pay signs a payout and tells what would be stored about it.
func (w world) pay(t testing.TB, id payouts.ID, to payouts.Address, amount money.Amount) payouts.Attempt {
	head := w.head(t)
	signed, err := w.signer.Sign(t.Context(), payouts.Order{Payout: id, Attempt: 1, To: to, Amount: amount, Head: head})
	require.NoError(t, err)
	return payouts.Attempt{
		Payout: id, N: 1, Signature: signed.Signature, Raw: signed.Raw, Genesis: head.Genesis,
		Blockhash: head.Blockhash, LastValidHeight: head.LastValidHeight, Slot: head.Slot, State: payouts.Live,
	}
}

func (w world) submit(t testing.TB, a payouts.Attempt) {
	require.NoError(t, w.Submit(t.Context(), a.Raw))
}

func (w world) look(t testing.TB, signature payouts.Signature) []payouts.Sighting {
	sightings, err := w.Look(t.Context(), signature)
	require.NoError(t, err)
	return sightings
}

func (w world) status(t testing.TB, a payouts.Attempt) payouts.Status {
	return w.look(t, a.Signature)[0].Status
}
