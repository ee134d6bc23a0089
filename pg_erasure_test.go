package twist_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// personal is what a person told, in words that nothing else has, and what a search keeps of it.
var personal = map[string]string{
	"username": "zelda_pratchett", "display name": "Zelda Q. Pratchett", "bio": "born in Ankh-Morpork",
	"email": "zelda@pratchett.example", "pending email": "zoe@pratchett.example", "address": "203.0.113.77", "agent": "zeldas-browser/7",
	"application": "I am the Zelda from the telly", "key": "zeldas laptop", "program": "Zeldas teapots", "link": "https://zelda.example/teapots",
	"name that is searched": "zelda q pratchett", "bio that is searched": "born in ankh morpork",
}

// found lists each column of each table in which one of the texts stands, in whatever case.
func (d database) found(texts map[string]string) (all []string) {
	d.t.Helper()
	for _, table := range d.tables() {
		for what, text := range texts {
			for _, column := range d.texts(`
				SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`, table) {
				written := column + "::text"
				if d.texts(`SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2`, table, column)[0] == "bytea" {
					written = "encode(" + column + ", 'escape')"
				}
				if d.texts(fmt.Sprintf(`SELECT count(*)::text FROM %s WHERE strpos(lower(%s), lower($1)) > 0`, table, written), text)[0] != "0" {
					all = append(all, table+"."+column+" has the "+what)
				}
			}
		}
	}
	return all
}

// I-13: nothing that a person told, and nothing that says from where, is in any column of any table of the
// database once the account was erased. Before that, all of it is somewhere.
func TestNothingPersonalStays(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	store := openStore(t, url)
	box := &memory.Mailer{}
	w := newWorldOver(t, store, store.Clicks(), rooted, func(c *twist.Config) { c.Mailer = box })
	db := owner(t, url)
	origin := twist.Origin{IP: netip.MustParseAddr(personal["address"]), RequestID: "req_1", UserAgent: personal["agent"]}
	zelda := w.signIn("zelda")
	origin.Account, origin.Session = zelda.Account, zelda.Session
	ctx := twist.WithOrigin(t.Context(), origin)

	postal{w, box}.tellsAll(ctx, zelda)
	found := strings.Join(db.found(personal), "\n")
	for what := range personal {
		require.Contains(t, found, " has the "+what, "the scan sees nothing")
	}
	challenge := w.parting(zelda, "zelda")
	require.NoError(t, w.Identity.Erase(ctx, zelda, signed("zelda", challenge), 0))
	require.NoError(t, w.Identity.RecordRefusal(ctx, twist.Refusal{Action: "me.account", Code: "session_ended"}))
	require.Empty(t, db.found(personal))
	w.seal()
	w.sound()
}

// tellsAll has somebody do whatever leaves a text.
func (p postal) tellsAll(ctx context.Context, by twist.Caller) {
	w := p.world
	w.t.Helper()
	_, err := w.Identity.Register(ctx, by, twist.Registration{
		Username: personal["username"], DisplayName: personal["display name"], Bio: personal["bio"], Email: personal["email"], AcceptTerms: true,
	})
	require.NoError(w.t, err)
	require.Equal(w.t, 1, w.mail())
	require.NoError(w.t, w.Identity.VerifyEmail(ctx, by, p.token()))
	other := personal["pending email"]
	_, err = w.Identity.ChangeProfile(ctx, by, twist.ProfileChange{Email: &other})
	require.NoError(w.t, err)
	made, err := w.Identity.Apply(ctx, by, identity.ForBadge, personal["application"])
	require.NoError(w.t, err)
	_, err = w.Identity.RejectApplication(w.ctx(), w.signIn("ops"), made.ID, "not "+personal["application"])
	require.NoError(w.t, err)
	_, err = w.Identity.MakeKey(ctx, by, identity.APIKeyTerms{Name: personal["key"], Scopes: []identity.Scope{identity.ScopeAccount}})
	require.NoError(w.t, err)
	program, err := w.Attribution.OpenProgram(twist.WithKey(ctx, keyOf("open", 1)), by, twist.NewProgram{Name: personal["program"], Rate: 100})
	require.NoError(w.t, err)
	link, err := w.Attribution.MakeLink(twist.WithKey(ctx, keyOf("link", 1)), by, attribution.NewLink{Program: program.ID, Destination: personal["link"]})
	require.NoError(w.t, err)
	w.click(link.Code)
	require.NoError(w.t, w.Identity.RecordRefusal(ctx, twist.Refusal{Action: "pools.open", Code: "pool_exists"}))
}

