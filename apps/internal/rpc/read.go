package rpc

import (
	"encoding"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
)

// read fills the fields of a request.
func (p parameters) read(r *http.Request, request reflect.Value) error {
	query, err := p.query(r.URL)
	if err != nil {
		return err
	}
	if p.looks != nil {
		request.FieldByIndex(p.looks).SetBool(visitOf(r.Context()).excess)
	}
	if p.heads != nil {
		request.FieldByIndex(p.heads).SetBool(r.Method == http.MethodHead)
	}
	for _, q := range p.list {
		text := q.find(r, query)
		if text == "" {
			text = q.Default
		}
		if text == "" && q.In != InPath {
			continue
		}
		field := request.FieldByIndex(q.at)
		if err := q.set(field, text); err != nil {
			if q.In == InPath || q.In == InQuery {
				return err
			}
			field.SetZero()
		}
	}
	return nil
}

// query reads the query: each name is declared and stands there once.
func (p parameters) query(u *url.URL) (url.Values, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if p.open {
		return query, nil
	}
	if err != nil {
		return nil, ErrParameter.Saying("the query cannot be read")
	}
	for name, values := range query {
		if !p.has(InQuery, name) {
			return nil, ErrParameter.Saying("there is no %.40q here", name)
		}
		if len(values) > 1 {
			return nil, ErrParameter.Saying("%s stands there twice", name)
		}
	}
	return query, nil
}

// find is the text of a parameter, empty if it is absent.
func (p Parameter) find(r *http.Request, query url.Values) string {
	switch p.In {
	case InPath:
		return r.PathValue(p.Name)
	case InQuery:
		return query.Get(p.Name)
	case InHeader:
		return r.Header.Get(p.Name)
	}
	if c, err := r.Cookie(p.Name); err == nil {
		return c.Value
	}
	return ""
}

// set reads a text into a field, or returns a fault that says what the parameter takes.
func (p Parameter) set(field reflect.Value, text string) error {
	if !Clean(text) {
		return ErrParameter.Saying("%s holds a character that is none", p.Name)
	}
	if own, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		err := own.UnmarshalText([]byte(text))
		var f *fault.Fault
		if err != nil && !errors.As(err, &f) {
			return ErrParameter.Saying("%s cannot be read", p.Name).Because(err)
		}
		if at, ok := own.(*time.Time); ok && err == nil && at.IsZero() { // which stands for none
			return ErrParameter.Saying("%s is no moment that there is anything of", p.Name)
		}
		return err
	}
	switch field.Kind() {
	case reflect.Bool:
		if text != "true" && text != "false" {
			return ErrParameter.Saying("%s is true or false", p.Name)
		}
		field.SetBool(text == "true")
	case reflect.String:
		if p.outside(int64(utf8.RuneCountInString(text))) {
			return ErrParameter.Saying("%s has %s characters", p.Name, p.bounds())
		}
		field.SetString(text)
	default:
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil || p.outside(n) || strconv.FormatInt(n, 10) != text { // a number is written in one way
			return ErrParameter.Saying("%s is a number%s", p.Name, strings.TrimSuffix(" "+p.bounds(), " "))
		}
		field.SetInt(n)
	}
	return nil
}

func (p Parameter) outside(n int64) bool {
	return p.Min != nil && n < *p.Min || p.Max != nil && n > *p.Max
}

// bounds says the bounds in words, if there are any.
func (p Parameter) bounds() string {
	switch {
	case p.Min != nil && p.Max != nil:
		return fmt.Sprintf("from %d to %d", *p.Min, *p.Max)
	case p.Min != nil:
		return fmt.Sprintf("from %d", *p.Min)
	case p.Max != nil:
		return fmt.Sprintf("up to %d", *p.Max)
	}
	return ""
}
