package twist_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// exported says of each table of the database which kind of an export gives what it holds of an account.
var exported = map[string]string{
	"accounts": "account", "wallets": "wallet", "sessions": "session", "api_keys": "api_key", "influencers": "influencer", "emails": "email",
	"mails": "mail", "applications": "application", "audit": "audit_record", "pools": "pool", "positions": "position", "tickets": "ticket", "links": "link",
	"commissions": "commission", "bonuses": "bonus", "debts": "debt", "programs": "program", "reservations": "reservation", "conversions": "conversion", "refunds": "refund",
	"deposits": "deposit", "payouts": "payout", "attempts": "attempt", "balances": "balance", "entries": "entry", "lines": "entry",
}

// unexported are the tables that an export leaves out, and why.
var unexported = map[string]string{
	"activations":    "of a pool and an epoch: nobody's alone",
	"alerts":         "what operators were shown; that there was one stands in the audit records, and what was found would teach how not to be",
	"assents":        "that a challenge was spent, by its random name; what it allowed is exported itself",
	"challenges":     "what a wallet is being asked to sign: it lasts ten minutes, and whoever asked was shown it",
	"bindings":       "which customers of merchants are bound to whom, as hashes: they are the merchants' customers",
	"click_days":     "how many followed a link: it names nobody, and its influencer asks for it by its statistics",
	"click_visitors": "who was counted on a day: they are the visitors', and name nobody",
	"click_hours":    "how many followed a link: it names nobody",
	"clicks":         "who followed a link: they are the visitors', and name nobody",
	"conducts":       "the last stakes of an account, which its entries are, and whether it can stake, which it is told",
	"crowds":         "who staked in a pool of late, in ids; the stakes are entries",
	"deposit_cursor": "where reading goes on",
	"events":         "each tells of a row that is exported, in ids",
	"outcomes":       "answers that the account was given before, about rows that are exported as they are now",
	"places":         "who staked from one address in two days, in ids and by a hash: what an address of its own did, its audit records say",
	"pool_days":      "sums of what all fans of a pool did in a day, which are public",
	"pool_figures":   "computed from the days of a pool, and public",
	"seals":          "hashes over the journal",
	"assessments":    "months that were assessed: they are nobody's",
	"touches":        "visits that led to an order: they are the visitors', and what came of them is a commission",
	"tombstones":     "which keys of access tokens were dropped, which are the platform's",
	"waiting":        "what is to be sealed, by its id",
}

// I-15: a table is in the export, or there is a reason why not.
func TestEveryTableIsExportedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	db := owner(t, pgtest.Open(t, migrate))
	tables := db.tables()
	for _, table := range tables {
		_, in := exported[table]
		_, out := unexported[table]
		require.NotEqual(t, in, out, "is %s in an export, or why not?", table)
	}
	for _, table := range slices.Concat(slices.Collect(maps.Keys(exported)), slices.Collect(maps.Keys(unexported))) {
		require.Contains(t, tables, table)
	}
	require.ElementsMatch(t, twist.ExportKinds(), slices.Collect(maps.Keys(turned(exported))))
}

func turned(m map[string]string) map[string]string {
	all := map[string]string{}
	for k, v := range m {
		all[v] = k
	}
	return all
}

// export gives all that is stored of a caller's account, by kind.
func (w *world) export(ctx context.Context, by twist.Caller) map[string][]any {
	w.t.Helper()
	all := map[string][]any{}
	require.NoError(w.t, w.Identity.Export(ctx, by, func(e twist.Exported) error {
		all[e.Kind] = append(all[e.Kind], e.Value)
		return nil
	}))
	return all
}

// wealthy is somebody of whom there is something of every kind.
func wealthy(t *testing.T, store func(testing.TB, ...func(*twist.Config)) *world) (w *world, by twist.Caller) {
	box := &memory.Mailer{}
	w = store(t, rooted, func(c *twist.Config) { c.Mailer = box })
	by = w.deposit("zelda", testkit.TWIST(5_000))
	ctx := twist.WithOrigin(t.Context(), twist.Origin{
		IP: netip.MustParseAddr(personal["address"]), RequestID: "req_1", UserAgent: personal["agent"], Account: by.Account, Session: by.Session,
	})
	postal{w, box}.tellsAll(ctx, by)
	w.enters("zelda", phone)
	hers, err := w.Staking.OpenPool(t.Context(), by, staking.Settings{Share: 2_000, Minimum: 1_000_000_000})
	require.NoError(t, err)
	star, wait := w.pool("star", 2_000), day
	w.stake("zelda", star, testkit.TWIST(10))
	_, err = w.Staking.ChangePool(t.Context(), w.signIn("star"), star, twist.PoolChange{Cooldown: &wait})
	require.NoError(t, err)
	w.payout("zelda", payouts.Minimum)
	w.settle()

	earns := w.program("shop", testkit.TWIST(500)) // she earns by it, spends that and owes a part of it
	got := w.order(earns, "one", testkit.TWIST(1_000), w.click(linkAs(w, by, earns)))
	w.clock.Advance(day)
	require.Equal(t, 1, w.approve())
	w.stake("zelda", star, testkit.TWIST(5))
	require.Len(t, w.leave("zelda", star, testkit.TWIST(12)).Tickets, 1)
	mine := w.program("zelda", testkit.TWIST(100))
	_, err = w.Attribution.ReservePromo(t.Context(), by, mine, "SUMMER20")
	require.NoError(t, err)
	w.fund("zelda", mine, w.balances("zelda").Spendable)
	w.refund(got, "half", testkit.TWIST(500))
	sold, err := w.Attribution.ReportConversion(t.Context(), by, orderOf(mine, "hers", testkit.TWIST(10), ""))
	require.NoError(t, err)
	_, err = w.Attribution.Refund(t.Context(), by, sold.Conversion.ID, "back", testkit.TWIST(1))
	require.NoError(t, err)
	w.deposit("hal", testkit.TWIST(1_000))
	w.stake("hal", hers.ID, testkit.TWIST(1_000))
	w.patron().buys("zelda", testkit.TWIST(1))
	w.assessable(attribution.MonthOf(w.clock.Now()), 0)
	w.assesses(1)
	return w, by
}

