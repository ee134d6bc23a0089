package memory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

var opened = time.Date(2026, 11, 23, 5, 0, 0, 123_456_000, time.UTC)

// rich gives a store in which every table holds something.
func rich(t *testing.T) *memory.Store {
	t.Helper()
	s := memory.New()
	e, err := ledger.NewEntry("ent_1", ledger.KindDeposit, "deposit:sig:0", opened,
		[]ledger.Posting{ledger.Move(ledger.World(), ledger.Available("acct_1"), 7)}, map[string]string{"from": "<&>"})
	require.NoError(t, err)
	event, err := journal.NewEvent("evt_1", journal.Staked, "pos_1", "acct_1", opened, map[string]string{"amount": "7"})
	require.NoError(t, err)
	wide := staking.U128{Hi: 1<<63 - 1, Lo: 1<<64 - 1}
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(
			tx.Outcomes.Add(ctx, ports.Outcome{Account: "acct_1", Operation: "staking.stake", Key: "k", Answer: []byte{0, 255}, At: opened}),
			tx.Accounts.Add(ctx, identity.Account{ID: "acct_1", Wallet: "w1", OpenedAt: opened}),
			tx.Wallets.Add(ctx, identity.LinkedWallet{Wallet: "w1", Account: "acct_1", LinkedAt: opened}),
			tx.Assents.Add(ctx, identity.Assent{Challenge: "chal_2", Purpose: identity.Link, Account: "acct_1", At: opened}),
			tx.Sessions.Add(ctx, identity.Session{ID: "sess_1", Account: "acct_1", Challenge: "chal_1", Roles: identity.Roles(), OpenedAt: opened}),
			tx.APIKeys.Add(ctx, identity.APIKey{ID: "key_1", Account: "acct_1", Digest: identity.Digest{1}, Scopes: identity.Scopes(), MadeAt: opened}),
			tx.Influencers.Add(ctx, identity.Influencer{ID: "infl_1", Account: "acct_1", Username: "Star", RegisteredAt: opened}),
			tx.Applications.Add(ctx, identity.Application{ID: "app_1", Account: "acct_1", State: identity.ApplicationPending, MadeAt: opened}),
			tx.Emails.Put(ctx, identity.Email{Account: "acct_1", Verified: "A@b.io", VerifiedAt: opened, Pending: identity.Verification{Token: identity.TokenHash{1, 255}}}),
			tx.Mails.Add(ctx, identity.Mail{ID: "mail_1", Account: "acct_1", State: identity.MailWaiting, DueAt: opened}),
			tx.Programs.Add(ctx, attribution.Program{ID: "prog_1", Merchant: "acct_1", Window: time.Hour, OpenedAt: opened}),
			tx.Links.Add(ctx, attribution.Link{ID: "link_1", Code: "code", Program: "prog_1", MadeAt: opened}),
			tx.Reservations.Add(ctx, attribution.Reservation{Program: "prog_1", Promo: "SUMMER20", At: opened}),
			tx.Conversions.Add(ctx, attribution.Conversion{ID: "conv_1", Order: attribution.Order{Program: "prog_1", ID: "o"}, At: opened}),
			tx.Conversions.AddRefund(ctx, attribution.Refund{Conversion: "conv_1", ID: "r", Amount: 1, At: opened}),
			tx.Bindings.Bind(ctx, attribution.Binding{Program: "prog_1", Customer: "c", Holder: "acct_1", At: opened, Until: opened.Add(time.Hour)}),
			tx.Touches.Add(ctx, attribution.Touch{Conversion: "conv_1", Click: "clk_1", At: opened, Reason: attribution.Counted}),
			tx.Commissions.Put(ctx, attribution.Commission{ID: "comm_1", Conversion: "conv_1", State: attribution.Pending, MatureAt: opened}),
			tx.Bonuses.Add(ctx, attribution.Bonus{ID: "bon_1", Influencer: "infl_1", Holder: "acct_1", Month: "2026-11", Kind: attribution.BonusTier, Amount: 7, State: attribution.BonusDue, DueAt: opened}),
			tx.Bonuses.Assess(ctx, attribution.Assessment{Month: "2026-11", At: opened}),
			tx.Pools.Add(ctx, staking.Pool{ID: "pool_1", Influencer: "infl_1", Index: wide, Carry: wide, OpenedAt: opened}),
			tx.Positions.Put(ctx, staking.Position{ID: "pos_1", Pool: "pool_1", Account: "acct_1", Owed: wide, Terms: staking.Terms{{Cooldown: time.Second, Amount: 1}}, OpenedAt: opened}),
			tx.Positions.PutActivation(ctx, staking.Activation{Pool: "pool_1", Epoch: -1, Index: wide, Weight: 1}),
			tx.Tickets.Add(ctx, staking.Ticket{ID: "tick_1", Pool: "pool_1", State: staking.Cooling, LeftAt: opened}),
			tx.PoolDays.Add(ctx, staking.PoolDay{Pool: "pool_1", Day: -1, In: 1, Joined: 2}),
			tx.PoolFigures.Put(ctx, []staking.Figures{{Pool: "pool_1", Day: 1, APY: 1}}),
			got(tx.Conducts.Note(ctx, fraud.Stake{Account: "acct_1", Pool: "pool_1", Amount: 7, At: opened, From: "v"})),
			tx.Alerts.Add(ctx, fraud.Alert{ID: "alrt_1", Kind: fraud.KindStakes, Subject: "acct_1", Account: "acct_1", Rules: []fraud.Name{fraud.EqualAmounts}, Status: fraud.Open, OpenedAt: opened}),
			tx.Debts.Put(ctx, attribution.Debt{Holder: "acct_1", Program: "prog_1", Owed: 1, Since: opened}),
			tx.Deposits.Add(ctx, payouts.Deposit{Arrival: payouts.Arrival{Signature: "sig", Memo: "\U0001F600", At: opened}, Account: "acct_1"}),
			tx.Deposits.PutCursor(ctx, 1<<60),
			tx.Payouts.Put(ctx, payouts.Payout{ID: "po_1", Account: "acct_1", State: payouts.Signed, RequestedAt: opened}),
			tx.Attempts.Add(ctx, payouts.Attempt{Payout: "po_1", N: 1, Signature: "sig1", Raw: []byte{0, 255}, State: payouts.Live}),
			tx.Outbox.Add(ctx, event),
			tx.Audit.Add(ctx, identity.AuditRecord{
				ID: "aud_1", At: opened, Account: "acct_1", Action: "staking.staked", RequestID: "req_1", IP: netip.MustParseAddr("192.0.2.1"),
			}),
		)
	}))
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		waits, err := tx.Seals.Waiting(ctx, 0, 1)
		return errors.Join(err, tx.Seals.Add(ctx, waits, []journal.Seal{journal.Seal{}.Next(waits[0].Item)}), tx.Ledger.Record(ctx, e))
	}))
	return s
}

