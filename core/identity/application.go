package identity

import (
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of an application.
var (
	ErrApplication         = fault.New(fault.Invalid, "application_invalid", "an application has a text of 1 to 2000 characters")
	ErrApplicationKind     = fault.New(fault.Invalid, "application_kind_unknown", "there is nothing of that kind to apply for")
	ErrApplicationState    = fault.New(fault.Invalid, "application_state_unknown", "an application is pending, approved or rejected")
	ErrApplicationReason   = fault.New(fault.Invalid, "application_reason_invalid", "a rejection or a withdrawal has a reason of 1 to 500 characters")
	ErrApplicationNotFound = fault.New(fault.NotFound, "application_not_found", "there is no such application")
	ErrApplicationOpen     = fault.New(fault.Conflict, "application_open", "an application of this kind is open already")
	ErrApplicationDecided  = fault.New(fault.Conflict, "application_decided", "the application was decided already")
	ErrApplicationOwn      = fault.New(fault.Forbidden, "application_own", "nobody decides about themselves")
	ErrApplicationOutdated = fault.New(fault.Conflict, "application_outdated", "the applicant shows another name than the one that was judged")
	ErrBadgeMissing        = fault.New(fault.Conflict, "badge_missing", "the influencer carries no badge")
	ErrAlreadyGranted      = fault.New(fault.Conflict, "already_granted", "the account has what it applies for")
)

// The bounds of what applications hold, in characters.
const (
	maxApplication = 2000
	maxReason      = 500
)

// ApplicationKind is what somebody applies for.
type ApplicationKind string

// The kinds, closed.
const (
	// ForBadge applies for the badge of an influencer who is who it says.
	ForBadge ApplicationKind = "influencer_verified"
	// ForMerchant applies for the role of a merchant.
	ForMerchant ApplicationKind = "merchant"
)

// ApplicationKinds lists every kind.
func ApplicationKinds() []ApplicationKind { return []ApplicationKind{ForBadge, ForMerchant} }

// ApplicationState says where an application stands.
type ApplicationState string

// The states of an application, closed. docs/states.md draws them.
const (
	ApplicationPending  ApplicationState = "pending"
	ApplicationApproved ApplicationState = "approved"
	ApplicationRejected ApplicationState = "rejected"
)

// ApplicationStates lists every state.
func ApplicationStates() []ApplicationState {
	return []ApplicationState{ApplicationPending, ApplicationApproved, ApplicationRejected}
}

// Check returns ErrApplicationState for a state that is not listed.
func (s ApplicationState) Check() error {
	if !slices.Contains(ApplicationStates(), s) {
		return ErrApplicationState
	}
	return nil
}

// Application is what an account asks operators for. An account has at most one pending of each kind.
type Application struct {
	ID        ApplicationID
	Account   AccountID
	Kind      ApplicationKind
	Text      string // why it should be granted, in the applicant's words
	Name      string // of an application for the badge: the display name that it is to stand beside
	State     ApplicationState
	Reason    string    // why it was rejected
	DecidedBy AccountID // the operator who decided, empty until then
	MadeAt    time.Time
	DecidedAt time.Time // zero until it is decided
}

// Apply makes an application. A bad text is ErrApplication, an unknown kind ErrApplicationKind; whether one
// is pending already is the store's to say.
func Apply(id ApplicationID, account AccountID, kind ApplicationKind, text string, now time.Time) (Application, error) {
	if !slices.Contains(ApplicationKinds(), kind) {
		return Application{}, ErrApplicationKind
	}
	if text = strings.TrimSpace(text); !decent(text, maxApplication, disturbsLines) {
		return Application{}, ErrApplication
	}
	return Application{ID: id, Account: account, Kind: kind, Text: text, State: ApplicationPending, MadeAt: now.UTC()}, nil
}

// Approve grants what was applied for. A decided application is ErrApplicationDecided, the operator's own
// ErrApplicationOwn.
func (a Application) Approve(by AccountID, now time.Time) (Application, error) {
	return a.decide(ApplicationApproved, "", by, now)
}

// Reject refuses what was applied for, and says why; a bad reason is ErrApplicationReason. Otherwise it
// refuses as Approve does.
func (a Application) Reject(by AccountID, reason string, now time.Time) (Application, error) {
	if reason = strings.TrimSpace(reason); !decent(reason, maxReason, disturbsLines) {
		return Application{}, ErrApplicationReason
	}
	return a.decide(ApplicationRejected, reason, by, now)
}

func (a Application) decide(state ApplicationState, reason string, by AccountID, now time.Time) (Application, error) {
	switch {
	case a.Account == by:
		return Application{}, ErrApplicationOwn
	case a.State != ApplicationPending:
		return Application{}, ErrApplicationDecided
	}
	a.State, a.Reason, a.DecidedBy, a.DecidedAt = state, reason, by, now.UTC()
	return a, nil
}
