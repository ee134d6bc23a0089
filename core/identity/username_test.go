package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/identity"
)

// Nobody is called like the platform, in whatever spelling.
func TestReservedNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"admin", "Administrator", "ROOT", "the_system_", "real-Twist", "OFFICIALbob", "customer-support", "Ada_Verified", // they contain a word
		"adm1n", "4dmin", "a-d-m-i-n", "a_d_m_1_n", "r00t", "sy5tem", "tw1st", "7wist", "tvvist", "adrnin", "0fficia1", "offlcial", "5upp0rt",
		"api", "API", "availability", "avai1ability", "verify", "ver_ify", "email", "influencers", "1nfluencers", "payouts",
		"postmaster", "no-reply", "null", "nu11", "help", "he1p", "staff", "www",
	} {
		require.ErrorIs(t, identity.CheckUsername(name), identity.ErrUsernameReserved, name)
	}
	require.ErrorIs(t, identity.CheckUsername("me"), identity.ErrUsername, "too short to be one")
	for _, name := range []string{
		"ada", "bob", "Falstaff", "helper", "apis", "verity", "emailia", "nullarbor", "linkin", "poolboy", "stars", "mela", "user-1", "tw-st", "dot",
	} {
		require.NoError(t, identity.CheckUsername(name), name)
	}
}

// Dressing a reserved word up does not free it.
func TestDressedUpWordsStayReserved(t *testing.T) {
	t.Parallel()
	dress := map[rune][]string{
		'a': {"a", "A", "4"}, 'b': {"b", "8"}, 'e': {"e", "E", "3"}, 'g': {"g", "6", "9"}, 'i': {"i", "I", "1", "l", "L"}, 'l': {"l", "1", "I"},
		'm': {"m", "M", "rn"}, 'o': {"o", "O", "0"}, 's': {"s", "S", "5"}, 't': {"t", "T", "7"}, 'w': {"w", "vv"}, 'z': {"z", "2"},
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"admin", "root", "system", "twist", "official", "support", "moderator", "security", "verified", "treasury"}).Draw(t, "word")
		var name strings.Builder
		for _, letter := range word {
			spellings, ok := dress[letter]
			if !ok {
				spellings = []string{string(letter)}
			}
			name.WriteString(rapid.SampledFrom(spellings).Draw(t, "spelling"))
			name.WriteString(rapid.SampledFrom([]string{"", "", "_", "-"}).Draw(t, "between"))
		}
		if name.Len() <= 30 {
			require.ErrorIs(t, identity.CheckUsername(name.String()), identity.ErrUsernameReserved, name.String())
		}
	})
}