// I-15: an export has something of every kind, all of it the caller's, and no secret.
func TestExport(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(testing.TB, ...func(*twist.Config)) *world{"memory": newWorld, "postgres": inDatabase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, by := wealthy(t, store)
			all := w.export(t.Context(), by)
			for _, kind := range twist.ExportKinds() {
				require.NotEmpty(t, all[kind], kind)
			}
			requireNoSecret(t, reflect.ValueOf(all))
			require.Equal(t, by.Account, all["account"][0].(identity.Account).ID)
			require.Len(t, all["session"], 2)
			require.Equal(t, personal["bio"], all["influencer"][0].(identity.Influencer).Bio)
			require.Equal(t, identity.EmailAddress(personal["email"]), all["email"][0].(identity.Email).Verified)
			require.Equal(t, personal["application"], all["application"][0].(identity.Application).Text)
			addresses := map[string]bool{}
			for _, r := range all["audit_record"] {
				require.Equal(t, by.Account, r.(identity.AuditRecord).Account)
				addresses[r.(identity.AuditRecord).IP.String()] = true
			}
			require.Contains(t, addresses, personal["address"])
			requireTheirs(t, by, all)
			require.NotContains(t, fmt.Sprintf("%+v", all), string(w.signIn("ops").Account), "who decided about it is not named")

			stranger := w.export(t.Context(), w.signIn("gil"))
			require.ElementsMatch(t, []string{"account", "wallet", "session", "balance"}, slices.Collect(maps.Keys(stranger)))
			w.sound()
		})
	}
}

// requireTheirs holds the ledger of an export against its balance, to the unit.
func requireTheirs(t *testing.T, by twist.Caller, all map[string][]any) {
	t.Helper()
	sums := map[ledger.Address]money.Amount{}
	seen := map[ledger.EntryID]bool{}
	for _, e := range all["entry"] {
		entry := e.(ledger.Entry)
		if seen[entry.ID] {
			continue
		}
		seen[entry.ID] = true
		for _, p := range entry.Postings {
			sums[p.Source] -= p.Amount
			sums[p.Destination] += p.Amount
		}
	}
	for _, b := range all["balance"] {
		require.Equal(t, b.(twist.Standing).Balance, sums[b.(twist.Standing).Address], "%s", b)
	}
	require.NotEmpty(t, all["entry"])
	for _, c := range all["commission"] {
		require.Equal(t, attribution.AccountID(by.Account), c.(attribution.Commission).Holder)
	}
}

// requireNoSecret holds that nothing is given by which a token, a key or a letter is known, and nothing signed.
func requireNoSecret(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Interface:
		requireNoSecret(t, v.Elem())
	case reflect.Map:
		for _, k := range v.MapKeys() {
			requireNoSecret(t, v.MapIndex(k))
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			require.True(t, v.IsZero(), "%s: %v", v.Type(), v)
			return
		}
		for n := range v.Len() {
			requireNoSecret(t, v.Index(n))
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" || v.Type().PkgPath() == "net/netip" {
			return
		}
		for n := range v.NumField() {
			requireNoSecret(t, v.Field(n))
		}
	default:
	}
}

// I-15: a list of any length comes whole, page by page, and whoever takes it may stop.
func TestExportPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.deposit("ada", testkit.TWIST(10_000))
	program := w.program("ada", 0)
	const many = 450 // more than two pages
	for range many {
		w.fund("ada", program, 1)
	}
	all := w.export(t.Context(), by)
	require.Len(t, all["entry"], many+1)
	ids := map[ledger.EntryID]bool{}
	for _, e := range all["entry"] {
		ids[e.(ledger.Entry).ID] = true
	}
	require.Len(t, ids, many+1)

	enough, given := errors.New("enough"), 0
	require.ErrorIs(t, w.Identity.Export(t.Context(), by, func(twist.Exported) error {
		given++
		if given == 3 {
			return enough
		}
		return nil
	}), enough)
	require.Equal(t, 3, given)
}

// An export ends where its account does, and an API key gets none.
func TestExportOfTheErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.signIn("ada")
	err := w.Identity.Export(t.Context(), by, func(e twist.Exported) error {
		if e.Kind == "wallet" {
			w.erases("ada")
		}
		return nil
	})
	require.ErrorIs(t, err, identity.ErrSessionEnded)
	require.ErrorIs(t, w.Identity.Export(t.Context(), by, nil), identity.ErrSessionEnded)
	require.ErrorIs(t, w.Identity.Export(t.Context(), twist.Caller{Account: by.Account, Key: "key_1"}, nil), identity.ErrScopeMissing)
	from := twist.WithOrigin(t.Context(), office)
	require.ErrorIs(t, w.Identity.Export(from, by, nil), identity.ErrSessionEnded)
	require.NoError(t, w.Identity.Export(from, w.signInAnew("ada"), func(twist.Exported) error { return nil }))
	require.Equal(t, "identity.exported", w.records()[len(w.records())-1].Action)
}
