package testkit

import (
	_ "embed" // the vectors
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// signIn is a file, so that what is not written in Go can be held to the same vectors.
//
//go:embed testdata/sign_in.json
var signIn []byte

// Vectors are signatures that others made, and forgeries: what sign-in is held to.
type Vectors struct {
	Signed    []Signed `json:"signed"`
	Forgery   Forgery  `json:"forgery"`
	NoWallets []struct {
		Name, Address string
	} `json:"no_wallets"`
}

// Signed is a text as a wallet signed it.
type Signed struct {
	Name      string
	Form      string // raw, v1, or v0 with domain and format
	Address   identity.Wallet
	Domain    string
	Text      string
	Signature []byte
}

// Forgery is a signature that crypto/ed25519 takes under weak keys, over so many of a thousand numbers.
type Forgery struct {
	Signature []byte
	Keys      []struct {
		Key   Hex
		Taken int
	}
}

// Hex is bytes that are written in hexadecimal.
type Hex []byte

// UnmarshalText reads hexadecimal.
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// SignIn gives the vectors. It panics when the file is damaged.
func SignIn() Vectors {
	var v Vectors
	if err := json.Unmarshal(signIn, &v); err != nil {
		panic("testkit: " + err.Error())
	}
	return v
}

// Bytes gives what exactly was signed: the text of a vector in its form, for the key of the address. It
// panics on a form that it does not know.
func (s Signed) Bytes(key siws.Key) []byte {
	var domain string
	e := siws.Envelope{Signer: key, Body: s.Text}
	switch s.Form {
	case "raw":
		return []byte(s.Text)
	case "v1":
		e.Version = siws.V1
	default:
		if n, err := fmt.Sscanf(s.Form, "v0 %s %d", &domain, &e.Format); n != 2 || err != nil {
			panic("testkit: a vector of the form " + s.Form)
		}
	}
	if domain == "domain" {
		copy(e.Domain[:], s.Domain)
	}
	raw, err := e.Encode()
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return raw
}
