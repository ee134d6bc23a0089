package twist

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Mails gives at most limit mails in a state, in the order of their ids, after the one named: what operators
// look at when letters do not arrive.
func (i *Identity) Mails(ctx context.Context, state identity.MailState, after identity.MailID, limit int) ([]identity.Mail, error) {
	if err := state.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.Mail, error) {
		return v.Mails.ListByState(ctx, state, after, limit)
	})
}

// letters is how many letters one run sends at most: a server may take half a minute for each.
const letters = 50

// SendMails sends the letters that are owed and due, and gives how many left. Each is claimed in a unit of
// work, sent between two, and marked in another: a letter whose sender dies before the mark is sent again,
// and none is lost. A letter that cannot be sent is tried again later, its mail says why, and nothing else
// waits for it. Without a Mailer letters wait.
func (i *Identity) SendMails(ctx context.Context) (int, error) {
	if i.c.Mailer == nil {
		return 0, nil
	}
	now := i.c.Clock.Now()
	due, err := ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.Mail, error) {
		return v.Mails.Due(ctx, now, letters)
	})
	if err != nil {
		return 0, err
	}
	return each(due, func(m identity.Mail) error { return i.sendMail(ctx, m) })
}

// sendMail sends one mail, or returns errUnchanged where that is not to be done yet or did not work.
func (i *Identity) sendMail(ctx context.Context, m identity.Mail) error {
	if later, err := i.putOff(ctx, m); err != nil || later {
		return cmp.Or(err, errUnchanged)
	}
	letter, try, err := i.claimMail(ctx, m)
	if err != nil {
		return err
	}
	failed := i.c.Mailer.Send(ctx, letter)
	now := i.c.Clock.Now()
	err = i.moveMail(ctx, m, now, func(e identity.Email, m identity.Mail) (identity.Email, identity.Mail, bool) {
		var changed bool
		if failed == nil {
			m, changed = m.Sent(try, now)
		} else {
			forGood := errors.Is(failed, ports.ErrMailRefused) || errors.Is(failed, identity.ErrLetter)
			m, changed = m.Failed(try, fault.Of(failed).Code(), forGood, now)
		}
		return e, m, changed
	})
	if err == nil && failed != nil {
		return errUnchanged
	}
	return err
}

// claimMail takes a mail for one try and gives the letter of that try, with a token of its own: the token is
// drawn here and leaves with the letter, and what is kept with the claim is its hash. So nothing that is
// stored verifies anything, and whoever follows one that died begins with a token that works.
func (i *Identity) claimMail(ctx context.Context, m identity.Mail) (letter identity.Letter, try int, err error) {
	now, token := i.c.Clock.Now(), i.c.Random.Text(identity.EmailTokenLength)
	err = i.moveMail(ctx, m, now, func(e identity.Email, m identity.Mail) (identity.Email, identity.Mail, bool) {
		try = 0 // this may be a second run
		m, changed := m.Claim(now)
		if !changed || m.State != identity.MailWaiting {
			return e, m, changed
		}
		armed, wanted := e.Arm(m.Verification, token, now)
		if !wanted {
			return e, m.Drop(now), true
		}
		letter, try = identity.VerificationLetter(i.c.Site, m, armed.Pending.Address, token), m.Tries
		return armed, m, true
	})
	if err == nil && try == 0 {
		err = errUnchanged
	}
	return letter, try, err
}

// moveMail changes a mail, and the email it is for, as they stand once they are held, and tells where the
// mail came to an end.
func (i *Identity) moveMail(ctx context.Context, row identity.Mail, now time.Time, do func(identity.Email, identity.Mail) (identity.Email, identity.Mail, bool)) error {
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		email, _, err := tx.Emails.Lock(ctx, row.Account)
		if err != nil {
			return err
		}
		mail, err := tx.Mails.Lock(ctx, row.ID)
		if errors.Is(err, identity.ErrMailNotFound) { // its account was erased in between
			return errUnchanged
		}
		if err != nil {
			return err
		}
		reached, moved, changed := do(email, mail)
		if !changed {
			return nil
		}
		if reached != email {
			if err := tx.Emails.Put(ctx, reached); err != nil {
				return err
			}
		}
		if err := tx.Mails.Put(ctx, moved); err != nil {
			return err
		}
		return i.c.tell(ctx, tx, now, ended(moved)...)
	})
}

// ended tells of a mail that came to an end.
func ended(m identity.Mail) []news {
	kind, ok := map[identity.MailState]journal.Kind{
		identity.MailSent: journal.MailSent, identity.MailParked: journal.MailParked, identity.MailDropped: journal.MailDropped,
	}[m.State]
	if !ok {
		return nil
	}
	return []news{{kind, string(m.ID), string(m.Account), facts{"verification": string(m.Verification), "tries": strconv.Itoa(m.Tries)}}}
}
