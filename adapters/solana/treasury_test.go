package solana_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	solanago "github.com/gagliardetto/solana-go"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/core/payouts"
)

var (
	treasuryKey = keyOf(1)
	mint        = addressOf(2)
	payee       = addressOf(3)
	head        = payouts.Head{Blockhash: addressOf(4), LastValidHeight: 150}
)

func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func addressOf(seed byte) string {
	return solanago.PublicKeyFromBytes(keyOf(seed).Public().(ed25519.PublicKey)).String()
}

func newTreasury(t *testing.T) *solana.Treasury {
	t.Helper()
	treasury, err := solana.NewTreasury(treasuryKey, mint)
	require.NoError(t, err)
	return treasury
}

func order() payouts.Order {
	return payouts.Order{Payout: "po_1", Attempt: 2, To: payouts.Address(payee), Amount: 12_345, Head: head}
}

func TestSign(t *testing.T) {
	t.Parallel()
	signed, err := newTreasury(t).Sign(t.Context(), order())
	require.NoError(t, err)
	tx, err := solanago.TransactionFromBytes(signed.Raw)
	require.NoError(t, err)
	require.NoError(t, tx.VerifySignatures())
	m := tx.Message

	t.Run("one_legacy_transaction_paid_by_the_treasury", func(t *testing.T) {
		t.Parallel()
		require.False(t, m.IsVersioned())
		require.Equal(t, addressOf(1), m.AccountKeys[0].String())
		require.Len(t, tx.Signatures, 1)
		require.Equal(t, payouts.Signature(tx.Signatures[0].String()), signed.Signature)
		require.Equal(t, head.Blockhash, m.RecentBlockhash.String())
	})
	t.Run("budget_then_account_then_memo_then_transfer", func(t *testing.T) {
		t.Parallel()
		var programs []solanago.PublicKey
		for _, in := range m.Instructions {
			programs = append(programs, m.AccountKeys[in.ProgramIDIndex])
		}
		require.Equal(t, []solanago.PublicKey{
			solanago.ComputeBudget, solanago.ComputeBudget, solanago.SPLAssociatedTokenAccountProgramID,
			solanago.MemoProgramID, solanago.TokenProgramID,
		}, programs)
		require.Equal(t, "0260ea0000", hex.EncodeToString(m.Instructions[0].Data))
		require.Equal(t, "031027000000000000", hex.EncodeToString(m.Instructions[1].Data))
		require.Equal(t, "01", hex.EncodeToString(m.Instructions[2].Data))
		require.Equal(t, "twist:payout:po_1:2", string(m.Instructions[3].Data))
		require.Equal(t, "0c393000000000000009", hex.EncodeToString(m.Instructions[4].Data))
	})
	t.Run("from_the_treasurys_account_to_the_payees", func(t *testing.T) {
		t.Parallel()
		accounts, err := m.Instructions[4].ResolveInstructionAccounts(&m)
		require.NoError(t, err)
		require.Equal(t, tokens(t, addressOf(1)), accounts[0].PublicKey)
		require.Equal(t, mint, accounts[1].PublicKey.String())
		require.Equal(t, tokens(t, payee), accounts[2].PublicKey)
		require.Equal(t, addressOf(1), accounts[3].PublicKey.String())
	})
	t.Run("bytes_are_those_of_every_release", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, payouts.Signature(goldenSignature), signed.Signature)
	})
}

// goldenSignature covers every byte of the message. Changing what Sign builds changes it on purpose.
const goldenSignature = "4AnZBr1zQ4XB3zeJw1WgtKf4NimsKG1yfNSzRkewLBSNBCWvRJA2xigfPtmjQynF9HoDNrAucrJTY2Ly1YzEr1vo"

func tokens(t *testing.T, wallet string) solanago.PublicKey {
	t.Helper()
	account, _, err := solanago.FindAssociatedTokenAddress(solanago.MPK(wallet), solanago.MPK(mint))
	require.NoError(t, err)
	return account
}

