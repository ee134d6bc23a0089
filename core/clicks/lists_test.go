package clicks_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
)

// list is one of ours: how to reach it, and how a visit shows an entry of it.
type list struct {
	verdict clicks.Verdict
	of      func(*clicks.Lists) *string
	show    func(v *clicks.Visit, example string)
}

func agents(v *clicks.Visit, example string) { v.UserAgent = example }

var lists = map[string]list{
	"previews":  {clicks.LinkPreview, func(l *clicks.Lists) *string { return &l.Previews }, agents},
	"crawlers":  {clicks.DeclaredBot, func(l *clicks.Lists) *string { return &l.Crawlers }, agents},
	"libraries": {clicks.HTTPLibrary, func(l *clicks.Lists) *string { return &l.Libraries }, agents},
	"networks": {clicks.DataCentre, func(l *clicks.Lists) *string { return &l.Networks }, func(v *clicks.Visit, example string) {
		v.Address = netip.MustParseAddr(example)
	}},
	"referrers": {clicks.BadReferrer, func(l *clicks.Lists) *string { return &l.Referrers }, func(v *clicks.Visit, example string) {
		v.Referrer = example
	}},
}

// A9: each entry of each list decides about the visit that it is shown by, through the whole pipeline: the visit is dropped
// for the reason of the list by all lists together, by this entry alone, and not without any.
func TestEachEntryIsReached(t *testing.T) {
	t.Parallel()
	all := ours(t)
	none, err := clicks.Compile(clicks.Lists{}, clicks.Canonical())
	require.NoError(t, err)
	for name, l := range lists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := clicks.Ours()
			entries := cells(*l.of(&text))
			require.Greater(t, len(entries), 30)
			for _, columns := range entries {
				v := person()
				l.show(&v, columns[len(columns)-1])
				require.Equal(t, l.verdict, all.Judge(v, always), columns)
				var only clicks.Lists
				*l.of(&only) = strings.Join(columns, "\t")
				alone, err := clicks.Compile(only, clicks.Canonical())
				require.NoError(t, err)
				require.Equal(t, l.verdict, alone.Judge(v, always), columns)
				require.NotEqual(t, l.verdict, none.Judge(v, always), columns)
			}
		})
	}
}

// What people open links with passes all of it, and goes on to do so: a list that grows is held against them.
func TestBrowsersPass(t *testing.T) {
	t.Parallel()
	r, all := ours(t), lines(t, "testdata/browsers.tsv")
	require.Greater(t, len(all), 100)
	for _, browser := range all {
		require.Len(t, browser, 2, browser)
		for _, beacon := range []bool{false, true} {
			v := person()
			v.UserAgent, v.Beacon = browser[1], beacon
			require.Equal(t, clicks.Valid, r.Judge(v, always), browser[0])
		}
	}
}

// A name is found where it stands by itself, and never within another.
func TestTokensAreWhole(t *testing.T) {
	t.Parallel()
	r := ours(t)
	for agent, verdict := range map[string]clicks.Verdict{
		"Mozilla/5.0 (Linux; Android 11; CUBOT X30)":       clicks.Valid,
		"Mozilla/5.0 (Linux; Android 11; bot X30)":         clicks.DeclaredBot,
		"Mozilla/5.0 (compatible; BOT; x)":                 clicks.DeclaredBot,
		"Mozilla/5.0 (compatible;bot/1;x)":                 clicks.DeclaredBot,
		"Mozilla/5.0 (compatible) curl":                    clicks.HTTPLibrary,
		"Mozilla/5.0 (compatible) curly":                   clicks.Valid,
		"Mozilla/5.0 (compatible) uncurl":                  clicks.Valid,
		"Mozilla/5.0 (compatible) bot-free":                clicks.Valid,
		"Mozilla/5.0 (compatible) java/17":                 clicks.Valid, // only first
		"java/17.0.1 (compatible) Mozilla/5.0":             clicks.HTTPLibrary,
		"(java/17.0.1; Mozilla/5.0)":                       clicks.HTTPLibrary,
		"Mozilla/5.0 curl/8 Googlebot/2.1 Facebot/1.0":     clicks.LinkPreview, // the earliest step's
		"Mozilla/5.0 curl/8 Googlebot/2.1 x":               clicks.DeclaredBot,
		"Mozilla/5.0 " + strings.Repeat("a", 64) + " bot":  clicks.DeclaredBot,
		"Mozilla/5.0 " + strings.Repeat("a", 65) + " bot":  clicks.DeclaredBot,
		"Mozilla/5.0 " + strings.Repeat("a", 99) + "bot":   clicks.Valid,
		"Mozilla/5.0 " + strings.Repeat(" ", 2033) + "bot": clicks.DeclaredBot, // the last bytes that are read
		"Mozilla/5.0 " + strings.Repeat(" ", 2034) + "bot": clicks.Valid,
		"Mozilla/5.0 bot" + "\u00e9":                       clicks.Valid,
	} {
		v := person()
		v.UserAgent = agent
		require.Equal(t, verdict, r.Judge(v, always), agent)
	}
}

func TestListsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ list, entry string }{
		"too_few_columns":       {"crawlers", "newbot\tany\thttps://new.example\t2026-11-29"},
		"too_many_columns":      {"crawlers", "newbot\tany\thttps://new.example\t2026-11-29\tnewbot/1.0\tmore"},
		"blanks_for_tabs":       {"crawlers", "newbot any https://new.example 2026-11-29 newbot/1.0"},
		"no_source":             {"crawlers", "newbot\tany\t\t2026-11-29\tnewbot/1.0"},
		"no_date":               {"crawlers", "newbot\tany\thttps://new.example\t\tnewbot/1.0"},
		"no_such_date":          {"crawlers", "newbot\tany\thttps://new.example\t2026-11-31\tnewbot/1.0"},
		"no_example":            {"crawlers", "newbot\tany\thttps://new.example\t2026-11-29\t"},
		"no_token":              {"crawlers", "\tany\thttps://new.example\t2026-11-29\tnewbot/1.0"},
		"two_tokens":            {"crawlers", "new bot\tany\thttps://new.example\t2026-11-29\tnew bot/1.0"},
		"capitals":              {"crawlers", "NewBot\tany\thttps://new.example\t2026-11-29\tNewBot/1.0"},
		"a_token_too_long":      {"crawlers", strings.Repeat("b", 65) + "\tany\thttps://new.example\t2026-11-29\tx"},
		"nowhere":               {"crawlers", "newbot\tlast\thttps://new.example\t2026-11-29\tnewbot/1.0"},
		"twice":                 {"crawlers", "googlebot\tany\thttps://new.example\t2026-11-29\tgooglebot/1.0"},
		"twice_in_two_lists":    {"libraries", "googlebot\tany\thttps://new.example\t2026-11-29\tgooglebot/1.0"},
		"no_network":            {"networks", "203.0.113.0\tRIPE: New\t2026-11-29\t203.0.113.9"},
		"a_host_of_a_network":   {"networks", "203.0.113.9/24\tRIPE: New\t2026-11-29\t203.0.113.9"},
		"a_network_within":      {"networks", "104.131.7.0/24\tRIPE: New\t2026-11-29\t104.131.7.9"},
		"a_network_around":      {"networks", "104.128.0.0/12\tRIPE: New\t2026-11-29\t104.131.7.9"},
		"the_same_network":      {"networks", "104.131.0.0/16\tRIPE: New\t2026-11-29\t104.131.7.9"},
		"ipv4_within_ipv6":      {"networks", "::ffff:203.0.113.0/120\tRIPE: New\t2026-11-29\t203.0.113.9"},
		"no_host":               {"referrers", "\tsells visits\t2026-11-29\thttps://new.example"},
		"a_host_in_capitals":    {"referrers", "New.example\tsells visits\t2026-11-29\thttps://new.example"},
		"a_page_for_a_host":     {"referrers", "new.example/page\tsells visits\t2026-11-29\thttps://new.example"},
		"all_there_is":          {"referrers", "example\tsells visits\t2026-11-29\thttps://new.example"},
		"the_same_host":         {"referrers", "hitleap.com\tsells visits\t2026-11-29\thttps://hitleap.com"},
		"a_port":                {"referrers", "new.example:80\tsells visits\t2026-11-29\thttps://new.example"},
		"lines_of_another_kind": {"referrers", "new.example\tsells visits\t2026-11-29\thttps://new.example\r\nnew.example\r"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := clicks.Ours()
			*lists[test.list].of(&l) += test.entry + "\n"
			_, err := clicks.Compile(l, clicks.Canonical())
			require.ErrorIs(t, err, clicks.ErrLists)
		})
	}
	l := clicks.Ours()
	l.Crawlers += "newbot\tany\thttps://new.example\t2026-11-29\tnewbot/1.0"
	r, err := clicks.Compile(l, clicks.Canonical())
	require.NoError(t, err, "a list of one's own is appended")
	v := person()
	v.UserAgent = "Mozilla/5.0 (compatible; newbot/1.0)"
	require.Equal(t, clicks.DeclaredBot, r.Judge(v, always))
	_, err = clicks.Compile(clicks.Lists{}, clicks.Canonical())
	require.NoError(t, err, "and none is needed")
}

func TestReferrers(t *testing.T) {
	t.Parallel()
	r := ours(t)
	for referrer, verdict := range map[string]clicks.Verdict{
		"": clicks.Valid, "https://www.instagram.com/": clicks.Valid, "android-app://com.google.android.gm/": clicks.Valid,
		"https://hitleap.com": clicks.BadReferrer, "http://a.b.hitleap.com/x": clicks.BadReferrer, "HTTPS://WWW.HitLeap.Com/": clicks.BadReferrer,
		"https://hitleap.com.": clicks.BadReferrer, "https://hitleap.com:8443/": clicks.BadReferrer, "https://user:pass@hitleap.com/": clicks.BadReferrer,
		"https://hitleap.com?x": clicks.BadReferrer, "https://hitleap.com#x": clicks.BadReferrer, `https://hitleap.com\x`: clicks.BadReferrer,
		"https://nothitleap.com/": clicks.Valid, "https://hitleap.com.example/": clicks.Valid, "https://example.com/?u=https://hitleap.com/": clicks.Valid,
		"hitleap.com": clicks.Valid, "ftp://hitleap.com/": clicks.Valid, "https://": clicks.Valid, "https://./": clicks.Valid, "https://..hitleap.com": clicks.BadReferrer,
		"https://" + strings.Repeat("a.", 121) + "hitleap.com": clicks.BadReferrer, // 253 bytes
		"https://" + strings.Repeat("a.", 122) + "hitleap.com": clicks.Valid,       // no host is so long
	} {
		v := person()
		v.Referrer = referrer
		require.Equal(t, verdict, r.Judge(v, always), referrer)
	}
}
