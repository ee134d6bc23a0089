package clicks

import (
	"net/netip"
	"slices"
)

// networks are ranges of addresses, sorted and apart.
type networks []span

type span struct{ first, last netip.Addr }

// add takes a network in, and reports whether it overlaps none that is there.
func (n *networks) add(p netip.Prefix) bool {
	s := span{p.Addr(), last(p)}
	at, _ := slices.BinarySearchFunc(*n, s.first, func(e span, a netip.Addr) int { return e.first.Compare(a) })
	if at < len(*n) && !s.last.Less((*n)[at].first) || at > 0 && !(*n)[at-1].last.Less(s.first) {
		return false
	}
	*n = slices.Insert(*n, at, s)
	return true
}

// last is the last address of a network.
func last(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}

// hold reports an address in one of the networks. IPv4 within IPv6 is IPv4, mapped or as 6to4 writes it: whoever has an address of
// IPv4 has that of IPv6 too.
func (n networks) hold(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if b := a.As16(); a.Is6() && b[0] == 0x20 && b[1] == 0x02 {
		a = netip.AddrFrom4([4]byte(b[2:6]))
	}
	lo, hi := 0, len(n)
	for lo < hi {
		if mid := (lo + hi) / 2; n[mid].last.Less(a) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(n) && a.IsValid() && !a.Less(n[lo].first)
}
