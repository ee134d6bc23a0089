package clicks_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/limit"
)

// drops says for each step how a visit comes to be dropped by it.
var drops = map[clicks.Verdict]func(*clicks.Visit){
	clicks.LinkOff:     func(v *clicks.Visit) { v.LinkOff = true },
	clicks.ProgramOff:  func(v *clicks.Visit) { v.ProgramOff = true },
	clicks.Head:        func(v *clicks.Visit) { v.Head = true },
	clicks.Prefetch:    func(v *clicks.Visit) { v.Purpose = "prefetch;prerender" },
	clicks.Embedded:    func(v *clicks.Visit) { v.Dest = "iframe" },
	clicks.NoAgent:     func(v *clicks.Visit) { v.UserAgent = "" },
	clicks.LinkPreview: func(v *clicks.Visit) { v.UserAgent = "facebookexternalhit/1.1" },
	clicks.DeclaredBot: func(v *clicks.Visit) { v.UserAgent = "Mozilla/5.0 (compatible; bingbot/2.0)" },
	clicks.HTTPLibrary: func(v *clicks.Visit) { v.UserAgent = "python-requests/2.32.3" },
	clicks.NotBrowser:  func(v *clicks.Visit) { v.UserAgent = "Somebody's own thing/1.0" },
	clicks.DataCentre:  func(v *clicks.Visit) { v.Address = netip.MustParseAddr("104.131.7.9") },
	clicks.BadReferrer: func(v *clicks.Visit) { v.Referrer = "https://www.hitleap.com/surf" },
	clicks.SourceBusy:  func(v *clicks.Visit) { v.Source = "busy" },
	clicks.AddressBusy: func(v *clicks.Visit) { v.Network = "busy" },
	clicks.LinkBusy:    func(v *clicks.Visit) { v.Link = "busy" },
	clicks.Duplicate:   func(v *clicks.Visit) { v.Visitor = "busy" },
}

// spent lets everybody click but those who are busy.
func spent(s limit.Share) (bool, error) { return !strings.Contains(s.Key, ":busy:"), nil }

func TestEachStepDropsForItsReason(t *testing.T) {
	t.Parallel()
	r := ours(t)
	require.Equal(t, clicks.Valid, r.Judge(person(), spent))
	for _, verdict := range clicks.Verdicts() {
		spoil, step := drops[verdict]
		require.Equal(t, verdict != clicks.Valid && verdict != clicks.Unrated, step, verdict)
		if !step {
			continue
		}
		v := person()
		spoil(&v)
		require.Equal(t, verdict, r.Judge(v, spent))
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(clicks.Verdicts()))), len(drops)+2, "a word is one reason's")
}

// Of several reasons the one that is asked first is given, and so each is counted once.
func TestTheFirstReasonIsGiven(t *testing.T) {
	t.Parallel()
	r, all := ours(t), clicks.Verdicts()
	for i, first := range all[:len(drops)] {
		for _, second := range all[i+1 : len(drops)] {
			v := person()
			drops[second](&v)
			drops[first](&v) // of two agents the earlier one's
			if first == clicks.LinkBusy && second == clicks.Duplicate || first != second {
				require.Equal(t, first, r.Judge(v, spent), "%s before %s", first, second)
			}
		}
	}
}

// P-24: what cannot be decided does not pay, whichever step it was; what was dropped before stays dropped for its reason.
func TestWhatCannotBeDecidedIsUnrated(t *testing.T) {
	t.Parallel()
	r := ours(t)
	known := person()
	known.Visitor = "v1"
	for _, class := range []string{"click_source:", "click_address:", "click_link:", "click_visitor:"} {
		asked := 0
		require.Equal(t, clicks.Unrated, r.Judge(known, func(s limit.Share) (bool, error) {
			if strings.HasPrefix(s.Key, class) {
				asked++
				return true, errors.New("down") // it is no yes, whatever it says beside
			}
			return true, nil
		}), class)
		require.Equal(t, 1, asked)
	}
	down := func(limit.Share) (bool, error) { return true, errors.New("down") }
	for verdict, spoil := range drops {
		v := known
		spoil(&v)
		want := verdict
		if slices.Contains([]clicks.Verdict{clicks.SourceBusy, clicks.AddressBusy, clicks.LinkBusy, clicks.Duplicate}, verdict) {
			want = clicks.Unrated
		}
		require.Equal(t, want, r.Judge(v, down), verdict)
	}
	for name, nobody := range map[string]func(*clicks.Visit){
		"link": func(v *clicks.Visit) { v.Link = "" }, "network": func(v *clicks.Visit) { v.Network = "" }, "source": func(v *clicks.Visit) { v.Source = "" },
	} {
		v := person()
		nobody(&v)
		require.Equal(t, clicks.Unrated, r.Judge(v, func(s limit.Share) (bool, error) {
			require.NotContains(t, s.Key+":", "::", "nothing is taken of a bucket that all share")
			return true, nil
		}), "without %s all would share one bucket", name)
	}
}

