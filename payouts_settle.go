package twist

import (
	"context"
	"errors"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Advance moves every payout one step on its way, and gives how many moved. It is the owner of every
// state that is not terminal; what nobody ever proves is for people. Between any two of its steps the process
// may die: the next run reads from the rows where each payout stands, and what the chain knows.
func (p *Payouts) Advance(ctx context.Context) (int, error) {
	moved := 0
	var failed error
	for _, step := range []func(context.Context) (int, error){p.watch, p.decide, p.sign, p.send} {
		n, err := step(ctx)
		moved += n
		failed = errors.Join(failed, err)
	}
	return moved, failed
}

// eachIn does something to every payout that stands in one of the states, as sweep does.
func (p *Payouts) eachIn(ctx context.Context, do func(payouts.Payout) error, states ...payouts.State) (int, error) {
	return sweep(ctx, p.c.Store, func(ctx context.Context, v ports.View, behind payouts.Payout) ([]payouts.Payout, error) {
		return v.Payouts.ListByState(ctx, states, behind, batch)
	}, do)
}

// change runs fn on a payout under its lock, if it still stands where the step read it.
func (p *Payouts) change(ctx context.Context, read payouts.Payout, fn func(ctx context.Context, tx ports.Tx) error) error {
	return p.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		now, err := tx.Payouts.Lock(ctx, read.ID)
		if err != nil {
			return err
		}
		if movedOn(read, now) {
			return errUnchanged
		}
		return fn(ctx, tx)
	})
}

// movedOn reports that a payout is no longer where a step read it.
func movedOn(read, now payouts.Payout) bool {
	return now.State != read.State || now.Attempt != read.Attempt
}

// to moves a payout to a state in which nothing else changes.
func (p *Payouts) to(ctx context.Context, payout payouts.Payout, next payouts.State) error {
	return p.change(ctx, payout, func(ctx context.Context, tx ports.Tx) error {
		there, err := payout.To(next, p.c.Clock.Now())
		if err != nil {
			return err
		}
		if err := tx.Payouts.Put(ctx, there); err != nil {
			return err
		}
		var of facts
		if next == payouts.Approved {
			of = decidedOf(there)
		}
		return p.c.tell(ctx, tx, there.ChangedAt, moved(reached(next), there, of))
	})
}

// decide approves what needs no person, and queues what is approved. What waits for one is not listed, and
// the rule refuses it.
func (p *Payouts) decide(ctx context.Context) (int, error) {
	return p.eachIn(ctx, func(payout payouts.Payout) error {
		next := payouts.Approved
		if payout.State == payouts.Approved {
			next = payouts.Queued
		}
		return p.to(ctx, payout, next)
	}, payouts.Requested, payouts.Approved)
}

// sign makes the next attempt of every queued payout that the treasury can pay, and stores it with its
// signature before anything is sent. Short of tokens, payouts wait.
func (p *Payouts) sign(ctx context.Context) (int, error) {
	asked, free := false, room{attempts: batch}
	return sweep(ctx, p.c.Store, func(ctx context.Context, v ports.View, behind payouts.Payout) ([]payouts.Payout, error) {
		if free.attempts <= 0 {
			return nil, nil
		}
		return v.Payouts.ListByState(ctx, []payouts.State{payouts.Queued}, behind, batch)
	}, func(payout payouts.Payout) (err error) {
		if !asked {
			asked = true
			if free, err = p.room(ctx); err != nil {
				return err // and there is no room for the others
			}
		}
		rest, err := free.tokens.Sub(payout.Amount)
		if err != nil || rest < 0 || free.attempts <= 0 {
			return errUnchanged
		}
		free.tokens, free.attempts = rest, free.attempts-1 // whatever becomes of it: another worker may have signed it just now
		return p.attempt(ctx, payout)
	})
}

// flying gives all payouts whose attempt may still land, however many, as they stood at one moment.
func (p *Payouts) flying(ctx context.Context) ([]payouts.Payout, error) {
	states := []payouts.State{payouts.Signed, payouts.Broadcast, payouts.Confirmed, payouts.Unproven}
	return ports.Read(ctx, p.c.Store, func(ctx context.Context, v ports.View) (all []payouts.Payout, err error) {
		for behind := (payouts.Payout{}); ; behind = all[len(all)-1] {
			page, err := v.Payouts.ListByState(ctx, states, behind, batch)
			if all = append(all, page...); err != nil || len(page) < batch {
				return all, err
			}
		}
	})
}

// room is what the treasury holds beyond the attempts that may still land, and how many more of them there may be:
// few enough to be sent while they are fresh. What is unproven counts for its tokens only: it may stay so for ever.
type room struct {
	tokens   money.Amount
	attempts int
}

