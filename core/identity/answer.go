package identity

import (
	"crypto/ed25519"
	"crypto/subtle"
	"slices"

	"github.com/twist-platform/twist/core/siws"
)

// proven returns nil when the wallet signed the text, in one of the forms that a wallet may give it. Nothing
// that was sent is parsed: every form is written from the text and compared, so that there is no second
// reading of it, no signer but the wallet and no byte too many. What is too long or too short is refused
// before anything is computed of it.
func proven(wallet Wallet, domain, text string, sent, signature []byte) error {
	if len(sent) > siws.MaxSize {
		return ErrChallengeMismatch
	}
	key, ok := wallet.key()
	if !ok || len(signature) != ed25519.SignatureSize {
		return ErrSignature
	}
	forms := likely(key, domain, text)
	if len(sent) > 0 && !same(sent, forms[0]) { // clients of hardware wallets may know the bare text only
		forms = append(forms, envelopes(key, domain, text, siws.LongUTF8)...)
		forms = slices.DeleteFunc(forms, func(form []byte) bool { return !same(sent, form) })
	}
	if len(forms) == 0 {
		return ErrChallengeMismatch
	}
	if !slices.ContainsFunc(forms, func(form []byte) bool { return signed(key, form, signature) }) {
		return ErrSignature
	}
	return nil
}

// same compares in a time that does not depend on where two texts differ: a nonce is secret until it is
// signed.
func same(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// likely gives the at most six forms in which a wallet signs a text, the bare one first. How many signatures
// one answer makes us check depends on nothing that was sent.
func likely(key ed25519.PublicKey, domain, text string) [][]byte {
	forms := append([][]byte{[]byte(text)}, envelopes(key, domain, text, siws.ASCII, siws.UTF8)...)
	return enclosed(forms, siws.Envelope{Version: siws.V1, Signer: siws.Key(key), Body: text})
}

// envelopes gives the text in the older envelopes of some formats, for no application and, where its name
// fits, for the one that asks. One of another application is nothing that we asked for.
func envelopes(key ed25519.PublicKey, domain, text string, formats ...siws.Format) (forms [][]byte) {
	var nobody, own [32]byte
	applications := [][32]byte{nobody}
	if copy(own[:], domain) == len(domain) {
		applications = append(applications, own)
	}
	for _, application := range applications {
		for _, format := range formats {
			forms = enclosed(forms, siws.Envelope{Domain: application, Format: format, Signer: siws.Key(key), Body: text})
		}
	}
	return forms
}

// enclosed adds an envelope that can hold its text.
func enclosed(forms [][]byte, e siws.Envelope) [][]byte {
	if raw, err := e.Encode(); err == nil {
		forms = append(forms, raw)
	}
	return forms
}
