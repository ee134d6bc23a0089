package main

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// notes are written by hand, one file for each figure: what limits it, and what was tried. They are put
// under their figure, so that taking the figures again does not lose them.
//
//go:embed notes/*.md
var notes embed.FS

//go:embed sql/*.sql
var scripts embed.FS

// script gives an embedded file. A name that is not there is a mistake of ours.
func script(name string) string {
	text, err := scripts.ReadFile("sql/" + name)
	if err != nil {
		panic("bench: " + err.Error())
	}
	return string(text)
}

const heading = "# Benchmarks\n\n" +
	"What the library does beside what PostgreSQL does bare. `make bench` takes every figure and rewrites this page; the\n" +
	"words under *What limits it* are kept in `testkit/bench/notes`. Nothing fails because a figure is missed.\n\n" +
	"A rate is the median of its rounds, with the least and the most. Times are those of single calls, over all rounds.\n" +
	"A baseline is a script of pgbench, prepared once per connection and sent again and again. CPU is that of all processes\n" +
	"of the server, and of whoever calls: pgbench, or our process with the load generator in it. A baseline has a\n" +
	"connection for each caller; ours has the 16 of the adapter's default.\n\n"

// render writes the page.
func render(machine []fact, all []taken, hand fs.FS) string {
	var page strings.Builder
	page.WriteString(heading + row("", "") + row("---", "---"))
	for _, f := range machine {
		page.WriteString(row(f.name, f.value))
	}
	page.WriteString("\n## In short\n\n" + row("", "figure", "ours", "target", "measured", "") + row("--:", "---", "--:", "---", "--:", "---"))
	for _, t := range all {
		for _, a := range t.answers {
			page.WriteString(summary(t.figure, a))
		}
	}
	for _, t := range all {
		page.WriteString(section(t, hand))
	}
	return page.String()
}

// summary is a part in a line for each of its targets.
func summary(f figure, a answer) string {
	name := f.title
	if a.part.title != "" {
		name += ": " + a.part.title
	}
	var lines string
	for _, v := range a.verdicts {
		word := v.word
		if word == "MISSED" {
			word = "**MISSED**"
		}
		ours := a.outcomes[slices.IndexFunc(a.outcomes, func(o outcome) bool { return o.name == v.goal.ours })]
		lines += row(fmt.Sprint(f.number), name, count(ours.rate())+" "+a.part.unit+"/s", v.goal.text, v.value, word)
	}
	return lines
}

// noteOf names the file of what was written by hand.
func noteOf(figure int) string { return fmt.Sprintf("notes/%d.md", figure) }

// section is a figure with everything that was measured.
func section(t taken, hand fs.FS) string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n## %d. %s\n\n%s\n", t.figure.number, t.figure.title, t.figure.about)
	for _, a := range t.answers {
		if a.part.title != "" {
			text.WriteString("\n### " + a.part.title + "\n")
		}
		text.WriteString("\n" + table(a))
		for _, v := range a.verdicts {
			line := fmt.Sprintf("- %s: %s", v.goal.text, v.value)
			if v.word != "" {
				line += ", **" + v.word + "**"
			}
			text.WriteString(line + "\n")
		}
		fmt.Fprintf(&text, "- memory: our process %s at its highest; the server's processes %s of their own and %s shared\n",
			size(a.memory.ours), size(a.memory.private), size(a.memory.shared))
	}
	if note, err := fs.ReadFile(hand, noteOf(t.figure.number)); err == nil {
		text.WriteString("\n**What limits it.** " + strings.TrimSpace(string(note)) + "\n")
	}
	return text.String()
}

func table(a answer) string {
	text := row("", a.part.unit+" per second", "p50", "p95", "p99", "server CPU per call", "caller CPU per call") +
		row("---", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, o := range a.outcomes {
		text += row(o.name, span(o), duration(o.wait(50)), duration(o.wait(95)), duration(o.wait(99)), duration(o.server), duration(o.client))
	}
	return text + "\n"
}
