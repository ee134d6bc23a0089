package jwt

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/twist-platform/twist/core/identity"
)

// payload is the claims as they stand in a token. Its moments are whole seconds and nothing else: the
// library's own type also reads text and fractions.
type payload struct {
	Issuer    string           `json:"iss"`
	Subject   string           `json:"sub"`
	Audience  jwt.ClaimStrings `json:"aud"`
	ExpiresAt *int64           `json:"exp"`
	NotBefore *int64           `json:"nbf"`
	IssuedAt  *int64           `json:"iat"`
	ID        string           `json:"jti"`
	Client    string           `json:"client_id"`
	Session   string           `json:"sid"`
	Scope     string           `json:"scope"`  // the roles, separated by spaces
	Wallet    string           `json:"wallet"` // CAIP-10
}

// payload writes claims.
func (t *Tokens) payload(c identity.Claims) payload {
	roles := make([]string, len(c.Roles))
	for i, role := range c.Roles {
		roles[i] = string(role)
	}
	issued, expires := c.IssuedAt.Unix(), c.ExpiresAt.Unix()
	return payload{
		Issuer: t.issuer, Subject: string(c.Account), Audience: jwt.ClaimStrings{t.audience},
		ExpiresAt: &expires, NotBefore: &issued, IssuedAt: &issued,
		ID: string(c.ID), Client: t.client, Session: string(c.Session),
		Scope: strings.Join(roles, " "), Wallet: c.Wallet.CAIP10(t.chain),
	}
}

// The library's parser asks for what it checks.

func (p payload) GetExpirationTime() (*jwt.NumericDate, error) { return date(p.ExpiresAt), nil }
func (p payload) GetNotBefore() (*jwt.NumericDate, error)      { return date(p.NotBefore), nil }
func (p payload) GetIssuedAt() (*jwt.NumericDate, error)       { return date(p.IssuedAt), nil }
func (p payload) GetIssuer() (string, error)                   { return p.Issuer, nil }
func (p payload) GetSubject() (string, error)                  { return p.Subject, nil }
func (p payload) GetAudience() (jwt.ClaimStrings, error)       { return p.Audience, nil }

func date(seconds *int64) *jwt.NumericDate {
	if seconds == nil {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(*seconds, 0))
}

// claims reads what payload wrote, and checks it as it was checked then: a key of ours may one day sign
// tokens that say less.
func (p payload) claims(chain identity.ChainID) (identity.Claims, error) {
	if len(p.Audience) != 1 { // one that is good elsewhere too could be replayed from there
		return identity.Claims{}, errors.New("the audience is not ours alone")
	}
	wallet, err := identity.ParseCAIP10(p.Wallet, chain)
	if err != nil {
		return identity.Claims{}, err
	}
	c := identity.Claims{
		ID: identity.TokenID(p.ID), Account: identity.AccountID(p.Subject), Session: identity.SessionID(p.Session),
		Wallet: wallet, IssuedAt: moment(p.IssuedAt), ExpiresAt: moment(p.ExpiresAt),
	}
	for role := range strings.SplitSeq(p.Scope, " ") {
		c.Roles = append(c.Roles, identity.Role(role))
	}
	return c, c.Check()
}

// moment reads seconds, or the zero time when there are none.
func moment(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0).UTC()
}

// once says that a JSON object names nothing twice, and everything in small letters.
func once(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // the bracket; that it is an object was read already
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		text, _ := name.(string)
		if seen[text] || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return errors.New("a name stands twice, or is written as no name of ours")
		}
		seen[text] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
	}
	return nil
}
