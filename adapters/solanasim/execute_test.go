package solanasim_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/gagliardetto/solana-go"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

// compile signs instructions with the keys of the seeds, of which the first pays.
func (w world) compile(t testing.TB, seeds []byte, steps ...solana.Instruction) payouts.Attempt {
	head := w.head(t)
	tx, err := solana.NewTransaction(steps, solana.MustHashFromBase58(head.Blockhash), solana.TransactionPayer(public(seeds[0])))
	require.NoError(t, err)
	_, err = tx.Sign(func(k solana.PublicKey) *solana.PrivateKey {
		for _, seed := range seeds {
			if public(seed) == k {
				private := solana.PrivateKey(key(seed))
				return &private
			}
		}
		return &solana.PrivateKey{}
	})
	require.NoError(t, err)
	raw, err := tx.MarshalBinary()
	require.NoError(t, err)
	return payouts.Attempt{
		Signature: payouts.Signature(tx.Signatures[0].String()), Raw: raw, Genesis: head.Genesis,
		Blockhash: head.Blockhash, LastValidHeight: head.LastValidHeight, Slot: head.Slot,
	}
}

// tokens is the token account of a wallet.
func tokens(wallet solana.PublicKey) solana.PublicKey {
	account, _, err := solana.FindAssociatedTokenAddress(wallet, solana.MPK(string(mint)))
	if err != nil {
		panic(err)
	}
	return account
}

func transferData(amount uint64, decimals byte) []byte {
	return append(binary.LittleEndian.AppendUint64([]byte{12}, amount), decimals)
}

// transfer is a transfer by the owner of from, with whatever a test changes about it.
func transfer(from, to byte, amount uint64) *solana.GenericInstruction {
	return solana.NewInstruction(solana.TokenProgramID, solana.AccountMetaSlice{
		solana.Meta(tokens(public(from))).WRITE(), solana.Meta(solana.MPK(string(mint))),
		solana.Meta(tokens(public(to))).WRITE(), solana.Meta(public(from)).SIGNER(),
	}, transferData(amount, solanasim.Decimals))
}

func openAccount(payer, wallet byte) *solana.GenericInstruction {
	return solana.NewInstruction(solana.SPLAssociatedTokenAccountProgramID, solana.AccountMetaSlice{
		solana.Meta(public(payer)).WRITE().SIGNER(), solana.Meta(tokens(public(wallet))).WRITE(),
		solana.Meta(public(wallet)), solana.Meta(solana.MPK(string(mint))),
		solana.Meta(solana.SystemProgramID), solana.Meta(solana.TokenProgramID),
	}, []byte{1})
}

func memo(text string, signers ...*solana.AccountMeta) *solana.GenericInstruction {
	return solana.NewInstruction(solana.MemoProgramID, signers, []byte(text))
}

// with changes an instruction.
func with(in *solana.GenericInstruction, change func(*solana.GenericInstruction)) *solana.GenericInstruction {
	change(in)
	return in
}

func account(i int, meta *solana.AccountMeta) func(*solana.GenericInstruction) {
	return func(in *solana.GenericInstruction) { in.AccountValues[i] = meta }
}

func data(bytes ...byte) func(*solana.GenericInstruction) {
	return func(in *solana.GenericInstruction) { in.DataBytes = bytes }
}

func fewer(in *solana.GenericInstruction) {
	in.AccountValues = in.AccountValues[:len(in.AccountValues)-1]
}

