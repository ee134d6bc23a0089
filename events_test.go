package twist_test

import (
	"context"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// told gives all events of a world, in the order in which they were told.
func (w *world) told() []journal.Event {
	w.t.Helper()
	all, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) ([]journal.Event, error) {
		return v.Journal.Events(ctx, "", 100_000)
	})
	require.NoError(w.t, err)
	return all
}

// kinds gives what a world told after its first n events.
func (w *world) kinds(n int) (kinds []journal.Kind) {
	w.t.Helper()
	for _, e := range w.told()[n:] {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// flown is a world in which a payout was confirmed, taken back by a fork, unproven, dead, and paid at last.
func flown(t *testing.T) *world {
	f := newFlight(t)
	f.cluster.Tick(10)
	f.launch()
	f.cluster.Tick(3)
	f.step(0)
	f.cluster.Fork(3, solanasim.Vanishes)
	for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
		f.cluster.See(node, solanasim.View{Memory: 20})
	}
	f.expire()
	f.settle()
	for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
		f.cluster.See(node, solanasim.View{})
	}
	f.settle()
	f.requirePaid(2)
	return f.world
}

// emptied is a world in which a budget was taken back.
func emptied(t *testing.T) *world {
	s := newScene(t)
	_, err := s.Attribution.Withdraw(t.Context(), s.signIn("shop"), s.program, testkit.TWIST(1))
	require.NoError(t, err)
	return s.world
}

// renewed is a world in which sessions went on and ended, and a role was granted and revoked.
func renewed(t *testing.T) *world {
	w := newWorld(t, rooted)
	in, ops := w.enters("fay", phone), w.by(w.enters("ops", phone))
	fay := w.by(w.refreshes(in.Refresh))
	require.NoError(t, w.Identity.GrantRole(t.Context(), ops, fay.Account, identity.RoleMerchant))
	require.NoError(t, w.Identity.RevokeRole(t.Context(), ops, fay.Account, identity.RoleMerchant))
	require.NoError(t, w.Identity.SignOut(t.Context(), fay))
	fay = w.by(w.enters("fay", phone))
	for range 2 {
		made, err := w.Identity.MakeKey(t.Context(), fay, keyTerms())
		require.NoError(t, err)
		require.NoError(t, w.Identity.RevokeKey(t.Context(), fay, made.Key.ID))
	}
	_, err := w.Identity.MakeKey(t.Context(), fay, keyTerms())
	require.NoError(t, err)
	_, err = w.Identity.RevokeAccount(t.Context(), ops, fay.Account)
	require.NoError(t, err)
	return w
}

var code = regexp.MustCompile("`([^`]+)`")

// page reads docs/events.md: the data of each kind, sorted.
func page(t *testing.T) map[journal.Kind][]string {
	t.Helper()
	text, err := os.ReadFile("docs/events.md")
	require.NoError(t, err)
	data := map[journal.Kind][]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || !strings.Contains(cells[1], "`") {
			continue
		}
		var keys []string
		for _, key := range code.FindAllStringSubmatch(cells[4], -1) {
			keys = append(keys, key[1])
		}
		slices.Sort(keys)
		data[journal.Kind(code.FindStringSubmatch(cells[1])[1])] = keys
	}
	return data
}

// I-11: each kind of event is told by something that happens in these worlds, with exactly the data that its
// page lists, and of somebody's business. What is not sealed waits.
func TestEveryKindIsTold(t *testing.T) {
	t.Parallel()
	want, worlds := page(t), map[string]func(t *testing.T) *world{"flown": flown, "emptied": emptied, "renewed": renewed, "peopled": peopled, "switched": switched, "alarmed": alarmed}
	for name, rich := range riches {
		worlds[name] = func(t *testing.T) *world { return newRich(t, rich) }
	}
	told := map[journal.Kind]int{}
	for name, build := range worlds {
		w := build(t)
		for _, e := range w.told() {
			told[e.Kind]++
			require.NoError(t, e.Validate(), name)
			require.Equal(t, want[e.Kind], slices.Sorted(maps.Keys(e.Data)), "%s tells %s", name, e.Kind)
			if e.Kind != journal.DepositCredited && e.Kind != journal.MonthAssessed {
				require.Contains(t, e.Account, "acct_", "%s tells %s", name, e.Kind)
			}
			for _, key := range []string{"amount", "principal", "rewards", "fee", "fans", "net", "owed", "left", "reversed", "minimum"} {
				if text, has := e.Data[key]; has {
					amount, err := money.Parse(text)
					require.NoError(t, err, "%s says %s", e.Kind, key)
					require.GreaterOrEqual(t, amount, money.Amount(0))
				}
			}
		}
		w.sound()
	}
	for _, kind := range journal.Kinds() {
		require.Positive(t, told[kind], "nothing told %s", kind)
	}
}

