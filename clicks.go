package twist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/core/visitor"
	"github.com/twist-platform/twist/ports"
)

// Arrival is what somebody who comes by a link says: text of any kind. Where the visit came from is in the Origin of
// the call; one without is Unrated by any rules that look.
type Arrival struct {
	Browser string // what an earlier Visit gave this browser; what was not given by us is as nothing

	Beacon   bool   // a page that the visitor is on tells of it
	Head     bool   // only the address is asked for, and not what stands there
	Purpose  string // what it is loaded for: Sec-Purpose, or what browsers said before there was that
	Dest     string // what the browser makes of it: Sec-Fetch-Dest
	Agent    string // what the visitor says it is
	Device   string // the same in a word, or nothing
	Referrer string // the page it comes from
}

// Visit is what following a link gives.
type Visit struct {
	Click   attribution.Click // without an id where it was not kept
	Landing string            // where the visitor goes
	Browser string            // for the browser to keep, and to bring again
}

// Preview gives where a link leads, with no click: for those of whom nothing is kept.
func (a *Attribution) Preview(ctx context.Context, code string) (string, error) {
	now := a.c.Clock.Now()
	link, err := a.lead(ctx, code, now)
	if err == nil && !link.Active(now) {
		err = attribution.ErrLinkNotFound
	}
	if err != nil {
		return "", err
	}
	return link.Landing("")
}

// lead is a link as visitors come by it.
type lead struct {
	attribution.Link

	over bool // its program was closed
}

// lead gives the link of a code, active or not; a code of none is ErrLinkNotFound. A link that leads somewhere is
// remembered for LinkLife, and a code that does not for LinkOffLife, so that nobody who calls it again and again has it
// read each time.
func (a *Attribution) lead(ctx context.Context, code string, now time.Time) (lead, error) {
	if len(code) > attribution.CodeLength { // which no link has, and nobody is to have remembered
		return lead{}, attribution.ErrLinkNotFound
	}
	if known, ok := a.links.find(code, now); ok && known.Active(now) {
		return known, nil
	}
	known, ok := a.off.find(code, now)
	if !ok {
		var err error
		if known, err = a.readLead(ctx, code, now); err != nil {
			return lead{}, err
		}
	}
	if known.ID == "" {
		return lead{}, attribution.ErrLinkNotFound
	}
	return known, nil
}

// readLead reads and remembers what there is under a code, which of one of none is nothing. The code is remembered without the
// request that it was a part of, which is as long as strangers make it.
func (a *Attribution) readLead(ctx context.Context, code string, now time.Time) (lead, error) {
	code = strings.Clone(code)
	began, beganOff := a.links.began(), a.off.began()
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (lead, error) {
		link, ok, err := v.Links.FindByCode(ctx, code)
		if err != nil {
			return lead{}, err
		}
		if !ok {
			a.off.keep(beganOff, code, lead{}, now, now.Add(LinkOffLife))
			return lead{}, nil
		}
		program, err := v.Programs.Get(ctx, link.Program)
		if err != nil {
			return lead{}, err
		}
		found := lead{link, !program.ClosedAt.IsZero()}
		if link.Active(now) {
			a.links.keep(began, code, found, now, now.Add(LinkLife))
		} else {
			a.off.keep(beganOff, code, found, now, now.Add(LinkOffLife))
		}
		return found, nil
	})
}

