package twist

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Fraud is for operators: what was found, and what they make of it.
type Fraud struct{ c Config }

// AlertsIn gives at most limit alerts of a status in the order in which they were opened, after the one named. An
// unknown status is fraud.ErrAlertStatus.
func (f *Fraud) AlertsIn(ctx context.Context, status fraud.Status, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	if err := status.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, f.c.Store, func(ctx context.Context, v ports.View) ([]fraud.Alert, error) {
		return v.Alerts.ListByStatus(ctx, status, after, limit)
	})
}

// CountOpen gives how many alerts of each kind are open.
func (f *Fraud) CountOpen(ctx context.Context) (map[fraud.Kind]int, error) {
	return ports.Read(ctx, f.c.Store, func(ctx context.Context, v ports.View) (map[fraud.Kind]int, error) { return v.Alerts.CountOpen(ctx) })
}

// AlertsOf gives at most limit alerts of an account and of its pool, whatever became of them, in the order in
// which they were opened, after the one named.
func (f *Fraud) AlertsOf(ctx context.Context, account identity.AccountID, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	return ports.Read(ctx, f.c.Store, func(ctx context.Context, v ports.View) ([]fraud.Alert, error) {
		return v.Alerts.ListByAccount(ctx, fraud.AccountID(account), after, limit)
	})
}

// Dismiss finds that nothing was wrong. If the alert is about an account it can stake again, and what it did until
// now is held against it no more; so it is for an alert that was upheld. What an alert about orders
// holds is released, by Attribution.SettleHeld. It fails as fraud.Alert.Dismiss does, with fraud.ErrAlertNotFound, and
// refuses callers as ApproveApplication does; whoever pays for what is held is attribution.ErrCommissionOwn.
func (f *Fraud) Dismiss(ctx context.Context, by Caller, id fraud.AlertID) (fraud.Alert, error) {
	return f.resolve(ctx, by, id, resolution{
		fraud.Alert.Dismiss, func(c fraud.Conduct, now time.Time) fraud.Conduct { return c.Clear(id, now) }, journal.AlertDismissed,
	})
}

// Uphold finds that something was wrong. If the alert is about an account it cannot stake until the alert is
// dismissed; what it has staked can leave as ever. What an alert about orders holds is
// rejected, by Attribution.SettleHeld. About a pool it says so and changes nothing else. It fails as
// fraud.Alert.Uphold does, with fraud.ErrAlertNotFound, and refuses callers as Dismiss does.
func (f *Fraud) Uphold(ctx context.Context, by Caller, id fraud.AlertID) (fraud.Alert, error) {
	return f.resolve(ctx, by, id, resolution{
		fraud.Alert.Uphold, func(c fraud.Conduct, _ time.Time) fraud.Conduct { return c.Bar(id, time.Time{}) }, journal.AlertUpheld,
	})
}

// mayResolve returns attribution.ErrCommissionOwn to the merchant who pays for what an alert about orders holds: to release
// or to reject one of them alone is refused to the merchant too.
func mayResolve(ctx context.Context, tx ports.Tx, by Caller, alert fraud.Alert) error {
	if alert.Kind != fraud.KindOrders {
		return nil
	}
	program, _, _ := strings.Cut(alert.Subject, "/") // as groupOf has it
	paid, err := tx.Programs.Get(ctx, attribution.ProgramID(program))
	if err == nil && paid.Merchant == attribution.AccountID(by.Account) {
		err = attribution.ErrCommissionOwn
	}
	return err
}

// resolution is what an operator makes of an alert.
type resolution struct {
	rule  func(fraud.Alert, fraud.AccountID, time.Time) (fraud.Alert, error)
	then  func(fraud.Conduct, time.Time) fraud.Conduct
	tells journal.Kind
}

func (f *Fraud) resolve(ctx context.Context, by Caller, id fraud.AlertID, r resolution) (fraud.Alert, error) {
	if err := by.inPerson(); err != nil {
		return fraud.Alert{}, err
	}
	now := f.c.Clock.Now()
	return ports.Write(ctx, f.c.Store, func(ctx context.Context, tx ports.Tx) (fraud.Alert, error) {
		// Whom it is about it says without being held, and never changes: accounts are held before alerts.
		read, missing := tx.Alerts.Get(ctx, id)
		_, _, err := f.c.decider(ctx, tx, by, identity.AccountID(read.Account), now)
		gone := errors.Is(err, identity.ErrAccountNotFound) // erased: nothing of it is changed any more, and the alert can end
		if gone || err == nil {
			err = missing // which only those learn who may decide
		}
		if err == nil {
			err = mayResolve(ctx, tx, by, read)
		}
		if err != nil {
			return fraud.Alert{}, err
		}
		conducts := read.Kind == fraud.KindStakes && !gone
		var conduct fraud.Conduct
		if conducts {
			if conduct, err = tx.Conducts.Lock(ctx, read.Account); err != nil {
				return fraud.Alert{}, err
			}
		}
		alert, err := tx.Alerts.Lock(ctx, id)
		if err == nil {
			alert, err = r.rule(alert, fraud.AccountID(by.Account), now)
		}
		if err != nil {
			return fraud.Alert{}, err
		}
		if err := tx.Alerts.Put(ctx, alert); err != nil {
			return fraud.Alert{}, err
		}
		if conducts {
			if err := tx.Conducts.Put(ctx, r.then(conduct, now)); err != nil {
				return fraud.Alert{}, err
			}
		}
		return alert, f.c.tell(ctx, tx, now, alerted(r.tells, alert, facts{"by": string(by.Account)}))
	})
}
