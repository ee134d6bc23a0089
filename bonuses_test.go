package twist_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// setsAside sends amount for bonuses, as a name whose wallet sends it.
func (w *world) setsAside(name string, amount money.Amount) {
	w.t.Helper()
	w.signIn(name)
	w.submit(name, solana.DepositTransfer{Purpose: payouts.ForBonuses, Amount: amount})
	w.cluster.Tick(finality)
	booked, err := w.Ledger.CreditDeposits(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, 1, booked)
}

// assessable moves the clock to the moment from which a month can be assessed, plus some time.
func (w *world) assessable(month attribution.Month, plus time.Duration) {
	w.clock.Set(month.Period().To.Add(day + plus))
}

// assesses runs the job, and holds how many bonuses it found.
func (w *world) assesses(want int) {
	w.t.Helper()
	found, err := w.Attribution.AssessBonuses(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, want, found)
}

// pays runs the job, and holds how many bonuses it paid.
func (w *world) pays(want int) {
	w.t.Helper()
	paid, err := w.Attribution.PayBonuses(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, want, paid)
}

// bonuses are those of a name.
func (w *world) bonuses(name string) []attribution.Bonus {
	w.t.Helper()
	all, err := w.Attribution.Bonuses(w.ctx(), w.signIn(name), "", 99)
	require.NoError(w.t, err)
	return all
}

// march is the month in which worlds begin.
const march attribution.Month = "2026-03"

// converts has orders of fifty TWIST credited to a name by a link of its own and approved at once, and gives them. The platform
// keeps one TWIST of each, and two days later they are final.
func (s scene) converts(name string, orders int) []twist.Converted {
	s.t.Helper()
	window, price := 2*day, testkit.TWIST(50)
	_, err := s.Attribution.ChangeProgram(s.ctx(), s.signIn("shop"), s.program, twist.ProgramChange{Refunds: &window})
	require.NoError(s.t, err)
	budget := testkit.TWIST(int64(10 * orders))
	s.deposit("shop", budget)
	s.fund("shop", s.program, budget)
	code := s.link(name, s.program)
	all := make([]twist.Converted, orders)
	for i := range all {
		all[i] = s.order(s.program, name+"-"+numbered("order", i), price, s.click(code))
		_, err := s.Attribution.Approve(s.ctx(), s.signIn("shop"), s.only(all[i]).ID)
		require.NoError(s.t, err)
	}
	return all
}

// patron is a merchant of a world whose orders are final at once, with a program of its own that has enough for all of them.
type patron struct {
	*world

	program attribution.ProgramID
	codes   map[string]string // links to it, by whose they are
	orders  int
}

func (w *world) patron() *patron {
	w.t.Helper()
	const budget = 1_000_000
	by, none := w.deposit("patron", testkit.TWIST(budget)), time.Duration(0)
	program, err := w.Attribution.OpenProgram(w.ctx(), by, twist.NewProgram{Name: "final at once", Rate: 2_000, Refunds: &none})
	require.NoError(w.t, err)
	w.fund("patron", program.ID, testkit.TWIST(budget))
	return &patron{world: w, program: program.ID, codes: map[string]string{}}
}

// buys has an order credited to a name of which the platform keeps so much, fifty times that, and has it approved: it counts in
// the month that it is.
func (p *patron) buys(name string, kept money.Amount) {
	p.t.Helper()
	if p.codes[name] == "" {
		p.codes[name] = p.link(name, p.program)
	}
	p.orders++
	order := orderOf(p.program, numbered("order", p.orders), 50*kept, p.click(p.codes[name]))
	converted, err := p.Attribution.ReportConversion(p.ctx(), p.signIn("patron"), order)
	require.NoError(p.t, err)
	approved, err := p.Attribution.Approve(p.ctx(), p.signIn("patron"), converted.Commissions[0].ID)
	require.NoError(p.t, err)
	require.Equal(p.t, kept, approved.Fee)
}

