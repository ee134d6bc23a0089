package twist_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// mostOfADay is how many clicks from one neighborhood are held against somebody on a day.
const mostOfADay = 97

// comes is a valid click from an address.
func (s scene) comes(from netip.Addr, code, agent string) attribution.Click {
	s.t.Helper()
	visit, err := s.Attribution.Click(twist.WithOrigin(s.ctx(), twist.Origin{IP: from}), code, twist.Arrival{Agent: agent})
	require.NoError(s.t, err)
	require.Equal(s.t, attribution.Valid, visit.Click.Verdict)
	return visit.Click
}

// network is an address of its own neighborhood.
func network(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{60, byte(n >> 8), byte(n), 7})
}

// elsewhere is another link of ada's.
func (s scene) elsewhere(n int) string {
	s.t.Helper()
	return s.recommends(attribution.NewLink{Program: s.program, Destination: fmt.Sprint("https://shop.example/", n)}).Code
}

// midnight lets the next day begin.
func (s scene) midnight() {
	now := s.clock.Now()
	s.clock.Advance(now.Truncate(day).Add(day).Sub(now))
}

// buys is an order by a click of this moment from elsewhere, of the day after.
func (s scene) buys(id string) attribution.Commission {
	s.t.Helper()
	click := s.comes(netip.MustParseAddr("198.51.100.7"), s.code, firefox)
	s.clock.Advance(time.Minute)
	return s.sells(id, click.ID)
}

// I-17: whoever clicks from one network for a week, with any addresses of it, as any browsers, on all links of an influencer's,
// has nobody held, where one click more than such a week can have would.
func TestOneNetworkHasNobodyHeld(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := sceneIn(newWorld(t, strict, func(c *twist.Config) {
				c.Fraud = fraud.Canonical()
				c.Fraud.Flood = int64(mostOfADay*c.Fraud.FloodDays) + 1
			}))
			codes := []string{s.code, s.elsewhere(1), s.elsewhere(2)}
			draw := rand.New(rand.NewPCG(seed, 5))
			home := [16]byte{0x20, 0x01, 0x0d, 0xb8, 0, 1} // a network of 48 bits
			address := func() netip.Addr {
				if seed%2 == 0 {
					return netip.AddrFrom4([4]byte{203, 0, 113, byte(draw.IntN(256))})
				}
				for i := 6; i < len(home); i++ {
					home[i] = byte(draw.IntN(256))
				}
				return netip.AddrFrom16(home)
			}
			s.midnight()
			clicked, held := 0, 0
			for end := s.clock.Now().Add(7 * day); s.clock.Now().Before(end); s.clock.Advance(time.Duration(draw.IntN(40)) * time.Minute) {
				for range 1 + draw.IntN(25) {
					agent := fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%[1]d.0", 90+draw.IntN(60))
					if !s.comes(address(), codes[draw.IntN(len(codes))], agent).Excess {
						held++
					}
					clicked++
				}
			}
			require.Greater(t, clicked, 3*7*mostOfADay)
			require.InDelta(t, 7*mostOfADay-7*3, held, 7*3, "it makes nearly as many as it can")
			require.Equal(t, attribution.Pending, s.buys("an honest one").State)
			require.Empty(t, s.openAlerts())
			s.sound()
		})
	}
}

// I-17: a hundred networks and four hold somebody in a day, if every one of them makes as many clicks as count: one click less
// holds nobody.
func TestHowManyNetworksHaveSomebodyHeld(t *testing.T) {
	t.Parallel()
	for clicks, want := range map[int]attribution.State{9_999: attribution.Pending, 10_000: attribution.Held} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			s := sceneIn(newWorld(t, strict, judged))
			s.midnight()
			counted := 0
			for half := range 48 {
				for n := range 104 {
					times := 2
					if half == 0 {
						times = 51
					}
					for range times {
						if counted < clicks && !s.comes(network(n), s.code, firefox).Excess {
							counted++
						}
					}
				}
				s.clock.Advance(30 * time.Minute)
			}
			require.Equal(t, clicks, counted)
			require.Equal(t, want, s.buys("one").State)
			s.sound()
		})
	}
}

// I-17: a flood comes from as many networks as people have, and is held.
func TestAFloodOfManyNetworksIsHeld(t *testing.T) {
	t.Parallel()
	s := sceneIn(newWorld(t, strict, judged))
	s.midnight()
	for n := range 10_000 {
		require.False(t, s.comes(network(n), s.code, firefox).Excess)
		s.clock.Advance(5 * time.Millisecond)
	}
	s.midnight()
	held := s.buys("one")
	require.Equal(t, attribution.Held, held.State)
	require.Equal(t, []fraud.Name{fraud.ClickFlooding}, s.openAlerts()[0].Rules)
	s.sound()
}

