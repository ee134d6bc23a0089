package api

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

// The limits of a page.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// page is the request of a list: how many rows, after which one.
type page struct {
	Limit int    `json:"-"`
	After string `json:"-"`
}

// Bind reads limit and cursor from the query.
func (p *page) Bind(r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return rpc.ErrParameter.Saying("the query cannot be read")
	}
	p.Limit = defaultLimit
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return rpc.ErrParameter.Saying("limit is a number from 1 to %d", maxLimit)
		}
		p.Limit = n
	}
	after, err := base64.RawURLEncoding.DecodeString(query.Get("cursor"))
	if err != nil || !rpc.Clean(string(after)) {
		return rpc.ErrParameter.Saying("cursor is what an earlier page gave")
	}
	p.After = string(after)
	return nil
}

// list is a page of rows. Next is the cursor of the following page, absent on the last.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
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
