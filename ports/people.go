package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// AccountReader reads accounts.
type AccountReader interface {
	// Get gives an account, or ErrAccountNotFound.
	Get(ctx context.Context, id identity.AccountID) (identity.Account, error)
	// All gives at most limit accounts in the order of their ids, after the one named.
	All(ctx context.Context, after identity.AccountID, limit int) ([]identity.Account, error)
}

// Accounts keeps accounts.
type Accounts interface {
	// Get is AccountReader's, inside the unit of work.
	Get(ctx context.Context, id identity.AccountID) (identity.Account, error)
	// Add opens an account. It links no wallet.
	Add(ctx context.Context, a identity.Account) error
	// Lock gives an account, or ErrAccountNotFound, and holds it.
	Lock(ctx context.Context, id identity.AccountID) (identity.Account, error)
	// PutRoles replaces the roles that were granted to an account. Nothing else of it changes.
	PutRoles(ctx context.Context, a identity.Account) error
	// Hold gives accounts in the order asked, and keeps everybody from locking them until the unit ends; any
	// number of units hold an account at once. One that is missing is ErrAccountNotFound.
	Hold(ctx context.Context, ids ...identity.AccountID) ([]identity.Account, error)
	// Erase keeps when an account was erased, once and for ever, and takes its roles. Nothing else of it
	// changes. Whoever calls it has locked the account.
	Erase(ctx context.Context, a identity.Account) error
}

// WalletReader reads linked wallets.
type WalletReader interface {
	// List gives all wallets of an account in the order of their addresses.
	List(ctx context.Context, account identity.AccountID) (identity.Wallets, error)
	// All gives at most limit linked wallets in the order of their addresses, after the one given.
	All(ctx context.Context, after identity.Wallet, limit int) ([]identity.LinkedWallet, error)
}

// Wallets keeps which wallet is linked to which account: each to at most one.
type Wallets interface {
	// Find gives a linked wallet, if it is linked to an account.
	Find(ctx context.Context, wallet identity.Wallet) (identity.LinkedWallet, bool, error)
	// Shared reports whether two accounts have or had a wallet in common: one that is linked to them, opened them or was paid
	// for them. It holds none.
	Shared(ctx context.Context, one, other identity.AccountID) (bool, error)
	// Lock gives all wallets of an account in the order of their addresses and holds them, also when there
	// are none: until the unit ends, no other that locks them first links or unlinks one.
	Lock(ctx context.Context, account identity.AccountID) (identity.Wallets, error)
	// Add links a wallet; one that is linked already, to whomever, is ErrWalletTaken.
	Add(ctx context.Context, w identity.LinkedWallet) error
	// Remove unlinks a wallet, which may be linked again.
	Remove(ctx context.Context, wallet identity.Wallet) error
}

// Assents keeps, for ever, which challenges were spent on something else than a session.
type Assents interface {
	// Add keeps an assent; a challenge that was spent already is ErrChallengeUsed.
	Add(ctx context.Context, c identity.Assent) error
}

// SessionReader reads sessions.
type SessionReader interface {
	// Get gives a session, or ErrSessionNotFound.
	Get(ctx context.Context, id identity.SessionID) (identity.Session, error)
	// ListAlive gives at most limit sessions of an account that are alive at a moment, in the order of their
	// ids, after the one named.
	ListAlive(ctx context.Context, account identity.AccountID, now time.Time, after identity.SessionID, limit int) ([]identity.Session, error)
	// ListByAccount gives at most limit sessions of an account, ended ones too, in the order of their ids,
	// after the one named.
	ListByAccount(ctx context.Context, account identity.AccountID, after identity.SessionID, limit int) ([]identity.Session, error)
}

// Sessions keeps sessions for ever.
type Sessions interface {
	// Add opens a session; a challenge that opened one already is ErrChallengeUsed.
	Add(ctx context.Context, s identity.Session) error
	// Lock gives a session, or ErrSessionNotFound, and holds it.
	Lock(ctx context.Context, id identity.SessionID) (identity.Session, error)
	// Put replaces what changes of a session: its roles, its end, its ending, and of its renewal all but client
	// and key. The rest stays as it was. One that was ended is not changed any more: that is internal.
	Put(ctx context.Context, s identity.Session) error
	// EndAll ends every session of an account that nobody has ended, as identity.Session.End does, and gives how
	// many those were: also one that came to its end by then, because another clock may still let it in. Those
	// that were ended stay as they are.
	EndAll(ctx context.Context, account identity.AccountID, why identity.Ending, now time.Time) (int, error)
}

// InfluencerReader reads influencers.
type InfluencerReader interface {
	// FindByAccount gives an account's influencer, if there is one.
	FindByAccount(ctx context.Context, account identity.AccountID) (identity.Influencer, bool, error)
	// FindByUsername gives the influencer of a username, whatever its case.
	FindByUsername(ctx context.Context, username string) (identity.Influencer, bool, error)
}

// Influencers keeps influencers.
type Influencers interface {
	InfluencerReader
	// Add registers an influencer; an account that has one is ErrAlreadyInfluencer, a username that
	// differs from a taken one in nothing but case is ErrUsernameTaken.
	Add(ctx context.Context, i identity.Influencer) error
	// Lock gives an account's influencer, or ErrInfluencerNotFound, and holds it.
	Lock(ctx context.Context, account identity.AccountID) (identity.Influencer, error)
	// Put replaces what an influencer shows, its texts, its consent and its badge, or is
	// ErrInfluencerNotFound. Its id, account and username stay what they were.
	Put(ctx context.Context, i identity.Influencer) error
}

// ApplicationReader reads applications.
type ApplicationReader interface {
	// Get gives an application, or ErrApplicationNotFound.
	Get(ctx context.Context, id identity.ApplicationID) (identity.Application, error)
	// ListByAccount gives at most limit applications of an account in the order of their ids, after the
	// one named.
	ListByAccount(ctx context.Context, account identity.AccountID, after identity.ApplicationID, limit int) ([]identity.Application, error)
	// ListByState gives at most limit applications in a state in the order of their ids, after the one
	// named.
	ListByState(ctx context.Context, state identity.ApplicationState, after identity.ApplicationID, limit int) ([]identity.Application, error)
}

// Applications keeps applications. An account has at most one pending of each kind.
type Applications interface {
	// Get is ApplicationReader's, inside the unit of work.
	Get(ctx context.Context, id identity.ApplicationID) (identity.Application, error)
	// Lock gives an application, or ErrApplicationNotFound, and holds it.
	Lock(ctx context.Context, id identity.ApplicationID) (identity.Application, error)
	// Add makes an application; a second one that is pending of its account and kind is
	// ErrApplicationOpen.
	Add(ctx context.Context, a identity.Application) error
	// Put replaces an application, or is ErrApplicationNotFound; one that would be a second pending is
	// ErrApplicationOpen.
	Put(ctx context.Context, a identity.Application) error
}
