package memory

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Faults of an erasure, which are bugs of a use case.
var (
	errErased    = fault.ErrInternal.Saying("an account that was erased is not changed any more")
	errNotErased = fault.ErrInternal.Saying("the account was not erased")
)

// erasures takes away what is stored of a person.
type erasures struct{ *unit }

// Open gives what is open of an account.
func (e erasures) Open(_ context.Context, account identity.AccountID, now time.Time) ([]identity.Obstacle, error) {
	s, err := e.read()
	if err != nil {
		return nil, err
	}
	var open []identity.Obstacle
	found := func(o identity.Obstacle, some bool) {
		if some {
			open = append(open, o)
		}
	}
	found(identity.ObstacleStakes, len(s.positions.where(func(p staking.Position) bool {
		return p.Account == staking.AccountID(account) && (p.Active > 0 || p.Waiting > 0)
	})) > 0 || len(s.tickets.where(func(t staking.Ticket) bool {
		return t.Account == staking.AccountID(account) && t.State == staking.Cooling
	})) > 0)
	found(identity.ObstacleCommissions, len(s.commissions.where(func(c attribution.Commission) bool {
		return c.Holder == attribution.AccountID(account) && (c.State == attribution.Unfunded || c.State.Stands() ||
			c.State == attribution.Approved && c.FinalAt.After(now))
	})) > 0)
	found(identity.ObstaclePayouts, len(s.payouts.where(func(p payouts.Payout) bool {
		return p.Account == payouts.AccountID(account) && p.State.Open()
	})) > 0)
	found(identity.ObstaclePrograms, len(s.programs.where(func(p attribution.Program) bool {
		return p.Merchant == attribution.AccountID(account) && s.runs(p.ID)
	})) > 0)
	return open, nil
}

// runs reports a program that has a balance, or a commission that is unfunded.
func (s *state) runs(program attribution.ProgramID) bool {
	for _, at := range []ledger.Address{ledger.Budget(program), ledger.Pending(program), ledger.Receivable(program)} {
		if row, ok := s.standings.get(ledger.Key{Address: at, Asset: ledger.TWIST}); ok && row.Balance != 0 {
			return true
		}
	}
	return len(s.commissions.where(func(c attribution.Commission) bool {
		return c.Program == program && c.State == attribution.Unfunded
	})) > 0
}

// mustBeErased refuses to touch what is of an account that was not erased.
func (s *state) mustBeErased(account identity.AccountID, rows int) error {
	if kept, ok := s.accounts.get(account); rows > 0 && (!ok || !kept.Erased()) {
		return errNotErased
	}
	return nil
}

// Forget deletes what an erased account told and was told.
func (e erasures) Forget(_ context.Context, account identity.AccountID) error {
	return e.write(func(s *state) error {
		gone := forget(s.outcomes, func(o ports.Outcome) bool { return o.Account == string(account) }) +
			forget(s.apiKeys, func(k identity.APIKey) bool { return k.Account == account }) +
			forget(s.applications, func(a identity.Application) bool { return a.Account == account }) +
			forget(s.emails, func(v identity.Email) bool { return v.Account == account }) +
			forget(s.verified, func(v identity.Email) bool { return v.Account == account }) +
			forget(s.mails, func(m identity.Mail) bool { return m.Account == account }) +
			forget(s.links, func(l attribution.Link) bool { return l.Holder == attribution.AccountID(account) }) +
			forget(s.codes, func(l attribution.Link) bool { return l.Holder == attribution.AccountID(account) }) +
			forget(s.promos, func(l attribution.Link) bool { return l.Holder == attribution.AccountID(account) }) +
			forget(s.reservations, func(r attribution.Reservation) bool { return s.sells(account, r.Program) }) +
			forget(s.bindings, func(b attribution.Binding) bool { return b.Holder == attribution.AccountID(account) }) +
			forget(s.conducts, func(c fraud.Conduct) bool { return c.Account == fraud.AccountID(account) }) +
			s.unname(account)
		return s.mustBeErased(account, gone)
	})
}

// sells reports that a program is an account's.
func (s *state) sells(account identity.AccountID, id attribution.ProgramID) bool {
	p, ok := s.programs.get(id)
	return ok && p.Merchant == attribution.AccountID(account)
}

// unname takes the names off an account's influencer and programs, and gives how many rows those were.
func (s *state) unname(account identity.AccountID) int {
	named := 0
	if i, ok := s.accountProfiles.get(account); ok {
		named++
		s.accountProfiles.remove(account)
		s.usernames.remove(i.Handle())
		i.Username, i.DisplayName, i.Bio, i.Verified, i.Withdrawn = "", "", "", false, ""
		s.influencers.put(i)
	}
	for _, p := range s.programs.where(func(p attribution.Program) bool { return p.Merchant == attribution.AccountID(account) && p.Name != "" }) {
		named++
		p.Name = ""
		s.programs.put(p)
	}
	return named
}

// forget removes the rows that are wanted, and gives how many those were.
func forget[K comparable, V any](t *table[K, V], wanted func(V) bool) int {
	gone := t.where(wanted)
	for _, v := range gone {
		t.remove(t.key(v))
	}
	return len(gone)
}
