package main

import (
	"fmt"
	"regexp"
	"strings"
)

// top is how many statements the page has.
const top = 10

const plansHeading = "# Query plans\n\n" +
	"The ten statements with a choice to make that the PostgreSQL adapter has carried out most often in a mix of calls, and\n" +
	"how the server does it. Those inside the schema's functions are among them. Left out are statements that read no table:\n" +
	"a row that is inserted as it comes, a call of a function.\n\n" +
	"`make plans` fills a database (1,000,000 accounts, 100,000 pools, 1,000,000 positions, 200,000 entries, 100,000 rows of\n" +
	"nearly everything else), sends the mix (`testkit/bench/mix.go`), lets the server log every plan, and rewrites this page.\n" +
	"Plans are the generic ones, which know no argument. Most of what else the adapter can send is carried out once too, and\n" +
	"what is not stands at the end: the command fails when any statement reads all of a table that grows, or all of an index\n" +
	"of one, or finds equal rows by comparing all with all. Of %d different ones none does.\n\n"

// unseen says of which methods no statement was looked at.
func unseen(methods []string) string {
	if len(methods) == 0 {
		return ""
	}
	page := fmt.Sprintf("\n## What is not looked at\n\nThese %d methods of the store's ports sent nothing here:\n\n", len(methods))
	port := ""
	for _, name := range methods {
		of, method, _ := strings.Cut(name, ".")
		switch {
		case of == port:
			page += ", `" + method + "`"
		case port == "":
			page += "- `" + of + "`: `" + method + "`"
		default:
			page += "\n- `" + of + "`: `" + method + "`"
		}
		port = of
	}
	return page + "\n"
}

var readsTable = regexp.MustCompile(`Scan using \w+ on \w+|(?:Seq|Heap|Tid) Scan on \w+`)

// renderPlans writes the page.
func renderPlans(hot []seen, different int, silent []string) string {
	var list, sections strings.Builder
	n := 0
	for _, s := range hot {
		if s.within == foreignKey || !readsTable.MatchString(s.plan) || n == top {
			continue
		}
		n++
		list.WriteString(row(fmt.Sprint(n), s.title(), count(float64(s.calls)), strings.Join(indexes(s.plan), ", ")))
		fmt.Fprintf(&sections, "\n## %d. %s\n\n```sql\n%s\n```\n\n```\n%s\n```\n", n, s.title(), s.text, s.plan)
	}
	return fmt.Sprintf(plansHeading, different) + row("", "sent by", "times in the mix", "indexes") + row("--:", "---", "--:", "---") +
		list.String() + sections.String() + unseen(silent)
}

// title is the name with the words of code marked.
func (s seen) title() string {
	method := "`" + strings.ReplaceAll(s.method, ", ", "`, `") + "`"
	if s.within == "" {
		return method
	}
	return method + ", in `" + s.within + "`"
}

var usesIndex = regexp.MustCompile(`Scan using (\w+)|Bitmap Index Scan on (\w+)`)

// indexes names those that a plan uses.
func indexes(plan string) []string {
	var names []string
	for _, found := range usesIndex.FindAllStringSubmatch(plan, -1) {
		name := "`" + found[1] + found[2] + "`"
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
