package api

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

// ordered gives so many orders and then fails, or not.
func ordered(n int, failure error) func(give func(attribution.Conversion) error) error {
	return func(give func(attribution.Conversion) error) error {
		for i := range n {
			if err := give(attribution.Conversion{ID: attribution.ConversionID(fmt.Sprint("conv_", i)), Order: attribution.Order{ID: "order"}}); err != nil {
				return err
			}
		}
		return failure
	}
}

// No cell begins as a formula, wherever it came from, and what is harmless stays as it is.
func TestCellsAreHarmless(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", `=cmd|' /C calc'!A0`} {
		require.Equal(t, "'"+cell, harmless(cell))
	}
	for _, cell := range []string{"", "a=b", "1-2", " =1", "'=1", "№ 7", "2026-03-01T12:00:00Z", "\xff="} {
		require.Equal(t, cell, harmless(cell))
	}
	var out bytes.Buffer
	nasty := attribution.Conversion{ID: "conv_1", Order: attribution.Order{ID: `=HYPERLINK("x","a, ""b""")`}}
	require.NoError(t, conversionTable().write(&out, func(give func(attribution.Conversion) error) error { return give(nasty) }))
	records, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "'"+nasty.Order.ID, records[1][1])
}

// A table is as RFC 4180 has it, and says at its end how many rows it has; one that fails has no end.
func TestTablesSayThatTheyAreWhole(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		var out bytes.Buffer
		require.NoError(t, conversionTable().write(&out, ordered(n, nil)))
		require.Equal(t, n+2, bytes.Count(out.Bytes(), []byte("\r\n")))
		records, err := csv.NewReader(&out).ReadAll() // which wants as many cells in each
		require.NoError(t, err)
		require.Equal(t, conversionTable().columns, records[0])
		require.Equal(t, []string{"end", fmt.Sprint(n)}, records[n+1][:2])
	}
	var out bytes.Buffer
	broken := errors.New("the store is gone")
	require.ErrorIs(t, conversionTable().write(&out, ordered(5_000, broken)), broken)
	require.NotEmpty(t, out.Bytes())
	require.NotContains(t, out.String(), "end,")
	require.ErrorIs(t, conversionTable().write(failing{}, ordered(5_000, nil)), errClosed)
	for name, cells := range map[string]int{"conversions": len(conversionTable().cells(attribution.Conversion{})), "commissions": len(commissionTable().cells(attribution.Commission{}))} {
		want := map[string]int{"conversions": len(conversionTable().columns), "commissions": len(commissionTable().columns)}[name]
		require.Equal(t, want, cells, name)
	}
}

var errClosed = errors.New("nobody reads")

// failing is a client that went away.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errClosed }

// However many rows there are, what is held of them is not more.
func TestTablesAreNotHeld(t *testing.T) {
	const rows = 300_000
	var most uint64
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	each := ordered(rows, nil)
	given := 0
	require.NoError(t, conversionTable().write(io.Discard, func(give func(attribution.Conversion) error) error {
		return each(func(c attribution.Conversion) error {
			if given++; given%50_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			return give(c)
		})
	}))
	require.Less(t, most, before.HeapAlloc+2<<20, "of %d rows two megabytes are held", rows)
}
