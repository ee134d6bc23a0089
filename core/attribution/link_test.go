package attribution_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
)

func link(destination string) (attribution.Link, error) {
	return attribution.MakeLink("link_1", "CoDe012345", "infl_1", "acct_1", attribution.NewLink{Program: "prog_1", Destination: destination}, noon)
}

// TestDestinations holds that a link leads to http and https alone, whatever its maker writes. P-52
func TestDestinations(t *testing.T) {
	t.Parallel()
	const shop = "https://shop.example/"
	for name, test := range map[string]struct{ destination, want string }{
		"https":                     {shop, shop},
		"http":                      {"http://shop.example", "http://shop.example"},
		"a_scheme_in_capitals":      {"HTTPS://Shop.Example/A", "https://Shop.Example/A"},
		"a_port":                    {"http://shop.example:8080/x", "http://shop.example:8080/x"},
		"an_address_of_version_6":   {"http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"},
		"a_query_and_a_fragment":    {shop + "?a=1&b=%20#there", shop + "?a=1&b=%20#there"},
		"letters_of_the_world":      {"https://exämple.com/ü?q=ü", "https://ex%C3%A4mple.com/%C3%BC?q=%C3%BC"},
		"spaces":                    {shop + "a b?c d#e f", shop + "a%20b?c%20d#e%20f"},
		"quotes_and_brackets":       {shop + `"<a>?"<b>`, shop + "%22%3Ca%3E?%22%3Cb%3E"},
		"every_odd_sign_of_a_query": {shop + "?\\^`{|}'\"<>\x80\xff", shop + "?%5C%5E%60%7B%7C%7D'%22%3C%3E%80%FF"},
		"the_edges_of_ascii":        {shop + "?!~", shop + "?!~"},
		"a_public_address":          {"http://93.184.216.34/", "http://93.184.216.34/"},
		"a_host_with_a_dot_at_end":  {"https://shop.example./", "https://shop.example./"},
		"localhost":                 {"http://localhost/", ""},
		"localhost_with_a_dot":      {"http://LocalHost.:80/", ""},
		"a_name_below_localhost":    {"http://a.localhost/", ""},
		"a_name_without_a_dot":      {"http://router/", ""},
		"a_name_of_a_home":          {"http://printer.local/", ""},
		"a_name_of_a_firm":          {"https://metadata.google.internal/", ""},
		"a_name_like_one":           {"https://local.example/", "https://local.example/"},
		"loopback":                  {"http://127.0.0.1/", ""},
		"loopback_of_version_6":     {"http://[::1]/", ""},
		"loopback_mapped":           {"http://[::ffff:127.0.0.1]/", ""},
		"loopback_embedded":         {"http://[::127.0.0.1]/", ""},
		"loopback_as_one_number":    {"http://2130706433/", ""},
		"loopback_in_base_16":       {"http://0x7f000001/", ""},
		"loopback_in_base_8":        {"http://0177.0.0.1/", ""},
		"loopback_shortened":        {"http://127.1/", ""},
		"base_16_at_the_end":        {"http://127.0.0.0x1/", ""},
		"a_home_network":            {"http://192.168.1.1/reboot", ""},
		"a_large_network":           {"http://10.0.0.1/", ""},
		"a_carrier_network":         {"http://100.64.0.1/", ""},
		"the_address_after_it":      {"http://100.128.0.1/", "http://100.128.0.1/"},
		"link_local":                {"http://169.254.169.254/latest", ""},
		"link_local_of_version_6":   {"http://[fe80::1]/", ""},
		"unique_local":              {"http://[fd00::1]/", ""},
		"site_local":                {"http://[fec0::1]/", ""},
		"translated_within":         {"http://[64:ff9b:1::7f00:1]/", ""},
		"of_a_benchmark":            {"http://198.18.0.1/", ""},
		"multicast":                 {"http://224.0.0.1/", ""},
		"no_address":                {"http://0.0.0.0/", ""},
		"broadcast":                 {"http://255.255.255.255/", ""},
		"wide_letters":              {"http://ｌｏｃａｌｈｏｓｔ/", ""},
		"wide_letters_and_a_dot":    {"https://ｓhop.example/", ""},
		"a_wide_dot":                {"http://127。0。0。1/", ""},
		"a_circled_digit":           {"http://①27.0.0.1/", ""},
		"a_hyphen_nobody_sees":      {"http://local\u00adhost.example/", ""},
		"a_long_s":                  {"http://localhoſt/", ""},
		"the_last_port":             {"https://shop.example:65535/", "https://shop.example:65535/"},
		"port_zero":                 {"https://shop.example:0/", ""},
		"a_port_there_is_not":       {"https://shop.example:65536/", ""},
		"a_port_of_many_digits":     {"https://shop.example:184467440737095516160/", ""},
		"a_label_of_nothing":        {"https://shop..example/", ""},
		"a_first_label_of_nothing":  {"https://.example/", ""},
		"a_mark_nobody_sees":        {"http://127.0.0.1\u034f/", ""},
		"a_mark_in_a_name":          {"http://printer.lo\u034fcal/", ""},
		"a_mongolian_selector":      {"http://127.0.0.1\u180b/", ""},
		"a_vowel_nobody_sees":       {"http://127.0.0.1\u17b4/", ""},
		"a_filler":                  {"http://127.0.0.1\u115f/", ""},
		"a_raised_c":                {"http://printer.lo\ua7f2al/", ""},
		"a_raised_f":                {"http://127.0.0.0x\ua7f3/", ""},
		"two_letters_in_one":        {"http://shop.\u0133.example/", ""},
		"a_sharp_s_in_capitals":     {"http://shop.\u1e9e.example/", ""},
		"a_kelvin":                  {"http://\u212aey.example/", ""},
		"a_sharp_s":                 {"http://straße.example/", "http://stra%C3%9Fe.example/"},
		"2048_bytes":                {shop + strings.Repeat("x", 2048-len(shop)), shop + strings.Repeat("x", 2048-len(shop))},
		"2049_bytes":                {shop + strings.Repeat("x", 2049-len(shop)), ""},
		"2048_bytes_once_escaped":   {shop + strings.Repeat("x", 2045-len(shop)) + " ", shop + strings.Repeat("x", 2045-len(shop)) + "%20"},
		"2049_bytes_once_escaped":   {shop + strings.Repeat("x", 2046-len(shop)) + " ", ""},
		"2049_bytes_in_the_query":   {shop + "?" + strings.Repeat("x", 2045-len(shop)) + " ", ""},
		"2049_bytes_kept_as_2048":   {shop + strings.Repeat("x", 2048-len(shop)) + "#", ""},
		"2049_bytes_of_nonsense":    {strings.Repeat(":", 2049), ""},
		"nothing":                   {"", ""},
		"javascript":                {"javascript:alert(1)", ""},
		"javascript_in_capitals":    {"JaVaScRiPt:alert(1)", ""},
		"javascript_like_a_host":    {"javascript://shop.example/%0aalert(1)", ""},
		"javascript_after_a_space":  {" javascript:alert(1)", ""},
		"javascript_behind_a_tab":   {"java\tscript:alert(1)", ""},
		"data":                      {"data:text/html,<script>alert(1)</script>", ""},
		"vbscript":                  {"vbscript:msgbox(1)", ""},
		"file":                      {"file:///etc/passwd", ""},
		"ftp":                       {"ftp://shop.example/", ""},
		"blob":                      {"blob:https://shop.example/1", ""},
		"a_scheme_that_begins_so":   {"httpx://shop.example/", ""},
		"a_scheme_of_its_own":       {"twist://shop.example/", ""},
		"no_scheme":                 {"shop.example", ""},
		"relative":                  {"/path", ""},
		"relative_to_the_scheme":    {"//shop.example/", ""},
		"only_a_scheme":             {"https:", ""},
		"no_host":                   {"https:///path", ""},
		"only_a_port":               {"https://:443/", ""},
		"opaque":                    {"https:shop.example", ""},
		"a_user":                    {"https://user@shop.example/", ""},
		"a_user_and_password":       {"https://user:secret@shop.example/", ""},
		"an_empty_user":             {"https://@shop.example/", ""},
		"a_host_before_the_host":    {"https://shop.example%00@evil.example/", ""},
		"a_backslash":               {`https://shop.example\@evil.example/`, ""},
		"a_host_with_a_tag":         {"https://<b>/", ""},
		"a_host_with_a_quote":       {`https://a"b.example/`, ""},
		"a_host_with_an_apostrophe": {"https://a'b.example/", ""},
		"a_host_with_a_parenthesis": {"https://a(b).example/", ""},
		"a_host_with_a_zone":        {"http://[fe80::1%25en0]/", ""},
		"a_host_with_a_space":       {"https://a b.example/", ""},
		"a_line_break":              {"https://shop.example/\r\nSet-Cookie: a=b", ""},
		"a_null":                    {"https://shop.example/\x00", ""},
		"an_escape_that_is_none":    {"https://shop.example/%zz", ""},
		"a_port_that_is_none":       {"https://shop.example:port/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := link(test.destination)
			if test.want == "" {
				require.ErrorIs(t, err, attribution.ErrDestination)
				require.ErrorIs(t, err, fault.Invalid)
				require.Zero(t, l)
				return
			}
			require.NoError(t, err)
			require.Equal(t, attribution.Link{
				ID: "link_1", Code: "CoDe012345", Program: "prog_1", Influencer: "infl_1", Holder: "acct_1",
				Destination: test.want, MadeAt: noon,
			}, l)
			again, err := link(l.Destination)
			require.NoError(t, err)
			require.Equal(t, l, again, "what is kept is kept as it is")
		})
	}
}

