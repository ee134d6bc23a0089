package memory

import (
	"context"
	"sync"

	"github.com/twist-platform/twist/ports"
)

// Store is the unit of work over maps. Make one with New; it is safe for concurrent use.
type Store struct {
	mu    sync.RWMutex
	state *state
}

// New gives an empty store.
func New() *Store { return &Store{state: newState()} }

// Write runs fn alone, as ports.Store promises. A panic in fn discards the unit and goes on.
func (s *Store) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	inside, err := ports.Begin(ctx)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return ports.ErrStore.Because(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &unit{state: s.state}
	defer func() {
		u.over = true
		s.state.discard() // nothing is left of what was not committed
	}()
	if err := fn(inside, u.tx()); err != nil {
		return err
	}
	if u.failed != nil {
		return u.failed
	}
	if err := ctx.Err(); err != nil {
		return ports.ErrStore.Because(err)
	}
	s.state.commit()
	return nil
}

// Read runs fn against the state as it stands; writers wait until fn returns.
func (s *Store) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	inside, err := ports.Begin(ctx)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return ports.ErrStore.Because(err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := &unit{state: s.state}
	defer func() { u.over = true }()
	return fn(inside, u.view())
}

// unit is one unit of work: what every repository handed to fn shares.
type unit struct {
	state  *state
	failed error // the first write that failed
	over   bool
}

// write runs one write of the unit. The first that fails spoils the unit.
func (u *unit) write(change func(s *state) error) error {
	s, err := u.read()
	if err != nil {
		return err
	}
	u.failed = change(s)
	return u.failed
}

// read guards every call: a unit that is over or spoiled answers nothing.
func (u *unit) read() (*state, error) {
	if u.over || u.failed != nil {
		return nil, ports.ErrSpoiled
	}
	return u.state, nil
}

func (u *unit) tx() ports.Tx {
	return ports.Tx{
		Outcomes: outcomes{u}, Accounts: accounts{u}, Wallets: wallets{u}, Assents: assents{u}, Sessions: sessions{u},
		APIKeys: apiKeys{u}, Applications: applications{u},
		Influencers: influencers{u}, Emails: emails{u}, Mails: mails{u},
		Programs: programs{u}, Links: links{u}, Reservations: reservations{u}, Erasures: erasures{u}, Conversions: conversions{u}, Touches: touches{u},
		Bindings: bindings{u}, Commissions: commissions{u}, Bonuses: bonuses{u},
		Pools: pools{u}, Positions: positions{u}, Tickets: tickets{u}, PoolDays: poolDays{u}, PoolFigures: listings{u},
		Conducts: conducts{u}, Alerts: alerts{u}, Deposits: deposits{u}, Payouts: payoutBook{u},
		Attempts: attempts{u}, Debts: debts{u}, Ledger: book{u},
		Outbox: outbox{u}, Audit: audit{u}, Seals: seals{u},
	}
}

func (u *unit) view() ports.View {
	return ports.View{
		Accounts: accounts{u}, Wallets: wallets{u}, Sessions: sessions{u}, APIKeys: apiKeys{u}, Applications: applications{u},
		Influencers: influencers{u}, Emails: emails{u}, Mails: mails{u},
		Programs: programs{u}, Links: links{u}, Reservations: reservations{u},
		Conversions: conversions{u}, Touches: touches{u}, Bindings: bindings{u}, Commissions: commissions{u}, Bonuses: bonuses{u},
		Orders: orders{u}, Waiting: waiting{u}, Pools: pools{u}, Positions: positions{u}, Tickets: tickets{u}, PoolDays: poolDays{u},
		Listings: listings{u}, Alerts: alerts{u},
		Deposits: deposits{u}, Payouts: payoutBook{u}, Attempts: attempts{u}, Debts: debts{u}, Ledger: book{u},
		Journal: sealed{seals{u}}, Audit: audit{u},
	}
}