// Click judges a visit by a link and keeps it with its verdict. Whatever the verdict is, and also when the limiter or the
// log fails, the visitor is sent on: then without the id of a click that nobody could find. A link that was withdrawn or
// has expired leads nowhere: that is ErrLinkNotFound, and the visit is kept with the reason.
func (a *Attribution) Click(ctx context.Context, code string, by Arrival) (Visit, error) {
	now := a.c.Clock.Now()
	link, err := a.lead(ctx, code, now)
	if err != nil {
		return Visit{}, err
	}
	from, _ := OriginOf(ctx)
	name, known := a.c.Visitors.Open(by.Browser)
	if !known {
		name = a.c.Random.Text(identity.NonceLength)
	}
	click := attribution.Click{
		ID: attribution.ClickID(a.c.IDs.New("clk")), Link: link.ID, Program: link.Program, Influencer: link.Influencer, Holder: link.Holder,
		Visitor: name, At: now, Rules: a.c.ClickRules.Version(), Country: from.Country, Device: by.Device, Origin: attribution.Redirect,
	}
	if by.Beacon {
		click.Origin = attribution.Beacon
	}
	visit := a.visit(by, from, link, now)
	if known {
		visit.Visitor = name
	}
	take := func(s limit.Share) (bool, error) {
		verdict, err := a.c.Limiter.Take(ctx, s.Key, s.Quota, now)
		return verdict.Allowed, err
	}
	click.Verdict = attribution.Verdict(a.c.ClickRules.Judge(visit, take))
	click.Excess = click.Verdict == attribution.Valid && a.excess(ctx, click, from, take)
	err = a.c.Clicks.Append(ctx, click)
	a.c.Clicked(click, err)
	if err != nil { // which is counted, and no reason to keep a visitor from the shop
		click = attribution.Click{Visitor: name}
	}
	if !link.Active(now) {
		return Visit{}, attribution.ErrLinkNotFound
	}
	landing, err := link.Landing(click.ID)
	return Visit{Click: click, Landing: landing, Browser: a.c.Visitors.Seal(name)}, err
}

// visit is what the rules are asked about. By an address it is counted under hashes alone.
func (a *Attribution) visit(by Arrival, from Origin, link lead, now time.Time) clicks.Visit {
	v := clicks.Visit{
		LinkOff: !link.Active(now), ProgramOff: link.over, Beacon: by.Beacon, Head: by.Head,
		Purpose: by.Purpose, Dest: by.Dest, UserAgent: by.Agent, Referrer: by.Referrer, Address: from.IP,
		Link: string(link.ID), Network: string(a.c.Visitors.Hash(visitor.Clicks, now, from.IP)),
	}
	if v.Network != "" {
		agent := sha256.Sum256([]byte(by.Agent))
		v.Source = v.Network + "." + hex.EncodeToString(agent[:8])
	}
	return v
}

// excess reports a valid click that is not held against whom it is for. What cannot be counted is held against them, as a flood
// is: it could else fill the limiter's memory with clicks for others. A visitor who hangs up before it is counted holds nothing
// against anybody.
func (a *Attribution) excess(ctx context.Context, k attribution.Click, from Origin, take clicks.Take) bool {
	near := a.c.Visitors.Neighborhood(visitor.Clicks, k.At, from.IP)
	over, err := a.c.ClickRules.Excess(string(near), string(k.Program)+"/"+string(k.Holder), take)
	return over || err != nil && ctx.Err() != nil
}

// RotateClicks drops the clicks of days that are of no use any more, makes ready for those to come, forgets customers
// whose bindings are over, and gives how many days it dropped.
func (a *Attribution) RotateClicks(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	over := a.forgetCustomers(ctx, now)
	days, err := a.c.Clicks.Rotate(ctx, now, attribution.ClicksKept)
	return days, errors.Join(over, err)
}

// forgetCustomers forgets all whose bindings are over, however many end together.
func (a *Attribution) forgetCustomers(ctx context.Context, now time.Time) error {
	for {
		forgotten, err := ports.Write(ctx, a.c.Store, func(ctx context.Context, tx ports.Tx) (int, error) { return tx.Bindings.Forget(ctx, now, batch) })
		if err != nil || forgotten < batch {
			return err
		}
	}
}

// usualRules are compiled once: reading the lists takes longer than judging ten thousand visits.
//
//nolint:gochecknoglobals // a constant
var usualRules = sync.OnceValues(func() (*clicks.Rules, error) { return clicks.Compile(clicks.Ours(), clicks.Canonical()) })
