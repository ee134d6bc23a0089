package api

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

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

// No cell begins as a formula, wherever it came from and wherever a spreadsheet parts it, and what is harmless stays as it
// is.
func TestCellsAreHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n1": "'\n1", "\x00=": "'\x00=",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠1": "'＠1", `=cmd|' /C calc'!A0`: `'=cmd|' /C calc'!A0`,
		";=cmd": ";'=cmd", "a;=cmd": "a;'=cmd", "a,=1,-2": "a,'=1,'-2", "a\t+1": "a\t'+1", "a|@x": "a|'@x", "a\n=1": "a\n'=1",
		`"=1`: `"'=1`, `;"=1`: `;"'=1`, " =1": " '=1", "; \u00a0\"-1": "; \u00a0\"'-1", "==": "'==", ";=;=": ";'=;'=", "é;=": "é;'=",
	} {
		require.Equal(t, want, harmless(cell))
	}
	for _, cell := range []string{"", "a=b", "1-2", "'=1", "№ 7", "a;b", "a; b", "a,b", ";", "2026-03-01T12:00:00Z", "\xff="} {
		require.Equal(t, cell, harmless(cell))
	}
	for cell, want := range map[string]string{
		"": "", "a b": "a b", "a;b": `"a;b"`, "a\tb": "\"a\tb\"", `a"b`: `"a""b"`, "a\nb": "\"a\nb\"", `;=HYPERLINK("x","a, ""b""")`: `";'=HYPERLINK(""x"",""a, """"b"""""")"`,
	} {
		require.Equal(t, want, string(appendCell(nil, cell)))
	}
	requireHarmless(t, `=HYPERLINK("x","a, ""b""")`, ";=cmd")
}

// FuzzCells: whoever parts a table by one character, heeding quotes or not, finds no formula, and who reads it as RFC 4180
// has it finds what was written, but for what makes it harmless.
func FuzzCells(f *testing.F) {
	for _, seed := range []string{"", "=1", `a;"=1`, "\"\"\"=", "a\r\n-1", "a,;\t|@", " \"+", "'=", "\t\t=", `";=`} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, one, other string) { requireHarmless(t, one, other) })
}

// requireHarmless writes rows of two cells that strangers choose, and reads them as everybody might.
func requireHarmless(t *testing.T, one, other string) {
	t.Helper()
	table := table[[]string]{"t", []string{"id", "one", "other"}, func(cells []string) []string { return append([]string{"id"}, cells...) }}
	var out bytes.Buffer
	require.NoError(t, table.write(&out, func(give func([]string) error) error {
		return errors.Join(give([]string{one, other}), give([]string{other, one}))
	}))
	text := out.String()
	for _, separator := range []string{",", ";", "\t", "|"} {
		for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
			for _, cell := range strings.Split(line, separator) {
				requireNoFormula(t, cell)
			}
		}
		heeding := csv.NewReader(strings.NewReader(text))
		heeding.Comma, heeding.FieldsPerRecord, heeding.LazyQuotes = rune(separator[0]), -1, true
		for {
			cells, err := heeding.Read()
			if err != nil {
				break
			}
			for _, cell := range cells {
				requireNoFormula(t, cell)
			}
		}
	}
	if strings.ContainsRune(one+other, '\r') { // which the reader takes for the end of a line before \n
		return
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{{"id", "one", "other"}, {"id", harmless(one), harmless(other)}, {"id", harmless(other), harmless(one)}, {"end", "2", ""}}, records)
	require.Equal(t, strings.ReplaceAll(one, "'", ""), strings.ReplaceAll(harmless(one), "'", ""))
}

// requireNoFormula holds a cell as somebody read it, with quotes and spaces or without.
func requireNoFormula(t *testing.T, cell string) {
	t.Helper()
	for _, read := range []string{cell, strings.Trim(cell, `"`), strings.TrimFunc(cell, func(r rune) bool { return r == '"' || unicode.IsSpace(r) })} {
		if first, _ := utf8.DecodeRuneInString(read); read != "" && strings.ContainsRune("=+-@\x00＝＋－＠", first) {
			require.Failf(t, "a formula", "%q", cell)
		}
	}
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
