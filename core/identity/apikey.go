package identity

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// The numbers of an API key.
const (
	// MaxAPIKeys is how many keys of one account may be alive at once.
	MaxAPIKeys = 20
	// APIKeyLife is how long a key lives that does not ask for less or more, and MaxAPIKeyLife the longest.
	APIKeyLife    = 90 * 24 * time.Hour
	MaxAPIKeyLife = 365 * 24 * time.Hour
	// APIKeyPerMinute is how often a key may call that does not ask for less or more, and MaxAPIKeyPerMinute
	// the most.
	APIKeyPerMinute    = 600
	MaxAPIKeyPerMinute = 6_000
	// APIKeyEntropy is how many characters of chance the secret of a key has: 256 bits.
	APIKeyEntropy = 43

	maxAPIKeyName = 60
)

// Faults of an API key.
var (
	// ErrAPIKey is every reason for which a text is no key of ours: it tells a forger nothing.
	ErrAPIKey = fault.New(fault.Unauthenticated, "api_key_invalid", "the API key is not valid")
	// ErrAPIKeyEnded answers who has proven a key that expired or was revoked.
	ErrAPIKeyEnded    = fault.New(fault.Unauthenticated, "api_key_ended", "the API key expired or was revoked")
	ErrAPIKeyNotFound = fault.New(fault.NotFound, "api_key_not_found", "there is no such API key")
	ErrAPIKeyTerms    = fault.New(fault.Invalid, "api_key_terms", "an API key cannot be made like that")
	ErrTooManyAPIKeys = fault.New(fault.Conflict, "api_keys_too_many", "the account has as many API keys as it may have: revoke one")
	// ErrScopeMissing means that the call came with an API key, which may not do that.
	ErrScopeMissing = fault.New(fault.Forbidden, "scope_missing", "an API key may not do that without its scope, and some things never")
)

// Scope is what an API key may do on behalf of its account, by area. Scopes add up; none implies another.
type Scope string

// The scopes, closed. There is none for what only a person does: payouts asked for, wallets, sessions, keys
// and roles.
const (
	ScopeAccount     Scope = "account:read"      // reads the account, its balances, stakes and earnings
	ScopeStaking     Scope = "staking:write"     // opens a pool, stakes, takes out and claims
	ScopePrograms    Scope = "programs:write"    // opens programs, reads them, moves their budget
	ScopeLinks       Scope = "links:write"       // makes links
	ScopeConversions Scope = "conversions:write" // reports orders and refunds, and reads them
	ScopePayouts     Scope = "payouts:read"      // reads payouts
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{ScopeAccount, ScopeStaking, ScopePrograms, ScopeLinks, ScopeConversions, ScopePayouts}
}

// APIKeyID names an API key: key_….
type APIKeyID string

// APIKey is what a program calls with on behalf of an account. Its secret is not kept, only the digest.
type APIKey struct {
	ID        APIKeyID
	Account   AccountID
	Name      string // its owner's word for it, one line
	Digest    Digest // of its secret
	Scopes    []Scope
	PerMinute int // how many calls a minute it may make
	MadeAt    time.Time
	ExpiresAt time.Time // the first moment at which it has ended
	RevokedAt time.Time // when it was revoked, for ever; zero while it was not
}

// APIKeyTerms are what an account asks of a new key. Zeros stand for APIKeyPerMinute and APIKeyLife.
type APIKeyTerms struct {
	Name      string
	Scopes    []Scope
	PerMinute int
	Life      time.Duration
}

// MakeAPIKey makes a key of an account from APIKeyEntropy drawn characters, which are its secret, and gives
// the text that a caller presents. Terms that break a rule, among them no scope or one that is not listed,
// are ErrAPIKeyTerms; a draw or an id of another form is internal.
func MakeAPIKey(id APIKeyID, account AccountID, terms APIKeyTerms, drawn string, now time.Time) (APIKey, string, error) {
	if terms.PerMinute == 0 {
		terms.PerMinute = APIKeyPerMinute
	}
	if terms.Life == 0 {
		terms.Life = APIKeyLife
	}
	if err := terms.check(); err != nil {
		return APIKey{}, "", err
	}
	text := apiKeyMark + strings.TrimPrefix(string(id), apiKeyName) + "_" + drawn
	if read, _, err := ParseAPIKey(text); err != nil || read != id {
		return APIKey{}, "", fault.ErrInternal.Saying("an API key cannot be written with this id and draw")
	}
	made := now.UTC()
	key := APIKey{
		ID: id, Account: account, Name: terms.Name, Digest: digestOfAPIKey(drawn), Scopes: scopesInOrder(terms.Scopes),
		PerMinute: terms.PerMinute, MadeAt: made, ExpiresAt: made.Add(terms.Life),
	}
	return key, text, nil
}

