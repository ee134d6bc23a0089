package memory

import (
	"context"
	"slices"
	"sync"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Mailer keeps letters instead of delivering them, so that a test or a demonstration can read them. A letter
// whose id it has it does not keep again. Its zero value is empty; it is safe for concurrent use.
type Mailer struct {
	mu   sync.Mutex
	kept []identity.Letter
}

// Send keeps a letter.
func (m *Mailer) Send(ctx context.Context, letter identity.Letter) error {
	if ports.InUnit(ctx) {
		return ports.ErrNested
	}
	if err := letter.Check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return ports.ErrMailer.Because(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.ContainsFunc(m.kept, func(l identity.Letter) bool { return l.ID == letter.ID }) {
		m.kept = append(m.kept, letter)
	}
	return nil
}

// Letters gives what was sent, in order.
func (m *Mailer) Letters() []identity.Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.kept)
}
