package api

import (
	"bufio"
	"context"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

// exportLine is one line of an export. The first is of kind begin and the last of kind end, which says how many
// stand between them: an answer that was cut off has no end.
type exportLine struct {
	Kind  string `json:"kind"`
	Value any    `json:"value,omitempty"`
	Count *int   `json:"count,omitempty"`
}

// export streams: a line is written when it is read, and no answer is held as a whole.
func export(i *twist.Identity) rpc.Call[nothing, rpc.Stream] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (rpc.Stream, error) {
		return rpc.Stream{
			Header: http.Header{
				"Content-Type":        {"application/x-ndjson; charset=utf-8"},
				"Content-Disposition": {`attachment; filename="` + string(by.Account) + `.ndjson"`},
			},
			Write: func(w io.Writer) error { return exportTo(ctx, i, by, w) },
		}, nil
	}
}

func exportTo(ctx context.Context, i *twist.Identity, by twist.Caller, w io.Writer) error {
	out := bufio.NewWriterSize(w, 32<<10)
	lines, count := json.NewEncoder(out), 0
	lines.SetEscapeHTML(false)
	if err := lines.Encode(exportLine{Kind: "begin", Value: map[string]any{"account": by.Account}}); err != nil {
		return err
	}
	err := i.Export(ctx, by, func(e twist.Exported) error {
		count++
		return lines.Encode(exportLine{Kind: e.Kind, Value: plain(reflect.ValueOf(e.Value))})
	})
	if err != nil {
		return err
	}
	if err := lines.Encode(exportLine{Kind: "end", Count: &count}); err != nil {
		return err
	}
	return out.Flush()
}

// plain makes of a value of core one for JSON: the fields that say something, under the names that JSON has for
// them. It knows no type by name, so that what is added to a row is exported with it.
func plain(v reflect.Value) any {
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	if t, ok := v.Interface().(time.Duration); ok {
		return t.String()
	}
	if _, ok := v.Interface().(encoding.TextMarshaler); ok {
		return v.Interface()
	}
	if s, ok := v.Interface().(fmt.Stringer); ok && v.Kind() == reflect.Struct { // a number that JSON has no room for
		return s.String()
	}
	switch v.Kind() {
	case reflect.Struct:
		return plainFields(v)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			raw := make([]byte, v.Len())
			reflect.Copy(reflect.ValueOf(raw), v)
			return base64.StdEncoding.EncodeToString(raw)
		}
		all := make([]any, v.Len())
		for n := range all {
			all[n] = plain(v.Index(n))
		}
		return all
	case reflect.Map:
		fields := map[string]any{}
		for _, key := range v.MapKeys() {
			fields[key.String()] = plain(v.MapIndex(key))
		}
		return fields
	default:
		return v.Interface()
	}
}

func plainFields(v reflect.Value) map[string]any {
	fields := map[string]any{}
	for n := range v.NumField() {
		field, value := v.Type().Field(n), v.Field(n)
		switch {
		case !field.IsExported() || absent(value):
		case field.Anonymous && value.Kind() == reflect.Struct:
			maps.Copy(fields, plainFields(value))
		default:
			fields[snake(field.Name)] = plain(value)
		}
	}
	return fields
}

// absent reports a text, a moment or a part that is not there. A number and a truth are always there.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
		return v.IsZero()
	default:
		return false
	}
}

// snake writes the name of a field as JSON has it: LinkedAt is linked_at, and ID id.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for n, r := range runes {
		begins := unicode.IsUpper(r) && n > 0 && (!unicode.IsUpper(runes[n-1]) || n+1 < len(runes) && unicode.IsLower(runes[n+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
