package api_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	library "github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/core/money"
)

const (
	twist money.Amount = 1_000_000_000
	epoch              = 24 * time.Hour
)

// firefox is what a browser says that it is: whose clicks count.
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

// party is somebody with a wallet and a session.
type party struct {
	key     ed25519.PrivateKey
	wallet  identity.Wallet
	account identity.AccountID
	token   string
}

// world is the API over a system of its own, with people in it: ada has a pool, shop has a program of
// 20 % without a hold and a budget, fan and shop have tokens, and ada's link leads to the shop.
type world struct {
	t       testing.TB
	system  *boot.System
	handler http.Handler
	log     *bytes.Buffer
	keys    int

	ada, fan, shop, stranger, operator *party
	pool, program, code                string
}

// object is a JSON object.
type object map[string]any

func config(operators ...identity.Wallet) boot.Config {
	return boot.Config{
		Site:  identity.Site{Domain: "localhost", URI: "http://localhost", ChainID: identity.Localnet, Statement: "Sign in."},
		Epoch: epoch, Operators: operators, Rules: generous(), Asks: library.Asks{ForWallet: often, ForAll: often},
	}
}

// often is a quota that nobody spends.
var often = limit.Quota{Burst: 1_000_000, Per: time.Microsecond}

// unjudged lets one fan stake as often as a test needs.
func unjudged(c *boot.Config) { c.Fraud = fraud.Silent() }

// generous are rules under which nobody is limited: the crowds of these tests come from one address.
func generous() map[rpc.Class]rpc.Rule {
	rules := rpc.Rules()
	for class := range rules {
		rules[class] = rpc.Rule{Deadline: time.Minute}
	}
	return rules
}

// newSystem assembles what the tests of one API need.
func newSystem(t testing.TB, c boot.Config) *world {
	t.Helper()
	w := &world{t: t, log: &bytes.Buffer{}}
	var err error
	w.system, err = boot.New(t.Context(), c, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	require.NoError(t, err)
	w.handler = w.watched(w.system.Handler())
	return w
}

func newParty(t testing.TB) *party {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	wallet, err := identity.WalletOf(public)
	require.NoError(t, err)
	return &party{key: key, wallet: wallet}
}

func newWorld(t testing.TB, changes ...func(*boot.Config)) *world {
	t.Helper()
	operator := newParty(t)
	c := config(operator.wallet)
	for _, change := range changes {
		change(&c)
	}
	w := newSystem(t, c)
	w.operator = operator
	w.fill()
	return w
}

// fill puts people into a system.
func (w *world) fill() {
	w.t.Helper()
	w.ada, w.fan, w.shop, w.stranger = newParty(w.t), newParty(w.t), newParty(w.t), newParty(w.t)
	if w.operator == nil {
		w.operator = newParty(w.t) // without the role
	}
	w.signIn()
	w.register(w.ada, "ada")
	w.pool = w.openPool(w.ada)
	w.deposit(w.fan, 1_000*twist)
	w.deposit(w.shop, 2_000*twist)
	w.program = w.openProgram(w.shop)
	w.must(w.shop, "/v1/programs/"+w.program+"/fund", object{"amount": 1_500 * twist})
	link := w.must(w.ada, "/v1/links", object{"program_id": w.program, "destination": "https://shop.example/teapot?colour=blue"})
	w.code = link.text("code")
}

// signIn renews everybody's session.
func (w *world) signIn() {
	w.t.Helper()
	for _, p := range []*party{w.ada, w.fan, w.shop, w.stranger, w.operator} {
		w.enter(p)
	}
}

// enter signs one party in.
func (w *world) enter(p *party) {
	w.t.Helper()
	asked := w.must(nil, "/v1/auth/challenges", object{"address": p.wallet})
	session := w.must(nil, "/v1/auth/sessions", p.signed(asked))
	p.account, p.token = identity.AccountID(session.text("account_id")), session.text("access_token")
}

// signed is the answer to a challenge.
func (p *party) signed(asked reply) object {
	message := asked.text("message")
	return object{
		"challenge_id":   asked.text("challenge_id"),
		"signed_message": base64.StdEncoding.EncodeToString([]byte(message)),
		"signature":      base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, []byte(message))),
	}
}

func (w *world) register(p *party, username string) {
	w.t.Helper()
	w.must(p, "/v1/influencers", object{"username": username, "accept_terms": true})
}

func (w *world) openPool(p *party) string {
	w.t.Helper()
	return w.must(p, "/v1/pools", object{"share_bps": 2_000, "min_stake": twist}).text("id")
}

