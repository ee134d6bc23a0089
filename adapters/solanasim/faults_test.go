package solanasim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	for finality, o := range map[int]solanasim.Options{
		solanasim.DefaultFinality: {}, 1: {Finality: 1}, 2: {Finality: 2}, 7: {Finality: 7},
	} {
		w := newWorld(t, o)
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		require.Equal(t, payouts.Unseen, w.status(t, a).Level, "it waits")
		for passed := range finality + 3 {
			w.Tick(1)
			want := payouts.Processed
			if passed >= 1 {
				want = payouts.ConfirmedLevel
			}
			if passed >= finality {
				want = payouts.Finalized
			}
			require.Equal(t, want, w.status(t, a).Level, "finality %d, %d slots later", finality, passed)
		}
	}
}

func TestSlotsAreNotHeights(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	w.Tick(500)
	head, s := w.head(t), w.look(t, "x")[0]
	require.Equal(t, uint64(649), head.LastValidHeight, "the newest confirmed height and 150")
	require.Equal(t, uint64(1_499), head.Slot)
	require.Equal(t, uint64(468), s.FinalizedHeight)
	require.Equal(t, uint64(1_468), s.FinalizedSlot)
	require.Equal(t, uint64(1_500), s.StatusSlot)
}

func TestTheLastHeightIsTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	w.Tick(10) // head: height 9
	late, later := w.pay(t, "po_1", address(holder), 5), w.pay(t, "po_2", address(holder), 7)
	w.Tick(148)
	w.submit(t, late)
	w.Tick(1) // 159, the last
	require.Equal(t, payouts.Processed, w.status(t, late).Level)
	require.ErrorIs(t, w.Submit(t.Context(), later.Raw), ports.ErrChain)
	require.NoError(t, w.Submit(t.Context(), late.Raw), "what has landed is welcome for ever")
	w.Tick(300)
	require.NoError(t, w.Submit(t.Context(), late.Raw))
	w.Tick(1)
	require.Equal(t, money.Amount(5), w.gained(t))
}

func TestLandsLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	w.Tick(10)
	a := w.pay(t, "po_1", address(holder), 5)
	w.Script(solanasim.LandsLast)
	w.submit(t, a)
	w.submit(t, a) // sending again does not hasten it
	w.Tick(148)
	require.Equal(t, payouts.Unseen, w.status(t, a).Level)
	w.Tick(1)
	require.Equal(t, payouts.Processed, w.status(t, a).Level)
	w.Tick(32)
	require.Equal(t, payouts.Finalized, w.status(t, a).Level, "long before the finalized height is past it")
	require.Equal(t, a.LastValidHeight, w.look(t, a.Signature)[0].FinalizedHeight)
}

func TestFates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	w.Script(solanasim.Fails, solanasim.Vanishes, solanasim.Unanswered)
	fails, vanishes := w.pay(t, "po_1", address(holder), 1), w.pay(t, "po_2", address(holder), 10)
	unanswered, lands := w.pay(t, "po_3", address(holder), 100), w.pay(t, "po_4", address(holder), 1_000)
	w.submit(t, fails)
	w.submit(t, vanishes)
	require.ErrorIs(t, w.Submit(t.Context(), unanswered.Raw), ports.ErrChain)
	w.submit(t, lands)
	w.Tick(1)
	require.Contains(t, w.status(t, fails).Failure, "scripted")
	require.Equal(t, money.Amount(5_600), w.status(t, fails).Gas)
	require.Equal(t, payouts.Unseen, w.status(t, vanishes).Level)
	require.Equal(t, payouts.Processed, w.status(t, unanswered).Level)
	require.Equal(t, money.Amount(1_100), w.gained(t))

	w.submit(t, vanishes) // the bytes are as good as before
	w.submit(t, fails)    // what has failed on chain stays failed
	w.Tick(1)
	require.Equal(t, money.Amount(1_110), w.gained(t))
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.Refuse(call, 2)
		for i := range 3 {
			for other, err := range w.callAll(t.Context(), a) {
				if other == call && i < 2 {
					require.ErrorIs(t, err, ports.ErrChain)
				} else {
					require.NoError(t, err)
				}
			}
		}
	}
}

func TestACanceledContextIsSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	a := w.pay(t, "po_1", address(holder), 5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, err := range w.callAll(ctx, a) {
		require.ErrorIs(t, err, ports.ErrChain, call)
		require.ErrorIs(t, err, context.Canceled, call)
	}
}

func (w world) callAll(ctx context.Context, a payouts.Attempt) map[solanasim.Call]error {
	answers := map[solanasim.Call]error{}
	_, answers[solanasim.CallHead] = w.Head(ctx)
	answers[solanasim.CallSubmit] = w.Submit(ctx, a.Raw)
	_, answers[solanasim.CallLook] = w.Look(ctx, a.Signature)
	_, _, answers[solanasim.CallArrivals] = w.Arrivals(ctx, 0, 1)
	_, answers[solanasim.CallReserve] = w.Reserve(ctx)
	return answers
}

