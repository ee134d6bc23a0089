package twist_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/payouts"
)

// seeds is how many schedules are drawn: few, or TWIST_SEEDS of them.
func seeds(t *testing.T, few uint64) uint64 {
	t.Helper()
	text := os.Getenv("TWIST_SEEDS")
	if text == "" {
		return few
	}
	n, err := strconv.ParseUint(text, 10, 32)
	require.NoError(t, err, "TWIST_SEEDS")
	return n
}

// I-07, P-26: over any schedule of faults, forks, crashes, lagging nodes and two processes that take turns, a
// payout is paid at most once while things go wrong, and exactly once when they are right again.
func TestAnySchedulePaysOnce(t *testing.T) {
	t.Parallel()
	const groups = 4
	n := seeds(t, 300)
	for g := range uint64(groups) {
		t.Run(fmt.Sprintf("group_%d", g), func(t *testing.T) {
			t.Parallel()
			for seed := g; seed < n; seed += groups {
				runSchedule(t, seed)
			}
		})
	}
}

// schedule is one run: a world, two processes, and what decides.
type schedule struct {
	*world

	draw  *rand.Rand
	nodes [2]*twist.Platform
	ids   map[string]payouts.ID
}

func runSchedule(t *testing.T, seed uint64) {
	s := &schedule{world: newWorld(t), draw: rand.New(rand.NewPCG(seed, 7)), ids: map[string]payouts.ID{}}
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	for i := range s.nodes {
		s.nodes[i] = s.another()
	}
	names := []string{"fay", "gil", "hal"}
	s.fill(reserved, names...)
	for _, name := range names {
		s.ids[name] = s.payout(name, payouts.Minimum).ID
	}
	for range 40 {
		s.disturb()
		s.requireAtMostOnce()
	}
	s.heal()
	s.requireExactlyOnce()
}

// disturb does one thing that may happen.
func (s *schedule) disturb() {
	fates := []solanasim.Fate{solanasim.Lands, solanasim.LandsLast, solanasim.Fails, solanasim.Vanishes, solanasim.Unanswered}
	calls := []solanasim.Call{solanasim.CallHead, solanasim.CallSubmit, solanasim.CallLook, solanasim.CallReserve}
	p := s.nodes[s.draw.IntN(2)]
	switch s.draw.IntN(12) {
	case 0:
		s.cluster.Script(fates[s.draw.IntN(len(fates))])
	case 1:
		s.cluster.Refuse(calls[s.draw.IntN(len(calls))], 1+s.draw.IntN(3))
	case 2:
		s.cluster.Fork(1+s.draw.IntN(solanasim.DefaultFinality), fates[s.draw.IntN(4)])
	case 3: // one node at a time is wrong: two that agree on a lie cannot be told from the truth
		s.cluster.See(solanasim.NodeB, solanasim.View{
			Lag: s.draw.IntN(3) * 40, Blind: s.draw.IntN(3) == 0, Genesis: []string{"", "", "elsewhere"}[s.draw.IntN(3)],
		})
	case 4:
		s.cluster.Tick(expiry)
	case 5:
		dying := &plan{at: 1 + s.draw.IntN(20), after: s.draw.IntN(2) == 0, panics: s.draw.IntN(2) == 0}
		s.die(s.another(dying.into))
	case 6, 7:
		s.cluster.Tick(1 + s.draw.IntN(finality))
	case 8: // the two at the same moment
		together(2, func(i int) (int, error) { return s.nodes[i].Payouts.Advance(s.ctx()) })
	default:
		_, _ = p.Payouts.Advance(s.ctx()) // what fails is done again
	}
}

// die runs one step of a process that may not survive it.
func (s *schedule) die(p *twist.Platform) {
	defer func() {
		if died := recover(); died != nil && died != any(errCrash) {
			panic(died)
		}
	}()
	_, _ = p.Payouts.Advance(s.ctx())
}

// heal makes everything right again and lets it come to rest.
func (s *schedule) heal() {
	s.cluster.See(solanasim.NodeB, solanasim.View{})
	for _, call := range []solanasim.Call{solanasim.CallHead, solanasim.CallSubmit, solanasim.CallLook, solanasim.CallReserve} {
		s.cluster.Refuse(call, 0)
	}
	for range 12 {
		s.cluster.Tick(expiry / 2)
		_, err := s.nodes[s.draw.IntN(2)].Payouts.Advance(s.ctx())
		if err != nil { // an answer the script still holds back, or bytes that came too late
			require.ErrorIs(s.t, err, fault.Unavailable)
		}
	}
	s.settle()
}

func (s *schedule) requireAtMostOnce() {
	for name := range s.ids {
		require.LessOrEqual(s.t, s.cluster.TwistOf(wallet(name)), payouts.Minimum, name)
	}
}

func (s *schedule) requireExactlyOnce() {
	for name, id := range s.ids {
		p := s.payoutOf(name, id).Payout
		arrived := s.cluster.TwistOf(wallet(name))
		if p.State == payouts.Failed { // landed without effect
			require.Zero(s.t, arrived, name)
			s.requireAvailable(name, reserved)
		} else {
			require.Equal(s.t, payouts.Settled, p.State, name)
			require.Equal(s.t, payouts.Minimum, arrived, name)
			s.requireAvailable(name, 0)
		}
	}
	s.sound()
}
