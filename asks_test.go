package twist_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// asks gives how many of n challenges for a wallet are given to a visitor.
func (w *world) asks(address, wallet string, n int) int {
	w.t.Helper()
	given := 0
	ctx := twist.WithOrigin(w.ctx(), twist.Origin{IP: netip.MustParseAddr(address), RequestID: "req_1"})
	for range n {
		_, err := w.Identity.Challenge(ctx, string(testkit.Wallet(wallet)))
		if err != nil {
			require.ErrorIs(w.t, err, limit.ErrLimited)
			continue
		}
		given++
	}
	return given
}

// P-49: however many strangers ask for challenges of a wallet, its owner gets one and signs in.
func TestStrangersSpendNobodysChallenges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 100 {
		require.Equal(t, 30, w.asks(fmt.Sprintf("203.0.113.%d", n), "ada", 32))
	}
	ctx := twist.WithOrigin(w.ctx(), office)
	challenge, err := w.Identity.Challenge(ctx, string(testkit.Wallet("ada")))
	require.NoError(t, err)
	message, signature := testkit.Answer("ada", challenge)
	_, err = w.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	require.NoError(t, err)
}

// E-21: what one visitor leaves waiting is bounded, whichever wallets and addresses of its network it names.
func TestChallengesOfOneVisitorAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, 30, w.asks("192.0.2.1", "ada", 50))
	require.Equal(t, 30, w.asks("192.0.2.1", "fan", 50), "another wallet has a share of its own")
	require.Equal(t, 0, w.asks("192.0.2.1", "eve", 50), "of what the visitor has")
	_, err := w.Identity.Challenge(twist.WithOrigin(w.ctx(), twist.Origin{IP: netip.MustParseAddr("192.0.2.1"), RequestID: "req_1"}), string(testkit.Wallet("zoe")))
	var wait limit.Wait
	require.ErrorAs(t, err, &wait, "it says when to come again")
	require.Equal(t, limit.Wait(5*time.Second), wait)
	given := 0
	for n := range 90 {
		given += w.asks(fmt.Sprintf("2001:db8::%x:1", n), fmt.Sprintf("wallet %d", n), 1)
	}
	require.Equal(t, 60, given, "a network of IPv6 is one visitor")
	require.Equal(t, 1, w.asks("2001:db8:0:1::1", "ada", 1))
	w.clock.Advance(30 * time.Second)
	require.Equal(t, 3, w.asks("192.0.2.1", "ada", 5))
}

// E-30: what is refused spends nothing: neither what the visitor has for a wallet, when it has asked for too many
// altogether, nor the other way round.
func TestARefusedAskSpendsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *twist.Config) {
		c.Asks = twist.Asks{ForWallet: limit.Quota{Burst: 3, Per: time.Hour}, ForAll: limit.Quota{Burst: 5, Per: time.Minute}}
	})
	require.Equal(t, 3, w.asks("192.0.2.1", "ada", 50))
	require.Equal(t, 2, w.asks("192.0.2.1", "fan", 50), "what was refused for ada left two")
	require.Equal(t, 0, w.asks("192.0.2.1", "eve", 50))
	w.clock.Advance(5 * time.Minute)
	require.Equal(t, 3, w.asks("192.0.2.1", "eve", 50), "what was refused for all left eve's three")
	require.Equal(t, 1, w.asks("192.0.2.1", "fan", 50))
}

// down is a limiter that cannot decide.
type down struct{}

func (down) Take(context.Context, string, limit.Quota, time.Time) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true}, ports.ErrLimiter
}

func (down) TakeAll(context.Context, time.Time, ...limit.Share) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true}, ports.ErrLimiter
}

// E-17: a limiter that cannot decide gives no challenge; a caller that came from nowhere is not limited.
func TestChallengesWithoutALimiter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.config
	c.Limiter = down{}
	p, err := twist.New(c)
	require.NoError(t, err)
	_, err = p.Identity.Challenge(twist.WithOrigin(w.ctx(), office), string(testkit.Wallet("ada")))
	require.ErrorIs(t, err, ports.ErrLimiter)
	for range 100 {
		_, err = p.Identity.Challenge(w.ctx(), string(testkit.Wallet("ada")))
		require.NoError(t, err)
	}
}
