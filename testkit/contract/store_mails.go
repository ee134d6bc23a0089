package contract

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func mailTests() map[string]storeTest {
	tests := map[string]storeTest{
		"an_account_finds_its_email":                       seeded(emailFind),
		"verified_gives_what_accounts_have_proven":         seeded(emailVerified),
		"put_creates_and_replaces_an_email":                seeded(emailPut),
		"lock_holds_an_email":                              seeded(emailHeld),
		"an_address_may_be_wanted_by_many":                 seeded(emailWanted),
		"a_verified_address_is_free_once_it_is_forgotten":  seeded(emailFreed),
		"lock_gives_a_mail_or_err_mail_not_found":          seeded(mailLock),
		"lock_holds_a_mail":                                seeded(mailHeld),
		"put_replaces_a_mail":                              seeded(mailPut),
		"due_gives_what_waits_and_is_due_oldest_due_first": seeded(mailDue),
		"mails_in_a_state_come_by_pages":                   seeded(mailPages),
	}
	emailOfAddress.prove("a_verified_address", tests)
	return tests
}

// emailOfAddress is one address that accounts spell in as many ways as there are numbers.
var emailOfAddress = unique[identity.Email]{
	taken: identity.ErrEmailTaken,
	row: func(n int) identity.Email {
		e := email(apart + n)
		spelled := []byte("spelled.so@example.com")
		for at := range 7 {
			if n>>at&1 == 1 {
				spelled[at] -= 'a' - 'A'
			}
		}
		e.Verified = identity.EmailAddress(spelled)
		return e
	},
	add: func(ctx context.Context, tx ports.Tx, n int, row identity.Email) error {
		return first(
			func() error { return tx.Accounts.Add(ctx, account(apart+n)) },
			func() error { return tx.Emails.Put(ctx, row) },
		)
	},
	find: func(ctx context.Context, tx ports.Tx) (identity.Email, bool, error) {
		for n := range racers + 2 {
			if e, ok, err := tx.Emails.Lock(ctx, account(apart+n).ID); ok || err != nil {
				return e, ok, err
			}
		}
		return identity.Email{}, false, nil
	},
}

func putEmail(e identity.Email) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Emails.Put(ctx, e) }
}

// requireEmail asks for the email of an account, from both sides.
func requireEmail(t *testing.T, s ports.Store, n int, want found[identity.Email]) {
	t.Helper()
	require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (found[identity.Email], error) {
		return find(v.Emails.FindByAccount(ctx, account(n).ID))
	}))
	require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (found[identity.Email], error) {
		return find(tx.Emails.Lock(ctx, account(n).ID))
	}))
}

func emailFind(t *testing.T, s ports.Store) {
	write(t, s, putEmail(email(1)))
	requireEmail(t, s, 1, present(email(1)))
	requireEmail(t, s, 0, absent[identity.Email]())
}

func emailVerified(t *testing.T, s ports.Store) {
	verified := func(of ...int) []identity.EmailAddress {
		var asked []identity.AccountID
		for _, n := range of {
			asked = append(asked, account(n).ID)
		}
		return inside(t, s, func(ctx context.Context, tx ports.Tx) ([]identity.EmailAddress, error) {
			return tx.Emails.Verified(ctx, asked...)
		})
	}
	require.Equal(t, []identity.EmailAddress{"", ""}, verified(2, 0))
	one, two, wanted := email(1), email(2), email(0)
	one.Verified, two.Verified, wanted.Verified = "One@example.com", "two@example.com", ""
	one.VerifiedAt, two.VerifiedAt, wanted.VerifiedAt = later(1), later(2), time.Time{}
	for _, e := range []identity.Email{one, two, wanted} {
		write(t, s, putEmail(e))
	}
	require.Equal(t, []identity.EmailAddress{"two@example.com", "", "One@example.com", "", "two@example.com"}, verified(2, 0, 1, 9, 2))
	require.Empty(t, verified())
}

func emailPut(t *testing.T, s ports.Store) {
	unarmed, unproven, gone := email(1), email(1), identity.Email{Account: account(1).ID, Asked: 1, AskedSince: later(1)}
	unarmed.Pending.Token, unarmed.Pending.ExpiresAt = identity.TokenHash{}, gone.VerifiedAt
	unproven.Verified, unproven.VerifiedAt = "", gone.VerifiedAt
	for _, e := range []identity.Email{email(1), unarmed, unproven, gone, {Account: account(1).ID}, email(1)} {
		write(t, s, putEmail(e))
		requireEmail(t, s, 1, present(e))
	}
	abandon(t, s, putEmail(gone))
	requireEmail(t, s, 1, present(email(1)))
}

func emailHeld(t *testing.T, s ports.Store) {
	write(t, s, putEmail(email(1)))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		e, _, err := tx.Emails.Lock(ctx, account(1).ID)
		if err != nil {
			return err
		}
		e.Asked++
		return tx.Emails.Put(ctx, e)
	}))
	want := email(1)
	want.Asked += racers
	requireEmail(t, s, 1, present(want))
}