// TestLanding holds that a redirect never loses its reference, nor what the destination had. P-41
func TestLanding(t *testing.T) {
	t.Parallel()
	const added = "ref=CoDe012345&click=clk_1"
	for name, test := range map[string]struct{ destination, want string }{
		"no_query":                  {"https://shop.example", "https://shop.example?" + added},
		"an_empty_query":            {"https://shop.example/?", "https://shop.example/?" + added},
		"a_query":                   {"https://shop.example/?b=2&a=1", "https://shop.example/?b=2&a=1&" + added},
		"the_same_name_twice":       {"https://shop.example/?a=1&a=2", "https://shop.example/?a=1&a=2&" + added},
		"a_name_without_a_value":    {"https://shop.example/?new&x=", "https://shop.example/?new&x=&" + added},
		"bytes_a_merchant_signed":   {"https://shop.example/?q=a%20b+c%2F&s=%7e", "https://shop.example/?q=a%20b+c%2F&s=%7e&" + added},
		"a_semicolon":               {"https://shop.example/?a=1;b=2", "https://shop.example/?a=1;b=2&" + added},
		"an_escape_that_is_none":    {"https://shop.example/?a=%zz&%zz=b", "https://shop.example/?a=%zz&%zz=b&" + added},
		"an_address_in_the_query":   {"https://shop.example/?to=https://x.example/?ref=y", "https://shop.example/?to=https://x.example/?ref=y&" + added},
		"another_reference":         {"https://shop.example/?ref=thief&a=1", "https://shop.example/?a=1&" + added},
		"other_references":          {"https://shop.example/?ref=a&click=b&ref=c&ref&click=", "https://shop.example/?" + added},
		"another_reference_escaped": {"https://shop.example/?%72ef=thief&clic%6b=x", "https://shop.example/?" + added},
		"names_that_are_like_it":    {"https://shop.example/?Ref=1&refs=2&preclick=3", "https://shop.example/?Ref=1&refs=2&preclick=3&" + added},
		"empty_pairs":               {"https://shop.example/?&&a=1&", "https://shop.example/?a=1&" + added},
		"a_fragment":                {"https://shop.example/x#part?ref=y", "https://shop.example/x?" + added + "#part?ref=y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := link(test.destination)
			require.NoError(t, err)
			landing, err := l.Landing("clk_1")
			require.NoError(t, err)
			require.Equal(t, test.want, landing)
		})
	}
}