// TestFailures: a transaction of which one instruction fails lands, costs its fee and does nothing else.
func TestFailures(t *testing.T) {
	t.Parallel()
	vault, other := tokens(public(treasurySeed)), solana.Meta(public(stranger))
	for name, c := range map[string]struct {
		step solana.Instruction
		want string
	}{
		"unknown_program": {solana.NewInstruction(solana.VoteProgramID, nil, nil), "unknown program"},
		"sol_transfer":    {solana.NewInstruction(solana.SystemProgramID, nil, []byte{2, 0, 0, 0}), "unknown program"},
		"old_memo":        {solana.NewInstruction(solana.MemoProgramIDV1, nil, []byte("x")), "unknown program"},
		"memo_not_text":   {memo("\xff"), "UTF-8"},
		"memo_unsigned":   {memo("x", other), "signature is missing"},

		"transfer_of_more_than_there_is": {transfer(holder, treasurySeed, uint64(contract.ChainFunds)+1), "insufficient"},
		"transfer_beyond_every_amount":   {transfer(holder, treasurySeed, 1<<63), "insufficient"},
		"transfer_of_the_largest_number": {transfer(holder, treasurySeed, 1<<64-1), "insufficient"},
		"transfer_to_no_account":         {transfer(holder, stranger, 1), "no such token account"},
		"transfer_from_no_account":       {with(transfer(holder, treasurySeed, 1), account(0, other)), "no such token account"},
		"transfer_of_another_mint":       {with(transfer(holder, treasurySeed, 1), account(1, other)), "wrong mint"},
		"transfer_of_8_decimals":         {with(transfer(holder, treasurySeed, 1), data(transferData(1, 8)...)), "wrong decimals"},
		"transfer_from_anothers_account": {
			with(transfer(holder, holder, 1), account(0, solana.Meta(vault).WRITE())), "wrong owner",
		},
		"transfer_unsigned_by_the_owner": {
			with(transfer(treasurySeed, holder, 1), account(3, solana.Meta(public(treasurySeed)))), "signature is missing",
		},
		"transfer_from_a_readonly_account": {
			with(transfer(holder, treasurySeed, 1), account(0, solana.Meta(tokens(public(holder))))), "not writable",
		},
		"transfer_to_a_readonly_account": {
			with(transfer(holder, treasurySeed, 1), account(2, solana.Meta(vault))), "not writable",
		},
		"transfer_of_three_accounts": {with(transfer(holder, treasurySeed, 1), fewer), "not enough accounts"},
		"unchecked_transfer":         {with(transfer(holder, treasurySeed, 1), data(3, 1, 0, 0, 0, 0, 0, 0, 0)), "unknown instruction"},
		"minting":                    {with(transfer(holder, treasurySeed, 1), data(7, 1, 0, 0, 0, 0, 0, 0, 0)), "unknown instruction"},
		"no_data":                    {with(transfer(holder, treasurySeed, 1), data()), "unknown instruction"},

		"opening_not_idempotently":      {with(openAccount(holder, stranger), data(0)), "unknown instruction"},
		"opening_with_five_accounts":    {with(openAccount(holder, stranger), fewer), "not enough accounts"},
		"opening_at_another_address":    {with(openAccount(holder, stranger), account(1, solana.Meta(vault).WRITE())), "associated address"},
		"opening_for_another_mint":      {with(openAccount(holder, stranger), account(3, other)), "wrong mint"},
		"opening_for_another_program":   {with(openAccount(holder, stranger), account(5, solana.Meta(solana.Token2022ProgramID))), "unknown program"},
		"opening_without_the_system":    {with(openAccount(holder, stranger), account(4, other)), "unknown program"},
		"opening_at_a_strangers_charge": {with(openAccount(holder, stranger), account(0, solana.Meta(public(stranger)).WRITE())), "signature is missing"},
		"opening_a_readonly_account": {
			with(openAccount(holder, stranger), account(1, solana.Meta(tokens(public(stranger))))), "not writable",
		},
		"opening_beyond_the_payers_means": {openAccount(holder, stranger), "insufficient"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, solanasim.Options{Rent: 999_990_001})
			require.NoError(t, w.Mint(address(friend), 50))
			require.NoError(t, w.Mint(address(neighbour), 50))
			before := w.SolOf(address(holder))
			tx := w.compile(t, []byte{holder, friend}, transfer(friend, neighbour, 10), c.step)
			require.NoError(t, w.Submit(t.Context(), tx.Raw))
			w.Tick(1)
			require.Contains(t, w.status(t, tx).Failure, c.want)
			require.Contains(t, w.status(t, tx).Failure, "instruction 1: ")
			paid, err := before.Sub(w.SolOf(address(holder)))
			require.NoError(t, err)
			require.Equal(t, money.Amount(10_000), paid)
			require.Equal(t, paid, w.status(t, tx).Gas)
			require.Equal(t, money.Amount(50), w.TwistOf(address(friend)), "the first transfer is undone")
			require.Equal(t, money.Amount(50), w.TwistOf(address(neighbour)))
			require.Equal(t, contract.ChainFunds, w.TwistOf(address(holder)))
			require.Equal(t, contract.ChainFunds, w.TwistOf(address(treasurySeed)))
			require.Zero(t, w.TwistOf(address(stranger)))
			w.Tick(solanasim.DefaultFinality)
			page, _, err := w.Arrivals(t.Context(), 0, 10)
			require.NoError(t, err)
			require.Empty(t, page)
		})
	}
}