func (w *world) openProgram(p *party) string {
	w.t.Helper()
	return w.must(p, "/v1/programs", object{"name": "Ada's picks", "commission_bps": 2_000, "hold_days": 0}).text("id")
}

// deposit sends tokens on chain and lets them be credited.
func (w *world) deposit(p *party, amount money.Amount) {
	w.t.Helper()
	require.NoError(w.t, w.system.Sandbox.Faucet(p.wallet, amount))
	_, err := w.system.Sandbox.Deposit(w.t.Context(), p.key, p.account, amount)
	require.NoError(w.t, err)
	w.system.Sandbox.Tick(boot.Finality)
	w.work()
}

// work runs every job once.
func (w *world) work() {
	w.t.Helper()
	_, err := worker.Once(w.t.Context(), w.system.Jobs())
	require.NoError(w.t, err)
}

// pass lets time go by. Tokens end with it.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.system.Sandbox.Advance(d)
	w.signIn()
}

func (w *world) stake(p *party, amount money.Amount) {
	w.t.Helper()
	w.must(p, "/v1/pools/"+w.pool+"/stakes", object{"amount": amount})
}

// alert is one about a fan who staked again and again.
func (w *world) alert() string {
	w.t.Helper()
	hal := newParty(w.t)
	w.enter(hal)
	w.deposit(hal, 1_000*twist)
	refused := 0
	for n := range 10 {
		if r := w.do(hal, http.MethodPost, "/v1/pools/"+w.pool+"/stakes", object{"amount": 10 * twist}, "Idempotency-Key", "hal-"+strconv.Itoa(n)); r.status != http.StatusCreated {
			require.Equal(w.t, []any{http.StatusForbidden, "stakes_blocked"}, []any{r.status, r.code()})
			refused++
		}
	}
	require.Positive(w.t, refused)
	return w.do(w.operator, http.MethodGet, "/v1/operate/alerts?account_id="+string(hal.account), nil).object()["items"].([]any)[0].(map[string]any)["id"].(string)
}

// ticket has ada ask for a cooldown of a day, and the fan leave with all that was staked without it and with
// amount beside it, of twice as much.
func (w *world) ticket(amount money.Amount) string {
	w.t.Helper()
	require.Equal(w.t, http.StatusOK, w.do(w.ada, http.MethodPatch, "/v1/pools/"+w.pool, object{"cooldown_seconds": 86_400}).status)
	w.pass(epoch)
	w.stake(w.fan, 2*amount)
	tickets := w.must(w.fan, "/v1/pools/"+w.pool+"/unstakes", object{"amount": 500*twist + amount}).object()["tickets"].([]any)
	require.Len(w.t, tickets, 1)
	return tickets[0].(map[string]any)["id"].(string)
}

// click follows the link and gives the click's id.
func (w *world) click() string {
	w.t.Helper()
	r := w.do(nil, http.MethodGet, "/r/"+w.code, nil)
	require.Equal(w.t, http.StatusFound, r.status)
	_, id, _ := strings.Cut(r.header.Get("Location"), "click=")
	require.NotEmpty(w.t, id)
	return id
}

// order is one of the shop's.
func (w *world) order(id string, amount money.Amount) object {
	return object{"program_id": w.program, "order_id": id, "amount": amount, "currency": "TWIST", "click_id": w.click()}
}

// earn lets the fan's stake count and an order bring 36 TWIST to the fans and 144 to ada.
func (w *world) earn() {
	w.t.Helper()
	w.stake(w.fan, 500*twist)
	w.pass(epoch)
	w.must(w.shop, "/v1/conversions", w.order("order-1", 1_000*twist))
	w.work()
}

// balance is what a party has available.
func (w *world) balance(p *party) money.Amount {
	w.t.Helper()
	return w.do(p, http.MethodGet, "/v1/me/balances", nil).amount("available")
}

// snapshot is everything that is stored, as bytes, but the audit log, which also tells of refusals: equal
// ones mean that nothing changed.
func (w *world) snapshot() string {
	w.t.Helper()
	content, err := w.system.Snapshot()
	require.NoError(w.t, err)
	var file struct{ Rows map[string]json.RawMessage }
	require.NoError(w.t, json.Unmarshal(content, &file))
	delete(file.Rows, "Audit")
	content, err = json.Marshal(file.Rows)
	require.NoError(w.t, err)
	return string(content)
}

