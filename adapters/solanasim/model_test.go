package solanasim_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gagliardetto/solana-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

// sent is a transfer that a model remembers, whatever has become of it.
type sent struct {
	payouts.Attempt
	from, to byte
	amount   money.Amount
}

// model plays random transfers, faults and forks, and keeps every signature it ever sent.
type model struct {
	world
	t     testing.TB
	all   []sent
	final map[payouts.Signature]payouts.Status
	floor uint64 // the highest finalized height seen
}

var wallets = []byte{treasurySeed, holder, stranger}

func (m *model) transfer(r *rapid.T) {
	s := sent{
		from: rapid.SampledFrom(wallets).Draw(r, "from"), to: rapid.SampledFrom(wallets).Draw(r, "to"),
		amount: money.Amount(rapid.Int64Range(0, 3*int64(contract.ChainFunds)/2).Draw(r, "amount")),
	}
	s.Attempt = m.compile(m.t, []byte{s.from}, openAccount(s.from, s.to), transfer(s.from, s.to, uint64(s.amount)),
		memo(fmt.Sprint(len(m.all))))
	m.all = append(m.all, s)
	m.send(r, s)
}

func (m *model) again(r *rapid.T) {
	if len(m.all) > 0 {
		m.send(r, rapid.SampledFrom(m.all).Draw(r, "again"))
	}
}

func (m *model) send(r *rapid.T, s sent) {
	if err := m.Submit(m.t.Context(), s.Raw); err != nil {
		require.ErrorIs(r, err, ports.ErrChain)
	}
}

func (m *model) tick(r *rapid.T) { m.Tick(rapid.IntRange(1, 40).Draw(r, "slots")) }

func (m *model) leap(*rapid.T) { m.Tick(solanasim.BlockhashLife) }

func (m *model) fork(r *rapid.T) {
	m.Fork(rapid.IntRange(0, 40).Draw(r, "undone"), rapid.SampledFrom(fates).Draw(r, "fate"))
}

func (m *model) fate(r *rapid.T) { m.Script(rapid.SampledFrom(fates).Draw(r, "fate")) }

var fates = []solanasim.Fate{
	solanasim.Lands, solanasim.LandsLast, solanasim.Fails, solanasim.Vanishes, solanasim.Unanswered,
}

// check holds the cluster against what it says of every signature: balances are what landed with
// effect, counted once; what is final stays as it is; and no TWIST comes or goes.
func (m *model) check(r *rapid.T) {
	want := map[byte]money.Amount{treasurySeed: contract.ChainFunds, holder: contract.ChainFunds, stranger: 0}
	move := func(wallet byte, amount money.Amount) {
		sum, err := want[wallet].Add(amount)
		require.NoError(r, err)
		want[wallet] = sum
	}
	for _, s := range m.all {
		sighting := m.look(m.t, s.Signature)[0]
		require.GreaterOrEqual(r, sighting.FinalizedHeight, m.floor)
		m.floor = sighting.FinalizedHeight
		if before, ok := m.final[s.Signature]; ok {
			require.Equal(r, before, sighting.Status)
		}
		if sighting.Status.Level == payouts.Finalized {
			m.final[s.Signature] = sighting.Status
		}
		if sighting.Status.Level != payouts.Unseen && sighting.Status.Failure == "" {
			move(s.from, s.amount.Neg())
			move(s.to, s.amount)
		}
	}
	for wallet, amount := range want {
		require.Equal(r, amount, m.TwistOf(address(wallet)))
		require.GreaterOrEqual(r, m.SolOf(address(wallet)), money.Amount(0))
	}
	supply, err := contract.ChainFunds.Add(contract.ChainFunds)
	require.NoError(r, err)
	require.Equal(r, supply, m.Supply())
	m.checkReserve(r)
}

// checkReserve adds up what is final.
func (m *model) checkReserve(r *rapid.T) {
	want, arrived := contract.ChainFunds, map[payouts.Signature]money.Amount{}
	for _, s := range m.all {
		if status, ok := m.final[s.Signature]; ok && status.Failure == "" && s.from != s.to {
			var err error
			if s.from == treasurySeed {
				want, err = want.Sub(s.amount)
			}
			if s.to == treasurySeed && s.amount.Positive() {
				want, err = want.Add(s.amount)
				arrived[s.Signature] = s.amount
			}
			require.NoError(r, err)
		}
	}
	reserve, err := m.Reserve(m.t.Context())
	require.NoError(r, err)
	require.Equal(r, want, reserve.Twist)
	page, _, err := m.Arrivals(m.t.Context(), 0, 1_000)
	require.NoError(r, err)
	require.Len(r, page, len(arrived))
	for _, arrival := range page {
		require.Equal(r, arrived[arrival.Signature], arrival.Amount)
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := &model{world: newWorld(t, solanasim.Options{}), t: t, final: map[payouts.Signature]payouts.Status{}}
		require.NoError(r, m.Airdrop(address(stranger), 12_000)) // two fees
		r.Repeat(map[string]func(*rapid.T){
			"transfer": m.transfer, "again": m.again, "tick": m.tick, "leap": m.leap,
			"fork": m.fork, "fate": m.fate, "": m.check,
		})
	})
}

