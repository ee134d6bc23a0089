package api

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

// errCursor is a cursor that we never gave.
var errCursor = rpc.ErrParameter.Saying("cursor is what an earlier page gave")

// page is the request of a list: how many rows, after which one.
type page struct {
	Limit int    `json:"-" query:"limit" min:"1" max:"100" default:"20" doc:"how many rows at most"`
	After cursor `json:"-" query:"cursor" doc:"next of the page before; absent: the first page"`
}

// cursor is the place in a list after which a page begins.
type cursor string

// UnmarshalText reads what an earlier page gave.
func (c *cursor) UnmarshalText(text []byte) error {
	after, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil || !rpc.Clean(string(after)) {
		return errCursor
	}
	*c = cursor(after)
	return nil
}

// list is a page of rows. Next is the cursor of the following page, absent on the last.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"the cursor of the following page; absent on the last"`
}

// listed makes a page of rows, of which one more than the limit was asked for: it says that there is a
// next page, and is not shown.
func listed[Row, T any](rows []Row, limit int, id func(Row) string, body func(Row) T) list[T] {
	out := list[T]{Items: []T{}}
	for i, row := range rows {
		if i == limit {
			out.Next = cursorOf(id(rows[i-1]))
			break
		}
		out.Items = append(out.Items, body(row))
	}
	return out
}

// cursorOf writes a place.
func cursorOf(place string) string { return base64.RawURLEncoding.EncodeToString([]byte(place)) }

// words are the parts of a place that has so many of them.
func (c cursor) words(count int) ([]string, error) {
	words := strings.Split(string(c), ".")
	if len(words) != count {
		return nil, errCursor
	}
	return words, nil
}

// number reads a part of a place that is a number from 0 on, unless something failed before.
func number(text string, before error) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), errors.Join(before, err)
}
