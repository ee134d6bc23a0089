package identity

// Proven is what Challenge.Answer asks of a text, for texts that no challenge of ours has.
var Proven = proven

// Likely are the forms in which an answer without its bytes is looked for.
var Likely = likely

// KeyOf is the key of an address.
func KeyOf(w Wallet) (key [32]byte) {
	raw, _ := decode58(string(w), len(key))
	copy(key[:], raw)
	return key
}
