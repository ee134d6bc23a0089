// Package jwt writes and reads access tokens as signed JSON Web Tokens: EdDSA and nothing else, of the
// type at+jwt, under keys of our own that follow each other on a ring.
//
// It reads no token of another issuer and no other kind of token. Its invariants: the text of a token
// chooses neither the algorithm nor the key it is checked with, beyond naming one of ours; and at every
// moment exactly one key signs.
package jwt
