package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// system is the library over a database, with a cluster in the process that nobody asks for much.
type system struct {
	*twist.Platform

	ids   memory.IDs
	clock *memory.Clock
}

// assemble puts the library over a store, as a program does.
func assemble(store ports.Store, log ports.ClickLog, changes ...func(*twist.Config)) (*system, error) {
	clock := &memory.Clock{}
	ids := memory.IDs{Clock: clock}
	mint := string(testkit.Wallet("mint"))
	signer, err := solana.NewTreasury(testkit.Key("treasury"), mint)
	if err != nil {
		return nil, err
	}
	cluster, err := solanasim.New(solanasim.Options{Mint: mint, Treasury: signer.Treasury(), Name: "bench", Start: clock.Now()})
	if err != nil {
		return nil, err
	}
	site := testkit.Site()
	tokens, err := jwt.New(jwt.Options{
		Issuer: site.URI, Audience: site.URI + "/v1", ChainID: site.ChainID,
		Ring: jwt.Ring{Keys: []jwt.Key{{ID: "bench", Private: testkit.Key("tokens")}}},
	}, clock.Now())
	if err != nil {
		return nil, err
	}
	c := twist.Config{
		Store: store, Clicks: log, Challenges: &memory.Challenges{}, Limiter: &memory.Limiter{}, Tokens: tokens, Chain: cluster, Signer: signer,
		Clock: clock, IDs: ids, Random: memory.Random{}, Site: site, Mint: mint, Visitors: testkit.Visitors(),
		Fraud: fraud.Silent(), ClickRules: clicks.Silent(), // every stake is judged, and those of a few accounts by the thousand pass
	}
	for _, change := range changes {
		change(&c)
	}
	p, err := twist.New(c)
	return &system{Platform: p, ids: ids, clock: clock}, err
}

// handler is the API, logging nowhere.
func (s *system) handler() http.Handler {
	o := api.Options{
		NewID: func() string { return s.ids.New("req") }, Log: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) error { return nil },
	}
	o.Door.Now, o.Door.Limiter = s.clock.Now, unlimited{}
	h := api.Handler(s.Platform, o)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = r.Header.Get(from) + ":1" // all of them come from the loopback
		h.ServeHTTP(w, r)
	})
}

// from is the field in which clients say where they call from.
const from = "Bench-From"

// home is from where the n-th client calls.
func home(n int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)}) }

// unlimited allows everything: what is measured comes from one address.
type unlimited struct{}

// Take allows it.
func (unlimited) Take(context.Context, string, limit.Quota, time.Time) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true}, nil
}

// signIn opens a session for the wallet of a name and gives its token.
func (s *system) signIn(ctx context.Context, name string) (twist.SignedIn, error) {
	challenge, err := s.Identity.Challenge(ctx, string(testkit.Wallet(name)))
	if err != nil {
		return twist.SignedIn{}, err
	}
	message, signature := testkit.Answer(name, challenge)
	return s.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
}

// fan is the name of the n-th client's wallet.
func fan(n int) string { return fmt.Sprintf("fan %d", n) }
