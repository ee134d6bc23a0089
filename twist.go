// Package twist is the library: what influencers, fans, merchants and operators can do, as use cases
// over ports.
//
// Other Go services embed it: fill a Config with adapters, call New, and use the fields of Platform. It
// opens nothing, reads no environment, starts no goroutine and depends on ports and core alone. Its
// invariant: every change of stored state, with the ledger entry that explains it, is one unit of work.
package twist

import (
	"errors"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/visitor"
	"github.com/twist-platform/twist/ports"
)

// Config is what the library needs from outside. Every port but Mailer is required; the settings have a usable
// zero where they say so.
type Config struct {
	Store      ports.Store
	Clicks     ports.ClickLog
	Challenges ports.Challenges
	Limiter    ports.Limiter
	Tokens     ports.Tokens
	Chain      ports.Chain
	Signer     ports.Signer
	Clock      ports.Clock
	IDs        ports.IDs
	Random     ports.Random

	// Mailer hands letters over to be delivered. It may be missing: letters wait in the store until there
	// is one.
	Mailer ports.Mailer

	// Site is who asks wallets to sign.
	Site identity.Site
	// Visitors hides the addresses that calls come from in whatever is kept of them. It is required: all that share
	// a Store share it, and keep it across restarts. One that is drawn at each start is for a Store that ends with the
	// process: over a database it would make strangers of all visitors, to the next process and to others beside.
	Visitors visitor.Key
	// Mint is the token that counts as TWIST: arrivals of another are never booked.
	Mint string
	// Epoch is how long a staking epoch lasts; zero means one day.
	Epoch time.Duration
	// Asks limits challenges; zero means the usual limits.
	Asks Asks
	// Fraud are the rules that stakes are judged by; zero means fraud.Canonical.
	Fraud fraud.Rules
	// ClickRules are what clicks are judged by; nil means clicks.Ours at clicks.Canonical.
	ClickRules *clicks.Rules
	// Clicked is told of every visit by a link: with nil once its click is kept, or else with why it was not. It is for
	// figures and must return soon; nil tells nobody.
	Clicked func(attribution.Click, error)
	// Ruled is told of every stake that was reviewed or refused, after that is kept, with what was found: nothing where
	// a block refused that holds already. It is for figures and must return soon; nil tells nobody.
	Ruled func(fraud.Ruling, []fraud.Finding)
	// Terms is the version of the terms that whoever registers accepts; empty means "1".
	Terms string
	// Operators are the wallets whose sessions carry the roles of an operator and of an administrator: from
	// them every other grant comes, and nobody takes theirs.
	Operators []identity.Wallet
}

// ErrConfig means that a Config cannot work; its detail names everything that is missing.
var ErrConfig = fault.New(fault.Internal, "config_incomplete", "the configuration is incomplete")

// Platform is the library, assembled. Its fields are safe for concurrent use.
type Platform struct {
	Identity    *Identity
	Staking     *Staking
	Attribution *Attribution
	Payouts     *Payouts
	Ledger      *Ledger
	Fraud       *Fraud
}

// New assembles a Platform, or names every missing part at once.
func New(c Config) (*Platform, error) {
	if c.Epoch == 0 {
		c.Epoch = 24 * time.Hour
	}
	if c.Asks == (Asks{}) {
		c.Asks = usualAsks()
	}
	if c.Fraud == (fraud.Rules{}) {
		c.Fraud = fraud.Canonical()
	}
	if c.Terms == "" {
		c.Terms = "1"
	}
	if c.Ruled == nil {
		c.Ruled = func(fraud.Ruling, []fraud.Finding) {}
	}
	if c.Clicked == nil {
		c.Clicked = func(attribution.Click, error) {}
	}
	if c.ClickRules == nil {
		var err error
		if c.ClickRules, err = usualRules(); err != nil {
			return nil, err
		}
	}
	if missing := c.missing(); len(missing) > 0 {
		return nil, ErrConfig.Saying("%s", strings.Join(missing, ", "))
	}
	return &Platform{
		Identity:    &Identity{c, newCallers()},
		Staking:     &Staking{c},
		Attribution: &Attribution{c, newRecent[string, lead](mostLinks), newRecent[string, lead](mostOff)},
		Payouts:     &Payouts{c},
		Ledger:      &Ledger{c},
		Fraud:       &Fraud{c},
	}, nil
}

func (c Config) missing() []string {
	var missing []string
	need := func(present bool, name string) {
		if !present {
			missing = append(missing, name)
		}
	}
	need(c.Store != nil, "Store")
	need(c.Clicks != nil, "Clicks")
	need(c.Challenges != nil, "Challenges")
	need(c.Limiter != nil, "Limiter")
	need(c.Tokens != nil, "Tokens")
	need(c.Chain != nil, "Chain")
	need(c.Signer != nil, "Signer")
	need(c.Clock != nil, "Clock")
	need(c.IDs != nil, "IDs")
	need(c.Random != nil, "Random")
	need(c.Asks.ForWallet.Check() == nil && c.Asks.ForAll.Check() == nil, "Asks that can be kept")
	need(c.Fraud.Check() == nil, "Fraud rules that can be judged by")
	need(!c.Visitors.IsZero(), "Visitors, a key of 32 random bytes")
	need(c.Mint != "", "Mint")
	need(c.Epoch > 0, "a positive Epoch")
	if err := c.Site.Check(); err != nil {
		missing = append(missing, "a valid Site ("+err.Error()+")")
	}
	return missing
}

// Caller is who acts: always from a verified token or API key, never from a request.
type Caller struct {
	Account identity.AccountID
	Session identity.SessionID // empty for an API key
	Wallet  identity.Wallet    // the one that opened the session; empty for an API key
	Roles   []identity.Role
	Key     identity.APIKeyID // the API key that calls; empty for a session
	Scopes  []identity.Scope  // what that key may do; nil for a session
}

// inPerson returns identity.ErrScopeMissing for an API key: some things no scope gives. The routes refuse it
// before; this is for those who call the library.
func (c Caller) inPerson() error {
	if c.Key != "" {
		return identity.ErrScopeMissing
	}
	return nil
}

// instead gives the error that stands for another here: what is told to a caller who has proven nothing.
func instead(err, one, other error) error {
	if errors.Is(err, one) {
		return other
	}
	return err
}

// entry builds the ledger entry of a use case. Where nothing outside names the movement, its reference
// is its own id.
func (c Config) entry(kind ledger.Kind, reference string, at time.Time, metadata map[string]string, postings ...ledger.Posting) (ledger.Entry, error) {
	id := ledger.EntryID(c.IDs.New("ent"))
	if reference == "" {
		reference = string(kind) + ":" + string(id)
	}
	return ledger.NewEntry(id, kind, reference, at, postings, metadata)
}
