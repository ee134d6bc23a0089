package memory

import (
	"cmp"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// The keys that are more than one field.
type (
	outcomeKey    struct{ account, operation, key string }
	orderKey      struct{ program, order string }
	refundKey     struct{ conversion, refund string }
	positionKey   struct{ pool, account string }
	activationKey struct {
		pool  string
		epoch int64
	}
	touchKey       struct{ conversion, click string }
	bindingKey     struct{ program, customer, commission string }
	reservationKey struct{ program, look string }
	bonusKey       struct{ influencer, month, kind string }
	debtKey        struct{ holder, program string }
	depositKey     struct {
		signature string
		index     int
	}
	attemptKey struct {
		payout string
		n      int
	}
	lineKey struct {
		key     ledger.Key
		version int64
	}
)

// cursor is the one row that says where arrivals are read next.
type cursor struct{ Slot uint64 }

// state is every table. A row that has two keys stands in two tables.
type state struct {
	outcomes        *table[outcomeKey, ports.Outcome]
	accounts        *table[identity.AccountID, identity.Account]
	wallets         *table[identity.Wallet, identity.LinkedWallet]
	assents         *table[identity.ChallengeID, identity.Assent]
	sessions        *table[identity.SessionID, identity.Session]
	challenges      *table[identity.ChallengeID, identity.Session]
	apiKeys         *table[identity.APIKeyID, identity.APIKey]
	influencers     *table[identity.InfluencerID, identity.Influencer]
	accountProfiles *table[identity.AccountID, identity.Influencer]
	usernames       *table[string, identity.Influencer]
	applications    *table[identity.ApplicationID, identity.Application]
	emails          *table[identity.AccountID, identity.Email]
	verified        *table[string, identity.Email]
	mails           *table[identity.MailID, identity.Mail]
	programs        *table[attribution.ProgramID, attribution.Program]
	links           *table[attribution.LinkID, attribution.Link]
	codes           *table[string, attribution.Link]
	promos          *table[string, attribution.Link]
	reservations    *table[reservationKey, attribution.Reservation]
	conversions     *table[attribution.ConversionID, attribution.Conversion]
	orders          *table[orderKey, attribution.Conversion]
	refunds         *table[refundKey, attribution.Refund]
	touches         *table[touchKey, attribution.Touch]
	bindings        *table[bindingKey, attribution.Binding]
	commissions     *table[attribution.CommissionID, attribution.Commission]
	bonuses         *table[attribution.BonusID, attribution.Bonus]
	monthlyBonuses  *table[bonusKey, attribution.Bonus]
	assessments     *table[attribution.Month, attribution.Assessment]
	pools           *table[staking.PoolID, staking.Pool]
	influencerPools *table[staking.InfluencerID, staking.Pool]
	positions       *table[positionKey, staking.Position]
	activations     *table[activationKey, staking.Activation]
	tickets         *table[staking.TicketID, staking.Ticket]
	poolDays        *table[activationKey, staking.PoolDay]
	figures         *table[staking.PoolID, staking.Figures]
	conducts        *table[fraud.AccountID, fraud.Conduct]
	crowds          *table[fraud.PoolID, fraud.Crowd]
	places          *table[fraud.Visitor, fraud.Place]
	alerts          *table[fraud.AlertID, fraud.Alert]
	debts           *table[debtKey, attribution.Debt]
	deposits        *table[depositKey, payouts.Deposit]
	cursors         *table[int, cursor]
	payouts         *table[payouts.ID, payouts.Payout]
	attempts        *table[attemptKey, payouts.Attempt]
	records         *table[ledger.EntryID, ledger.Record]
	references      *table[string, ledger.Record]
	lines           *table[lineKey, ledger.Line]
	standings       *table[ledger.Key, ledger.Standing]
	events          *table[journal.EventID, journal.Event]
	audit           *table[identity.AuditID, identity.AuditRecord]
	seals           *table[int64, journal.Seal]
	waiting         *table[int64, journal.Waiting]
	sequences       *table[int, sequence]
}

func newState() *state {
	s := &state{}
	s.people()
	s.business()
	s.books()
	return s
}

func (s *state) people() {
	s.accounts = newTable(func(a identity.Account) identity.AccountID { return a.ID }).cloning(cloneAccount)
	s.wallets = newTable(func(w identity.LinkedWallet) identity.Wallet { return w.Wallet })
	s.assents = newTable(func(c identity.Assent) identity.ChallengeID { return c.Challenge })
	s.sessions = newTable(func(v identity.Session) identity.SessionID { return v.ID }).cloning(cloneSession)
	s.challenges = newTable(func(v identity.Session) identity.ChallengeID { return v.Challenge }).cloning(cloneSession)
	s.apiKeys = newTable(func(k identity.APIKey) identity.APIKeyID { return k.ID }).cloning(cloneAPIKey)
	s.influencers = newTable(func(i identity.Influencer) identity.InfluencerID { return i.ID })
	s.accountProfiles = newTable(func(i identity.Influencer) identity.AccountID { return i.Account })
	s.usernames = newTable(func(i identity.Influencer) string { return i.Handle() })
	s.applications = newTable(func(a identity.Application) identity.ApplicationID { return a.ID })
	s.emails = newTable(func(e identity.Email) identity.AccountID { return e.Account })
	s.verified = newTable(func(e identity.Email) string { return e.Verified.Key() })
	s.mails = newTable(func(m identity.Mail) identity.MailID { return m.ID })
}

func (s *state) business() {
	s.programs = newTable(func(p attribution.Program) attribution.ProgramID { return p.ID }).cloning(cloneProgram)
	s.links = newTable(func(l attribution.Link) attribution.LinkID { return l.ID })
	s.codes = newTable(func(l attribution.Link) string { return l.Code })
	s.promos = newTable(func(l attribution.Link) string { return string(l.Program) + "/" + l.Promo.Look() })
	s.reservations = keyed(reservationKeyOf, func(a, b reservationKey) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.look, b.look))
	})
	s.conversions = newTable(func(c attribution.Conversion) attribution.ConversionID { return c.ID }).cloning(cloneConversion)
	s.orders = keyed(func(c attribution.Conversion) orderKey {
		return orderKey{string(c.Order.Program), c.Order.ID}
	}, func(a, b orderKey) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.order, b.order))
	}).cloning(cloneConversion)
	s.refunds = keyed(func(r attribution.Refund) refundKey { return refundKey{string(r.Conversion), r.ID} },
		func(a, b refundKey) int {
			return cmp.Or(cmp.Compare(a.conversion, b.conversion), cmp.Compare(a.refund, b.refund))
		})
	s.touches = keyed(touchKeyOf, func(a, b touchKey) int {
		return cmp.Or(cmp.Compare(a.conversion, b.conversion), cmp.Compare(a.click, b.click))
	})
	s.bindings = keyed(bindingKeyOf, func(a, b bindingKey) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.customer, b.customer), cmp.Compare(a.commission, b.commission))
	})
	s.commissions = newTable(func(c attribution.Commission) attribution.CommissionID { return c.ID })
	s.bonuses = newTable(func(b attribution.Bonus) attribution.BonusID { return b.ID })
	s.monthlyBonuses = keyed(bonusKeyOf, orderBonuses)
	s.assessments = newTable(func(a attribution.Assessment) attribution.Month { return a.Month })
	s.pools = newTable(func(p staking.Pool) staking.PoolID { return p.ID })
	s.influencerPools = newTable(func(p staking.Pool) staking.InfluencerID { return p.Influencer })
	s.positions = keyed(func(p staking.Position) positionKey { return positionKey{string(p.Pool), string(p.Account)} },
		func(a, b positionKey) int {
			return cmp.Or(cmp.Compare(a.pool, b.pool), cmp.Compare(a.account, b.account))
		})
	s.activations = keyed(func(a staking.Activation) activationKey { return activationKey{string(a.Pool), int64(a.Epoch)} },
		func(a, b activationKey) int {
			return cmp.Or(cmp.Compare(a.pool, b.pool), cmp.Compare(a.epoch, b.epoch))
		})
	s.tickets = newTable(func(t staking.Ticket) staking.TicketID { return t.ID })
	s.figures = newTable(func(f staking.Figures) staking.PoolID { return f.Pool })
	s.poolDays = keyed(poolDayKeyOf, func(a, b activationKey) int {
		return cmp.Or(cmp.Compare(a.pool, b.pool), cmp.Compare(a.epoch, b.epoch))
	})
	s.conducts = newTable(func(c fraud.Conduct) fraud.AccountID { return c.Account }).cloning(cloneConduct)
	s.crowds = newTable(func(c fraud.Crowd) fraud.PoolID { return c.Pool }).cloning(cloneCrowd)
	s.places = newTable(func(p fraud.Place) fraud.Visitor { return p.Visitor }).cloning(clonePlace)
	s.alerts = newTable(func(a fraud.Alert) fraud.AlertID { return a.ID }).cloning(fraud.Alert.Clone)
	s.debts = keyed(func(d attribution.Debt) debtKey { return debtKey{string(d.Holder), string(d.Program)} },
		func(a, b debtKey) int {
			return cmp.Or(cmp.Compare(a.holder, b.holder), cmp.Compare(a.program, b.program))
		})
}

