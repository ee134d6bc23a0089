package identity

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of an influencer.
var (
	ErrUsername           = fault.New(fault.Invalid, "username_invalid", "a username has 3 to 30 letters, digits, underscores or hyphens")
	ErrUsernameReserved   = fault.New(fault.Invalid, "username_reserved", "the username could be taken for the platform itself")
	ErrUsernameTaken      = fault.New(fault.Conflict, "username_taken", "the username is taken")
	ErrDisplayName        = fault.New(fault.Invalid, "display_name_invalid", "a display name is one line of 1 to 100 characters")
	ErrInfluencerNotFound = fault.New(fault.NotFound, "influencer_not_found", "there is no such influencer")
	ErrAlreadyInfluencer  = fault.New(fault.Conflict, "already_influencer", "the account is an influencer already")
)

// The bounds of an influencer's names, in characters.
const (
	minUsername    = 3
	maxUsername    = 30
	maxDisplayName = 100
)

// Handle is the key under which a username is unique and found: its lower-case form.
func Handle(username string) string { return strings.ToLower(username) }

// Influencer is an account with an audience.
type Influencer struct {
	ID           InfluencerID
	Account      AccountID
	Username     string // as its holder writes it; Handle is what must be unique
	DisplayName  string
	RegisteredAt time.Time
}

// RegisterInfluencer makes an influencer of the account. Without a display name the username is shown.
// A bad name is ErrUsername, ErrUsernameReserved or ErrDisplayName; whether the username is free and the
// account not an influencer yet is the store's to say.
func RegisterInfluencer(id InfluencerID, account AccountID, username, displayName string, now time.Time) (Influencer, error) {
	if err := checkUsername(username); err != nil {
		return Influencer{}, err
	}
	shown := strings.TrimSpace(displayName)
	if shown == "" {
		shown = username
	}
	if !utf8.ValidString(shown) || utf8.RuneCountInString(shown) > maxDisplayName || strings.ContainsFunc(shown, disturbs) {
		return Influencer{}, ErrDisplayName
	}
	return Influencer{ID: id, Account: account, Username: username, DisplayName: shown, RegisteredAt: now.UTC()}, nil
}

// Handle is the key of the influencer's username.
func (i Influencer) Handle() string { return Handle(i.Username) }

// checkUsername returns ErrUsername, or ErrUsernameReserved for a name that contains a word by which the
// platform speaks.
func checkUsername(username string) error {
	if len(username) < minUsername || !within(username, inID, maxUsername) {
		return ErrUsername
	}
	for _, word := range []string{"admin", "root", "system", "twist", "official"} { // administrator contains admin
		if strings.Contains(Handle(username), word) {
			return ErrUsernameReserved
		}
	}
	return nil
}

// disturbs reports a character that breaks, hides or reorders the text around a name.
func disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
