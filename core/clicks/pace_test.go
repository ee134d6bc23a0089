package clicks_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/limit"
)

// A visitor's next click on the same link is a duplicate until the window is over, and not from then on.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	r, c := ours(t), newCounter()
	known := person()
	known.Visitor = "v1"
	window := clicks.Canonical().Window
	for _, step := range []struct {
		after time.Duration
		want  clicks.Verdict
	}{
		{0, clicks.Valid},
		{0, clicks.Duplicate},
		{window - time.Microsecond, clicks.Duplicate},
		{window, clicks.Valid},
		{2*window - time.Microsecond, clicks.Duplicate},
		{2 * window, clicks.Valid},
	} {
		c.now = start.Add(step.after)
		require.Equal(t, step.want, r.Judge(known, c.take), step.after)
	}
	other, elsewhere := known, known
	other.Visitor, elsewhere.Link = "v2", "link_2"
	require.Equal(t, clicks.Valid, r.Judge(other, c.take), "somebody else")
	require.Equal(t, clicks.Valid, r.Judge(elsewhere, c.take), "another link")
	require.Equal(t, clicks.Duplicate, r.Judge(known, c.take))
}

// An office is one address, and its machines are of one kind: whoever has no name yet is nobody's duplicate, and
// those who have one are told apart by it.
func TestAnOfficeIsManyPeople(t *testing.T) {
	t.Parallel()
	r, c := ours(t), newCounter()
	for i := range 50 {
		require.Equal(t, clicks.Valid, r.Judge(person(), c.take), i)
	}
	c.now = start.Add(time.Hour)
	for i := range 50 {
		c.now = c.now.Add(2 * time.Second)
		known := person()
		known.Visitor = fmt.Sprint("v", i)
		require.Equal(t, clicks.Valid, r.Judge(known, c.take), i)
		require.Equal(t, clicks.Duplicate, r.Judge(known, c.take), "again, %d", i)
	}
}

// Each pace lets exactly its burst through at once, and one more when its time has come.
func TestPaces(t *testing.T) {
	t.Parallel()
	three := limit.Quota{Burst: 3, Per: time.Minute}
	for verdict, test := range map[clicks.Verdict]struct {
		set    func(*clicks.Pace)
		vary   func(*clicks.Visit, int) // who is another
		others []func(*clicks.Visit)    // who has a pace of its own
	}{
		clicks.SourceBusy: {
			func(p *clicks.Pace) { p.Source = three }, func(v *clicks.Visit, n int) { v.Network, v.Visitor = fmt.Sprint(n), fmt.Sprint(n) },
			[]func(*clicks.Visit){func(v *clicks.Visit) { v.Source = "s2" }, func(v *clicks.Visit) { v.Link = "link_2" }},
		},
		clicks.AddressBusy: {
			func(p *clicks.Pace) { p.Address = three }, func(v *clicks.Visit, n int) { v.Source, v.Link = fmt.Sprint(n), fmt.Sprint(n) },
			[]func(*clicks.Visit){func(v *clicks.Visit) { v.Network = "n2" }},
		},
		clicks.LinkBusy: {
			func(p *clicks.Pace) { p.Link = three }, func(v *clicks.Visit, n int) { v.Source, v.Network = fmt.Sprint(n), fmt.Sprint(n) },
			[]func(*clicks.Visit){func(v *clicks.Visit) { v.Link = "link_2" }},
		},
	} {
		t.Run(string(verdict), func(t *testing.T) {
			t.Parallel()
			pace := clicks.Canonical()
			test.set(&pace)
			r, err := clicks.Compile(clicks.Ours(), pace)
			require.NoError(t, err)
			c, n := newCounter(), 0
			click := func() clicks.Verdict {
				n++
				v := person()
				test.vary(&v, n)
				return r.Judge(v, c.take)
			}
			for range three.Burst {
				require.Equal(t, clicks.Valid, click())
			}
			require.Equal(t, verdict, click())
			c.now = start.Add(three.Per - time.Microsecond)
			require.Equal(t, verdict, click())
			c.now = start.Add(three.Per)
			require.Equal(t, clicks.Valid, click())
			require.Equal(t, verdict, click())
			for _, other := range test.others {
				v := person()
				test.vary(&v, 0)
				other(&v)
				require.Equal(t, clicks.Valid, r.Judge(v, c.take), "others are counted by themselves")
			}
		})
	}
}

