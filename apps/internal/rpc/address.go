package rpc

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Proxies are the networks whose word counts for where a request came from: what stands in front of us.
// The zero value trusts nobody.
type Proxies struct{ networks []netip.Prefix }

// ParseProxies reads networks in CIDR notation, separated by commas; a bare address is a network of one. A
// network that holds every address is refused: whoever it trusts could call from anywhere.
func ParseProxies(text string) (Proxies, error) {
	var p Proxies
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		network, err := parseNetwork(part)
		if err != nil {
			return Proxies{}, fmt.Errorf("%q: %w", part, err)
		}
		p.networks = append(p.networks, network)
	}
	return p, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return netip.Prefix{}, errors.New("it is not a network such as 10.0.0.0/8")
	case network.Addr().Is4In6():
		return netip.Prefix{}, errors.New("it is IPv4 written as IPv6: write 10.0.0.0/8")
	case network.Bits() == 0:
		return netip.Prefix{}, errors.New("it trusts everybody")
	case network != network.Masked():
		return netip.Prefix{}, fmt.Errorf("its address has bits beside the network: write %s", network.Masked())
	}
	return network, nil
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, network := range p.networks {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// trusts reports a peer whose word counts.
func (p Proxies) trusts(peer string) bool {
	at, err := netip.ParseAddrPort(peer)
	return err == nil && p.trust(plainAddress(at.Addr()))
}

// Client gives the address that a request came from: the peer of the connection, unless that is a trusted
// proxy; then the right-most address in X-Forwarded-For that is none, since each proxy appends whom it saw
// and everything to the left of that is whatever the client wrote. However much that is, it is not read, so
// nobody hides behind it; a listener bounds all headers together. Where a proxy of ours forwards what is no
// address, the peer itself is the client: several then share one quota, and nobody escapes it. The invalid
// address means that even the peer cannot be told.
func (p Proxies) Client(peer string, forwarded []string) netip.Addr {
	at, err := netip.ParseAddrPort(peer)
	if err != nil {
		return netip.Addr{}
	}
	address := plainAddress(at.Addr())
	if !p.trust(address) {
		return address
	}
	rest := strings.Join(forwarded, ",")
	for {
		cut := strings.LastIndexByte(rest, ',')
		hop, err := netip.ParseAddr(strings.Trim(rest[cut+1:], " \t"))
		if err != nil || hop.Zone() != "" {
			return address
		}
		if hop = plainAddress(hop); !p.trust(hop) {
			return hop
		}
		if cut < 0 {
			return address
		}
		rest = rest[:cut]
	}
}

// plainAddress writes an address in one way: no zone, and IPv4 as IPv4.
func plainAddress(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// Neighborhood is an address without the part that names one person, for logs.
func Neighborhood(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	network, err := a.Prefix(bits)
	if err != nil || !network.IsValid() {
		return ""
	}
	return network.String()
}