// P-31: each influencer has the bonus of her own conversions, on both sides of a threshold; what was wholly taken back does not
// count, and neither does what leaves the platform less than a bonus is for each; what counted is taken back by nobody. The tier's is
// what the platform keeps beside the conversions'.
// It is due until what is set aside reaches, oldest first, paid once, in the ledger; operators are alerted, and each is told.
func TestBonusesOfAMonth(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		s.world.pool("bea", 0)
		adas, beas := s.converts("ada", 102), s.converts("bea", 100)
		s.refund(adas[0], "all", testkit.TWIST(50))
		s.refund(adas[1], "part", 50)
		s.refund(beas[0], "all", testkit.TWIST(50))
		s.patron().buys("ada", testkit.TWIST(200))
		s.fan("fay", testkit.TWIST(1_000))

		s.assessable(march, -1)
		s.assesses(0)
		require.Empty(t, s.bonuses("ada"), "it may still be dated in the month")
		s.assessable(march, 0)
		s.assesses(2)
		s.assesses(0)
		require.Empty(t, s.bonuses("bea"), "99 counted")
		all := s.bonuses("ada")
		ada := s.profileOf("ada")
		for i, want := range []attribution.Bonus{
			{Kind: attribution.BonusConversions, Conversions: 101, Amount: testkit.TWIST(100)},
			{Kind: attribution.BonusTier, Tier: attribution.Silver, Amount: testkit.TWIST(200)},
		} {
			want.ID, want.Influencer, want.Holder = all[i].ID, attribution.InfluencerID(ada.ID), attribution.AccountID(ada.Account)
			want.Month, want.State, want.DueAt = march, attribution.BonusDue, s.clock.Now()
			want.Fees = testkit.TWIST(300)
			require.Equal(t, want, all[i])
		}
		_, err := s.Attribution.Refund(t.Context(), s.signIn("shop"), adas[2].Conversion.ID, "all", testkit.TWIST(50))
		require.ErrorIs(t, err, attribution.ErrRefundWindow)

		s.setsAside("ops", testkit.TWIST(100)-1)
		s.clock.Advance(time.Hour)
		s.pays(0)
		s.pays(0)
		requireShort := func(count int64) {
			t.Helper()
			open := s.openAlerts()
			require.Len(t, open, 1)
			require.Equal(t, []any{fraud.KindBonuses, "bonuses", fraud.AccountID(ada.Account), count}, []any{open[0].Kind, open[0].Subject, open[0].Account, open[0].Count})
		}
		requireShort(1)
		require.Equal(t, s.clock.Now(), s.bonuses("ada")[0].ShortAt)
		require.Zero(t, s.bonuses("ada")[1].ShortAt)
		require.Equal(t, attribution.BonusDue, s.bonuses("ada")[0].State)
		due, err := s.Attribution.BonusesIn(t.Context(), attribution.BonusDue, "", 9)
		require.NoError(t, err)
		require.Equal(t, s.bonuses("ada"), due)

		s.setsAside("ops", testkit.TWIST(1))
		owed := s.balances("ada").Available
		s.pays(1)
		require.Equal(t, owed+testkit.TWIST(100), s.balances("ada").Available)
		requireShort(2) // of the next one
		s.sound()
		s.setsAside("ops", testkit.TWIST(200))
		s.pays(1)
		s.pays(0)
		require.Equal(t, owed+testkit.TWIST(300), s.balances("ada").Available)
		require.Equal(t, testkit.TWIST(1)-1, s.at(ledger.Bonuses()))
		for _, b := range s.bonuses("ada") {
			require.Equal(t, attribution.BonusPaid, b.State)
			require.Equal(t, s.clock.Now(), b.EndedAt)
			require.Equal(t, 1, s.count(journal.BonusDue, string(b.ID)))
			require.Equal(t, 1, s.count(journal.BonusPaid, string(b.ID)))
		}
		s.sound()
		_, err = s.Attribution.BonusesIn(t.Context(), "gone", "", 9)
		require.ErrorIs(t, err, attribution.ErrBonusStates)
	})
}

