package twist_test

import (
	"context"
	"errors"
	"sync"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// errCrash is what a planned fault answers, or panics with.
var errCrash = errors.New("planned fault")

// plan is one fault: at the k-th call from 1, before it has any effect or after it has had all, as an
// error or as the end of the process.
type plan struct {
	mu     sync.Mutex
	at     int
	after  bool
	panics bool
	calls  int
}

// around makes a call, or does not, as planned. After the process has ended nothing answers any more.
func (p *plan) around(call func() error) error {
	p.mu.Lock()
	p.calls++
	now, over := p.calls == p.at, p.panics && p.at > 0 && p.calls > p.at
	p.mu.Unlock()
	switch {
	case over:
		return errCrash
	case !now:
		return call()
	}
	if p.after {
		_ = call() // whatever it answered is lost
	}
	if p.panics {
		panic(errCrash)
	}
	return errCrash
}

// reached reports that the fault has happened.
func (p *plan) reached() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls >= p.at
}

// faulty is a store that fails as planned. A unit of work that fails after its effect has committed, and
// its caller does not know.
type faulty struct {
	ports.Store

	plan *plan
}

func (f *faulty) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	return f.plan.around(func() error { return f.Store.Write(ctx, fn) })
}

func (f *faulty) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return f.plan.around(func() error { return f.Store.Read(ctx, fn) })
}

// overtaken is a store whose user is overtaken by another process: right after its at-th Read.
type overtaken struct {
	ports.Store

	at int
	by func()
}

func (o *overtaken) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	err := o.Store.Read(ctx, fn)
	if o.at--; o.at == 0 {
		o.by()
	}
	return err
}

// overtakenAt is a library that another one overtakes after its at-th Read.
func (w *world) overtakenAt(at int, by func()) *twist.Platform {
	return w.another(func(c *twist.Config) { c.Store = &overtaken{Store: w.store, at: at, by: by} })
}

// faultyChain is a chain that fails as planned, after the same count of calls as the store beside it.
type faultyChain struct {
	ports.Chain

	plan *plan
}

func (f *faultyChain) Head(ctx context.Context) (head payouts.Head, err error) {
	err = f.plan.around(func() (err error) { head, err = f.Chain.Head(ctx); return err })
	return head, err
}

func (f *faultyChain) Submit(ctx context.Context, raw []byte) error {
	return f.plan.around(func() error { return f.Chain.Submit(ctx, raw) })
}

func (f *faultyChain) Look(ctx context.Context, s payouts.Signature) (seen []payouts.Sighting, err error) {
	err = f.plan.around(func() (err error) { seen, err = f.Chain.Look(ctx, s); return err })
	return seen, err
}

func (f *faultyChain) Arrivals(ctx context.Context, from uint64, limit int) (page []payouts.Arrival, next uint64, err error) {
	err = f.plan.around(func() (err error) { page, next, err = f.Chain.Arrivals(ctx, from, limit); return err })
	return page, next, err
}

func (f *faultyChain) Reserve(ctx context.Context) (reserve payouts.Reserve, err error) {
	err = f.plan.around(func() (err error) { reserve, err = f.Chain.Reserve(ctx); return err })
	return reserve, err
}

// into puts the plan between a library and its store and chain.
func (p *plan) into(c *twist.Config) {
	c.Store, c.Chain = &faulty{c.Store, p}, &faultyChain{c.Chain, p}
}
