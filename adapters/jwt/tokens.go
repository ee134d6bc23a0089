package jwt

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// The header's fixed words.
const (
	algorithm = "EdDSA"
	tokenType = "at+jwt" // tells an access token from any other that the same key may sign one day
)

// parts is how many a token has: header, body and signature.
const parts = 3

// maxToken is the longest text that is looked at, in bytes; ours are below 1 KiB.
const maxToken = 8 << 10

// Options is what Tokens needs.
type Options struct {
	Issuer   string           // iss: who issues, as a URL
	Audience string           // aud: who the tokens are for
	Client   string           // client_id: the application that asked; Audience when empty
	ChainID  identity.ChainID // the chain of the wallet claim
	Ring     Ring             // at least one key, which signs
}

// Tokens issues and verifies access tokens. It is safe for concurrent use.
type Tokens struct {
	issuer, audience, client string
	chain                    identity.ChainID
	ring                     atomic.Pointer[Ring] // behind a pointer, where printing does not reach
}

var _ ports.Tokens = (*Tokens)(nil)

// New checks the options and says everything that is wrong with them at a moment: an empty issuer or
// audience, an unknown chain, and what Ring.Check finds.
func New(o Options, now time.Time) (*Tokens, error) {
	faults := []error{o.Ring.Check(now)}
	if o.Issuer == "" || o.Audience == "" {
		faults = append(faults, errors.New("jwt: an issuer and an audience are needed"))
	}
	if !o.ChainID.Known() {
		faults = append(faults, errors.New("jwt: the chain is not known"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	t := &Tokens{issuer: o.Issuer, audience: o.Audience, client: o.Client, chain: o.ChainID}
	if t.client == "" {
		t.client = o.Audience
	}
	t.ring.Store(o.Ring.after(Ring{}).clone())
	return t, nil
}

// Replace puts another ring in the place of the one in use, at once for every call that begins later. What
// Ring.Check finds is refused, and so is a ring that leaves out a key whose tokens may still be out, brings
// a dropped one back, also in two steps and under another name, or accepts again what was refused by its moment
// of issue: the ring in use stays.
func (t *Tokens) Replace(r Ring, now time.Time) error {
	if err := r.Check(now); err != nil {
		return err
	}
	before := t.ring.Load()
	if err := r.follows(*before, now); err != nil {
		return err
	}
	if !t.ring.CompareAndSwap(before, r.after(*before).clone()) {
		return errors.New("jwt: the ring was replaced by somebody else at the same time")
	}
	return nil
}

// clone copies everything that its owner could change.
func (r Ring) clone() *Ring {
	r.Keys, r.Gone = slices.Clone(r.Keys), slices.Clone(r.Gone)
	for i, k := range r.Keys {
		r.Keys[i].Private = slices.Clone(k.Private)
	}
	return &r
}

// Issue writes the claims into a token signed by the key that is active when they say they were issued.
// Claims that fail their Check, or say that they were issued before any key was active, are ErrClaims.
func (t *Tokens) Issue(_ context.Context, claims identity.Claims) (string, error) {
	if err := claims.Check(); err != nil {
		return "", err
	}
	keys := t.ring.Load().Keys
	i := slices.IndexFunc(keys, func(k Key) bool { return k.StateAt(claims.IssuedAt) == Active })
	if i < 0 {
		return "", identity.ErrClaims.Saying("no key signed at %s", claims.IssuedAt)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, t.payload(claims))
	token.Header["typ"], token.Header["kid"] = tokenType, keys[i].ID
	text, err := token.SigningString()
	if err != nil {
		return "", identity.ErrClaims.Because(err)
	}
	return text + "." + token.EncodeSegment(ed25519.Sign(keys[i].Private, []byte(text))), nil
}

// Verify gives the claims of a token of ours, or ErrTokenExpired, or ErrToken.
func (t *Tokens) Verify(_ context.Context, token string, now time.Time) (identity.Claims, error) {
	// The decoder of base64 skips line ends, which would give one token many spellings.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return identity.Claims{}, identity.ErrToken
	}
	ring := t.ring.Load() // once: the ring may be replaced meanwhile
	var (
		read payload
		by   Key
	)
	find := func(token *jwt.Token) (key any, err error) {
		if by, err = ring.named(token.Header, now); err != nil {
			return nil, err
		}
		return by.public(), nil
	}
	if _, err := t.parser(now).ParseWithClaims(token, &read, find); err != nil {
		if expired(err) {
			return identity.Claims{}, identity.ErrTokenExpired.Because(err)
		}
		return identity.Claims{}, identity.ErrToken.Because(err)
	}
	claims, err := read.claims(t.chain)
	if err == nil {
		err = errors.Join(ring.signed(by, claims.IssuedAt), plain(token))
	}
	if err != nil {
		return identity.Claims{}, identity.ErrToken.Because(errors.New(err.Error())) // of its kinds, only the text
	}
	return claims, nil
}

// Tombstones gives what has to be remembered of the keys in use and of those that were: what is kept elsewhere
// holds when this process begins anew.
func (t *Tokens) Tombstones() []identity.Tombstone { return t.ring.Load().tombstones() }

// Keys gives the public half of every key that is next, active or retired.
func (t *Tokens) Keys(_ context.Context, now time.Time) ([]identity.PublicKey, error) {
	var published []identity.PublicKey
	for _, k := range t.ring.Load().Keys {
		if k.StateAt(now).public() {
			published = append(published, identity.PublicKey{ID: k.ID, Key: [ed25519.PublicKeySize]byte(k.public())})
		}
	}
	return published, nil
}

// parser is made per call, because it holds the moment to judge by.
func (t *Tokens) parser(now time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{algorithm}),
		jwt.WithIssuer(t.issuer),
		jwt.WithAudience(t.audience),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(identity.ClockLeeway),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
}

// named finds the key that a header names. A header of ours has three fields; any other would ask the
// reader for something (a key from elsewhere, an extension, decompression) that we do not do.
func (r *Ring) named(header map[string]any, now time.Time) (Key, error) {
	for field := range header {
		if field != "alg" && field != "typ" && field != "kid" {
			return Key{}, errors.New("the header has a field of no token of ours")
		}
	}
	if header["typ"] != tokenType {
		return Key{}, errors.New("the type is not " + tokenType)
	}
	id, _ := header["kid"].(string)
	i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.ID == id && k.StateAt(now).public() })
	if i < 0 {
		return Key{}, errors.New("the key is none of ours")
	}
	return r.Keys[i], nil
}

// signed says why a token that was issued then is refused, although the key's signature is good.
func (r *Ring) signed(by Key, issued time.Time) error {
	if issued.Before(r.MinIssued) || !by.signed(issued) {
		return errors.New("what the key signed at that moment is refused")
	}
	return nil
}

// plain says that header and body name each thing once and as we name it. A reader of JSON takes the last
// of two equal names and is lenient about case, so two readers could see two tokens in one text.
func plain(token string) error {
	for _, part := range strings.SplitN(token, ".", parts)[:parts-1] {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return err
		}
		if err := once(raw); err != nil {
			return err
		}
	}
	return nil
}

// expired reports that the signature is good and nothing is wrong but the hour. The library joins all
// that is wrong with the claims, after it has checked the signature.
func expired(err error) bool {
	return errors.Is(err, jwt.ErrTokenExpired) && !slices.ContainsFunc([]error{
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience, jwt.ErrTokenNotValidYet,
		jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenRequiredClaimMissing, jwt.ErrInvalidType,
	}, func(other error) bool { return errors.Is(err, other) })
}
