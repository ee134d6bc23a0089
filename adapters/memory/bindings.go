package memory

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// bindings keeps which customers are bound to whom.
type bindings struct{ *unit }

// Find gives the binding of a customer.
func (b bindings) Find(_ context.Context, program attribution.ProgramID, customer attribution.Customer) (attribution.Binding, bool, error) {
	s, err := b.read()
	if err != nil {
		return attribution.Binding{}, false, err
	}
	found, ok := s.bindings.get(bindingKey{string(program), string(customer), ""})
	return found, ok, nil
}

// Bind keeps a binding, unless there is one that binds.
func (b bindings) Bind(_ context.Context, v attribution.Binding) error {
	return b.write(func(s *state) error {
		if kept, ok := s.bindings.get(bindingKeyOf(v)); !ok || kept.Over(v.At) {
			s.bindings.put(v)
		}
		return nil
	})
}

// Unbind drops the binding that an order made to a holder.
func (b bindings) Unbind(_ context.Context, by attribution.ConversionID, holder attribution.AccountID) error {
	return b.write(func(s *state) error {
		forget(s.bindings, func(v attribution.Binding) bool { return v.Conversion == by && v.Holder == holder })
		return nil
	})
}

// Take gives the binding that waits for a commission, and drops it.
func (b bindings) Take(_ context.Context, commission attribution.CommissionID) (taken attribution.Binding, ok bool, err error) {
	err = b.write(func(s *state) error {
		for _, taken = range s.bindings.where(func(v attribution.Binding) bool { return commission != "" && v.Commission == commission }) {
			s.bindings.remove(bindingKeyOf(taken))
			ok = true
		}
		return nil
	})
	return taken, ok, err
}

// Forget drops bindings that are over.
func (b bindings) Forget(_ context.Context, now time.Time, limit int) (forgotten int, err error) {
	err = b.write(func(s *state) error {
		for _, over := range first(s.bindings.where(func(v attribution.Binding) bool { return v.Over(now) }), limit) {
			s.bindings.remove(bindingKeyOf(over))
			forgotten++
		}
		return nil
	})
	return forgotten, err
}
