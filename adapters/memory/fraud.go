package memory

import (
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

func cloneConduct(c fraud.Conduct) fraud.Conduct {
	c.Marks = slices.Clone(c.Marks)
	return c
}

func cloneCrowd(c fraud.Crowd) fraud.Crowd {
	c.Visits = slices.Clone(c.Visits)
	return c
}

func clonePlace(p fraud.Place) fraud.Place {
	p.Visits = slices.Clone(p.Visits)
	return p
}

type conducts struct{ *unit }

// Note adds a stake and gives what it is judged by.
func (c conducts) Note(_ context.Context, stake fraud.Stake) (h fraud.History, err error) {
	return h, c.write(func(s *state) error {
		conduct, _ := s.conducts.get(stake.Account)
		conduct.Account = stake.Account
		crowd, _ := s.crowds.get(stake.Pool)
		crowd.Pool = stake.Pool
		h.Conduct = conduct.Noted(fraud.Mark{At: stake.At, Amount: stake.Amount})
		h.Crowd = crowd.Noted(fraud.Visit{Account: stake.Account, At: stake.At})
		s.conducts.put(h.Conduct)
		s.crowds.put(h.Crowd)
		h.Neighbors = s.neighbors(stake)
		h.SharedAt = s.shared(identity.AccountID(stake.Account))
		today := staking.DayOf(stake.At)
		h.Today, h.Before = s.takenIn(stake.Pool, today, today), s.takenIn(stake.Pool, today-fraud.SurgeDays, today-1)
		if pool, ok := s.pools.get(staking.PoolID(stake.Pool)); ok {
			h.Opened = pool.OpenedAt
		}
		return nil
	})
}

// neighbors adds a stake to its place and gives who staked there, those of the day before first. It forgets places
// that are over.
func (s *state) neighbors(stake fraud.Stake) []fraud.Visit {
	if stake.From == "" {
		return nil
	}
	for _, p := range s.places.where(func(p fraud.Place) bool { return p.Over(stake.At) }) {
		s.places.remove(p.Visitor)
	}
	before, _ := s.places.get(stake.Before)
	place, _ := s.places.get(stake.From)
	place.Visitor = stake.From
	place = place.Noted(fraud.Visit{Account: stake.Account, At: stake.At})
	s.places.put(place)
	return slices.Concat(before.Visits, place.Visits)
}

// shared gives until when another account had a session of one of an account's wallets.
func (s *state) shared(account identity.AccountID) (until time.Time) {
	for _, v := range s.sessions.where(func(v identity.Session) bool {
		linked, ok := s.wallets.get(v.Wallet)
		return ok && linked.Account == account && v.Account != account
	}) {
		if other, ok := s.accounts.get(v.Account); !ok || other.Erased() {
			continue
		}
		at := v.EndsAt
		if !v.EndedAt.IsZero() && v.EndedAt.Before(at) {
			at = v.EndedAt
		}
		if at.After(until) {
			until = at
		}
	}
	return until
}

// takenIn sums what a pool took in on some days.
func (s *state) takenIn(pool fraud.PoolID, from, to staking.Day) money.Amount {
	var sum staking.PoolDay
	for _, d := range s.poolDays.where(func(d staking.PoolDay) bool { return d.Pool == staking.PoolID(pool) && d.Day >= from && d.Day <= to }) {
		sum = sum.Plus(d)
	}
	return sum.In
}

// Lock gives a conduct; the unit is alone already.
func (c conducts) Lock(_ context.Context, account fraud.AccountID) (fraud.Conduct, error) {
	s, err := c.read()
	if err != nil {
		return fraud.Conduct{}, err
	}
	conduct, _ := s.conducts.get(account)
	conduct.Account = account
	return conduct, nil
}

// Put replaces what an operator found good, and the block.
func (c conducts) Put(_ context.Context, v fraud.Conduct) error {
	return c.write(func(s *state) error {
		kept, _ := s.conducts.get(v.Account)
		kept.Account, kept.ClearedAt, kept.Blocked = v.Account, v.ClearedAt, v.Blocked
		s.conducts.put(kept)
		return nil
	})
}

type alerts struct{ *unit }

// ListByStatus pages through the alerts of a status.
func (a alerts) ListByStatus(_ context.Context, status fraud.Status, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	return a.page(after, limit, func(v fraud.Alert) bool { return v.Status == status })
}

// ListByAccount pages through the alerts of an account.
func (a alerts) ListByAccount(_ context.Context, account fraud.AccountID, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	return a.page(after, limit, func(v fraud.Alert) bool { return v.Account == account })
}

// CountOpen counts the open alerts of each kind.
func (a alerts) CountOpen(context.Context) (map[fraud.Kind]int, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	n := map[fraud.Kind]int{}
	for _, v := range s.alerts.where(func(v fraud.Alert) bool { return v.Status == fraud.Open }) {
		n[v.Kind]++
	}
	return n, nil
}

func (a alerts) page(after fraud.AlertID, limit int, wanted func(fraud.Alert) bool) ([]fraud.Alert, error) {
	s, err := a.read()
	if err != nil {
		return nil, err
	}
	return s.alerts.list(after, limit, wanted), nil
}

// Get gives an alert.
func (a alerts) Get(_ context.Context, id fraud.AlertID) (fraud.Alert, error) {
	s, err := a.read()
	if err != nil {
		return fraud.Alert{}, err
	}
	return orFault(s.alerts, id, fraud.ErrAlertNotFound)
}

// Lock is Get: units of work run one at a time.
func (a alerts) Lock(ctx context.Context, id fraud.AlertID) (fraud.Alert, error) {
	return a.Get(ctx, id)
}

// LockOpen gives the open alert about a subject.
func (a alerts) LockOpen(_ context.Context, kind fraud.Kind, subject string) (fraud.Alert, bool, error) {
	s, err := a.read()
	if err != nil {
		return fraud.Alert{}, false, err
	}
	found := s.openAlerts(kind, subject)
	if len(found) == 0 {
		return fraud.Alert{}, false, nil
	}
	return found[0], true, nil
}

// Known reports whether an alert about a subject is open, and whether one was dismissed since a moment.
func (a alerts) Known(_ context.Context, account fraud.AccountID, kind fraud.Kind, subject string, since time.Time) (open, dismissed bool, err error) {
	s, err := a.read()
	if err != nil {
		return false, false, err
	}
	for _, v := range s.alerts.where(func(v fraud.Alert) bool { return v.Account == account && v.Kind == kind && v.Subject == subject }) {
		open = open || v.Status == fraud.Open
		dismissed = dismissed || v.Status == fraud.Dismissed && !v.ResolvedAt.Before(since)
	}
	return open, dismissed, nil
}

func (s *state) openAlerts(kind fraud.Kind, subject string) []fraud.Alert {
	return s.alerts.where(func(v fraud.Alert) bool { return v.Kind == kind && v.Subject == subject && v.Status == fraud.Open })
}

// Add opens an alert.
func (a alerts) Add(_ context.Context, v fraud.Alert) error {
	return a.write(func(s *state) error {
		if v.Status == fraud.Open && len(s.openAlerts(v.Kind, v.Subject)) > 0 {
			return errIDTaken
		}
		return s.alerts.add(v, errIDTaken)
	})
}

// Put replaces what was found and what became of an alert.
func (a alerts) Put(_ context.Context, v fraud.Alert) error {
	return a.write(func(s *state) error {
		kept, ok := s.alerts.get(v.ID)
		if !ok {
			return fraud.ErrAlertNotFound
		}
		v.Kind, v.Subject, v.Account, v.OpenedAt = kept.Kind, kept.Subject, kept.Account, kept.OpenedAt
		s.alerts.put(v)
		return nil
	})
}