// I-14: one account is erased while it signs in, refreshes, links a wallet, makes a key, opens what it can,
// is sent tokens, earns and stakes, from two processes at once. Either it goes whole or not at all; no session, key,
// wallet or name of it is left, and no tokens.
func TestErasureRaces(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	store := openStore(t, url)
	w := newWorldOver(t, store, store.Clicks())
	other := w.another(func(c *twist.Config) { c.Store = openStore(t, url) })
	star := w.pool("star", 2_000)
	program := w.program("shop", testkit.TWIST(1_000))
	const usual, most = 12, 100 // rounds: who is first is not ours to say
	went := 0
	for round := 0; round < usual || went == 0 && round < most; round++ {
		name := numbered("zoe", round)
		in := w.enters(name, phone)
		zoe := w.by(in)
		_, err := w.Identity.Register(t.Context(), zoe, registration(name))
		require.NoError(t, err)
		click := w.click(linkAs(w, zoe, program))
		challenge := w.parting(zoe, name)
		joins := w.linkTo(zoe, "second"+name)
		again := w.challenge(name)
		w.send(name, zoe, testkit.TWIST(20))
		w.cluster.Tick(finality)
		w.signIn("shop")
		acts := w.actsOf(name, in, parted{challenge, again, joins}, program, star, click, round)
		_, errs := together(2*len(acts), func(i int) (struct{}, error) {
			on := w.Platform
			if i%2 == 1 {
				on = other
			}
			return struct{}{}, acts[i/2](on)
		})
		for i, err := range errs {
			require.False(t, err != nil && errors.Is(err, ports.ErrStore), "%d: %v", i/2, err)
		}
		gone := errs[0] == nil || errs[1] == nil
		require.Equal(t, gone, w.accountOf(zoe.Account).Erased())
		if gone {
			went++
			w.requireGone(url, zoe.Account, name)
		}
		for range 2 {
			_, err = w.Ledger.CreditDeposits(w.ctx())
			require.NoError(t, err)
		}
		w.sound()
	}
	t.Logf("%d went", went)
	require.Positive(t, went)
}

// parted are the challenges of one round: to go, to sign in, and to link a wallet.
type parted struct{ leaves, enters, joins identity.Challenge }