func TestLandingEscapesItsOwn(t *testing.T) {
	t.Parallel()
	landing, err := attribution.Link{Code: "a&b=c", Destination: "http://h/"}.Landing("x y#z")
	require.NoError(t, err)
	require.Equal(t, "http://h/?ref=a%26b%3Dc&click=x+y%23z", landing)

	_, err = attribution.Link{Destination: "http://h/%zz"}.Landing("clk_1")
	require.ErrorIs(t, err, attribution.ErrDestination, "a row that was changed by hand")
}

// Whatever query a destination has, its landing has the same, and exactly one ref and one click. P-41
func TestLandingKeepsEveryQuery(t *testing.T) {
	t.Parallel()
	word := rapid.StringOf(rapid.SampledFrom([]rune("ab=&;%2ref+ ü\"'?/")))
	rapid.Check(t, func(rt *rapid.T) {
		values := url.Values{}
		for range rapid.IntRange(0, 4).Draw(rt, "pairs") {
			values.Add(word.Draw(rt, "name"), word.Draw(rt, "value"))
		}
		query := rapid.SampledFrom([]string{values.Encode(), word.Draw(rt, "raw")}).Draw(rt, "query")
		l, err := link("https://shop.example/p?" + query)
		require.NoError(rt, err)
		landing, err := l.Landing("clk_1")
		require.NoError(rt, err)
		u, err := url.Parse(landing)
		require.NoError(rt, err)

		before, _ := url.ParseQuery(query) // what it cannot read it leaves out, on both sides
		after := u.Query()
		require.Equal(rt, []string{"CoDe012345"}, after["ref"])
		require.Equal(rt, []string{"clk_1"}, after["click"])
		for _, v := range []url.Values{before, after} {
			v.Del("ref")
			v.Del("click")
		}
		require.Equal(rt, before, after)
		require.Regexp(rt, `^[!-~]+$`, landing, "fit for a header")
	})
}

