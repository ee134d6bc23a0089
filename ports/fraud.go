package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fraud"
)

// Conducts keeps how accounts stake, and who staked in pools of late.
type Conducts interface {
	// Note adds a stake to what is remembered of its account and of its pool, and gives what it is judged by, with the
	// stake in it; what it knows nothing of is zero. What it remembers of an address it forgets after two days or
	// more, with the stakes that follow. It holds the conduct of the account until the unit ends. Whoever
	// calls it holds the pool's lock, and counts the stake into its day later.
	Note(ctx context.Context, s fraud.Stake) (fraud.History, error)
	// Lock gives the conduct of an account, also where nothing is remembered, and holds it.
	Lock(ctx context.Context, account fraud.AccountID) (fraud.Conduct, error)
	// Put replaces what an operator found good and the block of a conduct, and nothing else of it. Whoever calls it
	// has locked the conduct or noted a stake.
	Put(ctx context.Context, c fraud.Conduct) error
}

// AlertReader reads alerts.
type AlertReader interface {
	// Get gives an alert, or ErrAlertNotFound.
	Get(ctx context.Context, id fraud.AlertID) (fraud.Alert, error)
	// ListByStatus gives at most limit alerts of a status in the order of their ids, after the one named.
	ListByStatus(ctx context.Context, status fraud.Status, after fraud.AlertID, limit int) ([]fraud.Alert, error)
	// ListByAccount gives at most limit alerts of an account, and of its pool, in the order of their ids, after the
	// one named.
	ListByAccount(ctx context.Context, account fraud.AccountID, after fraud.AlertID, limit int) ([]fraud.Alert, error)
	// CountOpen gives how many alerts of each kind are open, without those of which none is.
	CountOpen(ctx context.Context) (map[fraud.Kind]int, error)
}

// Alerts keeps alerts, for ever. A subject has at most one of each kind that is open.
type Alerts interface {
	// Get is AlertReader's, inside the unit of work.
	Get(ctx context.Context, id fraud.AlertID) (fraud.Alert, error)
	// Lock gives an alert, or ErrAlertNotFound, and holds it.
	Lock(ctx context.Context, id fraud.AlertID) (fraud.Alert, error)
	// LockOpen gives the open alert about a subject, if there is one, and holds it.
	LockOpen(ctx context.Context, kind fraud.Kind, subject string) (fraud.Alert, bool, error)
	// Known reports whether an alert about a subject, whose account is given, is open, and whether one was dismissed at a
	// moment or later. It holds none: whoever resolves one locks its account.
	Known(ctx context.Context, account fraud.AccountID, kind fraud.Kind, subject string, since time.Time) (open, dismissed bool, err error)
	// Add opens an alert; an id that is taken, or a second open one about a subject, is a bug. Of two that are opened at
	// the same moment, the unit of work of one runs again.
	Add(ctx context.Context, a fraud.Alert) error
	// Put replaces what was found, how often, and what became of an alert, and nothing else of it; one that was never
	// added is ErrAlertNotFound.
	Put(ctx context.Context, a fraud.Alert) error
}
