package clicks

import (
	_ "embed"
	"net/netip"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Lists are the texts that rules are compiled from. In each a line is an entry, with tabs between its columns; empty
// lines and those that begin with # say nothing. The first three name tokens of agents: token, where it stands (any,
// or first), source, date, and an agent that has it. Networks are: prefix, source, date, and an address in it.
// Referrers are: host, source, date, and an address on it. A list of one's own is appended to one of these.
type Lists struct {
	Previews  string // agents that draw previews of links
	Crawlers  string // agents that crawl, watch or are driven by programs
	Libraries string // agents that are libraries
	Networks  string // where servers stand
	Referrers string // sites that sell visits
}

// Ours are the lists that this package comes with.
func Ours() Lists { return Lists{previews, crawlers, libraries, servers, sellers} }

//go:embed lists/previews.tsv
var previews string

//go:embed lists/crawlers.tsv
var crawlers string

//go:embed lists/libraries.tsv
var libraries string

//go:embed lists/networks.tsv
var servers string

//go:embed lists/referrers.tsv
var sellers string

// ErrLists means that a list cannot be compiled; its detail says which line of which.
var ErrLists = fault.New(fault.Internal, "click_lists_invalid", "this list of what does not click cannot be read")

// Compile makes rules of lists and a pace. It fails with ErrLists or ErrPace.
func Compile(l Lists, p Pace) (*Rules, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	r := &Rules{agents: map[string]agent{}, referrers: map[string]struct{}{}, pace: p}
	for _, list := range []struct {
		name, text string
		columns    int
		add        func(columns []string) string
	}{
		{"previews", l.Previews, 5, r.agent(LinkPreview)},
		{"crawlers", l.Crawlers, 5, r.agent(DeclaredBot)},
		{"libraries", l.Libraries, 5, r.agent(HTTPLibrary)},
		{"networks", l.Networks, 4, r.network},
		{"referrers", l.Referrers, 4, r.referrer},
	} {
		if err := entries(list.name, list.text, list.columns, list.add); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// entries hands the columns of each entry of a list on, to something that says what is wrong with them.
func entries(name, text string, columns int, add func([]string) string) error {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		wrong := ""
		if len(cells) != columns {
			wrong = "it does not have its columns"
		} else if _, err := time.Parse(time.DateOnly, cells[columns-2]); err != nil || cells[columns-3] == "" || cells[columns-1] == "" {
			wrong = "it lacks its source, its date or what it is shown by"
		} else {
			wrong = add(cells)
		}
		if wrong != "" {
			return ErrLists.Saying("%s, line %d: %s", name, n, wrong)
		}
	}
	return nil
}

// agent takes tokens in that tell one thing of an agent.
func (r *Rules) agent(v Verdict) func([]string) string {
	return func(cells []string) string {
		token, where := cells[0], cells[1]
		var buf [longest]byte
		if read, rest := next(token+" ", &buf); string(read) != token || rest != " " {
			return "that is no token"
		}
		if where != "any" && where != "first" {
			return "a token stands anywhere or first"
		}
		if _, twice := r.agents[token]; twice {
			return "the token is there already"
		}
		r.agents[token] = agent{verdict: v, first: where == "first"}
		return ""
	}
}

func (r *Rules) network(cells []string) string {
	p, err := netip.ParsePrefix(cells[0])
	if err != nil || p != p.Masked() || p.Addr().Is4In6() {
		return "that is no network"
	}
	if !r.networks.add(p) {
		return "it overlaps another"
	}
	return ""
}

func (r *Rules) referrer(cells []string) string {
	var buf [maxHost]byte
	if string(hostOf("http://"+cells[0], &buf)) != cells[0] || !strings.Contains(cells[0], ".") {
		return "that is no host"
	}
	if _, twice := r.referrers[cells[0]]; twice {
		return "the host is there already"
	}
	r.referrers[cells[0]] = struct{}{}
	return ""
}
