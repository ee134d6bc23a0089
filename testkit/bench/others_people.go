package main

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// readPeople asks for whom there is, and for what they keep.
func readPeople(ctx context.Context, v ports.View) error {
	account, now := identity.AccountID(numbered("acct", 7)), time.Now().UTC()
	_, _, byAccount := v.Influencers.FindByAccount(ctx, account)
	_, _, byName := v.Influencers.FindByUsername(ctx, "Influencer_7")
	_, _, email := v.Emails.FindByAccount(ctx, account)
	return errors.Join(
		byAccount, byName, email,
		called(v.Accounts.Get(ctx, account)),
		called(v.Accounts.All(ctx, account, page)),
		called(v.Wallets.List(ctx, account)),
		called(v.Wallets.All(ctx, "wallet 7", 20)),
		called(v.Sessions.Get(ctx, identity.SessionID(numbered("sess", 7)))),
		called(v.Sessions.ListAlive(ctx, account, now, "", page)),
		called(v.Sessions.ListByAccount(ctx, account, "", page)),
		called(v.APIKeys.Get(ctx, identity.APIKeyID(numbered("key", 7)))),
		called(v.APIKeys.ListByAccount(ctx, account, "", page)),
		called(v.Applications.Get(ctx, identity.ApplicationID(numbered("appl", 7)))),
		called(v.Applications.ListByAccount(ctx, account, "", page)),
		called(v.Applications.ListByState(ctx, identity.ApplicationPending, "", page)),
		called(v.Mails.Due(ctx, now, page)),
		called(v.Mails.ListByState(ctx, identity.MailParked, "", page)),
		called(v.Mails.ListByAccount(ctx, account, "", page)),
		called(v.Audit.List(ctx, account, "", page)),
	)
}

// writePeople calls what locks or writes of people and is not in the mix, and erases somebody.
func writePeople(ctx context.Context, tx ports.Tx) error {
	id, now := identity.AccountID(numbered("acct", 30)), time.Now().UTC()
	account, holds := tx.Accounts.Lock(ctx, id)
	session, opened := tx.Sessions.Lock(ctx, identity.SessionID(numbered("sess", 30)))
	key, made := tx.APIKeys.Lock(ctx, identity.APIKeyID(numbered("key", 30)))
	application, asked := tx.Applications.Lock(ctx, identity.ApplicationID(numbered("appl", 30)))
	mail, queued := tx.Mails.Lock(ctx, identity.MailID(numbered("mail", 30)))
	email, _, proven := tx.Emails.Lock(ctx, id)
	influencer, registered := tx.Influencers.Lock(ctx, id)
	return errors.Join(
		holds, opened, made, asked, queued, proven, registered,
		tx.Sessions.Put(ctx, session),
		called(tx.Sessions.EndAll(ctx, id, identity.Revoked, now)),
		tx.APIKeys.Put(ctx, key),
		called(tx.APIKeys.CountAlive(ctx, id, now)),
		called(tx.APIKeys.RevokeAll(ctx, id, now)),
		tx.Applications.Put(ctx, application),
		tx.Mails.Put(ctx, mail),
		tx.Emails.Put(ctx, email),
		tx.Influencers.Put(ctx, influencer),
		tx.Wallets.Remove(ctx, account.Wallet),
		tx.Accounts.PutRoles(ctx, account),
		called(tx.Erasures.Open(ctx, id, now)),
		tx.Accounts.Erase(ctx, account.Erase(now)),
		tx.Audit.Forget(ctx, id),
		tx.Erasures.Forget(ctx, id),
	)
}