func got(_ fraud.History, err error) error { return err }

func snapshot(t *testing.T, s *memory.Store) []byte {
	t.Helper()
	text, err := s.Snapshot()
	require.NoError(t, err)
	return text
}

func TestSnapshotHoldsEveryTable(t *testing.T) {
	t.Parallel()
	var f struct{ Rows map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(snapshot(t, rich(t)), &f))
	require.Len(t, f.Rows, 41)
	for name, rows := range f.Rows {
		require.NotContains(t, []string{"null", "[]", "0"}, string(rows), name)
	}
}

func TestRestoreGivesTheSameStore(t *testing.T) {
	t.Parallel()
	text := snapshot(t, rich(t))
	s, intact, err := memory.Restore(text)
	require.NoError(t, err)
	require.True(t, intact)
	require.Equal(t, string(text), string(snapshot(t, s)))

	empty, intact, err := memory.Restore(snapshot(t, memory.New()))
	require.NoError(t, err)
	require.True(t, intact)
	require.Equal(t, snapshot(t, memory.New()), snapshot(t, empty))
}

// TestRestoreKeepsEveryKey writes what the snapshot holds once more: each is refused under every key.
func TestRestoreKeepsEveryKey(t *testing.T) {
	t.Parallel()
	s, _, err := memory.Restore(snapshot(t, rich(t)))
	require.NoError(t, err)
	for want, add := range map[error]func(context.Context, ports.Tx) error{
		ports.ErrOutcomeExists: func(ctx context.Context, tx ports.Tx) error {
			return tx.Outcomes.Add(ctx, ports.Outcome{Account: "acct_1", Operation: "staking.stake", Key: "k"})
		},
		identity.ErrWalletTaken: func(ctx context.Context, tx ports.Tx) error {
			return tx.Wallets.Add(ctx, identity.LinkedWallet{Wallet: "w1", Account: "acct_2"})
		},
		identity.ErrChallengeUsed: func(ctx context.Context, tx ports.Tx) error {
			return tx.Sessions.Add(ctx, identity.Session{ID: "sess_2", Challenge: "chal_1"})
		},
		identity.ErrAlreadyInfluencer: func(ctx context.Context, tx ports.Tx) error {
			return tx.Influencers.Add(ctx, identity.Influencer{ID: "infl_2", Account: "acct_1", Username: "Moon"})
		},
		identity.ErrUsernameTaken: func(ctx context.Context, tx ports.Tx) error {
			return tx.Influencers.Add(ctx, identity.Influencer{ID: "infl_2", Account: "acct_2", Username: "STAR"})
		},
		attribution.ErrCodeTaken: func(ctx context.Context, tx ports.Tx) error {
			return tx.Links.Add(ctx, attribution.Link{ID: "link_2", Code: "code"})
		},
		attribution.ErrOrderConflict: func(ctx context.Context, tx ports.Tx) error {
			return tx.Conversions.Add(ctx, attribution.Conversion{ID: "conv_2", Order: attribution.Order{Program: "prog_1", ID: "o"}})
		},
		staking.ErrPoolExists: func(ctx context.Context, tx ports.Tx) error {
			return tx.Pools.Add(ctx, staking.Pool{ID: "pool_2", Influencer: "infl_1"})
		},
		payouts.ErrDepositExists: func(ctx context.Context, tx ports.Tx) error {
			return tx.Deposits.Add(ctx, payouts.Deposit{Arrival: payouts.Arrival{Signature: "sig"}})
		},
		journal.ErrEvent: func(ctx context.Context, tx ports.Tx) error {
			return tx.Outbox.Add(ctx, journal.Event{ID: "evt_1", Kind: journal.Left, Subject: "pos_2", At: opened})
		},
		journal.ErrSealed: func(ctx context.Context, tx ports.Tx) error {
			waits, err := tx.Seals.Waiting(ctx, 0, 9)
			return errors.Join(err, tx.Seals.Add(ctx, waits, []journal.Seal{journal.Seal{}.Next(waits[0].Item)}))
		},
		ledger.ErrReferenceReused: func(ctx context.Context, tx ports.Tx) error {
			return tx.Ledger.Record(ctx, ledger.Entry{
				ID: "ent_2", Reference: "deposit:sig:0", Kind: ledger.KindDeposit, At: opened,
				Postings: []ledger.Posting{ledger.Move(ledger.World(), ledger.Available("acct_1"), 8)},
			})
		},
	} {
		require.ErrorIs(t, s.Write(t.Context(), add), want)
	}
	require.ErrorIs(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return tx.Assents.Add(ctx, identity.Assent{Challenge: "chal_2"})
	}), identity.ErrChallengeUsed)
	require.Equal(t, snapshot(t, rich(t)), snapshot(t, s))
}

