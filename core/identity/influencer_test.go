package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

const terms = "2026-11"

func register(r identity.Registration) (identity.Influencer, error) {
	return identity.RegisterInfluencer("infl_1", "acct_1", r, terms, start)
}

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
		"the_most_marks":          {"bob", "o" + strings.Repeat("\u0301", 8), "bob", "o" + strings.Repeat("\u0301", 8)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := register(identity.Registration{Username: test.username, DisplayName: test.display, AcceptTerms: true})
			require.NoError(t, err)
			require.Equal(t, identity.Influencer{
				ID: "infl_1", Account: "acct_1", Username: test.username, DisplayName: test.shown,
				Terms: identity.Consent{Version: terms, At: start.UTC()}, RegisteredAt: start.UTC(),
			}, got)
			require.Equal(t, test.handle, got.Handle())
		})
	}
}

func TestRegisterInfluencerNeedsConsent(t *testing.T) {
	t.Parallel()
	got, err := register(identity.Registration{Username: "bob"})
	require.ErrorIs(t, err, identity.ErrTerms)
	require.Zero(t, got)
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
		"a_reserved_name":          {"Administrator", "", identity.ErrUsernameReserved},
		"a_long_display_name":      {"bob", strings.Repeat("é", 101), identity.ErrDisplayName},
		"two_lines":                {"bob", "Bob\nB", identity.ErrDisplayName},
		"a_zero":                   {"bob", "Bob\x00B", identity.ErrDisplayName},
		"an_escape":                {"bob", "Bob\x1b[31m", identity.ErrDisplayName},
		"a_later_control":          {"bob", "Bob\u0085B", identity.ErrDisplayName},
		"a_line_separator":         {"bob", "Bob\u2028B", identity.ErrDisplayName},
		"a_paragraph_separator":    {"bob", "Bob\u2029B", identity.ErrDisplayName},
		"a_reversal":               {"bob", "Bob\u202eB", identity.ErrDisplayName},
		"an_isolate":               {"bob", "Bob\u2066B", identity.ErrDisplayName},
		"a_display_name_not_UTF-8": {"bob", "Bob\xffB", identity.ErrDisplayName},
		"nothing_to_see":           {"bob", "\u200b\u200d", identity.ErrDisplayName},
		"marks_on_nothing":         {"bob", "\u0301", identity.ErrDisplayName},
		"a_tower_of_marks":         {"bob", "o" + strings.Repeat("\u0301", 9), identity.ErrDisplayName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := register(identity.Registration{Username: test.username, DisplayName: test.display, AcceptTerms: true})
			require.ErrorIs(t, err, test.want)
			require.Zero(t, got)
		})
	}
}

func TestBio(t *testing.T) {
	t.Parallel()
	four := strings.Repeat("🎸", 500) // each is four bytes and one character
	for bio, want := range map[string]string{
		"": "", " \n ": "", "One line.": "One line.", " Two\nlines. ": "Two\nlines.", four: four, "مرحبا": "مرحبا",
	} {
		got, err := register(identity.Registration{Username: "bob", Bio: bio, AcceptTerms: true})
		require.NoError(t, err, "%q", bio)
		require.Equal(t, want, got.Bio)
	}
	for _, bio := range []string{
		four + "x", "a\x00", "a\rb", "a\tb", "a\u202eb", "a\u200fb", "a\u2029b", "\xff", "a" + strings.Repeat("\u0300", 9), "\u200b",
	} {
		got, err := register(identity.Registration{Username: "bob", Bio: bio, AcceptTerms: true})
		require.ErrorIs(t, err, identity.ErrBio, "%q", bio)
		require.Zero(t, got)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	before, err := register(identity.Registration{Username: "Bob", DisplayName: "Bob B", Bio: "Plays.", AcceptTerms: true})
	require.NoError(t, err)
	text := func(s string) *string { return &s }

	same, err := before.Edit(identity.Edit{})
	require.NoError(t, err)
	require.Equal(t, before, same)

	after, err := before.Edit(identity.Edit{DisplayName: text(" "), Bio: text("Sings.")})
	require.NoError(t, err)
	want := before
	want.DisplayName, want.Bio = "Bob", "Sings."
	require.Equal(t, want, after)

	_, err = before.Edit(identity.Edit{DisplayName: text("good"), Bio: text("\x00")})
	require.ErrorIs(t, err, identity.ErrBio)
	_, err = before.Edit(identity.Edit{DisplayName: text("\x00")})
	require.ErrorIs(t, err, identity.ErrDisplayName)
}