// What happened and nothing else, in the order in which it did.
func TestTheLoopIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	require.Equal(t, []journal.Kind{
		journal.AccountOpened, journal.SessionOpened, journal.InfluencerRegistered, journal.PoolOpened,
		journal.AccountOpened, journal.SessionOpened, journal.ProgramOpened, journal.DepositCredited, journal.ProgramFunded,
		journal.LinkMade,
	}, s.kinds(0))
	ada, shop := string(s.signIn("ada").Account), string(s.signIn("shop").Account)
	for i, whose := range []string{ada, ada, ada, ada, shop, shop, shop, shop, shop, ada} {
		require.Equal(t, whose, s.told()[i].Account, s.told()[i].Kind)
	}
	require.Equal(t, ada, s.told()[0].Subject)
	require.Equal(t, string(wallet("ada")), s.told()[1].Data["wallet"])
	require.Equal(t, testkit.TWIST(1_000).String(), s.told()[7].Data["amount"])
	s.send("gil", twist.Caller{}, testkit.TWIST(1)) // for nobody
	s.cluster.Tick(finality)
	_, err := s.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	unclaimed := s.told()[len(s.told())-1]
	require.Equal(t, journal.DepositCredited, unclaimed.Kind)
	require.Empty(t, unclaimed.Account)

	s.fan("fay", even)
	s.clock.Advance(day)
	n := len(s.told())
	converted := s.earn("order-1", testkit.TWIST(100))
	require.Equal(t, []journal.Kind{journal.ConversionReported, journal.CommissionEarned, journal.CommissionFunded}, s.kinds(n))
	reported := s.told()[n]
	require.Equal(t, string(converted.Conversion.ID), reported.Subject)
	require.Equal(t, shop, reported.Account)
	require.Equal(t, s.clock.Now(), reported.At)
	require.Regexp(t, "^[0-9a-f]{64}$", reported.Data["decision"])
	require.Equal(t, map[string]string{
		"program": string(s.program), "order": "order-1", "amount": "100000000000", "touch": string(converted.Conversion.Touch),
		"decision": reported.Data["decision"],
	}, reported.Data)

	n = len(s.told())
	require.Equal(t, 1, s.approve())
	require.Equal(t, []journal.Kind{journal.CommissionApproved}, s.kinds(n))
	approved := s.told()[n]
	require.Equal(t, ada, approved.Account)
	require.Equal(t, map[string]string{
		"conversion": string(converted.Conversion.ID), "program": string(s.program),
		"fee": "2000000000", "fans": "3600000000", "net": "14400000000", "by": "",
	}, approved.Data)

	s.claim("fay", s.pool)
	s.stake("ada", s.world.pool("bea", 0), testkit.TWIST(14))
	s.refund(converted, "refund-1", testkit.TWIST(50))
	require.Equal(t, journal.CommissionReversed, s.told()[len(s.told())-1].Kind)
	require.Equal(t, "6800000000", s.told()[len(s.told())-1].Data["owed"])
	n = len(s.told())
	s.refund(converted, "refund-2", 1) // too little to take anything back
	require.Equal(t, []journal.Kind{journal.ConversionRefunded}, s.kinds(n))
	require.Equal(t, "0", s.told()[n].Data["reversed"])
	n = len(s.told())
	s.deposit("ada", testkit.TWIST(1))
	collected, err := s.Attribution.CollectDebts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, collected)
	require.Equal(t, []journal.Kind{journal.DepositCredited, journal.DebtCollected}, s.kinds(n))
	s.sound()
}

// The way of a payout, step by step.
func TestThePayoutIsTold(t *testing.T) {
	t.Parallel()
	w := newFlight(t)
	n := len(w.told()) - 1
	w.cluster.Script(solanasim.Vanishes)
	w.launch()
	w.expire()
	w.settle()
	require.Equal(t, []journal.Kind{
		journal.PayoutRequested, journal.PayoutApproved, journal.PayoutQueued, journal.PayoutSigned, journal.PayoutBroadcast,
		journal.AttemptDead, journal.PayoutQueued, journal.PayoutSigned, journal.PayoutBroadcast, journal.PayoutSettled,
	}, w.kinds(n))
	attempts := w.payoutOf("fay", w.id).Attempts
	for _, e := range w.told()[n:] {
		require.Equal(t, string(w.id), e.Subject)
		require.Equal(t, string(w.now().Account), e.Account)
		require.Equal(t, payouts.Minimum.String(), e.Data["amount"])
		if e.Kind == journal.PayoutSigned || e.Kind == journal.PayoutSettled || e.Kind == journal.AttemptDead {
			require.Equal(t, string(attempts[map[string]int{"1": 0, "2": 1}[e.Data["attempt"]]].Signature), e.Data["signature"])
		}
	}
}