// TestRestoreGoesOnWithTheSequence seals what waits, and what comes after it, on top of the last seal.
func TestRestoreGoesOnWithTheSequence(t *testing.T) {
	t.Parallel()
	s, _, err := memory.Restore(snapshot(t, rich(t)))
	require.NoError(t, err)
	next := journal.Event{ID: "evt_2", Kind: journal.Left, Subject: "pos_1", At: opened}
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Outbox.Add(ctx, next) }))
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		last, one := tx.Seals.Lock(ctx)
		waits, two := tx.Seals.Waiting(ctx, 0, 9)
		require.Len(t, waits, 2)
		require.EqualValues(t, 1, last.Position)
		require.Equal(t, next.Item(), waits[1].Item, "after what waited before")
		first := last.Next(waits[0].Item)
		return errors.Join(one, two, tx.Seals.Add(ctx, waits, []journal.Seal{first, first.Next(waits[1].Item)}))
	}))
	require.NotEqual(t, snapshot(t, rich(t)), snapshot(t, s))
}

func TestRestoreNoticesAlteredRows(t *testing.T) {
	t.Parallel()
	text := snapshot(t, rich(t))
	for _, change := range [][2]string{
		{`"Owed": "1"`, `"Owed": "2"`},
		{`"Window": 3600000000000`, `"Window": 1`},
		{`"Slot": 0`, `"Slot": 1`},
		{`"2026-11-23T05:00:00.123456Z"`, `"2026-11-23T05:00:00.123457Z"`},
	} {
		altered := strings.Replace(string(text), change[0], change[1], 1)
		require.NotEqual(t, string(text), altered, change[0])
		s, intact, err := memory.Restore([]byte(altered))
		require.NoError(t, err, change[0])
		require.False(t, intact, change[0])
		require.NotEqual(t, text, snapshot(t, s), "the altered rows can be looked at")
	}
	var f map[string]any
	require.NoError(t, json.Unmarshal(text, &f))
	delete(f, "Digest")
	undated, err := json.Marshal(f)
	require.NoError(t, err)
	_, intact, err := memory.Restore(undated)
	require.NoError(t, err)
	require.False(t, intact)
}

