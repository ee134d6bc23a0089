package contract

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

func peopleTests() map[string]storeTest {
	tests := map[string]storeTest{
		"get_gives_an_account_or_err_account_not_found":     seeded(accountGet),
		"all_pages_through_the_accounts":                    seeded(accountPages),
		"an_account_finds_its_influencer":                   seeded(influencerByAccount),
		"a_username_finds_its_influencer_whatever_its_case": seeded(influencerByUsername),
		"lock_gives_an_influencer_or_says_there_is_none":    seeded(influencerLock),
		"lock_holds_an_influencer":                          seeded(influencerHeld),
		"put_replaces_what_an_influencer_shows":             seeded(influencerPut),
	}
	maps.Copy(tests, mailTests())
	maps.Copy(tests, applicationTests())
	influencerOfAccount.prove("the_influencer_of_an_account", tests)
	influencerOfUsername.prove("the_influencer_of_a_username", tests)
	return tests
}

func accountPages(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Accounts.Add(ctx, account(12)) },
			func() error { return tx.Accounts.Add(ctx, account(11)) },
		)
	})
	requirePages(t, s, []identity.Account{account(0), account(1), account(2), account(11), account(12)},
		func(ctx context.Context, v ports.View, after identity.Account, limit int) ([]identity.Account, error) {
			return v.Accounts.All(ctx, after.ID, limit)
		})
}

// apart is a number that no row of seed has.
const apart = 10

var influencerOfAccount = unique[identity.Influencer]{
	taken: identity.ErrAlreadyInfluencer,
	row:   func(n int) identity.Influencer { i := influencer(apart + n); i.Account = account(2).ID; return i },
	add: func(ctx context.Context, tx ports.Tx, _ int, row identity.Influencer) error {
		return tx.Influencers.Add(ctx, row)
	},
	find: func(ctx context.Context, tx ports.Tx) (identity.Influencer, bool, error) {
		return tx.Influencers.FindByAccount(ctx, account(2).ID)
	},
}

// influencerOfUsername spells one name in as many ways as there are numbers.
var influencerOfUsername = unique[identity.Influencer]{
	taken: identity.ErrUsernameTaken,
	row: func(n int) identity.Influencer {
		i := influencer(apart + n)
		spelled := []byte("spelled_so")
		for at := range 7 {
			if n>>at&1 == 1 {
				spelled[at] -= 'a' - 'A'
			}
		}
		i.Username = string(spelled)
		return i
	},
	add: func(ctx context.Context, tx ports.Tx, n int, row identity.Influencer) error {
		return first(
			func() error { return tx.Accounts.Add(ctx, account(apart+n)) },
			func() error { return tx.Influencers.Add(ctx, row) },
		)
	},
	find: func(ctx context.Context, tx ports.Tx) (identity.Influencer, bool, error) {
		return tx.Influencers.FindByUsername(ctx, "Spelled_SO")
	},
}

func accountGet(t *testing.T, s ports.Store) {
	for n := range 3 {
		require.Equal(t, account(n), view(t, s, func(ctx context.Context, v ports.View) (identity.Account, error) {
			return v.Accounts.Get(ctx, account(n).ID)
		}))
	}
	refuse(t, s, identity.ErrAccountNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Accounts.Get(ctx, account(9).ID))
	})
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Accounts.Get(ctx, ""))
	}), identity.ErrAccountNotFound)
}

func influencerByAccount(t *testing.T, s ports.Store) {
	look := func(n int) found[identity.Influencer] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[identity.Influencer], error) {
			return find(v.Influencers.FindByAccount(ctx, account(n).ID))
		})
	}
	require.Equal(t, present(influencer(1)), look(1))
	require.Equal(t, absent[identity.Influencer](), look(2))
}

func influencerByUsername(t *testing.T, s ports.Store) {
	look := func(username string) found[identity.Influencer] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[identity.Influencer], error) {
			return find(v.Influencers.FindByUsername(ctx, username))
		})
	}
	kept := influencer(1)
	for _, spelled := range []string{kept.Username, strings.ToLower(kept.Username), strings.ToUpper(kept.Username)} {
		require.Equal(t, present(kept), look(spelled))
	}
	require.Equal(t, absent[identity.Influencer](), look("Star_9"))
	require.Equal(t, absent[identity.Influencer](), look("Star%1"), "a name is no pattern")
	require.Equal(t, absent[identity.Influencer](), look("StarX1"))
}

func influencerLock(t *testing.T, s ports.Store) {
	require.Equal(t, influencer(1), inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Influencer, error) {
		return tx.Influencers.Lock(ctx, account(1).ID)
	}))
	refuse(t, s, identity.ErrInfluencerNotFound, func(ctx context.Context, tx ports.Tx) error {
		return got(tx.Influencers.Lock(ctx, account(2).ID))
	})
}

// influencerHeld has many change one influencer by what they read: every change is seen by the next.
func influencerHeld(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		i, err := tx.Influencers.Lock(ctx, account(1).ID)
		if err != nil {
			return err
		}
		i.Bio += "x"
		return tx.Influencers.Put(ctx, i)
	}))
	after := inside(t, s, func(ctx context.Context, tx ports.Tx) (identity.Influencer, error) {
		return tx.Influencers.Lock(ctx, account(1).ID)
	})
	require.Equal(t, influencer(1).Bio+strings.Repeat("x", racers), after.Bio)
}

func influencerPut(t *testing.T, s ports.Store) {
	want := influencer(1)
	want.DisplayName, want.Bio, want.Terms, want.Verified = "Another", "", identity.Consent{Version: "next", At: later(90)}, true
	want.Withdrawn = ""
	put := want
	put.Account, put.Username, put.RegisteredAt = account(2).ID, "Renamed", later(99)
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Influencers.Put(ctx, put) })
	requireInfluencer(t, s, influencer(1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Influencers.Put(ctx, put) })
	requireInfluencer(t, s, want)
	want.Terms = identity.Consent{} // as of those who registered before there were terms
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Influencers.Put(ctx, want) })
	requireInfluencer(t, s, want)
	refuse(t, s, identity.ErrInfluencerNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Influencers.Put(ctx, influencer(2)) })
	require.Equal(t, absent[identity.Influencer](), view(t, s, func(ctx context.Context, v ports.View) (found[identity.Influencer], error) {
		return find(v.Influencers.FindByAccount(ctx, account(2).ID))
	}), "put makes none")
}

// requireInfluencer asks for the influencer of account 1, by each of its keys.
func requireInfluencer(t *testing.T, s ports.Store, want identity.Influencer) {
	t.Helper()
	for _, look := range []func(ctx context.Context, v ports.View) (found[identity.Influencer], error){
		func(ctx context.Context, v ports.View) (found[identity.Influencer], error) {
			return find(v.Influencers.FindByAccount(ctx, account(1).ID))
		},
		func(ctx context.Context, v ports.View) (found[identity.Influencer], error) {
			return find(v.Influencers.FindByUsername(ctx, influencer(1).Username))
		},
	} {
		require.Equal(t, present(want), view(t, s, look))
	}
}
