package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/limit"
)

func (w *world) follow(code, cookie string) (reply, []*http.Cookie) {
	w.t.Helper()
	r := w.do(nil, http.MethodGet, "/r/"+code, nil, "Cookie", cookie)
	return r, (&http.Response{Header: r.header}).Cookies()
}

// P-24, P-41: a redirect goes where the link points, with its reference and the click, every time.
func TestLinksRedirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for range 3 {
		r, cookies := w.follow(w.code, "")
		require.Equal(t, http.StatusFound, r.status)
		require.Equal(t, "no-store", r.header.Get("Cache-Control"))
		require.Empty(t, r.body)
		to, err := url.Parse(r.header.Get("Location"))
		require.NoError(t, err)
		require.Equal(t, "https://shop.example/teapot", to.Scheme+"://"+to.Host+to.Path)
		query := to.Query()
		require.Equal(t, "blue", query.Get("colour"))
		require.Equal(t, w.code, query.Get("ref"))
		require.Regexp(t, `^clk_[0-9a-z]{26}$`, query.Get("click"))
		require.False(t, seen[query.Get("click")], "every visit is a click of its own")
		seen[query.Get("click")] = true

		require.Len(t, cookies, 1)
		c := cookies[0]
		require.Equal(t, "twist_visitor", c.Name)
		require.Regexp(t, `^[0-9A-Za-z]{22}\.[0-9a-f]{32}$`, c.Value)
		require.True(t, c.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, c.SameSite)
		require.Equal(t, "/", c.Path)
		require.Empty(t, c.Domain)
		require.Equal(t, 90*24*60*60, c.MaxAge)
		require.False(t, c.Secure, "this site is http on localhost")
	}
	for _, code := range []string{"unknown", strings.ToLower(w.code) + "x", "%00", "..%2f..", "' OR 1=1 --", strings.Repeat("a", 4_000)} {
		r, cookies := w.follow(url.PathEscape(code), "")
		r.refused(http.StatusNotFound, "link_not_found")
		require.Empty(t, cookies)
		require.Empty(t, r.header.Get("Location"))
	}
}

// P-24: an address that clicks more than a storefront has visitors arrives at the shop, without a click or a name;
// the influencer's other visitors are counted as before.
func TestTooManyClicksOfAnAddress(t *testing.T) {
	t.Parallel()
	c := config()
	c.Rules[rpc.Follows] = rpc.Rule{Deadline: time.Minute, Visitor: limit.Quota{Burst: 3, Per: time.Hour}}
	w := newSystem(t, c)
	w.fill()
	for range 3 {
		r, _ := w.follow(w.code, "")
		require.Contains(t, r.header.Get("Location"), "click=")
	}
	r, cookies := w.follow(w.code, "")
	require.Equal(t, http.StatusFound, r.status)
	require.Empty(t, cookies)
	to, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, w.code, to.Query().Get("ref"))
	require.False(t, to.Query().Has("click"))
	w.system.Sandbox.Advance(time.Hour)
	r, _ = w.follow(w.code, "")
	require.Contains(t, r.header.Get("Location"), "click=")
	out := httptest.NewRecorder()
	w.system.Metrics().ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	require.Contains(t, out.Body.String(), `twist_excess_total{class="follows"} 1`+"\n")
}

// What no store can keep does not reach one.
func TestUncleanPathsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/v1/pools/a%00", "/v1/pools/%ff", "/r/%00", "/v1/influencers/%ed%a0%80"} {
		w.do(nil, http.MethodGet, path, nil).refused(http.StatusBadRequest, "parameter_invalid")
	}
}

func TestCookiesOfAnHTTPSSiteAreSecure(t *testing.T) {
	t.Parallel()
	ada := newParty(t)
	c := config()
	c.Site.Domain, c.Site.URI = "app.example.com", "https://app.example.com"
	w := newSystem(t, c)
	w.enter(ada)
	w.register(ada, "ada")
	link := w.must(ada, "/v1/links", object{"program_id": w.openProgram(ada), "destination": "https://shop.example/"})
	_, cookies := w.follow(link.text("code"), "")
	require.True(t, cookies[0].Secure)
}

