package siws

import "strings"

// MaxSize is how many bytes of a text or an envelope are looked at; what is longer is neither read nor
// written.
const MaxSize = 2048

// Message is a sign-in text, taken apart. Every part but domain and address may be missing: it is empty
// then, or nil where the grammar lets what is there be empty. A moment stays as it is written, because one
// moment has many spellings.
type Message struct {
	Domain         string // who asks: a host, or host:port
	Address        string // whose signature is wanted
	Statement      string // what signing means, on one line
	URI            string
	Version        string
	ChainID        string
	Nonce          string
	IssuedAt       string
	ExpirationTime string
	NotBefore      string
	RequestID      *string
	Resources      []string
}

// The words of the text that never vary.
const (
	opening   = " wants you to sign in with your Solana account:"
	resources = "Resources:"
	bullet    = "- "
)

// Parse reads a text. Each fault of this package but those of an envelope is one reason why it is none.
func Parse(text string) (Message, error) {
	if len(text) > MaxSize {
		return Message{}, ErrSize
	}
	if strings.HasSuffix(text, "\n") {
		return Message{}, ErrLayout
	}
	lines := strings.Split(text, "\n")
	domain, ok := strings.CutSuffix(lines[0], opening)
	if !ok {
		return Message{}, ErrOpening
	}
	if len(lines) == 1 {
		return Message{}, ErrAddress
	}
	m := Message{Domain: domain, Address: lines[1]}
	rest, err := m.readStatement(lines[2:])
	if err == nil {
		err = m.readFields(rest)
	}
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return Message{}, err
	}
	return m, nil
}

// readStatement reads the lines between address and fields, and gives those of the fields.
func (m *Message) readStatement(lines []string) ([]string, error) {
	lines, err := part(lines)
	if err != nil || len(lines) == 0 || labelled(lines[0]) {
		return lines, err
	}
	if lines[0] == "" {
		return nil, ErrLayout
	}
	m.Statement = lines[0]
	return part(lines[1:])
}

// part leaves out the empty line that separates a part of the text from the one before it.
func part(lines []string) ([]string, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	if lines[0] != "" || len(lines) == 1 {
		return nil, ErrLayout
	}
	return lines[1:], nil
}

// readFields reads the fields, each on its line, and the resources, which end the text.
func (m *Message) readFields(lines []string) error {
	last := -1
	for i, line := range lines {
		if line == resources {
			return m.readResources(lines[i+1:])
		}
		n, f := fieldOf(line)
		switch {
		case n < 0:
			return ErrField
		case f.value(m) != nil:
			return ErrRepeated
		case n < last:
			return ErrOrder
		}
		text := line[len(f.label):]
		if !f.fits(text) { // at once: what is there and empty must not pass for missing
			return f.fault
		}
		f.keep(m, text)
		last = n
	}
	return nil
}

func (m *Message) readResources(lines []string) error {
	m.Resources = make([]string, 0, len(lines))
	for _, line := range lines {
		resource, ok := strings.CutPrefix(line, bullet)
		if !ok {
			return ErrResources
		}
		m.Resources = append(m.Resources, resource)
	}
	return nil
}

// check holds every part that is there to its rule.
func (m *Message) check() error {
	switch {
	case !domain(m.Domain):
		return ErrDomain
	case !address(m.Address):
		return ErrAddress
	case m.Statement != "" && !statement(m.Statement):
		return ErrStatement
	}
	for _, f := range fields {
		if text := f.value(m); text != nil && !f.fits(*text) {
			return f.fault
		}
	}
	for _, resource := range m.Resources {
		if !uri(resource) {
			return ErrResources
		}
	}
	return nil
}

// Render writes the text, of which Parse gives the message again. A part that breaks its rule is that
// part's fault, and too many of them are ErrSize.
func (m Message) Render() (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	lines := []string{m.Domain + opening, m.Address}
	if m.Statement != "" {
		lines = append(lines, "", m.Statement)
	}
	if written := m.lines(); len(written) > 0 {
		lines = append(append(lines, ""), written...)
	}
	text := strings.Join(lines, "\n")
	if len(text) > MaxSize {
		return "", ErrSize
	}
	return text, nil
}

// lines writes the fields and the resources that are there.
func (m *Message) lines() []string {
	var lines []string
	for _, f := range fields {
		if text := f.value(m); text != nil {
			lines = append(lines, f.label+*text)
		}
	}
	if m.Resources != nil {
		lines = append(lines, resources)
	}
	for _, resource := range m.Resources {
		lines = append(lines, bullet+resource)
	}
	return lines
}
