package twist

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// The bounds of what is remembered about callers.
const (
	// CallerLife is how long a process may go on believing that a session is alive and what its account may do.
	// What ends a session or changes a role in the same process is known to it at once.
	CallerLife = 5 * time.Second
	// mostCallers bounds each of the two halves of the memory.
	mostCallers = 8_192
)

// callers remembers whom sessions speak for, so that a caller who asks much does not ask the store as much.
// Only good answers are kept: who was refused is looked up again. When a half is full the other is dropped,
// so that it never grows and never has to be searched for what is old.
type callers struct {
	mu         sync.Mutex
	fresh, old map[identity.SessionID]remembered
	dropped    uint64 // grows with every answer that was taken back
}

// remembered is one answer.
type remembered struct {
	caller Caller
	at     time.Time
	until  time.Time
}

func newCallers() *callers { return &callers{fresh: map[identity.SessionID]remembered{}} }

// find gives the caller of a session if that is known at the moment. A clock that was set back before the
// moment of the answer knows nothing.
func (c *callers) find(id identity.SessionID, now time.Time) (Caller, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.fresh[id]
	if !ok {
		kept, ok = c.old[id]
	}
	if !ok || now.Before(kept.at) || !now.Before(kept.until) {
		return Caller{}, false
	}
	return kept.caller.clone(), true
}

// began is asked before an answer is looked up, and keep is told: an answer that may have been read before
// one was taken back is not kept.
func (c *callers) began() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dropped
}

// keep remembers an answer for CallerLife, and no longer than its session lasts.
func (c *callers) keep(began uint64, caller Caller, now, ends time.Time) {
	until := now.Add(CallerLife)
	if ends.Before(until) {
		until = ends
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if began != c.dropped {
		return
	}
	if len(c.fresh) >= mostCallers {
		c.old, c.fresh = c.fresh, map[identity.SessionID]remembered{}
	}
	c.fresh[caller.Session] = remembered{caller.clone(), now, until}
}

// dropSession forgets what is known of a session.
func (c *callers) dropSession(id identity.SessionID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped++
	delete(c.fresh, id)
	delete(c.old, id)
}

// dropAccount forgets what is known of every session of an account.
func (c *callers) dropAccount(id identity.AccountID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped++
	theirs := func(_ identity.SessionID, kept remembered) bool { return kept.caller.Account == id }
	maps.DeleteFunc(c.fresh, theirs)
	maps.DeleteFunc(c.old, theirs)
}

// clone shares nothing with the caller.
func (c Caller) clone() Caller {
	c.Roles, c.Scopes = slices.Clone(c.Roles), slices.Clone(c.Scopes)
	return c
}