// I-17: what is in excess is held against nobody, and counts and earns as every other click: those who are many behind one address
// of their carrier are customers. It is in excess for one influencer, in one program, on one day.
func TestWhatIsInExcessEarns(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		w.pool("bea", 0)
		others := []string{w.link("bea", s.program), w.link("ada", w.program("mart", testkit.TWIST(1_000)))}
		s.midnight()
		carrier := netip.MustParseAddr("198.51.100.7")
		for n := range 50 {
			require.False(t, s.comes(carrier, s.code, firefox).Excess, n)
		}
		last := s.comes(carrier, s.code, firefox)
		require.True(t, last.Excess)
		kept, found, err := s.config.Clicks.Find(s.ctx(), last.ID)
		require.NoError(t, err)
		require.True(t, found)
		require.True(t, kept.Excess)
		require.True(t, s.comes(carrier, s.elsewhere(1), firefox).Excess, "another link of hers")
		for _, code := range others {
			require.False(t, s.comes(carrier, code, firefox).Excess, "for somebody else, and elsewhere")
		}
		require.False(t, s.comes(network(1), s.code, firefox).Excess, "from elsewhere")
		s.clock.Advance(time.Minute)
		sold := s.sells("one", last.ID)
		require.Equal(t, []any{attribution.Pending, last.Link}, []any{sold.State, sold.Link})
		today := attribution.Period{From: s.clock.Now().Truncate(day), To: s.clock.Now().Truncate(day).Add(day)}
		counts, err := s.config.Clicks.CountLinks(s.ctx(), attribution.Whose{Program: s.program}, today, []attribution.LinkID{last.Link}, 1)
		require.NoError(t, err)
		require.Equal(t, []attribution.LinkVisits{{Link: last.Link, Valid: 52, Excess: 1, Visitors: 52}}, counts)
		s.midnight()
		require.False(t, s.comes(carrier, s.code, firefox).Excess, "on another day")
		s.sound()
	}, strict, judged)
}

// I-17: of a flood's clicks those in excess are none, on however many links they are.
func TestExcessIsNoFlood(t *testing.T) {
	t.Parallel()
	few := func(c *twist.Config) {
		c.Fraud = fraud.Canonical()
		c.Fraud.Flood = 100
	}
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		named, found, err := s.config.Clicks.Find(s.ctx(), s.click(s.code))
		require.NoError(t, err)
		require.True(t, found)
		appends := func(clicks, links int, excess bool) {
			var all []attribution.Click
			for i := range clicks {
				click := named
				click.ID, click.Link = attribution.ClickID(s.config.IDs.New("clk")), attribution.LinkID(fmt.Sprint("link_", excess, i%links))
				click.Excess = excess
				all = append(all, click)
			}
			require.NoError(t, s.config.Clicks.Append(s.ctx(), all...))
		}
		appends(220, 110, true) // more links than clicks are too many, and each before the others
		appends(98, 98, false)
		s.clock.Advance(day)
		less := s.sells("one click less", s.visited())
		require.Equal(t, attribution.Pending, less.State)
		s.rejects(less)
		appends(1, 1, false)
		require.Equal(t, attribution.Held, s.sells("as many", s.visited()).State)
		open := s.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, []int64{100, 220}, []int64{open[0].Clicks, open[0].Excess}, "an operator is shown both")
		s.sound()
	}, rooted, few)
}

// nowhere is a limiter that does not answer for neighborhoods.
type nowhere struct {
	ports.Limiter

	before func()
}

func (n nowhere) Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error) {
	if strings.HasPrefix(key, "click_neighborhood:") {
		n.before()
		return limit.Verdict{}, ports.ErrLimiter
	}
	return n.Limiter.Take(ctx, key, q, now)
}

// I-17: a click that could not be counted by its neighborhood is kept, valid, and held against whom it is for, unless its visitor hung up.
func TestExcessThatCannotBeCounted(t *testing.T) {
	t.Parallel()
	var told attribution.Click
	hangUp := func() {}
	s := sceneIn(newWorld(t, strict, func(c *twist.Config) {
		c.Limiter = nowhere{c.Limiter, func() { hangUp() }}
		c.Clicked = func(k attribution.Click, _ error) { told = k }
	}))
	ctx, cancel := context.WithCancel(s.ctx())
	ctx = twist.WithOrigin(ctx, twist.Origin{IP: network(1)})
	_, err := s.Attribution.Click(ctx, s.code, twist.Arrival{Agent: firefox})
	require.NoError(t, err)
	require.Equal(t, []any{attribution.Valid, false}, []any{told.Verdict, told.Excess})
	hangUp = cancel
	_, err = s.Attribution.Click(ctx, s.code, twist.Arrival{Agent: firefox})
	require.NoError(t, err)
	require.Equal(t, []any{attribution.Valid, true}, []any{told.Verdict, told.Excess})
}

// I-17: one network leaves a place in the limiter's memory for others, for however many influencers it clicks: else nobody could count
// what it makes for one whom it wants to be held.
func TestOneNetworkLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	rules, err := clicks.Compile(clicks.Ours(), clicks.Canonical())
	require.NoError(t, err)
	limiter, now := &memory.Limiter{Buckets: 2_000}, testkit.Start // for 106 networks it has a hundred times as many
	take := func(s limit.Share) (bool, error) {
		verdict, err := limiter.Take(t.Context(), s.Key, s.Quota, now)
		return verdict.Allowed, err
	}
	counted := func(near, whom string) bool {
		over, err := rules.Excess(near, whom, take)
		require.NoError(t, err, whom)
		return !over
	}
	victim := 0
	for n := range 24 * 60 * 60 {
		for i := range 3 {
			counted("home", fmt.Sprint("program/", n, i))
		}
		require.True(t, n%60 != 0 || counted(fmt.Sprint("elsewhere ", n), "program/honest"))
		if counted("home", "program/honest") {
			victim++
		}
		now = now.Add(time.Second)
	}
	require.LessOrEqual(t, victim, mostOfADay+1)
}
