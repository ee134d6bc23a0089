package solana

import (
	solanago "github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/payouts"
)

// spendable reads an address that somebody can hold the key of, or returns payouts.ErrDestination.
// An address carries no checksum: a mistyped one that still is a point of the curve passes.
func spendable(address payouts.Address) (solanago.PublicKey, error) {
	key, err := solanago.PublicKeyFromBase58(string(address))
	switch {
	case err != nil:
		return solanago.PublicKey{}, payouts.ErrDestination.Saying("it is not the base58 form of 32 bytes")
	case !key.IsOnCurve():
		return solanago.PublicKey{}, payouts.ErrDestination.Saying("it belongs to a program, not to a wallet")
	case smallOrder(key):
		return solanago.PublicKey{}, payouts.ErrDestination.Saying("nobody can hold its key")
	}
	return key, nil
}

// smallOrder reports one of the points whose multiples are at most eight. They lie on the curve and
// belong to no key pair; thirty-two zero bytes, the system program's address, are among them.
func smallOrder(key solanago.PublicKey) bool {
	key[31] &= 0x7f // the sign of x: both signs are of small order
	switch key {
	case
		solanago.PublicKey{},  // y = 0
		solanago.PublicKey{1}, // y = 1
		solanago.PublicKey{
			0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
			0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
		}, // a point of order 8
		solanago.PublicKey{
			0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
			0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
		}, // its negative
		field(0xec), // y = p - 1
		field(0xed), // y = p, which is 0 again
		field(0xee): // y = p + 1, which is 1 again
		return true
	}
	return false
}

// field gives the little-endian bytes of a number beside p = 2^255 - 19, by its lowest byte.
func field(low byte) solanago.PublicKey {
	var y solanago.PublicKey
	for i := range y {
		y[i] = 0xff
	}
	y[0], y[31] = low, 0x7f
	return y
}
