package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	library "github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/limit"
)

// log is a click log, as the library needs it.
type log interface {
	Append(ctx context.Context, clicks ...attribution.Click) error
	Find(ctx context.Context, id attribution.ClickID) (attribution.Click, bool, error)
	ByVisitor(ctx context.Context, program attribution.ProgramID, visitor string, since time.Time, limit int) ([]attribution.Click, error)
	Count(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Visits, error)
	CountLinks(ctx context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error)
	Rotate(ctx context.Context, now time.Time, keep time.Duration) (int, error)
}

// kept is a log that remembers which clicks it was told, and can be down.
type kept struct {
	log

	mu   sync.Mutex
	ids  []attribution.ClickID
	down error
}

func (k *kept) Append(ctx context.Context, told ...attribution.Click) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.down != nil {
		return k.down
	}
	for _, click := range told {
		k.ids = append(k.ids, click.ID)
	}
	return k.log.Append(ctx, told...)
}

// limiter counts, as the library needs it, and can be down.
type limiter struct {
	inner interface {
		Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error)
		TakeAll(ctx context.Context, now time.Time, shares ...limit.Share) (limit.Verdict, error)
	}
	down error
}

func (l *limiter) Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error) {
	if l.down != nil {
		return limit.Verdict{}, l.down
	}
	return l.inner.Take(ctx, key, q, now)
}

func (l *limiter) TakeAll(ctx context.Context, now time.Time, shares ...limit.Share) (limit.Verdict, error) {
	return l.inner.TakeAll(ctx, now, shares...)
}

// street is a world whose visitors come from anywhere, through a proxy of ours that says from where.
type street struct {
	*world

	kept    *kept
	limiter *limiter
}

const proxy = "192.0.2.1" // of httptest

func newStreet(t *testing.T, changes ...func(*boot.Config)) *street {
	t.Helper()
	s := &street{kept: &kept{}, limiter: &limiter{}}
	proxies, err := rpc.ParseProxies(proxy)
	require.NoError(t, err)
	s.world = newWorld(t, append(changes, func(c *boot.Config) {
		c.Proxies, c.Country = proxies, "Cf-Ipcountry"
		further := c.Change
		c.Change = func(p *library.Config) {
			s.kept.log, s.limiter.inner = p.Clicks, p.Limiter
			p.Clicks, p.Limiter = s.kept, s.limiter
			if further != nil {
				further(p)
			}
		}
	})...)
	return s
}

// comes is a visit by somebody who clicks the link: a browser at home, unless the header says otherwise.
func (s *street) comes(method string, header ...string) (reply, attribution.Click) {
	s.t.Helper()
	return s.visits(method, "/r/"+s.code, nil, header...)
}

// visits is a visit, and the click that was kept of it.
func (s *street) visits(method, path string, body any, header ...string) (reply, attribution.Click) {
	s.t.Helper()
	before := len(s.kept.ids)
	r := s.do(nil, method, path, body, append([]string{"X-Forwarded-For", "198.51.100.77", "Sec-Fetch-Dest", "document", "Referer", "https://www.instagram.com/"}, header...)...)
	if len(s.kept.ids) == before {
		return r, attribution.Click{}
	}
	require.Len(s.t, s.kept.ids, before+1, "one visit is one click")
	click, ok, err := s.kept.Find(s.t.Context(), s.kept.ids[before])
	require.NoError(s.t, err)
	require.True(s.t, ok)
	return r, click
}