// actsOf is what happens to an account at once.
func (w *world) actsOf(name string, in twist.SignedIn, by parted, program attribution.ProgramID, star staking.PoolID, click attribution.ClickID, round int) []func(on *twist.Platform) error {
	zoe, shop := w.by(in), w.signIn("shop")
	return []func(on *twist.Platform) error{
		func(on *twist.Platform) error { return on.Identity.Erase(w.ctx(), zoe, signed(name, by.leaves), 0) },
		func(on *twist.Platform) error {
			message, signature := testkit.Answer(name, by.enters)
			return got(on.Identity.SignIn(w.ctx(), twist.Answer{Challenge: by.enters.ID, Message: message, Signature: signature}, laptop))
		},
		func(on *twist.Platform) error { return got(on.Identity.Refresh(w.ctx(), in.Refresh, phone)) },
		func(on *twist.Platform) error {
			return got(on.Identity.Link(w.ctx(), zoe, signed("second"+name, by.joins)))
		},
		func(on *twist.Platform) error {
			return got(on.Identity.MakeKey(w.ctx(), zoe, identity.APIKeyTerms{Name: "k", Scopes: []identity.Scope{identity.ScopeAccount}}))
		},
		func(on *twist.Platform) error { return got(on.Ledger.CreditDeposits(w.ctx())) },
		func(on *twist.Platform) error {
			return got(on.Attribution.ReportConversion(w.ctx(), shop, orderOf(program, numbered("order", round), testkit.TWIST(10), click)))
		},
		func(on *twist.Platform) error { return got(on.Staking.Stake(w.ctx(), zoe, star, testkit.TWIST(5))) },
		func(on *twist.Platform) error {
			return got(on.Staking.OpenPool(w.ctx(), zoe, staking.Settings{Share: 1_000, Minimum: staking.MinimumFloor}))
		},
		func(on *twist.Platform) error { return got(on.Identity.Apply(w.ctx(), zoe, identity.ForBadge, "me")) },
		func(on *twist.Platform) error {
			return got(on.Attribution.OpenProgram(twist.WithKey(w.ctx(), keyOf(name, 1)), zoe, twist.NewProgram{Name: name, Rate: 1}))
		},
		func(on *twist.Platform) error {
			return got(on.Attribution.MakeLink(w.ctx(), zoe, attribution.NewLink{Program: program, Destination: "https://" + name + ".example/"}))
		},
		func(on *twist.Platform) error { return got(on.Payouts.Request(w.ctx(), zoe, payouts.Minimum)) },
		func(on *twist.Platform) error {
			return got(on.Identity.ChangeProfile(w.ctx(), zoe, twist.ProfileChange{Bio: &name}))
		},
		func(on *twist.Platform) error {
			from := twist.Origin{IP: netip.MustParseAddr("192.0.2.7"), RequestID: "req_1", UserAgent: "agent/1", Account: zoe.Account}
			return on.Identity.RecordRefusal(twist.WithOrigin(w.ctx(), from), twist.Refusal{Action: "me.account", Code: "x"})
		},
		func(on *twist.Platform) error { return got(on.Ledger.Seal(w.ctx())) },
	}
}

// requireGone holds that nothing of an account is left but its id.
func (w *world) requireGone(url string, id identity.AccountID, name string) {
	w.t.Helper()
	db := owner(w.t, url)
	for what, query := range map[string]string{
		"a session":       `SELECT count(*)::text FROM sessions WHERE account = $1 AND ended_at IS NULL`,
		"a key":           `SELECT count(*)::text FROM api_keys WHERE account = $1`,
		"a wallet":        `SELECT count(*)::text FROM wallets WHERE account = $1`,
		"a name":          `SELECT count(*)::text FROM influencers WHERE account = $1 AND num_nonnulls(username, nullif(bio, '')) > 0`,
		"an application":  `SELECT count(*)::text FROM applications WHERE account = $1`,
		"a link":          `SELECT count(*)::text FROM links WHERE holder = $1`,
		"a program":       `SELECT count(*)::text FROM programs WHERE merchant = $1 AND name <> ''`,
		"an answer":       `SELECT count(*)::text FROM outcomes WHERE account = $1`,
		"an open pool":    `SELECT count(*)::text FROM pools WHERE owner = $1 AND state <> 'closed'`,
		"a stake":         `SELECT count(*)::text FROM positions WHERE account = $1 AND active + waiting > 0`,
		"a commission":    `SELECT count(*)::text FROM commissions WHERE holder = $1`,
		"an open payout":  `SELECT count(*)::text FROM payouts WHERE account = $1`,
		"an origin":       `SELECT count(*)::text FROM audit WHERE account = $1 AND num_nonnulls(ip, nullif(user_agent, '')) > 0`,
		"a role":          `SELECT count(*)::text FROM accounts WHERE id = $1 AND roles <> '{}'`,
		"tokens":          `SELECT count(*)::text FROM balances WHERE address LIKE 'account:' || $1 || ':%' AND balance <> 0`,
		"tokens credited": `SELECT count(*)::text FROM deposits WHERE account = $1`,
	} {
		require.Equal(w.t, "0", db.texts(query, string(id))[0], "%s of %s is left", what, name)
	}
	require.Zero(w.t, w.at(ledger.Available(id)))
}

// got is the error of a call that gives something too.
func got[T any](_ T, err error) error { return err }

// linkAs makes a link of a caller's.
func linkAs(w *world, by twist.Caller, program attribution.ProgramID) string {
	w.t.Helper()
	link, err := w.Attribution.MakeLink(w.ctx(), by, attribution.NewLink{Program: program, Destination: "https://shop.example/teapot"})
	require.NoError(w.t, err)
	return link.Code
}
