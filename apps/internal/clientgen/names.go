package clientgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/twist-platform/twist/apps/internal/openapi"
)

// refers is the name of the component that a schema refers to, also where null fits too.
func refers(s *openapi.Schema) string {
	if len(s.AnyOf) > 0 {
		s = s.AnyOf[0]
	}
	return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
}

// nullable reports a schema that null fits.
func nullable(s *openapi.Schema) bool {
	types, _ := s.Type.([]any)
	return len(s.AnyOf) > 0 || slices.Contains(types, any("null"))
}

// typeOf is the Go type of a value.
func typeOf(s *openapi.Schema) (string, error) {
	if name := refers(s); name != "" {
		if better, ok := named[name]; ok {
			return better, nil
		}
		return name, nil
	}
	kind := s.Type
	if types, ok := kind.([]any); ok {
		kind = types[0]
	}
	inner := s.Items
	if values, ok := s.Additional.(*openapi.Schema); ok {
		inner = values
	}
	switch kind {
	case "string":
		if s.Format == "date-time" {
			return "time.Time", nil
		}
		return "string", nil
	case "integer":
		return "int64", nil
	case "boolean":
		return "bool", nil
	case "array", "object":
		if inner == nil {
			return "", fmt.Errorf("nothing is said about the values of its %s", kind)
		}
		of, err := typeOf(inner)
		if kind == "array" {
			return "[]" + of, err
		}
		return "map[string]" + of, err
	}
	return "", fmt.Errorf("there is no Go type for %v", kind)
}

// camel writes a name of JSON as Go does: pool_id is PoolID.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '.' || r == '-' || r == ':' }) {
		switch part {
		case "id", "uri", "url", "ok", "ip":
			b.WriteString(strings.ToUpper(part))
		default:
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	text := b.String()
	if strings.HasSuffix(text, "Id") { // chainId
		text = strings.TrimSuffix(text, "Id") + "ID"
	}
	return text
}

// camelArgument is camel for an argument.
func camelArgument(name string) string {
	if text := camel(name); text != strings.ToUpper(text) {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return strings.ToLower(name)
}

// lower makes the sentence of an operation the rest of one.
func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }
