package memory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ErrSnapshot means that a snapshot cannot be read.
var ErrSnapshot = fault.New(fault.Invalid, "snapshot_unreadable", "this is not a snapshot of a store")

// rows is everything a store keeps, as a snapshot holds it.
type rows struct {
	Outcomes     []ports.Outcome
	Accounts     []identity.Account
	Wallets      []identity.LinkedWallet
	Assents      []identity.Assent
	Sessions     []identity.Session
	APIKeys      []identity.APIKey
	Influencers  []identity.Influencer
	Applications []identity.Application
	Emails       []identity.Email
	Mails        []identity.Mail
	Programs     []attribution.Program
	Links        []attribution.Link
	Reservations []attribution.Reservation
	Conversions  []attribution.Conversion
	Refunds      []attribution.Refund
	Touches      []attribution.Touch
	Bindings     []attribution.Binding
	Commissions  []attribution.Commission
	Bonuses      []attribution.Bonus
	Assessments  []attribution.Assessment
	Pools        []staking.Pool
	Positions    []staking.Position
	Activations  []staking.Activation
	Tickets      []staking.Ticket
	PoolDays     []staking.PoolDay
	Figures      []staking.Figures
	Conducts     []fraud.Conduct
	Crowds       []fraud.Crowd
	Places       []fraud.Place
	Alerts       []fraud.Alert
	Debts        []attribution.Debt
	Deposits     []payouts.Deposit
	Cursor       uint64
	Payouts      []payouts.Payout
	Attempts     []payouts.Attempt
	Entries      []ledger.Record
	Balances     []ledger.Standing
	Events       []journal.Event
	Audit        []identity.AuditRecord
	Seals        []journal.Seal
	Waiting      []journal.Waiting
}

// file is a snapshot: the rows and their digest. The digest notices what no recomputation can, a
// setting or a moment that was altered; it does not stop somebody who writes a new one.
type file struct {
	Format string
	Digest string // SHA-256 of Rows, compact
	Rows   json.RawMessage
}

const format = "twist-snapshot-6"

// Snapshot writes everything the store keeps, as JSON.
func (s *Store) Snapshot() ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.state
	at, _ := t.cursors.get(1)
	body, err := json.Marshal(rows{
		Outcomes: t.outcomes.all(), Accounts: t.accounts.all(), Wallets: t.wallets.all(), Assents: t.assents.all(),
		Sessions: t.sessions.all(), APIKeys: t.apiKeys.all(), Influencers: t.influencers.all(),
		Applications: t.applications.all(), Emails: t.emails.all(), Mails: t.mails.all(),
		Programs: t.programs.all(), Links: t.codes.all(), Reservations: t.reservations.all(), Conversions: t.conversions.all(), Refunds: t.refunds.all(),
		Touches: t.touches.all(), Bindings: t.bindings.all(), Commissions: t.commissions.all(), Bonuses: t.bonuses.all(),
		Assessments: t.assessments.all(), Pools: t.pools.all(), Positions: t.positions.all(), Activations: t.activations.all(),
		Tickets: t.tickets.all(), PoolDays: t.poolDays.all(), Figures: t.figures.all(),
		Conducts: t.conducts.all(), Crowds: t.crowds.all(), Places: t.places.all(), Alerts: t.alerts.all(),
		Debts: t.debts.all(), Deposits: t.deposits.all(), Cursor: at.Slot, Payouts: t.payouts.all(), Attempts: t.attempts.all(),
		Entries: t.records.all(), Balances: t.standings.all(),
		Events: t.events.all(), Audit: t.audit.all(), Seals: t.seals.all(), Waiting: t.waiting.all(),
	})
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(file{Format: format, Digest: sum(body), Rows: body}, "", " ")
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

// Restore reads a snapshot into a new store. It reports whether the rows are those that were written:
// a store is made of altered rows too, so that a verification can say what is wrong with them.
func Restore(snapshot []byte) (s *Store, intact bool, err error) {
	var f file
	var compact bytes.Buffer
	if err := json.Unmarshal(snapshot, &f); err != nil || f.Format != format {
		return nil, false, ErrSnapshot
	}
	if err := json.Compact(&compact, f.Rows); err != nil {
		return nil, false, ErrSnapshot.Because(err)
	}
	var r rows
	d := json.NewDecoder(bytes.NewReader(f.Rows))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, false, ErrSnapshot.Because(err)
	}
	s = New()
	s.state.load(r)
	return s, sum(compact.Bytes()) == f.Digest, nil
}

func (s *state) load(r rows) {
	s.outcomes.load(r.Outcomes)
	s.accounts.load(r.Accounts)
	s.wallets.load(r.Wallets)
	s.assents.load(r.Assents)
	s.sessions.load(r.Sessions)
	s.challenges.load(r.Sessions)
	s.apiKeys.load(r.APIKeys)
	s.influencers.load(r.Influencers)
	named := slices.DeleteFunc(slices.Clone(r.Influencers), func(i identity.Influencer) bool { return i.Username == "" })
	s.accountProfiles.load(named)
	s.usernames.load(named)
	s.applications.load(r.Applications)
	s.emails.load(r.Emails)
	s.verified.load(slices.DeleteFunc(slices.Clone(r.Emails), func(e identity.Email) bool { return e.Verified == "" }))
	s.mails.load(r.Mails)
	s.programs.load(r.Programs)
	s.links.load(r.Links)
	s.codes.load(r.Links)
	s.promos.load(slices.DeleteFunc(slices.Clone(r.Links), func(l attribution.Link) bool { return l.Promo == "" }))
	s.reservations.load(r.Reservations)
	s.conversions.load(r.Conversions)
	s.orders.load(r.Conversions)
	s.refunds.load(r.Refunds)
	s.touches.load(r.Touches)
	s.bindings.load(r.Bindings)
	s.commissions.load(r.Commissions)
	s.bonuses.load(r.Bonuses)
	s.monthlyBonuses.load(r.Bonuses)
	s.assessments.load(r.Assessments)
	s.pools.load(r.Pools)
	s.influencerPools.load(r.Pools)
	s.positions.load(r.Positions)
	s.activations.load(r.Activations)
	s.tickets.load(r.Tickets)
	s.poolDays.load(r.PoolDays)
	s.figures.load(r.Figures)
	s.conducts.load(r.Conducts)
	s.crowds.load(r.Crowds)
	s.places.load(r.Places)
	s.alerts.load(r.Alerts)
	s.debts.load(r.Debts)
	s.deposits.load(r.Deposits)
	s.cursors.load([]cursor{{Slot: r.Cursor}})
	s.payouts.load(r.Payouts)
	s.attempts.load(r.Attempts)
	s.standings.load(r.Balances)
	s.records.load(r.Entries)
	s.references.load(r.Entries)
	var lines []ledger.Line
	for _, record := range r.Entries {
		lines = append(lines, record.Lines...)
	}
	s.lines.load(lines)
	s.events.load(r.Events)
	s.audit.load(r.Audit)
	s.seals.load(r.Seals)
	s.waiting.load(r.Waiting)
	s.resume(r.Seals, r.Waiting)
}
