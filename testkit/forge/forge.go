// Package forge writes access tokens that everyone must refuse, beside a good one.
//
// It knows the form of a JSON Web Token and the names in ours, and nothing of whoever reads them. Its
// invariant: what it signs with the right key is wrong in one thing only, so that nothing but the check of
// that thing can refuse it.
package forge

import (
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Forger holds a good token and the key that signed it.
type Forger struct {
	token, header, body, signature string
	headers, claims                map[string]any
	private                        ed25519.PrivateKey
}

// New reads a good token. It panics on one that is none: there would be nothing to forge.
func New(token string, private ed25519.PrivateKey) *Forger {
	f := &Forger{token: token, private: private}
	parts := strings.Split(token, ".")
	f.header, f.body, f.signature = parts[0], parts[1], parts[2]
	f.headers, f.claims = read(f.header), read(f.body)
	return f
}

// read decodes a part. Numbers stay as they are written.
func read(part string) map[string]any {
	d := json.NewDecoder(base64.NewDecoder(base64.RawURLEncoding, strings.NewReader(part)))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		panic(err)
	}
	return fields
}

// Tokens is every forgery by name. None of them is a token.
func (f *Forger) Tokens() map[string]string {
	all := map[string]string{}
	for _, some := range []map[string]string{f.byHeader(), f.byClaim(), f.byNames(), f.byKey(), f.byText()} {
		maps.Copy(all, some)
	}
	return all
}

// Flips is the good token with one bit changed, for each of its bytes.
func (f *Forger) Flips() []string {
	flipped := make([]string, len(f.token))
	for i := range f.token {
		changed := []byte(f.token)
		changed[i] ^= 1
		flipped[i] = string(changed)
	}
	return flipped
}

// With is the good token with other fields in its header and body, signed with the right key. Nil takes a
// field away.
func (f *Forger) With(header, claims map[string]any) string {
	return f.Sign(encode(merged(f.headers, header)), encode(merged(f.claims, claims)))
}

// Sign puts the right key's signature under two parts.
func (f *Forger) Sign(header, body string) string {
	text := header + "." + body
	return text + "." + encode(ed25519.Sign(f.private, []byte(text)))
}

func merged(good, other map[string]any) map[string]any {
	all := maps.Clone(good)
	maps.Copy(all, other)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	return all
}

