package clicks_test

import (
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
)

var update = flag.Bool("update", false, "rewrite the corpus and docs/click-rules.md")

const (
	corpusFile = "testdata/corpus.tsv"
	rulesPage  = "../../docs/click-rules.md"
)

// same holds a file against what it should be, or rewrites it.
func same(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "go test ./core/clicks -run Corpus -update, and read what changed")
}

// judged is the corpus with the verdicts on it.
func judged(t testing.TB, all []visited) []clicks.Verdict {
	r, c := ours(t), newCounter()
	verdicts := make([]clicks.Verdict, len(all))
	for i, v := range all {
		c.now = start.Add(v.at)
		v.Address = netip.MustParseAddr(v.address)
		v.Network, v.Source = v.address, v.address+"|"+v.UserAgent
		if v.Address.Is6() {
			network, err := v.Address.Prefix(64)
			require.NoError(t, err)
			v.Network, v.Source = network.String(), network.String()+"|"+v.UserAgent
		}
		verdicts[i] = r.Judge(v.Visit, c.take)
	}
	return verdicts
}

// A14: the corpus in the tree is what its maker draws, and the page says of it what is so.
func TestCorpusAndItsPage(t *testing.T) {
	t.Parallel()
	all := makeCorpus(t)
	require.GreaterOrEqual(t, len(all), 2_000)
	var file strings.Builder
	file.WriteString("# Made by corpus_make_test.go. milliseconds, who, label, h: head b: beacon, purpose, dest, link, address, visitor, referrer, agent\n")
	for _, v := range all {
		file.WriteString(v.row())
	}
	same(t, corpusFile, file.String())
	same(t, rulesPage, page(all, judged(t, all)))
}

// What may not become worse unseen: the page shows it, and here it has a limit.
func TestCorpusLimits(t *testing.T) {
	t.Parallel()
	all := makeCorpus(t)
	persons, lost, caught, invalid := 0, 0, 0, 0
	for i, verdict := range judged(t, all) {
		switch label := all[i].label; {
		case label == clicks.Valid:
			persons++
			if verdict != clicks.Valid {
				lost++
			}
		case label != hidden:
			invalid++
			if verdict != clicks.Valid {
				caught++
			}
		}
		if all[i].who == "a person, every browser" || all[i].who == "an office behind one address" || all[i].who == "telephones behind a carrier's address" {
			require.Equal(t, clicks.Valid, verdict, all[i].row())
		}
	}
	require.Less(t, lost*100, persons*6, "people lost")
	require.Greater(t, caught*100, invalid*70, "of what the rules are there for, dropped")
}

func share(part, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d.%d %%", part*100/of, part*1000/of%10)
}

// about says what each rule drops, for people.
var about = map[clicks.Verdict]string{
	clicks.LinkOff:     "the link was withdrawn or has expired",
	clicks.ProgramOff:  "the program was closed",
	clicks.Head:        "only the address was asked for, by `HEAD`",
	clicks.Prefetch:    "a browser loads ahead: `Sec-Purpose`, `Purpose` or `X-Moz` says prefetch, prerender or preview",
	clicks.Embedded:    "`Sec-Fetch-Dest` is there and not `document`: a frame, a picture, a script; not asked of the beacon",
	clicks.NoAgent:     "no user agent, or one of less than 10 bytes",
	clicks.LinkPreview: "an agent in `previews.tsv`",
	clicks.DeclaredBot: "an agent in `crawlers.tsv`",
	clicks.HTTPLibrary: "an agent in `libraries.tsv`",
	clicks.NotBrowser:  "an agent in no list that does not begin as browsers do: `Mozilla`, `Opera` or `UCWEB`",
	clicks.DataCentre:  "an address in `networks.tsv`",
	clicks.BadReferrer: "a referrer on a host in `referrers.tsv`, or below one",
	clicks.SourceBusy:  "more than 60 clicks at once, and one more each second, on one link by one agent from one address",
	clicks.AddressBusy: "more than 300 clicks at once, and 2.5 more each second, from one address",
	clicks.LinkBusy:    "more than 6,000 clicks at once, and 100 more each second, on one link",
	clicks.Duplicate:   "the same browser, by the name that it was given, clicked the same link less than a minute ago",
	clicks.Unrated:     "a rule could not decide, such as while the limiter is down",
	clicks.Valid:       "none of the above: the click counts",
}

