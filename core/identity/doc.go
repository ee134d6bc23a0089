// Package identity decides who is calling: what a wallet is asked to sign, whether the answer proves
// the key, how long a session lasts and what its tokens may say, who grants which role, which names an
// influencer may take, when an email address is proven, and who is granted what they apply for.
//
// It keeps nothing, reads no clock and draws no randomness: moments, nonces and ids are arguments.
// Its invariant: a challenge is answered only by the exact bytes it asked for, signed before it
// expired by the one wallet it was issued to.
package identity