// encode writes bytes or text as they are, and anything else as JSON.
func encode(v any) string {
	var raw []byte
	switch v := v.(type) {
	case []byte:
		raw = v
	case string:
		raw = []byte(v)
	default:
		var err error
		if raw, err = json.Marshal(v); err != nil {
			panic(err)
		}
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// byHeader changes what a header asks of its reader.
func (f *Forger) byHeader() map[string]string {
	public := f.private.Public()
	all := map[string]string{}
	for name, set := range map[string]map[string]any{
		"type_of_an_id_token":     {"typ": "JWT"},
		"type_of_a_refresh_token": {"typ": "rt+jwt"},
		"type_with_its_tree":      {"typ": "application/at+jwt"},
		"type_in_capitals":        {"typ": "AT+JWT"},
		"type_is_a_list":          {"typ": []string{"at+jwt"}},
		"type_missing":            {"typ": nil},
		"algorithm_none":          {"alg": "none"},
		"algorithm_None":          {"alg": "None"},
		"algorithm_NONE":          {"alg": "NONE"},
		"algorithm_nOnE":          {"alg": "nOnE"},
		"algorithm_hs256":         {"alg": "HS256"},
		"algorithm_es256":         {"alg": "ES256"},
		"algorithm_ed25519":       {"alg": "Ed25519"},
		"algorithm_of_nobody":     {"alg": "Ed448"},
		"algorithm_missing":       {"alg": nil},
		"kid_missing":             {"kid": nil},
		"kid_empty":               {"kid": ""},
		"kid_of_nobody":           {"kid": "then"},
		"kid_is_a_path":           {"kid": "../../../../dev/null"},
		"kid_is_a_query":          {"kid": "x' UNION SELECT 'key"},
		"kid_is_a_command":        {"kid": "/dev/null|id"},
		"kid_is_an_address":       {"kid": "https://evil.example/key"},
		"kid_is_a_number":         {"kid": 0},
		"kid_is_a_list":           {"kid": []any{f.headers["kid"]}},
		"kid_is_an_object":        {"kid": map[string]any{"kid": f.headers["kid"]}},
		"kid_with_a_space":        {"kid": fmt.Sprint(f.headers["kid"], " ")},
		"crit":                    {"crit": []string{"exp"}},
		"crit_empty":              {"crit": []string{}},
		"jku":                     {"jku": "https://evil.example/jwks.json"},
		"jwk":                     {"jwk": map[string]any{"kty": "OKP", "crv": "Ed25519", "x": public}},
		"x5u":                     {"x5u": "https://evil.example/cert"},
		"x5c":                     {"x5c": []string{"MII"}},
		"x5t":                     {"x5t": "AAAA"},
		"zip":                     {"zip": "DEF"},
		"b64":                     {"b64": false},
		"b64_said_to_be_critical": {"b64": false, "crit": []string{"b64"}},
		"nested_by_its_type":      {"cty": "JWT"},
		"encrypted_by_its_header": {"enc": "A256GCM"},
	} {
		all[name] = f.With(set, nil)
	}
	return all
}

// byClaim changes what a token says.
func (f *Forger) byClaim() map[string]string {
	number, _ := f.claims["iat"].(json.Number).Int64() //nolint:forcetypeassert // read uses numbers
	issued := time.Unix(number, 0)
	at := func(d time.Duration) int64 { return issued.Add(d).Unix() }
	all := map[string]string{}
	for name, set := range map[string]map[string]any{
		"no_expiry":                {"exp": nil},
		"expiry_far_away":          {"exp": at(24 * 365 * time.Hour)},
		"expiry_a_second_too_far":  {"exp": at(10*time.Minute + time.Second)},
		"expiry_without_end":       {"exp": json.Number("1e300")},
		"expiry_is_text":           {"exp": "soon"},
		"expiry_is_a_number_text":  {"exp": fmt.Sprint(at(time.Minute))},
		"no_not_before":            {"nbf": nil},
		"not_before_in_the_future": {"nbf": at(5 * time.Minute)},
		"no_issue":                 {"iat": nil},
		"issued_in_the_future":     {"iat": at(5 * time.Minute)},
		"other_issuer":             {"iss": "https://evil.example"},
		"issuer_with_a_slash":      {"iss": fmt.Sprint(f.claims["iss"], "/")},
		"no_issuer":                {"iss": nil},
		"other_audience":           {"aud": "https://shop.example.com"},
		"audience_among_others":    {"aud": []any{"https://shop.example.com", f.audience()}},
		"audience_twice":           {"aud": []any{f.audience(), f.audience()}},
		"audience_in_a_list_of_it": {"aud": []any{[]any{f.audience()}}},
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
		"wallet_of_another_chain":  {"wallet": "eip155:1:0x52908400098527886E0F7030069857D2E4169EE7"},
		"expired_of_other_issuer":  {"exp": at(-time.Hour), "iss": "https://evil.example"},
	} {
		all[name] = f.With(nil, set)
	}
	return all
}

func (f *Forger) audience() any {
	if list, ok := f.claims["aud"].([]any); ok {
		return list[0]
	}
	return f.claims["aud"]
}

// byNames says a thing twice, so that two readers may see two tokens.
func (f *Forger) byNames() map[string]string {
	header, body := inside(f.header), inside(f.body)
	all := map[string]string{}
	for name, parts := range map[string][2]string{
		"kid_twice":                    {`{"kid":"then",` + header, "{" + body},
		"algorithm_twice":              {`{"alg":"none",` + header, "{" + body},
		"type_twice":                   {`{"typ":"JWT",` + header, "{" + body},
		"subject_twice":                {"{" + header, `{"sub":"acct_other",` + body},
		"expiry_twice":                 {"{" + header, `{"exp":1,` + body},
		"subject_in_capitals_too":      {"{" + header, `{"SUB":"acct_other",` + body},
		"subject_in_another_alphabet":  {"{" + header, `{"ſub":"acct_other",` + body},
		"subject_spelled_with_escapes": {"{" + header, `{"\u0073ub":"acct_other",` + body},
		"scope_twice":                  {"{" + header, `{"scope":"admin",` + body},
	} {
		all[name] = f.Sign(encode(parts[0]), encode(parts[1]))
	}
	return all
}

// inside is an object without its first bracket.
func inside(part string) string {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		panic(err)
	}
	return string(raw[1:])
}

// byKey signs with what is no key of ours, or not for this.
func (f *Forger) byKey() map[string]string {
	public := f.private.Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	x := encode([]byte(public))
	jwk := `{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"` + fmt.Sprint(f.headers["kid"]) + `","x":"` + x + `"}`
	stranger := *f
	stranger.private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0x5a}, ed25519.SeedSize))
	none := encode(merged(f.headers, map[string]any{"alg": "none"}))
	hs256 := func(secret []byte) string {
		text := encode(merged(f.headers, map[string]any{"alg": "HS256"})) + "." + f.body
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return text + "." + encode(mac.Sum(nil))
	}
	return map[string]string{
		"hs256_with_the_public_key":          hs256(public),
		"hs256_with_the_public_key_as_text":  hs256([]byte(x)),
		"hs256_with_the_public_key_as_der":   hs256(der),
		"hs256_with_the_public_key_as_pem":   hs256(encoded),
		"hs256_with_the_trimmed_pem":         hs256(bytes.TrimSpace(encoded)),
		"hs256_with_the_public_key_as_jwk":   hs256([]byte(jwk)),
		"hs256_with_nothing":                 hs256(nil),
		"none_without_a_signature":           none + "." + f.body + ".",
		"none_with_our_signature":            none + "." + f.body + "." + f.signature,
		"good_header_without_a_signature":    f.header + "." + f.body + ".",
		"signature_of_zeros":                 f.header + "." + f.body + "." + encode(make([]byte, ed25519.SignatureSize)),
		"key_of_a_stranger":                  stranger.With(nil, nil),
		"key_of_a_stranger_in_the_header":    stranger.With(map[string]any{"jwk": map[string]any{"kty": "OKP", "crv": "Ed25519", "x": encode([]byte(stranger.private.Public().(ed25519.PublicKey)))}}, nil), //nolint:forcetypeassert // documented
		"signature_of_another_body":          f.header + "." + encode(merged(f.claims, map[string]any{"scope": "user admin"})) + "." + f.signature,
		"signature_of_another_header":        encode(merged(f.headers, map[string]any{"kid": "then"})) + "." + f.body + "." + f.signature,
		"signature_over_the_decoded_parts":   f.header + "." + f.body + "." + encode(ed25519.Sign(f.private, []byte("{"+inside(f.header)+".{"+inside(f.body)))),
		"signature_over_the_body_only":       f.header + "." + f.body + "." + encode(ed25519.Sign(f.private, []byte(f.body))),
		"signature_with_a_byte_more":         f.token + "AA",
		"signature_of_its_first_half":        f.header + "." + f.body + "." + f.signature[:len(f.signature)/2],
		"signature_is_the_public_key":        f.header + "." + f.body + "." + x,
		"signature_of_a_key_s_worth_of_ones": f.header + "." + f.body + "." + encode(bytes.Repeat([]byte{0xff}, ed25519.SignatureSize)),
	}
}

