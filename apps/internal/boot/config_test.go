package boot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/identity"
)

const (
	wallet = "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF"
	seed   = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2"
)

// environment looks variables up in pairs of name and value.
func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func load(t *testing.T, pairs ...string) boot.Config {
	t.Helper()
	c, err := boot.Load(environment(pairs...))
	require.NoError(t, err)
	return c
}

// P-46: nothing has to be configured to start.
func TestDefaultsLoad(t *testing.T) {
	t.Parallel()
	c := load(t)
	require.Equal(t, "127.0.0.1:8080", c.Address, "not on every interface (E-16)")
	require.Equal(t, "127.0.0.1:9090", c.Metrics, "nor are the metrics")
	require.Equal(t, identity.Site{
		Domain: "localhost", URI: "http://localhost", ChainID: identity.Localnet,
		Statement: "Sign in to TWIST. This costs nothing and moves no tokens.",
	}, c.Site)
	require.Equal(t, 24*time.Hour, c.Epoch)
	require.Zero(t, c.Drain)
	require.Empty(t, c.Operators)
	require.Equal(t, slog.LevelInfo, c.LogLevel)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	c := load(t,
		"TWIST_ADDRESS", "[::1]:0", "TWIST_SITE_DOMAIN", "app.example.com:8443", "TWIST_SITE_URI", "https://app.example.com:8443/in",
		"TWIST_SITE_STATEMENT", "Hello.", "TWIST_CHAIN", string(identity.Mainnet), "TWIST_EPOCH", "1h30m",
		"TWIST_OPERATORS", " "+wallet+" ,, "+wallet+",", "TWIST_LOG_LEVEL", "debug", "TWIST_TOKEN_KEY", seed, "TWIST_VISITOR_KEY", seed+seed,
		"TWIST_DATABASE_CONNECTIONS", "1000", "TWIST_CLICK_SPOOL", "/var/spool/twist", "TWIST_DRAIN", "1m", "TWIST_TERMS", "2026-11", "TWIST_MAIL_FROM", "noreply@example.com",
		"TWIST_SMTP_URL", "smtp://twist:secret@mail.example.com:587",
	)
	require.Equal(t, "2026-11", c.Terms)
	require.Equal(t, "/var/spool/twist", c.ClickSpool)
	require.Equal(t, "noreply@example.com", c.MailFrom)
	require.NotContains(t, fmt.Sprintf("%+v", c), "secret")
	require.Equal(t, "[::1]:0", c.Address)
	require.Equal(t, identity.Site{
		Domain: "app.example.com:8443", URI: "https://app.example.com:8443/in", ChainID: identity.Mainnet, Statement: "Hello.",
	}, c.Site)
	require.Equal(t, 90*time.Minute, c.Epoch)
	require.Equal(t, []identity.Wallet{wallet, wallet}, c.Operators)
	require.Equal(t, slog.LevelDebug, c.LogLevel)
	require.Equal(t, 1000, c.Connections)
	require.Equal(t, time.Minute, c.Drain)
}