// TestRefusals: what no node would take changes nothing, and looks like a network that is away.
func TestRefusals(t *testing.T) {
	t.Parallel()
	limit := func(data ...byte) solana.Instruction { return solana.NewInstruction(solana.ComputeBudget, nil, data) }
	good := func(t testing.TB, w world) []byte {
		return w.compile(t, []byte{holder}, transfer(holder, treasurySeed, 1)).Raw
	}
	for name, c := range map[string]struct {
		raw  func(t testing.TB, w world) []byte
		want string
	}{
		"nothing":          {func(testing.TB, world) []byte { return nil }, "1232"},
		"one_byte":         {func(testing.TB, world) []byte { return []byte{0} }, ""},
		"1233_bytes":       {func(testing.TB, world) []byte { return make([]byte, 1_233) }, "1232"},
		"text":             {func(testing.TB, world) []byte { return []byte(strings.Repeat("twist", 50)) }, ""},
		"a_byte_too_many":  {func(t testing.TB, w world) []byte { return append(good(t, w), 0) }, "would write"},
		"a_byte_too_few":   {func(t testing.TB, w world) []byte { raw := good(t, w); return raw[:len(raw)-1] }, ""},
		"a_forged_byte":    {func(t testing.TB, w world) []byte { raw := good(t, w); raw[len(raw)-2] ^= 1; return raw }, "verify"},
		"a_torn_signature": {func(t testing.TB, w world) []byte { raw := good(t, w); raw[5] ^= 1; return raw }, "verify"},
		"version_0": {func(t testing.TB, w world) []byte {
			return slices.Insert(good(t, w), 65, 0x80) // legacy but for the mark of a version
		}, ""},
		"version_1":     {func(t testing.TB, w world) []byte { return append([]byte{0x81}, good(t, w)...) }, "legacy"},
		"an_unpaid_fee": {func(t testing.TB, w world) []byte { return w.compile(t, []byte{stranger}, memo("x")).Raw }, "pay the fee"},
		"a_budget_twice": {func(t testing.TB, w world) []byte {
			return w.compile(t, []byte{holder}, limit(2, 1, 0, 0, 0), limit(2, 1, 0, 0, 0)).Raw
		}, "budget"},
		"a_price_twice": {func(t testing.TB, w world) []byte {
			return w.compile(t, []byte{holder}, limit(3, 1, 0, 0, 0, 0, 0, 0, 0), limit(3, 1, 0, 0, 0, 0, 0, 0, 0)).Raw
		}, "budget"},
		"a_short_budget": {func(t testing.TB, w world) []byte { return w.compile(t, []byte{holder}, limit(2, 1)).Raw }, "budget"},
		"no_budget":      {func(t testing.TB, w world) []byte { return w.compile(t, []byte{holder}, limit()).Raw }, "budget"},
		"a_mad_price": {func(t testing.TB, w world) []byte {
			return w.compile(t, []byte{holder}, limit(3, 0, 0, 0, 0, 0, 0, 0, 0x80)).Raw
		}, "does not fit"},
		"a_price_to_ruin": {func(t testing.TB, w world) []byte {
			return w.compile(t, []byte{holder}, limit(2, 0xc0, 0x5c, 0x15, 0), limit(3, 0, 0, 0, 0, 0, 0, 0, 0x7f)).Raw
		}, "does not fit"},
		"a_cosigner_who_did_not": {func(t testing.TB, w world) []byte {
			raw := w.compile(t, []byte{holder, stranger}, memo("x", solana.Meta(public(stranger)).SIGNER())).Raw
			clear(raw[65:129])
			return raw
		}, "verify"},
		"a_blockhash_of_elsewhere": {func(t testing.TB, _ world) []byte {
			return good(t, newWorld(t, solanasim.Options{Name: "elsewhere"}))
		}, "blockhash"},
		"a_blockhash_of_long_ago": {func(t testing.TB, w world) []byte {
			raw := good(t, w)
			w.Tick(solanasim.BlockhashLife)
			return raw
		}, "blockhash"},
		"an_account_twice": {func(t testing.TB, w world) []byte {
			tx, err := solana.TransactionFromBytes(good(t, w))
			require.NoError(t, err)
			tx.Message.AccountKeys[2] = tx.Message.AccountKeys[1]
			_, err = tx.Sign(func(solana.PublicKey) *solana.PrivateKey { k := solana.PrivateKey(key(holder)); return &k })
			require.NoError(t, err)
			raw, err := tx.MarshalBinary()
			require.NoError(t, err)
			return raw
		}, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, solanasim.Options{})
			raw := c.raw(t, w)
			err := w.Submit(t.Context(), raw)
			require.ErrorIs(t, err, ports.ErrChain)
			require.ErrorContains(t, err, c.want)
			w.Tick(40)
			require.Equal(t, contract.ChainFunds, w.TwistOf(address(treasurySeed)))
			require.Equal(t, money.Amount(1_000_000_000), w.SolOf(address(holder)))
		})
	}
}

