package jwt_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	adapter "github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
)

// forge writes a token whose header and body differ from a good one by what change does to them. It is
// signed with the active key, so that only the check under test can refuse it.
func forge(t *testing.T, change func(header, body map[string]any)) string {
	t.Helper()
	header, body := good()
	change(header, body)
	return sign(t, header, body, key("now", 2, adapter.Active).Private)
}

// good is header and body of a token that Verify takes.
func good() (header, body map[string]any) {
	return map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": "now"}, map[string]any{
		"iss": issuer, "aud": audience, "client_id": audience, "sub": "acct_1", "sid": "sess_1", "jti": "tok_1",
		"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(identity.AccessLife).Unix(), "scope": "user",
		"wallet": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1:FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF",
	}
}

func sign(t *testing.T, header, body any, private ed25519.PrivateKey) string {
	t.Helper()
	text := segment(t, header) + "." + segment(t, body)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, []byte(text)))
}

func segment(t *testing.T, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestForgeIsGoodUnchanged(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2, adapter.Active)))
	got, err := tokens.Verify(t.Context(), forge(t, func(_, _ map[string]any) {}), start)
	require.NoError(t, err)
	require.Equal(t, claims(), got)
}

func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	one := open(t, with(key("now", 2, adapter.Active)))
	two := open(t, with(key("now", 2, adapter.Active), key("soon", 3, adapter.Next)))
	public := key("now", 2, adapter.Active).Private.Public()
	for name, set := range map[string]map[string]any{
		"type_of_an_id_token":     {"typ": "JWT"},
		"type_of_a_refresh_token": {"typ": "rt+jwt"},
		"type_in_capitals":        {"typ": "AT+JWT"},
		"type_is_a_list":          {"typ": []string{"at+jwt"}},
		"type_missing":            {"typ": nil},
		"algorithm_none":          {"alg": "none"},
		"algorithm_None":          {"alg": "None"},
		"algorithm_hs256":         {"alg": "HS256"},
		"algorithm_es256":         {"alg": "ES256"},
		"algorithm_of_nobody":     {"alg": "Ed448"},
		"algorithm_missing":       {"alg": nil},
		"kid_missing":             {"kid": nil},
		"kid_empty":               {"kid": ""},
		"kid_of_nobody":           {"kid": "then"},
		"kid_of_another_key":      {"kid": "soon"},
		"kid_is_a_path":           {"kid": "../../dev/null"},
		"kid_is_a_query":          {"kid": "x' UNION SELECT 'key"},
		"kid_is_a_number":         {"kid": 0},
		"kid_is_a_list":           {"kid": []string{"now"}},
		"crit":                    {"crit": []string{"exp"}},
		"crit_empty":              {"crit": []string{}},
		"jku":                     {"jku": "https://evil.example/jwks.json"},
		"jwk":                     {"jwk": map[string]any{"kty": "OKP", "x": public}},
		"x5u":                     {"x5u": "https://evil.example/cert"},
		"x5c":                     {"x5c": []string{"MII"}},
		"zip":                     {"zip": "DEF"},
		"b64":                     {"b64": false},
		"nested":                  {"cty": "JWT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := forge(t, func(header, _ map[string]any) {
				maps.Copy(header, set)
				maps.DeleteFunc(header, func(_ string, v any) bool { return v == nil })
			})
			requireInvalid(t, one, token)
			requireInvalid(t, two, token)
		})
	}
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2, adapter.Active)))
	later := start.Add(time.Minute).Unix()
	for name, set := range map[string]map[string]any{
		"no_expiry":                {"exp": nil},
		"expiry_is_text":           {"exp": "soon"},
		"expiry_before_issue":      {"exp": start.Unix() - 3},
		"no_not_before":            {"nbf": nil},
		"not_before_in_the_future": {"nbf": later},
		"no_issue":                 {"iat": nil},
		"issued_in_the_future":     {"iat": later},
		"other_issuer":             {"iss": "https://evil.example"},
		"issuer_with_a_slash":      {"iss": issuer + "/"},
		"no_issuer":                {"iss": nil},
		"other_audience":           {"aud": "https://shop.example.com"},
		"empty_audience":           {"aud": []string{}},
		"no_audience":              {"aud": nil},
		"no_subject":               {"sub": nil},
		"no_session":               {"sid": nil},
		"no_id":                    {"jti": nil},
		"no_scope":                 {"scope": nil},
		"made_up_scope":            {"scope": "user root"},
		"doubled_space":            {"scope": "user  admin"},
		"no_wallet":                {"wallet": nil},
		"bare_wallet":              {"wallet": "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF"},
		"wallet_of_another_chain":  {"wallet": identity.Wallet("FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF").CAIP10(identity.Mainnet)},
		"system_program_as_wallet": {"wallet": identity.Wallet(strings.Repeat("1", 32)).CAIP10(identity.Devnet)},
		"expired_of_other_issuer":  {"exp": start.Unix() - 60, "iss": "https://evil.example"},
		"expired_and_not_yet_good": {"exp": start.Unix() - 60, "nbf": later},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, tokens, forge(t, func(_, body map[string]any) {
				maps.Copy(body, set)
				maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
			}))
		})
	}
}

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	private := key("now", 2, adapter.Active).Private
	tokens := open(t, with(key("now", 2, adapter.Active)))
	token := issue(t, tokens)
	parts := strings.Split(token, ".")
	header, body := good()
	hs256, hs256Header := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(body)), maps.Clone(header)
	hs256Header["alg"] = "HS256"
	hs256.Header = hs256Header
	confused, err := hs256.SignedString([]byte(private.Public().(ed25519.PublicKey)))
	require.NoError(t, err)
	none := segment(t, map[string]any{"alg": "none", "typ": "at+jwt", "kid": "now"}) + "." + parts[1] + "."

	for name, text := range map[string]string{
		"hs256_with_the_public_key":       confused,
		"none_without_a_signature":        none,
		"none_with_our_signature":         none + parts[2],
		"good_header_without_a_signature": parts[0] + "." + parts[1] + ".",
		"key_of_a_stranger":               sign(t, header, body, key("now", 9, adapter.Active).Private),
		"oversize_but_signed":             sign(t, header, with256(body), private),
		"body_is_null":                    sign(t, header, nil, private),
		"body_is_a_list":                  sign(t, header, []string{"exp"}, private),
		"header_is_null":                  sign(t, nil, body, private),
		"header_is_a_list":                sign(t, []string{"alg"}, body, private),
		"nested":                          sign(t, header, token, private),
		"signature_of_another_body":       segment(t, header) + "." + segment(t, with256(nil)) + "." + parts[2],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, tokens, text)
		})
	}
}

