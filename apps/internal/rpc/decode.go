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
	"unicode/utf8"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
)

// MaxBody is the most bytes a request's body may have.
const MaxBody = 64 << 10

// Faults of a request.
var (
	ErrBodyTooLarge = fault.New(fault.Invalid, "body_too_large", "a body has at most 65536 bytes")
	ErrBody         = fault.New(fault.Invalid, "body_malformed", "the body is not what this operation takes")
	ErrContentType  = fault.New(fault.Invalid, "content_type_unsupported", "a body is application/json")
	ErrKeyMissing   = fault.New(fault.Invalid, "idempotency_key_missing", "this operation needs an Idempotency-Key")
	ErrKey          = fault.New(fault.Invalid, "idempotency_key_invalid", "an Idempotency-Key has 1 to 255 visible ASCII characters")
	ErrParameter    = fault.New(fault.Invalid, "parameter_invalid", "a parameter of the address is not valid")
)

// Binder is a request that also reads the path, the query or a header. The body was read before.
type Binder interface{ Bind(r *http.Request) error }

// read reads the whole body, bounded.
func read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, ErrBody.Because(err)
	}
	if len(body) > MaxBody {
		return nil, ErrBodyTooLarge
	}
	return body, nil
}

// decode makes a request out of a body and what Bind reads. An operation whose request has no fields of
// its own takes no body.
func decode[Req any](r *http.Request, body []byte) (Req, error) {
	var req Req
	if len(body) > 0 {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return req, ErrContentType
		}
		if err := strict(body, &req); err != nil {
			return req, err
		}
	}
	if b, ok := any(&req).(Binder); ok {
		if err := b.Bind(r); err != nil {
			return req, err
		}
	}
	return req, nil
}

// strict reads exactly one JSON value: no unknown field, no field twice, nothing after it, no bytes
// that are not UTF-8. Two readers of such a text cannot understand it differently.
func strict(body []byte, into any) error {
	if !utf8.Valid(body) {
		return ErrBody.Saying("it is not UTF-8")
	}
	if err := unique(json.NewDecoder(bytes.NewReader(body))); err != nil {
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
		return ErrBody.Saying("%q does not take a %s", mismatch.Field, mismatch.Value).Because(err)
	}
	const most = 120
	return ErrBody.Saying("%.*s", most, err.Error())
}

// unique refuses an object that names a field twice: readers differ on which one counts. Field names
// are compared as they are matched, without regard to case.
func unique(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return explain(err)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return explain(err)
			}
			field := fold(name.(string)) //nolint:forcetypeassert // the decoder gives nothing else here
			if seen[field] {
				return ErrBody.Saying("%.40q stands there twice", field)
			}
			seen[field] = true
		}
		if err := unique(d); err != nil {
			return err
		}
	}
	_, err = d.Token() // the closing delimiter
	if err != nil {
		return explain(err)
	}
	return nil
}

func fold(name string) string { return string(bytes.ToLower([]byte(name))) }

// keyOf reads the Idempotency-Key. The digest covers the address and the body: one key, one request.
func keyOf(r *http.Request, route Route, body []byte) (*twist.Key, error) {
	value := r.Header.Get("Idempotency-Key")
	if value == "" {
		return nil, ErrKeyMissing
	}
	const most = 255
	if len(value) > most {
		return nil, ErrKey
	}
	for _, c := range []byte(value) {
		if c < '!' || c > '~' {
			return nil, ErrKey
		}
	}
	path := r.URL.EscapedPath()
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s%d:%s", len(path), path, len(body), body)
	return &twist.Key{Operation: route.Name, Value: value, Request: [32]byte(h.Sum(nil))}, nil
}
