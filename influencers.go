package twist

import (
	"context"
	"errors"
	"strings"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Registration is what somebody asks for who becomes an influencer. Without a display name the username is
// shown; an email is not needed.
type Registration struct {
	Username    string
	DisplayName string
	Bio         string
	Email       string
	AcceptTerms bool
}

// Profile is all that an influencer is told of itself.
type Profile struct {
	Influencer identity.Influencer
	Email      identity.Email // zero where none was ever given
}

// Register makes the caller an influencer under a username of its own. With an email it owes a letter to
// that address; whether one can be sent undoes nothing. A visitor who has asked for too many letters is
// limit.ErrLimited.
func (i *Identity) Register(ctx context.Context, by Caller, r Registration) (Profile, error) {
	now := i.c.Clock.Now()
	influencer, err := identity.RegisterInfluencer(identity.InfluencerID(i.c.IDs.New("infl")), by.Account, identity.Registration{
		Username: r.Username, DisplayName: r.DisplayName, Bio: r.Bio, AcceptTerms: r.AcceptTerms,
	}, i.c.Terms, now)
	if err != nil {
		return Profile{}, err
	}
	change, err := i.emailChange(ctx, &r.Email, now)
	if err != nil {
		return Profile{}, err
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (Profile, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return Profile{}, err
		}
		if err := tx.Influencers.Add(ctx, influencer); err != nil {
			return Profile{}, err
		}
		tell := []news{{journal.InfluencerRegistered, string(influencer.ID), string(by.Account), nil}}
		if change.forget { // no email was given, and none is needed
			return Profile{Influencer: influencer}, i.c.tell(ctx, tx, now, tell...)
		}
		email, told, err := i.changeEmail(ctx, tx, by, change, now)
		if err != nil {
			return Profile{}, err
		}
		return Profile{influencer, email}, i.c.tell(ctx, tx, now, append(tell, told...)...)
	})
}

// Influencer gives an influencer by username, whatever its case.
func (i *Identity) Influencer(ctx context.Context, username string) (identity.Influencer, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (identity.Influencer, error) {
		found, ok, err := v.Influencers.FindByUsername(ctx, username)
		if err == nil && !ok {
			err = identity.ErrInfluencerNotFound
		}
		return found, err
	})
}

// Availability says whether a username can be registered, and if not, whether it is no username at all.
// A reserved name and a taken one are the same: which names people have is nobody's to list.
type Availability struct {
	Available bool
	Malformed bool
}

// Available tells whether a username can be registered at this moment. It promises nothing: of two who ask
// at once, one will have it.
func (i *Identity) Available(ctx context.Context, username string) (Availability, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (Availability, error) {
		rule := identity.CheckUsername(username)
		_, taken, err := v.Influencers.FindByUsername(ctx, username) // asked in every case: the same answer takes the same time
		return Availability{Available: err == nil && rule == nil && !taken, Malformed: errors.Is(rule, identity.ErrUsername)}, err
	})
}

// Profile gives all of the caller's profile.
func (i *Identity) Profile(ctx context.Context, by Caller) (Profile, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (Profile, error) {
		influencer, ok, err := v.Influencers.FindByAccount(ctx, by.Account)
		if err == nil && !ok {
			err = identity.ErrInfluencerNotFound
		}
		if err != nil {
			return Profile{}, err
		}
		email, _, err := v.Emails.FindByAccount(ctx, by.Account)
		return Profile{influencer, email}, err
	})
}

// ProfileChange is what an influencer changes of itself; what is nil stays as it is.
type ProfileChange struct {
	DisplayName *string
	Bio         *string
	Email       *string // the empty one forgets the address
}

// ChangeProfile changes the caller's profile, all of it or nothing. What two calls change at once of the same field the
// later one decides; neither touches what only the other names. Another email has to be proven, and until it is, the
// one that was proven before stays. Another display name loses the badge. A visitor who has asked for too many letters
// is limit.ErrLimited.
func (i *Identity) ChangeProfile(ctx context.Context, by Caller, c ProfileChange) (Profile, error) {
	now := i.c.Clock.Now()
	change, err := i.emailChange(ctx, c.Email, now)
	if err != nil {
		return Profile{}, err
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (Profile, error) {
		before, err := tx.Influencers.Lock(ctx, by.Account)
		if err != nil {
			return Profile{}, err
		}
		after, err := before.Edit(identity.Edit{DisplayName: c.DisplayName, Bio: c.Bio})
		if err != nil {
			return Profile{}, err
		}
		var tell []news
		if after != before {
			if err := tx.Influencers.Put(ctx, after); err != nil {
				return Profile{}, err
			}
			tell = append(tell, news{journal.InfluencerChanged, string(after.ID), string(by.Account), facts{"changed": changed(before, after)}})
		}
		email, told, err := i.changeEmail(ctx, tx, by, change, now)
		if err != nil {
			return Profile{}, err
		}
		return Profile{after, email}, i.c.tell(ctx, tx, now, append(tell, told...)...)
	})
}

// changed names the texts that differ, and the badge if it is gone with them.
func changed(before, after identity.Influencer) string {
	var names []string
	if before.Bio != after.Bio {
		names = append(names, "bio")
	}
	if before.DisplayName != after.DisplayName {
		names = append(names, "display_name")
	}
	if before.Verified != after.Verified {
		names = append(names, "verified")
	}
	return strings.Join(names, " ")
}
