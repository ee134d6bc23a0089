package twist_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// signInOn signs a name in from an empty hand: whoever gets no answer asks for another challenge.
func (p *stormy) signInOn(on *twist.Platform, name string) (identity.AccountID, error) {
	return insist(p, repeatable, func(ctx context.Context) (identity.AccountID, error) {
		challenge, err := on.Identity.Challenge(ctx, string(wallet(name)))
		if err != nil {
			return "", err
		}
		message, signature := testkit.Answer(name, challenge)
		in, err := on.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
		return in.Session.Account, err
	})
}

// P-43, P-45: first sign-ins of a wallet from many places lead to one account, registrations of a name
// in every case to one influencer, and openings to one pool and one position each.
func TestStormPeopleAreWhoTheyAre(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	p.rounds(func(round int) {
		names := []string{numbered("ada", round), numbered("bea", round), numbered("fay", round)}
		opened := inStorm(p, 18, func(i int, on *twist.Platform) (identity.AccountID, error) {
			return p.signInOn(on, names[i%3])
		})
		for i, account := range opened {
			require.Equal(t, opened[i%3], account, names[i%3])
			require.Equal(t, account, p.signIn(names[i%3]).Account)
		}
		require.EqualValues(t, 3*(round+1), p.storm.count(t, `SELECT count(*) FROM accounts`))

		first, second, fan := p.signIn(names[0]), p.signIn(names[1]), p.deposit(names[2], testkit.TWIST(60))
		username := numbered("star", round)
		inStorm(p, 8, func(i int, on *twist.Platform) (bool, error) {
			by, spelled := first, username
			if i%2 == 0 {
				by, spelled = second, strings.ToUpper(username)
			}
			answer, err := insist(p, repeatable, func(ctx context.Context) (twist.Profile, error) {
				return on.Identity.Register(ctx, by, registration(spelled))
			})
			_, ok, err := unless(answer, err, identity.ErrUsernameTaken, identity.ErrAlreadyInfluencer)
			return ok, err
		})
		star, err := p.Identity.Influencer(t.Context(), username)
		require.NoError(t, err)
		owner := first
		if star.Account != first.Account {
			owner = second
		}
		p.requireOnePool(round, owner, fan)
	}, &p.wire.lost)
}

// requireOnePool opens a pool from many places and stakes in it as its first fan.
func (p *stormy) requireOnePool(round int, owner, fan twist.Caller) {
	p.t.Helper()
	opened := map[staking.PoolID]bool{}
	for i, pool := range inStorm(p, 6, func(i int, on *twist.Platform) (staking.PoolID, error) {
		pool, err := commits(p, on, under("open-%d-%d", round, i), func(ctx context.Context, on *twist.Platform) (staking.Pool, error) {
			return on.Staking.OpenPool(ctx, owner, staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor})
		})
		_, _, err = unless(pool, err, staking.ErrPoolExists)
		return pool.ID, err
	}) {
		if pool != "" {
			require.NotContains(p.t, opened, pool, "%d", i)
			opened[pool] = true
		}
	}
	require.Len(p.t, opened, 1)
	for pool := range opened {
		for _, moved := range inStorm(p, 6, func(i int, on *twist.Platform) (bool, error) {
			return p.move(on, under("stake-%d-%d", round, i), fan, pool, testkit.TWIST(10))
		}) {
			require.True(p.t, moved)
		}
		require.EqualValues(p.t, 1, p.poolNow(pool).Stakers)
		require.Equal(p.t, testkit.TWIST(60), p.poolNow(pool).Staked())
		require.EqualValues(p.t, 1, p.storm.count(p.t, `SELECT count(*) FROM positions WHERE pool = $1`, string(pool)))
	}
}

// stutter is a generator that says everything twice.
type stutter struct {
	*testkit.Random

	mu   sync.Mutex
	said string
}

func (s *stutter) Text(n int) (text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text, s.said = s.said, ""; text == "" {
		text = s.Random.Text(n)
		s.said = text
	}
	return text
}

// P-07: links that two processes make at the same time, which draw every code twice, have a code
// each and are made once per answer.
func TestStormLinksHaveCodesOfTheirOwn(t *testing.T) {
	t.Parallel()
	stutter := &stutter{Random: testkit.NewRandom(t.Name())}
	p := newStormy(t, func(c *twist.Config) { c.Random = stutter })
	p.raise(p.pool("ada", 2_000), staking.Gold) // so many links are a matter of the tier
	program := p.program("shop", 0)
	ada := p.signIn("ada")
	codes := map[string]bool{}
	p.rounds(func(round int) {
		for _, link := range inStorm(p, 8, func(i int, on *twist.Platform) (twist.LinkMade, error) {
			return commits(p, on, under("%d-%d", round, i), func(ctx context.Context, on *twist.Platform) (twist.LinkMade, error) {
				return on.Attribution.MakeLink(ctx, ada, attribution.NewLink{Program: program, Destination: fmt.Sprintf("https://shop.example/%d-%d", round, i)})
			})
		}) {
			require.False(t, codes[link.Code], "two links share %s", link.Code)
			codes[link.Code] = true
		}
		require.EqualValues(t, len(codes), p.storm.count(t, `SELECT count(*) FROM links`))
	}, &p.wire.lost)
}
