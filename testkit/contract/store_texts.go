package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// unitTexts: whoever looks by a text that no store can hold is told that nothing is there, and goes on.
func unitTexts(t *testing.T, s ports.Store) {
	for _, text := range []string{"a\x00b", "\x00", "a\xff", "\xc3\x28"} {
		require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error { return lookUp(ctx, v, text) }), "%q", text)
		write(t, s, func(ctx context.Context, tx ports.Tx) error {
			_, account := tx.Accounts.Lock(ctx, identity.AccountID(text))
			_, session := tx.Sessions.Lock(ctx, identity.SessionID(text))
			_, pool := tx.Pools.Lock(ctx, staking.PoolID(text))
			_, conversion := tx.Conversions.Lock(ctx, attribution.ConversionID(text))
			_, payout := tx.Payouts.Lock(ctx, payouts.ID(text))
			_, application := tx.Applications.Lock(ctx, identity.ApplicationID(text))
			_, mail := tx.Mails.Lock(ctx, identity.MailID(text))
			_, kept, outcome := tx.Outcomes.Lock(ctx, text, text, text)
			debts, debt := tx.Debts.Lock(ctx, attribution.AccountID(text))
			_, linked, wallet := tx.Wallets.Find(ctx, identity.Wallet(text))
			wallets, locked := tx.Wallets.Lock(ctx, identity.AccountID(text))
			asked, payee := tx.Payouts.HasRequested(ctx, payouts.AccountID(text), payouts.Address(text), later(0))
			if kept || linked || asked || len(debts)+len(wallets) > 0 {
				return errors.New("it gave what is not there")
			}
			return errors.Join(
				only(account, identity.ErrAccountNotFound), only(session, identity.ErrSessionNotFound),
				only(pool, staking.ErrPoolNotFound), only(conversion, attribution.ErrConversionNotFound),
				only(payout, payouts.ErrNotFound), outcome, debt, wallet, locked, payee,
				only(application, identity.ErrApplicationNotFound), only(mail, identity.ErrMailNotFound),
				tx.Wallets.Remove(ctx, identity.Wallet(text)),
			)
		})
	}
}

// unitPlaces: what no store can hold still has a place in the order, from which a page goes on.
func unitPlaces(t *testing.T, s ports.Store) {
	for after, some := range map[string]bool{
		"": true, "\x00": true, "pool\x00z": true, "a\xff": true, "pool_\xff": false, "pool_0000\x00": false, "pool_0000\xff": false, "\xff": false, "q\xc3\x28": false,
	} {
		require.Equal(t, some, len(view(t, s, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
			return v.Pools.List(ctx, staking.PoolID(after), 1)
		})) == 1, "%q", after)
	}
}

// unitPairs is unitPlaces for pages that go by two columns: behind a text that no store can hold comes what
// comes behind it, whatever stands second.
func unitPairs(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Positions.Put(ctx, position(1)) },
			func() error { return tx.Positions.PutActivation(ctx, activation(1)) },
			func() error { return tx.Tickets.Add(ctx, ticket(1)) },
			func() error { return tx.PoolDays.Add(ctx, poolDay(1)) },
			func() error { return tx.Conversions.AddRefund(ctx, refund(1)) },
			func() error { return tx.Touches.Add(ctx, touch(1)) },
			func() error { return tx.Commissions.Put(ctx, commission(1, attribution.Pending)) },
			func() error { return tx.Debts.Put(ctx, debt(1)) },
			func() error { return tx.Deposits.Add(ctx, deposit(1)) },
			func() error { return tx.Attempts.Add(ctx, attempt(1, payouts.Live)) },
		)
	})
	for name, list := range pairs() {
		for _, place := range []struct {
			behind func(owner string) string
			want   int
		}{
			{func(owner string) string { return owner[:1] + "\x00" + owner }, 1},
			{func(owner string) string { return owner + "\x00" }, 0},
			{func(owner string) string { return owner + "\xff" }, 0},
			{func(string) string { return "\xff" }, 0},
		} {
			n := view(t, s, func(ctx context.Context, v ports.View) (int, error) { return list(ctx, v, place.behind) })
			require.Equal(t, place.want, n, name)
		}
	}
}

