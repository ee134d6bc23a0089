package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

func TestRegisterInfluencer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ username, display, handle, shown string }{
		"shortest":                {"Bob", "", "bob", "Bob"},
		"longest":                 {strings.Repeat("A", 30), strings.Repeat("é", 100), strings.Repeat("a", 30), strings.Repeat("é", 100)},
		"every_kind_of_character": {"Az09_-", "Bob & Alice 🎸", "az09_-", "Bob & Alice 🎸"},
		"joined_emoji":            {"bob", "👩‍🎤", "bob", "👩‍🎤"},
		"right_to_left":           {"bob", "بوب", "bob", "بوب"},
		"spaces_around":           {"bob", "  Bob B  ", "bob", "Bob B"},
		"only_spaces":             {"BOBBY", " \t ", "bobby", "BOBBY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.RegisterInfluencer("infl_1", "acct_1", test.username, test.display, start)
			require.NoError(t, err)
			require.Equal(t, identity.Influencer{
				ID: "infl_1", Account: "acct_1", Username: test.username, DisplayName: test.shown, RegisteredAt: start.UTC(),
			}, got)
			require.Equal(t, test.handle, got.Handle())
		})
	}
}

// TestHandleIgnoresCase: "BOBBY" and "bobby" are one name (P-43).
func TestHandleIgnoresCase(t *testing.T) {
	t.Parallel()
	require.Equal(t, identity.Handle("bobby"), identity.Handle("BOBBY"))
	require.NotEqual(t, identity.Handle("bobby"), identity.Handle("bobbi"))
}

func TestRegisterInfluencerRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		username, display string
		want              error
	}{
		"no_username":              {"", "", identity.ErrUsername},
		"a_short_username":         {"bo", "", identity.ErrUsername},
		"a_long_username":          {strings.Repeat("a", 31), "", identity.ErrUsername},
		"a_dot":                    {"bob.b", "", identity.ErrUsername},
		"a_space":                  {"bob b", "", identity.ErrUsername},
		"a_line_end":               {"bobby\n", "", identity.ErrUsername},
		"a_letter_beyond_ascii":    {"bоbby", "", identity.ErrUsername},     // the second letter is Cyrillic
		"the_sign_of_kelvin":       {"\u212aarl", "", identity.ErrUsername}, // it would be a k in lower case
		"not_UTF-8":                {"bob\xff", "", identity.ErrUsername},
		"admin":                    {"admin", "", identity.ErrUsernameReserved},
		"administrator":            {"Administrator", "", identity.ErrUsernameReserved},
		"root":                     {"ROOT", "", identity.ErrUsernameReserved},
		"system_inside":            {"the_system_", "", identity.ErrUsernameReserved},
		"twist_at_the_end":         {"real-Twist", "", identity.ErrUsernameReserved},
		"official_at_the_start":    {"OFFICIALbob", "", identity.ErrUsernameReserved},
		"a_long_display_name":      {"bob", strings.Repeat("é", 101), identity.ErrDisplayName},
		"two_lines":                {"bob", "Bob\nB", identity.ErrDisplayName},
		"a_zero":                   {"bob", "Bob\x00B", identity.ErrDisplayName},
		"an_escape":                {"bob", "Bob\x1b[31m", identity.ErrDisplayName},
		"a_later_control":          {"bob", "Bob\u0085B", identity.ErrDisplayName},
		"a_line_separator":         {"bob", "Bob\u2028B", identity.ErrDisplayName},
		"a_paragraph_separator":    {"bob", "Bob\u2029B", identity.ErrDisplayName},
		"a_reversal":               {"bob", "Bob\u202eB", identity.ErrDisplayName},
		"a_display_name_not_UTF-8": {"bob", "Bob\xffB", identity.ErrDisplayName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.RegisterInfluencer("infl_1", "acct_1", test.username, test.display, start)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, got)
		})
	}
}
