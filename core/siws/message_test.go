package siws_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/siws"
)

const (
	address = "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF"
	opened  = "pay.example.com wants you to sign in with your Solana account:\n" + address
)

// full has every part that a text can have.
func full() siws.Message {
	request := "req-1"
	return siws.Message{
		Domain: "pay.example.com", Address: address, Statement: "Sign in to Example Pay",
		URI: "https://pay.example.com/login", Version: "1", ChainID: "solana:devnet", Nonce: "n0nceN0nce12345678",
		IssuedAt: "2026-11-23T05:00:00.000Z", ExpirationTime: "2026-11-23T05:05:00.000Z", NotBefore: "2026-11-23T05:00:00.000Z",
		RequestID: &request, Resources: []string{"https://pay.example.com/tos", "urn:a:b"},
	}
}

const fullText = opened + "\n\nSign in to Example Pay\n\nURI: https://pay.example.com/login\nVersion: 1\nChain ID: solana:devnet\n" +
	"Nonce: n0nceN0nce12345678\nIssued At: 2026-11-23T05:00:00.000Z\nExpiration Time: 2026-11-23T05:05:00.000Z\n" +
	"Not Before: 2026-11-23T05:00:00.000Z\nRequest ID: req-1\nResources:\n- https://pay.example.com/tos\n- urn:a:b"

// Every text here is read, as what stands beside it, and written again byte for byte.
func TestParse(t *testing.T) {
	t.Parallel()
	empty := ""
	for name, test := range map[string]struct {
		text string
		want siws.Message
	}{
		"everything":         {fullText, full()},
		"nothing_but_names":  {opened, siws.Message{Domain: "pay.example.com", Address: address}},
		"a_statement":        {opened + "\n\nHello.", siws.Message{Domain: "pay.example.com", Address: address, Statement: "Hello."}},
		"a_field":            {opened + "\n\nNonce: abcdefgh", siws.Message{Domain: "pay.example.com", Address: address, Nonce: "abcdefgh"}},
		"an_empty_request":   {opened + "\n\nRequest ID: ", siws.Message{Domain: "pay.example.com", Address: address, RequestID: &empty}},
		"no_resource_listed": {opened + "\n\nResources:", siws.Message{Domain: "pay.example.com", Address: address, Resources: []string{}}},
		"a_statement_and_a_field": {opened + "\n\nHello.\n\nVersion: 1", siws.Message{
			Domain: "pay.example.com", Address: address, Statement: "Hello.", Version: "1",
		}},
		"a_statement_nearly_a_field": {opened + "\n\nURI:https://a.b", siws.Message{
			Domain: "pay.example.com", Address: address, Statement: "URI:https://a.b",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := siws.Parse(test.text)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			text, err := got.Render()
			require.NoError(t, err)
			require.Equal(t, test.text, text)
		})
	}
}

