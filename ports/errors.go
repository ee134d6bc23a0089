package ports

import "github.com/twist-platform/twist/core/fault"

// Faults of what lies outside.
var (
	ErrChain = fault.New(fault.Unavailable, "chain_unavailable", "the settlement network did not answer")
	ErrStore = fault.New(fault.Unavailable, "store_unavailable", "the store did not answer")
)
