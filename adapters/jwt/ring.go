package jwt

import (
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// The times of a rotation.
const (
	// Reload is how often a process reads its ring again, at least.
	Reload = 10 * time.Second
	// Lead is how long a key is published before it signs: whoever keeps our public keys has fetched it
	// by then, and every process of ours has read it.
	Lead = identity.KeysLife + time.Minute
	// Kept is how long a retired key still verifies: its last token has expired by then, on every clock,
	// and for whoever learnt late that the key is there.
	Kept = identity.AccessLife + identity.ClockLeeway + identity.KeysLife
)

// Ring is our keys in the order in which they sign. Its zero has none; Rotate gives it the first.
type Ring struct {
	Keys      []Key
	MinIssued time.Time // tokens issued before are refused, whichever key signed them
	Gone      []string  // ids and public halves, in hexadecimal, of keys that were dropped: none comes back, ever
}

// Check says everything that is wrong with the ring at a moment, together: a malformed key, two under one
// id, one that is gone, any number of active keys but one, now or later, a key that signs sooner than Lead after
// it was published, a moment of issue that lies further ahead than a token lives, or what is gone without the name
// of a key. Only the first key, and one that takes the place of a dropped key, need not wait.
func (r Ring) Check(now time.Time) error {
	var (
		faults []error
		active int
		ids    = map[string]bool{}
		halves = map[string]bool{}
	)
	faults = append(faults, r.slips(now))
	for i, k := range r.Keys {
		if err := k.check(); err != nil {
			faults = append(faults, err)
			continue
		}
		half := cmp.Or(k.half(), k.ID)
		if !k.Dropped && r.lost(k) {
			faults = append(faults, errBack(k))
		}
		if ids[k.ID] || halves[half] {
			faults = append(faults, fmt.Errorf("jwt: key %s is listed twice", k.ID))
		}
		ids[k.ID], halves[half] = true, true
		if k.StateAt(now) == Active {
			active++
		}
		if i > 0 {
			faults = append(faults, k.follows(r.Keys[i-1]))
		}
	}
	if active != 1 {
		faults = append(faults, fmt.Errorf("jwt: %d active keys: one signs", active))
	}
	if n := len(r.Keys); n > 0 && !r.Keys[n-1].RetiresAt.IsZero() {
		faults = append(faults, fmt.Errorf("jwt: no key follows %s when it retires", r.Keys[n-1].ID))
	}
	return errors.Join(faults...)
}

// slips says what would be remembered for ever although nobody can have meant it. A moment of issue that is far
// ahead refuses every token until then, and nothing takes it back. What is gone has the name of a key: no store
// remembers another, and identity.EveryKey would be all of them.
func (r Ring) slips(now time.Time) error {
	var faults []error
	latest := now.Add(identity.AccessLife + identity.ClockLeeway) // the clock that wrote it may be ahead
	if r.MinIssued.After(latest) {
		faults = append(faults, errors.New("jwt: the moment before which tokens are refused is too far ahead"))
	}
	for _, k := range r.Keys {
		if !k.Dropped && k.MinIssued.After(latest) {
			faults = append(faults, fmt.Errorf("jwt: key %s: the moment before which its tokens are refused is too far ahead", k.ID))
		}
	}
	for _, name := range r.Gone {
		if !named(name) {
			faults = append(faults, errors.New("jwt: among what is gone stands something that is no name of a key"))
		}
	}
	return errors.Join(faults...)
}

// follows says why the key cannot come after the other.
func (k Key) follows(before Key) error {
	if before.RetiresAt.IsZero() || !before.RetiresAt.Equal(k.ActiveAt) {
		return fmt.Errorf("jwt: key %s does not begin to sign when %s ends: one signs at any moment", k.ID, before.ID)
	}
	if !before.Dropped && k.ActiveAt.Before(k.PublishedAt.Add(Lead)) {
		return fmt.Errorf("jwt: key %s signs sooner than %s after it was published", k.ID, Lead)
	}
	return nil
}

// follows says why the ring cannot take the place of another that is in use: a key whose tokens may still
// be out has to stay or be dropped, what was dropped stays so, and no MinIssued falls.
func (r Ring) follows(before Ring, now time.Time) error {
	var faults []error
	for _, old := range before.Keys {
		i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.ID == old.ID })
		state := old.StateAt(now)
		switch {
		case i < 0 && (state == Active || state == Retired):
			faults = append(faults, fmt.Errorf("jwt: key %s is missing, and its tokens may be out: keep it, or drop it", old.ID))
		case i < 0 || r.Keys[i].Dropped:
		case old.Dropped:
			faults = append(faults, errBack(old))
		case r.Keys[i].MinIssued.Before(old.MinIssued):
			faults = append(faults, fmt.Errorf("jwt: what key %s signed and was refused would be accepted again", old.ID))
		case !old.public().Equal(r.Keys[i].public()):
			faults = append(faults, fmt.Errorf("jwt: key %s became another key", old.ID))
		}
	}
	next := r.after(before) // a key that lost its secret by the drop is known by what it was before
	for _, k := range r.Keys {
		if !k.Dropped && next.lost(k) {
			faults = append(faults, errBack(k))
		}
	}
	if r.MinIssued.Before(before.MinIssued) {
		faults = append(faults, errors.New("jwt: what was refused by its moment of issue would be accepted again"))
	}
	return errors.Join(faults...)
}

