package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesKeepToTheTerms(t *testing.T) {
	t.Parallel()
	banned := Banned(page(t, "docs/terms.md"))
	for _, domain := range []string{"money", "ledger", "journal", "identity", "staking", "attribution", "payouts"} {
		require.NotEmpty(t, banned[domain], "no term of %s bans a word", domain)
	}
	none(t, Words(banned, repository(t).Source("core")))
}

func TestTermsBite(t *testing.T) {
	t.Parallel()
	banned := Banned("| domain | word | means | never called |\n|---|---|---|---|\n" +
		"| staking | **pool** | where stakes stand | `vault`, farm |\n| | **stake** | what stands | `bet` |\n")
	require.Equal(t, map[string][]string{"staking": {"vault", "bet"}}, banned)
	for name, source := range map[string]string{
		"type":      "package p; type Vault struct{}",
		"part":      "package p; func OpenVaultNow() {}",
		"parameter": "package p; func f(vault int) {}",
		"field":     "package p; type T struct{ MinBet int }",
		"variable":  "package p; func f() { bet := 1; _ = bet }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Words(banned, plant(t, "core/staking", source)))
			require.Empty(t, Words(banned, plant(t, "core/ledger", source)), "a word is banned in its domain")
		})
	}
	require.Empty(t, Words(banned, plant(t, "core/staking", "package p; type Better struct{}")))
}

func TestProofsExist(t *testing.T) {
	t.Parallel()
	none(t, Proofs(page(t, "docs/must-never-happen.md"), repository(t).Files))
}

func TestProofsBite(t *testing.T) {
	t.Parallel()
	const head = "| id | what must never happen | proof |\n|---|---|---|\n"
	files := plant(t, "core/x", "package x\n// P-01: paid once.\nfunc TestPaysOnce() { run(`twice`) }\nfunc TestOther() {}")
	files[0].Test = true
	require.Empty(t, Proofs(head+"| P-01 | paid twice | `core/x.TestPaysOnce`, `core/x.TestPaysOnce/twice` |\n", files))
	for name, rows := range map[string]string{
		"test_is_gone":            "| P-01 | paid twice | `core/x.TestGone` |\n",
		"test_stands_elsewhere":   "| P-01 | paid twice | `TestPaysOnce` |\n",
		"test_does_not_mention":   "| P-01 | paid twice | `core/x.TestOther` |\n",
		"subtest_is_gone":         "| P-01 | paid twice | `core/x.TestPaysOnce/thrice` |\n",
		"id_is_taken":             "| P-01 | paid twice | — |\n| P-01 | lost | — |\n",
		"test_cites_a_missing_id": "| P-02 | lost | — |\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Proofs(head+rows, files))
		})
	}
}

func TestClaimsExist(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"docs/asvs.md", "docs/staking-invariants.md"} {
		text := page(t, name)
		require.NotEmpty(t, Rows(text, "item"), name)
		none(t, Claims(text, repository(t).Files))
	}
}

func TestClaimsBite(t *testing.T) {
	t.Parallel()
	const head = "| item | asks | tests | what to know |\n|---|---|---|---|\n"
	files := plant(t, "core/x", "package x\nfunc TestPaysOnce() { run(`twice`) }")
	files[0].Test = true
	require.Empty(t, Claims(head+"| 1.1.1 | once | `core/x.TestPaysOnce`, `core/x.TestPaysOnce/twice` | |\n| 1.1.2 | more | — | not yet |\n", files))
	for name, rows := range map[string]string{
		"test_is_gone":    "| 1.1.1 | once | `core/x.TestGone` | |\n",
		"subtest_is_gone": "| 1.1.1 | once | `core/x.TestPaysOnce/thrice` | |\n",
		"item_is_taken":   "| 1.1.1 | once | `core/x.TestPaysOnce` | |\n| 1.1.1 | once | — | not yet |\n",
		"no_reason":       "| 1.1.1 | once | — | |\n",
		"a_cell_less":     "| 1.1.1 | once | `core/x.TestPaysOnce` |\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Claims(head+rows, files))
		})
	}
}
