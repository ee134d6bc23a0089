package rpc

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
)

// MaxBody is the most bytes a request's body may have.
const MaxBody = 64 << 10

// Faults of a request.
var (
	ErrBodyTooLarge = fault.New(fault.Invalid, "body_too_large", "a body has at most 65536 bytes")
	ErrLength       = fault.New(fault.Invalid, "content_length_missing", "a body says how long it is: Content-Length")
	ErrBody         = fault.New(fault.Invalid, "body_malformed", "the body is not what this operation takes")
	ErrContentType  = fault.New(fault.Invalid, "content_type_unsupported", "a body is application/json")
	ErrKeyMissing   = fault.New(fault.Invalid, "idempotency_key_missing", "this operation needs an Idempotency-Key")
	ErrHeader       = fault.New(fault.Invalid, "header_repeated", "a header that may come once came twice")
	ErrParameter    = fault.New(fault.Invalid, "parameter_invalid", "a parameter of the address is not valid")
)

// single refuses a request that says twice who calls, under which key or what its body is: whoever stands
// between may have read the other.
func single(r *http.Request) error {
	for _, name := range []string{"Authorization", "Idempotency-Key", "Content-Type"} {
		if len(r.Header.Values(name)) > 1 {
			return ErrHeader.Saying("%s", name)
		}
	}
	return nil
}

// read reads the whole body, bounded.
func read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > MaxBody {
		return nil, ErrBodyTooLarge // unread
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, ErrBody.Because(err)
	}
	if len(body) > MaxBody {
		return nil, ErrBodyTooLarge
	}
	if r.ContentLength < 0 && len(body) > 0 {
		return nil, ErrLength
	}
	return body, nil
}

// decode makes a request out of a body and of its parameters. An operation whose request has no fields of
// its own takes no body. One that is null is refused: whoever has nothing to say sends none, or an object
// without fields.
func decode[Req any](fields parameters, r *http.Request, body []byte) (Req, error) {
	var req Req
	if len(body) > 0 {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return req, ErrContentType
		}
		if string(bytes.TrimSpace(body)) == "null" {
			return req, ErrBody.Saying("it is null")
		}
		if err := strict(body, &req); err != nil {
			return req, err
		}
	}
	return req, fields.read(r, reflect.ValueOf(&req).Elem())
}

// strict reads exactly one JSON value: no unknown field, no field twice or in other letters, nothing
// after it, no bytes or escapes that are not text. Two readers of it cannot understand it differently.
func strict(body []byte, into any) error {
	if !utf8.Valid(body) {
		return ErrBody.Saying("it is not UTF-8")
	}
	const deepest = 8 // requests are flat: what nests is meant to exhaust us
	if err := plain(json.NewDecoder(bytes.NewReader(body)), deepest); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrBody.Saying("something follows the value")
	}
	return nil
}

// explain turns an error of encoding/json into a fault. A fault that a field's own type raised stays.
func explain(err error) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return ErrBody.Saying("%q does not take %.40s", mismatch.Field, mismatch.Value).Because(err)
	}
	const most = 120
	return ErrBody.Saying("%.*s", most, err.Error())
}

// plain refuses a value that readers may understand differently: an object that names a field twice or
// not in our letters, which encoding/json would match in any case; an escape that is half a character;
// and one that is nested deeper than allowed.
func plain(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return explain(err)
	}
	if text, ok := token.(string); ok && !Clean(text) {
		return ErrBody.Saying("it holds a character that is none")
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == 0 {
		return ErrBody.Saying("it is nested too deeply")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if err := field(d, seen); err != nil {
				return err
			}
		}
		if err := plain(d, depth-1); err != nil {
			return err
		}
	}
	if _, err = d.Token(); err != nil { // the closing delimiter
		return explain(err)
	}
	return nil
}

// Clean reports text that every store can keep: UTF-8, without NUL and without the character that
// stands for a broken one.
func Clean(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsAny(text, "\x00\uFFFD")
}

// field reads the name of a field and notes it.
func field(d *json.Decoder, seen map[string]bool) error {
	token, err := d.Token()
	if err != nil {
		return explain(err)
	}
	name := token.(string) //nolint:forcetypeassert // the decoder gives nothing else here
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ErrBody.Saying("unknown field %.40q", name)
	}
	if seen[name] {
		return ErrBody.Saying("%.40q stands there twice", name)
	}
	seen[name] = true
	return nil
}

// keyOf reads the Idempotency-Key. The digest covers the address and the body: one key, one request.
func keyOf(r *http.Request, body []byte) (*twist.Key, error) {
	value := r.Header.Get("Idempotency-Key")
	if value == "" {
		return nil, ErrKeyMissing
	}
	path := r.URL.EscapedPath()
	key := twist.Key{Value: value, Request: sha256.Sum256(fmt.Appendf(nil, "%d:%s%s", len(path), path, body))}
	return &key, key.Check()
}
