package rpc_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

func proxies(t testing.TB, text string) rpc.Proxies {
	t.Helper()
	p, err := rpc.ParseProxies(text)
	require.NoError(t, err)
	return p
}

func TestParseProxies(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", " , ", "10.0.0.0/8", "127.0.0.1", "::1", "10.0.0.0/8, fd00::/8 ,192.0.2.7/32", "fe80::1%eth0", "0.0.0.0/1"} {
		_, err := rpc.ParseProxies(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"0.0.0.0/0", "::/0", "10.0.0.1/8", "fd00::1/8", "::ffff:10.0.0.0/104", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "localhost",
		"10.0.0.0/8;11.0.0.0/8", "*", "10.0.0.0/08",
	} {
		_, err := rpc.ParseProxies("127.0.0.1," + bad)
		require.Error(t, err, bad)
	}
}

// P-50: a forged header moves nobody into another quota.
func TestClient(t *testing.T) {
	t.Parallel()
	const front = "10.0.0.0/8,fd00::/8,203.0.113.200"
	for name, test := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a_stranger_is_the_peer":             {"198.51.100.7:5", nil, "198.51.100.7"},
		"a_stranger_says_nothing_of_weight":  {"198.51.100.7:5", []string{"192.0.2.1"}, "198.51.100.7"},
		"a_stranger_names_a_proxy":           {"198.51.100.7:5", []string{"192.0.2.1, 10.0.0.1"}, "198.51.100.7"},
		"a_proxy_says_who":                   {"10.0.0.1:5", []string{"192.0.2.1"}, "192.0.2.1"},
		"what_a_client_wrote_stands_left":    {"10.0.0.1:5", []string{"1.1.1.1, 192.0.2.1"}, "192.0.2.1"},
		"in_a_header_of_its_own_too":         {"10.0.0.1:5", []string{"1.1.1.1", "192.0.2.1"}, "192.0.2.1"},
		"proxies_are_skipped_from_the_right": {"10.0.0.1:5", []string{"1.1.1.1, 192.0.2.1, 10.9.9.9", "203.0.113.200"}, "192.0.2.1"},
		"junk_to_the_left_is_not_read":       {"10.0.0.1:5", []string{"junk\x00, ,, 192.0.2.1"}, "192.0.2.1"},
		"junk_on_the_right_is_the_peer":      {"10.0.0.1:5", []string{"192.0.2.1, junk"}, "10.0.0.1"},
		"an_empty_header_is_the_peer":        {"10.0.0.1:5", []string{""}, "10.0.0.1"},
		"no_header_is_the_peer":              {"10.0.0.1:5", nil, "10.0.0.1"},
		"nothing_but_proxies_is_the_peer":    {"10.0.0.1:5", []string{"10.0.0.2, 10.0.0.3"}, "10.0.0.1"},
		"a_port_is_junk":                     {"10.0.0.1:5", []string{"192.0.2.1:80"}, "10.0.0.1"},
		"a_name_is_junk":                     {"10.0.0.1:5", []string{"unknown"}, "10.0.0.1"},
		"a_zone_is_junk":                     {"10.0.0.1:5", []string{"fe80::1%eth0"}, "10.0.0.1"},
		"leading_zeros_are_junk":             {"10.0.0.1:5", []string{"192.0.02.1"}, "10.0.0.1"},
		"mapped_is_ipv4":                     {"10.0.0.1:5", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		"a_mapped_peer_is_ipv4":              {"[::ffff:10.0.0.1]:5", []string{"192.0.2.1"}, "192.0.2.1"},
		"a_mapped_stranger":                  {"[::ffff:198.51.100.7]:5", []string{"192.0.2.1"}, "198.51.100.7"},
		"a_mapped_proxy_is_skipped":          {"10.0.0.1:5", []string{"192.0.2.1, ::ffff:10.0.0.2"}, "192.0.2.1"},
		"ipv6":                               {"[fd00::1]:5", []string{"2001:db8::1"}, "2001:db8::1"},
		"an_ipv6_stranger":                   {"[2001:db8::1%eth0]:5", []string{"192.0.2.1"}, "2001:db8::1"},
		"as_many_proxies_as_there_are":       {"10.0.0.1:5", []string{"192.0.2.1" + strings.Repeat(",10.0.0.2", 100)}, "192.0.2.1"},
		"much_to_the_left_hides_nobody":      {"10.0.0.1:5", []string{strings.Repeat("x", 4096), "192.0.2.1"}, "192.0.2.1"},
		"many_to_the_left_hide_nobody":       {"10.0.0.1:5", []string{strings.Repeat("1.1.1.1,", 1000) + "192.0.2.1"}, "192.0.2.1"},
		"blanks_to_the_left_hide_nobody":     {"10.0.0.1:5", []string{strings.Repeat(" ", 4096) + ",192.0.2.1"}, "192.0.2.1"},
		"no_peer":                            {"@", []string{"192.0.2.1"}, "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, proxies(t, front).Client(test.peer, test.forwarded).String())
			if test.want != "invalid IP" {
				peer := netip.MustParseAddrPort(test.peer).Addr().WithZone("").Unmap()
				require.Equal(t, peer, rpc.Proxies{}.Client(test.peer, test.forwarded), "trusting nobody")
			}
		})
	}
}

func TestVisitor(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64", "::1": "::/64",
	} {
		require.Equal(t, want, twist.Origin{IP: netip.MustParseAddr(address)}.Visitor())
	}
	require.Equal(t, "192.0.2.0/24", rpc.Neighborhood(netip.MustParseAddr("192.0.2.77")))
	require.Equal(t, "2001:db8:1::/48", rpc.Neighborhood(netip.MustParseAddr("2001:db8:1:2:3:4:5:6")))
	require.Empty(t, rpc.Neighborhood(netip.Addr{}))
}

// FuzzClient asks of any headers: the answer is the peer, or an address that stands in them and that no
// proxy has, with nothing to its right but proxies.
func FuzzClient(f *testing.F) {
	for _, seed := range [][3]string{
		{"10.0.0.1:5", "192.0.2.1", ""},
		{"10.0.0.1:5", "1.1.1.1, 192.0.2.1", "10.0.0.2"},
		{"[fd00::1]:5", "::ffff:192.0.2.1", "fd00::2"},
		{"198.51.100.7:5", "192.0.2.1", "10.0.0.1"},
		{"10.0.0.1:5", ",,,", "%"},
		{"@", "", ""},
		{"10.0.0.1:5", "fe80::1%a,b", "192.0.2.1 "},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	p := proxies(f, "10.0.0.0/8,fd00::/8")
	trusted := func(a netip.Addr) bool {
		return netip.MustParsePrefix("10.0.0.0/8").Contains(a) || netip.MustParsePrefix("fd00::/8").Contains(a)
	}
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		got := p.Client(peer, []string{first, second})
		at, err := netip.ParseAddrPort(peer)
		if err != nil {
			require.False(t, got.IsValid())
			return
		}
		from := at.Addr().WithZone("").Unmap()
		if got == from {
			return
		}
		require.True(t, trusted(from), "only a proxy is believed")
		require.False(t, trusted(got))
		hops := strings.Split(first+","+second, ",")
		for i := len(hops) - 1; ; i-- {
			require.GreaterOrEqual(t, i, 0, "it stands there")
			hop, err := netip.ParseAddr(strings.Trim(hops[i], " \t"))
			require.NoError(t, err)
			if hop.Unmap() == got {
				return
			}
			require.True(t, trusted(hop.Unmap()), "nothing but proxies to its right")
		}
	})
}