// TestParseRefuses has a text for each fault, and for each way to change a good text into one of two readings.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	swap := func(old, with string) string {
		require.Equal(t, 1, strings.Count(fullText, old), old)
		return strings.Replace(fullText, old, with, 1)
	}
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"too_long":                    {opened + "\n\n" + strings.Repeat("a", siws.MaxSize-len(opened)-1), siws.ErrSize},
		"nothing":                     {"", siws.ErrOpening},
		"another_sentence":            {swap("your Solana", "your Ethereum"), siws.ErrOpening},
		"lines_of_windows":            {strings.ReplaceAll(fullText, "\n", "\r\n"), siws.ErrOpening},
		"a_transaction":               {"\x01\x00\x01\x03" + strings.Repeat("\x00", 100), siws.ErrOpening},
		"an_envelope":                 {"\xffsolana offchain\x01\x01" + strings.Repeat("k", 32) + fullText, siws.ErrDomain},
		"nobody_asks":                 {strings.TrimPrefix(fullText, "pay.example.com"), siws.ErrDomain},
		"a_domain_with_a_space":       {swap("pay.example.com wants", "pay example.com wants"), siws.ErrDomain},
		"a_domain_with_a_path":        {swap("pay.example.com wants", "pay.example.com/a wants"), siws.ErrDomain},
		"a_domain_with_a_scheme":      {swap("pay.example.com wants", "https://pay.example.com wants"), siws.ErrDomain},
		"a_domain_of_a_mark":          {"\ufeff" + fullText, siws.ErrDomain},
		"no_address":                  {strings.TrimSuffix(opened, "\n"+address), siws.ErrAddress},
		"an_empty_address":            {strings.Replace(fullText, address, "", 1), siws.ErrAddress},
		"a_short_address":             {strings.Replace(fullText, address, address[:31], 1), siws.ErrAddress},
		"a_long_address":              {strings.Replace(fullText, address, address+"11", 1), siws.ErrAddress},
		"an_address_with_a_zero":      {strings.Replace(fullText, address, "0"+address[1:], 1), siws.ErrAddress},
		"an_address_with_an_O":        {strings.Replace(fullText, address, "O"+address[1:], 1), siws.ErrAddress},
		"an_address_with_an_I":        {strings.Replace(fullText, address, "I"+address[1:], 1), siws.ErrAddress},
		"an_address_with_an_l":        {strings.Replace(fullText, address, "l"+address[1:], 1), siws.ErrAddress},
		"an_address_with_a_space":     {strings.Replace(fullText, address, address+" ", 1), siws.ErrAddress},
		"a_line_end_at_the_end":       {fullText + "\n", siws.ErrLayout},
		"a_line_end_after_the_names":  {opened + "\n", siws.ErrLayout},
		"no_empty_line":               {opened + "\nVersion: 1", siws.ErrLayout},
		"an_empty_line_too_many":      {opened + "\n\n\nVersion: 1", siws.ErrLayout},
		"two_empty_lines_too_many":    {opened + "\n\n\n\nVersion: 1", siws.ErrLayout},
		"an_empty_line_in_the_fields": {swap("\nVersion", "\n\nVersion"), siws.ErrField},
		"no_line_after_the_statement": {swap("Pay\n\nURI", "Pay\nURI"), siws.ErrLayout},
		"a_statement_of_two_lines":    {swap("Sign in to", "Sign in\nto"), siws.ErrLayout},
		"a_statement_beyond_ascii":    {swap("Sign in to", "Prüfe"), siws.ErrStatement},
		"a_statement_with_percent":    {swap("Sign in to", "100%"), siws.ErrStatement},
		"a_statement_with_a_tab":      {swap("Sign in to", "Sign\tin"), siws.ErrStatement},
		"a_statement_like_a_field":    {swap("Sign in to Example Pay", "URI: https://evil.example"), siws.ErrField},
		"a_statement_like_the_list":   {swap("Sign in to Example Pay", "Resources: none"), siws.ErrField},
		"an_unknown_field":            {swap("Nonce: ", "Salt: "), siws.ErrField},
		"a_field_in_small_letters":    {swap("Nonce: ", "nonce: "), siws.ErrField},
		"a_field_without_its_space":   {swap("Nonce: ", "Nonce:"), siws.ErrField},
		"a_padded_field":              {swap("Nonce: ", "Nonce:  "), siws.ErrNonce},
		"a_space_after_a_field":       {swap("n0nceN0nce12345678", "n0nceN0nce12345678 "), siws.ErrNonce},
		"a_field_twice":               {swap("Nonce: n0nceN0nce12345678", "Nonce: n0nceN0nce12345678\nNonce: n0nceN0nce12345678"), siws.ErrRepeated},
		"a_field_again_later":         {swap("Request ID: req-1", "Request ID: req-1\nNonce: n0nceN0nce12345678"), siws.ErrRepeated},
		"an_empty_field_twice":        {opened + "\n\nRequest ID: \nRequest ID: ", siws.ErrRepeated},
		"two_fields_changed_round":    {swap("URI: https://pay.example.com/login\nVersion: 1", "Version: 1\nURI: https://pay.example.com/login"), siws.ErrOrder},
		"an_empty_URI":                {swap("URI: https://pay.example.com/login", "URI: "), siws.ErrURI},
		"a_URI_without_a_scheme":      {swap("https://pay.example.com/login", "//pay.example.com/login"), siws.ErrURI},
		"version_2":                   {swap("Version: 1", "Version: 2"), siws.ErrVersion},
		"no_version":                  {swap("Version: 1", "Version: "), siws.ErrVersion},
		"the_local_chain_named_full":  {swap("solana:devnet", "solana:localnet"), siws.ErrChainID},
		"another_chain":               {swap("solana:devnet", "eip155:1"), siws.ErrChainID},
		"a_nonce_of_seven":            {swap("n0nceN0nce12345678", "n0nceN0"), siws.ErrNonce},
		"a_nonce_with_a_hyphen":       {swap("n0nceN0nce12345678", "n0nce-N0nce"), siws.ErrNonce},
		"a_day_as_a_moment":           {swap("Issued At: 2026-11-23T05:00:00.000Z", "Issued At: 2026-11-23"), siws.ErrIssuedAt},
		"an_end_in_words":             {swap("2026-11-23T05:05:00.000Z", "tomorrow"), siws.ErrExpirationTime},
		"a_start_without_a_zone":      {swap("Not Before: 2026-11-23T05:00:00.000Z", "Not Before: 2026-11-23T05:00:00.000"), siws.ErrNotBefore},
		"a_request_with_a_slash":      {swap("req-1", "req/1"), siws.ErrRequestID},
		"a_request_half_encoded":      {swap("req-1", "req%2"), siws.ErrRequestID},
		"a_resource_without_hyphen":   {swap("- urn:a:b", "urn:a:b"), siws.ErrResources},
		"a_resource_that_is_no_URI":   {swap("- urn:a:b", "- a b"), siws.ErrResources},
		"an_empty_resource":           {swap("- urn:a:b", "- "), siws.ErrResources},
		"a_field_after_the_resources": {swap("- urn:a:b", "Version: 1"), siws.ErrResources},
		"the_resources_on_their_line": {swap("Resources:\n- https", "Resources: https"), siws.ErrField},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := siws.Parse(test.text)
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, fault.Invalid)
			require.Zero(t, got)
		})
	}
}

