package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// P-19: an amount is computed by methods that refuse to wrap.
func TestNoBareArithmeticOnAmounts(t *testing.T) {
	t.Parallel()
	for _, p := range checked(t) {
		if p.Folder != "core/money" {
			none(t, BareArithmetic(module, []Checked{p}))
		}
	}
	for name, body := range map[string]string{
		"add":        "_ = a + b",
		"subtract":   "_ = a - 1",
		"multiply":   "_ = 2 * a",
		"divide":     "_ = a / b",
		"remainder":  "_ = a % b",
		"shift":      "_ = a << 1",
		"negate":     "_ = -a",
		"add_assign": "a += b",
		"increment":  "a++",
		"in_a_cast":  "_ = int64(a) + int64(b)",
		"in_parens":  "_ = ((a)) + (b)",
		"in_a_field": "s := struct{ total money.Amount }{}; s.total -= a",
		"in_a_map":   `m := map[string]money.Amount{}; m["x"] += a`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, BareArithmetic(module, plantTyped(t, "core/x",
				`package x; import "`+module+`/core/money"; func f(a, b money.Amount) { `+body+` }`)))
		})
	}
	require.Empty(t, BareArithmetic(module, plantTyped(t, "core/x", `package x
import "`+module+`/core/money"
const fee = 10 * money.Amount(1_000)
func f(a, b money.Amount, n int) bool { n += 1; _ = uint64(a); return a < b && n*2 > 3 }`)))
}

func TestInterfacesAreSmall(t *testing.T) {
	t.Parallel()
	none(t, WideInterfaces(checked(t)))
	const six = "package x; type six interface { A(); B(); C(); D(); E(); F() }"
	require.Empty(t, WideInterfaces(plantTyped(t, "core/x", six)))
	require.NotEmpty(t, WideInterfaces(plantTyped(t, "core/x", six+"; type seven interface { six; G() }")))
}
