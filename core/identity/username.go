package identity

import (
	"slices"
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of a username.
var (
	ErrUsername         = fault.New(fault.Invalid, "username_invalid", "a username has 3 to 30 letters, digits, underscores or hyphens")
	ErrUsernameReserved = fault.New(fault.Invalid, "username_reserved", "the username could be taken for the platform itself")
	ErrUsernameTaken    = fault.New(fault.Conflict, "username_taken", "the username is taken")
)

// The bounds of a username, in characters.
const (
	minUsername = 3
	maxUsername = 30
)

// Handle is the key under which a username is unique and found: its lower-case form.
func Handle(username string) string { return strings.ToLower(username) }

// speaking are the words by which the platform speaks: a name that contains one, however it is dressed up,
// could be taken for it.
var speaking = skeletons( //nolint:gochecknoglobals // a constant table
	"admin", "root", "system", "twist", "official", "support", "moderator", "security", "verified", "treasury",
)

// routes are the names that are reserved as a whole: words of our addresses, of mail, and of programs that
// mean nobody by them.
var routes = skeletons( //nolint:gochecknoglobals // a constant table
	"me", "api", "www", "app", "web", "docs", "openapi", "status", "health", "healthz", "readyz", "metrics", "static", "assets",
	"availability", "available", "verify", "verification", "resend", "email", "emails", "mail", "mailer",
	"register", "signup", "signin", "login", "logout", "auth", "oauth", "session", "sessions", "token", "tokens", "keys",
	"account", "accounts", "user", "users", "influencer", "influencers", "merchant", "merchants", "operator", "operators",
	"operate", "role", "roles", "wallet", "wallets", "pool", "pools", "stake", "stakes", "program", "programs",
	"link", "links", "click", "clicks", "conversion", "conversions", "commission", "commissions", "payout", "payouts",
	"deposit", "deposits", "ledger", "application", "applications", "badge", "profile", "settings",
	"about", "help", "contact", "terms", "privacy", "legal", "billing", "abuse", "team", "staff", "owner", "mod", "bot",
	"postmaster", "hostmaster", "webmaster", "noreply", "daemon", "mailerdaemon",
	"null", "nil", "none", "undefined", "anonymous", "everyone", "nobody", "unknown", "deleted",
)

// skeletons folds words, so that they are compared as they look.
func skeletons(words ...string) []string {
	folded := make([]string, len(words))
	for i, word := range words {
		folded[i] = skeleton(word)
	}
	return folded
}

// skeleton is what a username looks like at a glance: in lower case, without the marks between letters,
// digits read as the letters they resemble, and letters that resemble one another as one. Two names may
// share it; it only says which names are reserved.
func skeleton(username string) string {
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(strings.Map(func(r rune) rune {
		switch r {
		case '_', '-':
			return -1
		case '0':
			return 'o'
		case '1', 'i':
			return 'l'
		case '2':
			return 'z'
		case '3':
			return 'e'
		case '4':
			return 'a'
		case '5':
			return 's'
		case '6', '9':
			return 'g'
		case '7':
			return 't'
		case '8':
			return 'b'
		}
		return r
	}, Handle(username)))
}

// CheckUsername returns ErrUsername, or ErrUsernameReserved for a name that contains a word by which the
// platform speaks, or that is a word of its addresses. Names that look like such a word are reserved too.
func CheckUsername(username string) error {
	if len(username) < minUsername || !within(username, inID, maxUsername) {
		return ErrUsername
	}
	looks := skeleton(username)
	if slices.Contains(routes, looks) || slices.ContainsFunc(speaking, func(word string) bool { return strings.Contains(looks, word) }) {
		return ErrUsernameReserved
	}
	return nil
}