func TestRestoreRefusesWhatIsNoSnapshot(t *testing.T) {
	t.Parallel()
	text := snapshot(t, rich(t))
	for name, garbage := range map[string][]byte{
		"nothing": nil, "text": []byte("let me in"), "null": []byte("null"), "half": text[:len(text)/2], "twice": append(bytes.Clone(text), text...),
		"another format": bytes.Replace(text, []byte("twist-snapshot-6"), []byte("twist-snapshot-1"), 1),
		"no rows":        []byte(`{"Format": "twist-snapshot-6"}`),
		"other rows":     []byte(`{"Format": "twist-snapshot-6", "Rows": {"Lamps": []}}`),
		"bad rows":       []byte(`{"Format": "twist-snapshot-6", "Rows": {"Accounts": 7}}`),
		"a bad address":  bytes.Replace(text, []byte("account:acct_1:available"), []byte("account:acct_1:offshore"), 1),
	} {
		s, intact, err := memory.Restore(garbage)
		require.ErrorIs(t, err, memory.ErrSnapshot, name)
		require.Nil(t, s, name)
		require.False(t, intact, name)
	}
}

// TestSessionsAreCopied looks through a snapshot, because no port reads a session.
func TestSessionsAreCopied(t *testing.T) {
	t.Parallel()
	s := memory.New()
	roles := []identity.Role{identity.RoleUser}
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return tx.Sessions.Add(ctx, identity.Session{ID: "sess_1", Challenge: "chal_1", Roles: roles})
	}))
	roles[0] = identity.RoleAdmin
	require.NotContains(t, string(snapshot(t, s)), identity.RoleAdmin)
}
