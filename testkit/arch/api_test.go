package arch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExportedAPI(t *testing.T) {
	t.Parallel()
	lines := API(checked(t, "core", "ports", ""))
	golden(t, "testkit/arch/testdata/api.golden", strings.Join(lines, "\n")+"\n")
}

func TestAPIShowsEveryChange(t *testing.T) {
	t.Parallel()
	lines := API(plantTyped(t, "core/x", `package x
import "time"
const Limit = 3
var Zero time.Time
func New(n int) (*Box, error) { return nil, nil }
func hidden() {}
type Name string
type Other = Name
type Box struct { Open bool; secret int }
func (b Box) Size() int { return b.secret }
func (b *Box) Close() error { return nil }
func (b *Box) lock() {}
type Door interface { Shut(after time.Duration) }`))
	require.Equal(t, []string{
		"*x.Box.Close func() error",
		"x.Box struct",
		"x.Box.Open bool",
		"x.Box.Size func() int",
		"x.Door interface",
		"x.Door.Shut func(after time.Duration)",
		"x.Limit const untyped int = 3",
		"x.Name string",
		"x.New func(n int) (*x.Box, error)",
		"x.Other = x.Name",
		"x.Zero var time.Time",
	}, lines)
}
