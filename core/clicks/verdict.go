package clicks

// Version is that of the rules in this package and of the lists beside it: what judges clicks from now on. A change of
// either that judges the same visit otherwise is a new version.
const Version = 1

// Verdict is what a click is worth: Valid, or in a word why it earns nobody anything. Clicks are kept with it, so that
// a word is never used for another reason.
type Verdict string

// The verdicts, closed, in the order in which the pipeline asks. docs/click-rules.md says what each is about.
const (
	// LinkOff: the link was withdrawn or has expired.
	LinkOff Verdict = "link_off"
	// ProgramOff: the program was closed.
	ProgramOff Verdict = "program_off"
	// Head: the address was asked for and not what stands there.
	Head Verdict = "head"
	// Prefetch: the browser loads ahead what somebody may open, or may not.
	Prefetch Verdict = "prefetch"
	// Embedded: the link was loaded as a part of another page and not opened.
	Embedded Verdict = "embedded"
	// NoAgent: the visitor does not say what it is, or says too little.
	NoAgent Verdict = "no_agent"
	// LinkPreview: a program that draws a picture of the link where somebody shares it.
	LinkPreview Verdict = "link_preview"
	// DeclaredBot: a crawler, a monitor or a remote-controlled browser that says so.
	DeclaredBot Verdict = "declared_bot"
	// HTTPLibrary: a library that programs make calls with.
	HTTPLibrary Verdict = "http_library"
	// NotBrowser: an agent in none of the lists that does not introduce itself as browsers do.
	NotBrowser Verdict = "not_browser"
	// DataCentre: the address is of a network where servers stand.
	DataCentre Verdict = "data_centre"
	// BadReferrer: the visitor comes from a site that sells visits.
	BadReferrer Verdict = "bad_referrer"
	// SourceBusy: too many clicks on one link by one agent from one address.
	SourceBusy Verdict = "source_busy"
	// AddressBusy: too many clicks from one address.
	AddressBusy Verdict = "address_busy"
	// LinkBusy: too many clicks on one link.
	LinkBusy Verdict = "link_busy"
	// Duplicate: the visitor clicked the same link a moment ago.
	Duplicate Verdict = "duplicate"
	// Unrated: a rule could not decide.
	Unrated Verdict = "unrated"
	// Valid is the only one under which a click counts.
	Valid Verdict = "valid"
)

// Verdicts lists every verdict, in the order in which the pipeline asks.
func Verdicts() []Verdict {
	all := make([]Verdict, 0, len(pipeline)+2)
	for _, s := range pipeline {
		all = append(all, s.verdict)
	}
	return append(all, Unrated, Valid)
}
