// Package visitor hides where calls come from: an address becomes a hash that says, for one day and one purpose,
// whether two calls came from the same place, and nothing else. It hides a merchant's customers likewise, who stay known,
// and seals the names that browsers are given, so that none is invented.
//
// The use cases hash what the door saw; nothing else of an address goes into what they keep. Its invariant: without
// the key no hash leads back to an address, and with it hashes of different days or purposes are not alike; without it
// nobody makes a seal.
package visitor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// MinKey is how many bytes a key has at least.
const MinKey = 32

// ErrKey means that a key is shorter than MinKey.
var ErrKey = fault.New(fault.Internal, "visitor_key_short", "the key that hides addresses has fewer than 32 bytes")

// Purpose is what hashes are made for. Those of one purpose say nothing about those of another.
type Purpose string

// The purposes there are.
const (
	Clicks Purpose = "clicks"
	Stakes Purpose = "stakes"
)

// Hash stands for an address on one day: 32 hexadecimal digits. The empty one stands for no address.
type Hash string

// Key hides addresses. It stands behind a function, where printing cannot reach it. The zero Key hides none, and
// gives the empty hash for all.
type Key struct{ reveal func() []byte }

// NewKey keeps a copy of a secret, which must be drawn at random: ErrKey if it is too short. Whoever shares a store
// must share the key, or each sees only what itself wrote.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < MinKey {
		return Key{}, ErrKey
	}
	kept := slices.Clone(secret)
	return Key{func() []byte { return kept }}, nil
}

// IsZero reports whether it is no key.
func (k Key) IsZero() bool { return k.reveal == nil }

// Hash hides an address for the UTC day of a moment: the first 128 bits of the HMAC-SHA256, under the key, of the
// lines purpose, day (2006-01-02) and network. IPv4 is taken whole, however it is written, and IPv6 by its network of
// 64 bits, all of which one customer of a provider has. No address has the empty hash.
func (k Key) Hash(p Purpose, at time.Time, address netip.Addr) Hash {
	const ipv4, ipv6 = 32, 64
	return k.hash(p, at, address, ipv4, ipv6)
}

// Neighborhood hides an address together with those around it: likewise, but IPv4 by its first 24 bits and IPv6 by its first 48, of
// which one person easily has more than one address.
func (k Key) Neighborhood(p Purpose, at time.Time, address netip.Addr) Hash {
	const ipv4, ipv6 = 24, 48
	return k.hash(p, at, address, ipv4, ipv6)
}

// hash hides so many bits of an address. The line says how many, so that no Hash is a Neighborhood.
func (k Key) hash(p Purpose, at time.Time, address netip.Addr, ipv4, ipv6 int) Hash {
	if k.IsZero() || !address.IsValid() {
		return ""
	}
	address = plain(address)
	bits := ipv6
	if address.Is4() {
		bits = ipv4
	}
	lines := make([]byte, 0, 64)
	lines = at.UTC().AppendFormat(append(append(lines, p...), '\n'), time.DateOnly)
	lines = netip.PrefixFrom(address, bits).Masked().AppendTo(append(lines, '\n'))
	return Hash(k.code(lines))
}

// plain is an address without a zone, and IPv4 however IPv6 has it: mapped, or as 6to4 writes it, by which whoever has one address
// of IPv4 has a network of 48 bits.
func plain(address netip.Addr) netip.Addr {
	address = address.Unmap().WithZone("")
	if b := address.As16(); address.Is6() && b[0] == 0x20 && b[1] == 0x02 {
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return address
}

// Customer hides whom a merchant knows a buyer as: likewise, of the lines "customers", program and name, so that the same
// customer has one hash in a program as long as the key stays, and another in every other. Nobody has the empty hash.
func (k Key) Customer(program, name string) Hash {
	if k.IsZero() || name == "" {
		return ""
	}
	return Hash(k.code([]byte("customers\n" + program + "\n" + name)))
}

// code is the first 128 bits of the HMAC-SHA256 of lines. The first of them is never the same for two uses.
func (k Key) code(lines []byte) string {
	mac := hmac.New(sha256.New, k.reveal())
	_, _ = mac.Write(lines)
	const bytes = 16
	return hex.EncodeToString(mac.Sum(nil)[:bytes])
}

// Format hides the key from every verb.
func (Key) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, mask) }

// MarshalText hides the key from JSON and logs.
func (Key) MarshalText() ([]byte, error) { return []byte(mask), nil }

const mask = "***"
