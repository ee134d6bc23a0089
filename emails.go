package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// emailChange is what a call wants of the caller's email: an address to prove, nothing kept, or, where it is
// zero, no change.
type emailChange struct {
	address identity.EmailAddress
	forget  bool
	ask     asking
}

// asking is what a verification and its mail will be named.
type asking struct {
	verification identity.VerificationID
	mail         identity.MailID
}

func (i *Identity) newAsking() asking {
	return asking{identity.VerificationID(i.c.IDs.New("verif")), identity.MailID(i.c.IDs.New("mail"))}
}

// emailChange reads what is wanted of an email: nothing where there is no text, and no address where it is
// empty. Where it wants a letter, the visitor must be allowed one more.
func (i *Identity) emailChange(ctx context.Context, text *string, now time.Time) (emailChange, error) {
	switch {
	case text == nil:
		return emailChange{}, nil
	case *text == "":
		return emailChange{forget: true}, nil
	}
	address, err := identity.ParseEmail(*text)
	if err != nil {
		return emailChange{}, err
	}
	return emailChange{address: address, ask: i.newAsking()}, i.c.mayMail(ctx, now)
}

// changeEmail gives the caller's email as changed, and what there is to tell. No other account is looked at:
// whoever verified the address before, the same is done and the same is answered.
func (i *Identity) changeEmail(ctx context.Context, tx ports.Tx, by Caller, c emailChange, now time.Time) (identity.Email, []news, error) {
	before, known, err := tx.Emails.Lock(ctx, by.Account)
	if err != nil || c == (emailChange{}) || c.forget && !known {
		return before, nil, err
	}
	before.Account = by.Account
	after, asked := before.Forget(), false
	if !c.forget {
		if after, asked, err = before.Ask(c.ask.verification, c.address, now); err != nil {
			return identity.Email{}, nil, err
		}
	}
	switch {
	case asked:
		told, err := i.owe(ctx, tx, after, c.ask.mail, now)
		return after, told, err
	case after == before:
		return after, nil, nil
	}
	kept := "true"
	if c.forget {
		kept = "false"
	}
	return after, []news{{journal.EmailForgotten, string(by.Account), string(by.Account), facts{"kept": kept}}}, tx.Emails.Put(ctx, after)
}

// owe keeps an email that has something to prove, and owes the letter for it.
func (i *Identity) owe(ctx context.Context, tx ports.Tx, e identity.Email, id identity.MailID, now time.Time) ([]news, error) {
	if err := tx.Emails.Put(ctx, e); err != nil {
		return nil, err
	}
	told := []news{{journal.EmailAsked, string(e.Pending.ID), string(e.Account), facts{"mail": string(id)}}}
	return told, tx.Mails.Add(ctx, identity.QueueMail(id, e.Account, e.Pending.ID, now))
}

// ResendEmail owes the caller another letter, if there is an address to prove; the letter before it proves
// nothing any more. Without one nothing happens, and the answer is the same. A visitor who asks for too many
// letters is limit.ErrLimited.
func (i *Identity) ResendEmail(ctx context.Context, by Caller) error {
	now, ask := i.c.Clock.Now(), i.newAsking()
	if err := i.c.mayMail(ctx, now); err != nil {
		return err
	}
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		before, _, err := tx.Emails.Lock(ctx, by.Account)
		if err != nil {
			return err
		}
		after, asked, err := before.Again(ask.verification, now)
		if err != nil || !asked {
			return err
		}
		told, err := i.owe(ctx, tx, after, ask.mail, now)
		if err != nil {
			return err
		}
		return i.c.tell(ctx, tx, now, told...)
	})
}

// VerifyEmail proves the caller's email by the token of the newest letter, once. A token verifies for the
// account that asked for it and for nobody else: who reads another's letter gains nothing by it, and who
// was sent a letter for a stranger's account lends it nothing by looking. An address belongs to whoever
// proves it first; for the other, as for every token that is wrong, old, used or somebody else's, the answer
// is ErrEmailToken.
func (i *Identity) VerifyEmail(ctx context.Context, by Caller, token string) error {
	now := i.c.Clock.Now()
	err := i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		before, _, err := tx.Emails.Lock(ctx, by.Account)
		if err != nil {
			return err
		}
		after, err := before.Verify(token, now)
		if err != nil {
			return err
		}
		if err := tx.Emails.Put(ctx, after); err != nil {
			return err
		}
		return i.c.tell(ctx, tx, now, news{
			journal.EmailVerified, string(before.Pending.ID), string(by.Account), facts{},
		})
	})
	if errors.Is(err, identity.ErrEmailTaken) {
		return identity.ErrEmailToken
	}
	return err
}
