package contract

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// ChainFunds is the TWIST that the treasury and the holder each have when a suite begins. Both also
// have lamports enough for every fee.
const ChainFunds money.Amount = funds

// tooMuch is more than the treasury or the holder has.
const tooMuch money.Amount = funds + 1

const funds = 1_000_000_000_000

// ChainUnderTest is a network, the treasury's signer on it, and hands to make things happen there.
type ChainUnderTest struct {
	Chain  ports.Chain
	Signer ports.Signer
	Holder payouts.Address // a wallet that deposits and is paid

	// Holds is the holder's TWIST as the newest block has it.
	Holds func() money.Amount
	// Deposit signs a transfer from the holder into the treasury, with the memo of the account.
	Deposit func(account payouts.AccountID, amount money.Amount, head payouts.Head) payouts.SignedTransfer

	Land     func() // until what was submitted has landed, and before it is final
	Finalize func() // until what has landed is final
	Expire   func() // until every head given so far is past its last height, finally

	Lose    func()            // the next submission lands, and its answer is lost
	Drop    func()            // the next submission is answered, and never lands
	Silence func(silent bool) // the network answers nothing while silent
}

// Chain is the specification of ports.Chain. What open returns is a network of its own each time.
func Chain(t *testing.T, open func(t *testing.T) ChainUnderTest) {
	for name, test := range map[string]func(*testing.T, ChainUnderTest){
		"silence_is_err_chain_to_every_method":           chainSilent,
		"a_transfer_built_on_the_head_lands":             chainHead,
		"the_same_bytes_land_at_most_once":               chainOnce,
		"submit_keeps_nothing_it_was_handed":             chainSubmitCopies,
		"a_lost_answer_does_not_mean_a_lost_transfer":    chainLostAnswer,
		"a_nil_error_promises_nothing":                   chainDropped,
		"every_node_gives_one_sighting":                  chainNodes,
		"look_follows_a_transfer_until_it_is_final":      chainLevels,
		"a_failure_is_final_and_shows_its_gas":           chainFailure,
		"only_what_never_landed_is_proven_dead":          chainDeath,
		"arrivals_show_who_sent_what_for_whom":           chainArrival,
		"arrivals_wait_until_they_are_final":             chainArrivalsFinal,
		"arrivals_come_oldest_first_and_by_whole_slots":  chainArrivalPages,
		"what_leaves_the_treasury_is_no_arrival":         chainNoArrival,
		"a_failed_deposit_is_no_arrival":                 chainFailedDeposit,
		"arrivals_are_the_callers_own":                   chainArrivalCopies,
		"the_reserve_is_what_the_treasury_holds_finally": chainReserve,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

func chainSilent(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.Silence(true)
	_, err := u.Chain.Head(t.Context())
	require.ErrorIs(t, err, ports.ErrChain)
	require.ErrorIs(t, u.Chain.Submit(t.Context(), signed.Raw), ports.ErrChain)
	_, err = u.Chain.Look(t.Context(), signed.Signature)
	require.ErrorIs(t, err, ports.ErrChain)
	_, _, err = u.Chain.Arrivals(t.Context(), 0, 10)
	require.ErrorIs(t, err, ports.ErrChain)
	_, err = u.Chain.Reserve(t.Context())
	require.ErrorIs(t, err, ports.ErrChain)

	u.Silence(false)
	require.NotEmpty(t, u.look(t, signed.Signature))
}

func chainHead(t *testing.T, u ChainUnderTest) {
	signed, attempt := u.pay(t, 1, 5)
	require.NotEmpty(t, attempt.Genesis)
	for _, s := range u.look(t, signed.Signature) {
		require.Equal(t, attempt.Genesis, s.Genesis)
		require.Less(t, s.FinalizedHeight, attempt.LastValidHeight, "the blockhash has a life before it")
	}
	u.submit(t, signed)
	u.Land()
	u.requireHolds(t, 5)
}

func chainOnce(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.submit(t, signed)
	u.submit(t, signed)
	u.Land()
	u.submit(t, signed)
	u.Finalize()
	u.submit(t, signed)
	u.Expire()
	_ = u.Chain.Submit(t.Context(), signed.Raw) // whatever it answers now
	u.Land()
	u.requireHolds(t, 5)
}

func chainSubmitCopies(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	raw := slices.Clone(signed.Raw)
	require.NoError(t, u.Chain.Submit(t.Context(), raw))
	clear(raw)
	u.Land()
	u.requireHolds(t, 5)
}

func chainLostAnswer(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.Lose()
	require.ErrorIs(t, u.Chain.Submit(t.Context(), signed.Raw), ports.ErrChain)
	u.Land()
	u.Finalize()
	require.Equal(t, payouts.Finalized, u.look(t, signed.Signature)[0].Status.Level)
	u.requireHolds(t, 5)
}

func chainDropped(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.Drop()
	u.submit(t, signed)
	u.Land()
	require.Equal(t, payouts.Unseen, u.look(t, signed.Signature)[0].Status.Level)
	u.requireHolds(t, 0)

	u.submit(t, signed) // the same bytes are still good
	u.Land()
	u.requireHolds(t, 5)
}

func chainNodes(t *testing.T, u ChainUnderTest) {
	seen := map[string]bool{}
	for _, s := range u.look(t, "never-submitted") {
		require.NotEmpty(t, s.Node)
		require.False(t, seen[s.Node], "%s answered twice", s.Node)
		require.GreaterOrEqual(t, s.StatusSlot, s.FinalizedSlot, "the status is asked after the height")
		require.LessOrEqual(t, s.FirstSlot, s.FinalizedSlot)
		require.Equal(t, payouts.Status{}, s.Status)
		seen[s.Node] = true
	}
	require.NotEmpty(t, seen)
}

func chainLevels(t *testing.T, u ChainUnderTest) {
	signed, attempt := u.pay(t, 1, 5)
	for _, s := range u.look(t, signed.Signature) {
		require.Equal(t, payouts.Unseen, s.Status.Level)
	}
	u.submit(t, signed)
	u.Land()
	for _, s := range u.look(t, signed.Signature) {
		require.Contains(t, []payouts.Level{payouts.Processed, payouts.ConfirmedLevel}, s.Status.Level)
		require.Empty(t, s.Status.Failure)
	}
	u.Finalize()
	for _, s := range u.look(t, signed.Signature) {
		require.Equal(t, payouts.Finalized, s.Status.Level)
		require.Empty(t, s.Status.Failure)
		require.True(t, s.Status.Gas.Positive())
		require.GreaterOrEqual(t, s.FinalizedSlot, attempt.Slot)
	}
}

func chainFailure(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, tooMuch)
	before := u.reserve(t)
	u.submit(t, signed)
	u.Land()
	u.Finalize()
	for _, s := range u.look(t, signed.Signature) {
		require.Equal(t, payouts.Finalized, s.Status.Level)
		require.NotEmpty(t, s.Status.Failure)
		spent, err := before.Sol.Sub(u.reserve(t).Sol)
		require.NoError(t, err)
		require.Equal(t, s.Status.Gas, spent)
	}
	require.Equal(t, before.Twist, u.reserve(t).Twist)
	u.requireHolds(t, 0)
}

func chainDeath(t *testing.T, u ChainUnderTest) {
	landed, alive := u.pay(t, 1, 5)
	dropped, dead := u.pay(t, 2, 7)
	u.submit(t, landed)
	u.Drop()
	u.submit(t, dropped)
	first := u.look(t, dropped.Signature)
	require.False(t, dead.ProvenDead(first), "it may still land")

	u.Expire()
	proof := u.look(t, dropped.Signature)
	u.Land() // one node at two finalized slots counts as two
	proof = append(proof, u.look(t, dropped.Signature)...)
	require.True(t, dead.ProvenDead(proof))
	require.False(t, alive.ProvenDead(append(u.look(t, landed.Signature), u.look(t, landed.Signature)...)))
	u.requireHolds(t, 5)
}

func chainArrival(t *testing.T, u ChainUnderTest) {
	sent := u.deposit(t, "acct_1", 7)
	u.Land()
	u.Finalize()
	page, next, err := u.Chain.Arrivals(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, page, 1)
	got := page[0]
	require.Equal(t, sent.Signature, got.Signature)
	require.Equal(t, u.Holder, got.From)
	require.Equal(t, money.Amount(7), got.Amount)
	require.Equal(t, payouts.DepositMemo("acct_1"), got.Memo, "the text alone")
	account, ok := got.Beneficiary()
	require.True(t, ok)
	require.Equal(t, payouts.AccountID("acct_1"), account)
	require.NotEmpty(t, got.Mint)
	require.GreaterOrEqual(t, next, got.Slot)

	from, _, err := u.Chain.Arrivals(t.Context(), got.Slot, 10)
	require.NoError(t, err)
	require.Equal(t, page, from, "the slot asked from is included")
	later, _, err := u.Chain.Arrivals(t.Context(), got.Slot+1, 10)
	require.NoError(t, err)
	require.Empty(t, later)
}

func chainArrivalsFinal(t *testing.T, u ChainUnderTest) {
	u.deposit(t, "acct_1", 7)
	u.Land()
	require.Empty(t, u.arrivals(t, 10))
	u.Finalize()
	require.Len(t, u.arrivals(t, 10), 1)
}

func chainArrivalPages(t *testing.T, u ChainUnderTest) {
	var amount money.Amount
	for _, together := range []int{1, 3, 2, 1, 1} {
		for range together {
			amount, _ = amount.Add(1)
			u.deposit(t, "acct_2", amount)
		}
		u.Land()
	}
	u.Finalize()
	all := u.arrivals(t, 100)
	require.Len(t, all, 8)
	whole := map[uint64]int{}
	for i, arrival := range all {
		require.True(t, i == 0 || all[i-1].Slot <= arrival.Slot, "oldest first")
		whole[arrival.Slot]++
	}
	for limit := 1; limit < 10; limit++ {
		require.Equal(t, all, u.arrivals(t, limit), "pages of %d", limit)
		for _, page := range u.pages(t, limit) {
			here := map[uint64]int{}
			for _, arrival := range page {
				here[arrival.Slot]++
			}
			for slot, n := range here {
				require.Equal(t, whole[slot], n, "slot %d was split by a limit of %d", slot, limit)
			}
			require.True(t, len(page) <= limit || len(here) == 1, "only a slot alone may be more than %d", limit)
		}
	}
}

func chainNoArrival(t *testing.T, u ChainUnderTest) {
	signed, _ := u.pay(t, 1, 5)
	u.submit(t, signed)
	u.Land()
	u.Finalize()
	require.Empty(t, u.arrivals(t, 10))
}

func chainFailedDeposit(t *testing.T, u ChainUnderTest) {
	u.deposit(t, "acct_1", tooMuch)
	u.Land()
	u.Finalize()
	require.Empty(t, u.arrivals(t, 10))
}

func chainArrivalCopies(t *testing.T, u ChainUnderTest) {
	u.deposit(t, "acct_1", 7)
	u.Land()
	u.Finalize()
	want := u.arrivals(t, 10)
	page, _, err := u.Chain.Arrivals(t.Context(), 0, 10)
	require.NoError(t, err)
	clear(page)
	require.Equal(t, want, u.arrivals(t, 10))
}

func chainReserve(t *testing.T, u ChainUnderTest) {
	before := u.reserve(t)
	require.Equal(t, ChainFunds, before.Twist)
	require.True(t, before.Sol.Positive())

	signed, _ := u.pay(t, 1, 50)
	u.submit(t, signed)
	u.deposit(t, "acct_1", 7)
	u.Land()
	u.requireHolds(t, 43)
	require.Equal(t, before.Twist, u.reserve(t).Twist, "not final yet")
	require.Equal(t, before.Sol, u.reserve(t).Sol)

	u.Finalize()
	after := u.reserve(t)
	u.requireReserve(t, -43)
	require.Greater(t, after.Slot, before.Slot)
	gas, err := before.Sol.Sub(after.Sol)
	require.NoError(t, err)
	require.Equal(t, gas, u.look(t, signed.Signature)[0].Status.Gas, "the holder paid for the deposit")
}
