package payouts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

var (
	asked = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	later = asked.Add(time.Hour)
)

const wallet payouts.Address = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"

// in is a payout that rests in a state.
func in(state payouts.State) payouts.Payout {
	return payouts.Payout{
		ID: "po_1", Account: "acct_1", Destination: wallet, Amount: 20_000_000_000, Fee: payouts.ProcessingFee,
		State: state, RequestedAt: asked, ChangedAt: asked,
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		amount money.Amount
		want   error
	}{
		"negative":              {-1, payouts.ErrBelowMinimum},
		"nothing":               {0, payouts.ErrBelowMinimum},
		"a_unit_below_minimum":  {payouts.Minimum - 1, payouts.ErrBelowMinimum},
		"the_minimum":           {payouts.Minimum, nil},
		"a_unit_below_step_up":  {payouts.StepUpFrom - 1, nil},
		"step_up":               {payouts.StepUpFrom, payouts.ErrStepUp},
		"approval":              {payouts.ApprovalFrom, payouts.ErrStepUp},
		"all_that_there_can_be": {money.Max, payouts.ErrStepUp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := payouts.Intent{Payout: "po_1", Account: "acct_1", Destination: wallet, Amount: test.amount}
			p, err := payouts.Request(of, payouts.KnownDestination, asked)
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.Zero(t, p)
				return
			}
			want := in(payouts.Requested)
			want.Amount = test.amount
			require.Equal(t, want, p)
			require.True(t, p.State.Open())
		})
	}
}

// What must be shown for an intent: nothing is never enough, and a signature always is.
func TestAssurance(t *testing.T) {
	t.Parallel()
	for _, amount := range []money.Amount{payouts.Minimum, payouts.StepUpFrom - 1, payouts.StepUpFrom, payouts.ApprovalFrom, money.Max} {
		of := payouts.Intent{Payout: "po_1", Account: "acct_1", Destination: wallet, Amount: amount}
		_, err := payouts.Request(of, payouts.Unshown, asked)
		require.ErrorIs(t, err, payouts.ErrStepUp)
		_, err = payouts.Request(of, payouts.KnownDestination, asked)
		require.Equal(t, amount >= payouts.StepUpFrom, err != nil)
		p, err := payouts.Request(of, payouts.SteppedUp, asked)
		require.NoError(t, err)
		require.Equal(t, amount, p.Amount)
	}
}

func TestReservedIsAmountAndFee(t *testing.T) {
	t.Parallel()
	got, err := in(payouts.Requested).Reserved()
	require.NoError(t, err)
	require.Equal(t, money.Amount(20_100_000_000), got)

	huge := in(payouts.Requested)
	huge.Amount = money.Max - payouts.ProcessingFee
	got, err = huge.Reserved()
	require.NoError(t, err)
	require.Equal(t, money.Max, got)
	huge.Amount++
	_, err = huge.Reserved()
	require.ErrorIs(t, err, money.ErrOverflow)
}

// machine is the whole table a second time, so that a change of a rule is seen twice.
var machine = map[[2]payouts.State]bool{
	{payouts.Requested, payouts.Approved}:  true,
	{payouts.Requested, payouts.Rejected}:  true,
	{payouts.Requested, payouts.Canceled}:  true,
	{payouts.Approved, payouts.Queued}:     true,
	{payouts.Approved, payouts.Canceled}:   true,
	{payouts.Queued, payouts.Signed}:       true,
	{payouts.Queued, payouts.Failed}:       true,
	{payouts.Signed, payouts.Broadcast}:    true,
	{payouts.Signed, payouts.Queued}:       true,
	{payouts.Signed, payouts.Unproven}:     true,
	{payouts.Broadcast, payouts.Confirmed}: true,
	{payouts.Broadcast, payouts.Settled}:   true,
	{payouts.Broadcast, payouts.Failed}:    true,
	{payouts.Broadcast, payouts.Queued}:    true,
	{payouts.Broadcast, payouts.Unproven}:  true,
	{payouts.Confirmed, payouts.Settled}:   true,
	{payouts.Confirmed, payouts.Failed}:    true,
	{payouts.Confirmed, payouts.Broadcast}: true,
	{payouts.Unproven, payouts.Confirmed}:  true,
	{payouts.Unproven, payouts.Settled}:    true,
	{payouts.Unproven, payouts.Failed}:     true,
	{payouts.Unproven, payouts.Queued}:     true,
}

