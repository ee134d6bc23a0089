package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
)

// table is how things are written as a table for spreadsheets.
type table[Row any] struct {
	name    string
	columns []string
	cells   func(Row) []string // one for each column; the first is an id
}

// stream writes a table as RFC 4180 has it: a record of the columns, one for each row when it is read, and a last one of
// "end" and how many rows stand before it. An answer that was cut off has no such record, and its connection is dropped.
func (t table[Row]) stream(each func(give func(Row) error) error) rpc.Stream {
	return rpc.Stream{
		Header: http.Header{
			"Content-Type":        {"text/csv; charset=utf-8; header=present"},
			"Content-Disposition": {`attachment; filename="` + t.name + `.csv"`},
		},
		Write: func(w io.Writer) error { return t.write(w, each) },
	}
}

func (t table[Row]) write(w io.Writer, each func(give func(Row) error) error) error {
	out := bufio.NewWriterSize(w, 32<<10)
	var line []byte
	record := func(cells []string) error {
		line = line[:0]
		for i, cell := range cells {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendCell(line, cell)
		}
		_, err := out.Write(append(line, "\r\n"...))
		return err
	}
	if err := record(t.columns); err != nil {
		return err
	}
	rows := 0
	err := each(func(row Row) error {
		rows++
		return record(t.cells(row))
	})
	if err != nil {
		return err
	}
	end := make([]string, len(t.columns))
	end[0], end[1] = "end", strconv.Itoa(rows)
	if err := record(end); err != nil {
		return err
	}
	return out.Flush()
}

// appendCell writes a cell so that it is the same to who parts cells at a comma, a semicolon or a tab: in quotes where
// there is any of that in it.
func appendCell(to []byte, cell string) []byte {
	cell = harmless(cell)
	if !strings.ContainsAny(cell, ",;|\t\"\r\n") {
		return append(to, cell...)
	}
	to = append(to, '"')
	to = append(to, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(to, '"')
}

// harmless writes a ' before whatever a spreadsheet would take for the beginning of a formula: an order's id is anything
// that a merchant's shop makes of it. That is at the beginning, and behind all that some spreadsheet parts cells at: where
// the comma stands in numbers, files are parted at semicolons, and quotes that open no cell there hold nothing together. A
// quote or a space does not keep a formula from being one.
func harmless(cell string) string {
	var out strings.Builder
	begins, from := true, 0
	for i, r := range cell {
		if begins && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r) {
			out.WriteString(cell[from:i] + "'")
			from = i
		}
		begins = strings.ContainsRune(",;\t\r\n|", r) || begins && (r == '"' || unicode.IsSpace(r))
	}
	if from == 0 && out.Len() == 0 {
		return cell
	}
	return out.String() + cell[from:]
}

// conversionTable is what a merchant keeps of its orders.
func conversionTable() table[attribution.Conversion] {
	return table[attribution.Conversion]{
		"conversions",
		[]string{"conversion_id", "order_id", "reported_at", "order_amount", "refunded", "currency", "click_id", "touch_id", "model"},
		func(c attribution.Conversion) []string {
			return []string{
				string(c.ID), c.Order.ID, written(c.At), c.Order.Amount.String(), c.Refunded.String(), c.Order.Currency,
				string(c.Order.Click), string(c.Touch), string(c.Rule.Model),
			}
		},
	}
}

// commissionTable is what orders earned, for who pays and for who is paid.
func commissionTable() table[attribution.Commission] {
	return table[attribution.Commission]{
		"commissions",
		[]string{
			"commission_id", "conversion_id", "program_id", "influencer_id", "link_id", "state", "order_amount", "commission_bps",
			"gross", "reversed", "fee", "fans", "net", "earned_at", "mature_at", "final_at", "kept",
		},
		func(c attribution.Commission) []string {
			return []string{
				string(c.ID), string(c.Conversion), string(c.Program), string(c.Influencer), string(c.Link), string(c.State), c.Order.String(), fmt.Sprint(c.Rate),
				c.Gross.String(), c.Reversed.String(), c.Fee.String(), c.Fans.String(), c.Net.String(), written(c.EarnedAt), written(c.MatureAt), written(c.FinalAt), c.Kept.String(),
			}
		},
	}
}

// written is a moment as JSON has it.
func written(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// behind is where a table goes on that was cut off: what is read takes long where there is much of it.
type behind struct {
	After string `json:"-" query:"after" doc:"the id in the last whole record that came, to go on behind it where a table was cut off; absent: from the beginning"`
}

type tableRequest struct {
	byID
	behind
}

func exportConversions(a *twist.Attribution) rpc.Call[tableRequest, rpc.Stream] {
	return func(ctx context.Context, by twist.Caller, req tableRequest) (rpc.Stream, error) {
		return conversionTable().stream(func(give func(attribution.Conversion) error) error {
			return a.EachConversion(ctx, by, attribution.ProgramID(req.ID), attribution.ConversionID(req.After), give)
		}), nil
	}
}

func exportCommissionsOf(a *twist.Attribution) rpc.Call[tableRequest, rpc.Stream] {
	return func(ctx context.Context, by twist.Caller, req tableRequest) (rpc.Stream, error) {
		return commissionTable().stream(func(give func(attribution.Commission) error) error {
			return a.EachCommissionOf(ctx, by, attribution.ProgramID(req.ID), attribution.CommissionID(req.After), give)
		}), nil
	}
}

func exportCommissions(a *twist.Attribution) rpc.Call[behind, rpc.Stream] {
	return func(ctx context.Context, by twist.Caller, req behind) (rpc.Stream, error) {
		return commissionTable().stream(func(give func(attribution.Commission) error) error {
			return a.EachCommission(ctx, by, attribution.CommissionID(req.After), give)
		}), nil
	}
}