func TestNewTreasuryRefuses(t *testing.T) {
	t.Parallel()
	torn := append(keyOf(1)[:ed25519.SeedSize:ed25519.SeedSize], keyOf(2)[ed25519.SeedSize:]...)
	for name, key := range map[string]ed25519.PrivateKey{
		"no_key": nil, "a_seed_alone": treasuryKey.Seed(), "halves_of_two_keys": torn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := solana.NewTreasury(key, mint)
			require.Error(t, err)
			requireSecret(t, err.Error())
			_, err = solana.DepositTransfer{Treasury: payouts.Address(payee), Mint: mint, Amount: 1, Head: head}.Sign(key)
			require.Error(t, err)
			requireSecret(t, err.Error())
		})
	}
	t.Run("no_mint", func(t *testing.T) {
		t.Parallel()
		_, err := solana.NewTreasury(treasuryKey, "TWIST")
		require.ErrorContains(t, err, "mint")
	})
}

func TestTheKeyIsTheTreasurysOwn(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	treasury, err := solana.NewTreasury(key, mint)
	require.NoError(t, err)
	clear(key)
	signed, err := treasury.Sign(t.Context(), order())
	require.NoError(t, err)
	require.Equal(t, payouts.Signature(goldenSignature), signed.Signature)
}

func TestTheKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	treasury := newTreasury(t)
	type service struct {
		name   string
		signer *solana.Treasury
		copied solana.Treasury
	}
	held := service{name: "payouts", signer: treasury, copied: *treasury} // copied as carelessly as can be
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%o", "%b", "%t"} {
		for _, what := range []any{treasury, *treasury, held, &held, []any{held}, map[string]any{"s": held}} {
			requireSecret(t, fmt.Sprintf(verb, what))
		}
	}
	require.Equal(t, addressOf(1), fmt.Sprintf("%v", treasury))
	require.Equal(t, addressOf(1), fmt.Sprintf("%+v", treasury))
	require.Equal(t, "solana.Treasury("+addressOf(1)+")", fmt.Sprintf("%#v", treasury))

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "treasury", treasury, "held", held)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "treasury", treasury, "held", held)
	require.Contains(t, log.String(), addressOf(1))
	requireSecret(t, log.String())
	text, err := json.Marshal(map[string]any{"treasury": treasury, "copy": *treasury})
	require.NoError(t, err)
	requireSecret(t, string(text))
}

// requireSecret looks for the seed of the treasury in every form a printer gives bytes.
func requireSecret(t *testing.T, text string) {
	t.Helper()
	seed := treasuryKey.Seed()
	list := strings.Trim(fmt.Sprintf("%v", seed[:8]), "[]")
	for _, form := range []string{
		hex.EncodeToString(seed[:8]), list, strings.ReplaceAll(list, " ", ", "),
		strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", seed[:8]), "[]byte{"), "}"),
		solanago.PrivateKey(treasuryKey).String(), string(seed[:8]), fmt.Sprintf("%b", seed[:8]), fmt.Sprintf("%o", seed[:8]),
	} {
		require.NotContains(t, strings.ToLower(text), strings.ToLower(strings.Trim(form, "[]")))
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*payouts.Order){
		"no_blockhash":               func(o *payouts.Order) { o.Head.Blockhash = "" },
		"nothing_to_pay":             func(o *payouts.Order) { o.Amount = 0 },
		"less_than_nothing":          func(o *payouts.Order) { o.Amount = -1 },
		"more_than_a_packet_carries": func(o *payouts.Order) { o.Payout = payouts.ID(strings.Repeat("p", 1_000)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := order()
			change(&o)
			signed, err := newTreasury(t).Sign(t.Context(), o)
			require.Error(t, err)
			require.Zero(t, signed)
		})
	}
}

