package siws

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// Key is an Ed25519 key as an envelope names its signer.
type Key [32]byte

// Version is how an envelope is laid out.
type Version uint8

// The versions. Hardware wallets know the first only.
const (
	V0 Version = 0
	V1 Version = 1
)

// Format is what an envelope of version 0 may hold.
type Format uint8

// The formats. What a hardware wallet shows is of the first; of the second it shows a hash.
const (
	ASCII    Format = 0 // printable ASCII, 1,232 bytes at most
	UTF8     Format = 1 // 1,232 bytes at most
	LongUTF8 Format = 2 // 65,535 bytes at most, of which MaxSize leaves less
)

// maxShort is the most bytes of text in an envelope that a hardware wallet takes.
const maxShort = 1232

// magic begins every envelope. Its first byte begins no transaction, and nothing that is signed of one: as a
// number of signatures it is more than fit into any, and as a version it is one that there is not. So nothing
// that was signed in an envelope can be sent to the chain.
const magic = "\xffsolana offchain"

// Envelope is a text as a wallet signs it that signs no bare text: a hardware wallet, or one that signs
// everything but transactions in the newer of the two versions. It is for one signer.
type Envelope struct {
	Version Version
	Domain  [32]byte // of the application; zero in version 1, which has none
	Format  Format   // zero in version 1, which has none
	Signer  Key
	Body    string
}

// Encode writes the bytes that are signed. What ParseEnvelope would not read is its fault.
func (e Envelope) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	raw := append([]byte(magic), byte(e.Version))
	if e.Version == V0 {
		raw = append(append(raw, e.Domain[:]...), byte(e.Format))
	}
	raw = append(append(raw, 1), e.Signer[:]...)
	if e.Version == V0 {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(len(e.Body)))
	}
	raw = append(raw, e.Body...)
	if len(raw) > MaxSize {
		return nil, ErrSize
	}
	return raw, nil
}

// check holds the parts to the rules of the version and the format.
func (e Envelope) check() error {
	switch {
	case e.Version > V1:
		return ErrEnvelopeVersion
	case e.Version == V1 && (e.Format != 0 || e.Domain != [32]byte{}), e.Format > LongUTF8:
		return ErrEnvelopeFormat
	case len(e.Body) > MaxSize:
		return ErrSize
	case e.Version == V0 && e.Format != LongUTF8 && len(e.Body) > maxShort:
		return ErrEnvelopeLength
	case e.Body == "" || !utf8.ValidString(e.Body):
		return ErrEnvelopeBody
	case e.Version == V0 && e.Format == ASCII && strings.ContainsFunc(e.Body, unprintable):
		return ErrEnvelopeBody
	}
	return nil
}

// unprintable reports what the first format cannot hold. Of the line feed the specification says that only a
// later version has it there; hardware wallets sign texts of many lines under this one all the same.
func unprintable(r rune) bool { return (r < ' ' || r > '~') && r != '\n' }

// ParseEnvelope reads exactly the bytes that Encode writes. Other bytes than an envelope's are ErrEnvelope;
// each other fault of an envelope, and ErrSize, is one way in which it is not well formed. Several signers are
// ErrEnvelopeSigners, in whatever order: a wallet signs in alone. Who the one is, the caller asks.
func ParseEnvelope(raw []byte) (Envelope, error) {
	if len(raw) > MaxSize {
		return Envelope{}, ErrSize
	}
	rest, ok := bytes.CutPrefix(raw, []byte(magic))
	if !ok || len(rest) == 0 {
		return Envelope{}, ErrEnvelope
	}
	e := Envelope{Version: Version(rest[0])}
	rest = rest[1:]
	switch e.Version {
	case V0:
		if len(rest) < len(e.Domain)+1 {
			return Envelope{}, ErrEnvelopeLength
		}
		rest = rest[copy(e.Domain[:], rest):]
		e.Format = Format(rest[0])
		rest = rest[1:]
	case V1:
	default:
		return Envelope{}, ErrEnvelopeVersion
	}
	return e.parseBody(rest)
}

// parseBody reads from the number of signers on.
func (e Envelope) parseBody(rest []byte) (Envelope, error) {
	if len(rest) == 0 {
		return Envelope{}, ErrEnvelopeLength
	}
	if rest[0] != 1 {
		return Envelope{}, ErrEnvelopeSigners
	}
	rest = rest[1:]
	if len(rest) < len(e.Signer) {
		return Envelope{}, ErrEnvelopeLength
	}
	rest = rest[copy(e.Signer[:], rest):]
	if e.Version == V0 {
		const size = 2
		if len(rest) < size || int(binary.LittleEndian.Uint16(rest)) != len(rest)-size {
			return Envelope{}, ErrEnvelopeLength
		}
		rest = rest[size:]
	}
	e.Body = string(rest)
	if err := e.check(); err != nil {
		return Envelope{}, err
	}
	return e, nil
}
