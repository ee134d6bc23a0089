// Package browser opens pages in a real Chromium, for tests of what people see.
//
// scripts/test.sh installs one where none is; a test that finds none fails and says so. Its invariant: what
// the browser complained of while a page was open is told, and so is everything that the page asked for.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a browser may take for all that one test asks of it.
const patience = 2 * time.Minute

// Page is one tab of a browser of its own.
type Page struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // chromedp hands the browser around in it

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// Open starts a browser without a window, which ends with the test.
func Open(t testing.TB) *Page {
	t.Helper()
	program := find()
	if program == "" {
		t.Fatal("browser: no Chromium on this machine: run scripts/packages.sh chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-dev-shm-usage", true))
	if os.Getuid() == 0 { // as root its own walls do not stand, and what it opens here is ours
		options = append(options, chromedp.NoSandbox)
	}
	ctx, late := context.WithTimeout(t.Context(), patience)
	ctx, ended := chromedp.NewExecAllocator(ctx, options...)
	ctx, closed := chromedp.NewContext(ctx)
	t.Cleanup(func() { closed(); ended(); late() })
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("browser: %v", err)
	}
	return p
}

// find gives the program, under the name that the distributions have for it.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// hear keeps what the browser tells.
func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.complaints = append(p.complaints, fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			p.complaints = append(p.complaints, fmt.Sprintf("console: %v", e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.complaints = append(p.complaints, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	}
}

// Visit opens an address and waits until the JavaScript expression is true there.
func (p *Page) Visit(address, until string) {
	p.t.Helper()
	run(p, "visit "+address, chromedp.Navigate(address))
	p.wait(until)
}

// Texts gives the text of every element that a CSS selector finds, in the order of the page.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	return run(p, "read "+selector, chromedp.Evaluate[[]string](fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.textContent)`, selector)))
}

// Click clicks the first element that a CSS selector finds, and waits until the JavaScript expression is true.
func (p *Page) Click(selector, until string) {
	p.t.Helper()
	run(p, "click "+selector, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q).click() ?? true`, selector)))
	p.wait(until)
}

// wait returns once an expression is true, which is looked at whenever the page changes. It is evaluated by the
// browser's own hand: a page that forbids eval does not hear of it.
func (p *Page) wait(until string) {
	p.t.Helper()
	run(p, "wait for "+until, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise(done => {
		const look = () => { if (%s) { watch.disconnect(); done(true) } };
		const watch = new MutationObserver(look);
		watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		look();
	})`, until), chromedp.EvalAwaitPromise))
}

// Complaints gives what the browser complained of so far: errors and warnings of scripts, of loading, and of
// what a policy forbade.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.complaints)
}

// Requests gives the address of everything that was asked for so far.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// run asks the browser for something.
func run[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	got, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatalf("browser: %s: %v; it complained of %q", what, err, p.Complaints())
	}
	return got
}
