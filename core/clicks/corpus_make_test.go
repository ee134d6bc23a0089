package clicks_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twist-platform/twist/core/clicks"
)

// hidden is what no rule of this package can see: the label of those who come as a person does.
const hidden clicks.Verdict = "hidden"

// visited is one visit of the corpus: who came, and what should become of it.
type visited struct {
	at    time.Duration
	who   string
	label clicks.Verdict // Valid for a person, hidden for what looks like one, else the rule that is there for it
	clicks.Visit
	address string
}

// row is the visit as a line of the file.
func (v visited) row() string {
	flags := ""
	if v.Head {
		flags += "h"
	}
	if v.Beacon {
		flags += "b"
	}
	return strings.Join([]string{
		fmt.Sprint(v.at.Milliseconds()), v.who, string(v.label), flags, v.Purpose, v.Dest, v.Link, v.address, v.Visitor, v.Referrer, v.UserAgent,
	}, "\t") + "\n"
}

// maker draws a corpus. The same seed draws the same one, on any machine.
type maker struct {
	*rand.Rand

	browsers [][]string
	lists    map[string][][]string
	all      []visited
	people   int
}

func one[T any](m *maker, of []T) T { return of[m.IntN(len(of))] }

// gap is how long a person takes: log-normal, with its middle at a length, in whole milliseconds.
func (m *maker) gap(middle time.Duration) time.Duration {
	return time.Duration(float64(middle) * math.Exp(m.NormFloat64())).Round(time.Millisecond)
}

// home is an address where people live.
func (m *maker) home() string {
	if m.IntN(4) == 0 {
		return fmt.Sprintf("2a02:120b:%x:%x::%x", m.IntN(1<<16), m.IntN(1<<16), 1+m.IntN(1<<15))
	}
	return fmt.Sprintf("%s.%d.%d", one(m, []string{"81.62", "84.226", "178.197", "188.62", "213.55", "86.195", "90.22", "79.200", "93.192", "31.10"}), m.IntN(256), 1+m.IntN(254))
}

// come adds a visit.
func (m *maker) come(at time.Duration, who string, label clicks.Verdict, change func(*visited)) {
	v := visited{at: at, who: who, label: label, address: m.home(), Visit: clicks.Visit{
		Dest: "document", Link: fmt.Sprint("link_", 1+m.IntN(8)), UserAgent: one(m, m.browsers)[1],
		Referrer: one(m, []string{"", "https://www.instagram.com/", "https://l.facebook.com/", "https://www.tiktok.com/", "https://t.co/", "https://www.youtube.com/"}),
	}}
	if change != nil {
		change(&v)
	}
	m.all = append(m.all, v)
}

// name is that of a browser which was here before.
func (m *maker) name() string {
	m.people++
	return fmt.Sprint("v", m.people)
}

// make draws the corpus of a day.
func makeCorpus(t testing.TB) []visited {
	text := clicks.Ours()
	m := &maker{Rand: rand.New(rand.NewPCG(2026, 11)), browsers: lines(t, "testdata/browsers.tsv"), lists: map[string][][]string{}}
	for name, l := range lists {
		m.lists[name] = cells(*l.of(&text))
	}
	m.persons()
	m.shared()
	m.programs()
	m.frauds()
	slices.SortStableFunc(m.all, func(a, b visited) int { return cmp.Compare(a.at, b.at) })
	return m.all
}

func example(m *maker, list string) string {
	columns := one(m, m.lists[list])
	return columns[len(columns)-1]
}

const hour = time.Hour

// persons are people by themselves.
func (m *maker) persons() {
	for at := time.Duration(0); len(m.all) < 700; at += m.gap(40 * time.Second) { // each once, some again, later
		m.come(at, "a person", clicks.Valid, nil)
		if m.IntN(5) == 0 {
			first := m.all[len(m.all)-1]
			name := m.name()
			again := func(v *visited) { v.Visit, v.address, v.Visitor = first.Visit, first.address, name }
			m.come(at+90*time.Second+m.gap(20*time.Minute), "a person who comes back", clicks.Valid, again)
		}
	}
	for _, browser := range m.browsers { // each app and browser, by the redirect and by the beacon
		m.come(time.Duration(m.IntN(86400))*time.Second, "a person, every browser", clicks.Valid, func(v *visited) { v.UserAgent = browser[1] })
		m.come(time.Duration(m.IntN(86400))*time.Second, "a person, every browser", clicks.Valid, func(v *visited) {
			v.UserAgent, v.Beacon, v.Dest = browser[1], true, "empty"
		})
	}
	for range 80 { // a finger taps twice, a page is loaded again
		at, name := time.Duration(m.IntN(86400))*time.Second, m.name()
		m.come(at, "a person", clicks.Valid, func(v *visited) { v.Visitor = name })
		first := m.all[len(m.all)-1]
		m.come(at+time.Duration(200+m.IntN(20000))*time.Millisecond, "a person who taps twice", clicks.Duplicate, func(v *visited) {
			v.Visit, v.address = first.Visit, first.address
		})
	}
	for range 40 { // old browsers say less
		m.come(time.Duration(m.IntN(86400))*time.Second, "a person, an old browser", clicks.Valid, func(v *visited) { v.Dest, v.Referrer = "", "" })
	}
	for range 12 { // a company's traffic comes out of a cloud
		m.come(time.Duration(m.IntN(86400))*time.Second, "a person behind a company's cloud", clicks.Valid, func(v *visited) { v.address = example(m, "networks") })
	}
	for range 6 {
		m.come(time.Duration(m.IntN(86400))*time.Second, "a person whose browser hides what it is", clicks.Valid, func(v *visited) { v.UserAgent = "" })
	}
}