// What is dropped takes no place from anybody: a limiter is asked only about what passed before.
func TestWhatIsDroppedTakesNothing(t *testing.T) {
	t.Parallel()
	r := ours(t)
	for _, verdict := range clicks.Verdicts()[:12] {
		v := person()
		drops[verdict](&v)
		require.Equal(t, verdict, r.Judge(v, func(limit.Share) (bool, error) {
			require.Fail(t, "asked", verdict)
			return false, nil
		}))
	}
}

func TestWhatBrowsersLoadAhead(t *testing.T) {
	t.Parallel()
	r := ours(t)
	for purpose, verdict := range map[string]clicks.Verdict{
		"": clicks.Valid, "prefetch": clicks.Prefetch, "Prefetch": clicks.Prefetch, "prefetch;anonymous-client-ip": clicks.Prefetch,
		"prefetch;prerender": clicks.Prefetch, "prerender": clicks.Prefetch, "preview": clicks.Prefetch, " ; ,prefetch": clicks.Prefetch,
		"prefetched": clicks.Valid, "pre fetch": clicks.Valid, "navigate": clicks.Valid, strings.Repeat(";", 5000) + "prefetch": clicks.Valid,
	} {
		v := person()
		v.Purpose = purpose
		require.Equal(t, verdict, r.Judge(v, always), purpose)
		v.Beacon = true
		require.Equal(t, verdict, r.Judge(v, always), "a page that is prerendered tells of it too: %s", purpose)
	}
	for dest, verdict := range map[string]clicks.Verdict{
		"": clicks.Valid, "document": clicks.Valid, "iframe": clicks.Embedded, "frame": clicks.Embedded, "image": clicks.Embedded, "empty": clicks.Embedded,
		"script": clicks.Embedded, "embed": clicks.Embedded, "object": clicks.Embedded, "Document": clicks.Embedded, "anything": clicks.Embedded,
	} {
		v := person()
		v.Dest = dest
		require.Equal(t, verdict, r.Judge(v, always), dest)
		v.Beacon = true
		require.Equal(t, clicks.Valid, r.Judge(v, always), "a page tells of a visit by what is no document: %s", dest)
	}
}

func TestAgentsThatSayTooLittle(t *testing.T) {
	t.Parallel()
	r := ours(t)
	for agent, verdict := range map[string]clicks.Verdict{
		"": clicks.NoAgent, "Mozilla/5": clicks.NoAgent, "curl/8.10": clicks.NoAgent, "Mozilla/5.": clicks.Valid, "curl/8.101": clicks.HTTPLibrary,
		"\x00\xff\x00\xff\x00\xff\x00\xff\x00\xff": clicks.NotBrowser, "Mozilla (compatible)": clicks.Valid, " Mozilla/5.0 (compatible)": clicks.NotBrowser,
		"Mozillas/5.0 (Windows)": clicks.NotBrowser, "mozilla/5.0 (windows)": clicks.Valid,
	} {
		v := person()
		v.UserAgent = agent
		require.Equal(t, verdict, r.Judge(v, always), agent)
	}
}

// Silent rules look at nothing, take nothing, and say so by their version.
func TestSilentRules(t *testing.T) {
	t.Parallel()
	require.Equal(t, clicks.Valid, clicks.Silent().Judge(clicks.Visit{LinkOff: true}, nil))
	require.Zero(t, clicks.Silent().Version())
	require.Equal(t, clicks.Version, ours(t).Version())
}
