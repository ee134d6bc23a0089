package clicks_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/clicks"
)

// An address is of a data centre exactly if one of the networks of the list contains it.
func TestNetworksEqualTheOracle(t *testing.T) {
	t.Parallel()
	r := ours(t)
	var all []netip.Prefix
	for _, columns := range cells(clicks.Ours().Networks) {
		all = append(all, netip.MustParsePrefix(columns[0]))
	}
	contained := func(a netip.Addr) bool {
		for _, p := range all {
			if p.Contains(a.Unmap().WithZone("")) {
				return true
			}
		}
		return false
	}
	judge := func(a netip.Addr) clicks.Verdict {
		v := person()
		v.Address = a
		return r.Judge(v, always)
	}
	check := func(t require.TestingT, a netip.Addr) {
		want := clicks.Valid
		if contained(a) {
			want = clicks.DataCentre
		}
		require.Equal(t, want, judge(a), a)
	}
	for _, p := range all { // both sides of both ends
		last := p.Addr()
		for bit := p.Bits(); bit < last.BitLen(); bit++ {
			b := last.AsSlice()
			b[bit/8] |= 1 << (7 - bit%8)
			last, _ = netip.AddrFromSlice(b)
		}
		require.Equal(t, clicks.DataCentre, judge(p.Addr()))
		require.Equal(t, clicks.DataCentre, judge(last))
		check(t, p.Addr().Prev())
		check(t, last.Next())
		if last.Is4() {
			require.Equal(t, clicks.DataCentre, judge(netip.AddrFrom16(last.As16())), "IPv4 within IPv6")
			b := last.As4()
			require.Equal(t, clicks.DataCentre, judge(netip.AddrFrom16([16]byte{0x20, 0x02, b[0], b[1], b[2], b[3], 15: 1})), "6to4")
		} else {
			require.Equal(t, clicks.DataCentre, judge(last.WithZone("eth0")))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{4, 16}).Draw(t, "bytes")
		a, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "address"))
		check(t, a)
	})
	require.Equal(t, clicks.Valid, judge(netip.Addr{}), "no address is in no network; it is counted as nobody's")
	for _, text := range []string{
		"172.224.226.7", "104.28.60.9", "146.75.200.1", "2606:4700:7::9", "2a02:26f7:c0d0::1", "2a04:4e41:3f::2", // Apple's private relay
		"8.8.4.4", "127.0.0.1", "10.0.0.1", "::1", "2001:db8::1",
	} {
		require.Equal(t, clicks.Valid, judge(netip.MustParseAddr(text)), text)
	}
}