func TestViews(t *testing.T) {
	t.Parallel()
	dead := func(t *testing.T) (world, payouts.Attempt) {
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.Tick(200)
		require.True(t, a.ProvenDead(w.look(t, a.Signature)))
		return w, a
	}
	t.Run("a_lagging_node_is_behind_in_everything", func(t *testing.T) {
		t.Parallel()
		w, a := dead(t)
		w.See(solanasim.NodeB, solanasim.View{Lag: 30})
		s := w.look(t, a.Signature)
		require.Equal(t, s[0].FinalizedHeight-30, s[1].FinalizedHeight)
		require.Equal(t, s[0].StatusSlot-30, s[1].StatusSlot)
		require.False(t, a.ProvenDead(s), "it has not passed the last height")
	})
	t.Run("a_lagging_node_has_not_seen_what_landed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(3)
		w.See(solanasim.NodeB, solanasim.View{Lag: 2})
		require.Equal(t, payouts.ConfirmedLevel, w.look(t, a.Signature)[0].Status.Level)
		require.Equal(t, payouts.Processed, w.look(t, a.Signature)[1].Status.Level)
		w.See(solanasim.NodeB, solanasim.View{Lag: 3})
		require.Equal(t, payouts.Unseen, w.look(t, a.Signature)[1].Status.Level)
		w.See(solanasim.NodeB, solanasim.View{Lag: 1_000})
		require.Zero(t, w.look(t, a.Signature)[1].FinalizedHeight)
	})
	t.Run("a_blind_node_alone_buries_nobody", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(200)
		w.See(solanasim.NodeA, solanasim.View{Blind: true})
		s := w.look(t, a.Signature)
		require.Equal(t, payouts.Unseen, s[0].Status.Level)
		require.Equal(t, payouts.Finalized, s[1].Status.Level)
		require.False(t, a.ProvenDead(s))
	})
	t.Run("a_node_of_another_cluster_proves_nothing", func(t *testing.T) {
		t.Parallel()
		w, a := dead(t)
		w.See(solanasim.NodeA, solanasim.View{Genesis: "elsewhere"})
		require.Equal(t, "elsewhere", w.look(t, a.Signature)[0].Genesis)
		require.False(t, a.ProvenDead(w.look(t, a.Signature)))
	})
	t.Run("a_node_that_forgets_proves_nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(400)
		for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
			w.See(node, solanasim.View{Memory: 300})
		}
		require.Equal(t, payouts.Unseen, w.status(t, a).Level)
		require.False(t, a.ProvenDead(w.look(t, a.Signature)))
	})
	t.Run("a_new_name_is_a_new_node", func(t *testing.T) {
		t.Parallel()
		w, a := dead(t)
		w.See("sim-c", solanasim.View{Blind: true})
		require.Len(t, w.look(t, a.Signature), 3)
	})
}

func TestFork(t *testing.T) {
	t.Parallel()
	t.Run("what_returns_to_the_pool_lands_again_once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(20)
		require.Equal(t, payouts.ConfirmedLevel, w.status(t, a).Level)
		w.Fork(20, solanasim.Lands)
		require.Equal(t, payouts.Unseen, w.status(t, a).Level)
		require.Zero(t, w.gained(t))
		w.submit(t, a)
		w.Tick(40)
		require.Equal(t, payouts.Finalized, w.status(t, a).Level)
		require.Equal(t, money.Amount(5), w.gained(t))
		reserve, err := w.Reserve(t.Context())
		require.NoError(t, err)
		require.Equal(t, money.Amount(1_000_000_000-5_600), reserve.Sol, "the fee is paid once")
	})
	t.Run("what_vanishes_may_be_sent_again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(5)
		w.Fork(5, solanasim.Vanishes)
		w.Tick(5)
		require.Equal(t, payouts.Unseen, w.status(t, a).Level)
		w.submit(t, a)
		w.Tick(1)
		require.Equal(t, money.Amount(5), w.gained(t))
	})
	t.Run("what_succeeded_may_fail_on_the_new_fork", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		w.submit(t, w.pay(t, "po_1", address(holder), 5))
		failed := w.pay(t, "po_2", address(holder), 7)
		w.submit(t, failed)
		w.Tick(1)
		w.Fork(1, solanasim.Fails)
		w.Tick(1)
		require.NotEmpty(t, w.status(t, failed).Failure)
		require.Zero(t, w.gained(t))
	})
	t.Run("what_is_final_stays", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(33)
		before := w.look(t, a.Signature)[0]
		w.Fork(1_000, solanasim.Vanishes)
		after := w.look(t, a.Signature)[0]
		require.Equal(t, payouts.Finalized, after.Status.Level)
		require.Equal(t, before.FinalizedHeight, after.FinalizedHeight)
		require.Equal(t, after.FinalizedSlot, after.StatusSlot)
		w.Tick(400)
		require.Equal(t, money.Amount(5), w.gained(t))
	})
	t.Run("a_blockhash_of_an_undone_slot_is_worthless", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		w.Tick(10)
		a := w.pay(t, "po_1", address(holder), 5)
		w.submit(t, a)
		w.Tick(1)
		w.Fork(3, solanasim.Lands)
		w.Tick(40)
		require.Equal(t, payouts.Unseen, w.status(t, a).Level)
		require.ErrorIs(t, w.Submit(t.Context(), a.Raw), ports.ErrChain)
		w.Tick(200)
		require.True(t, a.ProvenDead(w.look(t, a.Signature)))
	})
	t.Run("a_whole_life_is_kept_behind_the_deepest_fork", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, solanasim.Options{})
		w.Tick(1_000)
		a := w.pay(t, "po_1", address(holder), 5)
		w.Script(solanasim.LandsLast)
		w.submit(t, a)
		w.Tick(149 + 31)
		require.Equal(t, payouts.ConfirmedLevel, w.status(t, a).Level, "it landed in the last slot, 31 ago")
		w.Fork(32, solanasim.LandsLast)
		require.Equal(t, payouts.Unseen, w.status(t, a).Level)
		w.Tick(1)
		require.Equal(t, payouts.Processed, w.status(t, a).Level)
		require.LessOrEqual(t, w.Blocks(), 183)
	})
}

