package contract

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// Signer is the specification of ports.Signer, on the network that its transfers are for. What open
// returns is a network of its own each time.
func Signer(t *testing.T, open func(t *testing.T) ChainUnderTest) {
	for name, test := range map[string]func(*testing.T, ChainUnderTest){
		"the_treasury_is_the_wallet_that_pays_and_receives": signerTreasury,
		"the_order_is_carried_out_to_the_unit":              signerCarriesOut,
		"the_same_order_gives_the_same_bytes":               signerDeterministic,
		"no_two_attempts_share_bytes":                       signerAttempts,
		"the_signature_is_known_before_the_transfer_is":     signerForesees,
		"signing_sends_nothing":                             signerSendsNothing,
		"a_destination_nobody_can_spend_from_is_refused":    signerDestinations,
		"an_amount_that_is_not_positive_is_refused":         signerAmounts,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

func signerTreasury(t *testing.T, u ChainUnderTest) {
	require.NotEmpty(t, u.Signer.Treasury())
	require.NotEqual(t, u.Holder, u.Signer.Treasury())
	u.deposit(t, "acct_1", 7)
	signed, _ := u.pay(t, 1, 5)
	u.submit(t, signed)
	u.Land()
	u.Finalize()
	u.requireReserve(t, 2)
}

func signerCarriesOut(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, ChainFunds)
	u.submit(t, signed)
	u.Land()
	u.requireHolds(t, ChainFunds)
	u.Finalize()
	require.Zero(t, u.reserve(t).Twist)
}

func signerDeterministic(t *testing.T, u ChainUnderTest) {
	order := u.order(t, 1, 5)
	first, err := u.Signer.Sign(t.Context(), order)
	require.NoError(t, err)
	again, err := u.Signer.Sign(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, first, again)

	clear(again.Raw)
	third, err := u.Signer.Sign(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, first, third, "what was given is the caller's own")
}

func signerAttempts(t *testing.T, u ChainUnderTest) {
	order := u.order(t, 1, 5)
	seen := map[payouts.Signature]bool{}
	for _, id := range []payouts.ID{"po_1", "po_2", "po_11"} {
		for attempt := range 12 {
			order.Payout, order.Attempt = id, attempt
			signed, err := u.Signer.Sign(t.Context(), order)
			require.NoError(t, err)
			require.False(t, seen[signed.Signature], "%s attempt %d", id, attempt)
			seen[signed.Signature] = true
		}
	}
}

func signerForesees(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.submit(t, signed)
	u.Land()
	require.NotEqual(t, payouts.Unseen, u.look(t, signed.Signature)[0].Status.Level)
}

func signerSendsNothing(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.Land()
	require.Equal(t, payouts.Unseen, u.look(t, signed.Signature)[0].Status.Level)
	u.requireHolds(t, 0)
}

func signerDestinations(t *testing.T, u ChainUnderTest) {
	for name, to := range map[string]payouts.Address{
		"empty":            "",
		"not_base58":       "0OIl" + u.Holder[4:],
		"too_short":        u.Holder[:20],
		"too_long":         u.Holder + u.Holder,
		"beside_a_space":   " " + u.Holder,
		"the_treasury":     u.Signer.Treasury(),
		"the_system":       "11111111111111111111111111111111",
		"of_a_program":     "FnWap8XuMPG4Q3CP1Hsf2xYeRXEwErAnoT4vY8AehWcy",
		"of_small_order_1": "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM",
	} {
		order := u.order(t, 1, 5)
		order.To = to
		_, err := u.Signer.Sign(t.Context(), order)
		require.ErrorIs(t, err, payouts.ErrDestination, name)
	}
}

func signerAmounts(t *testing.T, u ChainUnderTest) {
	for _, amount := range []money.Amount{0, -1, money.Min} {
		_, err := u.Signer.Sign(t.Context(), u.order(t, 1, amount))
		require.Error(t, err)
	}
}

// order is the n-th order of a suite: amount to the holder, built on the present head.
func (u ChainUnderTest) order(t *testing.T, n int, amount money.Amount) payouts.Order {
	t.Helper()
	head, err := u.Chain.Head(t.Context())
	require.NoError(t, err)
	return payouts.Order{Payout: payouts.ID("po_" + strconv.Itoa(n)), Attempt: 1, To: u.Holder, Amount: amount, Head: head}
}

// pay signs the n-th order and tells what would be stored about it. It sends nothing.
func (u ChainUnderTest) pay(t *testing.T, n int, amount money.Amount) (payouts.SignedTransfer, payouts.Attempt) {
	t.Helper()
	order := u.order(t, n, amount)
	signed, err := u.Signer.Sign(t.Context(), order)
	require.NoError(t, err)
	return signed, payouts.Attempt{
		Payout: order.Payout, N: order.Attempt, Signature: signed.Signature, Raw: signed.Raw,
		Genesis: order.Head.Genesis, Blockhash: order.Head.Blockhash,
		LastValidHeight: order.Head.LastValidHeight, Slot: order.Head.Slot, State: payouts.Live,
	}
}

func (u ChainUnderTest) submit(t *testing.T, signed payouts.SignedTransfer) {
	t.Helper()
	require.NoError(t, u.Chain.Submit(t.Context(), signed.Raw))
}

// deposit signs a deposit of the holder and submits it.
func (u ChainUnderTest) deposit(t *testing.T, account payouts.AccountID, amount money.Amount) payouts.SignedTransfer {
	t.Helper()
	head, err := u.Chain.Head(t.Context())
	require.NoError(t, err)
	signed := u.Deposit(account, amount, head)
	u.submit(t, signed)
	return signed
}

func (u ChainUnderTest) look(t *testing.T, signature payouts.Signature) []payouts.Sighting {
	t.Helper()
	sightings, err := u.Chain.Look(t.Context(), signature)
	require.NoError(t, err)
	return sightings
}

func (u ChainUnderTest) reserve(t *testing.T) payouts.Reserve {
	t.Helper()
	reserve, err := u.Chain.Reserve(t.Context())
	require.NoError(t, err)
	return reserve
}

// pages reads from the first slot on until there is no more.
func (u ChainUnderTest) pages(t *testing.T, limit int) (pages [][]payouts.Arrival) {
	t.Helper()
	for from := uint64(0); ; {
		page, next, err := u.Chain.Arrivals(t.Context(), from, limit)
		require.NoError(t, err)
		require.GreaterOrEqual(t, next, from)
		pages = append(pages, page)
		if next == from {
			return pages
		}
		from = next
	}
}

// arrivals gives each arrival once, in the order in which the pages bring them.
func (u ChainUnderTest) arrivals(t *testing.T, limit int) (all []payouts.Arrival) {
	t.Helper()
	type place struct {
		signature payouts.Signature
		index     int
	}
	seen := map[place]bool{}
	for _, page := range u.pages(t, limit) {
		for _, arrival := range page {
			if at := (place{arrival.Signature, arrival.Index}); !seen[at] {
				seen[at], all = true, append(all, arrival)
			}
		}
	}
	return all
}

// requireReserve asks what the treasury finally has beyond what it began with.
func (u ChainUnderTest) requireReserve(t *testing.T, more money.Amount) {
	t.Helper()
	want, err := ChainFunds.Add(more)
	require.NoError(t, err)
	require.Equal(t, want, u.reserve(t).Twist)
}

// requireHolds asks what the holder has beyond what it began with.
func (u ChainUnderTest) requireHolds(t *testing.T, more money.Amount) {
	t.Helper()
	want, err := ChainFunds.Add(more)
	require.NoError(t, err)
	require.Equal(t, want, u.Holds())
}
