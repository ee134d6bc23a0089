package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/openapi"
)

// TestMain runs the tests, and then wants every operation of the document to have succeeded in one of them:
// what nobody called was held against nothing. A run of some of the tests says nothing about that.
func TestMain(m *testing.M) {
	status := m.Run()
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" &&
		flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""
	if missing := described().untried(); status == 0 && whole && len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "no test had a success of:", strings.Join(missing, ", "))
		status = 1
	}
	os.Exit(status)
}

// untried lists the operations that never succeeded.
func (c *contract) untried() (missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.byID {
		if !c.done[id] {
			missing = append(missing, id)
		}
	}
	slices.Sort(missing)
	return missing
}

// Clients are generated from these bytes: a line that changes is a change for whoever has one.
func TestDocumentIsTheGoldenOne(t *testing.T) {
	t.Parallel()
	const golden = "testdata/openapi.json"
	got := api.Document().JSON()
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run make generate, and read the diff")
	for range 10 {
		require.Equal(t, string(got), string(api.Document().JSON()), "the same table, the same bytes")
	}
	w := newSystem(t, config())
	served := w.do(nil, http.MethodGet, "/v1/openapi.json", nil)
	require.Equal(t, "application/json", served.header.Get("Content-Type"))
	require.Equal(t, string(want), string(served.body))
}

// valid returns what is wrong with a document: against the schema of OpenAPI 3.1 itself, and for a reader
// that follows every reference.
func valid(content []byte) error {
	meta, err := jsonschema.UnmarshalJSON(strings.NewReader(datamodel.OpenAPI31SchemaData))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	const name = "https://twist.example/openapi-3.1.json"
	if err := c.AddResource(name, meta); err != nil {
		return err
	}
	schema, err := c.Compile(name)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return err
	}
	quiet := datamodel.NewDocumentConfiguration()
	quiet.Logger = slog.New(slog.DiscardHandler)
	parsed, err := libopenapi.NewDocumentWithConfiguration(content, quiet)
	if err != nil {
		return err
	}
	_, err = parsed.BuildV3Model()
	return err
}

func TestDocumentIsOpenAPI(t *testing.T) {
	t.Parallel()
	good := string(api.Document().JSON())
	require.NoError(t, valid([]byte(good)))
	for name, change := range map[string][2]string{
		"no_info":            {`"info"`, `"about"`},
		"not_a_version":      {`"openapi": "3.1.0"`, `"openapi": "2.0"`},
		"a_place_unknown":    {`"in": "path"`, `"in": "body"`},
		"a_reference_lost":   {`"$ref": "#/components/schemas/Pool"`, `"$ref": "#/components/schemas/Nothing"`},
		"responses_misspelt": {`"responses": {`, `"answers": {`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, good, change[0])
			require.Error(t, valid([]byte(strings.Replace(good, change[0], change[1], 1))))
		})
	}
}