// P-35: a call that is refused tells nothing, whoever refuses it: a rule, the ledger, a key or another call.
func TestRefusalsTellNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay, ada, shop := s.deposit("fay", testkit.TWIST(20)), s.signIn("ada"), s.signIn("shop")
	converted := s.earn("order-1", testkit.TWIST(10))
	s.refund(converted, "refund-1", testkit.TWIST(1))
	challenge, err := s.Identity.Challenge(t.Context(), string(wallet("fay")))
	require.NoError(t, err)
	message, signature := testkit.Answer("fay", challenge)
	_, err = s.Identity.SignIn(t.Context(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	require.NoError(t, err)
	n := len(s.told())
	for name, call := range map[string]func() error{
		"sign_in": func() error {
			_, err := s.Identity.SignIn(s.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
			return err
		},
		"refresh":  func() error { _, err := s.Identity.Refresh(s.ctx(), "junk", phone); return err },
		"revoke":   func() error { return s.Identity.RevokeSession(s.ctx(), fay, "sess_never") },
		"grant":    func() error { return s.Identity.GrantRole(s.ctx(), fay, ada.Account, identity.RoleMerchant) },
		"bar":      func() error { _, err := s.Identity.RevokeAccount(s.ctx(), fay, ada.Account); return err },
		"register": func() error { _, err := s.Identity.Register(s.ctx(), ada, registration("ada2")); return err },
		"pool": func() error {
			_, err := s.Staking.OpenPool(s.ctx(), ada, staking.Settings{Share: 0, Minimum: staking.MinimumFloor})
			return err
		},
		"stake": func() error { _, err := s.Staking.Stake(s.ctx(), fay, s.pool, testkit.TWIST(21)); return err },
		"leave": func() error { _, err := s.Staking.Leave(s.ctx(), fay, s.pool, 1); return err },
		"claim": func() error { _, err := s.Staking.Claim(s.ctx(), fay, s.pool); return err },
		"program": func() error {
			_, err := s.Attribution.OpenProgram(s.ctx(), shop, twist.NewProgram{Name: "", Rate: 1})
			return err
		},
		"fund": func() error { _, err := s.Attribution.Fund(s.ctx(), shop, s.program, 1); return err },
		"withdraw": func() error {
			_, err := s.Attribution.Withdraw(s.ctx(), shop, s.program, testkit.TWIST(2_000))
			return err
		},
		"link": func() error {
			_, err := s.Attribution.MakeLink(s.ctx(), fay, attribution.NewLink{Program: s.program, Destination: "https://x.example/"})
			return err
		},
		"order": func() error {
			_, err := s.Attribution.ReportConversion(s.ctx(), shop, orderOf(s.program, "order-1", 7, ""))
			return err
		},
		"refund": func() error {
			_, err := s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, "refund-1", 7)
			return err
		},
		"too_far": func() error {
			_, err := s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, "r", testkit.TWIST(10))
			return err
		},
		"payout": func() error { _, err := s.Payouts.Request(s.ctx(), fay, testkit.TWIST(20)); return err },
		"cancel": func() error { _, err := s.Payouts.Cancel(s.ctx(), fay, "po_none"); return err },
	} {
		require.Error(t, call(), name)
		require.Len(t, s.told(), n, name)
	}
	order := orderOf(s.program, "order-1", testkit.TWIST(10), converted.Conversion.Order.Click)
	_, err = s.Attribution.ReportConversion(s.ctx(), shop, order)
	require.NoError(t, err)
	_, err = s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, "refund-1", testkit.TWIST(1))
	require.NoError(t, err)
	require.Len(t, s.told(), n, "what is answered again is not told again")
	for range 2 {
		for _, job := range []func(context.Context) (int, error){
			s.Ledger.CreditDeposits, s.Attribution.CollectDebts, s.Attribution.FundWaiting, s.Attribution.ApproveDue, s.Payouts.Advance,
		} {
			done, err := job(s.ctx())
			require.NoError(t, err)
			require.Zero(t, done)
		}
	}
	require.Len(t, s.told(), n, "jobs that find nothing tell nothing")
	s.sound()
}