// profileOf is the influencer of a name.
func (w *world) profileOf(name string) identity.Influencer {
	w.t.Helper()
	p, err := w.Identity.Profile(w.ctx(), w.signIn(name))
	require.NoError(w.t, err)
	return p.Influencer
}

// count is how many events of a kind were told of a subject.
func (w *world) count(kind journal.Kind, subject string) (n int) {
	w.t.Helper()
	for _, e := range w.told() {
		if e.Kind == kind && e.Subject == subject {
			n++
		}
	}
	return n
}

// P-31: a month pays one tier bonus however often the tier moved, and none where it ended where it began. It is never more than what
// the platform keeps of what counts in that month: what it kept in another is no help, and a rise that leaves it nothing earns nothing.
// Months that nobody assessed while the jobs stood still are assessed one after the other, each by what happened in it.
func TestTierBonuses(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.start(rooted)
		pool, patron := w.pool("ada", 0), w.patron()
		w.deposit("fay", testkit.TWIST(60_000))
		on := func(month attribution.Month, days int) { w.clock.Set(month.Period().From.AddDate(0, 0, days)) }
		stake := func(n int64) { w.stake("fay", pool, testkit.TWIST(n)) }
		leave := func(n int64) { w.leave("fay", pool, testkit.TWIST(n)) }
		stake(1_000) // silver, gold and platinum in March
		stake(9_000)
		stake(40_000)
		patron.buys("ada", testkit.TWIST(700))
		on("2026-04", 0) // and down and up again in April
		patron.buys("ada", testkit.TWIST(700))
		leave(49_500)
		on("2026-04", 29)
		stake(49_500)
		on("2026-05", 3) // down in May
		leave(49_500)
		on("2026-06", 3) // up and down in June
		patron.buys("ada", testkit.TWIST(700))
		stake(1_000)
		leave(1_000)
		on("2026-07", 30) // up on the last day of July
		w.clock.Advance(day - time.Microsecond)
		patron.buys("ada", testkit.TWIST(499))
		patron.buys("ada", testkit.TWIST(1))
		stake(500)
		on("2026-08", 0) // up on the first of August
		patron.buys("ada", testkit.TWIST(77)+1)
		stake(9_000)
		on("2026-09", 0)
		leave(9_500)
		on("2026-10", 0) // up in October, for nothing
		patron.buys("ada", attribution.BonusFee-1)
		stake(9_500)
		w.assessable("2026-10", 0)
		w.assesses(3)
		var got []string
		for _, b := range w.bonuses("ada") {
			got = append(got, fmt.Sprintf("%s %s %s of %s", b.Month, b.Tier, b.Amount, b.Fees))
		}
		require.Equal(t, []string{
			"2026-03 PLATINUM 500000000000 of 700000000000", "2026-07 SILVER 500000000000 of 500000000000", "2026-08 GOLD 77000000001 of 77000000001",
		}, got)
		w.setsAside("ops", testkit.TWIST(1_077)+1)
		has := w.balances("ada").Available
		w.pays(3)
		w.requireAvailable("ada", has+testkit.TWIST(1_077)+1)
		w.sound()
	})
}

// P-22, P-31: a bonus repays what its holder owes first, as any earning does.
func TestABonusRepaysDebts(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		spent := s.earn("spent", testkit.TWIST(1_000))
		s.fan("fay", testkit.TWIST(1_000))
		s.approve()
		s.patron().buys("ada", testkit.TWIST(500))
		s.stake("ada", s.world.pool("bea", 0), s.balances("ada").Available)
		s.refund(spent, "all", testkit.TWIST(1_000))
		owes := s.balances("ada").Owed
		require.Positive(t, owes)
		budget := s.at(ledger.Budget(s.program))
		s.assessable(march, 0)
		s.setsAside("ops", testkit.TWIST(500))
		s.assesses(1)
		s.pays(1)
		s.requireAvailable("ada", testkit.TWIST(500)-owes)
		require.Equal(t, budget+owes, s.at(ledger.Budget(s.program)))
		s.sound()
	})
}

