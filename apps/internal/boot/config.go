package boot

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/smtp"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/visitor"
)

// Config is everything a program of ours can be told. Load fills it from the environment.
type Config struct {
	Address   string        // where the API listens
	Metrics   string        // where Prometheus reads; nowhere when empty
	Site      identity.Site // who asks wallets to sign
	Epoch     time.Duration // of staking
	Operators []identity.Wallet
	LogLevel  slog.Level
	TokenKey  Secret // the seed that signs access tokens; a new one at each start when empty
	TokenKeys string // the file with the ring of keys that sign access tokens, instead of TokenKey

	VisitorKey Secret // hides the addresses that calls come from; a new one at each start when empty, which goes with no Database

	Database    Secret // the URL of a PostgreSQL database, which may hold a password; in memory when empty
	Connections int    // to the database, at most

	ClickSpool string // the folder in which clicks wait for the database; each waits for it when empty

	Proxies rpc.Proxies            // who may say where a request came from
	Country string                 // the header in which they say the country; none does when empty
	Origins rpc.Origins            // whose pages may call
	Asks    twist.Asks             // challenges, the usual ones when zero; no setting changes them
	Fraud   fraud.Rules            // what stakes are judged by; fraud.Canonical when zero, and no setting changes them
	Rules   map[rpc.Class]rpc.Rule // how often; those of rpc when nil, and no setting changes them

	Change func(*twist.Config) `json:"-"` // replaces parts of the platform; nil replaces none, and no setting does

	Drain time.Duration // how long a stop says that it is near before nobody is accepted any more

	Terms    string // the version of the terms that whoever registers accepts
	SMTP     Secret // the URL of a mail server, which may hold a password; mails wait when empty
	MailFrom string // the address that mails come from
}

// Secret is a value that is never shown. It stands behind a function, where printing cannot reach it
// even as an unexported field of something else.
type Secret struct{ reveal func() string }

// NewSecret keeps a value.
func NewSecret(value string) Secret { return Secret{func() string { return value }} }

// text is the value itself, empty for the zero Secret.
func (s Secret) text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Format hides the secret from every verb.
func (Secret) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, mask) }

// MarshalText hides the secret from JSON and logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

const mask = "***"

// Setting is one variable of the environment.
type Setting struct {
	Name    string
	Default string
	Doc     string
	Secret  bool
	set     func(c *Config, value string) error
}