// pairs lists the pages that go by two columns: each counts what comes after a place, which is made of what
// the one row there is has first.
func pairs() map[string]func(context.Context, ports.View, func(string) string) (int, error) {
	return map[string]func(context.Context, ports.View, func(string) string) (int, error){
		"positions": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Positions.All(ctx, staking.Position{Pool: staking.PoolID(behind(string(pool(0).ID)))}, 9))
		},
		"activations": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Positions.AllActivations(ctx, staking.Activation{Pool: staking.PoolID(behind(string(pool(0).ID)))}, 9))
		},
		"tickets": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Tickets.All(ctx, staking.Ticket{Pool: staking.PoolID(behind(string(pool(0).ID)))}, 9))
		},
		"days": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.PoolDays.All(ctx, staking.PoolDay{Pool: staking.PoolID(behind(string(pool(0).ID)))}, 9))
		},
		"refunds": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Conversions.AllRefunds(ctx, attribution.Refund{Conversion: attribution.ConversionID(behind(string(conversion(0).ID)))}, 9))
		},
		"touches": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Touches.All(ctx, attribution.Touch{Conversion: attribution.ConversionID(behind(string(conversion(0).ID)))}, 9))
		},
		"commissions": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Commissions.All(ctx, attribution.Commission{Conversion: attribution.ConversionID(behind(string(conversion(0).ID)))}, 9))
		},
		"debts": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Debts.All(ctx, attribution.Debt{Holder: attribution.AccountID(behind(string(debt(1).Holder)))}, 9))
		},
		"deposits": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Deposits.List(ctx, payouts.Deposit{Arrival: payouts.Arrival{Signature: payouts.Signature(behind(string(deposit(1).Arrival.Signature)))}}, 9))
		},
		"deposits of an account": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Deposits.ListByAccount(ctx, deposit(1).Account, payouts.Deposit{Arrival: payouts.Arrival{Signature: payouts.Signature(behind(string(deposit(1).Arrival.Signature)))}}, 9))
		},
		"attempts": func(ctx context.Context, v ports.View, behind func(string) string) (int, error) {
			return count(v.Attempts.All(ctx, payouts.Attempt{Payout: payouts.ID(behind(string(payout(0).ID)))}, 9))
		},
	}
}

func count[V any](rows []V, err error) (int, error) { return len(rows), err }

// unitAmong: one text that no store can hold, asked for among others, hides none of them.
func unitAmong(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Deposits.Add(ctx, deposit(1)) },
			func() error { return tx.Positions.PutActivation(ctx, activation(1)) },
		)
	})
	bad, waits := deposit(1).Arrival, position(1)
	waits.WaitingEpoch = activation(1).Epoch
	lost := waits
	bad.Signature, lost.Pool = "a\x00b", "a\xff"
	require.Equal(t, []bool{false, true, false}, view(t, s, func(ctx context.Context, v ports.View) ([]bool, error) {
		return v.Deposits.Booked(ctx, []payouts.Arrival{bad, deposit(1).Arrival, deposit(2).Arrival})
	}))
	require.Equal(t, []staking.Activation{{}, activation(1)}, view(t, s, func(ctx context.Context, v ports.View) ([]staking.Activation, error) {
		return v.Positions.FindActivations(ctx, []staking.Position{lost, waits})
	}))
}

func lookUp(ctx context.Context, v ports.View, text string) error {
	_, account := v.Accounts.Get(ctx, identity.AccountID(text))
	_, session := v.Sessions.Get(ctx, identity.SessionID(text))
	_, program := v.Programs.Get(ctx, attribution.ProgramID(text))
	_, pool := v.Pools.Get(ctx, staking.PoolID(text))
	_, conversion := v.Conversions.Get(ctx, attribution.ConversionID(text))
	_, payout := v.Payouts.Get(ctx, payouts.ID(text))
	_, linked, link := v.Links.FindByCode(ctx, text)
	_, promoted, promo := v.Links.FindByPromo(ctx, attribution.ProgramID(text), text)
	reserved, kept := v.Reservations.List(ctx, attribution.ProgramID(text), "", 1)
	_, known, bound := v.Bindings.Find(ctx, attribution.ProgramID(text), attribution.Customer(text))
	_, named, influencer := v.Influencers.FindByUsername(ctx, text)
	if linked || promoted || named || known || len(reserved) > 0 {
		return errors.New("it gave what is not there")
	}
	return errors.Join(
		only(account, identity.ErrAccountNotFound), only(session, identity.ErrSessionNotFound), only(program, attribution.ErrProgramNotFound),
		only(pool, staking.ErrPoolNotFound), only(conversion, attribution.ErrConversionNotFound),
		only(payout, payouts.ErrNotFound), link, promo, kept, bound, influencer,
	)
}

// only turns the error that is wanted into none.
func only(err, wanted error) error {
	switch {
	case errors.Is(err, wanted):
		return nil
	case err == nil:
		return errors.New("it gave what is not there")
	default:
		return err
	}
}