func (s *state) books() {
	s.outcomes = keyed(func(o ports.Outcome) outcomeKey { return outcomeKey{o.Account, o.Operation, o.Key} },
		func(a, b outcomeKey) int {
			return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.operation, b.operation), cmp.Compare(a.key, b.key))
		}).cloning(func(o ports.Outcome) ports.Outcome { o.Answer = slices.Clone(o.Answer); return o })
	s.deposits = keyed(depositKeyOf, func(a, b depositKey) int {
		return cmp.Or(cmp.Compare(a.signature, b.signature), cmp.Compare(a.index, b.index))
	})
	s.cursors = newTable(func(cursor) int { return 1 })
	s.payouts = newTable(func(p payouts.Payout) payouts.ID { return p.ID })
	s.attempts = keyed(func(a payouts.Attempt) attemptKey { return attemptKey{string(a.Payout), a.N} },
		func(a, b attemptKey) int { return cmp.Or(cmp.Compare(a.payout, b.payout), cmp.Compare(a.n, b.n)) }).
		cloning(func(a payouts.Attempt) payouts.Attempt { a.Raw = slices.Clone(a.Raw); return a })
	s.records = newTable(func(r ledger.Record) ledger.EntryID { return r.Entry.ID }).cloning(cloneRecord)
	s.references = newTable(func(r ledger.Record) string { return r.Entry.Reference }).cloning(cloneRecord)
	s.lines = keyed(func(l ledger.Line) lineKey { return lineKey{l.Key, l.Version} },
		func(a, b lineKey) int { return cmp.Or(a.key.Compare(b.key), cmp.Compare(a.version, b.version)) })
	s.standings = keyed(func(v ledger.Standing) ledger.Key { return v.Key }, ledger.Key.Compare)
	s.events = newTable(func(e journal.Event) journal.EventID { return e.ID }).cloning(journal.Event.Clone)
	s.audit = newTable(func(r identity.AuditRecord) identity.AuditID { return r.ID })
	s.seals = newTable(func(v journal.Seal) int64 { return v.Position })
	s.waiting = newTable(func(w journal.Waiting) int64 { return w.Turn })
	s.sequences = newTable(func(sequence) int { return 1 })
}