// page is docs/click-rules.md.
func page(all []visited, verdicts []clicks.Verdict) string {
	type count struct{ labelled, dropped, right int }
	rules, whos := map[clicks.Verdict]*count{}, map[string]map[clicks.Verdict]int{}
	for _, v := range append(clicks.Verdicts(), hidden) {
		rules[v] = new(count)
	}
	persons, kept, invalid, caught, unseen := 0, 0, 0, 0, 0
	for i, v := range all {
		got := verdicts[i]
		rules[v.label].labelled++
		rules[got].dropped++
		if got == v.label {
			rules[got].right++
		}
		if whos[v.who] == nil {
			whos[v.who] = map[clicks.Verdict]int{}
		}
		whos[v.who][got]++
		switch v.label {
		case clicks.Valid:
			persons++
			if got == clicks.Valid {
				kept++
			}
		case hidden:
			unseen++
		default:
			invalid++
			if got != clicks.Valid {
				caught++
			}
		}
	}
	var p strings.Builder
	fmt.Fprintf(&p, pageHead, clicks.Version, len(all), persons, share(kept, persons), invalid, share(caught, invalid), unseen)
	p.WriteString("\n| rule | drops | meant for it | dropped by it | rightly | precision | recall |\n|---|---|---|---|---|---|---|\n")
	for _, v := range clicks.Verdicts() {
		c := rules[v]
		fmt.Fprintf(&p, "| `%s` | %s | %d | %d | %d | %s | %s |\n", v, about[v], c.labelled, c.dropped, c.right, share(c.right, c.dropped), share(c.right, c.labelled))
	}
	p.WriteString(pageWho)
	for _, who := range slices.Sorted(maps.Keys(whos)) {
		var became []string
		n := 0
		for _, v := range clicks.Verdicts() {
			if k := whos[who][v]; k > 0 {
				became, n = append(became, fmt.Sprintf("`%s` %d", v, k)), n+k
			}
		}
		fmt.Fprintf(&p, "| %s | %d | %s |\n", who, n, strings.Join(became, ", "))
	}
	return p.String() + pageFoot
}

const pageHead = `# Which clicks count

` + "`core/clicks`" + ` judges visits by one pipeline of rules, in the order of the table. The first that drops a visit gives the
verdict; ` + "`valid`" + ` is what none dropped. This is version %d of the rules. Following a link and telling of a visitor by the
beacon ask them alike (decision 0037): every visit is kept with its verdict, and only a valid one earns.

This page is made by ` + "`go test ./core/clicks -run Corpus -update`" + ` from a corpus of %d made visits
(` + "`core/clicks/testdata/corpus.tsv`" + `, drawn by ` + "`corpus_make_test.go`" + `), and a test fails when it says anything else. The
visits are made, not observed: the figures say how the rules do on what we thought of, and nothing about the share of
any of it in the world. Each visit has the label of the rule that is there for it, or none.

- Of %d visits by people, %s are valid.
- Of %d visits that a rule is there for, %s are dropped, by that rule or another.
- %d visits look like people's to every rule here: orders, and the time between a click and its order, tell more
  ([the rules for orders](fraud-figures.md)).

## The rules

Precision: how much of what the rule dropped was meant for it. Recall: how much of what was meant for it, it dropped. A dash:
the corpus has no such visit; tests show that rule.
`

const pageWho = `
From one neighborhood (24 bits of IPv4, 48 of IPv6) no more than 50 valid clicks at once for one influencer in a program, and one
more each half hour, are held against her by [the rules for orders](fraud-figures.md): 97 on a day at most. Neither are
more than 1,000 at once for all influencers together, and one more each two seconds. The others are in excess (decision 0041). They
count and earn as every valid one does.

## Who came, and what became of it

| who | visits | verdicts |
|---|---|---|
`

const pageFoot = `
## What they do not see

- Whoever comes with a real browser, from a home, slowly: windows behind windows, injected clicks, extensions at the
  checkout, farms. They are labelled and not caught here.
- A crawler, a library or a hoster that is in no list. Lists are extended in their files, each entry with its source, its date
  and a visit that shows it.
- People are dropped with the machines where both come out of one cloud, where a browser says nothing of itself, and
  where a hundred click within seconds behind one address.
- A browser may show a page that it had loaded ahead by speculation rules without asking again: its visit stays a
  ` + "`prefetch`" + `.
`

// The pace that the page tells of is the one that is kept.
func TestThePageTellsThePace(t *testing.T) {
	t.Parallel()
	p := clicks.Canonical()
	require.Equal(t, []any{60, time.Second, 300, 400 * time.Millisecond, 6000, 10 * time.Millisecond, time.Minute, 50, 30 * time.Minute, 1000, 2 * time.Second},
		[]any{p.Source.Burst, p.Source.Per, p.Address.Burst, p.Address.Per, p.Link.Burst, p.Link.Per, p.Window, p.Neighborhood.Burst, p.Neighborhood.Per, p.Nearby.Burst, p.Nearby.Per})
	require.Len(t, about, len(clicks.Verdicts()))
}
