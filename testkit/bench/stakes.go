package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// pools is over how many pools stakes are spread.
const pools = 1_000

// stakeBench is the API over a database with pools and fans.
type stakeBench struct {
	*database
	*system

	store  *postgres.Store
	seen   *recorder
	script string // the statements of a stake
	server *http.Server
	fans   []*client
}

func stakes() figure {
	return figure{
		5, "A stake over HTTP", "32 clients, each with an account, an access token and an address of its own, stake over HTTP on the loopback: `net/http`, the\n" +
			"token's signature, the idempotency key, JSON, the use case. *same statements* is what the adapter was seen to send\n" +
			"for one stake, replayed by pgbench as one transaction with the same number of round trips.",
		openStakes,
	}
}

const sameStatements = "same statements"

func openStakes(ctx context.Context, b *bench) (comparing, error) {
	d, err := b.database(ctx, "stakes")
	if err != nil {
		return comparing{}, err
	}
	s, err := d.stakes(ctx)
	if err != nil {
		return comparing{}, err
	}
	c := comparing{close: s.close}
	for _, over := range []int{pools, 1} {
		p := part{
			title: "all into one pool", unit: "stakes", goals: []goal{shown(ours, sameStatements)},
			sides: []side{
				{name: sameStatements, run: b.bare(pgbench{url: s.url, script: s.script, clients: many, with: map[string]int{"pools": over}})},
				{name: ours, prep: s.signInAll, run: func(ctx context.Context, lasts time.Duration) (sample, error) { return s.stakeAll(ctx, over, lasts) }},
			},
		}
		if over > 1 {
			p.title, p.goals = "spread over 1,000 pools", []goal{atLeast(0.5, sameStatements)}
		}
		c.parts = append(c.parts, p)
	}
	return c, nil
}

// stakes fills the database, serves the API over it and looks at one stake.
func (d *database) stakes(ctx context.Context) (s *stakeBench, err error) {
	if err := d.load(ctx, "people.sql", map[string]int{"people": pools}); err != nil {
		return nil, err
	}
	if err := d.load(ctx, "pools.sql", map[string]int{"pools": pools}); err != nil {
		return nil, err
	}
	s = &stakeBench{database: d, seen: &recorder{}}
	if s.store, err = d.store(ctx, postgres.Options{Trace: s.seen}); err != nil {
		return nil, err
	}
	if s.system, err = assemble(s.store, s.store.Clicks()); err != nil {
		return nil, err
	}
	if err := s.openFans(ctx); err != nil {
		return nil, err
	}
	if err := s.record(ctx); err != nil {
		return nil, err
	}
	if err := d.settle(ctx); err != nil {
		return nil, err
	}
	return s, s.serve(ctx)
}

// openFans gives every client an account with more than it will ever stake.
func (s *stakeBench) openFans(ctx context.Context) error {
	var entries []ledger.Entry
	for i := range many {
		id := numbered("acct", pools+1+i)
		_, err := s.conn.Exec(ctx, `
			WITH opened AS (INSERT INTO accounts (id, wallet, opened_at) VALUES ($1, $2, now()) RETURNING wallet, id, opened_at)
			INSERT INTO wallets (wallet, account, linked_at) SELECT * FROM opened`, id, string(testkit.Wallet(fan(i))))
		if err != nil {
			return err
		}
		deposit := ledger.Move(ledger.World(), holder(pools+1+i), testkit.TWIST(100_000_000))
		entries = append(entries, entryOf(s.ids, s.clock, ledger.KindDeposit, deposit))
	}
	return s.store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, entries) })
}