// The check that the other tests lean on bites: each planted breach is seen.
func TestBreachesAreSeen(t *testing.T) {
	t.Parallel()
	c := newContract(api.Document())
	pool := object{
		"influencer": object{"username": "ada", "display_name": "Ada", "verified": false}, "apy_bps": 12_345, "trend": "up", "net_flow_7d": "-1",
		"id": "pool_1", "influencer_id": "infl_1", "state": "active", "tier": "BRONZE", "share_bps": 2_000, "min_stake": "1", "cooldown_seconds": 0,
		"total_staked": "0", "total_cooling": "0", "staker_count": 0, "total_distributed": "0", "total_claimed": "0", "opened_at": "2026-01-02T03:04:05Z",
	}
	refusal := object{"type": "about:blank", "title": "no", "status": 404, "code": "pool_not_found", "request_id": "req_1"}
	with := func(o object, name string, value any) object {
		changed := object{}
		for n, v := range o {
			changed[n] = v
		}
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
		return changed
	}
	asked := func(target, body string, status int, media string, answer any, header ...string) []string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		if body != "" {
			r.Method = http.MethodPost
		}
		h := http.Header{"X-Request-Id": {"req_1"}, "Content-Type": {media}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		content, err := json.Marshal(answer)
		require.NoError(t, err)
		return c.breaches(exchange{r, []byte(body), status, h, content})
	}
	const one, problem = "/v1/pools/pool_1", "application/problem+json"
	const plain = "application/json; charset=utf-8"
	require.Empty(t, asked(one, "", 200, plain, pool))
	require.Empty(t, asked("/v1/pools?limit=5", "", 200, plain, object{"items": []any{pool}, "next": "x"}))
	require.Empty(t, asked(one, "", 404, problem, refusal))
	require.Empty(t, asked(one, "", 418, problem, refusal), "whatever else is refused is a problem too")
	require.Empty(t, asked("/nowhere", "", 404, problem, object{}), "what is not in the document says nothing about it")
	require.Empty(t, asked("/v1/influencers", `{"username":"ada","accept_terms":true}`, 201, plain, object{
		"id": "infl_1", "username": "ada", "display_name": "", "bio": "", "verified": false, "registered_at": "2026-01-02T03:04:05Z",
	}, "Idempotency-Replayed", "true"))
	for name, bad := range map[string][]string{
		"a_field_more":          asked(one, "", 200, plain, with(pool, "owner", "acct_1")),
		"a_field_less":          asked(one, "", 200, plain, with(pool, "tier", nil)),
		"an_amount_as_a_number": asked(one, "", 200, plain, with(pool, "min_stake", 1)),
		"an_amount_with_a_dot":  asked(one, "", 200, plain, with(pool, "min_stake", "1.5")),
		"a_state_unheard_of":    asked(one, "", 200, plain, with(pool, "state", "drained")),
		"a_time_that_is_none":   asked(one, "", 200, plain, with(pool, "opened_at", "yesterday")),
		"a_share_above_all":     asked(one, "", 200, plain, with(pool, "share_bps", 10_001)),
		"deep_in_a_list":        asked("/v1/pools", "", 200, plain, object{"items": []any{with(pool, "tier", "WOOD")}}),
		"a_list_of_null":        asked("/v1/pools", "", 200, plain, object{"items": nil}),
		"another_success":       asked(one, "", 202, plain, pool),
		"another_media_type":    asked(one, "", 200, "text/plain", pool),
		"a_problem_as_json":     asked(one, "", 404, plain, refusal),
		"a_problem_nameless":    asked(one, "", 404, problem, with(refusal, "code", nil)),
		"a_code_in_words":       asked(one, "", 404, problem, with(refusal, "code", "Not found")),
		"an_unnamed_answer":     asked(one, "", 200, plain, pool, "X-Request-Id", ""),
		"a_cookie_in_secret":    asked(one, "", 200, plain, pool, "Set-Cookie", "a=b"),
		"a_limit_beyond":        asked("/v1/pools?limit=101", "", 200, plain, object{"items": []any{}}),
		"a_query_unheard_of":    asked("/v1/pools?sort=up", "", 200, plain, object{"items": []any{}}),
		"a_body_field_more":     asked("/v1/influencers", `{"username":"ada","role":"admin"}`, 201, plain, object{"id": "i", "username": "ada", "display_name": "", "registered_at": "2026-01-02T03:04:05Z"}),
		"a_body_field_less":     asked("/v1/influencers", `{}`, 201, plain, object{"id": "i", "username": "ada", "display_name": "", "registered_at": "2026-01-02T03:04:05Z"}),
		"a_key_not_needed":      asked("/v1/pools/pool_1/claims", `{}`, 201, plain, object{}),
		"a_body_nobody_wants":   asked("/v1/payouts/p/cancel", `{"force":true}`, 200, plain, object{}),
		"a_replay_of_a_read":    asked(one, "", 200, plain, pool, "Idempotency-Replayed", "true"),
	} {
		require.NotEmpty(t, bad, name)
	}
	require.NotContains(t, c.untried(), "pools.get")
	require.Contains(t, c.untried(), "programs.get", "and what nobody called is missed")
}

// required lists the fields that an operation's body must have.
func required(d *openapi.Document, operation *openapi.Operation) []string {
	if operation.RequestBody == nil {
		return nil
	}
	_, name, _ := strings.Cut(operation.RequestBody.Content["application/json"].Schema.Ref, "schemas/")
	return d.Components.Schemas[name].Required
}

