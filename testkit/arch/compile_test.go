package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A use case reaches stored state only through the unit of work it was handed, and a reader's handle
// cannot write: the wrong one does not compile.
func TestWrongHandleDoesNotCompile(t *testing.T) {
	t.Parallel()
	const head = `package twist
import (
	"context"
	"` + module + `/core/ledger"
	"` + module + `/ports"
)
`
	control, said := compiles(t, "", head+
		`func planted(ctx context.Context, tx ports.Tx, e ledger.Entry) error { return tx.Ledger.Record(ctx, e) }`)
	require.True(t, control, said)

	wrong, said := compiles(t, "", head+
		`func planted(ctx context.Context, v ports.View, e ledger.Entry) error { return v.Ledger.Record(ctx, e) }`)
	require.False(t, wrong)
	require.Contains(t, said, "v.Ledger.Record undefined")
}

func TestCompileTellsRightFromWrong(t *testing.T) {
	t.Parallel()
	right, said := compiles(t, "core/fault", "package fault\nvar planted = New(Invalid, `planted`, `planted`).Code()")
	require.True(t, right, said)
	wrong, said := compiles(t, "core/fault", "package fault\nvar planted = New(Invalid, `planted`, `planted`).Codes()")
	require.False(t, wrong)
	require.Contains(t, said, "Codes undefined")
}

// compiles builds a package of the repository with one more file.
func compiles(t *testing.T, folder, source string) (ok bool, output string) {
	t.Helper()
	ok, output, err := Compile(t.Context(), root, folder, source)
	require.NoError(t, err)
	return ok, output
}
