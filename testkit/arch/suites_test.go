package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// suites maps every port to the contract suite that proves it. What a ports.Tx or a ports.View hands
// out is proven through the store.
func suites(t *testing.T) map[string]string {
	t.Helper()
	table := map[string]string{
		"Chain":      "Chain",
		"Signer":     "Signer",
		"Clock":      "Runtime",
		"IDs":        "Runtime",
		"Random":     "Runtime",
		"Challenges": "Challenges",
		"Limiter":    "Limiter",
		"Tokens":     "Tokens",
		"Tombstones": "Tombstones",
		"Mailer":     "Mailer",
		"Store":      "Store",
		"ClickLog":   "Clicks",
	}
	for _, port := range Handed(repository(t).Source("ports"), "Tx", "View") {
		table[port] = "Store"
	}
	return table
}

func TestEveryPortHasASuite(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	none(t, Suites(Interfaces(tree.Source("ports")), suites(t), tree.Source("testkit/contract")))
}

func TestEveryAdapterRunsItsSuites(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	bad, err := tree.Unproven(checked(t, "adapters"), tree.Files, suites(t))
	require.NoError(t, err)
	none(t, bad)
}

func TestSuitesBite(t *testing.T) {
	t.Parallel()
	contract := plant(t, "testkit/contract", "package contract; func Runtime() {}")
	table := map[string]string{"Clock": "Runtime"}
	require.Empty(t, Suites([]string{"Clock"}, table, contract))
	require.NotEmpty(t, Suites([]string{"Clock", "Mailer"}, table, contract), "a port without a suite")
	require.NotEmpty(t, Suites(nil, table, contract), "a suite without a port")
	require.NotEmpty(t, Suites([]string{"Clock"}, table, nil), "a suite that is not there")
	require.Equal(t, []string{"Ledger", "Pools"}, Handed(plant(t, "ports", "package ports; type Tx struct { Ledger Ledger; Pools Pools }"), "Tx"))
	require.Equal(t, []string{"Clock"}, Interfaces(plant(t, "ports", "package ports; type Clock interface{ Now() }; type Text string")))
}

func TestUnprovenAdapterBites(t *testing.T) {
	t.Parallel()
	adapter := plantTyped(t, "adapters/x", `package x; import "time"; type Clock struct{}; func (*Clock) Now() (t time.Time) { return }`)
	table := map[string]string{"Clock": "Runtime"}
	test := func(call string) []File {
		files := plant(t, "adapters/x", `package x; import "`+module+`/testkit/contract"; func TestClock() { `+call+` } // contract.Runtime()`)
		files[0].Test = true
		return files
	}
	bad, err := repository(t).Unproven(adapter, test("contract.Chain()"), table)
	require.NoError(t, err)
	require.NotEmpty(t, bad, "a comment is no call")

	bad, err = repository(t).Unproven(adapter, test("contract.Runtime()"), table)
	require.NoError(t, err)
	none(t, bad)
}