func click(id attribution.ClickID, at time.Time) attribution.Click {
	return attribution.Click{ID: id, Program: "prog_1", Influencer: "infl_1", Holder: "acct_1", At: at, Verdict: attribution.Valid, Origin: attribution.Redirect}
}

// P-41: a link is active until the moment of its expiry, and not once it was withdrawn.
func TestLinksAreActive(t *testing.T) {
	t.Parallel()
	ends := noon.Add(day)
	asked := attribution.NewLink{Program: "prog_1", Destination: "https://shop.example/", Promo: "fay-10", ExpiresAt: ends}
	l, err := attribution.MakeLink("link_1", "CoDe012345", "infl_1", "acct_1", asked, noon)
	require.NoError(t, err)
	require.Equal(t, attribution.Promo("FAY-10"), l.Promo)
	require.True(t, l.Active(noon))
	require.True(t, l.Active(ends.Add(-1)))
	require.False(t, l.Active(ends))
	off := l.Withdraw(noon.Add(1))
	require.False(t, off.Active(noon.Add(1)))
	require.Equal(t, off, off.Withdraw(noon.Add(2)))
	on, err := off.Restore(time.Time{}, ends.Add(day))
	require.NoError(t, err)
	require.True(t, on.Active(ends.Add(1_000*day)))
	require.False(t, on.Same(l), "it does not expire")
	on, err = off.Restore(ends.In(time.FixedZone("far", 3_600)), noon)
	require.NoError(t, err)
	require.Equal(t, l, on)
	require.True(t, on.Same(l))

	for at, want := range map[time.Time]error{
		noon: attribution.ErrExpiry, noon.Add(-1): attribution.ErrExpiry, noon.Add(time.Microsecond): nil, noon.Add(time.Microsecond + 1): attribution.ErrExpiry,
		noon.Add(attribution.MaxLife): nil, noon.Add(attribution.MaxLife + time.Microsecond): attribution.ErrExpiry,
	} {
		asked.ExpiresAt = at
		_, err := attribution.MakeLink("link_1", "CoDe012345", "infl_1", "acct_1", asked, noon)
		require.ErrorIs(t, err, want, at)
		_, err = l.Restore(at, noon)
		require.ErrorIs(t, err, want, at)
	}
	asked.Promo = "-"
	_, err = attribution.MakeLink("link_1", "CoDe012345", "infl_1", "acct_1", asked, noon)
	require.ErrorIs(t, err, attribution.ErrPromo)

	l.Destination = "https://shop.example/?promo=THIEF&a=1"
	landing, err := l.Landing("clk_1")
	require.NoError(t, err)
	require.Equal(t, "https://shop.example/?a=1&ref=CoDe012345&promo=FAY-10&click=clk_1", landing)
	l.Reserved = true
	landing, err = l.Landing("clk_1")
	require.NoError(t, err)
	require.Equal(t, "https://shop.example/?promo=THIEF&a=1&ref=CoDe012345&click=clk_1", landing, "a code that earns nothing is as none")
}
