package ports

import "github.com/twist-platform/twist/core/fault"

// Faults of what lies outside.
var (
	ErrChain = fault.New(fault.Unavailable, "chain_unavailable", "the settlement network did not answer")
	// ErrClickDropped means that a ClickLog did not keep a click, and counted that; the visitor can be sent on without one.
	ErrClickDropped = fault.New(fault.Unavailable, "click_dropped", "the click was not kept")
	ErrStore        = fault.New(fault.Unavailable, "store_unavailable", "the store did not answer")
	// ErrClock means that a process has a clock by which it must not date what it stores.
	ErrClock = fault.New(fault.Unavailable, "clock_wrong", "the clock of this process is not the store's")
)
