package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ErrText means that a text was to be kept which PostgreSQL cannot hold.
var ErrText = fault.New(fault.Invalid, "text_invalid", "a text is UTF-8 without a zero byte")

// The conditions that the schema's own functions raise.
const (
	entryExists     = "TW001"
	referenceReused = "TW002"
	shortOfFunds    = "TW003"
)

// The conditions of PostgreSQL that mean something here.
const (
	outOfRange           = "22003"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// constrained names the fault of each constraint that a caller can break. A broken constraint that is not
// here is a bug of ours.
var constrained = map[string]*fault.Fault{ //nolint:gochecknoglobals // a constant table
	"wallets_pkey":        identity.ErrWalletTaken,
	"assents_pkey":        identity.ErrChallengeUsed,
	"sessions_challenge":  identity.ErrChallengeUsed,
	"influencers_account": identity.ErrAlreadyInfluencer,
	"influencers_handle":  identity.ErrUsernameTaken,
	"emails_taken":        identity.ErrEmailTaken,
	"applications_open":   identity.ErrApplicationOpen,
	"outcomes_pkey":       ports.ErrOutcomeExists,
	"links_code":          attribution.ErrCodeTaken,
	"links_promo":         attribution.ErrPromoTaken,
	"conversions_order":   attribution.ErrOrderConflict,
	"refunds_pkey":        attribution.ErrRefundConflict,
	"pools_influencer":    staking.ErrPoolExists,
	"bonuses_once":        attribution.ErrBonusExists,
	"assessments_pkey":    attribution.ErrAssessed,
	"deposits_pkey":       payouts.ErrDepositExists,
	"attempts_pkey":       payouts.ErrAttemptLive,
	"attempts_signature":  payouts.ErrAttemptLive,
	"attempts_live":       payouts.ErrAttemptLive,
	"entries_pkey":        ledger.ErrEntry,
	"balances_floor":      ledger.ErrInsufficientFunds,
	"balances_range":      money.ErrOverflow,
	"lines_range":         money.ErrOverflow,
	"events_pkey":         journal.ErrEvent,
	"waiting_item":        journal.ErrEvent, // an entry's own key is asked before
	"audit_pkey":          identity.ErrAudit,
	"seals_pkey":          journal.ErrSealed,
	"seals_item":          journal.ErrSealed,
	"seals_previous":      journal.ErrSealed,
}

// translate makes a fault of what the driver said: by SQLSTATE and constraint, never by text. It is the
// only place that does.
func translate(err error) error {
	var already *fault.Fault
	if errors.As(err, &already) {
		return err
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		if lost(err) {
			return ports.ErrStore.Because(err)
		}
		return fault.ErrInternal.Because(err) // what was sent or read does not fit its type
	}
	switch said.Code {
	case entryExists:
		return ledger.ErrEntryExists
	case referenceReused:
		return ledger.ErrReferenceReused
	case shortOfFunds:
		return ledger.ErrInsufficientFunds.Saying("%s", said.Message)
	case outOfRange:
		return money.ErrOverflow.Because(err)
	}
	if known, ok := constrained[said.ConstraintName]; ok {
		return known.Because(err)
	}
	if passing(said.Code) {
		return ports.ErrStore.Because(err)
	}
	return fault.ErrInternal.Because(err)
}

// passing reports a condition after which the same call may work: lost connections, too few resources,
// somebody's intervention, a conflict, a wait that took too long, a server that takes no writes for now.
func passing(code string) bool {
	for _, class := range []string{"08", "53", "57", "58", "40", "55P03", "25P03", "25006"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}

// gone are the ends of a connection, of its transaction, and of the caller's patience.
var gone = []error{ //nolint:gochecknoglobals // a constant table
	context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, driver.ErrBadConn,
	sql.ErrConnDone, sql.ErrTxDone, pgx.ErrTxClosed, pgx.ErrTxCommitRollback,
}

// lost reports that an error, which PostgreSQL did not raise, is one of the connection or the context.
func lost(err error) bool {
	var network net.Error
	var refused *pgconn.ConnectError
	return slices.ContainsFunc(gone, func(end error) bool { return errors.Is(err, end) }) ||
		errors.As(err, &network) || errors.As(err, &refused) || pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}

// retryable reports that PostgreSQL ended a transaction for another's sake: nothing of it is left, and it
// may simply run again. So it may where two opened an alert about the same at the same moment, which nothing keeps them
// from: run again, the one that lost finds the other's and counts into it.
func retryable(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) &&
		(said.Code == serializationFailure || said.Code == deadlockDetected || said.ConstraintName == "alerts_open")
}
