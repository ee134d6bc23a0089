package memory_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

func open(*testing.T) ports.Store { return memory.New() }

func TestStoreModel(t *testing.T) {
	t.Parallel()
	contract.StoreModel(t, func(*rapid.T) ports.Store { return memory.New() })
}

func TestStore(t *testing.T) {
	t.Parallel()
	contract.Store(t, open)
}

func TestClicks(t *testing.T) {
	t.Parallel()
	contract.Clicks(t, func(*testing.T) ports.ClickLog { return new(memory.Clicks) })
}

func TestTombstones(t *testing.T) {
	t.Parallel()
	contract.Tombstones(t, func(*testing.T) ports.Tombstones { return new(memory.Tombstones) })
}

func TestRuntime(t *testing.T) {
	t.Parallel()
	clock := new(memory.Clock)
	contract.Runtime(t, clock, memory.IDs{Clock: clock}, memory.Random{})
}
