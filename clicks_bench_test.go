package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
)

// What judging and keeping a click costs a redirect, with the limiter and the log in memory, while 65,536 networks come by turns.
func BenchmarkClick(b *testing.B) {
	w := newWorld(b, strict)
	w.pool("ada", 2_000)
	code := w.link("ada", w.program("shop", 0))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		from := twist.WithOrigin(b.Context(), twist.Origin{IP: network(n)})
		_, err := w.Attribution.Click(from, code, twist.Arrival{Agent: firefox, Dest: "document"})
		require.NoError(b, err)
	}
}
