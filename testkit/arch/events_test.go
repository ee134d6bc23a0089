package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// I-11: what the page says of events is what there is.
func TestEventsAreDescribed(t *testing.T) {
	t.Parallel()
	files := repository(t).Source("core/journal")
	require.Greater(t, len(EventKinds(files)), 20)
	none(t, Events(page(t, "docs/events.md"), files))
}

func TestEventsBite(t *testing.T) {
	t.Parallel()
	const head = "| kind | subject |\n|---|---|\n"
	const row = "| `shop.opened` | the shop |\n"
	files := plant(t, "core/journal", `package journal; const ( Opened Kind = "shop.opened"; Other string = "x" ); func Kinds() []Kind { return []Kind{Opened} }`)
	require.Empty(t, Events(head+row, files))
	require.Equal(t, []string{"the page does not describe shop.opened"}, Events(head, files))
	require.Equal(t, []string{"the page describes shop.closed, which is not declared"}, Events(head+row+"| `shop.closed` | the shop |\n", files))
	require.Equal(t, []string{"the page describes shop.opened twice"}, Events(head+row+row, files))
	unlisted := plant(t, "core/journal", `package journal; const Opened Kind = "shop.opened"; func Kinds() []Kind { return nil }`)
	require.Equal(t, []string{"Kinds does not list Opened"}, Events(head+row, unlisted))
}
