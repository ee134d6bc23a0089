package payouts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// largeIn is a payout in a state that needs a second person, who has not decided.
func largeIn(state payouts.State) payouts.Payout {
	p := in(state)
	p.Amount = payouts.ApprovalFrom
	return p
}

// Only a second person moves on what needs one: nothing else does, and the payee may take it back.
func TestDecide(t *testing.T) {
	t.Parallel()
	waits := largeIn(payouts.Requested)
	_, err := waits.To(payouts.Approved, later)
	require.ErrorIs(t, err, payouts.ErrApproval)
	_, err = waits.To(payouts.Rejected, later)
	require.ErrorIs(t, err, payouts.ErrApproval)
	canceled, err := waits.Cancel(later)
	require.NoError(t, err)
	require.True(t, canceled.Sound())

	approved, changed, err := waits.Approve("acct_ops", later)
	require.NoError(t, err)
	require.True(t, changed)
	want := largeIn(payouts.Approved)
	want.DecidedBy, want.DecidedAt, want.ChangedAt = "acct_ops", later, later
	require.Equal(t, want, approved)
	queued, err := approved.To(payouts.Queued, later)
	require.NoError(t, err)
	require.True(t, queued.Sound())

	rejected, changed, err := waits.Reject("acct_ops", "  Whose is this?\n", later)
	require.NoError(t, err)
	require.True(t, changed)
	want.State, want.Reason = payouts.Rejected, "Whose is this?"
	require.Equal(t, want, rejected)
	require.False(t, rejected.State.Open())
}

func TestDecideRefuses(t *testing.T) {
	t.Parallel()
	waits := largeIn(payouts.Requested)
	_, _, err := waits.Approve(waits.Account, later)
	require.ErrorIs(t, err, payouts.ErrDecisionOwn)
	_, _, err = waits.Reject(waits.Account, "No.", later)
	require.ErrorIs(t, err, payouts.ErrDecisionOwn)

	below := in(payouts.Requested)
	below.Amount = payouts.ApprovalFrom - 1
	_, _, err = below.Approve("acct_ops", later)
	require.ErrorIs(t, err, payouts.ErrDecided, "it needs nobody")
	for _, state := range payouts.States()[1:] {
		_, _, err = largeIn(state).Approve("acct_ops", later)
		require.ErrorIs(t, err, payouts.ErrDecided, state)
	}
	for name, reason := range map[string]string{
		"none": "", "spaces": " \n\t ", "unseen": "\u200b\u2060", "two_lines": "One.\nTwo.", "control": "a\x00b", "escape": "a\x1b[31mb",
		"separator": "a\u2028b", "turned_around": "a\u202eb", "no_utf8": "a\xffb", "long": strings.Repeat("é", 501),
	} {
		_, _, err = waits.Reject("acct_ops", reason, later)
		require.ErrorIs(t, err, payouts.ErrReason, name)
	}
	longest, _, err := waits.Reject("acct_ops", strings.Repeat("é", 500), later)
	require.NoError(t, err)
	require.Len(t, []rune(longest.Reason), 500)
}

// The same person says the same again, whatever became of the payout; any other word comes too late.
func TestDecideAgain(t *testing.T) {
	t.Parallel()
	approved, _, err := largeIn(payouts.Requested).Approve("acct_ops", asked)
	require.NoError(t, err)
	rejected, _, err := largeIn(payouts.Requested).Reject("acct_ops", "No.", asked)
	require.NoError(t, err)
	for _, state := range payouts.States()[1:] {
		p := approved
		p.State = state
		again, changed, err := p.Approve("acct_ops", later)
		require.NoError(t, err, state)
		require.False(t, changed)
		require.Equal(t, p, again)
		_, _, err = p.Reject("acct_ops", "No.", later)
		require.ErrorIs(t, err, payouts.ErrDecided, state)
		_, _, err = p.Approve("acct_other", later)
		require.ErrorIs(t, err, payouts.ErrDecided, state)
	}
	again, changed, err := rejected.Reject("acct_ops", " No.", later)
	require.NoError(t, err)
	require.False(t, changed)
	require.Equal(t, rejected, again)
	_, _, err = rejected.Reject("acct_ops", "Never.", later)
	require.ErrorIs(t, err, payouts.ErrDecided)
	_, _, err = rejected.Approve("acct_ops", later)
	require.ErrorIs(t, err, payouts.ErrDecided)
}

// Whatever is done to a payout by whomever in whatever order, it is sound, and a large one that goes anywhere but
// back was approved by somebody else.
func TestDecisionsKeepPayoutsSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := in(payouts.Requested)
		p.Amount = payouts.ApprovalFrom + money.Amount(rapid.Int64Range(-1, 1).Draw(rt, "beyond"))
		for range rapid.IntRange(0, 12).Draw(rt, "steps") {
			by := rapid.SampledFrom([]payouts.AccountID{"acct_1", "acct_2", "acct_3"}).Draw(rt, "by")
			var next payouts.Payout
			var err error
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				next, _, err = p.Approve(by, later)
			case 1:
				next, _, err = p.Reject(by, "No.", later)
			case 2:
				next, err = p.Cancel(later)
			default:
				next, err = p.To(rapid.SampledFrom(payouts.States()).Draw(rt, "next"), later)
			}
			if err != nil {
				require.Zero(rt, next)
				continue
			}
			p = next
			require.True(rt, p.Sound(), "%+v", p)
			back := p.State == payouts.Requested || p.State == payouts.Canceled
			require.True(rt, back || !p.NeedsPerson() || p.DecidedBy != "" && p.DecidedBy != p.Account)
		}
	})
}

// What no rule makes is not sound.
func TestSound(t *testing.T) {
	t.Parallel()
	for _, state := range payouts.States() {
		small, large, decided := in(state), largeIn(state), largeIn(state)
		decided.DecidedBy, decided.DecidedAt = "acct_ops", later
		if state == payouts.Rejected {
			small.Reason, large.Reason, decided.Reason = "No.", "No.", "No."
		}
		require.Equal(t, state != payouts.Rejected, small.Sound(), state)
		require.Equal(t, state == payouts.Requested || state == payouts.Canceled, large.Sound(), state)
		require.Equal(t, state != payouts.Requested, decided.Sound(), state)
		for name, spoil := range map[string]func(*payouts.Payout){
			"by_its_payee": func(p *payouts.Payout) { p.DecidedBy = p.Account },
			"by_nobody":    func(p *payouts.Payout) { p.DecidedBy = "" },
			"at_no_moment": func(p *payouts.Payout) { p.DecidedAt = time.Time{} },
			"not_needed":   func(p *payouts.Payout) { p.Amount = payouts.ApprovalFrom - 1 },
		} {
			p := decided
			spoil(&p)
			require.False(t, p.Sound(), "%s %s", state, name)
		}
		if state == payouts.Rejected {
			decided.Reason = ""
		} else {
			decided.Reason = "No."
		}
		require.False(t, decided.Sound(), state)
	}
}
