package boot

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// openTokens makes the issuer of access tokens, with the configured ring, the configured key or a new one. A ring
// that goes against what any process remembered is refused, and so is one of which that cannot be asked: it may
// be an old copy, with a key that got out.
func openTokens(ctx context.Context, c Config, kept ports.Tombstones, now time.Time) (*jwt.Tokens, error) {
	ring, err := ringOf(c)
	if err != nil {
		return nil, err
	}
	buried, err := kept.Buried(ctx)
	if err != nil {
		return nil, fmt.Errorf("token keys: %w", err)
	}
	if err := ring.Heeds(buried); err != nil {
		return nil, fmt.Errorf("token keys: %w", err)
	}
	tokens, err := jwt.New(jwt.Options{
		Issuer: strings.TrimSuffix(c.Site.URI, "/"), Audience: strings.TrimSuffix(c.Site.URI, "/") + "/v1",
		ChainID: c.Site.ChainID, Ring: ring,
	}, now)
	if err != nil {
		return nil, err
	}
	return tokens, bury(ctx, kept, tokens, buried)
}

// bury remembers what of the keys in use is not remembered yet.
func bury(ctx context.Context, kept ports.Tombstones, tokens *jwt.Tokens, buried []identity.Tombstone) error {
	var fresh []identity.Tombstone
	for _, stone := range tokens.Tombstones() {
		if !slices.ContainsFunc(buried, func(b identity.Tombstone) bool { return b.Key == stone.Key && !b.Before.Before(stone.Before) }) {
			fresh = append(fresh, stone)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return kept.Bury(ctx, fresh...)
}

func ringOf(c Config) (jwt.Ring, error) {
	if c.TokenKeys != "" {
		return readRing(c.TokenKeys)
	}
	seed, err := seedOf(c.TokenKey)
	if err != nil {
		return jwt.Ring{}, fmt.Errorf("token key: %w", err)
	}
	return jwt.Ring{Keys: []jwt.Key{jwt.NewKey(ed25519.NewKeyFromSeed(seed))}}, nil
}

// errReadable means that others on this machine can read or change the keys.
var errReadable = errors.New("others on this machine can read or change it: take that from them (chmod 600), and rotate")

// readRing reads the keys that sign access tokens from a file that nobody else can read or change.
func readRing(path string) (_ jwt.Ring, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return jwt.Ring{}, fmt.Errorf("token keys: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat() // of what was opened, whatever the path names by now
	if err != nil {
		return jwt.Ring{}, fmt.Errorf("token keys: %w", err)
	}
	const others fs.FileMode = 0o027 // a group may read: that is how secrets are mounted
	if info.Mode().Perm()&others != 0 {
		return jwt.Ring{}, fmt.Errorf("token keys: %s: %w", path, errReadable)
	}
	text, err := io.ReadAll(io.LimitReader(file, jwt.MaxRing+1))
	if err != nil {
		return jwt.Ring{}, fmt.Errorf("token keys: %w", err)
	}
	ring, err := jwt.ParseRing(text)
	if err != nil {
		return jwt.Ring{}, fmt.Errorf("token keys: %s: %w", path, err)
	}
	return ring, nil
}

// remembering is how long a drop waits for a store that does not answer.
const remembering = 2 * time.Second

// ReloadKeys reads the file of keys again and signs by it from now on. A file that is refused changes
// nothing. Without one there is nothing to do.
//
// What the file drops is remembered for processes that begin later. A store that cannot be asked holds up no drop:
// the log says so, and the next reading remembers.
func (s *System) ReloadKeys(ctx context.Context) error {
	if s.config.TokenKeys == "" {
		return nil
	}
	ring, err := readRing(s.config.TokenKeys)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, remembering)
	defer cancel()
	buried, lost := s.stores.tombstones.Buried(ctx)
	if err := ring.Heeds(buried); err != nil {
		return err
	}
	if err := s.tokens.Replace(ring, s.now()); err != nil {
		return err
	}
	if lost == nil {
		lost = bury(ctx, s.stores.tombstones, s.tokens, buried)
	}
	if lost != nil {
		s.log.ErrorContext(ctx, "what is refused of token keys is not remembered yet", slog.String("error", lost.Error()))
	}
	return nil
}

// FollowKeys reads the file of keys again at each signal, and every jwt.Reload without one, until ctx ends.
func (s *System) FollowKeys(ctx context.Context, hangup <-chan os.Signal) {
	ticker := time.NewTicker(jwt.Reload)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-hangup:
		}
		if err := s.ReloadKeys(ctx); err != nil {
			s.log.ErrorContext(ctx, "the file of token keys was refused; the keys of before still sign", slog.String("error", err.Error()))
		}
	}
}

// KeyStatus is a key of a file as anyone may see it.
type KeyStatus struct {
	ID, State                           string
	Published, Active, Retires, Removed time.Time // zero where there is no such moment
}

// KeyRing is a file of keys as anyone may see it.
type KeyRing struct {
	Keys      []KeyStatus
	MinIssued time.Time // tokens issued before are refused
}

// ListKeys shows a file of keys.
func ListKeys(path string, now time.Time) (KeyRing, error) {
	ring, err := readRing(path)
	if err != nil {
		return KeyRing{}, err
	}
	return shown(ring, now), ring.Check(now)
}

// RotateKeys adds a new key to a file, which it makes when there is none. The key signs in jwt.Lead, the
// first one at once.
func RotateKeys(path string, now time.Time) (KeyRing, error) {
	return changeRing(path, now, func(r jwt.Ring) (jwt.Ring, error) { return r.Rotate(newKey(), now) })
}

// DropKey takes a key out of use at once, with every token that it signed. When it signs, another takes its
// place.
func DropKey(path, id string, now time.Time) (KeyRing, error) {
	return changeRing(path, now, func(r jwt.Ring) (jwt.Ring, error) { return r.Drop(id, newKey(), now) })
}

// RefuseTokens refuses every token that was issued before now.
func RefuseTokens(path string, now time.Time) (KeyRing, error) {
	return changeRing(path, now, func(r jwt.Ring) (jwt.Ring, error) { return r.Refuse(now), r.Check(now) })
}

func newKey() ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	return ed25519.NewKeyFromSeed(seed)
}

// changeRing writes a file of keys anew, whole or not at all. The file beside it is also the lock: of two
// who change it together, one is told that it exists.
func changeRing(path string, now time.Time, change func(jwt.Ring) (jwt.Ring, error)) (_ KeyRing, err error) {
	beside := path + ".new"
	file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the file that the operator names
	if err != nil {
		return KeyRing{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(beside))
		}
	}()
	ring, err := readRing(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		ring, err = change(ring)
	}
	if err == nil {
		_, err = file.Write(ring.Secrets())
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return KeyRing{}, err
	}
	if err = os.Rename(beside, path); err != nil {
		return KeyRing{}, err
	}
	return shown(ring, now), nil
}

func shown(ring jwt.Ring, now time.Time) KeyRing {
	list := KeyRing{MinIssued: ring.MinIssued}
	for _, k := range ring.Keys {
		status := KeyStatus{ID: k.ID, State: string(k.StateAt(now)), Published: k.PublishedAt, Active: k.ActiveAt, Retires: k.RetiresAt}
		if !k.RetiresAt.IsZero() && !k.Dropped {
			status.Removed = k.RetiresAt.Add(jwt.Kept)
		}
		list.Keys = append(list.Keys, status)
	}
	return list
}
