package visitor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/visitor"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// secret is the bytes 0, 1, 2 and so on.
func secret(n int) []byte {
	s := make([]byte, n)
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

func key(t *testing.T, secret []byte) visitor.Key {
	t.Helper()
	k, err := visitor.NewKey(secret)
	require.NoError(t, err)
	return k
}

// What stands in a store must be found again by whatever hashes next: these were made by openssl dgst -mac HMAC.
func TestVectors(t *testing.T) {
	t.Parallel()
	k := key(t, secret(visitor.MinKey))
	for _, v := range []struct {
		purpose visitor.Purpose
		at      time.Time
		address string
		is      visitor.Hash
	}{
		{visitor.Stakes, noon, "203.0.113.7", "652d11e21aff85da411f8652f32f3f68"},
		{visitor.Clicks, noon, "203.0.113.7", "a26abe06ff745ee83b15459887c6d69b"},
		{visitor.Stakes, noon.AddDate(0, 0, 1), "203.0.113.7", "a4ff33b9dad9308d874459c6068a4aac"},
		{visitor.Stakes, noon, "2001:db8:1:2:ffff::9", "2ae4620758ef768fa62dc275b4026c72"},
	} {
		require.Equal(t, v.is, k.Hash(v.purpose, v.at, netip.MustParseAddr(v.address)), v)
	}
}

// Likewise of neighborhoods.
func TestVectorsOfNeighborhoods(t *testing.T) {
	t.Parallel()
	k := key(t, secret(visitor.MinKey))
	for address, is := range map[string]visitor.Hash{
		"203.0.113.7":              "f089022cdadca42afb364298e67fa47f",
		"203.0.113.255":            "f089022cdadca42afb364298e67fa47f",
		"::ffff:203.0.113.0":       "f089022cdadca42afb364298e67fa47f",
		"2001:db8:1::":             "8db02f4d2dc3deba246f76e524d05cb8",
		"2001:db8:1:ffff:1::9":     "8db02f4d2dc3deba246f76e524d05cb8",
		"2001:db8:1:2:3:4:5:6%eth": "8db02f4d2dc3deba246f76e524d05cb8",
	} {
		require.Equal(t, is, k.Neighborhood(visitor.Clicks, noon, netip.MustParseAddr(address)), address)
	}
}

// Two addresses are of one neighborhood exactly if IPv4 has 24 bits in common, also as 6to4 writes it, and other IPv6 has 48; it is of one day and one purpose, and
// no address's own.
func TestWhoIsOfOneNeighborhood(t *testing.T) {
	t.Parallel()
	k := key(t, secret(visitor.MinKey))
	near := func(address string) visitor.Hash {
		return k.Neighborhood(visitor.Clicks, noon, netip.MustParseAddr(address))
	}
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"203.0.113.0", "203.0.113.255", true},
		{"203.0.113.255", "203.0.114.0", false},
		{"203.0.113.0", "203.0.112.255", false},
		{"2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:ffff::", "2001:db8:2::", false},
		{"::203.0.113.7", "203.0.113.7", false},
		{"2002:cb00:7107::1", "203.0.113.255", true}, // 6to4: one address of IPv4 has 48 bits
		{"2002:cb00:7107:8:9::", "2002:cb00:71ff::", true},
		{"2002:cb00:7107::", "2002:cb00:7207::", false},
		{"2001:cb00:7107::", "203.0.113.7", false},
		{"2003:cb00:7107::", "203.0.113.7", false},
		{"0.0.0.0", "::", false},
	} {
		require.Equal(t, c.same, near(c.one) == near(c.other), c)
	}
	home := netip.MustParseAddr("203.0.113.0")
	for _, other := range []visitor.Hash{
		k.Neighborhood(visitor.Stakes, noon, home), k.Neighborhood(visitor.Clicks, noon.AddDate(0, 0, 1), home), k.Hash(visitor.Clicks, noon, home),
	} {
		require.NotEqual(t, k.Neighborhood(visitor.Clicks, noon, home), other)
	}
	require.Empty(t, k.Neighborhood(visitor.Clicks, noon, netip.Addr{}), "no address")
	require.Empty(t, visitor.Key{}.Neighborhood(visitor.Clicks, noon, home), "no key")
}

