package fraud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
)

func TestAlert(t *testing.T) {
	t.Parallel()
	all := every(t)
	jump, equal, rapidly := all[fraud.AmountJump], all[fraud.EqualAmounts], all[fraud.RapidStakes]
	a := fraud.Raise("alrt_a", fraud.KindStakes, "acct_a", "acct_a", []fraud.Finding{jump}, now)
	require.Equal(t, fraud.Alert{
		ID: "alrt_a", Kind: fraud.KindStakes, Subject: "acct_a", Account: "acct_a", Severity: fraud.High, Score: 70,
		Rules: []fraud.Name{fraud.AmountJump}, Count: 1, Status: fraud.Open, OpenedAt: now, LastAt: now,
	}, a)
	kept := a.Clone()
	worse := a.Again([]fraud.Finding{rapidly, jump}, now.Add(time.Hour))
	require.Equal(t, kept, a, "it shares nothing")
	require.Equal(t, []fraud.Name{fraud.RapidStakes, fraud.AmountJump}, worse.Rules)
	require.Equal(t, fraud.Critical, worse.Severity)
	require.Equal(t, 90, worse.Score)
	require.EqualValues(t, 2, worse.Count)
	require.Equal(t, now.Add(time.Hour), worse.LastAt)
	milder := worse.Again([]fraud.Finding{equal}, now.Add(-time.Hour))
	require.Equal(t, fraud.Critical, milder.Severity, "never milder")
	require.Equal(t, 90, milder.Score)
	require.Equal(t, now, milder.LastAt, "nor before it was opened")
	require.Equal(t, milder.Rules, milder.Again(nil, now).Rules)

	orders := fraud.Raise("alrt_b", fraud.KindOrders, "prog/infl/self_referral", "acct_a", []fraud.Finding{{Rule: fraud.SelfReferral, Confidence: 95}}, now)
	require.Equal(t, []fraud.Name{fraud.SelfReferral}, orders.Rules)

	flood := fraud.Finding{Rule: fraud.ClickFlooding, Confidence: 80, Clicks: 20_000, Excess: 3}
	many := fraud.Raise("alrt_b", fraud.KindOrders, "prog/infl/click_flooding", "acct_a", []fraud.Finding{flood}, now)
	require.Equal(t, []int64{20_000, 3}, []int64{many.Clicks, many.Excess})
	flood.Clicks, flood.Excess = 10_000, 0
	many = many.Again([]fraud.Finding{flood}, now)
	require.Equal(t, []int64{10_000, 0}, []int64{many.Clicks, many.Excess}, "those of the latest")
	many = many.Again([]fraud.Finding{{Rule: fraud.SelfReferral, Confidence: 95}}, now)
	require.Equal(t, []int64{10_000, 0}, []int64{many.Clicks, many.Excess})

	// The limit between severities is a score of 80.
	regular := all[fraud.RegularGaps]
	require.Equal(t, fraud.Critical, fraud.Raise("a", fraud.KindStakes, "b", "b", []fraud.Finding{regular}, now).Severity)
	regular.Confidence = 79
	require.Equal(t, fraud.High, fraud.Raise("a", fraud.KindStakes, "b", "b", []fraud.Finding{regular}, now).Severity)
}

// An alert is resolved once; the one way back is that what was upheld is dismissed.
func TestResolve(t *testing.T) {
	t.Parallel()
	open := fraud.Raise("alrt_a", fraud.KindStakes, "acct_a", "acct_a", []fraud.Finding{every(t)[fraud.RapidStakes]}, now)
	later := now.Add(time.Hour)
	dismissed, err := open.Dismiss("acct_ops", later)
	require.NoError(t, err)
	require.Equal(t, []any{fraud.Dismissed, fraud.AccountID("acct_ops"), later}, []any{dismissed.Status, dismissed.ResolvedBy, dismissed.ResolvedAt})
	upheld, err := open.Uphold("acct_ops", later)
	require.NoError(t, err)
	require.Equal(t, fraud.Upheld, upheld.Status)
	lifted, err := upheld.Dismiss("acct_other", later)
	require.NoError(t, err)
	require.Equal(t, []any{fraud.Dismissed, fraud.AccountID("acct_other")}, []any{lifted.Status, lifted.ResolvedBy})
	_, err = upheld.Uphold("acct_ops", later)
	require.ErrorIs(t, err, fraud.ErrAlertResolved)
	_, err = dismissed.Uphold("acct_ops", later)
	require.ErrorIs(t, err, fraud.ErrAlertResolved)
	_, err = dismissed.Dismiss("acct_ops", later)
	require.ErrorIs(t, err, fraud.ErrAlertResolved)
	_, err = open.Uphold("acct_a", later)
	require.ErrorIs(t, err, fraud.ErrAlertOwn)
	_, err = dismissed.Dismiss("acct_a", later)
	require.ErrorIs(t, err, fraud.ErrAlertOwn)
	require.ErrorIs(t, fraud.Status("lost").Check(), fraud.ErrAlertStatus)
	for _, status := range fraud.Statuses() {
		require.NoError(t, status.Check())
	}
}

func TestConduct(t *testing.T) {
	t.Parallel()
	c := fraud.Conduct{Account: "acct_a"}
	require.False(t, c.Bars(now))
	until := c.Bar("alrt_a", now)
	require.True(t, until.Bars(now.Add(-1)))
	require.False(t, until.Bars(now))
	lasting := c.Bar("alrt_a", time.Time{})
	require.True(t, lasting.Bars(now.Add(100*365*day)))
	require.False(t, lasting.Clear("alrt_a", now).Bars(now))
	require.True(t, lasting.Clear("alrt_b", now).Bars(now), "the block is another alert's")
	require.Equal(t, now, lasting.Clear("alrt_b", now).ClearedAt)

	for n := range fraud.Kept + 3 {
		before := c
		c = c.Noted(fraud.Mark{At: now, Amount: money.Amount(n)})
		require.Len(t, before.Marks, min(n, fraud.Kept))
	}
	require.Len(t, c.Marks, fraud.Kept)
	require.EqualValues(t, 3, c.Marks[0].Amount)
	require.EqualValues(t, fraud.Kept+2, c.Marks[fraud.Kept-1].Amount)
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	var c fraud.Crowd
	for n := range fraud.Kept + 1 {
		c = c.Noted(fraud.Visit{Account: fraud.AccountID(rune('a' + n)), At: now})
	}
	require.Len(t, c.Visits, fraud.Kept)
	require.Equal(t, fraud.AccountID("b"), c.Visits[0].Account)
	c = c.Noted(fraud.Visit{Account: "b", At: now.Add(1)})
	require.Len(t, c.Visits, fraud.Kept, "each account once")
	require.Equal(t, fraud.Visit{Account: "b", At: now.Add(1)}, c.Visits[fraud.Kept-1])
	require.Equal(t, fraud.AccountID("c"), c.Visits[0].Account)
}
