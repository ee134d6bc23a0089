package identity

import (
	"encoding/hex"
	"math/big"
	"slices"
)

// prime is the p of the field: 2²⁵⁵ − 19.
var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19)) //nolint:gochecknoglobals // a constant

// curveD is the d of the curve −x² + y² = 1 + d·x²·y²: −121665/121666.
var curveD = func() *big.Int { //nolint:gochecknoglobals // a constant
	inverse := new(big.Int).ModInverse(big.NewInt(121666), prime)
	return inverse.Mul(inverse, big.NewInt(-121665)).Mod(inverse, prime)
}()

// signBit is the bit of the last byte that carries the sign of x; the other 255 bits are y.
const signBit = 0x80

// smallOrder lists the y, as encoded, of the eight points whose order divides 8. Under a key among
// them, signatures verify that nobody needed a secret to make.
var smallOrder = []string{ //nolint:gochecknoglobals // a constant table
	"0000000000000000000000000000000000000000000000000000000000000000", // y = 0, order 4
	"0100000000000000000000000000000000000000000000000000000000000000", // y = 1, the identity
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // y = −1, order 2
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
}

// strictPoint reports that 32 bytes are the only spelling of their point and that the point is not of
// small order. Whether it is on the curve is asked elsewhere. A second spelling needs y ≥ p, or a sign
// on x = 0; the two points with x = 0 are of small order.
func strictPoint(encoded []byte) bool {
	y := unsigned(encoded)
	return number(y).Cmp(prime) < 0 && !slices.Contains(smallOrder, hex.EncodeToString(y))
}

// onCurve reports that some x meets the curve's equation for the y of 32 bytes, which is to say that
// x² = (y² − 1)/(d·y² + 1) is a square. A quotient is a square exactly when the product is, and the
// denominator is never 0 because −1/d is not a square.
func onCurve(encoded []byte) bool {
	y := number(unsigned(encoded))
	yy := y.Mul(y, y)
	u := new(big.Int).Sub(yy, big.NewInt(1))
	v := new(big.Int).Mul(curveD, yy)
	v.Add(v, big.NewInt(1))
	return big.Jacobi(u.Mul(u, v).Mod(u, prime), prime) >= 0
}

// unsigned is an encoded point without the sign of x.
func unsigned(encoded []byte) []byte {
	y := slices.Clone(encoded)
	y[len(y)-1] &^= signBit
	return y
}

// number reads little-endian bytes.
func number(bytes []byte) *big.Int {
	bytes = slices.Clone(bytes)
	slices.Reverse(bytes)
	return new(big.Int).SetBytes(bytes)
}
