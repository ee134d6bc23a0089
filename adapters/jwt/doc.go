// Package jwt writes and reads access tokens as signed JSON Web Tokens: EdDSA and nothing else, of the
// type at+jwt, under keys of our own.
//
// It reads no token of another issuer and no other kind of token. Its invariant: the text of a token
// chooses neither the algorithm nor the key it is checked with, beyond naming one of ours.
package jwt
