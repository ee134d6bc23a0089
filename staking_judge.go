package twist

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/core/visitor"
	"github.com/twist-platform/twist/ports"
)

// barred is why a unit of work refused a stake: what was found, or nothing where a block holds. The unit leaves no
// trace of the stake; what is kept of its refusal has a unit of its own.
type barred struct {
	stake fraud.Stake
	found []fraud.Finding
}

// Error is for nobody outside: Stake gives fraud.ErrStakesBlocked instead.
func (barred) Error() string { return "the stake was judged and is refused" }

// judge remembers a stake and judges it, under the locks of its pool and of its account's conduct: of stakes at the
// same time each is judged by those before it. One that is to be refused is barred; of one that is to be reviewed
// it gives the news, and of all what was found.
func (s *Staking) judge(ctx context.Context, tx ports.Tx, stake fraud.Stake, owner staking.AccountID) (found []fraud.Finding, tell []news, err error) {
	h, err := tx.Conducts.Note(ctx, stake)
	if err != nil {
		return nil, nil, err
	}
	if h.Conduct.Bars(stake.At) {
		return nil, nil, barred{stake: stake}
	}
	found = s.c.Fraud.Judge(stake, h)
	switch s.c.Fraud.Rule(found) {
	case fraud.Block:
		return nil, nil, barred{stake, found}
	case fraud.Review:
		tell, err = s.review(ctx, tx, stake, owner, found)
	case fraud.Pass:
	}
	return found, tell, err
}

// review opens an alert about whatever a stake that passes breaks, or counts into the open one.
func (s *Staking) review(ctx context.Context, tx ports.Tx, stake fraud.Stake, owner staking.AccountID, found []fraud.Finding) (tell []news, err error) {
	for _, of := range []struct {
		kind    fraud.Kind
		subject string
		account fraud.AccountID
	}{
		{fraud.KindStakes, string(stake.Account), stake.Account},
		{fraud.KindPool, string(stake.Pool), fraud.AccountID(owner)},
		{fraud.KindAddress, string(stake.From), stake.Account},
	} {
		these := fraud.OfKind(found, of.kind)
		if fraud.Score(these) < s.c.Fraud.Review {
			continue
		}
		_, opened, err := s.c.raise(ctx, tx, fraud.Raise(fraud.AlertID(s.c.IDs.New("alrt")), of.kind, of.subject, of.account, these, stake.At), these)
		if err != nil {
			return nil, err
		}
		tell = append(tell, opened...)
	}
	return tell, nil
}

// raise keeps a new alert, unless one about the same is open, into which it counts what was found. It tells of a
// new one.
func (c Config) raise(ctx context.Context, tx ports.Tx, alert fraud.Alert, found []fraud.Finding) (fraud.Alert, []news, error) {
	open, known, err := tx.Alerts.LockOpen(ctx, alert.Kind, alert.Subject)
	if err != nil {
		return fraud.Alert{}, nil, err
	}
	if known {
		open = open.Again(found, alert.LastAt)
		return open, nil, tx.Alerts.Put(ctx, open)
	}
	return alert, []news{alerted(journal.AlertOpened, alert, facts{"severity": string(alert.Severity), "score": strconv.Itoa(alert.Score)})},
		tx.Alerts.Add(ctx, alert)
}

// alerted tells of an alert, with facts of its kind.
func alerted(kind journal.Kind, a fraud.Alert, of facts) news {
	of["kind"], of["subject"] = string(a.Kind), a.Subject
	return news{kind: kind, subject: string(a.ID), account: string(a.Account), facts: of}
}

// refused gives the error of a stake, and keeps that it was judged and refused: its account cannot stake for a
// while, and an operator is alerted. Nobody is told that a stake was refused before that is kept.
func (s *Staking) refused(ctx context.Context, by Caller, err error) error {
	var why barred
	if !errors.As(err, &why) {
		return err
	}
	if err := s.bar(ctx, by, why); err != nil {
		return err
	}
	s.c.Ruled(fraud.Block, why.found)
	return fraud.ErrStakesBlocked
}

// bar blocks an account, once, and counts what was refused into its open alert: however often it tries, there
// is one. What an operator upheld is resolved: that an account tries under it again opens and counts nothing.
func (s *Staking) bar(ctx context.Context, by Caller, why barred) error {
	now := why.stake.At
	return s.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		if _, err := holdLiving(ctx, tx, by); err != nil { // of whoever is erased nothing is kept anew
			return err
		}
		conduct, err := tx.Conducts.Lock(ctx, why.stake.Account)
		if err != nil {
			return err
		}
		if conduct.Bars(now) {
			return s.again(ctx, tx, why)
		}
		if len(why.found) == 0 { // it was lifted in between
			return nil
		}
		these := fraud.OfKind(why.found, fraud.KindStakes)
		id := fraud.AlertID(s.c.IDs.New("alrt"))
		alert, tell, err := s.c.raise(ctx, tx, fraud.Raise(id, fraud.KindStakes, string(why.stake.Account), why.stake.Account, these, now), these)
		if err != nil {
			return err
		}
		until := now.Add(s.c.Fraud.BlockFor)
		if err := tx.Conducts.Put(ctx, conduct.Bar(alert.ID, until)); err != nil {
			return err
		}
		tell = append(tell, alerted(journal.StakesBlocked, alert, facts{"until": micros(until)}))
		return s.c.tell(ctx, tx, now, tell...)
	})
}

// again counts a stake that a block refused into the alert that is open, if one is.
func (s *Staking) again(ctx context.Context, tx ports.Tx, why barred) error {
	open, known, err := tx.Alerts.LockOpen(ctx, fraud.KindStakes, string(why.stake.Account))
	if err != nil || !known {
		return err
	}
	return tx.Alerts.Put(ctx, open.Again(fraud.OfKind(why.found, fraud.KindStakes), why.stake.At))
}

// stakeOf is what a stake is judged as, with where the call under ctx came from.
func (s *Staking) stakeOf(ctx context.Context, m move, now time.Time) fraud.Stake {
	p := m.book.Position
	from, _ := OriginOf(ctx)
	hidden := func(at time.Time) fraud.Visitor { return fraud.Visitor(s.c.Visitors.Hash(visitor.Stakes, at, from.IP)) }
	return fraud.Stake{
		Account: fraud.AccountID(p.Account), Pool: fraud.PoolID(p.Pool), Amount: m.principal, At: now.UTC(),
		From: hidden(now), Before: hidden(now.Add(-24 * time.Hour)),
	}
}

// mayGain refuses what puts more weight into pools for an account that is blocked, whatever it was staked as before:
// fraud.ErrStakesBlocked. It asks no rule and counts nothing, and holds the account's conduct. The pools are held.
func mayGain(ctx context.Context, tx ports.Tx, account staking.AccountID, now time.Time) error {
	conduct, err := tx.Conducts.Lock(ctx, fraud.AccountID(account))
	if err == nil && conduct.Bars(now) {
		err = fraud.ErrStakesBlocked
	}
	return err
}