// Whoever configures is told everything that is wrong at once, under the name of the variable.
func TestLoadReportsEveryFault(t *testing.T) {
	t.Parallel()
	bad := map[string][]string{
		"TWIST_ADDRESS":         {"", "localhost", "1.2.3.4", "a:b:c"},
		"TWIST_METRICS_ADDRESS": {"localhost", "127.0.0.1:8080", "1.2.3.4"},
		"TWIST_TRUSTED_PROXIES": {"0.0.0.0/0", "10.0.0.1/8", "everybody"},
		"TWIST_ORIGINS":         {"*", "null", "https://app.example.com/", "https://*.example.com", "app.example.com", "https://app.example.com:443"},
		"TWIST_COUNTRY_HEADER":  {"CF IPCountry", "CF-IPCountry:", "Länder", "X_Country"},
		"TWIST_SITE_DOMAIN":     {"", "UPPER.example", "a b", "user@host", strings.Repeat("a", 256)},
		"TWIST_SITE_URI":        {"", "https://elsewhere.example", "http://localhost.example", "ftp://localhost", "localhost"},
		"TWIST_SITE_STATEMENT":  {"", "two\nlines", "zweideutig: ü", strings.Repeat("a", 513)},
		"TWIST_CHAIN":           {"", "ethereum", "Mainnet"},
		"TWIST_EPOCH":           {"", "day", "0", "-1h", "999ms", "5"},
		"TWIST_CLICK_SPOOL":     {"clicks", "./clicks"},
		"TWIST_DRAIN":           {"", "5", "-1s", "60001ms", "soon"},
		"TWIST_OPERATORS":       {"x", wallet + ";" + wallet, wallet + ",0x12", strings.Repeat("1", 32)},
		"TWIST_LOG_LEVEL":       {"", "loud", "5"},
		"TWIST_TOKEN_KEY":       {"x", seed[:62], seed + "00", strings.Repeat("g", 64), " " + seed},
		"TWIST_VISITOR_KEY":     {"x", seed[:62], strings.Repeat("0", 130), seed + "0", " " + seed},
		"TWIST_TOKEN_KEYS":      {"keys.json", "./keys.json", "~/keys.json"},

		"TWIST_TERMS":     {"", "two words", "ü", strings.Repeat("1", 65)},
		"TWIST_MAIL_FROM": {"nobody", "Ada <ada@example.com>", "a@b.io\r\nBcc: c@d.io"},
		"TWIST_SMTP_URL":  {"x", "http://mail.example.com", "smtp://mail.example.com"}, // the last because nobody is named whom it is from

		"TWIST_DATABASE_URL":         {"x", "mysql://localhost/x", "host=localhost user=twist", " postgres://localhost/x"},
		"TWIST_DATABASE_CONNECTIONS": {"", "0", "-1", "1001", "many", "1.5"},
	}
	for name, values := range bad {
		for _, value := range values {
			_, err := boot.Load(environment(name, value))
			require.ErrorContains(t, err, name+": ", "%q", value)
			require.Len(t, strings.Split(err.Error(), "\n"), 1, "%s = %q is one fault", name, value)
		}
	}
	var pairs []string
	for name, values := range bad {
		if name != "TWIST_SITE_DOMAIN" { // a page is judged by its domain: the two are not apart
			pairs = append(pairs, name, values[len(values)-1])
		}
	}
	_, err := boot.Load(environment(pairs...))
	require.Len(t, strings.Split(err.Error(), "\n"), len(bad)-1)
	for name := range bad {
		if name != "TWIST_SITE_DOMAIN" {
			require.ErrorContains(t, err, name+": ")
		}
	}
	require.Len(t, boot.Settings(), len(bad), "a setting that nobody tried to break")
}

// E-11: a mail server's URL holds a password, and what is wrong with it is said without it.
func TestTheMailServerIsNotShown(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"smtp://u:pass-word@h/path", "smtp://u:pass-word@h:x", "smtps://u:pass-word@h", "smtp://u:pass-word@%zz"} {
		_, err := boot.Load(environment("TWIST_SMTP_URL", url, "TWIST_MAIL_FROM", "a@b.io"))
		require.ErrorContains(t, err, "TWIST_SMTP_URL: ", url)
		require.NotContains(t, err.Error(), "pass-word")
	}
}

// E-11: however a configuration is shown, the key is not.
func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	c := load(t, "TWIST_TOKEN_KEY", seed, "TWIST_VISITOR_KEY", seed)
	system, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	hidden := struct{ config boot.Config }{c} // a field that fmt reads without asking its methods
	encoded, err := json.Marshal(c)
	require.NoError(t, err)
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).InfoContext(t.Context(), "shown", "config", c, "key", c.TokenKey, "visitor", c.VisitorKey, "pointer", &c, "hidden", hidden)
	}
	_, failed := boot.Load(environment("TWIST_TOKEN_KEY", seed[:60]+"zz", "TWIST_VISITOR_KEY", seed[:60], "TWIST_EPOCH", "no"))
	shown := []string{string(encoded), log.String(), failed.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
		for _, v := range []any{c, &c, c.TokenKey, &c.TokenKey, c.VisitorKey, hidden, []boot.Secret{c.TokenKey}, system, *system} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	for _, text := range shown {
		for _, secret := range []string{seed, strings.ToUpper(seed), seed[:16], fmt.Sprintf("%x", seed)} {
			require.NotContains(t, text, secret)
		}
	}
	require.Contains(t, string(encoded), `"TokenKey":"***"`)
	require.Contains(t, fmt.Sprintf("%v", c), "***")
	require.Equal(t, "***", fmt.Sprint(boot.Secret{}), "nor whether there is one")
}

func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range boot.Settings() {
		require.Regexp(t, `^TWIST_[A-Z_]+$`, s.Name)
		require.False(t, seen[s.Name], s.Name)
		seen[s.Name] = true
		require.NotEmpty(t, s.Doc, s.Name)
		require.NotContains(t, s.Doc, "\n")
		require.Equal(t, strings.HasSuffix(s.Name, "_KEY") || strings.HasSuffix(s.Name, "_URL"), s.Secret, s.Name)
		if s.Secret {
			require.Empty(t, s.Default, "no secret is in the source")
		}
	}
}