func TestWhatThePayerCannotPayNeverLands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	require.NoError(t, w.Airdrop(address(stranger), 9_999))
	first, second := w.compile(t, []byte{stranger}, memo("1")), w.compile(t, []byte{stranger}, memo("2"))
	w.submit(t, first)
	w.submit(t, second) // there is enough for either
	w.Tick(1)
	require.Equal(t, payouts.Processed, w.status(t, first).Level)
	require.Equal(t, payouts.Unseen, w.status(t, second).Level)
	require.Equal(t, money.Amount(4_999), w.SolOf(address(stranger)))

	require.NoError(t, w.Airdrop(address(stranger), 1))
	w.submit(t, second)
	w.Tick(1)
	require.Equal(t, payouts.Processed, w.status(t, second).Level, "and the same bytes are still good")
}

func TestGiftsSurviveForks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	w.submit(t, w.pay(t, "po_1", address(holder), 5))
	w.Tick(3)
	require.NoError(t, w.Mint(address(stranger), 11))
	require.NoError(t, w.Airdrop(address(treasurySeed), 13))
	require.Equal(t, money.Amount(11), w.TwistOf(address(stranger)), "three slots share one state")
	w.Fork(3, solanasim.Vanishes)
	require.Equal(t, money.Amount(11), w.TwistOf(address(stranger)))
	reserve, err := w.Reserve(t.Context())
	require.NoError(t, err)
	require.Equal(t, money.Amount(1_000_000_013), reserve.Sol)
}

func TestGiftsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	for _, give := range []func(payouts.Address, money.Amount) error{w.Mint, w.Airdrop} {
		require.ErrorIs(t, give("nobody", 1), payouts.ErrDestination)
		require.ErrorIs(t, give(address(holder), 0), money.ErrNegative)
		require.ErrorIs(t, give(address(holder), -5), money.ErrNegative)
		require.ErrorIs(t, give(address(stranger), money.Max), money.ErrOverflow)
	}
	require.Zero(t, w.TwistOf("nobody"))
	require.Zero(t, w.SolOf("nobody"))
	require.Zero(t, w.TwistOf(address(stranger)))
	require.Equal(t, contract.ChainFunds, w.TwistOf(address(holder)))
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := solanasim.Options{Mint: string(mint), Treasury: address(treasurySeed)}
	for name, change := range map[string]func(*solanasim.Options){
		"no_mint":         func(o *solanasim.Options) { o.Mint = "" },
		"no_treasury":     func(o *solanasim.Options) { o.Treasury = "" },
		"a_negative_rent": func(o *solanasim.Options) { o.Rent = -1 },
	} {
		o := good
		change(&o)
		_, err := solanasim.New(o)
		require.Error(t, err, name)
	}
}

func TestArrivalsAreDated(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	w := newWorld(t, solanasim.Options{Start: start})
	w.Tick(9)
	require.NoError(t, w.Submit(t.Context(), w.deposit(t, "acct_1", 5, w.head(t)).Raw))
	w.Tick(33)
	page, next, err := w.Arrivals(t.Context(), 0, 1)
	require.NoError(t, err)
	require.Equal(t, uint64(1_010), page[0].Slot)
	require.Equal(t, start.Add(4*time.Second), page[0].At)
	require.Equal(t, uint64(1_010), next, "the newest final slot, again")
	_, next, err = w.Arrivals(t.Context(), 5_000, 1)
	require.NoError(t, err)
	require.Equal(t, uint64(5_000), next, "never backwards")
}

// gained is what the holder has beyond what it began with.
func (w world) gained(t testing.TB) money.Amount {
	more, err := w.TwistOf(address(holder)).Sub(contract.ChainFunds)
	require.NoError(t, err)
	return more
}