// Two addresses are one visitor exactly if they are the same IPv4, or in the same IPv6 network of 64 bits.
func TestWhoIsOneVisitor(t *testing.T) {
	t.Parallel()
	k := key(t, secret(visitor.MinKey))
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"203.0.113.7", "203.0.113.7", true},
		{"203.0.113.7", "203.0.113.6", false},
		{"203.0.113.7", "::ffff:203.0.113.7", true},
		{"2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
		{"::203.0.113.7", "203.0.113.7", false},
		{"2002:cb00:7107::1", "203.0.113.7", true},
		{"2002:cb00:7107:8:9::", "2002:cb00:7107::", true},
		{"2002:cb00:7107::", "2002:cb00:7108::", false},
		{"2001:cb00:7107::", "203.0.113.7", false},
		{"2003:cb00:7107::", "203.0.113.7", false},
		{"0.0.0.0", "::", false},
	} {
		one, other := k.Hash(visitor.Stakes, noon, netip.MustParseAddr(c.one)), k.Hash(visitor.Stakes, noon, netip.MustParseAddr(c.other))
		require.Equal(t, c.same, one == other, c)
	}
}

// A hash is one day's, by UTC: from midnight to the last nanosecond before the next.
func TestDays(t *testing.T) {
	t.Parallel()
	k, home := key(t, secret(visitor.MinKey)), netip.MustParseAddr("203.0.113.7")
	midnight := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	today := k.Hash(visitor.Stakes, midnight, home)
	require.Equal(t, today, k.Hash(visitor.Stakes, midnight.Add(24*time.Hour-1), home))
	require.Equal(t, today, k.Hash(visitor.Stakes, midnight.In(time.FixedZone("west", -10*3600)), home), "whatever zone a clock is in")
	require.NotEqual(t, today, k.Hash(visitor.Stakes, midnight.Add(-1), home))
	require.NotEqual(t, today, k.Hash(visitor.Stakes, midnight.Add(24*time.Hour), home))
}

// E-23: whoever has all the hashes, and knows every address, learns nothing without the key; and nobody has a hash by
// chance or by fault.
func TestKeys(t *testing.T) {
	t.Parallel()
	home := netip.MustParseAddr("203.0.113.7")
	one := secret(visitor.MinKey)
	k := key(t, one)
	hash := k.Hash(visitor.Stakes, noon, home)
	require.NotEqual(t, hash, key(t, secret(visitor.MinKey+1)).Hash(visitor.Stakes, noon, home))
	one[0]++
	require.Equal(t, hash, k.Hash(visitor.Stakes, noon, home), "the key is a copy")
	require.NotEqual(t, hash, key(t, one).Hash(visitor.Stakes, noon, home))

	for _, n := range []int{0, 1, visitor.MinKey - 1} {
		short, err := visitor.NewKey(secret(n))
		require.ErrorIs(t, err, visitor.ErrKey)
		require.True(t, short.IsZero())
	}
	require.False(t, k.IsZero())
	require.Empty(t, visitor.Key{}.Hash(visitor.Stakes, noon, home), "without a key nothing is hashed")
	require.Empty(t, k.Hash(visitor.Stakes, noon, netip.Addr{}), "no address is no visitor")
}

// E-11: however a key is shown, it is not.
func TestTheKeyIsNeverShown(t *testing.T) {
	t.Parallel()
	const text = "thirty-two bytes that are secret"
	k := key(t, []byte(text))
	hidden := struct{ key visitor.Key }{k}
	encoded, err := json.Marshal(k)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).InfoContext(t.Context(), "shown", "key", k, "hidden", hidden)
	shown := []string{string(encoded), log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{k, &k, hidden, []visitor.Key{k}} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	for _, s := range shown {
		require.NotContains(t, s, text)
		require.NotContains(t, s, fmt.Sprintf("%x", text))
		require.NotContains(t, s, fmt.Sprintf("%d", []byte(text)))
	}
	require.Equal(t, `"***"`, string(encoded))
}
