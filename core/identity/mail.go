package identity

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of a mail.
var (
	ErrMailNotFound = fault.New(fault.NotFound, "mail_not_found", "there is no such mail")
	ErrMailState    = fault.New(fault.Invalid, "mail_state_unknown", "a mail is waiting, sent, parked or dropped")
	ErrLetter       = fault.New(fault.Internal, "letter_invalid", "the letter cannot be sent as it stands")
)

const (
	// MailLease is how long a mail is left to who claimed it. Whoever died on the way is followed then.
	MailLease = 5 * time.Minute
	// MaxMailTries is how often a mail is tried before it is parked.
	MaxMailTries = 8
	// firstMailWait follows the first failure; each later wait is four times as long, to mostMailWait.
	firstMailWait = time.Minute
	mostMailWait  = 6 * time.Hour
)

// MailState says where a mail stands.
type MailState string

// The states of a mail, closed. docs/states.md draws them.
const (
	MailWaiting MailState = "waiting" // to be sent when it is due
	MailSent    MailState = "sent"    // somebody took it who delivers
	MailParked  MailState = "parked"  // refused, or tried as often as may be
	MailDropped MailState = "dropped" // nobody wants it any more
)

// MailStates lists every state.
func MailStates() []MailState { return []MailState{MailWaiting, MailSent, MailParked, MailDropped} }

// Check returns ErrMailState for a state that is not listed.
func (s MailState) Check() error {
	if !slices.Contains(MailStates(), s) {
		return ErrMailState
	}
	return nil
}

// Mail is a letter that is owed to an account, so that its address may be proven. It holds neither the
// address nor the token: the letter is made when it leaves.
type Mail struct {
	ID           MailID
	Account      AccountID
	Verification VerificationID
	State        MailState
	Tries        int       // how often it was claimed
	DueAt        time.Time // when it may be claimed; while it waits
	Fault        string    // the code of what went wrong last
	QueuedAt     time.Time
	ChangedAt    time.Time
}

// QueueMail owes a letter of a verification, from now on.
func QueueMail(id MailID, account AccountID, verification VerificationID, now time.Time) Mail {
	now = now.UTC()
	return Mail{ID: id, Account: account, Verification: verification, State: MailWaiting, DueAt: now, QueuedAt: now, ChangedAt: now}
}

// Due reports that the mail may be claimed.
func (m Mail) Due(now time.Time) bool { return m.State == MailWaiting && !now.Before(m.DueAt) }

// Claim takes a mail that is due for one try and leaves it to its claimer for MailLease. A mail that was
// tried as often as may be, and whose last claimer never came back, is parked. A mail that is not due is
// left alone, and Claim reports that.
func (m Mail) Claim(now time.Time) (Mail, bool) {
	if !m.Due(now) {
		return m, false
	}
	if m.Tries >= MaxMailTries {
		return m.end(MailParked, now), true
	}
	m.Tries++
	m.DueAt, m.ChangedAt = now.UTC().Add(MailLease), now.UTC()
	return m, true
}

// PutOff moves a mail that nobody claimed yet to a later moment: its address has had its share. A mail that is
// not due is left alone.
func (m Mail) PutOff(wait time.Duration, now time.Time) (Mail, bool) {
	if !m.Due(now) || m.Tries > 0 || wait <= 0 {
		return m, false
	}
	m.DueAt, m.ChangedAt = now.UTC().Add(wait), now.UTC()
	return m, true
}

// Sent ends a mail that its try brought out. A try that another one has followed says nothing any more.
func (m Mail) Sent(try int, now time.Time) (Mail, bool) {
	if !m.tried(try) {
		return m, false
	}
	m.Fault = ""
	return m.end(MailSent, now), true
}

// Failed keeps why a try failed, and when the next one is due: never, if the letter was refused for good or
// this was the last try, which parks it.
func (m Mail) Failed(try int, code string, forGood bool, now time.Time) (Mail, bool) {
	if !m.tried(try) {
		return m, false
	}
	m.Fault = code
	if forGood || try >= MaxMailTries {
		return m.end(MailParked, now), true
	}
	wait := firstMailWait
	for range try - 1 {
		wait = min(4*wait, mostMailWait)
	}
	m.DueAt, m.ChangedAt = now.UTC().Add(wait), now.UTC()
	return m, true
}

// Drop ends a mail that nobody wants any more.
func (m Mail) Drop(now time.Time) Mail { return m.end(MailDropped, now) }

func (m Mail) tried(try int) bool { return m.State == MailWaiting && m.Tries == try }

func (m Mail) end(state MailState, now time.Time) Mail {
	m.State, m.ChangedAt = state, now.UTC()
	return m
}

// Letter is the text of a mail as it leaves.
type Letter struct {
	ID      string // of this text: a server that knows it may take the letter for delivered
	To      EmailAddress
	Subject string
	Text    string
}

// The longest the parts of a letter may be, in bytes.
const (
	maxSubject = 200
	maxText    = 10_000
)

// Check returns ErrLetter unless the letter can be sent as it stands: a name, a good address, a subject of
// one line, a text.
func (l Letter) Check() error {
	switch _, err := ParseEmail(string(l.To)); {
	case err != nil:
		return ErrLetter.Saying("the address")
	case !within(l.ID, inID+".", maxSubject):
		return ErrLetter.Saying("id %q", l.ID)
	case l.Subject == "" || len(l.Subject) > maxSubject || !utf8.ValidString(l.Subject) || strings.ContainsFunc(l.Subject, disturbs):
		return ErrLetter.Saying("the subject")
	case l.Text == "" || len(l.Text) > maxText || !utf8.ValidString(l.Text) || strings.ContainsFunc(l.Text, disturbsLines):
		return ErrLetter.Saying("the text")
	}
	return nil
}
