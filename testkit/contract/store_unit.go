package contract

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

func unitNotStarted(t *testing.T, s ports.Store) {
	ended, end := context.WithCancel(t.Context())
	end()
	var ran bool
	err := s.Write(ended, func(context.Context, ports.Tx) error { ran = true; return nil })
	require.ErrorIs(t, err, ports.ErrStore)
	err = s.Read(ended, func(context.Context, ports.View) error { ran = true; return nil })
	require.ErrorIs(t, err, ports.ErrStore)
	require.False(t, ran)
}

func unitCanceled(t *testing.T, s ports.Store) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	err := s.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		if err := both(ctx, tx); err != nil {
			return err
		}
		end()
		return nil
	})
	require.ErrorIs(t, err, ports.ErrStore)
	requireTraceless(t, s)
}

// unitHidden reads beside a unit of work that never commits: whatever the order, nothing of it shows.
func unitHidden(t *testing.T, s ports.Store) {
	var reader sync.WaitGroup
	var seen money.Amount
	var known bool
	var failed error
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := both(ctx, tx); err != nil {
			return err
		}
		reader.Go(func() {
			failed = s.Read(t.Context(), func(ctx context.Context, v ports.View) (err error) {
				_, absent := v.Accounts.Get(ctx, account(1).ID)
				if known = absent == nil; !known && !errors.Is(absent, identity.ErrAccountNotFound) {
					return absent
				}
				seen, err = v.Ledger.Balance(ctx, available(1), ledger.TWIST)
				return err
			})
		})
		return nil
	})
	reader.Wait()
	require.NoError(t, failed)
	require.False(t, known)
	require.Zero(t, seen)
}

// unitSnapshot reads the same again and again while a writer that began after the first read goes on.
func unitSnapshot(t *testing.T, s ports.Store) {
	write(t, s, both)
	begin, written := make(chan struct{}), make(chan error, 1)
	go func() {
		<-begin
		written <- s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, give(2, 5, 1)) })
	}()
	view(t, s, func(ctx context.Context, v ports.View) (struct{}, error) {
		for n := range 200 {
			got, err := v.Ledger.Balance(ctx, available(1), ledger.TWIST)
			if err != nil || got != 7 {
				return struct{}{}, errors.Join(errors.New("the balance moved"), err)
			}
			entries, err := v.Ledger.Entries(ctx, "", 10)
			if err != nil || len(entries) != 1 {
				return struct{}{}, errors.Join(errors.New("the journal grew"), err)
			}
			if n == 0 {
				close(begin)
			}
		}
		return struct{}{}, nil
	})
	require.NoError(t, <-written)
	requireBalance(t, s, 12, available(1))
}

// unitWhole has writers move value while readers add up all there is.
func unitWhole(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, give(1, racers, 1)) })
	var turn atomic.Int32
	answers := make([]error, racers)
	race(func() {
		n := int(turn.Add(1)) - 1
		if n%2 == 0 {
			answers[n] = s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
				return first(
					func() error { return tx.Ledger.Record(ctx, stake(100+n, 1, 1)) },
					func() error { return tx.Ledger.Record(ctx, stake(200+n, 1, 1)) },
				)
			})
			return
		}
		answers[n] = s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			left, one := v.Ledger.Balance(ctx, available(1), ledger.TWIST)
			gone, two := v.Ledger.Balance(ctx, staked, ledger.TWIST)
			entries, three := v.Ledger.Entries(ctx, "", 2*racers)
			if all, four := left.Add(gone); all != racers || len(entries)%2 == 0 { // the first, and pairs
				return errors.Join(errors.New("a unit was seen in part"), four)
			}
			return errors.Join(one, two, three)
		})
	})
	requireAllWon(t, answers)
	requireBalance(t, s, racers, staked)
	requireSound(t, s)
}

// unitSerial has everybody read a row under its lock and write it back, grown by one.
func unitSerial(t *testing.T, s ports.Store) {
	seed(t, s)
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		p, err := tx.Payouts.Lock(ctx, payout(0).ID)
		if err != nil {
			return err
		}
		p.Attempt++
		return tx.Payouts.Put(ctx, p)
	}))
	got := view(t, s, func(ctx context.Context, v ports.View) (payouts.Payout, error) {
		return v.Payouts.Get(ctx, payout(0).ID)
	})
	require.Equal(t, racers, got.Attempt)
}

// unitIDs adds rows that differ from those of seed in every key but the id.
func unitIDs(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Influencers.Add(ctx, influencer(2)) },
			func() error { return tx.Sessions.Add(ctx, session(0)) },
			func() error { return tx.Applications.Add(ctx, application(0, identity.ApplicationApproved)) },
			func() error { return tx.Mails.Add(ctx, mail(0, identity.MailSent)) },
		)
	})
	for name, add := range map[string]func(ctx context.Context, tx ports.Tx) error{
		"account": func(ctx context.Context, tx ports.Tx) error {
			a := account(9)
			a.ID = account(0).ID
			return tx.Accounts.Add(ctx, a)
		},
		"session": func(ctx context.Context, tx ports.Tx) error {
			v := session(9)
			v.ID = session(0).ID
			return tx.Sessions.Add(ctx, v)
		},
		"application": func(ctx context.Context, tx ports.Tx) error {
			a := application(9, identity.ApplicationPending)
			a.ID = application(0, "").ID
			return tx.Applications.Add(ctx, a)
		},
		"mail": func(ctx context.Context, tx ports.Tx) error {
			m := mail(9, identity.MailWaiting)
			m.ID = mail(0, "").ID
			return tx.Mails.Add(ctx, m)
		},
		"program": func(ctx context.Context, tx ports.Tx) error {
			p := program(9)
			p.ID = program(0).ID
			return tx.Programs.Add(ctx, p)
		},
		"link": func(ctx context.Context, tx ports.Tx) error {
			l := link(9)
			l.ID = link(0).ID
			return tx.Links.Add(ctx, l)
		},
		"conversion": func(ctx context.Context, tx ports.Tx) error {
			c := conversion(9)
			c.ID = conversion(0).ID
			return tx.Conversions.Add(ctx, c)
		},
		"pool": func(ctx context.Context, tx ports.Tx) error {
			p := pool(1)
			p.ID = pool(0).ID
			return tx.Pools.Add(ctx, p)
		},
		"influencer": func(ctx context.Context, tx ports.Tx) error {
			i := influencer(9)
			i.ID = influencer(0).ID
			return first(func() error { return tx.Accounts.Add(ctx, account(9)) }, func() error { return tx.Influencers.Add(ctx, i) })
		},
	} {
		err := s.Write(t.Context(), add)
		require.Error(t, err, name)
		require.Equal(t, fault.Internal, fault.Of(err).Kind(), name)
	}
	kept := view(t, s, func(ctx context.Context, v ports.View) ([]any, error) {
		a, one := v.Accounts.Get(ctx, account(0).ID)
		i, _, two := v.Influencers.FindByAccount(ctx, account(0).ID)
		p, three := v.Programs.Get(ctx, program(0).ID)
		c, four := v.Conversions.Get(ctx, conversion(0).ID)
		o, five := v.Pools.Get(ctx, pool(0).ID)
		return []any{a, i, p, c, o}, errors.Join(one, two, three, four, five)
	})
	require.Equal(t, []any{account(0), influencer(0), program(0), conversion(0), pool(0)}, kept)
}