func TestEveryPairOfStates(t *testing.T) {
	t.Parallel()
	require.Len(t, payouts.States(), 11)
	allowed := 0
	for _, from := range payouts.States() {
		for _, to := range payouts.States() {
			t.Run(fmt.Sprintf("%s_to_%s", from, to), func(t *testing.T) {
				t.Parallel()
				before := in(from)
				next, err := before.To(to, later)
				require.Equal(t, in(from), before)
				if to == payouts.Rejected && from == payouts.Requested {
					require.ErrorIs(t, err, payouts.ErrApproval, "a person does that: see TestDecide")
					return
				}
				if !machine[[2]payouts.State{from, to}] {
					require.ErrorIs(t, err, payouts.ErrTransition)
					require.Zero(t, next)
					return
				}
				require.NoError(t, err)
				want := in(to)
				want.ChangedAt = later
				require.Equal(t, want, next, "only the state and its moment change")
			})
			if machine[[2]payouts.State{from, to}] {
				allowed++
			}
		}
	}
	require.Len(t, machine, allowed, "every row of the table names two states")
}

func TestTerminalStatesHoldNothing(t *testing.T) {
	t.Parallel()
	for _, from := range payouts.States() {
		leaves := false
		for _, to := range payouts.States() {
			leaves = leaves || machine[[2]payouts.State{from, to}]
		}
		require.Equal(t, leaves, from.Open(), from)
	}
	_, err := in("stranger").To(payouts.Queued, later)
	require.ErrorIs(t, err, payouts.ErrTransition)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, from := range payouts.States() {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			next, err := in(from).Cancel(later)
			if from != payouts.Requested && from != payouts.Approved {
				require.ErrorIs(t, err, payouts.ErrNotCancelable)
				require.NotErrorIs(t, err, payouts.ErrTransition, "the payee is told why")
				require.Zero(t, next)
				return
			}
			require.NoError(t, err)
			require.Equal(t, payouts.Canceled, next.State)
			require.Equal(t, later, next.ChangedAt)
		})
	}
}

func TestFaultsOfAPayout(t *testing.T) {
	t.Parallel()
	for f, kind := range map[*fault.Fault]fault.Kind{
		payouts.ErrNotFound: fault.NotFound, payouts.ErrBelowMinimum: fault.Invalid, payouts.ErrStepUp: fault.Forbidden,
		payouts.ErrApproval: fault.Forbidden, payouts.ErrNotLinked: fault.Invalid, payouts.ErrCooling: fault.Conflict,
		payouts.ErrDestination: fault.Invalid, payouts.ErrNotCancelable: fault.Conflict, payouts.ErrTransition: fault.Conflict,
		payouts.ErrDecided: fault.Conflict, payouts.ErrDecisionOwn: fault.Forbidden, payouts.ErrReason: fault.Invalid,
		payouts.ErrAttemptLive: fault.Conflict, payouts.ErrDepositExists: fault.Conflict, payouts.ErrAttemptUnknown: fault.Internal,
	} {
		require.ErrorIs(t, f, kind, f.Code())
	}
}

// A memo names a purpose exactly, or none.
func TestPurposeMemo(t *testing.T) {
	t.Parallel()
	for memo, want := range map[string]payouts.Purpose{
		payouts.PurposeMemo(payouts.ForBonuses): payouts.ForBonuses, "twist:platform:bonuses": payouts.ForBonuses,
		"": "", "bonuses": "", "twist:platform:": "", "twist:platform:fees": "", "twist:platform:bonuses ": "", "TWIST:PLATFORM:BONUSES": "",
		"twist:deposit:bonuses": "",
	} {
		got, ok := payouts.Arrival{Memo: memo}.Purpose()
		require.Equal(t, want != "", ok, "%q", memo)
		if ok {
			require.Equal(t, want, got)
		}
	}
}

func TestDepositMemo(t *testing.T) {
	t.Parallel()
	for memo, want := range map[string]payouts.AccountID{
		payouts.DepositMemo("acct_1"): "acct_1", "twist:deposit:acct_2": "acct_2",
		"": "", "acct_1": "", "twist:deposit:": "", "TWIST:DEPOSIT:acct_1": "", " twist:deposit:acct_1": "", "twist:deposi": "",
	} {
		got, ok := payouts.Arrival{Memo: memo}.Beneficiary()
		require.Equal(t, want != "", ok, "%q", memo)
		if ok {
			require.Equal(t, want, got)
		}
	}
}
