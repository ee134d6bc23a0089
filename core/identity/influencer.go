package identity

import (
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of an influencer.
var (
	ErrDisplayName        = fault.New(fault.Invalid, "display_name_invalid", "a display name is one line of 1 to 100 characters")
	ErrBio                = fault.New(fault.Invalid, "bio_invalid", "a bio has at most 500 characters")
	ErrTerms              = fault.New(fault.Invalid, "terms_not_accepted", "nobody becomes an influencer without accepting the terms")
	ErrInfluencerNotFound = fault.New(fault.NotFound, "influencer_not_found", "there is no such influencer")
	ErrAlreadyInfluencer  = fault.New(fault.Conflict, "already_influencer", "the account is an influencer already")
)

// The bounds of what an influencer writes, in characters.
const (
	maxDisplayName = 100
	maxBio         = 500
)

// Influencer is an account with an audience.
type Influencer struct {
	ID           InfluencerID
	Account      AccountID
	Username     string // as its holder writes it; Handle is what must be unique
	DisplayName  string
	Bio          string // lines of text, or none
	Terms        Consent
	Verified     bool   // it carries the badge: an operator found that it is who it says
	Withdrawn    string // why an operator took the badge back; empty once it is earned again
	RegisteredAt time.Time
}

// Consent is to what somebody agreed, and when. It is zero for who registered before it was asked for.
type Consent struct {
	Version string
	At      time.Time
}

// Registration is what somebody asks for who becomes an influencer.
type Registration struct {
	Username    string
	DisplayName string // the username is shown where it is empty
	Bio         string
	AcceptTerms bool
}

// RegisterInfluencer makes an influencer of the account, who accepts the terms of that version. Bad texts
// are ErrUsername, ErrUsernameReserved, ErrDisplayName or ErrBio, and terms that were not accepted ErrTerms;
// whether the username is free and the account not an influencer yet is the store's to say.
func RegisterInfluencer(id InfluencerID, account AccountID, r Registration, terms string, now time.Time) (Influencer, error) {
	if err := CheckUsername(r.Username); err != nil {
		return Influencer{}, err
	}
	if !r.AcceptTerms {
		return Influencer{}, ErrTerms
	}
	i := Influencer{
		ID: id, Account: account, Username: r.Username, Terms: Consent{Version: terms, At: now.UTC()}, RegisteredAt: now.UTC(),
	}
	return i.Edit(Edit{DisplayName: &r.DisplayName, Bio: &r.Bio})
}

// Handle is the key of the influencer's username.
func (i Influencer) Handle() string { return Handle(i.Username) }

// Edit is what an influencer changes of itself; what is nil stays.
type Edit struct {
	DisplayName *string
	Bio         *string
}

// Edit gives the influencer as changed, or ErrDisplayName or ErrBio. Spaces around a text are dropped, and
// without a display name the username is shown. The badge was given to a name: another one has to earn it again.
func (i Influencer) Edit(e Edit) (Influencer, error) {
	if e.DisplayName != nil {
		shown := strings.TrimSpace(*e.DisplayName)
		if shown == "" {
			shown = i.Username
		}
		if !decent(shown, maxDisplayName, disturbs) {
			return Influencer{}, ErrDisplayName
		}
		i.Verified = i.Verified && shown == i.DisplayName
		i.DisplayName = shown
	}
	if e.Bio != nil {
		bio := strings.TrimSpace(*e.Bio)
		if bio != "" && !decent(bio, maxBio, disturbsLines) {
			return Influencer{}, ErrBio
		}
		i.Bio = bio
	}
	return i, nil
}
