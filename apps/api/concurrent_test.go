package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
)

// crowd sends n requests at the same moment over real connections, and counts the replies by status.
func (w *world) crowd(n int, request func(i int) *http.Request) (replies []reply, statuses map[int]int) {
	w.t.Helper()
	live := httptest.NewServer(w.handler)
	defer live.Close()
	base, err := url.Parse(live.URL)
	require.NoError(w.t, err)
	requests, responses, failures := make([]*http.Request, n), make([]*http.Response, n), make([]error, n)
	for i := range n {
		requests[i] = request(i)
		requests[i].URL.Scheme, requests[i].URL.Host, requests[i].RequestURI = base.Scheme, base.Host, ""
	}
	begin := make(chan struct{})
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			<-begin
			responses[i], failures[i] = live.Client().Do(requests[i]) //nolint:bodyclose // checked closes it
		})
	}
	close(begin)
	running.Wait()
	statuses = map[int]int{}
	for i := range n {
		require.NoError(w.t, failures[i])
		replies = append(replies, checked(w.t, responses[i]))
		statuses[replies[i].status]++
	}
	return replies, statuses
}

// each gives every request a key of its own.
func (w *world) each(by func(i int) *party, path string, body any) func(i int) *http.Request {
	return func(i int) *http.Request {
		return w.request(by(i), http.MethodPost, path, body, "Idempotency-Key", "crowd-"+strconv.Itoa(i))
	}
}

func always(p *party) func(int) *party { return func(int) *party { return p } }

// P-01: fifty claims at once pay once.
func TestClaimsAtOncePayOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.earn()
	before := w.balance(w.fan)
	replies, statuses := w.crowd(50, w.each(always(w.fan), "/v1/pools/"+w.pool+"/claims", nil))
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusBadRequest: 49}, statuses)
	for _, r := range replies {
		if r.status != http.StatusCreated {
			require.Equal(t, "nothing_to_claim", r.code())
		}
	}
	require.Equal(t, before+36*twist-1, w.balance(w.fan))
	w.verified()
}

// P-07: fifty copies of one request are one request.
func TestCopiesAtOnceAreOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	replies, statuses := w.crowd(50, func(int) *http.Request {
		return w.request(w.fan, http.MethodPost, "/v1/payouts", object{"amount": 10 * twist}, "Idempotency-Key", "the-key")
	})
	requireOnce(t, replies, statuses)
	require.Equal(t, 1_000*twist-10*twist-twist/10, w.balance(w.fan))
	w.verified()
}

// P-17, I-04: fifty reports of one order earn once.
func TestOrdersAtOnceEarnOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	order := w.order("order-1", 1_000*twist)
	replies, statuses := w.crowd(50, func(int) *http.Request { return w.request(w.shop, http.MethodPost, "/v1/conversions", order) })
	requireOnce(t, replies, statuses)
	funds := w.do(w.shop, http.MethodGet, "/v1/programs/"+w.program, nil)
	require.Equal(t, 200*twist, funds.amount("pending"))
	require.Equal(t, 1_300*twist, funds.amount("budget"))
	w.verified()
}

// requireOnce wants equal answers, of which all but one are replays.
func requireOnce(t *testing.T, replies []reply, statuses map[int]int) {
	t.Helper()
	require.Equal(t, map[int]int{http.StatusCreated: len(replies)}, statuses)
	first := 0
	for _, r := range replies {
		require.Equal(t, string(replies[0].body), string(r.body))
		if !r.replayed() {
			first++
		}
	}
	require.Equal(t, 1, first)
}

// P-04, I-01: fifty exits with everything pay once, and leave nothing below zero.
func TestExitsAtOncePayOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stake(w.fan, 500*twist)
	_, statuses := w.crowd(50, w.each(always(w.fan), "/v1/pools/"+w.pool+"/unstakes", object{"amount": 500 * twist}))
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusNotFound: 49}, statuses)
	require.Equal(t, 1_000*twist, w.balance(w.fan))
	pool := w.do(nil, http.MethodGet, "/v1/pools/"+w.pool, nil)
	require.Zero(t, pool.amount("total_staked"))
	require.Zero(t, pool.object()["staker_count"])
	w.verified()
}

