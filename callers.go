package twist

import (
	"slices"
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

// callers remembers whom sessions speak for. Only good answers are kept: who was refused is looked up again.
type callers struct {
	*recent[identity.SessionID, Caller]
}

func newCallers() callers { return callers{newRecent[identity.SessionID, Caller](mostCallers)} }

// find gives the caller of a session if that is known at the moment.
func (c callers) find(id identity.SessionID, now time.Time) (Caller, bool) {
	kept, ok := c.recent.find(id, now)
	return kept.clone(), ok
}

// keep remembers an answer for CallerLife, and no longer than its session lasts.
func (c callers) keep(began uint64, caller Caller, now, ends time.Time) {
	until := now.Add(CallerLife)
	if ends.Before(until) {
		until = ends
	}
	c.recent.keep(began, caller.Session, caller.clone(), now, until)
}

// dropAccount forgets what is known of every session of an account.
func (c callers) dropAccount(id identity.AccountID) {
	c.dropThose(func(caller Caller) bool { return caller.Account == id })
}

// clone shares nothing with the caller.
func (c Caller) clone() Caller {
	c.Roles, c.Scopes = slices.Clone(c.Roles), slices.Clone(c.Scopes)
	return c
}
