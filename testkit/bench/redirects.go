package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"time"

	library "github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/attribution"
)

const (
	// bareRedirect is the baseline of redirects.
	bareRedirect = "bare 302"
	// lasting is ours as it could go on for ever.
	lasting = "ours, until the database has every click"
	// visitsPerSecond is how many visitors come whether or not earlier ones were sent on.
	visitsPerSecond = 5_000
	// shared is how many links they follow.
	shared = 1_000
)

func redirects() figure {
	return figure{
		11, "A redirect with its click", "32 connections follow links out of 1,000, over HTTP on the loopback: the door, the link, every rule for clicks,\n" +
			"the seal of the cookie, the click in the spool's file, and from there into the database, on the same two cores. Only the\n" +
			"door's own quota of each address is left out. What the spool still holds when a round is over goes into the database before\n" +
			"the next begins; *" + lasting + "* counts that time too. *bare 302* is `http.Redirect` behind `net/http`, and nothing else.",
		openRedirects,
	}
}

// redirectBench is two servers, and connections to both.
type redirectBench struct {
	*database

	store   *postgres.Store
	log     *spool.Log
	servers []*http.Server
}

func openRedirects(ctx context.Context, b *bench) (comparing, error) {
	d, err := b.database(ctx, "redirects")
	if err != nil {
		return comparing{}, err
	}
	r := &redirectBench{database: d}
	c := comparing{close: r.close}
	twist, bare, err := r.open(ctx)
	if err != nil {
		return comparing{}, errors.Join(err, r.close(ctx))
	}
	c.parts = []part{{
		title: "as many as can be", unit: "redirects", goals: []goal{atLeast(0.3, bareRedirect), shown(lasting, bareRedirect)},
		sides: []side{
			{name: bareRedirect, run: followed(bare)},
			{name: ours, run: r.settled(followed(twist), false)},
			{name: lasting, run: r.settled(followed(twist), true)},
		},
	}, {
		title: "5,000 a second", unit: "redirects", goals: []goal{below(5 * time.Millisecond), shown(ours, bareRedirect)},
		sides: []side{{name: bareRedirect, run: visited(bare)}, {name: ours, run: r.settled(visited(twist), false)}},
	}}
	return c, nil
}

// open fills the database and serves both.
func (r *redirectBench) open(ctx context.Context) (twist, bare []*client, err error) {
	for _, file := range []string{"people.sql", "programs.sql", "links.sql"} {
		if err := r.load(ctx, file, map[string]int{"people": shared, "programs": shared, "links": shared}); err != nil {
			return nil, nil, err
		}
	}
	if r.store, err = r.database.store(ctx, postgres.Options{}); err != nil {
		return nil, nil, err
	}
	if _, err := r.store.Clicks().Rotate(ctx, time.Now(), attribution.ClicksKept); err != nil {
		return nil, nil, err
	}
	if r.log, err = spool.Open(filepath.Join(r.scratch, "clicks"), r.store.Clicks(), spool.Options{}); err != nil {
		return nil, nil, err
	}
	s, err := assemble(r.store, r.log, func(c *library.Config) { c.ClickRules = nil }) // the usual ones
	if err != nil {
		return nil, nil, err
	}
	if twist, err = r.serve(ctx, s.handler()); err != nil {
		return nil, nil, err
	}
	bare, err = r.serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, "https://shop.example/things/1", http.StatusFound)
	}))
	return twist, bare, errors.Join(err, r.settle(ctx))
}

// serve answers on a free port of the loopback, and gives connections to it.
func (r *redirectBench) serve(ctx context.Context, h http.Handler) ([]*client, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	r.servers = append(r.servers, server)
	go func() { _ = server.Serve(listener) }() // ends with close
	visitors := make([]*client, many)
	for i := range visitors {
		if visitors[i], err = dial(ctx, listener.Addr().String(), i); err != nil {
			return nil, err
		}
	}
	return visitors, nil
}

// close ends what was begun. What waits in the spool goes into the database first.
func (r *redirectBench) close(ctx context.Context) (err error) {
	for _, server := range r.servers {
		err = errors.Join(err, server.Close())
	}
	if r.log != nil {
		err = errors.Join(err, r.log.Close())
	}
	if r.store != nil {
		err = errors.Join(err, r.store.Close())
	}
	return errors.Join(err, r.drop(ctx))
}

// followed lets every connection follow links again and again.
func followed(visitors []*client) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, lasts time.Duration) (sample, error) {
		return callers(ctx, len(visitors), lasts, func(_ context.Context, i int) error { return visitors[i].follow() })
	}
}

// settled waits after a round until the database has its clicks, so that the next one pays for none of them, and fails
// when one was dropped. The wait counts when it is told to.
func (r *redirectBench) settled(run func(context.Context, time.Duration) (sample, error), counts bool) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, lasts time.Duration) (sample, error) {
		began := time.Now()
		s, err := run(ctx, lasts)
		if err == nil {
			err = r.log.Settle(ctx)
		}
		if counts {
			s.took = time.Since(began)
		}
		if c := r.log.Counts(); err == nil && c.Full+c.Unwritten+c.Refused > 0 {
			err = fmt.Errorf("%d clicks were dropped", c.Full+c.Unwritten+c.Refused)
		}
		return s, err
	}
}

// visited lets visitors come at even distances, each on a connection that is free.
func visited(visitors []*client) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, lasts time.Duration) (sample, error) {
		free := make(chan *client, len(visitors))
		for _, c := range visitors {
			free <- c
		}
		return paced(ctx, visitsPerSecond, lasts, func(context.Context, int) error {
			c := <-free
			defer func() { free <- c }()
			return c.follow()
		})
	}
}

// follow follows a link as a browser does that was never here.
func (c *client) follow() error {
	_, err := fmt.Fprintf(c.conn, "GET /r/code%d HTTP/1.1\r\nHost: bench\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"+
		"Accept: text/html\r\nSec-Fetch-Dest: document\r\nBench-From: %s\r\n\r\n", 1+rand.IntN(shared), home(rand.IntN(1<<16)))
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusFound {
		err = fmt.Errorf("a link was answered %d", response.StatusCode)
	}
	return errors.Join(err, response.Body.Close())
}