// What the document calls required is: every honest request of a walk through the loop, less one of those
// fields, is refused. The tests beside this one prove the other half, that nothing else is.
func TestRequiredFieldsAreRequired(t *testing.T) {
	t.Parallel()
	operator := newParty(t)
	w := newSystem(t, config(operator.wallet))
	w.operator = operator
	tried := map[string]bool{}
	inner := w.handler
	w.handler = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var sent bytes.Buffer
		_, _ = sent.ReadFrom(r.Body) // from memory
		h, _ := described().table.Handler(r)
		name, _ := h.(named)
		for _, field := range required(described().document, described().byID[string(name)].Operation) {
			var body object
			require.NoError(t, json.Unmarshal(sent.Bytes(), &body))
			delete(body, field)
			less, err := json.Marshal(body)
			require.NoError(t, err)
			probe := withBody(r, less)
			probe.Header.Set("Idempotency-Key", "without-"+field)
			answer := httptest.NewRecorder()
			inner.ServeHTTP(answer, probe)
			require.GreaterOrEqual(t, answer.Code, 400, "%s without %s: %s", name, field, answer.Body)
			tried[string(name)] = true
		}
		inner.ServeHTTP(out, withBody(r, sent.Bytes()))
	})
	w.fill()
	session := w.enterFrom(w.fan, installation)
	require.Equal(t, http.StatusOK, w.refresh(session.text("refresh_token"), installation).status)
	w.stake(w.fan, 10*twist)
	w.must(w.fan, "/v1/pools/"+w.pool+"/unstakes", object{"amount": twist})
	w.pass(epoch)
	w.post(w.ada, "/v1/pools/"+w.pool+"/distributions", "", object{"source": "gift", "amount": twist}).refused(http.StatusBadRequest, "insufficient_funds")
	one := object{"mode": "equal", "pools": []object{{"pool_id": w.pool}}}
	w.post(w.fan, "/v1/me/portfolio/rebalance", "one", one).refused(http.StatusBadRequest, "rebalance_pools_invalid")
	w.post(w.fan, "/v1/me/portfolio/rebalance/preview", "", one).refused(http.StatusBadRequest, "rebalance_pools_invalid")
	conversion := w.must(w.shop, "/v1/conversions", w.order("order-1", 100*twist)).text("id")
	w.must(w.shop, "/v1/conversions/"+conversion+"/refunds", object{"refund_id": "r", "amount": twist})
	w.must(w.shop, "/v1/commissions/"+w.earns("order-2")+"/reject", object{"reason": "No."})
	w.must(w.shop, "/v1/commissions/decisions", object{"decisions": []object{{"commission_id": w.earns("order-3"), "act": "approve"}}})
	judged := "/v1/operate/commissions/" + w.earns("order-4")
	w.must(w.operator, judged+"/hold", object{"reason": "Why?"})
	w.must(w.operator, judged+"/reject", object{"reason": "No."})
	w.must(w.shop, "/v1/programs/"+w.program+"/withdraw", object{"amount": twist})
	rates := object{"commission_bps": 200, "rates": []object{}}
	require.Equal(t, http.StatusOK, w.do(w.shop, http.MethodPut, "/v1/programs/"+w.program+"/rates", rates).status)
	w.must(nil, "/v1/clicks", object{"code": w.code})
	w.must(w.ada, "/v1/links/bulk", object{"links": []object{{"program_id": w.program, "destination": "https://shop.example/many"}}})
	w.must(w.fan, "/v1/payouts", object{"amount": 10 * twist})
	w.must(w.fan, "/v1/me/api-keys", object{"name": "a program", "scopes": []string{"links:write"}})
	w.must(w.operator, "/v1/operate/applications/"+w.apply(w.ada)+"/reject", object{"reason": "No proof."})
	w.must(w.operator, "/v1/operate/influencers/"+w.star()+"/badge/withdrawal", object{"reason": "It is not Bea."})
	w.must(w.operator, "/v1/operate/pools/"+w.pool+"/suspension", object{"reason": "Whose is this?"})
	w.deposit(w.fan, 10_001*twist)
	w.must(w.operator, "/v1/operate/payouts/"+w.large(w.fan).text("id")+"/rejection", object{"reason": "Call us."})
	require.Equal(t, http.StatusBadRequest, w.do(w.ada, http.MethodPost, "/v1/influencers/me/email/verify", object{"token": "x"}).status)
	w.must(w.fan, "/v1/payouts/challenges", object{"amount": 10 * twist})
	require.Equal(t, http.StatusCreated, w.link(w.fan, newParty(t)).status)
	leaves := w.must(w.stranger, "/v1/me/erasure/challenges", object{})
	require.Equal(t, http.StatusNoContent, w.do(w.stranger, http.MethodPost, "/v1/me/erasure", w.stranger.signed(leaves)).status)
	for id, operation := range described().byID {
		if len(required(described().document, operation.Operation)) > 0 {
			require.True(t, tried[id], "no request of %s was tried without a field", id)
		}
	}
}