// shared are people of whom many have one address.
func (m *maker) shared() {
	const office = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.70"
	const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1.1 Mobile/15E148 Safari/604.1"
	for range 120 { // somebody sends the link around
		m.come(9*hour+m.gap(5*time.Minute), "an office behind one address", clicks.Valid, func(v *visited) {
			v.address, v.UserAgent, v.Link = "193.5.216.100", office, "link_1"
		})
	}
	for range 250 { // a story is posted
		m.come(18*hour+m.gap(8*time.Minute), "telephones behind a carrier's address", clicks.Valid, func(v *visited) {
			v.address, v.UserAgent, v.Link = "213.55.176.12", iphone, "link_2"
		})
	}
	for range 110 { // a teacher says: now
		m.come(14*hour+time.Duration(m.IntN(20_000))*time.Millisecond, "a hall that clicks within seconds", clicks.Valid, func(v *visited) {
			v.address, v.UserAgent, v.Link = "129.132.19.216", iphone, "link_3"
		})
	}
}

// programs say what they are, or are of what says it.
func (m *maker) programs() {
	day := func() time.Duration { return time.Duration(m.IntN(86400)) * time.Second }
	for range 150 {
		m.come(day(), "a preview where a link is shared", clicks.LinkPreview, func(v *visited) { v.UserAgent, v.Dest, v.Referrer = example(m, "previews"), "", "" })
		m.come(day(), "a crawler", clicks.DeclaredBot, func(v *visited) { v.UserAgent, v.Dest, v.Referrer = example(m, "crawlers"), "", "" })
		m.come(day(), "an HTTP library", clicks.HTTPLibrary, func(v *visited) { v.UserAgent, v.Dest, v.Referrer = example(m, "libraries"), "", "" })
		m.come(day(), "a browser in a data centre", clicks.DataCentre, func(v *visited) { v.address = example(m, "networks") })
	}
	for n := range 20 { // what no list has
		m.come(day(), "a preview that is not listed", clicks.LinkPreview, func(v *visited) { v.UserAgent = fmt.Sprintf("Mozilla/5.0 (compatible; Unfurl%c/1.0)", 'A'+n) })
		m.come(day(), "a crawler that is not listed", clicks.DeclaredBot, func(v *visited) {
			v.UserAgent = fmt.Sprintf("Mozilla/5.0 (compatible; Quaero%c/0.%d; +https://quaero.example/%s)", 'A'+n, n, one(m, []string{"bot", "about"}))
		})
		m.come(day(), "a library that calls itself otherwise", clicks.HTTPLibrary, func(v *visited) { v.UserAgent = fmt.Sprintf("fetcher-%d/2.0 (internal)", n) })
		m.come(day(), "a program that calls itself something", clicks.NotBrowser, func(v *visited) { v.UserAgent = fmt.Sprintf("LinkThing%d/1.%d (beta)", n, n) })
		m.come(day(), "a browser at a hoster that is not listed", clicks.DataCentre, func(v *visited) { v.address = fmt.Sprintf("185.243.%d.7", n) })
	}
	for range 60 {
		m.come(day(), "a program that says nothing", clicks.NoAgent, func(v *visited) { v.UserAgent = one(m, []string{"", "-", "Mozilla", "test"}) })
		m.come(day(), "a browser that loads ahead", clicks.Prefetch, func(v *visited) {
			v.Purpose = one(m, []string{"prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"})
		})
		m.come(day(), "a checker that asks for the address", clicks.Head, func(v *visited) { v.Head = true })
		m.come(day(), "a visit that was bought", clicks.BadReferrer, func(v *visited) { v.Referrer = example(m, "referrers") })
	}
}

// frauds mean to be paid.
func (m *maker) frauds() {
	for range 120 { // a page with many links in frames and pictures of no size
		m.come(m.gap(6*hour), "a stuffer in frames", clicks.Embedded, func(v *visited) { v.Dest = one(m, []string{"iframe", "image", "script", "empty"}) })
	}
	for range 40 { // a window behind the window
		m.come(m.gap(6*hour), "a stuffer in windows", hidden, nil)
	}
	flood := m.home()
	for n := range 200 { // a loop, which keeps no cookie
		m.come(3*hour+time.Duration(n)*100*time.Millisecond, "a flooder with one agent", clicks.SourceBusy, func(v *visited) {
			v.address, v.Link, v.UserAgent = flood, "link_5", chrome
		})
	}
	turning := m.home()
	for n := range 500 { // a loop that says to be another each time
		m.come(4*hour+time.Duration(n)*50*time.Millisecond, "a flooder with many agents", clicks.AddressBusy, func(v *visited) {
			v.address, v.UserAgent = turning, fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; rv:%d.0) Gecko/20100101 Firefox/%d.0", 40+n, 40+n)
		})
	}
	for range 40 { // a click that is made where an order is about to be
		m.come(m.gap(8*hour), "an injector", hidden, nil)
		m.come(m.gap(8*hour), "a coupon extension at the checkout", hidden, nil)
		m.come(m.gap(8*hour), "a farm of telephones", hidden, nil)
	}
}
