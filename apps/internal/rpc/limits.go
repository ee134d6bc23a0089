package rpc

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/limit"
)

// Class says how often a route may be called, and how long a call may take. The zero class is Strict: a
// route that nobody thought about is limited like a sign-in.
type Class uint8

// The classes. Each has buckets of its own, so that what is spent on one is not missing in another.
const (
	// Strict is for whatever is not sorted.
	Strict Class = iota
	// SignIn is for challenges and their answers, by callers who have proven nothing.
	SignIn
	// Refresh is for new tokens of a session.
	Refresh
	// Reads is for what changes nothing. It is served on while the limiter cannot decide.
	Reads
	// Follows is for links that people share. Over its quota a visitor is served on as long as the quota of Reads
	// lasts, and nothing is counted: its request is Looking.
	Follows
	// Beacons is for pages that tell of a visitor. It is served on while the limiter cannot decide.
	Beacons
	// Writes is for what changes no balance.
	Writes
	// Money is for what moves it.
	Money
	// Costly is for reads that take seconds of our time.
	Costly
	// Exempt is for probes: they must not fail because somebody else calls.
	Exempt

	unknown    // addresses that have no route
	preflights // browsers' questions whether a page may call
)

// String is the class's word in keys, logs and metrics.
func (c Class) String() string {
	names := [...]string{"strict", "sign_in", "refresh", "reads", "follows", "beacons", "writes", "money", "costly", "exempt", "unknown", "preflights"}
	if int(c) < len(names) {
		return names[c]
	}
	return names[Strict]
}

// Rule is what a class allows. A quota of zero limits nothing.
type Rule struct {
	Visitor  limit.Quota   // of each twist.Origin.Visitor, before anybody knows who calls
	Account  limit.Quota   // of each account, once its token was found good
	Deadline time.Duration // of one request
}

// Rules are the limits of every class, unless Options says otherwise. An address may hold many people, so it
// has more than an account wherever the account limits too.
func Rules() map[Class]Rule {
	const (
		quick = 10 * time.Second
		long  = 25 * time.Second
	)
	every := func(burst int, per time.Duration) limit.Quota { return limit.Quota{Burst: burst, Per: per} }
	return map[Class]Rule{
		Strict:  {every(30, 10*time.Second), every(30, 10*time.Second), quick},               // 30 in 5 minutes
		SignIn:  {every(30, 10*time.Second), limit.Quota{}, quick},                           // 30 in 5 minutes
		Refresh: {every(150, 2*time.Second), limit.Quota{}, quick},                           // 150 in 5 minutes
		Reads:   {every(1200, 50*time.Millisecond), every(600, 100*time.Millisecond), quick}, // 20 and 10 a second
		Follows: {every(600, 200*time.Millisecond), limit.Quota{}, quick},                    // 5 a second
		Beacons: {every(600, 200*time.Millisecond), limit.Quota{}, quick},                    // 5 a second
		Writes:  {every(300, 200*time.Millisecond), every(120, 500*time.Millisecond), quick}, // 5 and 2 a second
		Money:   {every(300, 200*time.Millisecond), every(120, 500*time.Millisecond), quick},
		Costly:  {every(12, 10*time.Second), every(6, 10*time.Second), long},
		Exempt:  {limit.Quota{}, limit.Quota{}, quick},
		unknown: {every(120, time.Second), limit.Quota{}, quick},

		preflights: {every(600, 100*time.Millisecond), limit.Quota{}, quick},
	}
}

// spareQuota is what everybody together may read while the limiter cannot decide: enough to stay up, and
// never without a bound.
var spareQuota = limit.Quota{Burst: 100, Per: 20 * time.Millisecond} //nolint:gochecknoglobals // a constant

// Limiter is ports.Limiter, as the door needs it.
type Limiter interface {
	Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error)
}

// shared is one bucket of everybody, in the door itself: it needs no limiter to decide.
type shared struct {
	mu   sync.Mutex
	full time.Time
}

func (s *shared) take(q limit.Quota, now time.Time) (v limit.Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full, v = q.Take(s.full, now)
	return v
}

// limitVisitor takes one of what an address may do, before its token is even looked at.
func (d *door) limitVisitor(ctx context.Context, v *visit) error {
	c, who := v.class(), "visitor:"+v.origin.Visitor()
	if c == Follows {
		q, verdict, err := d.ask(ctx, v, Follows, d.Rules[Follows].Visitor, who)
		if err != nil || verdict.Allowed {
			return d.judge(v, q, verdict, err)
		}
		c, v.excess = Reads, true // whose many visitors share the address: they arrive where the link leads
	}
	return d.take(ctx, v, c, d.Rules[c].Visitor, who)
}

// limitAccount takes one of what an account may do. An account that is refused has spent one of its address:
// its token had to be verified to know.
func (d *door) limitAccount(ctx context.Context, v *visit, by twist.Caller) error {
	return d.take(ctx, v, v.class(), d.Rules[v.class()].Account, "account:"+string(by.Account))
}

func (d *door) take(ctx context.Context, v *visit, c Class, q limit.Quota, who string) error {
	q, verdict, err := d.ask(ctx, v, c, q, who)
	return d.judge(v, q, verdict, err)
}

// judge shows a verdict, and refuses by it.
func (*door) judge(v *visit, q limit.Quota, verdict limit.Verdict, err error) error {
	if err != nil || q == (limit.Quota{}) {
		return err
	}
	v.show(q, verdict)
	if !verdict.Allowed {
		v.limited = true
		return limit.ErrLimited
	}
	return nil
}

// ask asks the limiter, and gives the quota that decided. One that cannot decide is no yes: the request is refused as unavailable, except
// that reads, clicks and the questions of browsers before them share a spare bucket, so that public pages and links do
// not depend on a counter.
func (d *door) ask(ctx context.Context, v *visit, c Class, q limit.Quota, who string) (limit.Quota, limit.Verdict, error) {
	if q == (limit.Quota{}) {
		return q, limit.Verdict{Allowed: true}, nil
	}
	now := d.Now()
	verdict, err := d.Limiter.Take(ctx, c.String()+":"+who, q, now)
	if err != nil {
		v.undecided = true
		d.Log.ErrorContext(ctx, "limiter failed", slog.String("route", v.name()), slog.String("class", c.String()),
			slog.String("request_id", v.origin.RequestID), slog.String("error", err.Error()))
		if c != Reads && c != Follows && c != Beacons && c != preflights {
			return q, verdict, err
		}
		q, verdict = spareQuota, d.spare.take(spareQuota, now)
	}
	return q, verdict, nil
}

// show writes the quota that is nearest to its end, and for how long to wait once it is there.
func (v *visit) show(q limit.Quota, verdict limit.Verdict) {
	if v.shown && verdict.Allowed && verdict.Remaining >= v.remaining {
		return
	}
	v.shown, v.remaining = true, verdict.Remaining
	h := v.w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(q.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(verdict.Remaining))
	h.Set("RateLimit-Reset", seconds(verdict.ResetAfter))
	if !verdict.Allowed {
		h.Set("Retry-After", seconds(verdict.RetryAfter))
	}
}

// seconds rounds up: who waits so long has waited enough.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// retryLater tells the client of an answer that is ours when to come again, if nothing else did.
func retryLater(w http.ResponseWriter) {
	if w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "5")
	}
}