// TestDeathProof: over any faults, a payout that is signed anew only after proven death is paid once.
func TestDeathProof(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, solanasim.Options{})
		live := w.pay(t, "po_1", address(holder), 5)
		signed := 1
		for range rapid.IntRange(1, 60).Draw(r, "rounds") {
			w.Script(rapid.SampledFrom(fates).Draw(r, "fate"))
			w.See(solanasim.NodeB, solanasim.View{
				Lag: rapid.IntRange(0, 200).Draw(r, "lag"), Blind: rapid.Bool().Draw(r, "blind"),
			})
			_ = w.Submit(t.Context(), live.Raw)
			w.Tick(rapid.IntRange(1, 60).Draw(r, "slots"))
			w.Fork(rapid.IntRange(0, 32).Draw(r, "undone"), rapid.SampledFrom(fates).Draw(r, "after"))
			sightings := w.look(t, live.Signature)
			if status := sightings[0].Status; status.Level == payouts.Finalized && status.Failure == "" {
				break
			} else if live.ProvenDead(sightings) || status.Level == payouts.Finalized {
				signed++
				live = w.pay(t, payouts.ID(fmt.Sprint("po_1:", signed)), address(holder), 5)
			}
		}
		w.Tick(400)
		require.Contains(r, []money.Amount{0, 5}, w.gained(t), "after %d attempts", signed)
	})
}

func TestTheSameCallsGiveTheSameChain(t *testing.T) {
	t.Parallel()
	play := func(name string) (seen []any) {
		w := newWorld(t, solanasim.Options{Name: name})
		w.Script(solanasim.Lands, solanasim.Fails, solanasim.LandsLast)
		for i := range 5 {
			a := w.pay(t, payouts.ID(fmt.Sprint("po_", i)), address(holder), 5)
			w.submit(t, a)
			require.NoError(t, w.Submit(t.Context(), w.deposit(t, "acct_1", money.Amount(i+1), w.head(t)).Raw))
			w.Tick(3)
			w.Fork(i, solanasim.Lands)
			seen = append(seen, w.head(t), a, w.look(t, a.Signature))
		}
		w.Tick(200)
		page, next, err := w.Arrivals(t.Context(), 0, 3)
		require.NoError(t, err)
		return append(seen, page, next)
	}
	first, second := play("a"), play("a")
	require.Equal(t, first, second)
	require.NotEqual(t, first, play("b"))
}

// TestConcurrency: everything at once, for the race detector; the sums hold and each lands once.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	var attempts []payouts.Attempt
	for i := range 24 {
		attempts = append(attempts, w.pay(t, payouts.ID(fmt.Sprint("po_", i)), address(holder), 10))
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range attempts {
				a := attempts[(i+worker*5)%len(attempts)]
				_ = w.Submit(t.Context(), a.Raw)
				_, _ = w.Look(t.Context(), a.Signature)
				_, _, _ = w.Arrivals(t.Context(), 0, 5)
				_, _ = w.Reserve(t.Context())
				_, _ = w.Head(t.Context())
				_ = w.TwistOf(address(holder))
				_ = w.SolOf(address(holder))
			}
		})
	}
	group.Go(func() {
		for i := range 20 {
			w.Tick(1)
			w.Script(solanasim.Lands)
			w.See(solanasim.NodeB, solanasim.View{Lag: i})
			w.Fork(2, solanasim.Lands)
			_ = w.Mint(address(stranger), 1)
			_ = w.Airdrop(address(stranger), 1)
			w.Refuse(solanasim.CallHead, 1)
		}
	})
	group.Wait()
	w.Tick(solanasim.DefaultFinality + 1)
	require.Equal(t, money.Amount(240), w.gained(t))
	require.Equal(t, money.Amount(20), w.TwistOf(address(stranger)))
}

// FuzzSubmit: no bytes make a node fall over, and none move money without a signature.
func FuzzSubmit(f *testing.F) {
	w := newWorld(f, solanasim.Options{})
	f.Add([]byte{})
	f.Add(w.pay(f, "po_1", address(stranger), 5).Raw)
	f.Add(w.deposit(f, "acct_1", 5, w.head(f)).Raw)
	f.Add(append([]byte{0x81}, w.pay(f, "po_1", address(stranger), 5).Raw...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := newWorld(t, solanasim.Options{})
		if err := w.Submit(t.Context(), raw); err != nil {
			require.ErrorIs(t, err, ports.ErrChain)
		}
		w.Tick(33)
		requireSupply(t, w)
	})
}

// FuzzExecute signs whatever message it is given, so that the programs meet hostile instructions.
func FuzzExecute(f *testing.F) {
	w := newWorld(f, solanasim.Options{})
	f.Add(w.pay(f, "po_1", address(stranger), 5).Raw[65:])
	f.Add(w.compile(f, []byte{treasurySeed}, transfer(treasurySeed, holder, 9), memo("x")).Raw[65:])
	f.Add(w.compile(f, []byte{treasurySeed}, openAccount(treasurySeed, stranger)).Raw[65:])
	f.Fuzz(func(t *testing.T, message []byte) {
		w := newWorld(t, solanasim.Options{Rent: 7})
		private := solana.PrivateKey(key(treasurySeed))
		signature, err := private.Sign(message)
		require.NoError(t, err)
		if err := w.Submit(t.Context(), append(append([]byte{1}, signature[:]...), message...)); err != nil {
			require.ErrorIs(t, err, ports.ErrChain)
		}
		w.Tick(33)
		requireSupply(t, w)
		require.Equal(t, contract.ChainFunds, max(contract.ChainFunds, w.TwistOf(address(treasurySeed))), "nobody else signed")
	})
}

func requireSupply(t *testing.T, w world) {
	t.Helper()
	supply, err := contract.ChainFunds.Add(contract.ChainFunds)
	require.NoError(t, err)
	require.Equal(t, supply, w.Supply())
}
