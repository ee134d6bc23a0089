package api_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// records are those of a table, which must be whole, without the first and the last, by their columns.
func (w *world) records(by *party, path string) (rows []map[string]string) {
	w.t.Helper()
	r := w.do(by, http.MethodGet, path, nil)
	require.Equal(w.t, http.StatusOK, r.status, string(r.body))
	require.Equal(w.t, "text/csv; charset=utf-8; header=present", r.header.Get("Content-Type"))
	require.True(w.t, strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment; "))
	all, err := csv.NewReader(strings.NewReader(string(r.body))).ReadAll()
	require.NoError(w.t, err)
	end := all[len(all)-1]
	require.Equal(w.t, []string{"end", fmt.Sprint(len(all) - 2)}, end[:2])
	for _, record := range all[1 : len(all)-1] {
		row := map[string]string{}
		for i, cell := range record {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b map[string]string) int { return cmp.Compare(b["order_amount"], a["order_amount"]) }) // ids of one moment are drawn
	return rows
}

// P-34: a merchant has its orders and what they earned as tables, an influencer what she earned, and nobody has somebody
// else's; an order's id that a spreadsheet would take for a formula is none there.
func TestTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conversions, commissions := "/v1/programs/"+w.program+"/conversions.csv", "/v1/programs/"+w.program+"/commissions.csv"
	require.Empty(t, w.records(w.shop, conversions))
	require.Empty(t, w.records(w.ada, "/v1/me/commissions.csv"))
	sold := w.must(w.shop, "/v1/conversions", w.order(`=1+"2", 3`, 99*twist))
	w.must(w.shop, "/v1/conversions", w.order("-7", 10*twist))
	w.must(w.shop, "/v1/conversions/"+sold.text("id")+"/refunds", object{"refund_id": "r", "amount": 10 * twist})

	orders := w.records(w.shop, conversions)
	require.Len(t, orders, 2)
	require.Equal(t, `'=1+"2", 3`, orders[0]["order_id"])
	require.Equal(t, "'-7", orders[1]["order_id"])
	require.Equal(t, sold.text("id"), orders[0]["conversion_id"])
	require.Equal(t, fmt.Sprint(99*twist), orders[0]["order_amount"])
	require.Equal(t, fmt.Sprint(10*twist), orders[0]["refunded"])
	require.Equal(t, sold.text("converted_at"), orders[0]["reported_at"])

	ids := []string{orders[0]["conversion_id"], orders[1]["conversion_id"]}
	slices.Sort(ids)
	require.Equal(t, ids[1], w.records(w.shop, conversions+"?after="+ids[0])[0]["conversion_id"], "what was cut off goes on")
	require.Empty(t, w.records(w.shop, conversions+"?after="+ids[1]))
	require.Empty(t, w.records(w.shop, conversions+"?after=%F0%9F%A6%8A"))

	earned := w.records(w.shop, commissions)
	require.Len(t, earned, 2)
	first := sold.object()["commissions"].([]any)[0].(map[string]any)
	require.Equal(t, first["gross"], earned[0]["gross"])
	require.NotEqual(t, "0", earned[0]["reversed"])
	require.Equal(t, w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"], earned[0]["link_id"])
	require.Equal(t, earned, w.records(w.ada, "/v1/me/commissions.csv"))

	for _, table := range []string{commissions, "/v1/me/commissions.csv"} {
		ids := []string{earned[0]["commission_id"], earned[1]["commission_id"]}
		slices.Sort(ids)
		behind := w.records(map[bool]*party{true: w.shop, false: w.ada}[table == commissions], table+"?after="+ids[0])
		require.Len(t, behind, 1)
		require.Equal(t, ids[1], behind[0]["commission_id"])
	}
	require.Empty(t, w.records(w.stranger, "/v1/me/commissions.csv"))
	for _, by := range []*party{w.ada, w.stranger, w.fan} {
		w.do(by, http.MethodGet, conversions, nil).refused(http.StatusNotFound, "program_not_found")
		w.do(by, http.MethodGet, commissions, nil).refused(http.StatusNotFound, "program_not_found")
	}
}

// late is a connection that takes the first part of an answer and nothing more until its time is over.
type late struct {
	http.ResponseWriter

	over <-chan struct{}
}

func (l late) Write(p []byte) (int, error) {
	n, err := l.ResponseWriter.Write(p)
	<-l.over
	return n, err
}

// A table that takes longer than an answer may is cut off where its client sees it, is told of once and is no panic; and
// from the last whole record the client goes on to the end.
func TestTablesAreCutAndGoneOnWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const orders = 230 // more than a page, and a page of them more than is held back
	for n := range orders {
		id := fmt.Sprintf("order-%03d-%090d", n, 0)
		w.must(w.shop, "/v1/conversions", object{"program_id": w.program, "order_id": id, "amount": twist, "currency": "TWIST"})
	}
	served, stalls := make(chan struct{}, 2), new(atomic.Bool)
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		defer func() { served <- struct{}{} }()
		if stalls.Load() {
			ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second) // before the door's own, and long enough for the first part on a slow machine
			defer cancel()
			out, r = late{out, ctx.Done()}, r.WithContext(ctx)
		}
		w.system.Handler().ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	table := "/v1/programs/" + w.program + "/conversions.csv"
	read := func(after string) (records [][]string, whole bool) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+table+"?after="+after, http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+w.shop.token)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		<-served
		text := string(body)
		text = text[:strings.LastIndex(text, "\r\n")+2] // what follows is no whole record
		records, failed := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, failed)
		if err != nil {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
		return records[1:], err == nil
	}
	stalls.Store(true)
	first, whole := read("")
	require.False(t, whole)
	require.NotEmpty(t, first)
	require.Less(t, len(first), orders)
	require.Equal(t, 1, strings.Count(w.log.String(), "\n"), w.log.String())
	require.Contains(t, w.log.String(), "answer cut off")
	require.NotContains(t, w.log.String(), "panic")
	stalls.Store(false)
	rest, whole := read(first[len(first)-1][0])
	require.True(t, whole)
	require.Equal(t, []string{"end", fmt.Sprint(orders - len(first))}, rest[len(rest)-1][:2])
	ids := map[string]bool{}
	for _, record := range append(first, rest[:len(rest)-1]...) {
		ids[record[0]] = true
	}
	require.Len(t, ids, orders)
}
