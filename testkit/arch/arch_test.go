package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImportsFollowTheTable(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	none(t, Check(tree.Module, tree.Packages))
}

func TestTableNamesWhatExists(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	none(t, Missing(tree.Module, tree.Packages))
	require.NotEmpty(t, Missing(tree.Module, tree.Packages[1:]))
}

// E-19: what makes testing easy is not there to be abused.
func TestProgramLinksNoTestCode(t *testing.T) {
	t.Parallel()
	const program = module + "/apps/twistd"
	refused := []string{"testing", module + "/testkit", "github.com/stretchr/testify", "pgregory.net/rapid"}
	none(t, Linked(program, repository(t).Packages, refused...))

	require.NotEmpty(t, Linked(program, []Package{{ImportPath: program, Deps: []string{"testing"}}}, refused...))
	require.NotEmpty(t, Linked(program, []Package{{ImportPath: program, Deps: []string{module + "/testkit/contract"}}}, refused...))
	require.NotEmpty(t, Linked(program, nil, refused...), "a program that is gone proves nothing")
}

func TestTableBites(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string][2]string{
		"core_knows_a_port":            {"/core/staking", module + "/ports"},
		"core_knows_the_root":          {"/core/payouts", module},
		"core_waits":                   {"/core/payouts", "context"},
		"core_stores":                  {"/core/ledger", "database/sql"},
		"core_opens_files":             {"/core/money", "os"},
		"core_calls_out":               {"/core/identity", "net/http"},
		"core_rolls_dice":              {"/core/staking", "math/rand/v2"},
		"core_makes_keys":              {"/core/identity", "crypto/rand"},
		"core_writes_json":             {"/core/attribution", "encoding/json"},
		"core_takes_a_module":          {"/core/money", "github.com/shopspring/decimal"},
		"fault_knows_money":            {"/core/fault", module + "/core/money"},
		"money_knows_the_ledger":       {"/core/money", module + "/core/ledger"},
		"ledger_knows_a_domain":        {"/core/ledger", module + "/core/staking"},
		"identity_knows_money":         {"/core/identity", module + "/core/money"},
		"domains_know_each_other":      {"/core/staking", module + "/core/payouts"},
		"attribution_knows_staking":    {"/core/attribution", module + "/core/staking"},
		"payouts_knows_identity":       {"/core/payouts", module + "/core/identity"},
		"port_leaks_the_driver":        {"/ports", "github.com/uptrace/bun"},
		"port_speaks_sql":              {"/ports", "database/sql"},
		"port_knows_the_root":          {"/ports", module},
		"use_case_picks_an_adapter":    {"", module + "/adapters/memory"},
		"use_case_serves_http":         {"", "net/http"},
		"use_case_reads_environment":   {"", "os"},
		"use_case_guesses":             {"", "crypto/rand"},
		"use_case_takes_a_module":      {"", "github.com/go-kit/kit/endpoint"},
		"adapter_calls_its_sister":     {"/adapters/solanasim", module + "/adapters/solana"},
		"adapter_calls_a_use_case":     {"/adapters/memory", module},
		"memory_needs_a_module":        {"/adapters/memory", "github.com/gagliardetto/solana-go"},
		"jwt_signs_for_a_chain":        {"/adapters/jwt", "github.com/gagliardetto/solana-go"},
		"chain_issues_tokens":          {"/adapters/solana", "github.com/golang-jwt/jwt/v5"},
		"handler_skips_use_case":       {"/apps/api", module + "/ports"},
		"handler_picks_an_adapter":     {"/apps/api", module + "/adapters/memory"},
		"handler_takes_go_kit":         {"/apps/api", "github.com/go-kit/kit/endpoint"},
		"job_skips_use_case":           {"/apps/worker", module + "/ports"},
		"job_serves_http":              {"/apps/worker", module + "/apps/internal/rpc"},
		"client_knows_the_server":      {"/apps/client", module + "/apps/api"},
		"client_knows_the_library":     {"/apps/client", module},
		"generator_reads_the_api":      {"/apps/internal/clientgen", module + "/apps/api"},
		"document_knows_an_operation":  {"/apps/internal/openapi", module},
		"handler_validates_schemas":    {"/apps/api", "github.com/santhosh-tekuri/jsonschema/v6"},
		"rpc_knows_the_routes":         {"/apps/internal/rpc", module + "/apps/api"},
		"rpc_picks_an_adapter":         {"/apps/internal/rpc", module + "/adapters/jwt"},
		"main_picks_an_adapter":        {"/apps/twistd", module + "/adapters/memory"},
		"main_skips_boot":              {"/apps/twistd", module + "/ports"},
		"boot_links_the_testkit":       {"/apps/internal/boot", module + "/testkit/contract"},
		"suite_picks_an_adapter":       {"/testkit/contract", module + "/adapters/memory"},
		"suite_knows_a_use_case":       {"/testkit/contract", module},
		"guard_takes_a_module":         {"/testkit/arch", "golang.org/x/tools/go/packages"},
		"figures_know_the_domain":      {"/testkit/figures", module + "/core/money"},
		"stray_folder":                 {"/util", "fmt"},
		"stray_domain":                 {"/core/util", "fmt"},
		"stray_adapter":                {"/adapters/mongo", "fmt"},
		"stray_folder_below_a_row":     {"/core/staking/helpers", "fmt"},
		"stray_folder_under_the_suite": {"/testkit/mocks", "fmt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, Check(module, []Package{{ImportPath: module + plant[0], Imports: plant[1:]}}))
		})
	}
}

func TestTableBitesInTests(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string][2]string{
		"core_is_tested_on_an_adapter":  {"/core/staking", module + "/adapters/memory"},
		"suite_is_tested_on_an_adapter": {"/testkit/contract", module + "/adapters/memory"},
		"adapter_is_tested_on_another":  {"/adapters/memory", module + "/adapters/solanasim"},
		"test_takes_a_mock_generator":   {"", "go.uber.org/mock/gomock"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planted := Package{ImportPath: module + plant[0], XTestImports: plant[1:]}
			require.NotEmpty(t, Check(module, []Package{planted}))
		})
	}
}

func TestTableAllowsWhatTheTreeNeeds(t *testing.T) {
	t.Parallel()
	require.Empty(t, Check(module, []Package{
		{ImportPath: module + "/core/staking", Imports: []string{"math/bits", "net/url", "net/netip", module + "/core/ledger"}},
		{ImportPath: module, Imports: []string{"context", module + "/ports"}, XTestImports: []string{module + "/adapters/memory"}},
		{ImportPath: module + "/apps/internal/boot", Imports: []string{module + "/adapters/solana", "os"}},
		{ImportPath: module + "/adapters/memory", TestImports: []string{module + "/testkit/contract", "github.com/stretchr/testify/require"}},
		{ImportPath: "example.com/embedder", Imports: []string{module + "/adapters/memory"}},
	}))
}
