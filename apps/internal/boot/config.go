package boot

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// Config is everything a program of ours can be told. Load fills it from the environment.
type Config struct {
	Address   string        // where the API listens
	Site      identity.Site // who asks wallets to sign
	Epoch     time.Duration // of staking
	Operators []identity.Wallet
	LogLevel  slog.Level
	TokenKey  Secret // the seed that signs access tokens; a new one at each start when empty
}

// Secret is a value that is never shown.
type Secret struct{ value string }

// String hides the secret.
func (Secret) String() string { return "***" }

// GoString hides the secret.
func (Secret) GoString() string { return "***" }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

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
		{"TWIST_SITE_DOMAIN", "localhost", "the domain that asks wallets to sign", false, func(c *Config, v string) error {
			c.Site.Domain = v
			return nil
		}},
		{"TWIST_SITE_URI", "http://localhost", "the page that asks wallets to sign", false, func(c *Config, v string) error {
			c.Site.URI = v
			return nil
		}},
		{"TWIST_SITE_STATEMENT", "Sign in to TWIST. This costs nothing and moves no tokens.", "what the wallet shows", false, func(c *Config, v string) error {
			c.Site.Statement = v
			return nil
		}},
		{"TWIST_CHAIN", string(identity.Localnet), "the Solana cluster, as a sign-in text names it", false, func(c *Config, v string) error {
			c.Site.ChainID = identity.ChainID(v)
			return nil
		}},
		{"TWIST_EPOCH", "24h", "how long a staking epoch lasts; never change it on a store that has stakes", false, setEpoch},
		{"TWIST_OPERATORS", "", "wallets with the operator's role, separated by commas", false, setOperators},
		{"TWIST_LOG_LEVEL", "info", "debug, info, warn or error", false, func(c *Config, v string) error {
			return c.LogLevel.UnmarshalText([]byte(v))
		}},
		{"TWIST_TOKEN_KEY", "", "32 bytes in hexadecimal that sign access tokens; empty: new at each start", true, setTokenKey},
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
	if len(faults) == 0 {
		if err := c.Site.Check(); err != nil {
			faults = append(faults, fmt.Errorf("TWIST_SITE_…, TWIST_CHAIN: %w", err))
		}
	}
	return c, errors.Join(faults...)
}

func setAddress(c *Config, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return errors.New("it is not host:port")
	}
	c.Address = value
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

// setTokenKey keeps the value out of the error: it may be a good key with a typing error.
func setTokenKey(c *Config, value string) error {
	if seed, err := hex.DecodeString(value); err != nil || (len(seed) != 0 && len(seed) != ed25519.SeedSize) {
		return errors.New("it is not 32 bytes in hexadecimal")
	}
	c.TokenKey = Secret{value}
	return nil
}