// A text of the greatest length is read; TestParseRefuses has one more byte.
func TestParseTakesTheLongest(t *testing.T) {
	t.Parallel()
	text := opened + "\n\n" + strings.Repeat("a", siws.MaxSize-len(opened)-2)
	require.Len(t, text, siws.MaxSize)
	m, err := siws.Parse(text)
	require.NoError(t, err)
	again, err := m.Render()
	require.NoError(t, err)
	require.Equal(t, text, again)
}

// TestRenderRefuses: what Parse would not read, or read as something else, is not written.
func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	bad := "a b"
	for name, test := range map[string]struct {
		spoil func(m *siws.Message)
		want  error
	}{
		"domain":               {func(m *siws.Message) { m.Domain = "" }, siws.ErrDomain},
		"domain_of_two_lines":  {func(m *siws.Message) { m.Domain = "a\nb" }, siws.ErrDomain},
		"address":              {func(m *siws.Message) { m.Address = "x" }, siws.ErrAddress},
		"statement":            {func(m *siws.Message) { m.Statement = "a\n\nURI: https://evil.example" }, siws.ErrStatement},
		"statement_as_a_field": {func(m *siws.Message) { m.Statement = "URI: https://evil.example" }, siws.ErrStatement},
		"statement_as_a_list":  {func(m *siws.Message) { m.Statement = "Resources:" }, siws.ErrStatement},
		"URI":                  {func(m *siws.Message) { m.URI = "login" }, siws.ErrURI},
		"version":              {func(m *siws.Message) { m.Version = "01" }, siws.ErrVersion},
		"chain_ID":             {func(m *siws.Message) { m.ChainID = "solana:localnet" }, siws.ErrChainID},
		"nonce":                {func(m *siws.Message) { m.Nonce = "1234567" }, siws.ErrNonce},
		"issued_at":            {func(m *siws.Message) { m.IssuedAt = "now" }, siws.ErrIssuedAt},
		"expiration_time":      {func(m *siws.Message) { m.ExpirationTime = "now" }, siws.ErrExpirationTime},
		"not_before":           {func(m *siws.Message) { m.NotBefore = "now" }, siws.ErrNotBefore},
		"request_ID":           {func(m *siws.Message) { m.RequestID = &bad }, siws.ErrRequestID},
		"resources":            {func(m *siws.Message) { m.Resources = []string{"urn:a:b", ""} }, siws.ErrResources},
		"too_much":             {func(m *siws.Message) { m.Statement = strings.Repeat("a", siws.MaxSize) }, siws.ErrSize},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := full()
			test.spoil(&m)
			text, err := m.Render()
			require.ErrorIs(t, err, test.want)
			require.Empty(t, text)
		})
	}
}
