package jwt

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
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

// maxToken is the longest text that is looked at, in bytes; ours are below 1 KiB.
const maxToken = 8 << 10

// Options is what Tokens needs.
type Options struct {
	Issuer   string           // iss: who issues, as a URL
	Audience string           // aud: who the tokens are for
	Client   string           // client_id: the application that asked; Audience when empty
	ChainID  identity.ChainID // the chain of the wallet claim
	Keys     []Key            // exactly one of them active
}

// Tokens issues and verifies access tokens. It is safe for concurrent use and never changes.
type Tokens struct {
	issuer, audience, client string
	chain                    identity.ChainID
	activeID                 string
	sign                     func(text string) []byte // holds the secret where printing cannot reach it
	published                []identity.PublicKey
	verifiers                map[string]ed25519.PublicKey
}

var _ ports.Tokens = (*Tokens)(nil)

// New checks the options and says everything that is wrong with them: an empty issuer or audience, an
// unknown chain, a key that is malformed or listed twice, or any number of active keys but one.
func New(o Options) (*Tokens, error) {
	faults := []error{checkKeys(o.Keys)}
	if o.Issuer == "" || o.Audience == "" {
		faults = append(faults, errors.New("jwt: an issuer and an audience are needed"))
	}
	if !o.ChainID.Known() {
		faults = append(faults, errors.New("jwt: the chain is not known"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	t := &Tokens{
		issuer: o.Issuer, audience: o.Audience, client: o.Client, chain: o.ChainID,
		verifiers: map[string]ed25519.PublicKey{},
	}
	if t.client == "" {
		t.client = o.Audience
	}
	for _, k := range o.Keys {
		public := slices.Clone(k.public())
		t.verifiers[k.ID] = public
		t.published = append(t.published, identity.PublicKey{ID: k.ID, Key: [ed25519.PublicKeySize]byte(public)})
		if k.State == Active {
			private := slices.Clone(k.Private)
			t.activeID, t.sign = k.ID, func(text string) []byte { return ed25519.Sign(private, []byte(text)) }
		}
	}
	return t, nil
}

// Issue writes the claims into a token signed by the active key. Claims that fail their Check are
// ErrClaims.
func (t *Tokens) Issue(_ context.Context, claims identity.Claims) (string, error) {
	if err := claims.Check(); err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, t.payload(claims))
	token.Header["typ"], token.Header["kid"] = tokenType, t.activeID
	text, err := token.SigningString()
	if err != nil {
		return "", identity.ErrClaims.Because(err)
	}
	return text + "." + token.EncodeSegment(t.sign(text)), nil
}

// Verify gives the claims of a token of ours, or ErrTokenExpired, or ErrToken.
func (t *Tokens) Verify(_ context.Context, token string, now time.Time) (identity.Claims, error) {
	// The decoder of base64 skips line ends, which would give one token many spellings.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return identity.Claims{}, identity.ErrToken
	}
	var read payload
	if _, err := t.parser(now).ParseWithClaims(token, &read, t.key); err != nil {
		if expired(err) {
			return identity.Claims{}, identity.ErrTokenExpired.Because(err)
		}
		return identity.Claims{}, identity.ErrToken.Because(err)
	}
	claims, err := read.claims(t.chain)
	if err != nil {
		return identity.Claims{}, identity.ErrToken.Because(errors.New(err.Error())) // of its kinds, only the text
	}
	return claims, nil
}

// Keys gives the public half of every key.
func (t *Tokens) Keys(context.Context) ([]identity.PublicKey, error) {
	return slices.Clone(t.published), nil
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

// key finds the key that a header names. A header of ours has three fields; any other would ask the
// reader for something (a key from elsewhere, an extension, decompression) that we do not do.
func (t *Tokens) key(token *jwt.Token) (any, error) {
	for field := range token.Header {
		if field != "alg" && field != "typ" && field != "kid" {
			return nil, errors.New("the header has a field of no token of ours")
		}
	}
	if token.Header["typ"] != tokenType {
		return nil, errors.New("the type is not " + tokenType)
	}
	id, _ := token.Header["kid"].(string)
	key, ok := t.verifiers[id]
	if !ok {
		return nil, errors.New("the key is none of ours")
	}
	return key, nil
}

// expired reports that the signature is good and nothing is wrong but the hour. The library joins all
// that is wrong with the claims, after it has checked the signature.
func expired(err error) bool {
	return errors.Is(err, jwt.ErrTokenExpired) && !slices.ContainsFunc([]error{
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience, jwt.ErrTokenNotValidYet,
		jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenRequiredClaimMissing, jwt.ErrInvalidType,
	}, func(other error) bool { return errors.Is(err, other) })
}