func emailWanted(t *testing.T, s ports.Store) {
	for n := range 3 {
		e := email(n)
		e.Pending.Address = email(0).Verified
		write(t, s, putEmail(e))
		requireEmail(t, s, n, present(e))
	}
}

func emailFreed(t *testing.T, s ports.Store) {
	theirs := email(1)
	theirs.Verified = email(0).Verified
	write(t, s, putEmail(email(0)))
	refuse(t, s, identity.ErrEmailTaken, putEmail(theirs))
	write(t, s, putEmail(email(0).Forget()))
	write(t, s, putEmail(theirs))
	refuse(t, s, identity.ErrEmailTaken, putEmail(email(0)))
	requireEmail(t, s, 1, present(theirs))
}

func addMails(mails ...identity.Mail) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		for _, m := range mails {
			if err := tx.Mails.Add(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}
}

func lockMail(t *testing.T, s ports.Store, n int) identity.Mail {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Mail, error) {
		return tx.Mails.Lock(ctx, mail(n, "").ID)
	})
}

func mailLock(t *testing.T, s ports.Store) {
	for n, state := range identity.MailStates() {
		write(t, s, addMails(mail(n, state)))
		require.Equal(t, mail(n, state), lockMail(t, s, n))
	}
	refuse(t, s, identity.ErrMailNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Mails.Lock(ctx, "mail_9"))
	})
	abandon(t, s, addMails(mail(9, identity.MailWaiting)))
	write(t, s, addMails(mail(9, identity.MailWaiting)))
}

// mailHeld has many change one mail by what they read: every change is seen by the next.
func mailHeld(t *testing.T, s ports.Store) {
	write(t, s, addMails(mail(0, identity.MailWaiting)))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		m, err := tx.Mails.Lock(ctx, mail(0, "").ID)
		if err != nil {
			return err
		}
		m.Fault += "x"
		return tx.Mails.Put(ctx, m)
	}))
	require.Equal(t, mail(0, "").Fault+strings.Repeat("x", racers), lockMail(t, s, 0).Fault)
}

func mailPut(t *testing.T, s ports.Store) {
	write(t, s, addMails(mail(1, identity.MailWaiting)))
	want := mail(5, identity.MailParked)
	want.ID = mail(1, "").ID
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Mails.Put(ctx, want) })
	require.Equal(t, mail(1, identity.MailWaiting), lockMail(t, s, 1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Mails.Put(ctx, want) })
	require.Equal(t, want, lockMail(t, s, 1))
	refuse(t, s, identity.ErrMailNotFound, func(ctx context.Context, tx ports.Tx) error {
		return tx.Mails.Put(ctx, mail(7, identity.MailSent))
	})
	refuse(t, s, identity.ErrMailNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Mails.Lock(ctx, mail(7, "").ID))
	})
}

func mailDue(t *testing.T, s ports.Store) {
	one, two, three, four := mail(4, identity.MailWaiting), mail(3, identity.MailWaiting), mail(2, identity.MailWaiting), mail(1, identity.MailWaiting)
	one.DueAt, two.DueAt, three.DueAt, four.DueAt = later(1), later(2), later(2), later(3)
	write(t, s, addMails(one, two, three, four, mail(5, identity.MailSent), mail(6, identity.MailParked), mail(7, identity.MailDropped)))
	due := func(at, limit int) []identity.Mail {
		return view(t, s, func(ctx context.Context, v ports.View) ([]identity.Mail, error) {
			return v.Mails.Due(ctx, later(at), limit)
		})
	}
	require.Empty(t, due(0, 9))
	require.Empty(t, due(9, 0))
	require.Equal(t, []identity.Mail{one, three, two}, due(2, 9))
	require.Equal(t, []identity.Mail{one, three}, due(2, 2))
	require.Equal(t, []identity.Mail{one, three, two, four}, due(9, 9))
}

func mailPages(t *testing.T, s ports.Store) {
	for _, state := range identity.MailStates() {
		requireFirst(t, s, nil, 9, mailsIn(state))
	}
	for n := 8; n > 0; n-- {
		write(t, s, addMails(mail(n, identity.MailStates()[n%2])))
	}
	requirePages(t, s, []identity.Mail{
		mail(2, identity.MailWaiting), mail(4, identity.MailWaiting), mail(6, identity.MailWaiting), mail(8, identity.MailWaiting),
	}, mailsIn(identity.MailWaiting))
}

func mailsIn(state identity.MailState) func(ctx context.Context, v ports.View, after identity.Mail, limit int) ([]identity.Mail, error) {
	return func(ctx context.Context, v ports.View, after identity.Mail, limit int) ([]identity.Mail, error) {
		return v.Mails.ListByState(ctx, state, after.ID, limit)
	}
}
