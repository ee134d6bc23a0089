package identity

import "time"

// Purpose is what an answered challenge is good for. An answer serves no other purpose than its own.
type Purpose string

// The purposes, closed.
const (
	SignIn Purpose = "sign_in" // opens a session
	Link   Purpose = "link"    // adds a wallet to an account
	StepUp Purpose = "step_up" // agrees to one act of an account, which the text states in full
)

// Ask is what a wallet is asked for: on whose behalf, and in which words. The words are signed, so they
// name whatever an answer could be misused for.
type Ask struct {
	Purpose   Purpose
	Account   AccountID // who asks; nobody is known yet who asks to sign in
	Subject   string    // the id of what an answer will make, where it is known before
	Statement string    // one line in the characters of the sign-in grammar
}

// AskSignIn asks to open a session.
func AskSignIn(site Site) Ask { return Ask{Purpose: SignIn, Statement: site.Statement} }

// AskLink asks a wallet to join an account. The text names the account: whoever is talked into signing for
// somebody else's is shown whose it is.
func AskLink(account AccountID) Ask {
	return Ask{
		Purpose: Link, Account: account,
		Statement: "Link this wallet to account " + string(account) + " of TWIST. Whoever signs in with it acts for that account. " +
			"Do not sign if that account is not yours.",
	}
}

// AskStepUp asks a wallet of the account to agree to the intent, word for word. The subject is the id of
// what the intent becomes.
func AskStepUp(account AccountID, subject, intent string) Ask {
	return Ask{Purpose: StepUp, Account: account, Subject: subject, Statement: intent}
}

// check returns ErrChallengeMalformed unless the ask is whole: a purpose of the list, a statement that can
// be signed, and an account that it names wherever an answer is an account's business.
func (a Ask) check() error {
	const maxID = 64
	switch bound := a.Purpose != SignIn; {
	case a.Purpose != SignIn && a.Purpose != Link && a.Purpose != StepUp:
		return ErrChallengeMalformed.Saying("purpose %q", string(a.Purpose))
	case !within(a.Statement, inSentence, maxStatement):
		return ErrChallengeMalformed.Saying("statement %q", a.Statement)
	case bound != within(string(a.Account), inID, maxID):
		return ErrChallengeMalformed.Saying("%s for account %q", a.Purpose, string(a.Account))
	case (a.Purpose == StepUp) != within(a.Subject, inID, maxID):
		return ErrChallengeMalformed.Saying("%s of %q", a.Purpose, a.Subject)
	}
	return nil
}

// Serves returns nil when the challenge was issued for exactly this. Issued for another purpose or account
// it is ErrChallengeUnknown, as if it were not there; in other words, of another subject, it is
// ErrChallengeMismatch.
func (c Challenge) Serves(ask Ask) error {
	if c.Purpose != ask.Purpose || c.Account != ask.Account {
		return ErrChallengeUnknown
	}
	if c.Statement != ask.Statement || c.Subject != ask.Subject {
		return ErrChallengeMismatch
	}
	return nil
}

// Assent is what is kept of an answered challenge that opened no session: that it was spent. At most one
// assent names a challenge, for ever: what it allowed happens once, whatever a cache of challenges gives
// out again.
type Assent struct {
	Challenge ChallengeID
	Purpose   Purpose
	Account   AccountID
	At        time.Time
}

// Assent is what to keep of the challenge once it was answered.
func (c Challenge) Assent(now time.Time) Assent {
	return Assent{Challenge: c.ID, Purpose: c.Purpose, Account: c.Account, At: now.UTC()}
}