// I-17: whoever clicks from one neighborhood as fast as can be, on any day, has 97 clicks that are not in excess, and the next day as
// many; others have their own, and so has whoever else is clicked for.
func TestExcess(t *testing.T) {
	t.Parallel()
	r, c := ours(t), newCounter()
	excess := func(near, whom string) bool {
		over, err := r.Excess(near, whom, c.take)
		require.NoError(t, err)
		return over
	}
	for _, today := range []string{"n1 today", "n1 tomorrow"} {
		counted := 0
		midnight := c.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		for c.now = midnight; c.now.Before(midnight.Add(24 * time.Hour)); c.now = c.now.Add(time.Minute) {
			for range 60 {
				if !excess(today, "a") {
					counted++
				}
			}
		}
		require.Equal(t, 97, counted)
		require.False(t, excess("n2 "+today, "a"))
		require.False(t, excess(today, "b"))
	}
	over, err := clicks.Silent().Excess("", "", nil)
	require.NoError(t, err)
	require.False(t, over, "they look at nothing")
	for _, nobody := range [][2]string{{"", "a"}, {"n1", ""}} {
		over, err := r.Excess(nobody[0], nobody[1], c.take)
		require.Error(t, err)
		require.False(t, over)
	}
	over, err = r.Excess("n1", "a", func(limit.Share) (bool, error) { return false, errors.New("down") })
	require.Error(t, err)
	require.False(t, over, "nobody knows")
}

// I-17: from one neighborhood all influencers together have a thousand clicks at once that are not in excess, and one more each two
// seconds: who had a place in the limiter's memory for each of any number of them would leave none to be counted in.
func TestExcessOfAllTogether(t *testing.T) {
	t.Parallel()
	r, c := ours(t), newCounter()
	counted := func(tries int) (n int) {
		for range tries {
			over, err := r.Excess("n1", fmt.Sprint("somebody ", len(c.full)), c.take)
			require.NoError(t, err)
			if !over {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1_000, counted(1_200))
	require.Len(t, c.full, 1_001, "what is in excess takes no place")
	c.now = start.Add(2*time.Second - time.Microsecond)
	require.Zero(t, counted(2))
	c.now = start.Add(2 * time.Second)
	require.Equal(t, 1, counted(2))
	over, err := r.Excess("n2", "somebody 1", c.take)
	require.NoError(t, err)
	require.False(t, over, "others have their own")
	for _, room := range []bool{true, false} {
		over, err = r.Excess("n3", "somebody 1", func(s limit.Share) (bool, error) {
			if s.Quota == clicks.Canonical().Nearby {
				return false, errors.New("full")
			}
			return room, nil
		})
		require.NoError(t, err)
		require.Equal(t, !room, over, "who has a place is counted in it")
	}
}

func TestPacesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*clicks.Pace){
		"no_source": func(p *clicks.Pace) { p.Source = limit.Quota{} }, "no_address": func(p *clicks.Pace) { p.Address.Burst = 0 },
		"no_link": func(p *clicks.Pace) { p.Link.Per = 0 }, "no_neighborhood": func(p *clicks.Pace) { p.Neighborhood.Burst = 0 },
		"nobody_nearby": func(p *clicks.Pace) { p.Nearby.Burst = 0 }, "no_window": func(p *clicks.Pace) { p.Window = 0 }, "nothing": func(p *clicks.Pace) { *p = clicks.Pace{} },
		"a_year_and_more": func(p *clicks.Pace) { p.Window = limit.MaxWindow + time.Microsecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pace := clicks.Canonical()
			spoil(&pace)
			_, err := clicks.Compile(clicks.Ours(), pace)
			require.ErrorIs(t, err, clicks.ErrPace)
		})
	}
}
