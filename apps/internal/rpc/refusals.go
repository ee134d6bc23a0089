package rpc

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
)

// recording is how long writing a record may take, and so may finding out whether one is due.
const recording = 2 * time.Second

// The quotas of records.
//
//nolint:gochecknoglobals // constants
var (
	// usualRecords are of one kind of refusal, of one address or one account.
	usualRecords = limit.Quota{Burst: 10, Per: 30 * time.Second}
	// limitedRecords are of spent quotas: that it happened is worth a record, and how often is not.
	limitedRecords = limit.Quota{Burst: 1, Per: 5 * time.Minute}
	// allRecords are of everybody together: what fills the log at most, however many addresses and accounts
	// somebody commands, and whatever becomes of the limiter.
	allRecords = limit.Quota{Burst: 1000, Per: 100 * time.Millisecond}
)

// worthARecord picks the refusals that belong into the audit log: of a proof of identity, of what somebody
// known may not do, and of a spent quota. A caller without a token, or whose token has grown old, and a page
// that is not listed are everyday.
func worthARecord(v *visit, f *fault.Fault) bool {
	if v.route == nil || !v.origin.IP.IsValid() {
		return false
	}
	switch f.Kind() {
	case fault.Forbidden:
		return v.origin.Account != "" || !errors.Is(f, ErrOrigin)
	case fault.Unauthenticated:
		return !errors.Is(f, ErrNoToken) && !errors.Is(f, identity.ErrTokenExpired)
	case fault.Limited:
		return true
	default:
		return false
	}
}

// mayRecord takes one of the records that a refusal needs: of the address always, and of the account as well,
// so that neither many accounts at one address nor many addresses of one account have more; and last of what
// all together have. A limiter that cannot decide leaves it to the last. That the caller has gone, or has no
// time left, decides nothing.
func (d *door) mayRecord(ctx context.Context, v *visit, f *fault.Fault) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	q := usualRecords
	if f.Kind() == fault.Limited {
		q = limitedRecords
	}
	now := d.Now()
	due := func(who string) bool {
		verdict, err := d.Limiter.Take(ctx, "audit:"+f.Kind().String()+":"+who, q, now)
		return err != nil || verdict.Allowed
	}
	if !due("visitor:" + v.origin.Visitor()) {
		return false
	}
	if v.origin.Account != "" && !due("account:"+string(v.origin.Account)) {
		return false
	}
	v.suppressed = !d.records.take(allRecords, now).Allowed
	return !v.suppressed
}

// record writes the refusal in a unit of work of its own, also for a caller who has gone.
func (d *door) record(ctx context.Context, v *visit, f *fault.Fault) error {
	ctx, cancel := context.WithTimeout(twist.WithOrigin(context.WithoutCancel(ctx), v.origin), recording)
	defer cancel()
	return d.Refused(ctx, twist.Refusal{Action: v.name(), Code: f.Code()})
}