// E-30, P-31: who erased the account before the month was assessed has no bonus, and whose bonus is due then has none any more:
// it lapses, and stays what the platform set aside.
func TestBonusesOfTheErased(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.start(rooted)
		pools, patron := map[string]staking.PoolID{"ada": w.pool("ada", 0), "bea": w.pool("bea", 0)}, w.patron()
		for name, pool := range pools {
			patron.buys(name, testkit.TWIST(1)) // which leaves her less than a payout takes
			w.deposit("fan of "+name, testkit.TWIST(1_000))
			w.stake("fan of "+name, pool, testkit.TWIST(1_000))
		}
		w.clock.Set(march.Period().To)
		for name, pool := range pools {
			w.leave("fan of "+name, pool, testkit.TWIST(1_000))
		}
		w.erases("bea")
		w.assessable(march, 0)
		w.assesses(1)
		w.setsAside("ops", testkit.TWIST(500))
		w.erases("ada")
		w.pays(1)
		w.pays(0)
		lapsed, err := w.Attribution.BonusesIn(t.Context(), attribution.BonusLapsed, "", 9)
		require.NoError(t, err)
		require.Len(t, lapsed, 1)
		require.Equal(t, testkit.TWIST(500), w.at(ledger.Bonuses()))
		w.sound()
	})
}

// P-09: only what the wallet of an operator sends is set aside for bonuses, and nothing below what is credited at all: the
// rest stands where the arrivals for nobody do.
func TestWhatIsSetAsideForBonuses(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.start(rooted)
		w.setsAside("fay", testkit.TWIST(7))
		w.setsAside("ops", twist.MinimumDeposit-1)
		require.Zero(t, w.at(ledger.Bonuses()))
		require.Equal(t, testkit.TWIST(7)+twist.MinimumDeposit-1, w.at(ledger.Unclaimed()))
		w.setsAside("ops", twist.MinimumDeposit)
		require.Equal(t, twist.MinimumDeposit, w.at(ledger.Bonuses()))
		w.submit("nobody", solana.DepositTransfer{Purpose: payouts.ForBonuses, Amount: testkit.TWIST(3)})
		w.cluster.Tick(finality)
		booked, err := w.Ledger.CreditDeposits(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, booked)
		require.Equal(t, twist.MinimumDeposit, w.at(ledger.Bonuses()), "a wallet of no account is no operator's")
		require.Equal(t, twist.Balances{}, w.balances("ops"))
		kinds := slices.DeleteFunc(w.told(), func(e journal.Event) bool { return e.Data["purpose"] == "" })
		require.Len(t, kinds, 1)
		require.Empty(t, kinds[0].Account)
		w.sound()
	})
}

// richBonuses has bonuses that were paid, that repaid a debt, that lapsed, and that are due, one of which waits for funds.
func richBonuses(w *world) {
	s := deciding(w)
	other, patron := s.world.pool("bea", 0), s.patron()
	spent := s.earn("spent", testkit.TWIST(100))
	s.fan("fay", testkit.TWIST(1_000))
	s.approve()
	patron.buys("ada", testkit.TWIST(100))
	s.stake("ada", other, s.balances("ada").Available)
	s.refund(spent, "all", testkit.TWIST(100))
	gone := s.world.pool("gil", 0)
	s.deposit("hal", testkit.TWIST(1_000))
	s.stake("hal", gone, testkit.TWIST(1_000))
	patron.buys("gil", testkit.TWIST(1))
	s.assessable(march, 0)
	s.assesses(2)
	s.leave("hal", gone, testkit.TWIST(1_000))
	s.erases("gil")
	s.setsAside("ops", testkit.TWIST(120))
	s.pays(2) // of which one lapses
	s.seal()
	s.stake("hal", other, testkit.TWIST(1_000))
	s.deposit("fay", testkit.TWIST(9_000))
	s.stake("fay", s.pool, testkit.TWIST(9_000))
	patron.buys("ada", testkit.TWIST(400))
	patron.buys("bea", testkit.TWIST(300))
	s.assessable(march.Next(), 0)
	s.assesses(2)
	s.pays(0)
}