func touchKeyOf(t attribution.Touch) touchKey { return touchKey{string(t.Conversion), string(t.Click)} }

func bindingKeyOf(b attribution.Binding) bindingKey {
	return bindingKey{string(b.Program), string(b.Customer), string(b.Commission)}
}

func reservationKeyOf(r attribution.Reservation) reservationKey {
	return reservationKey{string(r.Program), r.Promo.Look()}
}

func depositKeyOf(d payouts.Deposit) depositKey {
	return depositKey{string(d.Arrival.Signature), d.Arrival.Index}
}

func cloneAccount(a identity.Account) identity.Account {
	a.Roles = slices.Clone(a.Roles)
	return a
}

func cloneProgram(p attribution.Program) attribution.Program {
	p.Rates = slices.Clone(p.Rates)
	return p
}

func cloneConversion(c attribution.Conversion) attribution.Conversion {
	c.Order.Items, c.Rule.Rates = slices.Clone(c.Order.Items), slices.Clone(c.Rule.Rates)
	return c
}

func cloneSession(s identity.Session) identity.Session {
	s.Roles = slices.Clone(s.Roles)
	return s
}

func cloneRecord(r ledger.Record) ledger.Record {
	r.Entry, r.Lines = r.Entry.Clone(), slices.Clone(r.Lines)
	return r
}

// drafted is what commit and discard need of a table.
type drafted interface {
	commit()
	discard()
}

func (s *state) tables() []drafted {
	return []drafted{
		s.outcomes, s.accounts, s.wallets, s.assents, s.sessions, s.challenges, s.apiKeys, s.influencers, s.accountProfiles, s.usernames,
		s.applications, s.emails, s.verified, s.mails,
		s.programs, s.links, s.codes, s.promos, s.reservations, s.conversions, s.orders, s.refunds, s.touches, s.bindings, s.commissions, s.bonuses, s.monthlyBonuses, s.assessments, s.pools, s.influencerPools,
		s.positions, s.activations, s.tickets, s.poolDays, s.figures, s.conducts, s.crowds, s.places, s.alerts, s.debts, s.deposits, s.cursors, s.payouts, s.attempts,
		s.records, s.references, s.lines, s.standings, s.events, s.audit, s.seals, s.waiting, s.sequences,
	}
}

func (s *state) commit() {
	for _, t := range s.tables() {
		t.commit()
	}
}

func (s *state) discard() {
	for _, t := range s.tables() {
		t.discard()
	}
}
