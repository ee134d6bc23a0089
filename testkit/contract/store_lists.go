package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// accountListTests are of what is listed for one account.
func accountListTests() map[string]storeTest {
	return map[string]storeTest{
		"sessions_of_an_account_are_listed_ended_ones_too": seeded(sessionsOfAccount),
		"mails_of_an_account_are_listed":                   seeded(mailsOfAccount),
		"programs_of_a_merchant_are_listed":                seeded(programsOfMerchant),
		"links_of_a_holder_are_listed":                     seeded(linksOfHolder),
		"conversions_of_a_program_are_listed":              seeded(conversionsOfProgram),
		"debts_of_a_holder_are_listed":                     seeded(debtsOfHolder),
		"entries_are_given_in_the_order_asked":             seeded(entriesAsked),
		"a_view_finds_the_pool_of_an_influencer":           seeded(poolInView),
	}
}

func sessionsOfAccount(t *testing.T, s ports.Store) {
	others, ended := session(3), session(2)
	others.Account = account(1).ID
	ended, _ = ended.End(identity.Revoked, later(5))
	addSession(t, s, session(4), ended, others)
	requirePages(t, s, []identity.Session{ended, session(4)}, func(ctx context.Context, v ports.View, after identity.Session, limit int) ([]identity.Session, error) {
		return v.Sessions.ListByAccount(ctx, account(0).ID, after.ID, limit)
	})
}

func mailsOfAccount(t *testing.T, s ports.Store) {
	others := mail(2, identity.MailSent)
	others.Account = account(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Mails.Add, mail(3, identity.MailWaiting), others, mail(1, identity.MailSent))
	})
	requirePages(t, s, []identity.Mail{mail(1, identity.MailSent), mail(3, identity.MailWaiting)},
		func(ctx context.Context, v ports.View, after identity.Mail, limit int) ([]identity.Mail, error) {
			return v.Mails.ListByAccount(ctx, account(0).ID, after.ID, limit)
		})
}

func programsOfMerchant(t *testing.T, s ports.Store) {
	others := program(2)
	others.Merchant = attribution.AccountID(accountID(1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Programs.Add, program(3), others) })
	requirePages(t, s, []attribution.Program{program(0), program(3)},
		func(ctx context.Context, v ports.View, after attribution.Program, limit int) ([]attribution.Program, error) {
			return v.Programs.ListByMerchant(ctx, program(0).Merchant, after.ID, limit)
		})
}

func linksOfHolder(t *testing.T, s ports.Store) {
	others := link(2)
	others.Holder, others.Influencer = attribution.AccountID(accountID(1)), attribution.InfluencerID(influencer(1).ID)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Links.Add, link(3), others) })
	requirePages(t, s, []attribution.Link{link(0), link(3)},
		func(ctx context.Context, v ports.View, after attribution.Link, limit int) ([]attribution.Link, error) {
			return v.Links.ListByHolder(ctx, link(0).Holder, after.ID, limit)
		})
}

func conversionsOfProgram(t *testing.T, s ports.Store) {
	others := conversion(2)
	others.Order.Program = program(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(1)) },
			func() error { return putAll(ctx, tx.Conversions.Add, conversion(3), others) },
		)
	})
	requirePages(t, s, []attribution.Conversion{conversion(0), conversion(3)},
		func(ctx context.Context, v ports.View, after attribution.Conversion, limit int) ([]attribution.Conversion, error) {
			return v.Conversions.ListByProgram(ctx, program(0).ID, after.ID, limit)
		})
}

func debtsOfHolder(t *testing.T, s ports.Store) {
	other := debt(1)
	other.Program = program(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Programs.Add(ctx, program(1)) },
			func() error { return putAll(ctx, tx.Debts.Put, other, debt(2), debt(1)) },
		)
	})
	requirePages(t, s, []attribution.Debt{debt(1), other}, func(ctx context.Context, v ports.View, after attribution.Debt, limit int) ([]attribution.Debt, error) {
		return v.Debts.ListByHolder(ctx, debt(1).Holder, after.Program, limit)
	})
}

func entriesAsked(t *testing.T, s ports.Store) {
	entries := []ledger.Entry{give(1, 5, 0), give(2, 6, 1), give(3, 7, 0)}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, entries) })
	all := view(t, s, func(ctx context.Context, v ports.View) ([]ledger.Record, error) { return v.Ledger.Entries(ctx, "", 9) })
	require.Len(t, all, 3)
	for ids, want := range map[[3]ledger.EntryID][]ledger.Record{
		{entries[2].ID, "ent_none", entries[0].ID}:    {all[2], all[0]},
		{"", "a text that\x00no row has", "\xff"}:     nil,
		{entries[1].ID, "\xff", entries[1].ID}:        {all[1], all[1]},
		{entries[1].ID, entries[1].ID, entries[2].ID}: {all[1], all[1], all[2]},
	} {
		require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) ([]ledger.Record, error) { return v.Ledger.GetAll(ctx, ids[:]) }))
	}
}

func poolInView(t *testing.T, s ports.Store) {
	look := func(n int) found[staking.Pool] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[staking.Pool], error) {
			return find(v.Pools.FindByInfluencer(ctx, pool(n).Influencer))
		})
	}
	require.Equal(t, present(pool(0)), look(0))
	require.Equal(t, absent[staking.Pool](), look(1))
}
