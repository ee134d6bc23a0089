package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line writes a line of the server's log.
func line(t *testing.T, message, context string) string {
	t.Helper()
	text, err := json.Marshal(logged{Pid: 7, Message: message, Context: context})
	require.NoError(t, err)
	return string(text) + "\n"
}

// log is what the server says of one recorded entry, of a page of pools, and of something else.
func log(t *testing.T) string {
	t.Helper()
	return line(t, "connection received", "") +
		line(t, "duration: 0.1 ms  plan:\nQuery Text: UPDATE balances SET version = version + 1\n\t\tWHERE address = a\nUpdate on balances  (cost=0.42..8.45 rows=1 width=22)\n"+
			"  ->  Index Scan using balances_pkey on balances  (cost=0.42..8.45 rows=1 width=22)\n        Index Cond: (address = $1)",
			"SQL statement \"UPDATE balances\nWHERE\"\nPL/pgSQL function record_entry(text,text) line 48 at SQL statement") +
		line(t, "duration: 0.1 ms  plan:\nQuery Text: SELECT 1 FROM ONLY \"public\".\"accounts\" x\nLockRows  (cost=0.1..1 rows=1 width=1)\n  ->  Index Scan using accounts_pkey on accounts x  (cost=1..2 rows=1 width=9)\n        Index Cond: (id = $1)",
			"SQL statement \"SELECT 1 FROM ONLY \"public\".\"accounts\" x\"") +
		line(t, "duration: 0.3 ms  plan:\nQuery Text: SELECT record_entry($1)\nResult  (cost=0.00..0.26 rows=1 width=4)", "") +
		line(t, "duration: 0.3 ms  plan:\nQuery Text: \n\t\tSELECT id FROM pools\n\t\tWHERE id > $1\nLimit  (cost=0.42..1.26 rows=1 width=4)\n  ->  Index Scan using pools_pkey on pools  (cost=0.00..0.26 rows=1 width=4)\n        Index Cond: (id > $1)", "")
}

func readAll(t *testing.T, text string) []seen {
	t.Helper()
	all, err := readLog(text)
	require.NoError(t, err)
	attribute(all, map[string]string{"SELECT record_entry($1)": "Ledger.Record", "SELECT id FROM pools\nWHERE id > $1": "Pools.List"})
	return all
}

func TestLogIsRead(t *testing.T) {
	t.Parallel()
	all := readAll(t, log(t))
	require.Equal(t, []string{"Ledger.Record, in record_entry", "Ledger.Record, for a foreign key", "Ledger.Record", "Pools.List"},
		[]string{all[0].name(), all[1].name(), all[2].name(), all[3].name()})
	require.Equal(t, "UPDATE balances SET version = version + 1\nWHERE address = a", all[0].text)
	require.NotContains(t, all[0].plan, "cost=")
	_, err := readLog("no json\n")
	require.Error(t, err)
}

func TestPlansPage(t *testing.T) {
	t.Parallel()
	text := log(t)
	hot := hottest(readAll(t, text+text+line(t, "duration: 1 ms  plan:\nQuery Text: SELECT id FROM pools\n\t\tWHERE id > $1\nLimit  (cost=0.42..1.26 rows=1 width=4)", "")))
	golden(t, "plans.md", renderPlans(hot, len(hot), []string{"Pools.Put", "Tickets.Put"}))
}

func TestPlansCheckerBites(t *testing.T) {
	t.Parallel()
	require.Empty(t, faults(readAll(t, log(t))))
	planted := "duration: 9 ms  plan:\nQuery Text: SELECT id FROM pools\n\t\tWHERE id > $1\n"
	for name, plan := range map[string]string{
		"sequential": "Seq Scan on pools  (cost=0.00..9 rows=1 width=4)",
		"parallel":   "Gather  (cost=0.1..2 rows=1 width=2)\n  ->  Parallel Seq Scan on pools  (cost=0.00..9 rows=1 width=4)",
		"inner":      "Hash Join  (cost=1..2 rows=1 width=1)\n  ->  Hash  (cost=1..2 rows=1 width=1)\n        ->  Seq Scan on pools p  (cost=0..1 rows=1 width=4)",
		"whole_index": "Merge Join  (cost=1..2 rows=1 width=1)\n  Merge Cond: (a.id = pools.id)\n  ->  Index Only Scan using pools_pkey on pools  (cost=0..1 rows=1 width=4)\n" +
			"  ->  Index Scan using accounts_pkey on accounts a  (cost=0..1 rows=1 width=4)\n        Index Cond: (id = $1)",
		"sorted": "Limit  (cost=1..2 rows=1 width=1)\n  ->  Sort  (cost=1..2 rows=1 width=1)\n        Sort Key: n\n        ->  Index Scan using pools_pkey on pools  (cost=0..1 rows=1 width=4)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := faults(hottest(readAll(t, log(t)+line(t, planted+plan, ""))))
			require.Len(t, bad, 1, "also when other calls of the same statement had a better plan")
			require.True(t, strings.HasPrefix(bad[0], "Pools.List reads all of pools"), bad[0])
		})
	}
	loop := "Nested Loop Left Join  (cost=1..2 rows=1 width=1)\n  Join Filter: ((f.day = w.day) AND (f.visitor = w.of_link))\n" +
		"  ->  CTE Scan on whose w  (cost=0..1 rows=1 width=4)\n  ->  CTE Scan on further f  (cost=0..1 rows=1 width=4)"
	bad := faults(hottest(readAll(t, log(t)+line(t, planted+loop, ""))))
	require.Len(t, bad, 1)
	require.True(t, strings.HasPrefix(bad[0], "Pools.List compares all with all"), bad[0])
	require.False(t, comparesAll("Nested Loop\n  Join Filter: (f.at > w.at)\n  ->  CTE Scan on whose w"), "there is no other way to find those")
	require.False(t, comparesAll("Nested Loop\n  ->  CTE Scan on whose w\n  ->  Index Scan using pools_pkey on pools"))
	require.Empty(t, readsWhole("Seq Scan on deposit_cursor"), "it has one row")
	require.Empty(t, readsWhole("Sort\n  ->  Index Scan using commissions_queue on commissions"), "it holds what waits")
	require.Empty(t, readsWhole("Result\n  ->  Index Scan using accounts_pkey on accounts\n        Index Cond: (id = (a ->> b))"), "an operator is no node")
	require.Empty(t, readsWhole("Limit\n  ->  LockRows\n        ->  Index Scan Backward using seals_pkey on seals"), "it stops at the first")
	require.Empty(t, readsWhole("Limit\n  ->  Index Scan using pools_pkey on pools\n        Filter: (n > $1)\n        Index Cond: (id > $2)"))
}
