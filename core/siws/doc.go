// Package siws reads and writes the two formats of Sign-In With Solana: the text that a wallet shows, by
// the letter of its grammar, and the envelopes in which some wallets sign it.
//
// Its parsers stand in no path that decides who somebody is. There the expected bytes are rebuilt from what
// was stored, in an envelope if need be, and compared: what is not parsed cannot be misread. The parsers are
// for whoever is asked to sign, for embedders who look into what they were sent, and for the tests that hold
// our own texts to the grammar. Its invariant: what is read has one reading, and written again it is the
// same, byte for byte.
package siws