// P-03, P-05, I-01: two hundred stakes of two people at once sum to the unit.
func TestStakesAtOnceSum(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unjudged)
	people := []*party{w.fan, w.shop}
	const n = 200
	_, statuses := w.crowd(n, w.each(func(i int) *party { return people[i%2] }, "/v1/pools/"+w.pool+"/stakes", object{"amount": twist + 1}))
	require.Equal(t, map[int]int{http.StatusCreated: n}, statuses)
	pool := w.do(nil, http.MethodGet, "/v1/pools/"+w.pool, nil)
	require.Equal(t, n*(twist+1), pool.amount("total_staked"))
	require.InDelta(t, len(people), pool.object()["staker_count"], 0)
	for i, p := range people {
		staked := listing(w.do(p, http.MethodGet, "/v1/me/positions", nil))["items"].([]any)
		require.Len(t, staked, 1, "%d", i)
		require.Equal(t, (n / 2 * (twist + 1)).String(), staked[0].(map[string]any)["staked"])
	}
	w.verified()
}

// P-27: what is asked for at once cannot be more than there is.
func TestSpendingAtOnceKeepsWithinTheBalance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, statuses := w.crowd(40, func(i int) *http.Request { // each would take 400 of 1,000
		key := fmt.Sprintf("crowd-%d", i)
		if i%2 == 0 {
			return w.request(w.fan, http.MethodPost, "/v1/pools/"+w.pool+"/stakes", object{"amount": 400 * twist}, "Idempotency-Key", key)
		}
		return w.request(w.fan, http.MethodPost, "/v1/payouts", object{"amount": 400*twist - twist/10}, "Idempotency-Key", key)
	})
	require.Equal(t, map[int]int{http.StatusCreated: 2, http.StatusBadRequest: 38}, statuses)
	require.Equal(t, 200*twist, w.balance(w.fan))
	w.verified()
}

// E-20, I-12: one answer to one challenge opens one session, and a wallet's first sign-ins open one account.
func TestSignInsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newParty(t)
	answer := p.signed(w.must(nil, "/v1/auth/challenges", object{"address": p.wallet}))
	replies, statuses := w.crowd(64, func(int) *http.Request { return w.request(nil, http.MethodPost, "/v1/auth/sessions", answer) })
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusUnauthorized: 63}, statuses)
	for _, r := range replies {
		if r.status != http.StatusCreated {
			require.Contains(t, []string{"challenge_unknown", "challenge_exhausted"}, r.code())
		}
	}
	fresh := newParty(t)
	const n = 20
	answers := make([]object, n)
	for i := range answers {
		answers[i] = fresh.signed(w.must(nil, "/v1/auth/challenges", object{"address": fresh.wallet}))
	}
	replies, statuses = w.crowd(n, func(i int) *http.Request { return w.request(nil, http.MethodPost, "/v1/auth/sessions", answers[i]) })
	require.Equal(t, map[int]int{http.StatusCreated: n}, statuses)
	for _, r := range replies {
		require.Equal(t, replies[0].text("account_id"), r.text("account_id"))
	}
}

// P-43: of names that differ only in case, one is registered; of one account's registrations, one.
func TestRegistrationsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []*party{w.fan, w.shop, w.stranger, w.operator}
	names := []string{"bobby", "BOBBY", "Bobby", "bObBy"}
	_, statuses := w.crowd(len(names), func(i int) *http.Request {
		return w.request(people[i], http.MethodPost, "/v1/influencers", object{"username": names[i], "accept_terms": true})
	})
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 3}, statuses)
	_, statuses = w.crowd(20, func(i int) *http.Request {
		return w.request(w.ada, http.MethodPost, "/v1/influencers", object{"username": "ada-" + strconv.Itoa(i), "accept_terms": true})
	})
	require.Equal(t, map[int]int{http.StatusConflict: 20}, statuses)
	_, statuses = w.crowd(20, w.each(always(w.ada), "/v1/pools", object{"share_bps": money.Bps(1)}))
	require.Equal(t, map[int]int{http.StatusConflict: 20}, statuses, "one pool per influencer")
}