// Settings is the table of all variables: Load, the documentation and `twistd config` read it.
func Settings() []Setting {
	return []Setting{
		{"TWIST_ADDRESS", "127.0.0.1:8080", "host and port the API listens on", false, setAddress},
		{"TWIST_METRICS_ADDRESS", "127.0.0.1:9090", "host and port that Prometheus reads, never the API's; empty: nowhere", false, setMetrics},
		{"TWIST_SITE_DOMAIN", "localhost", "the domain that asks wallets to sign", false, setDomain},
		{"TWIST_SITE_URI", "http://localhost", "the page that asks wallets to sign", false, setURI},
		{"TWIST_SITE_STATEMENT", "Sign in to TWIST. This costs nothing and moves no tokens.", "what the wallet shows", false, func(c *Config, v string) error {
			c.Site.Statement = v
			return alone(func(s *identity.Site) { s.Statement = v })
		}},
		{"TWIST_CHAIN", string(identity.Localnet), "the Solana cluster, as a sign-in text names it", false, func(c *Config, v string) error {
			c.Site.ChainID = identity.ChainID(v)
			return alone(func(s *identity.Site) { s.ChainID = c.Site.ChainID })
		}},
		{"TWIST_EPOCH", "24h", "how long a staking epoch lasts; never change it on a store that has stakes", false, setEpoch},
		{"TWIST_OPERATORS", "", "wallets that are operators and administrators, separated by commas", false, setOperators},
		{"TWIST_LOG_LEVEL", "info", "debug, info, warn or error", false, func(c *Config, v string) error {
			return c.LogLevel.UnmarshalText([]byte(v))
		}},
		{"TWIST_TOKEN_KEY", "", "32 bytes in hexadecimal that sign access tokens; empty: new at each start", true, setTokenKey},
		{"TWIST_TOKEN_KEYS", "", "instead: a file of keys that sign in turn; twistd keys makes it, and it is read again while running", false, setTokenKeys},
		{"TWIST_VISITOR_KEY", "", "32 to 64 random bytes in hexadecimal that hide addresses, the same wherever one store is used and for as long: under another one no customer is known any more, and a retry of an older order that names one is an order_conflict; empty: new at each start, which a database refuses", true, setVisitorKey},
		{"TWIST_TERMS", "1", "the version of the terms that whoever registers accepts", false, setTerms},
		{"TWIST_MAIL_FROM", "", "the address that mails come from; needed with TWIST_SMTP_URL", false, setMailFrom},
		{"TWIST_SMTP_URL", "", "the server that takes mails, smtp://user:password@host:587, with STARTTLS; empty: mails wait in the store until there is one", true, setSMTP},
		{"TWIST_DATABASE_URL", "", "the PostgreSQL database that migrate and verify work on", true, setDatabase},
		{"TWIST_TRUSTED_PROXIES", "", "networks whose X-Forwarded-For says where a request came from, such as 10.0.0.0/8, separated by commas", false, func(c *Config, v string) (err error) {
			c.Proxies, err = rpc.ParseProxies(v)
			return err
		}},
		{"TWIST_COUNTRY_HEADER", "", "the header in which trusted proxies say the country of a request, such as CF-IPCountry, which they must not let strangers set; empty: no country is kept", false, setCountry},
		{"TWIST_ORIGINS", "", "web origins whose pages may call, such as https://app.example.com, separated by commas", false, func(c *Config, v string) (err error) {
			c.Origins, err = rpc.ParseOrigins(v)
			return err
		}},
		{"TWIST_DRAIN", "0s", "how long /readyz says that a stop is near before the stop begins: longer than a balancer takes to notice, 1m at most", false, setDrain},
		{"TWIST_CLICK_SPOOL", "", "the folder in which clicks wait for the database, on a disk of one process; empty: following a link waits for the database", false, setClickSpool},
		{"TWIST_DATABASE_CONNECTIONS", "16", "how many connections to the database may be open at once", false, setConnections},
	}
}

// Load reads the configuration through lookup, and reports everything that is wrong at once.
func Load(lookup func(string) (string, bool)) (Config, error) {
	var c Config
	var faults []error
	for _, s := range Settings() {
		value, given := lookup(s.Name)
		if !given {
			value = s.Default
		}
		if err := s.set(&c, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	return c, errors.Join(faults...)
}

// alone checks what one setting changes in a site that is good otherwise, so that every bad setting is
// reported and not only the first.
func alone(change func(*identity.Site)) error {
	site := identity.Site{Domain: "localhost", URI: "http://localhost", ChainID: identity.Localnet, Statement: "Sign in."}
	change(&site)
	return site.Check()
}

// setDomain keeps a good domain only.
func setDomain(c *Config, value string) error {
	err := alone(func(s *identity.Site) { s.Domain, s.URI = value, "https://"+value })
	if err == nil {
		c.Site.Domain = value
	}
	return err
}

// setURI comes after setDomain: a page is judged by its domain, and not at all when that was bad.
func setURI(c *Config, value string) error {
	c.Site.URI = value
	if c.Site.Domain == "" {
		return nil
	}
	return alone(func(s *identity.Site) { s.Domain, s.URI = c.Site.Domain, value })
}

func setAddress(c *Config, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return errors.New("it is not host:port")
	}
	c.Address = value
	return nil
}

// setMetrics comes after setAddress: metrics are not for whoever calls the API.
func setMetrics(c *Config, value string) error {
	if value == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(value); err != nil {
		return errors.New("it is not host:port")
	} else if value == c.Address && port != "0" {
		return errors.New("it is the address of the API")
	}
	c.Metrics = value
	return nil
}

func setEpoch(c *Config, value string) error {
	epoch, err := time.ParseDuration(value)
	if err != nil || epoch < time.Second {
		return errors.New("it is not a duration of at least one second")
	}
	c.Epoch = epoch
	return nil
}

func setClickSpool(c *Config, value string) error {
	if value != "" && !filepath.IsAbs(value) {
		return errors.New("it is not an absolute path")
	}
	c.ClickSpool = value
	return nil
}

func setDrain(c *Config, value string) error {
	drain, err := time.ParseDuration(value)
	if err != nil || drain < 0 || drain > time.Minute {
		return errors.New("it is not a duration from 0s to 1m")
	}
	c.Drain = drain
	return nil
}

// setCountry keeps the name of a header as net/http writes it.
func setCountry(c *Config, value string) error {
	if strings.ContainsFunc(value, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	}) {
		return errors.New("it is not the name of a header, such as CF-IPCountry")
	}
	c.Country = http.CanonicalHeaderKey(value)
	return nil
}

