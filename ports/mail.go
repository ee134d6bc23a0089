package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// Faults of handing over a letter.
var (
	// ErrMailer means that nobody took the letter, or that nobody knows: the same call may work later.
	ErrMailer = fault.New(fault.Unavailable, "mailer_unavailable", "no mail server took the letter")
	// ErrMailRefused means that a server will never take the letter.
	ErrMailRefused = fault.New(fault.Invalid, "mail_refused", "a mail server refused the letter for good")
)

// Mailer hands letters to whoever delivers them.
type Mailer interface {
	// Send hands a letter over as it stands, and is nil once a server answers for it. A letter that fails
	// its Check is ErrLetter and goes nowhere. Where nothing answers, or ctx ended before, it is ErrMailer,
	// and a letter may have gone out all the same; where a server refuses for good, it is ErrMailRefused.
	// Inside a unit of work it is ErrNested: a letter cannot be rolled back.
	Send(ctx context.Context, letter identity.Letter) error
}

// EmailReader reads how accounts are reached.
type EmailReader interface {
	// FindByAccount gives an account's email, if it ever gave one.
	FindByAccount(ctx context.Context, account identity.AccountID) (identity.Email, bool, error)
}

// Emails keeps how accounts are reached: a row per account.
type Emails interface {
	// Verified gives the address that each account has proven, in the order asked; an empty one where it has none.
	Verified(ctx context.Context, accounts ...identity.AccountID) ([]identity.EmailAddress, error)
	// Lock gives an account's email, if it ever gave one, and holds it.
	Lock(ctx context.Context, account identity.AccountID) (identity.Email, bool, error)
	// Put creates or replaces an account's email. An address that another account has verified, in
	// whatever case, is ErrEmailTaken when this account has verified it too; any number may want to.
	Put(ctx context.Context, e identity.Email) error
}

// MailReader reads mails.
type MailReader interface {
	// Due gives at most limit mails that wait and are due at a moment, those due first first.
	Due(ctx context.Context, now time.Time, limit int) ([]identity.Mail, error)
	// ListByState gives at most limit mails in a state in the order of their ids, after the one named.
	ListByState(ctx context.Context, state identity.MailState, after identity.MailID, limit int) ([]identity.Mail, error)
	// ListByAccount gives at most limit mails of an account in the order of their ids, after the one named.
	ListByAccount(ctx context.Context, account identity.AccountID, after identity.MailID, limit int) ([]identity.Mail, error)
}

// Mails is the outbox of mail: what is owed leaves from here, after the unit of work that owed it.
type Mails interface {
	// Lock gives a mail, or ErrMailNotFound, and holds it.
	Lock(ctx context.Context, id identity.MailID) (identity.Mail, error)
	// Add owes a mail.
	Add(ctx context.Context, m identity.Mail) error
	// Put replaces a mail, or is ErrMailNotFound.
	Put(ctx context.Context, m identity.Mail) error
}
