package api_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// A service of somebody else can check our tokens with nothing but what we publish.
func TestPublishedKeysVerifyTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := strings.Split(w.fan.token, ".")
	require.Len(t, parts, 3)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	var header struct{ Kid, Alg string }
	unpack(t, parts[0], &header)
	require.Equal(t, "EdDSA", header.Alg)

	published := w.do(nil, http.MethodGet, "/.well-known/jwks.json", nil)
	require.Equal(t, "public, max-age=600", published.header.Get("Cache-Control"))
	require.Equal(t, "no-store", w.do(nil, http.MethodGet, "/v1/pools", nil).header.Get("Cache-Control"), "nothing else is kept")
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(published.body, &set))
	require.Len(t, set.Keys, 1)
	key := set.Keys[0]
	x, err := base64.RawURLEncoding.DecodeString(key["x"])
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": header.Kid, "x": key["x"],
	}, key, "and no part of the secret")
	require.True(t, ed25519.Verify(x, []byte(parts[0]+"."+parts[1]), signature))

	var claims struct {
		Sub, Iss string
		Aud      []string
		Exp, Iat int64
	}
	unpack(t, parts[1], &claims)
	require.Equal(t, string(w.fan.account), claims.Sub)
	require.Equal(t, "http://localhost", claims.Iss)
	require.Equal(t, []string{"http://localhost/v1"}, claims.Aud)
	require.Equal(t, int64(identity.AccessLife/time.Second), claims.Exp-claims.Iat)
}

func unpack(t *testing.T, part string, into any) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
}

// I-12, P-44: an answer opens one session, and nothing but the wallet's own answer opens any.
func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, thief := newParty(t), newParty(t)
	ask := func() reply { return w.must(nil, "/v1/auth/challenges", object{"address": p.wallet}) }
	answer := func(body any) reply { return w.do(nil, http.MethodPost, "/v1/auth/sessions", body) }

	asked := ask()
	var input map[string]string
	encoded, err := json.Marshal(asked.object()["input"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(encoded, &input))
	for _, field := range []string{"domain", "address", "statement", "uri", "chainId", "nonce", "issuedAt", "expirationTime", "requestId"} {
		require.Contains(t, asked.text("message"), input[field], "%s is what is signed", field)
	}
	opened := answer(p.signed(asked))
	require.Equal(t, http.StatusCreated, opened.status, string(opened.body))
	require.Equal(t, "Bearer", opened.text("token_type"))
	answer(p.signed(asked)).refused(http.StatusUnauthorized, "challenge_unknown")

	good := p.signed(ask())
	urlsafe := object{"challenge_id": good["challenge_id"]}
	for _, field := range []string{"signed_message", "signature"} { // wallets differ in how they write base64
		raw, err := base64.StdEncoding.DecodeString(good[field].(string))
		require.NoError(t, err)
		urlsafe[field] = base64.RawURLEncoding.EncodeToString(raw)
	}
	require.Equal(t, opened.text("account_id"), answer(urlsafe).text("account_id"), "the wallet's account is one")

	for name, test := range map[string]struct {
		change func(o object)
		status int
		code   string
	}{
		"another_key":        {func(o object) { o["signature"] = thief.signed(ask())["signature"] }, 401, "signature_invalid"},
		"another_challenges": {func(o object) { o["challenge_id"] = ask().text("challenge_id") }, 401, "challenge_mismatch"},
		"unknown_challenge":  {func(o object) { o["challenge_id"] = "chal_nothing" }, 401, "challenge_unknown"},
		"no_challenge":       {func(o object) { delete(o, "challenge_id") }, 401, "challenge_unknown"},
		"changed_message":    {func(o object) { o["signed_message"] = "YWJj" }, 401, "challenge_mismatch"},
		"no_signature":       {func(o object) { o["signature"] = "" }, 401, "signature_invalid"},
		"short_signature":    {func(o object) { o["signature"] = "YWJj" }, 401, "signature_invalid"},
		"not_base64":         {func(o object) { o["signature"] = "!!!" }, 400, "body_malformed"},
		"message_as_text":    {func(o object) { o["signed_message"] = "localhost wants you" }, 400, "body_malformed"},
		"a_long_message":     {func(o object) { o["signed_message"] = strings.Repeat("AAAA", 683) }, 401, "challenge_mismatch"},
		"an_empty_message":   {func(o object) { o["signed_message"], o["signature"] = "", base58(make([]byte, 64)) }, 401, "signature_invalid"},
		"65_bytes_in_base58": {func(o object) { o["signature"] = base58(bytes.Repeat([]byte{1}, 65)) }, 401, "signature_invalid"},
		"for_an_account":     {func(o object) { o["account_id"] = w.fan.account }, 400, "body_malformed"},
		"with_a_role":        {func(o object) { o["roles"] = []string{"operator"} }, 400, "body_malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			body := p.signed(ask())
			test.change(body)
			r := answer(body)
			require.Equal(t, test.status, r.status, string(r.body))
			require.Equal(t, test.code, r.code())
			require.NotContains(t, string(r.body), "access_token")
		})
	}
	late := p.signed(ask())
	w.system.Sandbox.Advance(identity.ChallengeLife)
	answer(late).refused(http.StatusUnauthorized, "challenge_expired")
	for _, address := range []any{"", "nothing", strings.Repeat("1", 32), strings.Repeat("1", 60_000), "11111111111111111111111111111111", "0x52908400098527886E0F7030069857D2E4169EE7"} {
		w.do(nil, http.MethodPost, "/v1/auth/challenges", object{"address": address}).refused(http.StatusBadRequest, "wallet_invalid")
	}
	require.NotContains(t, w.log.String(), opened.text("access_token"))
}

// base58 writes bytes as Solana does, beside the library that reads them.
func base58(raw []byte) string {
	const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	text := ""
	for n := new(big.Int).SetBytes(raw); n.Sign() > 0; {
		digit := new(big.Int)
		n.DivMod(n, big.NewInt(58), digit)
		text = digits[digit.Int64():][:1] + text
	}
	return strings.Repeat("1", len(raw)-len(bytes.TrimLeft(raw, "\x00"))) + text
}

// P-44: a wallet signs in with what it has: the text or an envelope around it, told or not told which, the
// signature in base64 or in base58.
func TestSignInTakesWhatWalletsGive(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	p := newParty(t)
	for name, form := range map[string]siws.Envelope{
		"raw": {}, "v0_ascii": {}, "v0_utf8": {Format: siws.UTF8}, "v0_of_domain": {Domain: [32]byte([]byte("localhost" + strings.Repeat("\x00", 23)))},
		"v1": {Version: siws.V1},
	} {
		for said, tell := range map[string]func(o object, raw []byte, text string){
			"as_signed": func(o object, raw []byte, _ string) { o["signed_message"] = base64.StdEncoding.EncodeToString(raw) },
			"as_text": func(o object, _ []byte, text string) {
				o["signed_message"] = base64.URLEncoding.EncodeToString([]byte(text))
			},
			"empty":  func(o object, _ []byte, _ string) { o["signed_message"] = "" },
			"unsaid": func(object, []byte, string) {},
		} {
			for spelled, spell := range map[string]func([]byte) string{
				"base64": base64.StdEncoding.EncodeToString, "base64url": base64.RawURLEncoding.EncodeToString, "base58": base58,
			} {
				asked := w.must(nil, "/v1/auth/challenges", object{"address": p.wallet})
				raw := []byte(asked.text("message"))
				if name != "raw" {
					form.Signer, form.Body = siws.Key(p.key.Public().(ed25519.PublicKey)), string(raw)
					var err error
					raw, err = form.Encode()
					require.NoError(t, err)
				}
				answer := object{"challenge_id": asked.text("challenge_id"), "signature": spell(ed25519.Sign(p.key, raw))}
				tell(answer, raw, asked.text("message"))
				r := w.do(nil, http.MethodPost, "/v1/auth/sessions", answer)
				require.Equal(t, http.StatusCreated, r.status, "%s %s %s: %s", name, said, spelled, r.body)
			}
		}
	}
}

// P-44: guesses are counted; the right answer after too many of them is too late.
func TestGuessesAreCounted(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	p := newParty(t)
	asked := w.must(nil, "/v1/auth/challenges", object{"address": p.wallet})
	right := p.signed(asked)
	for range identity.MaxAttempts {
		wrong := object{"challenge_id": right["challenge_id"], "signed_message": right["signed_message"], "signature": "YWJj"}
		w.do(nil, http.MethodPost, "/v1/auth/sessions", wrong).refused(http.StatusUnauthorized, "signature_invalid")
	}
	w.do(nil, http.MethodPost, "/v1/auth/sessions", right).refused(http.StatusUnauthorized, "challenge_exhausted")
	w.enter(p) // P-49: another challenge is not disturbed
}
