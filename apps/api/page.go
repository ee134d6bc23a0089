package api

import (
	"encoding/base64"

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
			out.Next = base64.RawURLEncoding.EncodeToString([]byte(id(rows[i-1])))
			break
		}
		out.Items = append(out.Items, body(row))
	}
	return out
}
