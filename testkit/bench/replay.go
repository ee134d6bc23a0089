package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// token is a part of an argument that is another in every call: what it was when the statements were
// recorded, and the expression of SQL that stands for it in a script.
type token struct{ was, becomes string }

// replay makes a script of pgbench out of statements: the same texts in the same transaction, with arguments
// of the same shape.
func replay(head string, statements []sent, tokens []token) (string, error) {
	slices.SortStableFunc(tokens, func(a, b token) int { return len(b.was) - len(a.was) }) // the longest that fits
	script := head
	for _, s := range statements {
		text, err := s.fill(tokens)
		if err != nil {
			return "", err
		}
		script += strings.Join(strings.Fields(text), " ") + ";\n"
	}
	return script, nil
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// fill puts the arguments into the text.
func (s sent) fill(tokens []token) (string, error) {
	var failed error
	text := placeholder.ReplaceAllStringFunc(s.text, func(p string) string {
		n, _ := strconv.Atoi(p[1:]) // digits
		if n < 1 || n > len(s.args) {
			failed = fmt.Errorf("%s has no argument: %s", p, s.text)
			return p
		}
		if s.args[n-1] == nil {
			return "NULL" // of the type that its place has
		}
		text, kind, err := written(s.args[n-1])
		failed = errors.Join(failed, err)
		if kind == "" {
			return expression(text, tokens)
		}
		return "(" + expression(text, tokens) + ")::" + kind
	})
	return text, failed
}

// written gives an argument as PostgreSQL reads it, and its type. Whole numbers have the one that their place asks for,
// as the driver's have.
func written(arg any) (text, kind string, err error) {
	switch v := arg.(type) {
	case string:
		return v, "text", nil
	case int:
		return strconv.Itoa(v), "", nil
	case int64:
		return strconv.FormatInt(v, 10), "", nil
	case bool:
		return strconv.FormatBool(v), "boolean", nil
	case []byte:
		return `\x` + hex.EncodeToString(v), "bytea", nil
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999Z07:00"), "timestamptz", nil
	case []string:
		return array(v, quoteElement), "text[]", nil
	case []bool:
		return array(v, strconv.FormatBool), "boolean[]", nil
	case []int16:
		return array(v, func(n int16) string { return strconv.Itoa(int(n)) }), "smallint[]", nil
	case []int64:
		return array(v, func(n int64) string { return strconv.FormatInt(n, 10) }), "bigint[]", nil
	}
	return "", "", fmt.Errorf("an argument of type %T cannot be replayed", arg)
}

func array[T any](all []T, write func(T) string) string {
	parts := make([]string, len(all))
	for i, v := range all {
		parts[i] = write(v)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func quoteElement(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// expression writes a text as SQL, with an expression in place of each token.
func expression(text string, tokens []token) string {
	var parts []string
	for text != "" {
		at, found := len(text), token{}
		for _, t := range tokens {
			if i := strings.Index(text, t.was); i >= 0 && i < at {
				at, found = i, t
			}
		}
		if at > 0 {
			parts = append(parts, literal(text[:at]))
		}
		if found.was != "" {
			parts = append(parts, found.becomes)
		}
		text = text[at+len(found.was):]
	}
	if len(parts) == 0 {
		return "''"
	}
	return strings.Join(parts, " || ")
}

// literal writes a text without a colon, which would begin a name of pgbench, and without what the script's
// lines give a meaning.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, ":", `\x3a`, "\n", `\n`, "\r", `\r`).Replace(text) + "'"
}
