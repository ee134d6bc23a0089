package twist

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// What is remembered of callers never grows past its bound, and keeps those who were last seen.
func TestCallersAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000, 0).UTC()
	c := newCallers()
	named := func(n int) Caller {
		return Caller{Session: identity.SessionID(fmt.Sprint("sess_", n)), Account: identity.AccountID(fmt.Sprint("acct_", n%7))}
	}
	for n := range 5 * mostCallers {
		c.keep(c.began(), named(n), now, now.Add(time.Hour))
		require.LessOrEqual(t, len(c.fresh)+len(c.old), 2*mostCallers)
	}
	for n := 4 * mostCallers; n < 5*mostCallers; n++ {
		_, ok := c.find(named(n).Session, now)
		require.True(t, ok)
	}
	_, ok := c.find(named(0).Session, now)
	require.False(t, ok)
	c.dropAccount("acct_3")
	for n := 3 * mostCallers; n < 5*mostCallers; n++ {
		got, ok := c.find(named(n).Session, now)
		require.Equal(t, n%7 != 3, ok)
		require.NotEqual(t, identity.AccountID("acct_3"), got.Account)
	}
}

// An answer is good from its moment on, for its life and no longer than its session; a drop in between makes
// it worth nothing.
func TestCallersForget(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000, 0).UTC()
	one := Caller{Session: "sess_1", Account: "acct_1", Roles: []identity.Role{identity.RoleUser}}
	for name, test := range map[string]struct {
		ends  time.Time
		at    time.Time
		known bool
	}{
		"at_once":                {now.Add(time.Hour), now, true},
		"to_the_last":            {now.Add(time.Hour), now.Add(CallerLife - 1), true},
		"after_its_life":         {now.Add(time.Hour), now.Add(CallerLife), false},
		"before_its_moment":      {now.Add(time.Hour), now.Add(-1), false},
		"before_its_session_end": {now.Add(time.Second), now.Add(time.Second - 1), true},
		"after_its_session_end":  {now.Add(time.Second), now.Add(time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCallers()
			c.keep(c.began(), one, now, test.ends)
			_, known := c.find(one.Session, test.at)
			require.Equal(t, test.known, known)
		})
	}
	for _, drop := range []func(callers){
		func(c callers) { c.drop("sess_1") }, func(c callers) { c.dropAccount("acct_1") },
	} {
		c := newCallers()
		began := c.began()
		drop(c)
		c.keep(began, one, now, now.Add(time.Hour))
		_, known := c.find(one.Session, now)
		require.False(t, known, "it was read before it was taken back")
		c.keep(c.began(), one, now, now.Add(time.Hour))
		drop(c)
		_, known = c.find(one.Session, now)
		require.False(t, known)
	}
}

// Anyone may ask, keep and drop at the same time.
func TestCallersAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000, 0).UTC()
	c := newCallers()
	var running sync.WaitGroup
	for n := range 16 {
		running.Go(func() {
			for i := range 1_000 {
				id := identity.SessionID(fmt.Sprint("sess_", i%50))
				switch (n + i) % 4 {
				case 0:
					c.keep(c.began(), Caller{Session: id, Account: "acct_1", Roles: []identity.Role{identity.RoleUser}}, now, now.Add(time.Hour))
				case 1:
					c.drop(id)
				case 2:
					c.dropAccount("acct_1")
				default:
					if got, ok := c.find(id, now); ok {
						got.Roles[0] = identity.RoleAdmin
					}
				}
			}
		})
	}
	running.Wait()
	for i := range 50 {
		if got, ok := c.find(identity.SessionID(fmt.Sprint("sess_", i)), now); ok {
			require.Equal(t, []identity.Role{identity.RoleUser}, got.Roles)
		}
	}
}
