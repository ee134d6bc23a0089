package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// seen is one statement that the server carried out, as its log shows it.
type seen struct {
	text   string
	plan   string
	within string // the function of the schema that it stands in, foreignKey, or nothing
	method string // of the port that sent it, or that called what it stands in
	calls  int
}

// foreignKey is where a statement stands that PostgreSQL itself sends.
const foreignKey = "a foreign key"

// logged is what we read of a line of the server's log.
type logged struct {
	Pid     int    `json:"pid"`
	Message string `json:"message"`
	Context string `json:"context"`
}

var (
	inFunction = regexp.MustCompile(`(?m)^(?:PL/pgSQL function (\w+)\(|SQL function "(\w+)")`)
	costs      = regexp.MustCompile(`  \(cost=[^)]*\)`)
)

// readLog gives the statements of a log in the order in which they ended: what stands in a function comes
// before the statement that called it.
func readLog(log string) ([]seen, error) {
	var all []seen
	for line := range strings.Lines(log) {
		var l logged
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return nil, fmt.Errorf("the server's log: %w", err)
		}
		if s, ok := l.statement(); ok {
			all = append(all, s)
		}
	}
	return all, nil
}

// statement reads what auto_explain writes: the text, and then the plan, whose lines carry costs.
func (l logged) statement() (seen, bool) {
	_, rest, ok := strings.Cut(l.Message, "plan:\nQuery Text: ")
	if !ok {
		return seen{}, false
	}
	lines := strings.Split(rest, "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "  (cost=") })
	if at < 0 {
		return seen{}, false
	}
	s := seen{
		text: dedent(strings.Join(lines[:at], "\n")), calls: 1,
		plan: strings.TrimRight(costs.ReplaceAllString(strings.Join(lines[at:], "\n"), ""), "\n"),
	}
	switch found := inFunction.FindStringSubmatch(l.Context); {
	case strings.HasPrefix(l.Context, `SQL statement "SELECT 1 FROM ONLY `):
		s.within = foreignKey
	case found != nil:
		s.within = found[1] + found[2]
	}
	return s, true
}

// dedent takes away what every line but the first begins with.
func dedent(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	least := -1
	for _, line := range lines[1:] {
		if tabs := len(line) - len(strings.TrimLeft(line, "\t")); strings.TrimSpace(line) != "" && (least < 0 || tabs < least) {
			least = tabs
		}
	}
	for i, line := range lines[1:] {
		lines[i+1] = strings.TrimRight(strings.TrimPrefix(line, strings.Repeat("\t", max(least, 0))), " \t")
	}
	return strings.Join(lines, "\n")
}

// attribute gives each statement the port's method: those in a function belong to the statement that comes
// after them, which called it.
func attribute(all []seen, methods map[string]string) {
	for i := range all {
		if all[i].within == "" {
			all[i].method = methods[all[i].text]
			continue
		}
		for _, later := range all[i:] {
			if later.within == "" {
				all[i].method = methods[later.text]
				break
			}
		}
	}
}

// hottest counts equal statements together and puts those that were carried out most often first.
func hottest(all []seen) []seen {
	byText := map[string]*seen{}
	var merged []*seen
	for _, s := range all {
		same := s.within + "\x00" + s.text
		if first, ok := byText[same]; ok {
			first.calls++
			if !strings.Contains(first.method, s.method) {
				first.method += ", " + s.method
			}
			if first.plan != s.plan && (readsWhole(s.plan) != nil || comparesAll(s.plan)) {
				first.plan = s.plan // the worst of them is the one to look at
			}
			continue
		}
		byText[same] = &s
		merged = append(merged, &s)
	}
	slices.SortStableFunc(merged, func(a, b *seen) int {
		return cmp.Or(cmp.Compare(b.calls, a.calls), cmp.Compare(a.text, b.text))
	})
	sorted := make([]seen, len(merged))
	for i, s := range merged {
		sorted[i] = *s
	}
	return sorted
}

// short are the tables that do not grow, or by twelve rows a year: reading all of one is reading a few.
var short = []string{"assessments", "deposit_cursor", "goose_db_version"}

var (
	wholeTable = regexp.MustCompile(`Seq Scan on (\w+)`)
	wholeIndex = regexp.MustCompile(`Index (?:Only )?Scan (?:Backward )?using (\w+) on (\w+)`)
)

// queues are the indexes of a part of a table that waits for something: reading all of one is reading that.
var queues = []string{"alerts_open", "attempts_live", "commissions_due", "commissions_queue"}

// readsWhole names the growing tables that a plan reads from end to end: in their own order, or in that of
// an index of which it asks nothing. To begin at an end of an index and to stop at a limit is no such thing.
func readsWhole(plan string) []string {
	var tables []string
	lines := strings.Split(plan, "\n")
	for i, line := range lines {
		table := ""
		if found := wholeTable.FindStringSubmatch(line); found != nil {
			table = found[1]
		}
		found := wholeIndex.FindStringSubmatch(line)
		if found != nil && !slices.Contains(queues, found[1]) && !asks(lines[i+1:]) && !limited(lines[:i], depth(line)) {
			table = found[2]
		}
		if table != "" && !slices.Contains(short, table) && !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	return tables
}

// isNode reports a line on which a part of a plan begins, below its first.
func isNode(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "->  ") }

func depth(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// asks reports whether the lines after a node, down to the next one, hold a condition on its index.
func asks(after []string) bool {
	for _, line := range after {
		if isNode(line) {
			return false
		}
		if strings.HasPrefix(strings.TrimSpace(line), "Index Cond:") {
			return true
		}
	}
	return false
}

// limited reports whether a node stands right below a limit, or below the lock of what a limit lets through.
func limited(before []string, deep int) bool {
	for _, line := range slices.Backward(before) {
		if depth(line) >= deep || !isNode(line) && depth(line) > 0 {
			continue
		}
		switch name := strings.TrimPrefix(strings.TrimSpace(line), "->  "); {
		case strings.HasPrefix(name, "Limit"):
			return true
		case !strings.HasPrefix(name, "LockRows"):
			return false
		}
		deep = depth(line)
	}
	return false
}

var (
	nestedLoop = regexp.MustCompile(`Nested Loop[^\n]*\n\s*Join Filter: (.*)`)
	equality   = regexp.MustCompile(`[\w)] = \(?\w`)
)

// comparesAll reports that a plan compares each row of one side with each of the other to find equal ones, which costs the
// product of both. It is planned so where few are expected, however many come.
func comparesAll(plan string) bool {
	return slices.ContainsFunc(nestedLoop.FindAllStringSubmatch(plan, -1), func(found []string) bool { return equality.MatchString(found[1]) })
}

// faults says which statements read a whole table that grows, or compare all with all.
func faults(all []seen) []string {
	var bad []string
	for _, s := range all {
		if comparesAll(s.plan) {
			bad = append(bad, fmt.Sprintf("%s compares all with all:\n%s\n%s", s.name(), s.text, s.plan))
		}
		for _, table := range readsWhole(s.plan) {
			bad = append(bad, fmt.Sprintf("%s reads all of %s:\n%s\n%s", s.name(), table, s.text, s.plan))
		}
	}
	return bad
}

// name says who sends a statement.
func (s seen) name() string {
	switch s.within {
	case "":
		return s.method
	case foreignKey:
		return s.method + ", for a foreign key"
	}
	return s.method + ", in " + s.within
}