// byText writes a token in another way than we do.
func (f *Forger) byText() map[string]string {
	var squeezed bytes.Buffer
	w, err := flate.NewWriter(&squeezed, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte("{" + inside(f.body)))
	_ = w.Close()
	text := f.header + "." + f.body
	signed := func(header, body any) string { return f.Sign(encode(header), encode(body)) }
	return map[string]string{
		"empty":                        "",
		"whitespace":                   " ",
		"led_by_a_space":               " " + f.token,
		"led_by_a_tab":                 "\t" + f.token,
		"followed_by_a_space":          f.token + " ",
		"followed_by_a_line":           f.token + "\n",
		"a_space_inside":               f.header + ". " + f.body + "." + f.signature,
		"a_line_inside":                f.header + "." + f.body + "\n." + f.signature,
		"padded":                       f.token + "==",
		"padded_header":                f.header + "=." + f.body + "." + f.signature,
		"signature_in_standard_base64": text + "." + strings.NewReplacer("-", "+", "_", "/").Replace(f.signature) + "==",
		"signature_in_hexadecimal":     text + "." + fmt.Sprintf("%x", f.signature),
		"trailing_bits":                f.token[:len(f.token)-1] + string(f.token[len(f.token)-1]+1),
		"ideographic_dots":             strings.ReplaceAll(f.token, ".", "。"),
		"fullwidth_dots":               strings.ReplaceAll(f.token, ".", "．"),
		"one_dot_leaders":              strings.ReplaceAll(f.token, ".", "․"),
		"percent_encoded_dots":         strings.ReplaceAll(f.token, ".", "%2e"),
		"a_zero_byte":                  f.token + "\x00",
		"a_part_more":                  f.token + ".AA",
		"an_empty_part_more":           f.token + ".",
		"a_part_less":                  text,
		"a_part_in_front":              "." + f.token,
		"five_parts":                   f.token + ".AA.AA",
		"five_parts_of_an_encrypted":   encode(`{"alg":"dir","enc":"A256GCM"}`) + ".." + encode(make([]byte, 12)) + "." + encode("x") + "." + encode(make([]byte, 16)),
		"json_serialization":           `{"protected":"` + f.header + `","payload":"` + f.body + `","signature":"` + f.signature + `"}`,
		"two_tokens":                   f.token + "," + f.token,
		"nested":                       f.Sign(f.header, encode(f.token)),
		"compressed":                   f.Sign(encode(merged(f.headers, map[string]any{"zip": "DEF"})), encode(squeezed.Bytes())),
		"compressed_and_silent":        f.Sign(f.header, encode(squeezed.Bytes())),
		"oversize_but_signed":          f.With(nil, map[string]any{"filler": strings.Repeat("x", 8<<10)}),
		"oversize":                     strings.Repeat("a", 1<<16),
		"body_is_null":                 signed(f.headers, "null"),
		"body_is_a_list":               signed(f.headers, `["exp"]`),
		"body_is_empty":                signed(f.headers, ""),
		"body_is_text":                 signed(f.headers, `"exp"`),
		"body_twice":                   signed(f.headers, "{"+inside(f.body)+"{"+inside(f.body)),
		"header_is_null":               signed("null", f.claims),
		"header_is_a_list":             signed(`["alg"]`, f.claims),
		"header_is_empty":              signed("", f.claims),
		"header_is_not_UTF8":           signed("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"\xff\"}", f.claims),
	}
}
