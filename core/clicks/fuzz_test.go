package clicks_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/clicks"
)

// Whatever a visitor says of itself, it gets one of the verdicts, and what stands behind what is read changes nothing.
func FuzzJudge(f *testing.F) {
	r, err := clicks.Compile(clicks.Ours(), clicks.Canonical())
	require.NoError(f, err)
	for _, agent := range []string{"", chrome, "curl/8.10.1", "Mozilla/5.0 (compatible; Googlebot/2.1)", "\x00\xff", "((((;;;;"} {
		f.Add(agent, "https://www.hitleap.com/", "prefetch", "document", []byte{104, 131, 7, 9}, false)
		f.Add(agent, "://", ";", "", []byte{}, true)
	}
	f.Fuzz(func(t *testing.T, agent, referrer, purpose, dest string, address []byte, beacon bool) {
		v := person()
		v.UserAgent, v.Referrer, v.Purpose, v.Dest, v.Beacon = agent, referrer, purpose, dest, beacon
		v.Address, _ = netip.AddrFromSlice(address)
		got := r.Judge(v, always)
		require.Contains(t, clicks.Verdicts(), got)
		require.Equal(t, got, r.Judge(v, always), "the same visit is judged alike")
		for _, text := range []*string{&v.UserAgent, &v.Purpose} {
			if len(*text) >= 2048 {
				*text += " bot prefetch"
			}
		}
		require.Equal(t, got, r.Judge(v, always))
		v.UserAgent = strings.ToUpper(agent)
		if agent == strings.ToLower(agent) && strings.ToLower(v.UserAgent) == agent && len(v.UserAgent) == len(agent) && ascii(agent) {
			require.Equal(t, got, r.Judge(v, always), "in capitals too")
		}
	})
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c >= 0x80 })
}

// A list of any text is refused or means exactly what its lines say: whoever appends to ours loses nothing of them.
func FuzzCompile(f *testing.F) {
	f.Add("newbot\tany\thttps://new.example\t2026-11-29\tnewbot/1.0\n", "203.0.113.0/24\tRIPE\t2026-11-29\t203.0.113.9\n", "new.example\tx\t2026-11-29\thttps://new.example\n")
	f.Add("#\n\n", "::/0\tx\t2026-11-29\t::1", "a.b\tx\t2026-11-29\ty")
	f.Add("\t\t\t\t", "0.0.0.0/0\tx\t2026-11-29\ty", "")
	f.Fuzz(func(t *testing.T, crawlers, networks, referrers string) {
		r, err := clicks.Compile(clicks.Lists{Crawlers: crawlers, Networks: networks, Referrers: referrers}, clicks.Canonical())
		if err != nil {
			require.ErrorIs(t, err, clicks.ErrLists)
			return
		}
		for _, columns := range cells(strings.ReplaceAll(networks, "\r\n", "\n")) {
			v := person()
			v.Referrer, v.Address = "", netip.MustParsePrefix(columns[0]).Addr()
			require.NotEqual(t, clicks.Valid, r.Judge(v, always), columns)
		}
		v := person()
		if got := r.Judge(v, always); got == clicks.Valid {
			require.False(t, slices.ContainsFunc(cells(crawlers), func(c []string) bool { return c[0] == "mozilla" }))
		}
	})
}