// verified proves the books: nothing differs, and the ledger holds what the chain does.
func (w *world) verified() {
	w.t.Helper()
	v := w.do(w.operator, http.MethodGet, "/v1/operate/verification", nil)
	require.Equal(w.t, true, v.object()["ok"], string(v.body))
	var places money.Amount
	for place, text := range v.object()["places"].(map[string]any) {
		stands, err := money.Parse(text.(string))
		require.NoError(w.t, err, place)
		places += stands
	}
	require.Zero(w.t, places, string(v.body))
	r := w.do(w.operator, http.MethodGet, "/v1/operate/reconciliation", nil)
	require.Zero(w.t, r.amount("difference"), string(r.body))
}

// must posts with a fresh idempotency key and wants it done.
func (w *world) must(by *party, path string, body any) reply {
	w.t.Helper()
	w.keys++
	r := w.post(by, path, "key-"+strconv.Itoa(w.keys), body)
	require.Less(w.t, r.status, 300, "%s: %s", path, r.body)
	return r
}

func (w *world) post(by *party, path, key string, body any) reply {
	w.t.Helper()
	return w.do(by, http.MethodPost, path, body, "Idempotency-Key", key)
}

// do makes one request. A body is a string to send as it is, or a value to encode.
func (w *world) do(by *party, method, path string, body any, header ...string) reply {
	w.t.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, w.request(by, method, path, body, header...))
	return checked(w.t, recorder.Result())
}

func (w *world) request(by *party, method, path string, body any, header ...string) *http.Request {
	w.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		content, err = json.Marshal(body)
		require.NoError(w.t, err)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, bytes.NewReader(content))
	if len(content) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if by != nil {
		r.Header.Set("Authorization", "Bearer "+by.token)
	}
	r.Header.Set("User-Agent", firefox)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// checked reads a response, and wants of it what holds for every one (E-13): our headers, a problem
// document for every refusal, no failure of ours, and no amount that is a JSON number.
func checked(t testing.TB, response *http.Response) reply {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	r := reply{t: t, status: response.StatusCode, header: response.Header, body: body}
	require.Less(t, r.status, 500, string(body))
	require.Contains(t, []string{"no-store", "public, max-age=600", "public, max-age=3600", "public, no-cache"}, r.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	require.Regexp(t, `^req_[0-9a-z]{26}$`, r.header.Get("X-Request-ID"))
	if r.status >= 400 {
		require.Equal(t, "application/problem+json", r.header.Get("Content-Type"))
		require.Regexp(t, `^[a-z][a-z0-9_]+$`, r.code())
		require.Equal(t, r.header.Get("X-Request-ID"), r.text("request_id"))
	}
	if media, _, _ := mime.ParseMediaType(r.header.Get("Content-Type")); strings.HasSuffix(media, "json") && media != "application/x-ndjson" && r.object()["openapi"] == nil {
		numbers(t, "", r.object())
	}
	return r
}

// numbers wants every JSON number under a name that is no amount: amounts do not fit into one (P-19).
func numbers(t testing.TB, name string, v any) {
	t.Helper()
	const counts = " clicks dropped_clicks visitors conversions share_bps apy_bps rank active_positions distribution_count commission_bps cooldown_seconds window_seconds hold_days refund_days binding_days staker_count expires_in refresh_expires_in entries events unsealed findings_count number status tries score count per_minute weight rule_version "
	switch v := v.(type) {
	case object:
		numbers(t, name, map[string]any(v))
	case map[string]any:
		for name, value := range v {
			numbers(t, name, value)
		}
	case []any:
		for _, value := range v {
			numbers(t, name, value)
		}
	case float64:
		require.Contains(t, counts, " "+name+" ", "%s is a JSON number", name)
	}
}

func (r reply) object() object {
	r.t.Helper()
	var o object
	require.NoError(r.t, json.Unmarshal(r.body, &o), string(r.body))
	return o
}

func (r reply) text(field string) string {
	r.t.Helper()
	text, _ := r.object()[field].(string)
	require.NotEmpty(r.t, text, "%s in %s", field, r.body)
	return text
}

func (r reply) amount(field string) money.Amount {
	r.t.Helper()
	a, err := money.Parse(r.text(field))
	require.NoError(r.t, err)
	return a
}

func (r reply) code() string { r.t.Helper(); return r.text("code") }

func (r reply) replayed() bool { return r.header.Get("Idempotency-Replayed") == "true" }

// refused wants a refusal.
func (r reply) refused(status int, code string) {
	r.t.Helper()
	require.Equal(r.t, status, r.status, string(r.body))
	require.Equal(r.t, code, r.code())
}
