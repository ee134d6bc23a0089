package payouts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

const mint = "So11111111111111111111111111111111111111112"

// The text byte for byte: wallets show it and people sign it.
func TestIntentText(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.Amount]string{
		payouts.Minimum:          "10.000000000 TWIST (10000000000 base units",
		1_234_567_890_123:        "1234.567890123 TWIST (1234567890123 base units",
		payouts.ApprovalFrom - 1: "9999.999999999 TWIST (9999999999999 base units",
		1:                        "0.000000001 TWIST (1 base units",
	} {
		of := payouts.Intent{Payout: "po_1", Account: "acct_1", Destination: "a_wallet", Amount: amount}
		require.Equal(t, "Pay "+want+" of mint "+mint+") to a_wallet as payout po_1 of account acct_1. A fee of 0.100000000 TWIST comes on top.", of.Text(mint))
	}
}

// P-45: two intents share a text only if they are equal, and each is one line of the sign-in grammar.
func TestIntentTextIsCanonical(t *testing.T) {
	t.Parallel()
	drawn := rapid.Custom(func(t *rapid.T) payouts.Intent {
		id := rapid.StringMatching(`[a-z0-9_]{1,30}`)
		return payouts.Intent{
			Payout: payouts.ID("po_" + id.Draw(t, "payout")), Account: payouts.AccountID("acct_" + id.Draw(t, "account")),
			Destination: payouts.Address(rapid.StringMatching(`[1-9A-HJ-NP-Za-km-z]{32,44}`).Draw(t, "destination")),
			Amount:      money.Amount(rapid.Int64Range(int64(payouts.Minimum), int64(payouts.ApprovalFrom)).Draw(t, "amount")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn.Draw(t, "a"), drawn.Draw(t, "b")
		for _, change := range []func(){
			func() {}, func() { b.Payout = a.Payout }, func() { b.Account = a.Account }, func() { b.Destination = a.Destination },
			func() { b.Amount = a.Amount },
		} {
			change()
			require.Equal(t, a == b, a.Text(mint) == b.Text(mint))
		}
		require.Empty(t, strings.Trim(a.Text(mint), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;= "))
		require.Less(t, len(a.Text(mint)), 512)
	})
}