func TestDestinations(t *testing.T) {
	t.Parallel()
	refused := map[string]string{
		"the_mint": mint, "the_treasury": addressOf(1), "a_token_account": tokens(t, payee).String(),
		"a_signature": goldenSignature, "another_alphabet": strings.Repeat("0", 44),
	}
	for _, smallOrder := range []string{ // every encoding of a point whose multiples are at most eight
		"11111111111111111111111111111111", "11111111111111111111111111111113D",
		"4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM", "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziohZ",
		"3ctC68zTqpRDQShoondiQKDHwZDAUjRyxiPNdg8cD6Pe", "3ctC68zTqpRDQShoondiQKDHwZDAUjRyxiPNdg8cD6Rr",
		"EQAqmjhcsBQhpBv5GJkYgEB7emGHZNoo1j1yAjiFLNvD", "EQAqmjhcsBQhpBv5GJkYgEB7emGHZNoo1j1yAjiFLNxR",
		"Gx9dDNxzpALCowVuZb7pBceBLJugLA8sPa6TJDXrpfeW", "Gx9dDNxzpALCowVuZb7pBceBLJugLA8sPa6TJDXrpfgi",
		"H242rsh5hzpvDdct56PG5YPQbKUT37EmySQLoQqrYUJr", "H242rsh5hzpvDdct56PG5YPQbKUT37EmySQLoQqrYUM4",
		"H5xSWNRAbqKddKjrabehyU8drL3Dk4LgZJiEJc9rGGyC", "H5xSWNRAbqKddKjrabehyU8drL3Dk4LgZJiEJc9rGH1Q",
	} {
		refused["of_small_order_"+smallOrder] = smallOrder
	}
	for name, to := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := order()
			o.To = payouts.Address(to)
			_, err := newTreasury(t).Sign(t.Context(), o)
			require.ErrorIs(t, err, payouts.ErrDestination)
		})
	}
	t.Run("any_wallet_is_accepted", func(t *testing.T) {
		t.Parallel()
		for seed := byte(10); seed < 60; seed++ {
			o := order()
			o.To = payouts.Address(addressOf(seed))
			_, err := newTreasury(t).Sign(t.Context(), o)
			require.NoError(t, err)
		}
	})
}

func TestDepositTransfer(t *testing.T) {
	t.Parallel()
	deposit := solana.DepositTransfer{
		Account: "acct_1", Treasury: payouts.Address(addressOf(1)), Mint: mint, Amount: 77, Head: head,
	}
	signed, err := deposit.Sign(keyOf(3))
	require.NoError(t, err)
	again, err := deposit.Sign(keyOf(3))
	require.NoError(t, err)
	require.Equal(t, signed, again)

	tx, err := solanago.TransactionFromBytes(signed.Raw)
	require.NoError(t, err)
	require.NoError(t, tx.VerifySignatures())
	m := tx.Message
	require.Equal(t, payee, m.AccountKeys[0].String())
	require.Equal(t, "twist:deposit:acct_1", string(m.Instructions[2].Data))
	require.Equal(t, "0c4d0000000000000009", hex.EncodeToString(m.Instructions[3].Data))
	accounts, err := m.Instructions[3].ResolveInstructionAccounts(&m)
	require.NoError(t, err)
	require.Equal(t, tokens(t, payee), accounts[0].PublicKey)
	require.Equal(t, tokens(t, addressOf(1)), accounts[2].PublicKey)

	for name, change := range map[string]func(*solana.DepositTransfer){
		"no_treasury":  func(d *solana.DepositTransfer) { d.Treasury = "" },
		"no_mint":      func(d *solana.DepositTransfer) { d.Mint = "" },
		"no_amount":    func(d *solana.DepositTransfer) { d.Amount = 0 },
		"no_blockhash": func(d *solana.DepositTransfer) { d.Head = payouts.Head{} },
	} {
		t.Run(name+"_is_refused", func(t *testing.T) {
			t.Parallel()
			changed := deposit
			change(&changed)
			_, err := changed.Sign(keyOf(3))
			require.Error(t, err)
		})
	}
}