// record looks at one stake of somebody who has one already, and makes a script of what it sent.
func (s *stakeBench) record(ctx context.Context) error {
	const key = "the-key-of-the-one-that-was-recorded"
	in, err := s.signIn(ctx, fan(0))
	if err != nil {
		return err
	}
	by := twist.Caller{Account: in.Session.Account, Wallet: in.Session.Wallet}
	request := s.ids.New("req")
	ctx = twist.WithOrigin(ctx, twist.Origin{IP: home(0), RequestID: request})
	stake := func(ctx context.Context) (twist.StakeMoved, error) {
		return s.Staking.Stake(ctx, by, staking.PoolID(numbered("pool", 7)), testkit.TWIST(1))
	}
	if _, err := stake(ctx); err != nil {
		return err
	}
	var moved twist.StakeMoved
	statements, err := s.seen.during(func() (err error) {
		moved, err = stake(twist.WithKey(ctx, twist.Key{Value: key}))
		return err
	})
	if err != nil {
		return err
	}
	tokens := []token{
		{string(by.Account), `'acct_' || lpad(:fan::text, 26, '0')`},
		{numbered("acct", 7), `'acct_' || lpad(:pool::text, 26, '0')`},
		{numbered("infl", 7), `'infl_' || lpad(:pool::text, 26, '0')`},
		{numbered("pool", 7), `'pool_' || lpad(:pool::text, 26, '0')`},
		{string(moved.Position.ID), `'pos_' || lpad(:pool::text, 13, '0') || lpad(:fan::text, 13, '0')`},
		{string(moved.Entry), `'ent_' || ` + fresh},
		{key, `'key_' || ` + fresh},
		{request, `'req_' || ` + fresh},
		{idOf("evt_", statements), `'evt_' || ` + fresh},
		{idOf("aud_", statements), `'aud_' || ` + fresh},
	}
	for _, place := range placesOf(statements) { // each client has its own
		tokens = append(tokens, token{place, "'" + place[:30] + "' || lpad(:client_id::text, 2, '0')"})
	}
	s.script, err = replay(fmt.Sprintf("\\set fan :client_id + %d\n\\set pool random(1, :pools)\n\\set n :n + 1\n", pools+1), statements, tokens)
	return err
}

// fresh is the rest of an id that no other call makes.
const fresh = `lpad(:run::text, 6, '0') || lpad(:n::text, 16, '0') || lpad(:client_id::text, 4, '0')`

// idOf finds the one id of a kind that the statements keep.
func idOf(kind string, statements []sent) string {
	id := regexp.MustCompile(kind + "[0-9a-z]{26}")
	for _, s := range statements {
		for _, arg := range s.args {
			if text, ok := arg.(string); ok && id.MatchString(text) {
				return id.FindString(text)
			}
		}
	}
	return "no " + kind // which no argument holds
}

var place = regexp.MustCompile(`^[0-9a-f]{32}$`)

// placesOf finds the hashes that stand for where the stake came from.
func placesOf(statements []sent) (all []string) {
	for _, s := range statements {
		for _, arg := range s.args {
			if text, ok := arg.(string); ok && place.MatchString(text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// serve answers on a free port of the loopback.
func (s *stakeBench) serve(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: s.handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.server.Serve(listener) }() // ends with close
	for i := range many {
		c, err := dial(ctx, listener.Addr().String(), i)
		if err != nil {
			return err
		}
		s.fans = append(s.fans, c)
	}
	return nil
}

func (s *stakeBench) close(ctx context.Context) error {
	for _, c := range s.fans {
		_ = c.conn.Close() // nothing is under way
	}
	return errors.Join(s.server.Shutdown(ctx), s.store.Close(), s.drop(ctx))
}

// signInAll renews every client's token, which lasts ten minutes.
func (s *stakeBench) signInAll(ctx context.Context) error {
	for i, c := range s.fans {
		in, err := s.signIn(ctx, fan(i))
		if err != nil {
			return err
		}
		c.token = in.Token
	}
	return nil
}

// stakeAll lets every client stake again and again.
func (s *stakeBench) stakeAll(ctx context.Context, over int, lasts time.Duration) (sample, error) {
	return callers(ctx, len(s.fans), lasts, func(_ context.Context, i int) error {
		return s.fans[i].stake(numbered("pool", 1+rand.IntN(over)))
	})
}