func (t APIKeyTerms) check() error {
	known := Scopes()
	unknown := func(s Scope) bool { return !slices.Contains(known, s) }
	switch n := utf8.RuneCountInString(t.Name); {
	case n < 1 || n > maxAPIKeyName || !utf8.ValidString(t.Name) || strings.TrimSpace(t.Name) != t.Name,
		strings.ContainsFunc(t.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return ErrAPIKeyTerms.Saying("its name is 1 to %d characters in one line", maxAPIKeyName)
	case len(t.Scopes) == 0 || slices.ContainsFunc(t.Scopes, unknown):
		return ErrAPIKeyTerms.Saying("its scopes are one or more of %q", known)
	case t.PerMinute < 1 || t.PerMinute > MaxAPIKeyPerMinute:
		return ErrAPIKeyTerms.Saying("it calls 1 to %d times a minute", MaxAPIKeyPerMinute)
	case t.Life < time.Second || t.Life > MaxAPIKeyLife:
		return ErrAPIKeyTerms.Saying("it lives a second to %d days", int(MaxAPIKeyLife/(24*time.Hour)))
	}
	return nil
}

// scopesInOrder gives scopes as Scopes lists them, each once.
func scopesInOrder(asked []Scope) (scopes []Scope) {
	for _, s := range Scopes() {
		if slices.Contains(asked, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// Proven returns ErrAPIKey unless the secret, as ParseAPIKey gave it, is the key's, and ErrAPIKeyEnded for one
// that is no longer alive: only who has the secret is told that there was such a key.
func (k APIKey) Proven(secret Digest, now time.Time) error {
	if !k.Digest.is(secret) {
		return ErrAPIKey
	}
	return k.Alive(now)
}

// Alive returns ErrAPIKeyEnded once the key has expired or was revoked.
func (k APIKey) Alive(now time.Time) error {
	if !k.RevokedAt.IsZero() || !now.Before(k.ExpiresAt) {
		return ErrAPIKeyEnded
	}
	return nil
}

// Revoke ends the key for ever. One that was revoked already stays as it is, and revoked is false.
func (k APIKey) Revoke(now time.Time) (_ APIKey, revoked bool) {
	if !k.RevokedAt.IsZero() {
		return k, false
	}
	k.RevokedAt = now.UTC()
	return k, true
}

// Bare is the key without the digest of its secret: what others than the store may see.
func (k APIKey) Bare() APIKey {
	k.Scopes, k.Digest = slices.Clone(k.Scopes), Digest{}
	return k
}

// RolesOfAPIKey are the roles that a key of the account has: what everybody has and what was granted to it, but
// never those of an operator or an administrator, and nothing that configuration gives to a wallet.
func RolesOfAPIKey(account Account) []Role {
	return slices.DeleteFunc(RolesOf(account, "", nil), func(r Role) bool { return r == RoleOperator || r == RoleAdmin })
}

// The parts of a key's text: a mark by which a person and a program that looks for leaks know it, what
// follows in its id, and its secret.
const (
	apiKeyMark  = "twk_"
	apiKeyName  = "key_"
	apiKeyIDLen = 26
	inAPIKeyID  = lower + "0123456789"
)

// IsAPIKey reports a text that claims to be an API key.
func IsAPIKey(text string) bool { return strings.HasPrefix(text, apiKeyMark) }

// ParseAPIKey reads the text of a key, in its one spelling: which key it names, and the digest of its secret.
// Any other text is ErrAPIKey.
func ParseAPIKey(text string) (APIKeyID, Digest, error) {
	rest, ok := strings.CutPrefix(text, apiKeyMark)
	if !ok || len(rest) != apiKeyIDLen+1+APIKeyEntropy {
		return "", Digest{}, ErrAPIKey
	}
	id, secret := rest[:apiKeyIDLen], rest[apiKeyIDLen+1:]
	if rest[apiKeyIDLen] != '_' || !within(id, inAPIKeyID, apiKeyIDLen) || !within(secret, alphanum, APIKeyEntropy) {
		return "", Digest{}, ErrAPIKey
	}
	return APIKeyID(apiKeyName + id), digestOfAPIKey(secret), nil
}

// digestOfAPIKey needs no salt and no slow hash: nobody guesses 256 bits.
func digestOfAPIKey(secret string) Digest { return sha256.Sum256([]byte("twist api key\n" + secret)) }
