package arch

import (
	"slices"
	"strings"
)

// row says what one folder may import. Whatever it does not name is refused, the standard library aside.
type row struct {
	folder  string
	may     []string // folders of this module and all below them; "" is the root alone
	modules []string // other modules
	without []string // refused packages of the standard library
	tests   []string // folders that its tests may import beside all of the above and the testkit
	drives  []string // other modules that its tests may import
}

// Standard packages that move, wait or guess have no place in core; JSON is the business of apps.
var impure = []string{
	"context", "crypto/rand", "database/sql", "embed", "encoding/json", "expvar", "io/fs", "log", "math/rand",
	"net", "os", "os/exec", "plugin", "runtime", "sync", "syscall", "testing", "unsafe",
}

// The library opens nothing and reads no environment; moments and randomness come through ports.
var outside = []string{"crypto/rand", "database/sql", "expvar", "math/rand", "net", "os", "plugin", "syscall", "testing", "unsafe"}

// The table holds a row per folder; a package without one fails. apps/internal/boot is the only
// production package that may name an adapter, and no adapter may name another.
var table = []row{
	{folder: "core/fault", without: impure},
	{folder: "core/money", may: []string{"core/fault"}, without: impure},
	{folder: "core/ledger", may: []string{"core/fault", "core/money"}, without: impure},
	{folder: "core/journal", may: []string{"core/fault", "core/money", "core/ledger"}, without: impure},
	{folder: "core/limit", may: []string{"core/fault"}, without: impure},
	{folder: "core/siws", may: []string{"core/fault"}, without: impure},
	{folder: "core/identity", may: []string{"core/fault", "core/siws"}, without: impure},
	{folder: "core/staking", may: []string{"core/fault", "core/money", "core/ledger"}, without: impure},
	{folder: "core/fraud", may: []string{"core/fault", "core/money"}, without: impure},
	{folder: "core/visitor", may: []string{"core/fault"}, without: impure},
	{folder: "core/attribution", may: []string{"core/fault", "core/money", "core/ledger"}, without: impure},
	// Its lists are embedded: the compiler reads the files, and a program that runs reads none.
	{folder: "core/clicks", may: []string{"core/fault", "core/limit"}, without: slices.DeleteFunc(slices.Clone(impure), func(name string) bool { return name == "embed" })},
	{folder: "core/payouts", may: []string{"core/fault", "core/money", "core/ledger"}, without: impure},

	{folder: "ports", may: []string{"core"}, without: outside},
	// Its tests count statements and alter rows behind its back.
	{folder: "", may: []string{"core", "ports"}, without: outside, tests: []string{"adapters", "migrations"}, drives: []string{"github.com/jackc/pgx/v5"}},

	{folder: "adapters/memory", may: []string{"core", "ports"}},
	// Its schema is handed to it; a test hands it ours.
	{folder: "adapters/postgres", may: []string{"core", "ports"}, modules: sql, tests: []string{"migrations"}},
	// Its tests kill processes that spool for a real database.
	{folder: "adapters/spool", may: []string{"core", "ports"}, tests: []string{"adapters/memory", "adapters/postgres", "migrations"}, drives: []string{"github.com/jackc/pgx/v5"}},
	{folder: "migrations"},
	{folder: "adapters/jwt", may: []string{"core", "ports"}, modules: []string{"github.com/golang-jwt/jwt/v5"}},
	// Its tests hand letters to a real server in their process.
	{folder: "adapters/smtp", may: []string{"core", "ports"}, modules: []string{"github.com/wneessen/go-mail"}},
	{folder: "adapters/solana", may: []string{"core", "ports"}, modules: solana},
	// The simulated cluster is proven with what the real signer builds.
	{folder: "adapters/solanasim", may: []string{"core", "ports"}, modules: solana, tests: []string{"adapters/solana"}},

	{folder: "apps/internal/rpc", may: []string{"", "core"}, modules: []string{"github.com/go-kit/kit"}},
	{folder: "apps/internal/openapi", may: []string{"core", "apps/internal/rpc"}, tests: []string{""}},
	{folder: "apps/internal/metrics", may: []string{"core", "apps/internal/rpc"}, modules: []string{"github.com/prometheus/client_golang"}, tests: []string{""}},
	{folder: "apps/internal/serve"},
	// What it draws is read by somebody else's reader.
	{folder: "apps/internal/qr", modules: []string{"github.com/boombuler/barcode"}, drives: []string{"github.com/makiuchi-d/gozxing"}},
	{folder: "apps/internal/device", modules: []string{"github.com/medama-io/go-useragent"}},
	// They are tested as they ship: over what boot assembles.
	{folder: "apps/api", may: []string{"", "core", "apps/internal/rpc", "apps/internal/openapi", "apps/internal/qr", "apps/internal/device"}, modules: []string{"github.com/swaggest/swgui"}, tests: []string{"apps/internal/boot", "apps/worker"}, drives: schemas},
	// It is written from the document alone, and tested on what boot assembles.
	{folder: "apps/client", may: []string{"core/money"}, tests: []string{"core", "apps/internal/boot", "apps/worker"}},
	{folder: "apps/internal/clientgen", may: []string{"apps/internal/openapi"}, tests: []string{"apps/api"}},
	{folder: "apps/worker", may: []string{"", "core"}, tests: []string{"apps/internal/boot"}},
	{folder: "apps/twistd", may: []string{"", "core", "apps/api", "apps/client", "apps/worker", "apps/internal/boot", "apps/internal/serve"}},
	{folder: "apps/internal/boot", may: []string{"", "core", "ports", "adapters", "migrations", "apps/api", "apps/worker", "apps/internal/rpc", "apps/internal/metrics"}},

	{folder: "testkit", may: []string{"core", "ports"}},
	{folder: "testkit/contract", may: []string{"core", "ports"}, modules: assertions},
	{folder: "testkit/forge"},
	{folder: "testkit/browser", modules: []string{"github.com/chromedp/chromedp", "github.com/chromedp/cdproto"}},
	{folder: "testkit/pgtest", modules: []string{"github.com/jackc/pgx/v5", "github.com/moby/moby", "github.com/testcontainers/testcontainers-go"}},
	{folder: "testkit/smtptest", modules: []string{"github.com/emersion/go-smtp", "github.com/emersion/go-sasl"}},
	{folder: "testkit/arch"},
	{folder: "testkit/mutants"},
	{folder: "testkit/figures", may: []string{"testkit/arch"}},
	// It measures everything together, and no program links it.
	{folder: "testkit/bench", may: []string{"", "core", "ports", "adapters", "migrations", "apps/api", "testkit"}, modules: []string{"github.com/jackc/pgx/v5"}},
}