// after remembers which keys were dropped before the ring came into use, or are by it: also when no ring names
// them any more.
func (r Ring) after(before Ring) Ring {
	r.Gone = slices.Concat(before.Gone, r.Gone)
	all := slices.Concat(before.Keys, r.Keys)
	for _, k := range all {
		if k.Dropped {
			r.Gone = append(r.Gone, k.ID)
		}
	}
	for _, k := range all {
		if slices.Contains(r.Gone, k.ID) && k.half() != "" {
			r.Gone = append(r.Gone, k.half())
		}
	}
	slices.Sort(r.Gone)
	r.Gone = slices.Compact(r.Gone)
	return r
}

// lost reports that a key was dropped, under this name or another.
func (r Ring) lost(k Key) bool {
	return slices.Contains(r.Gone, k.ID) || k.half() != "" && slices.Contains(r.Gone, k.half())
}

func errBack(k Key) error { return fmt.Errorf("jwt: key %s was dropped: it cannot come back", k.ID) }

// Heeds says everything by which a ring goes against what is remembered of keys: it is an old one that somebody
// brought back. A key that was dropped is in use, or what was refused by its moment of issue would be accepted.
func (r Ring) Heeds(buried []identity.Tombstone) error {
	var faults []error
	for _, stone := range buried {
		if stone.Key == identity.EveryKey && r.MinIssued.Before(stone.Before) {
			faults = append(faults, errors.New("jwt: what was refused by its moment of issue would be accepted again"))
		}
		for _, k := range r.Keys {
			switch {
			case k.Dropped || stone.Key != k.ID && stone.Key != k.half():
			case stone.Before.Equal(identity.Forever()):
				faults = append(faults, errBack(k))
			case k.MinIssued.Before(stone.Before) && r.MinIssued.Before(stone.Before):
				faults = append(faults, fmt.Errorf("jwt: what key %s signed and was refused would be accepted again", k.ID))
			}
		}
	}
	return errors.Join(faults...)
}

// tombstones is what has to outlive the ring.
func (r Ring) tombstones() []identity.Tombstone {
	var all []identity.Tombstone
	if !r.MinIssued.IsZero() {
		all = append(all, identity.Tombstone{Key: identity.EveryKey, Before: at(r.MinIssued)})
	}
	for _, k := range r.Keys {
		if !k.Dropped && !k.MinIssued.IsZero() {
			all = append(all, identity.Tombstone{Key: k.ID, Before: at(k.MinIssued)})
		}
	}
	for _, name := range r.Gone {
		all = append(all, identity.Tombstone{Key: name, Before: identity.Forever()})
	}
	return all
}

// ErrRotating means that a key waits already for its turn.
var ErrRotating = errors.New("jwt: a rotation is under way: its key signs before another can be added")

// Rotate gives the ring with one key more, which signs Lead from now; the first signs at once. Removed keys
// leave. While a key waits for its turn it is ErrRotating.
func (r Ring) Rotate(private ed25519.PrivateKey, now time.Time) (Ring, error) {
	k := NewKey(private)
	k.PublishedAt = at(now)
	r.Keys = slices.DeleteFunc(slices.Clone(r.Keys), func(k Key) bool {
		return k.StateAt(now) == Removed || (k.Dropped && now.After(k.RetiresAt.Add(Kept)))
	})
	n := len(r.Keys)
	switch {
	case n == 0:
		k.ActiveAt = at(now.Add(-identity.ClockLeeway)) // also where the clock is a little behind
	case r.Keys[n-1].StateAt(now) == Next:
		return Ring{}, ErrRotating
	default:
		k.ActiveAt = k.PublishedAt.Add(Lead)
		r.Keys[n-1].RetiresAt = k.ActiveAt
	}
	r.Keys = append(r.Keys, k)
	return r, r.Check(now)
}

// ErrKeyUnknown means that the ring has no such key.
var ErrKeyUnknown = errors.New("jwt: the ring has no such key")

// Drop gives the ring without trust in one of its keys: its secret is gone from the ring, no token of it is
// accepted any more, and the ring takes it back under no name. When it is the active key, the next one signs at once, or the spare when there
// is none; the spare is not used otherwise.
func (r Ring) Drop(id string, spare ed25519.PrivateKey, now time.Time) (Ring, error) {
	r.Keys = slices.Clone(r.Keys)
	i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		return Ring{}, ErrKeyUnknown
	}
	state := r.Keys[i].StateAt(now)
	r.Gone = append(slices.Clone(r.Gone), id)
	if half := r.Keys[i].half(); half != "" {
		r.Gone = append(r.Gone, half)
	}
	if state == Next { // it never signed: the one before goes on
		if i > 0 {
			r.Keys[i-1].RetiresAt = time.Time{}
		}
		r.Keys = slices.Delete(r.Keys, i, i+1)
		return r, r.Check(now)
	}
	k := &r.Keys[i]
	k.Dropped, k.Private = true, nil
	if state == Active {
		from := at(now.Add(-identity.ClockLeeway)) // also where the clock is a little behind
		if from.Before(k.ActiveAt) {
			from = k.ActiveAt
		}
		k.RetiresAt = from
		if i == len(r.Keys)-1 {
			heir := NewKey(spare)
			heir.PublishedAt = at(now)
			r.Keys = append(r.Keys, heir)
		}
		r.Keys[i+1].ActiveAt = from
	}
	return r, r.Check(now)
}

// Refuse gives the ring under which every token issued before a moment is refused.
func (r Ring) Refuse(before time.Time) Ring {
	if before = at(before); before.After(r.MinIssued) {
		r.MinIssued = before
	}
	return r
}

// at is a moment as tokens and files carry it.
func at(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
