package clicks

// minAgent is how many bytes an agent has at least: fewer say nothing.
const minAgent = 10

// maxAgent is how many bytes of an agent are read.
const maxAgent = 2048

// agent is what a token in an agent tells of it.
type agent struct {
	verdict Verdict
	first   bool // only as the token that the agent begins with: elsewhere browsers have it too
}

// says gives what an agent says that it is: of several things the one that the pipeline asks first. Empty is none.
func (r *Rules) says(text string) Verdict {
	var found Verdict
	var buf [longest]byte
	first := true
	for text = text[:min(len(text), maxAgent)]; text != ""; {
		var token []byte
		token, text = next(text, &buf)
		if len(token) == 0 {
			continue
		}
		if a, ok := r.agents[string(token)]; ok && (first || !a.first) && (found == "" || before(a.verdict, found)) {
			found = a.verdict
		}
		first = false
	}
	return found
}

// browses reports an agent that introduces itself as a browser.
func browses(text string) bool {
	var buf [longest]byte
	token, _ := next(text[:min(len(text), maxAgent)], &buf)
	switch string(token) {
	case "mozilla", "opera", "ucweb":
		return true
	}
	return false
}

// longest is how many bytes a token of a list has at most.
const longest = 64

// next cuts the next token off a text: letters, digits and the marks that stand within names, in lower case. It is
// empty before what separates tokens, and for one that is longer than any in a list.
func next(text string, buf *[longest]byte) (token []byte, rest string) {
	n := 0
	for n < len(text) && within(text[n]) {
		if n < len(buf) {
			buf[n] = lower(text[n])
		}
		n++
	}
	if n == 0 {
		return nil, text[1:]
	}
	if n > len(buf) {
		return nil, text[n:]
	}
	return buf[:n], text[n:]
}

// within reports a byte that a token may hold.
func within(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c >= 0x80
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// before reports that the pipeline asks for one verdict of an agent before it asks for another.
func before(a, b Verdict) bool { return rank(a) < rank(b) }

func rank(v Verdict) int {
	switch v {
	case LinkPreview:
		return 0
	case DeclaredBot:
		return 1
	default:
		return 2
	}
}

// ahead reports a purpose of loading before anybody opens anything.
func ahead(purpose string) bool {
	var buf [longest]byte
	for purpose = purpose[:min(len(purpose), maxAgent)]; purpose != ""; {
		var token []byte
		token, purpose = next(purpose, &buf)
		switch string(token) {
		case "prefetch", "prerender", "preview":
			return true
		}
	}
	return false
}

// opened reports what a browser makes a page of that somebody sees. Browsers that do not say are old.
func opened(dest string) bool { return dest == "" || dest == "document" }