func (p *Payouts) room(ctx context.Context) (room, error) {
	// The reserve is read last: what lands in between is then counted twice, and not forgotten.
	flying, err := p.flying(ctx)
	if err != nil {
		return room{}, err
	}
	reserve, err := p.c.Chain.Reserve(ctx)
	if err != nil {
		return room{}, err
	}
	free := room{tokens: reserve.Twist, attempts: batch}
	for _, payout := range flying {
		if free.tokens, err = free.tokens.Sub(payout.Amount); err != nil {
			return room{}, err
		}
		if payout.State != payouts.Unproven {
			free.attempts--
		}
	}
	return free, nil
}

// attempt signs one transfer and stores it, for as long a life as the nodes together vouch for. The signature is known
// before the first send, so no crash can leave a transfer that nobody remembers.
func (p *Payouts) attempt(ctx context.Context, payout payouts.Payout) error {
	head, err := p.c.Chain.Head(ctx)
	if err != nil {
		return err
	}
	signed, err := p.c.Signer.Sign(ctx, payouts.Order{
		Payout: payout.ID, Attempt: payout.Attempt + 1, To: payout.Destination, Amount: payout.Amount, Head: head,
	})
	if errors.Is(err, payouts.ErrDestination) {
		return p.refuse(ctx, payout, payouts.ErrDestination.Code())
	}
	if err != nil {
		return err
	}
	sightings, err := p.c.Chain.Look(ctx, signed.Signature)
	if err != nil {
		return err
	}
	vouched, ok := head.Vouch(sightings)
	if !ok {
		return ports.ErrChain.Saying("too few nodes vouch for cluster %q", head.Genesis)
	}
	return p.change(ctx, payout, func(ctx context.Context, tx ports.Tx) error {
		next, attempt, err := payout.Sign(signed, vouched, p.c.Clock.Now())
		if err != nil {
			return err
		}
		if err := tx.Payouts.Put(ctx, next); err != nil {
			return err
		}
		if err := tx.Attempts.Add(ctx, attempt); err != nil {
			return err
		}
		return p.c.tell(ctx, tx, next.ChangedAt, moved(journal.PayoutSigned, next, signedAs(attempt)))
	})
}

// refuse ends a payout that cannot be paid at all, before any attempt.
func (p *Payouts) refuse(ctx context.Context, payout payouts.Payout, code string) error {
	return p.change(ctx, payout, func(ctx context.Context, tx ports.Tx) error {
		failed, err := payout.To(payouts.Failed, p.c.Clock.Now())
		if err != nil {
			return err
		}
		failed.FailureCode = code
		tell, err := p.giveBack(ctx, tx, failed)
		if err != nil {
			return err
		}
		return p.c.tell(ctx, tx, failed.ChangedAt, append(tell, failure(failed))...)
	})
}

// send hands the stored bytes of every live attempt to the network, again and again until they are
// seen or proven dead. The answer decides nothing: a lost response and a refusal look alike.
func (p *Payouts) send(ctx context.Context) (int, error) {
	return p.eachIn(ctx, func(payout payouts.Payout) error {
		attempt, err := p.live(ctx, payout)
		if err != nil {
			return err
		}
		sent := p.c.Chain.Submit(ctx, attempt.Raw)
		if payout.State == payouts.Broadcast {
			return errUnchanged // a refusal of bytes that were sent before says nothing; a silent network, watch reports
		}
		return errors.Join(p.to(ctx, payout, payouts.Broadcast), sent)
	}, payouts.Signed, payouts.Broadcast)
}

// live gives the attempt that a payout waits for, or errUnchanged when another worker moved it on.
func (p *Payouts) live(ctx context.Context, read payouts.Payout) (payouts.Attempt, error) {
	return ports.Read(ctx, p.c.Store, func(ctx context.Context, v ports.View) (payouts.Attempt, error) {
		now, err := v.Payouts.Get(ctx, read.ID)
		if err != nil {
			return payouts.Attempt{}, err
		}
		if movedOn(read, now) {
			return payouts.Attempt{}, errUnchanged
		}
		all, err := v.Attempts.List(ctx, read.ID)
		if err != nil {
			return payouts.Attempt{}, err
		}
		for _, a := range all {
			if a.N == read.Attempt && a.State == payouts.Live {
				return a, nil
			}
		}
		return payouts.Attempt{}, payouts.ErrAttemptUnknown.Saying("%s attempt %d", read.ID, read.Attempt)
	})
}

// watch asks the chain about every attempt that was sent, and books what is final. It goes on asking about
// what is unproven: a node that remembers may answer again.
func (p *Payouts) watch(ctx context.Context) (int, error) {
	return p.eachIn(ctx, func(payout payouts.Payout) error {
		attempt, err := p.live(ctx, payout)
		if err != nil {
			return err
		}
		sightings, err := p.c.Chain.Look(ctx, attempt.Signature)
		if err != nil {
			return err
		}
		return p.book(ctx, payout, attempt, attempt.Judge(sightings))
	}, payouts.Broadcast, payouts.Confirmed, payouts.Unproven)
}