// counted is what the metrics say of a verdict.
func (w *world) counted(origin attribution.Origin, v clicks.Verdict) string {
	w.t.Helper()
	out := httptest.NewRecorder()
	w.system.Metrics().ServeHTTP(out, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/metrics", http.NoBody))
	for line := range strings.Lines(out.Body.String()) {
		if rest, ok := strings.CutPrefix(line, fmt.Sprintf("twist_clicks_total{origin=%q,verdict=%q} ", origin, v)); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "0"
}

// landed is where a redirect leads, and the click that it names.
func landed(t *testing.T, r reply) (to *url.URL, click attribution.ClickID) {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	return to, attribution.ClickID(to.Query().Get("click"))
}

// slowly is a pace that a test reaches.
func slowly(c *boot.Config) {
	c.Change = func(p *library.Config) {
		pace := clicks.Canonical()
		pace.Source, pace.Address, pace.Link = limit.Quota{Burst: 2, Per: time.Second}, limit.Quota{Burst: 4, Per: time.Second}, limit.Quota{Burst: 6, Per: time.Second}
		p.ClickRules, _ = clicks.Compile(clicks.Ours(), pace) // nil means the usual ones, by which the tests fail
	}
}

// from are headers of a browser of its own at an address of its own.
func from(address string, n int) []string {
	return []string{"X-Forwarded-For", address, "User-Agent", fmt.Sprintf("%s/%d", firefox, n)}
}

// P-24: each verdict is reached over HTTP: the visitor is sent on as everybody is, what is kept of the visit has the
// verdict and the version that gave it, it is counted by its reason, and no order that names it earns anything.
func TestEveryVerdictIsReached(t *testing.T) {
	t.Parallel()
	get := func(header ...string) func(*street) (reply, attribution.Click) {
		return func(s *street) (reply, attribution.Click) { return s.comes(http.MethodGet, header...) }
	}
	reached := map[clicks.Verdict]func(s *street) (reply, attribution.Click){
		clicks.LinkOff: func(s *street) (reply, attribution.Click) {
			id := s.do(s.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string)
			require.Equal(s.t, http.StatusOK, s.do(s.ada, http.MethodPost, "/v1/links/"+id+"/withdraw", nil).status)
			return s.comes(http.MethodGet)
		},
		clicks.ProgramOff: func(s *street) (reply, attribution.Click) {
			require.Equal(s.t, http.StatusOK, s.do(s.shop, http.MethodPost, "/v1/programs/"+s.program+"/close", nil).status)
			return s.comes(http.MethodGet)
		},
		clicks.Head:        func(s *street) (reply, attribution.Click) { return s.comes(http.MethodHead) },
		clicks.Prefetch:    get("Sec-Purpose", "prefetch;anonymous-client-ip"),
		clicks.Embedded:    get("Sec-Fetch-Dest", "iframe"),
		clicks.NoAgent:     get("User-Agent", ""),
		clicks.LinkPreview: get("User-Agent", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"),
		clicks.DeclaredBot: get("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
		clicks.HTTPLibrary: get("User-Agent", "python-requests/2.32.3"),
		clicks.NotBrowser:  get("User-Agent", "ShopWatcher/7 (of nobody)"),
		clicks.DataCentre:  get("X-Forwarded-For", "5.9.0.9"),
		clicks.BadReferrer: get("Referer", "https://www.7makemoneyonline.com/surf?u=1"),
		clicks.SourceBusy: func(s *street) (reply, attribution.Click) {
			for range 2 {
				_, click := s.comes(http.MethodGet)
				require.Equal(s.t, attribution.Valid, click.Verdict)
			}
			return s.comes(http.MethodGet)
		},
		clicks.AddressBusy: func(s *street) (reply, attribution.Click) {
			for n := range 4 {
				_, click := s.comes(http.MethodGet, from("198.51.100.77", n)...)
				require.Equal(s.t, attribution.Valid, click.Verdict)
			}
			return s.comes(http.MethodGet, from("198.51.100.77", 4)...)
		},
		clicks.LinkBusy: func(s *street) (reply, attribution.Click) {
			for n := range 6 {
				_, click := s.comes(http.MethodGet, from(fmt.Sprintf("198.51.100.%d", 10+n), n)...)
				require.Equal(s.t, attribution.Valid, click.Verdict)
			}
			return s.comes(http.MethodGet)
		},
		clicks.Duplicate: func(s *street) (reply, attribution.Click) {
			first, _ := s.comes(http.MethodGet)
			_, again := s.comes(http.MethodGet, "Cookie", cookieOf(first))
			require.Equal(s.t, attribution.Valid, again.Verdict, "a browser that is known for the first time")
			return s.comes(http.MethodGet, append([]string{"Cookie", cookieOf(first)}, from("198.51.100.78", 1)...)...)
		},
		clicks.Unrated: func(s *street) (reply, attribution.Click) {
			s.limiter.down = errors.New("nobody counts")
			defer func() { s.limiter.down = nil }()
			return s.comes(http.MethodGet)
		},
		clicks.Valid: get(),
	}
	for _, verdict := range clicks.Verdicts() {
		reach, ok := reached[verdict]
		require.True(t, ok, "nobody reaches %s", verdict)
		t.Run(string(verdict), func(t *testing.T) {
			t.Parallel()
			s := newStreet(t, slowly)
			r, click := reach(s)
			require.Equal(t, attribution.Verdict(verdict), click.Verdict)
			require.Equal(t, clicks.Version, click.Rules)
			require.Equal(t, attribution.Redirect, click.Origin)
			require.Equal(t, "1", s.counted(attribution.Redirect, verdict))
			if verdict == clicks.LinkOff {
				r.refused(http.StatusNotFound, "link_not_found")
				return
			}
			require.Equal(t, http.StatusFound, r.status)
			to, named := landed(t, r)
			require.Equal(t, "shop.example", to.Host)
			require.Equal(t, click.ID, named)
			s.earns(named, verdict)
		})
	}
}

// earns reports an order that names a click of a browser that has no other.
func (s *street) earns(named attribution.ClickID, verdict clicks.Verdict) {
	s.t.Helper()
	before := s.do(s.shop, http.MethodGet, "/v1/programs/"+s.program, nil).text("budget")
	r := s.post(s.shop, "/v1/conversions", "order", object{
		"program_id": s.program, "order_id": "order-1", "amount": 100 * twist, "currency": "TWIST", "click_id": named,
	})
	after := s.do(s.shop, http.MethodGet, "/v1/programs/"+s.program, nil).text("budget")
	switch verdict {
	case clicks.ProgramOff:
		r.refused(http.StatusConflict, "program_closed")
	case clicks.Valid, clicks.Duplicate: // whose first click counts
		require.Len(s.t, r.object()["commissions"], 1, string(r.body))
		require.NotEqual(s.t, before, after)
		return
	default:
		require.Equal(s.t, http.StatusCreated, r.status, string(r.body))
		require.Empty(s.t, r.object()["commissions"])
	}
	require.Equal(s.t, before, after)
}

// cookieOf is the cookie that an answer set, as a browser sends it.
func cookieOf(r reply) string {
	c := (&http.Response{Header: r.header}).Cookies()[0]
	return c.Name + "=" + c.Value
}

// A browser's second click within a minute is a duplicate, and after it is not, for each link by itself. Who brings no cookie, a forged one or one of another site is nobody's duplicate.
func TestDuplicatesAreOfABrowserAndAMinute(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	other := newStreet(t)
	fresh, _ := s.comes(http.MethodGet)
	foreign, _ := other.comes(http.MethodGet)
	cookie := cookieOf(fresh)
	verdict := func(cookie string) attribution.Verdict {
		_, click := s.comes(http.MethodGet, "Cookie", cookie)
		return click.Verdict
	}
	require.Equal(t, attribution.Valid, verdict(cookie))
	s.system.Sandbox.Advance(time.Minute - time.Second) // clocks of the machine move on as well
	require.Equal(t, attribution.Verdict(clicks.Duplicate), verdict(cookie))
	s.system.Sandbox.Advance(time.Second)
	require.Equal(t, attribution.Valid, verdict(cookie))
	require.Equal(t, attribution.Verdict(clicks.Duplicate), verdict(cookie))

	elsewhere := s.must(s.ada, "/v1/links", object{"program_id": s.program, "destination": "https://shop.example/other"}).text("code")
	_, click := s.visits(http.MethodGet, "/r/"+elsewhere, nil, "Cookie", cookie)
	require.Equal(t, attribution.Valid, click.Verdict, "another link")

	name, seal, _ := strings.Cut(strings.TrimPrefix(cookie, "twist_visitor="), ".")
	for what, forged := range map[string]string{
		"none":             "",
		"without its seal": "twist_visitor=" + name,
		"another name":     "twist_visitor=" + strings.Repeat("a", len(name)) + "." + seal,
		"another seal":     "twist_visitor=" + name + "." + strings.Repeat("0", len(seal)),
		"of another site":  cookieOf(foreign),
		"another cookie":   strings.Replace(cookie, "twist_visitor", "twist_visit", 1),
	} {
		for range 2 {
			r, click := s.comes(http.MethodGet, "Cookie", forged)
			require.Equal(t, attribution.Valid, click.Verdict, what)
			require.NotEqual(t, name, click.Visitor, what)
			require.NotEqual(t, cookie, cookieOf(r), what)
		}
	}
}

// P-24: a page that tells of a visitor is judged by the same rules as a link that is followed, and shares their counts.
func TestTheBeaconIsTheSamePipeline(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	tell := func(body object, header ...string) (reply, attribution.Click) {
		body["code"] = s.code
		return s.visits(http.MethodPost, "/v1/clicks", body, append([]string{"Sec-Fetch-Dest", "empty"}, header...)...)
	}
	r, click := tell(object{"referrer": "https://www.instagram.com/"})
	require.Equal(t, http.StatusAccepted, r.status)
	require.Equal(t, string(click.ID), r.text("click_id"))
	require.Equal(t, []any{attribution.Valid, attribution.Beacon, "desktop", clicks.Version}, []any{click.Verdict, click.Origin, click.Device, click.Rules})
	browser := r.text("visitor")
	require.NotContains(t, string(r.body), "valid", "who clicks for pay learns nothing")

	again, click := tell(object{"visitor": browser})
	require.Equal(t, attribution.Valid, click.Verdict)
	require.Equal(t, browser, again.text("visitor"))
	_, click = tell(object{"visitor": browser})
	require.Equal(t, attribution.Verdict(clicks.Duplicate), click.Verdict)
	_, click = s.comes(http.MethodGet, "Cookie", "twist_visitor="+browser)
	require.Equal(t, attribution.Verdict(clicks.Duplicate), click.Verdict, "however it comes")
	_, click = tell(object{}, "Cookie", "twist_visitor="+browser)
	require.Equal(t, attribution.Verdict(clicks.Duplicate), click.Verdict, "on our own site the browser brings it")

	for verdict, told := range map[clicks.Verdict]func() (reply, attribution.Click){
		clicks.BadReferrer: func() (reply, attribution.Click) {
			return tell(object{"referrer": "https://www.7makemoneyonline.com/surf?u=1"})
		},
		clicks.DeclaredBot: func() (reply, attribution.Click) {
			return tell(object{}, "User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
		},
		clicks.DataCentre: func() (reply, attribution.Click) { return tell(object{}, "X-Forwarded-For", "5.9.0.9") },
	} {
		r, click := told()
		require.Equal(t, http.StatusAccepted, r.status)
		require.Equal(t, attribution.Verdict(verdict), click.Verdict)
		require.Equal(t, string(click.ID), r.text("click_id"))
		require.Equal(t, "1", s.counted(attribution.Beacon, verdict))
	}
	s.do(nil, http.MethodPost, "/v1/clicks", object{"code": "unknown"}).refused(http.StatusNotFound, "link_not_found")
	s.do(nil, http.MethodPost, "/v1/clicks", nil).refused(http.StatusNotFound, "link_not_found")
}

// A page may tell of its visitors if it is listed, and no other page makes anybody's browser do it.
func TestBeaconsComeFromListedPages(t *testing.T) {
	t.Parallel()
	origins, err := rpc.ParseOrigins("https://shop.example")
	require.NoError(t, err)
	s := newStreet(t, func(c *boot.Config) { c.Origins = origins })
	r, click := s.visits(http.MethodPost, "/v1/clicks", object{"code": s.code}, "Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusAccepted, r.status)
	require.Equal(t, attribution.Valid, click.Verdict)
	require.Equal(t, "https://shop.example", r.header.Get("Access-Control-Allow-Origin"))
	r, click = s.visits(http.MethodPost, "/v1/clicks", object{"code": s.code}, "Origin", "https://else.example", "Sec-Fetch-Site", "cross-site")
	r.refused(http.StatusForbidden, "origin_not_allowed")
	require.Zero(t, click)
}

// The beacon has a quota of its own, which following links does not spend.
func TestBeaconsAreLimited(t *testing.T) {
	t.Parallel()
	s := newStreet(t, func(c *boot.Config) {
		c.Rules[rpc.Beacons] = rpc.Rule{Deadline: time.Minute, Visitor: limit.Quota{Burst: 2, Per: time.Hour}}
	})
	for range 2 {
		require.Equal(t, http.StatusAccepted, s.do(nil, http.MethodPost, "/v1/clicks", object{"code": s.code}).status)
	}
	s.do(nil, http.MethodPost, "/v1/clicks", object{"code": s.code}).refused(http.StatusTooManyRequests, "rate_limited")
	r, _ := s.comes(http.MethodGet)
	require.Equal(t, http.StatusFound, r.status)
}

// Whatever fails behind it, a link leads on: without a click that nobody could find again, and counted as lost.
func TestALinkLeadsOnWhateverFails(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.limiter.down, s.kept.down = errors.New("nobody counts"), errors.New("the disk is gone")
	r, _ := s.comes(http.MethodGet)
	require.Equal(t, http.StatusFound, r.status)
	to, named := landed(t, r)
	require.Equal(t, s.code, to.Query().Get("ref"))
	require.Empty(t, named)
	require.NotEmpty(t, cookieOf(r))
	require.Contains(t, s.world.log.String(), "the disk is gone")
	told, _ := s.visits(http.MethodPost, "/v1/clicks", object{"code": s.code})
	require.Equal(t, http.StatusAccepted, told.status)
	require.NotContains(t, told.object(), "click_id")
	out := httptest.NewRecorder()
	s.system.Metrics().ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	require.Contains(t, out.Body.String(), "twist_clicks_lost_total 2\n")

	s.kept.down = nil
	_, click := s.comes(http.MethodGet)
	require.Equal(t, attribution.Verdict(clicks.Unrated), click.Verdict, "a limiter that cannot decide loses none")
	s.limiter.down = nil
	_, click = s.comes(http.MethodGet)
	require.Equal(t, attribution.Valid, click.Verdict)
}

// What is kept of a visit says where it came from by the country that a proxy of ours tells, and what it was made with in
// a word.
func TestClicksHaveACountryAndADevice(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	_, click := s.comes(http.MethodGet, "CF-IPCountry", "PT", "User-Agent",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 334.0.0.0")
	require.Equal(t, []string{"PT", "mobile"}, []string{click.Country, click.Device})
	_, click = s.comes(http.MethodGet)
	require.Equal(t, []string{"", "desktop"}, []string{click.Country, click.Device})
}

// E-23: of an address that clicked, tells, looks and is refused nothing is kept or logged but the network around it, and
// that in the log of requests alone.
func TestNoAddressIsKept(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	var out bytes.Buffer
	c := config(s.operator.wallet)
	proxies, err := rpc.ParseProxies(proxy)
	require.NoError(t, err)
	c.Proxies = proxies
	c.Change = func(p *library.Config) { s.kept.log, p.Clicks = p.Clicks, s.kept }
	s.system, err = boot.New(t.Context(), c, slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	s.handler = s.system.Handler()
	s.fill()
	addresses := []string{"198.51.100.77", "2001:db8:7:7:a:b:c:d"}
	for _, address := range addresses {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, _ := s.comes(method, "X-Forwarded-For", address)
			require.Equal(t, http.StatusFound, r.status)
		}
		s.visits(http.MethodPost, "/v1/clicks", object{"code": s.code}, "X-Forwarded-For", address)
		s.kept.down = errors.New("the disk is gone")
		s.comes(http.MethodGet, "X-Forwarded-For", address)
		s.kept.down = nil
		s.do(nil, http.MethodGet, "/r/unknown", nil, "X-Forwarded-For", address).refused(http.StatusNotFound, "link_not_found")
	}
	stored, err := s.system.Snapshot()
	require.NoError(t, err)
	var rows []attribution.Click
	for _, id := range s.kept.ids {
		click, _, err := s.kept.Find(t.Context(), id)
		require.NoError(t, err)
		rows = append(rows, click)
	}
	require.Len(t, rows, 6)
	text, err := json.Marshal(rows)
	require.NoError(t, err)
	require.Contains(t, out.String(), `"from":"198.51.100.0/24"`)
	for _, address := range addresses {
		require.NotContains(t, string(text), address)
		require.NotContains(t, string(stored), address)
		require.NotContains(t, out.String(), address)
	}
}
