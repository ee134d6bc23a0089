// Package boot assembles programs: it is the only place that reads configuration and chooses adapters.
//
// Only programs under apps import it. Its invariant: what New returns is complete, or it returns an
// error that says what is missing.
package boot

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/smtp"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/metrics"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// System is a program, assembled.
type System struct {
	Platform *twist.Platform
	Sandbox  *Sandbox // the world around it: a clock that moves and a cluster of its own
	config   Config
	log      *slog.Logger
	stores   stores
	ids      memory.IDs
	tokens   *jwt.Tokens
	now      func() time.Time
	limiter  ports.Limiter
	metrics  *metrics.Metrics
	stopping *atomic.Bool
	answers  *readiness // of the stores
}

// New assembles a system around a Solana cluster in the process. What it stores is in memory, or in the
// configured database, which has to be migrated and empty: the cluster begins anew. With a database the visitor key is
// given and not drawn. Close ends it.
func New(ctx context.Context, c Config, log *slog.Logger) (_ *System, err error) {
	clock := &memory.Clock{}
	ids := memory.IDs{Clock: clock}
	treasuryKey, mint, err := newWorld()
	if err != nil {
		return nil, err
	}
	signer, err := solana.NewTreasury(treasuryKey, mint)
	if err != nil {
		return nil, fmt.Errorf("treasury: %w", err)
	}
	cluster, err := solanasim.New(solanasim.Options{Mint: mint, Treasury: signer.Treasury(), Name: "twist-sandbox", Start: clock.Now()})
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	if err := cluster.Airdrop(signer.Treasury(), treasuryGas); err != nil {
		return nil, fmt.Errorf("gas for the treasury: %w", err)
	}
	mailer, err := openMailer(c)
	if err != nil {
		return nil, err
	}
	kept, err := openStores(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, kept.close())
		}
	}()
	tokens, err := openTokens(ctx, c, kept.tombstones, clock.Now())
	if err != nil {
		return nil, err
	}
	visitors, err := visitorsOf(c.VisitorKey)
	if err != nil {
		return nil, fmt.Errorf("visitor key: %w", err)
	}
	limiter, counted := &memory.Limiter{}, metrics.New()
	parts := twist.Config{
		Store: kept.units, Clicks: kept.clicks, Challenges: kept.challenges, Limiter: limiter, Tokens: tokens,
		Chain: cluster, Signer: signer, Clock: clock, IDs: ids, Random: memory.Random{},
		Mailer: mailer, Site: c.Site, Mint: mint, Visitors: visitors, Epoch: c.Epoch, Terms: c.Terms, Operators: c.Operators, Asks: c.Asks, Fraud: c.Fraud, Ruled: counted.Ruled,
		Clicked: clicked(counted, log),
	}
	if c.Change != nil {
		c.Change(&parts)
	}
	platform, err := twist.New(parts)
	if err != nil {
		return nil, err
	}
	counted.Alerts(platform.Fraud.CountOpen)
	observe(counted, kept.spool)
	return &System{
		Platform: platform, config: c, log: log, stores: kept, ids: ids, tokens: tokens, now: clock.Now, limiter: limiter, metrics: counted, stopping: &atomic.Bool{},
		answers: &readiness{ask: kept.ready, now: clock.Now},
		Sandbox: &Sandbox{clock: clock, cluster: cluster, mint: mint, treasury: signer.Treasury()},
	}, nil
}

// treasuryGas is the SOL, in lamports, that the sandbox's treasury begins with.
const treasuryGas = 10_000_000_000

// newWorld draws a treasury and a mint.
func newWorld() (ed25519.PrivateKey, string, error) {
	_, treasury, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, "", err
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, "", err
	}
	mint, err := identity.WalletOf(public)
	return treasury, string(mint), err
}

// openMailer makes what hands mails to the configured server, or nothing: then they wait.
func openMailer(c Config) (ports.Mailer, error) {
	if c.SMTP.text() == "" {
		return nil, nil //nolint:nilnil // a missing Mailer has a meaning of its own
	}
	mailer, err := smtp.New(smtp.Options{URL: c.SMTP.text(), From: c.MailFrom})
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return mailer, nil
}

// Handler is the API.
func (s *System) Handler() http.Handler {
	return api.Handler(s.Platform, api.Options{
		NewID: func() string { return s.ids.New("req") }, Log: s.log, Ready: s.ready,
		Secure: strings.HasPrefix(s.config.Site.URI, "https://"), Site: origin(s.config.Site),
		Door: rpc.Options{
			Now: s.Sandbox.clock.Now, Limiter: s.limiter, Rules: s.config.Rules, Access: s.log,
			Proxies: s.config.Proxies, Country: s.config.Country, Origins: s.config.Origins, Observer: s.metrics,
		},
	})
}

// origin is where browsers reach a site: what its page's address begins with.
func origin(site identity.Site) string {
	scheme, _, _ := strings.Cut(site.URI, "://")
	return scheme + "://" + site.Domain
}

// Metrics is what Prometheus reads. It belongs on a listener of its own.
func (s *System) Metrics() http.Handler { return s.metrics.Handler() }

// ErrStopping means that the program is about to end: whoever spreads requests sends none here any more.
var ErrStopping = fault.New(fault.Unavailable, "stopping", "this process is about to stop")

// Drain makes the system say that it is not ready, while it serves on.
func (s *System) Drain() { s.stopping.Store(true) }

// Longest is how long a request may take: a stop that gives up earlier cuts what would have been answered.
func (s *System) Longest() (longest time.Duration) {
	rules := s.config.Rules
	if rules == nil {
		rules = rpc.Rules()
	}
	for _, rule := range rules {
		longest = max(longest, rule.Deadline)
	}
	return longest
}

func (s *System) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return ErrStopping
	}
	return s.answers.check(ctx)
}

// Log is where the system reports.
func (s *System) Log() *slog.Logger { return s.log }

// Jobs is the worker's table. None runs while the clock of the process is not the store's, and gives ports.ErrClock instead:
// it would share what is on hold, and assess months that are not over.
func (s *System) Jobs() []worker.Job {
	jobs := worker.Jobs(s.Platform)
	for i, job := range jobs {
		jobs[i].Run = func(ctx context.Context) (int, error) {
			if err := s.answers.check(ctx); errors.Is(err, ports.ErrClock) { // whatever else it is the job finds out by itself
				return 0, err
			}
			return job.Run(ctx)
		}
	}
	return jobs
}

// Snapshot writes everything that is stored, if it is in memory.
func (s *System) Snapshot() ([]byte, error) { return s.stores.snapshot() }

// Close gives back what the system holds of the outside.
func (s *System) Close() error { return s.stores.close() }

// VerifySnapshot recomputes a snapshot of a store, in whose chain the known heads must stand. It reports also
// whether the rows are those that were written.
func VerifySnapshot(ctx context.Context, snapshot []byte, known ...journal.Head) (v twist.Verification, intact bool, err error) {
	store, intact, err := memory.Restore(snapshot)
	if err != nil {
		return twist.Verification{}, false, err
	}
	v, err = twist.Verify(ctx, store, known...)
	return v, intact, err
}