// P-24: a browser keeps its name, so the last of its clicks wins, whichever the order tells of.
func TestTheLastClickOfABrowserWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.register(w.stranger, "bob")
	bobs := w.must(w.stranger, "/v1/links", object{"program_id": w.program, "destination": "https://shop.example/"}).text("code")
	clickOf := func(r reply) string {
		to, err := url.Parse(r.header.Get("Location"))
		require.NoError(t, err)
		return to.Query().Get("click")
	}
	first, cookies := w.follow(w.code, "")
	kept := cookies[0].String()[:strings.Index(cookies[0].String(), ";")]
	_, _ = w.follow(w.code, "") // another browser, later
	last, renewed := w.follow(bobs, kept)
	require.Equal(t, cookies[0].Value, renewed[0].Value, "the browser is the same one")

	report := func(id string, click reply) map[string]any {
		r := w.must(w.shop, "/v1/conversions", object{
			"program_id": w.program, "order_id": id, "amount": 100 * twist, "currency": "TWIST", "click_id": clickOf(click),
		})
		require.Equal(t, clickOf(last), r.text("touch_id"))
		return r.object()["commissions"].([]any)[0].(map[string]any)
	}
	bob := w.do(nil, http.MethodGet, "/v1/influencers/bob", nil).text("id")
	require.Equal(t, bob, report("order-1", first)["influencer_id"])
	require.Equal(t, bob, report("order-2", last)["influencer_id"])

	for _, forged := range []string{"twist_visitor=x", "twist_visitor=" + strings.Repeat("a", 23), "twist_visitor=" + strings.Repeat("-", 22), kept + "0", strings.Replace(kept, "=", "=0", 1), "garbage", "twist_visitor="} {
		r, fresh := w.follow(w.code, forged)
		require.Equal(t, http.StatusFound, r.status)
		require.Regexp(t, `^[0-9A-Za-z]{22}\.[0-9a-f]{32}$`, fresh[0].Value, "a name that is none of ours is replaced")
	}
}

// P-52: a link leads to a page on the web and to nothing else.
func TestDestinationsRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.snapshot()
	for _, destination := range []string{
		"", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "ftp://shop.example", "//shop.example", "/teapot", "shop.example",
		"https://", "https:///path", "https://user:password@shop.example", "https://shop.example\r\nSet-Cookie: a=b", "https://shop.example/\x01",
		"https://:443/", " https://shop.example", "https://shop.example/" + strings.Repeat("a", 2_048), "https://[::1", "https://%zz/",
	} {
		w.post(w.ada, "/v1/links", "k", object{"program_id": w.program, "destination": destination}).
			refused(http.StatusBadRequest, "destination_url_invalid")
	}
	w.post(w.ada, "/v1/links", "k", object{"program_id": "prog_nothing", "destination": "https://shop.example"}).
		refused(http.StatusNotFound, "program_not_found")
	require.Equal(t, before, w.snapshot())
	for _, destination := range []string{"https://bücher.example/ä?q=ü#teil", "http://shop.example:8080/a%20b", `https://shop.example/"><script>`} {
		link := w.must(w.ada, "/v1/links", object{"program_id": w.program, "destination": destination})
		r, _ := w.follow(link.text("code"), "")
		require.Equal(t, http.StatusFound, r.status)
		require.NotContains(t, r.header.Get("Location"), "<")
		to, err := url.Parse(r.header.Get("Location"))
		require.NoError(t, err)
		require.Equal(t, link.text("code"), to.Query().Get("ref"))
	}
}

// A browser follows the link for real: over a connection, with a jar of its own.
func TestABrowserFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := httptest.NewServer(w.handler)
	defer live.Close()
	browser := live.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, live.URL+"/r/"+w.code, http.NoBody)
	require.NoError(t, err)
	response, err := browser.Do(r)
	require.NoError(t, err)
	got := checked(t, response)
	require.Equal(t, http.StatusFound, got.status)
	require.Equal(t, "HTTP/1.1", response.Proto)
	require.Contains(t, got.header.Get("Location"), "ref="+w.code)
}