// setDatabase keeps the value to itself: it may hold a password.
func setDatabase(c *Config, value string) error {
	c.Database = NewSecret(value)
	if value != "" && !strings.HasPrefix(value, "postgres://") && !strings.HasPrefix(value, "postgresql://") {
		return errors.New("it is not a URL that begins with postgres://")
	}
	return nil
}

func setTerms(c *Config, value string) error {
	const most = 64
	if value == "" || len(value) > most || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("it is not 1 to 64 visible ASCII characters")
	}
	c.Terms = value
	return nil
}

// setMailFrom keeps a good address only.
func setMailFrom(c *Config, value string) error {
	if value == "" {
		return nil
	}
	_, err := identity.ParseEmail(value)
	if err == nil {
		c.MailFrom = value
	}
	return err
}

// setSMTP comes after setMailFrom. It keeps the value to itself: it may hold a password.
func setSMTP(c *Config, value string) error {
	c.SMTP = NewSecret(value)
	if value == "" {
		return nil
	}
	if c.MailFrom == "" {
		return errors.New("TWIST_MAIL_FROM is missing")
	}
	_, err := smtp.New(smtp.Options{URL: value, From: c.MailFrom})
	return err
}

func setConnections(c *Config, value string) error {
	const most = 1000
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return errors.New("it is not a number from 1 to 1000")
	}
	c.Connections = n
	return nil
}

func setOperators(c *Config, value string) error {
	for _, text := range strings.Split(value, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		wallet, err := identity.ParseWallet(text)
		if err != nil {
			return err
		}
		c.Operators = append(c.Operators, wallet)
	}
	return nil
}

// errTokenKey keeps the value to itself: it may be a good key with a typing error.
var errTokenKey = errors.New("it is not 32 bytes in hexadecimal")

func setTokenKey(c *Config, value string) error {
	c.TokenKey = NewSecret(value)
	_, err := seedOf(c.TokenKey)
	return err
}

// setTokenKeys comes after setTokenKey: what signs is configured in one place.
func setTokenKeys(c *Config, value string) error {
	c.TokenKeys = value
	if value != "" && !filepath.IsAbs(value) {
		return errors.New("it is not an absolute path: where a program was started must not choose its keys")
	}
	if value != "" && c.TokenKey.text() != "" {
		return errors.New("TWIST_TOKEN_KEY is set too: which of them signs?")
	}
	return nil
}

// seedOf reads a key's seed, or draws one when nothing is configured.
func seedOf(s Secret) ([]byte, error) {
	seed, err := hex.DecodeString(s.text())
	if err != nil || (len(seed) != 0 && len(seed) != ed25519.SeedSize) {
		return nil, errTokenKey
	}
	if len(seed) == 0 {
		seed = make([]byte, ed25519.SeedSize)
		rand.Read(seed)
	}
	return seed, nil
}

// errVisitorKey keeps the value to itself, as errTokenKey does.
var errVisitorKey = errors.New("it is not 32 to 64 bytes in hexadecimal")

func setVisitorKey(c *Config, value string) error {
	c.VisitorKey = NewSecret(value)
	_, err := visitorsOf(c.VisitorKey)
	return err
}

// DrawVisitorKey gives a key that nobody else has: for a program that is alone with its database, and the last to open it
// for business.
func DrawVisitorKey() Secret {
	secret := make([]byte, visitor.MinKey)
	rand.Read(secret)
	return NewSecret(hex.EncodeToString(secret))
}

// visitorsOf reads the key that hides addresses, or draws one when nothing is configured.
func visitorsOf(s Secret) (visitor.Key, error) {
	const most = 64 // of more, HMAC takes a hash
	secret, err := hex.DecodeString(s.text())
	if err != nil || len(secret) > most {
		return visitor.Key{}, errVisitorKey
	}
	if len(secret) == 0 {
		return visitorsOf(DrawVisitorKey())
	}
	key, err := visitor.NewKey(secret)
	if err != nil {
		return visitor.Key{}, errVisitorKey
	}
	return key, nil
}
