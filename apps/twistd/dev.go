package main

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/worker"
)

// The times of dev: short enough to watch.
const (
	devSlot  = 400 * time.Millisecond // between two blocks of the cluster
	devEpoch = 30 * time.Second       // unless TWIST_EPOCH says otherwise
)

// dev leaves the system of the demo running, seeded, until ctx ends: an API to type at, a worker, and a
// cluster that makes blocks.
func dev(ctx context.Context, env environment) (err error) {
	if len(env.args) > 0 {
		printf(env.stderr, "dev takes no arguments; settings come from the environment: see twistd config\n")
		return errUsage
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before anybody can know that it runs: by itself the signal would end it
	defer signal.Stop(hangup)
	s, err := newStory(ctx, env, func(c *boot.Config) {
		if _, given := env.lookup("TWIST_EPOCH"); !given {
			c.Epoch = devEpoch
		}
	})
	if err != nil {
		return err
	}
	address, stop, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.base = "http://" + address
	s.client = newClient(s.base)
	keys, err := s.seed(ctx, env)
	defer func() { err = errors.Join(err, os.RemoveAll(keys)) }()
	if err != nil {
		return errors.Join(err, stop())
	}
	s.guide(env, keys)

	var running sync.WaitGroup
	running.Go(func() { worker.Run(ctx, s.system.Jobs(), s.system.Log()) })
	running.Go(func() { s.system.FollowKeys(ctx, hangup) })
	running.Go(func() { blocks(ctx, s.system.Sandbox) })
	<-ctx.Done()
	err = stop()
	running.Wait()
	printf(env.stdout, "\nstopped: nothing was kept\n")
	return err
}

// listen serves the API, and the metrics on a listener of their own if there is one. Stopping says first that
// no more requests are wanted and serves on until a balancer has seen it, then lets those under way finish, and
// takes the metrics away last.
func (s *story) listen(ctx context.Context) (address string, stop func() error, err error) {
	address, stopAPI, err := s.open(ctx, s.system.Handler(), s.config.Address)
	if err != nil {
		return "", nil, err
	}
	stopMetrics := func() error { return nil }
	if s.config.Metrics != "" {
		if _, stopMetrics, err = s.open(ctx, s.system.Metrics(), s.config.Metrics); err != nil {
			return "", nil, errors.Join(err, stopAPI())
		}
	}
	return address, func() error {
		s.system.Drain()
		<-time.After(s.config.Drain)
		return errors.Join(stopAPI(), stopMetrics())
	}, nil
}

// blocks lets the cluster live until ctx ends.
func blocks(ctx context.Context, sandbox *boot.Sandbox) {
	ticker := time.NewTicker(devSlot)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			sandbox.Tick(1)
		}
	}
}

// seed walks the loop as far as the link, and keeps the parties' keys in a folder of their own.
func (s *story) seed(ctx context.Context, env environment) (keys string, err error) {
	s.hold = 0
	quiet := newReport(env.stdout)
	quiet.quiet = true
	err = s.walk(ctx, quiet, s.opening())
	if err != nil {
		return "", err
	}
	if keys, err = os.MkdirTemp("", "twist-dev-"); err != nil {
		return "", err
	}
	for _, p := range s.parties() {
		file := filepath.Join(keys, p.name+".key")
		if err := os.WriteFile(file, []byte(hex.EncodeToString(p.key.Seed())+"\n"), 0o600); err != nil {
			return keys, err
		}
	}
	return keys, nil
}

// guide says what to type next.
func (s *story) guide(env environment, keys string) {
	printf(env.stdout, `TWIST is running at %[1]s, in memory, on a cluster of its own.

@ada has pool %[2]s and the link /r/%[4]s for %[3]s.
The fan has staked %[5]s TWIST and has %[6]s left. An epoch lasts %[7]s, a commission has no hold.
The wallets' keys are in %[8]s until this ends.

Every operation is described at %[1]s/docs.

Sign in (a token lasts ten minutes):
  fan=$(go run ./apps/twistd sign-in --api %[1]s --key %[8]s/fan.key)
  merchant=$(go run ./apps/twistd sign-in --api %[1]s --key %[8]s/merchant.key)

Look, and stake more:
  curl -s %[1]s/v1/me/balances -H "Authorization: Bearer $fan"
  curl -s %[1]s/v1/pools/%[2]s/stakes -H "Authorization: Bearer $fan" -H 'Idempotency-Key: try-1' \
    -H 'Content-Type: application/json' -d '{"amount":"25000000000"}'

Follow the link as a browser does (clicks of programs earn nothing), report an order with the click it gives, and
claim half a minute later:
  curl -si %[1]s/r/%[4]s -A 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' | grep -i location
  curl -s %[1]s/v1/conversions -H "Authorization: Bearer $merchant" -H 'Content-Type: application/json' \
    -d '{"program_id":"%[3]s","order_id":"order-1","amount":"100000000000","currency":"TWIST","click_id":"clk_…"}'
  curl -s -X POST %[1]s/v1/pools/%[2]s/claims -H "Authorization: Bearer $fan" -H 'Idempotency-Key: claim-1'

Interrupt to stop.
`, s.base, s.pool, s.program, s.code, twists(fanStake), twists(fanLeft), s.config.Epoch, keys)
}