var (
	sql        = []string{"github.com/uptrace/bun", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}
	solana     = []string{"github.com/gagliardetto/solana-go", "github.com/gagliardetto/binary"}
	schemas    = []string{"github.com/santhosh-tekuri/jsonschema/v6", "github.com/pb33f/libopenapi"}
	assertions = []string{"github.com/stretchr/testify", "pgregory.net/rapid"}
)

func find(folder string) (row, bool) {
	at := slices.IndexFunc(table, func(r row) bool { return r.folder == folder })
	if at < 0 {
		return row{}, false
	}
	return table[at], true
}

// refuses says why the folder may not import the path, or nothing.
func (r row) refuses(module, path string) string {
	named := func(name string) bool { return covers(name, path) }
	if folder, ours := inside(module, path); ours {
		if slices.ContainsFunc(r.may, func(name string) bool { return covers(name, folder) }) {
			return ""
		}
		return "the arrow is not in its row"
	}
	if standard(path) {
		parses := path == "net/url" || path == "net/netip" // what stands below net and opens nothing
		if !parses && slices.ContainsFunc(r.without, named) {
			return "this folder neither moves, waits nor guesses"
		}
		return ""
	}
	if slices.ContainsFunc(r.modules, named) {
		return ""
	}
	return "the module is not in its row"
}

// refusesInTests is refuses for a test: it may also use its own package, the testkit, the modules that
// only tests use, and any of the standard library.
func (r row) refusesInTests(module, path string) string {
	r.may = slices.Concat(r.may, r.tests, []string{r.folder, "testkit"})
	r.modules = slices.Concat(r.modules, r.drives, assertions)
	r.without = nil
	return r.refuses(module, path)
}

// standard reports a package of the standard library: no dot in its first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