// TestFees: so much per signature, and the price of the whole limit rounded up.
func TestFees(t *testing.T) {
	t.Parallel()
	unitLimit := func(units uint32) solana.Instruction {
		return solana.NewInstruction(solana.ComputeBudget, nil, binary.LittleEndian.AppendUint32([]byte{2}, units))
	}
	unitPrice := func(price uint64) solana.Instruction {
		return solana.NewInstruction(solana.ComputeBudget, nil, binary.LittleEndian.AppendUint64([]byte{3}, price))
	}
	cosigned := memo("x", solana.Meta(public(stranger)).SIGNER())
	for name, c := range map[string]struct {
		steps []solana.Instruction
		want  money.Amount
	}{
		"one_signature":              {[]solana.Instruction{memo("x")}, 5_000},
		"two_signatures":             {[]solana.Instruction{cosigned}, 10_000},
		"a_price_on_the_whole_limit": {[]solana.Instruction{unitLimit(60_000), unitPrice(10_000), memo("x")}, 5_600},
		"a_fraction_counts_as_one":   {[]solana.Instruction{unitLimit(1), unitPrice(1), memo("x")}, 5_001},
		"no_limit_is_200000_each":    {[]solana.Instruction{unitPrice(1_000_000), memo("x"), memo("y")}, 405_000},
		"no_more_than_1400000":       {[]solana.Instruction{unitLimit(2_000_000), unitPrice(1_000_000), memo("x")}, 1_405_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, solanasim.Options{})
			tx := w.compile(t, []byte{holder, stranger}, c.steps...)
			require.NoError(t, w.Submit(t.Context(), tx.Raw))
			w.Tick(1)
			require.Empty(t, w.status(t, tx).Failure)
			require.Equal(t, c.want, w.status(t, tx).Gas)
		})
	}
}

func TestRentIsGasOfTheFirstPayoutOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{Rent: 2_039_280})
	first, second := w.pay(t, "po_1", address(stranger), 5), w.pay(t, "po_2", address(stranger), 7)
	w.submit(t, first)
	w.submit(t, second)
	w.Tick(1)
	require.Equal(t, money.Amount(2_044_880), w.status(t, first).Gas)
	require.Equal(t, money.Amount(5_600), w.status(t, second).Gas)
	require.Equal(t, money.Amount(12), w.TwistOf(address(stranger)))
}

func TestTransferToOneselfChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	tx := w.compile(t, []byte{holder, treasurySeed},
		transfer(holder, holder, 10), transfer(treasurySeed, treasurySeed, 10))
	require.NoError(t, w.Submit(t.Context(), tx.Raw))
	w.Tick(40)
	require.Equal(t, payouts.Status{Level: payouts.Finalized, Gas: 10_000}, w.status(t, tx))
	require.Equal(t, contract.ChainFunds, w.TwistOf(address(holder)))
	require.Equal(t, contract.ChainFunds, w.TwistOf(address(treasurySeed)))
	page, _, err := w.Arrivals(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Empty(t, page)
}

func TestOneTransactionMayBringSeveralArrivals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, solanasim.Options{})
	tx := w.compile(t, []byte{holder}, memo("first"), transfer(holder, treasurySeed, 3),
		memo("second"), transfer(holder, treasurySeed, 4), transfer(holder, treasurySeed, 0))
	require.NoError(t, w.Submit(t.Context(), tx.Raw))
	w.Tick(40)
	page, _, err := w.Arrivals(t.Context(), 0, 1)
	require.NoError(t, err)
	require.Len(t, page, 2, "nothing arrived with the third")
	for i, want := range []struct {
		index  int
		amount money.Amount
	}{{1, 3}, {3, 4}} {
		require.Equal(t, tx.Signature, page[i].Signature)
		require.Equal(t, want.index, page[i].Index)
		require.Equal(t, want.amount, page[i].Amount)
		require.Equal(t, "first; second", page[i].Memo)
		require.Equal(t, string(mint), page[i].Mint)
	}
}
