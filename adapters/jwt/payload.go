package jwt

import (
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/twist-platform/twist/core/identity"
)

// payload is the claims as they stand in a token.
type payload struct {
	jwt.RegisteredClaims
	Client  string `json:"client_id"`
	Session string `json:"sid"`
	Scope   string `json:"scope"`  // the roles, separated by spaces
	Wallet  string `json:"wallet"` // CAIP-10
}

// payload writes claims.
func (t *Tokens) payload(c identity.Claims) payload {
	roles := make([]string, len(c.Roles))
	for i, role := range c.Roles {
		roles[i] = string(role)
	}
	return payload{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.issuer,
			Subject:   string(c.Account),
			Audience:  jwt.ClaimStrings{t.audience},
			ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
			NotBefore: jwt.NewNumericDate(c.IssuedAt),
			IssuedAt:  jwt.NewNumericDate(c.IssuedAt),
			ID:        string(c.ID),
		},
		Client:  t.client,
		Session: string(c.Session),
		Scope:   strings.Join(roles, " "),
		Wallet:  c.Wallet.CAIP10(t.chain),
	}
}

// claims reads what payload wrote, and checks it as it was checked then: a key of ours may one day sign
// tokens that say less.
func (p payload) claims(chain identity.ChainID) (identity.Claims, error) {
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

// moment reads a date, or the zero time when there is none.
func moment(date *jwt.NumericDate) time.Time {
	if date == nil {
		return time.Time{}
	}
	return date.UTC()
}
