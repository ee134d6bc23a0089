package clientgen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twist-platform/twist/apps/internal/openapi"
)

const jsonMedia = "application/json"

// operations writes a method for each operation.
func (g *generator) operations() (err error) {
	g.line("%spackage client\n\nimport (\n\"context\"\n\"encoding/json\"\n\"net/url\"\n\"strconv\"\n)", notice)
	queries := map[string]bool{}
	g.each(func(method, path string, o *openapi.Operation) {
		if err == nil {
			if err = g.operation(queries, method, path, o); err != nil {
				err = fmt.Errorf("%s: %w", o.ID, err)
			}
		}
	})
	return err
}

// operation writes a method: who it acts for comes from the client, and what it needs from its arguments.
func (g *generator) operation(queries map[string]bool, method, path string, o *openapi.Operation) error {
	name := camel(strings.NewReplacer(".", "_").Replace(o.ID))
	params, fields := []string{"ctx context.Context"}, []string{fmt.Sprintf("method: %q, path: %q", method, path)}
	var args []string
	var query []openapi.Parameter
	for _, p := range o.Parameters {
		switch {
		case strings.HasSuffix(p.Ref, "/IdempotencyKey"):
			params = append(params[:1:1], append([]string{"key string"}, params[1:]...)...)
			fields = append(fields, "key: key")
		case p.In == "path":
			params = append(params, camelArgument(p.Name)+" string")
			args = append(args, camelArgument(p.Name))
		case p.In == "query":
			query = append(query, p)
		}
	}
	if args != nil {
		fields = append(fields, "args: []string{"+strings.Join(args, ", ")+"}")
	}
	if query != nil {
		kind, err := g.query(queries, name, query)
		if err != nil {
			return err
		}
		params, fields = append(params, "query "+kind), append(fields, "query: query.values()")
	}
	if o.RequestBody != nil {
		params, fields = append(params, "body "+refers(o.RequestBody.Content[jsonMedia].Schema)), append(fields, "body: body")
	}
	if len(o.Security) > 0 {
		fields = append(fields, "signed: true")
	}
	status, response := success(o)
	fields = append(fields, "status: "+status)
	g.line("\n// %s %s It is %s %s.", name, lower(o.Summary), method, path)
	g.line("func (c *Client) %s(%s, details ...*Details) %s {", name, strings.Join(params, ", "), results(response))
	g.line("what := call{%s}", strings.Join(fields, ", "))
	g.line("%s\n}", returns(response))
	return nil
}

// success is the answer of an operation that went well. Nobody here keeps what an answer of 304 would refer to.
func success(o *openapi.Operation) (status string, r openapi.Response) {
	for _, status := range slices.Backward(slices.Sorted(maps.Keys(o.Responses))) { // 201 before the 200 of what was there
		r := o.Responses[status]
		if status[0] == '2' || status[0] == '3' && status != "304" {
			return status, r
		}
	}
	return "", r
}

// results are the results of a method: a value, a redirect's target, the bytes of a page, or nothing.
func results(r openapi.Response) string {
	media, isJSON := r.Content[jsonMedia]
	switch _, moves := r.Headers["Location"]; {
	case moves:
		return "(location string, err error)"
	case len(r.Content) == 0:
		return "error"
	case !isJSON:
		return "([]byte, error)"
	case media.Schema.Ref == "":
		return "(json.RawMessage, error)"
	}
	return "(" + refers(media.Schema) + ", error)"
}

// returns is the end of a method with those results.
func returns(r openapi.Response) string {
	const do = "c.do(ctx, what, details)"
	media, isJSON := r.Content[jsonMedia]
	switch _, moves := r.Headers["Location"]; {
	case moves:
		return "a, err := " + do + "\nreturn a.header.Get(\"Location\"), err"
	case len(r.Content) == 0:
		return "_, err := " + do + "\nreturn err"
	case !isJSON || media.Schema.Ref == "":
		return "a, err := " + do + "\nreturn a.body, err"
	}
	return "return into[" + refers(media.Schema) + "](" + do + ")"
}

// query writes the type of a query once, and gives its name. What every list takes is a Page.
func (g *generator) query(written map[string]bool, method string, parameters []openapi.Parameter) (string, error) {
	name := method + "Query"
	if len(parameters) == 2 && parameters[0].Name == "limit" && parameters[1].Name == "cursor" {
		name = "Page"
	}
	if written[name] {
		return name, nil
	}
	written[name] = true
	var fields, values strings.Builder
	for _, p := range parameters {
		kind, err := typeOf(p.Schema)
		if err != nil {
			return "", err
		}
		field := camel(p.Name)
		fmt.Fprintf(&fields, "%s %s // %s\n", field, kind, p.Description)
		text, empty := "q."+field, `""`
		switch kind {
		case "string":
		case "int64":
			text, empty = "strconv.FormatInt("+text+", 10)", "0"
		case "bool":
			text, empty = "strconv.FormatBool("+text+")", "false"
		default:
			text = "string(" + text + ")"
		}
		fmt.Fprintf(&values, "if q.%s != %s {\nv.Set(%q, %s)\n}\n", field, empty, p.Name, text)
	}
	g.line("\n// %s is the query of an operation. What is empty is left out.\ntype %s struct {\n%s}\n", name, name, fields.String())
	g.line("func (q %s) values() url.Values {\nv := url.Values{}\n%sreturn v\n}", name, values.String())
	return name, nil
}
