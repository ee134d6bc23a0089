package api_test

import (
	"bytes"
	"image/png"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// S-10: the same link again is 200 with the same code, and a promo code with symbols is 400.
func TestLinksAreMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := object{"program_id": w.program, "destination": "https://shop.example/tea", "promo_code": "ada-10"}
	first := w.post(w.ada, "/v1/links", "k1", tea)
	require.Equal(t, http.StatusCreated, first.status)
	require.Equal(t, "ADA-10", first.text("promo_code"))
	again := w.post(w.ada, "/v1/links", "k2", tea)
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, first.text("code"), again.text("code"))
	again = w.post(w.ada, "/v1/links", "k1", tea)
	require.Equal(t, http.StatusCreated, again.status, "the first answer")
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))

	for promo, code := range map[string]string{"ADA%10": "promo_code_invalid", "": "promo_code_invalid", "abc": "promo_code_invalid"} {
		w.post(w.ada, "/v1/links", "k3", object{"program_id": w.program, "destination": "https://shop.example/a", "promo_code": promo}).
			refused(http.StatusBadRequest, code)
	}
	w.post(w.ada, "/v1/links", "k3", object{"program_id": w.program, "destination": "https://shop.example/a", "promo_code": "ADA10"}).
		refused(http.StatusConflict, "promo_code_taken")
	w.post(w.ada, "/v1/links", "k3", object{"program_id": w.program, "destination": "https://shop.example/a", "expires_at": "2001-01-01T00:00:00Z"}).
		refused(http.StatusBadRequest, "link_expiry_invalid")
	w.post(w.ada, "/v1/links", "k3", object{"program_id": w.program, "destination": "https://shop.example/a", "expires_at": "tomorrow"}).
		refused(http.StatusBadRequest, "body_malformed")

	r, _ := w.follow(first.text("code"), "")
	require.Contains(t, r.header.Get("Location"), "&promo=ADA-10&click=clk_")
}

// Of many links each has its own answer, and the others are not kept by one.
func TestManyLinksAnswerEach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := object{"links": []object{
		{"program_id": w.program, "destination": "https://shop.example/1"},
		{"program_id": w.program, "destination": "javascript:alert(1)"},
		{"program_id": w.program, "destination": "https://shop.example/1"},
		{"program_id": w.program, "destination": "https://shop.example/2", "promo_code": ""},
		{"program_id": "prog_none", "destination": "https://shop.example/3"},
	}}
	r := w.post(w.ada, "/v1/links/bulk", "k", asked)
	require.Equal(t, http.StatusOK, r.status)
	var codes []any
	for _, item := range r.object()["items"].([]any) {
		one := item.(map[string]any)
		if problem, ok := one["problem"].(map[string]any); ok {
			require.NotContains(t, one, "link")
			codes = append(codes, problem["code"])
			continue
		}
		codes = append(codes, one["found"])
	}
	require.Equal(t, []any{false, "destination_url_invalid", true, "promo_code_invalid", "program_not_found"}, codes)
	require.Equal(t, http.StatusOK, w.post(w.ada, "/v1/links/bulk", "k", asked).status)
	require.Len(t, w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"], 2)
	asked["links"] = asked["links"].([]object)[:2]
	w.post(w.ada, "/v1/links/bulk", "k", asked).refused(http.StatusConflict, "idempotency_key_reused")
	asked["links"] = []object{}
	w.post(w.ada, "/v1/links/bulk", "k2", asked).refused(http.StatusBadRequest, "links_count_invalid")
}

// A link lives for good only where no end is said: the first moment of all is over, as every other that is past.
func TestAnEndThatIsSaidIsMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ending := func(at any) object {
		return object{"program_id": w.program, "destination": "https://shop.example/ends", "expires_at": at}
	}
	for _, past := range []string{"0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00.000001Z", "1970-01-01T00:00:00Z"} {
		w.post(w.ada, "/v1/links", "past", ending(past)).refused(http.StatusBadRequest, "link_expiry_invalid")
		many := w.post(w.ada, "/v1/links/bulk", "many"+past, object{"links": []object{ending(past)}})
		problem := many.object()["items"].([]any)[0].(map[string]any)["problem"].(map[string]any)
		require.Equal(t, "link_expiry_invalid", problem["code"])
	}
	made := w.must(w.ada, "/v1/links", ending(nil))
	require.NotContains(t, made.object(), "expires_at")
	restore := "/v1/links/" + made.text("id") + "/restore"
	w.must(w.ada, restore, object{"expires_at": "2031-01-01T00:00:00Z"})
	w.post(w.ada, restore, "past", object{"expires_at": "0001-01-01T00:00:00Z"}).refused(http.StatusBadRequest, "link_expiry_invalid")
	require.Equal(t, "2031-01-01T00:00:00Z", w.do(w.ada, http.MethodGet, "/v1/links/"+made.text("id"), nil).text("expires_at"))
	for _, body := range []any{nil, object{}, object{"expires_at": nil}} {
		w.must(w.ada, restore, object{"expires_at": "2031-01-01T00:00:00Z"})
		require.NotContains(t, w.must(w.ada, restore, body).object(), "expires_at")
	}
	w.do(w.ada, http.MethodGet, "/v1/me/top-links?from=0001-01-01T00:00:00Z", nil).refused(http.StatusBadRequest, "parameter_invalid")
}

// P-41: a link that was switched off is 404 for visitors, until it is on again.
func TestLinksGoOffAndOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string)
	off := w.must(w.ada, "/v1/links/"+id+"/withdraw", nil)
	require.NotEmpty(t, off.text("withdrawn_at"))
	for range 2 {
		r, cookies := w.follow(w.code, "")
		r.refused(http.StatusNotFound, "link_not_found")
		require.Empty(t, cookies)
		require.Equal(t, http.StatusNotFound, w.do(nil, http.MethodHead, "/r/"+w.code, nil).status)
	}
	on := w.must(w.ada, "/v1/links/"+id+"/restore", object{"expires_at": "2031-01-01T00:00:00Z"})
	require.NotContains(t, on.object(), "withdrawn_at")
	require.Equal(t, "2031-01-01T00:00:00Z", on.text("expires_at"))
	r, _ := w.follow(w.code, "")
	require.Equal(t, http.StatusFound, r.status)
}

func TestLinksAreDrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string)
	r := w.do(w.ada, http.MethodGet, "/v1/links/"+id+"/qr.png?size=300", nil)
	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, "image/png", r.header.Get("Content-Type"))
	picture, err := png.Decode(bytes.NewReader(r.body))
	require.NoError(t, err)
	require.Equal(t, 300, picture.Bounds().Dx())
	require.Equal(t, http.StatusNotModified, w.do(w.ada, http.MethodGet, "/v1/links/"+id+"/qr.png?size=300", nil, "If-None-Match", r.header.Get("ETag")).status)
	r = w.do(w.ada, http.MethodGet, "/v1/links/"+id+"/qr.svg", nil)
	require.Equal(t, "image/svg+xml", r.header.Get("Content-Type"))
	require.Contains(t, string(r.body), `width="500"`)
	require.Contains(t, r.header.Get("Content-Security-Policy"), "default-src 'none'")
	for _, size := range []string{"99", "2001", "-1", "x"} {
		w.do(w.ada, http.MethodGet, "/v1/links/"+id+"/qr.svg?size="+size, nil).refused(http.StatusBadRequest, "parameter_invalid")
	}
}
