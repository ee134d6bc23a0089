package attribution

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// public reports a host that everybody may be sent to: a name of the public web, or a public address. What stands in
// the visitor's own network, a router or a printer, takes orders from whoever is inside: no link leads there. To where
// a name resolves, nobody here knows.
func public(host string) bool {
	for _, r := range host { // before small letters are made of them
		if r > unicode.MaxASCII && (!unicode.In(r, unicode.L, unicode.M) || unicode.Is(folded, r)) {
			return false
		}
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.Contains(host, ":") {
		return open(host)
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if slices.Contains(labels, "") || len(labels) == 1 && !numeric(last) {
		return false
	}
	if numeric(last) {
		return open(host) // browsers read every other spelling of a number as an address too
	}
	for _, own := range []string{"localhost", "local", "internal", "lan", "home", "corp", "home.arpa"} {
		if strings.HasSuffix("."+host, "."+own) {
			return false
		}
	}
	return true
}

// numeric reports a last label that makes an address of a name: digits, or digits of base 16.
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// inside are the addresses of a visitor's own network that netip has no name for.
var inside = []netip.Prefix{ //nolint:gochecknoglobals // a constant table
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("fec0::/10"),
}

// open reports an address that stands in the open.
func open(host string) bool {
	at, err := netip.ParseAddr(host)
	if err != nil || at.Zone() != "" {
		return false
	}
	at = at.Unmap()
	if at.IsPrivate() || !at.IsGlobalUnicast() { // loopback, link-local, multicast and none at all are not
		return false
	}
	for _, own := range inside {
		if own.Contains(at) {
			return false
		}
	}
	return true
}

// folded are the letters and marks that browsers read as others, plain ones among them, or as nothing: a name that is
// written in them is another name.
var folded = &unicode.RangeTable{ //nolint:gochecknoglobals // a constant table
	R16: []unicode.Range16{
		{0x00aa, 0x00ba, 0x10},
		{0x0132, 0x0133, 1},
		{0x017f, 0x017f, 1},
		{0x01c4, 0x01cc, 1},
		{0x01f1, 0x01f3, 1},
		{0x02b0, 0x02ff, 1},
		{0x034f, 0x034f, 1},
		{0x115f, 0x1160, 1},
		{0x17b4, 0x17b5, 1},
		{0x180b, 0x180f, 1},
		{0x1d2c, 0x1dbf, 1},
		{0x1e9e, 0x1e9e, 1},
		{0x2000, 0x2bff, 1},
		{0x2c7c, 0x2c7d, 1},
		{0x3000, 0x303f, 1},
		{0x3131, 0x33ff, 1},
		{0xa69c, 0xa69d, 1},
		{0xa7f1, 0xa7f4, 1},
		{0xf900, 0xffff, 1},
	},
	R32:         []unicode.Range32{{0x10780, 0x107bf, 1}, {0x1d000, 0x1ffff, 1}, {0x2f800, 0x2fa1f, 1}, {0xe0000, 0xe0fff, 1}},
	LatinOffset: 1,
}
