package arch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCodesAreUniqueAndListed(t *testing.T) {
	t.Parallel()
	codes, bad := Codes(module, repository(t).Source("core", "ports", "", "adapters", "apps"))
	none(t, bad)
	golden(t, "docs/errors.md", ErrorPage(codes))
}

func TestCodesBite(t *testing.T) {
	t.Parallel()
	const head = `package p; import "` + module + `/core/fault"; `
	for name, source := range map[string]string{
		"camel_case": head + `var a = fault.New(fault.Invalid, "tooShort", "it is too short")`,
		"twice":      head + `var a, b = fault.New(fault.Invalid, "short", "a"), fault.New(fault.Gone, "short", "b")`,
		"computed":   head + `func f(code string) error { return fault.New(fault.Invalid, code, "it is short") }`,
		"renamed":    strings.Replace(head, `"`, `f "`, 1) + `var a = f.New(f.Invalid, "tooShort", "it is too short")`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, bad := Codes(module, plant(t, "core/x", source))
			require.NotEmpty(t, bad)
		})
	}
	codes, bad := Codes(module, plant(t, "core/fault", `package fault; var a = New(Internal, "internal", "ours")`))
	none(t, bad)
	require.Contains(t, ErrorPage(codes), "| `internal` | Internal | ours | `core/fault` |")
}