// with256 is a body with a claim that makes the token longer than is looked at.
func with256(body map[string]any) map[string]any {
	body = maps.Clone(body)
	if body == nil {
		body = map[string]any{}
	}
	body["filler"] = strings.Repeat("x", 8<<10)
	return body
}

// TestSignatureHasOneSpelling: the last character of a signature carries four unused bits, and the
// decoder would also skip line ends.
func TestSignatureHasOneSpelling(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2, adapter.Active)))
	token := issue(t, tokens)
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\n" {
		if text := token[:len(token)-1] + string(last); text != token {
			requireInvalid(t, tokens, text)
		}
	}
}

func TestExpiredIsSaidOnlyOfOurOwn(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2, adapter.Active)))
	late := start.Add(identity.AccessLife + identity.ClockLeeway)
	_, err := tokens.Verify(t.Context(), issue(t, tokens), late)
	require.ErrorIs(t, err, identity.ErrTokenExpired)

	header, body := good()
	_, err = tokens.Verify(t.Context(), sign(t, header, body, key("now", 9, adapter.Active).Private), late)
	require.ErrorIs(t, err, identity.ErrToken)
}

// TestRefusedByTheFirstDoor: other checks would stop these too, which is no reason to open the door.
func TestRefusedByTheFirstDoor(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2, adapter.Active)))
	for cause, change := range map[string]func(header, body map[string]any){
		"signing method HS256 is invalid": func(header, _ map[string]any) { header["alg"] = "HS256" },
		"signing method none is invalid":  func(header, _ map[string]any) { header["alg"] = "none" },
		"exp claim is required":           func(_, body map[string]any) { delete(body, "exp") },
	} {
		_, err := tokens.Verify(t.Context(), forge(t, change), start)
		require.ErrorIs(t, err, identity.ErrToken)
		require.ErrorContains(t, err, cause)
	}
}

func requireInvalid(t *testing.T, tokens *adapter.Tokens, text string) {
	t.Helper()
	got, err := tokens.Verify(t.Context(), text, start)
	require.ErrorIs(t, err, identity.ErrToken)
	require.Zero(t, got)
}

// FuzzVerify: no text makes Verify panic, and none but ours is a token.
func FuzzVerify(f *testing.F) {
	tokens, err := adapter.New(with(key("now", 2, adapter.Active)))
	require.NoError(f, err)
	token, err := tokens.Issue(f.Context(), claims())
	require.NoError(f, err)
	f.Add(token)
	f.Add(strings.Replace(token, ".", "..", 1))
	f.Add("eyJhbGciOiJub25lIn0.bnVsbA.")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := tokens.Verify(t.Context(), text, start); err == nil {
			require.Equal(t, token, text)
		}
	})
}
