package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/client"
)

// running is dev in another goroutine.
type running struct {
	guide string // what it printed first
	lines *bufio.Scanner
	ended chan error
	stop  func()
}

func startDev(t *testing.T, v variables) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	read, printed := io.Pipe()
	d := &running{lines: bufio.NewScanner(read), ended: make(chan error, 1), stop: stop}
	v["TWIST_ADDRESS"], v["TWIST_METRICS_ADDRESS"] = "127.0.0.1:0", "127.0.0.1:0"
	go func() {
		d.ended <- run(ctx, []string{"dev"}, v.lookup, printed, io.Discard)
		_ = printed.Close()
	}()
	for d.lines.Scan() {
		d.guide += d.lines.Text() + "\n"
		if strings.HasPrefix(d.lines.Text(), "Interrupt") {
			return d
		}
	}
	t.Fatalf("dev ended with %v before it said what to type: %s", <-d.ended, d.guide)
	return nil
}

// find gives what a pattern's group matches in the guide.
func (d *running) find(t *testing.T, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(d.guide)
	require.NotNil(t, match, d.guide)
	return match[1]
}

// What the guide says to type works, until dev is interrupted; then nothing is left of it.
func TestDev(t *testing.T) {
	t.Parallel()
	d := startDev(t, quiet())
	base, keys := d.find(t, `running at (\S+),`), d.find(t, `keys are in (\S+) until`)
	pool, code := d.find(t, `has pool (\S+) and`), d.find(t, `the link /r/(\S+) for`)
	program := d.find(t, `for (prog_\S+)\.`)

	info, err := os.Stat(filepath.Join(keys, "fan.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	c := newClient(base)
	signIn := func(who string) *client.Client {
		out, err := twistd(t.Context(), nil, "sign-in", "--api", base+"/", "--key", filepath.Join(keys, who+".key"))
		require.NoError(t, err)
		require.Empty(t, out.stderr.String())
		return c.As(client.Token(strings.TrimSpace(out.stdout.String())))
	}
	fan, merchant := signIn("fan"), signIn("merchant")
	has, err := fan.MeBalances(t.Context())
	require.NoError(t, err)
	require.Equal(t, 500*twist, has.Available)
	_, err = fan.PoolsStake(t.Context(), "try-1", pool, client.StakeRequest{Amount: 25 * twist})
	require.NoError(t, err)
	landing, err := c.Named("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0").LinksFollow(t.Context(), code)
	require.NoError(t, err)
	_, click, _ := strings.Cut(landing, "click=")
	order := client.ConversionRequest{ProgramID: program, OrderID: "order-1", Amount: 100 * twist, Currency: "TWIST", ClickID: &click}
	reported, err := merchant.ConversionsReport(t.Context(), order)
	require.NoError(t, err)
	require.Len(t, reported.Commissions, 1)

	d.stop()
	rest := ""
	for d.lines.Scan() {
		rest += d.lines.Text()
	}
	require.NoError(t, <-d.ended)
	require.Equal(t, "stopped: nothing was kept", rest)
	require.NoDirExists(t, keys, "the keys are gone")
	_, err = c.HealthLive(t.Context())
	require.Error(t, err, "nobody listens")
}

// Before a stop begins, whoever spreads requests has time to see it near, and is answered.
func TestDevDrains(t *testing.T) {
	t.Parallel()
	v := quiet()
	v["TWIST_DRAIN"] = "3s"
	d := startDev(t, v)
	c := newClient(d.find(t, `running at (\S+),`))
	_, err := c.HealthReady(t.Context())
	require.NoError(t, err)
	d.stop()
	for err == nil {
		_, err = c.HealthReady(t.Context())
	}
	var refused *client.Problem
	require.ErrorAs(t, err, &refused, "it is answered")
	require.Equal(t, "stopping", refused.Code)
	go func() {
		for d.lines.Scan() {
			continue
		}
	}()
	require.NoError(t, <-d.ended)
	_, err = c.HealthLive(t.Context())
	require.Error(t, err)
	require.NotErrorAs(t, err, &refused, "nobody listens")
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	seed := strings.Repeat("5ec2e7a9", 8)
	for name, content := range map[string]string{"empty": "", "short": seed[:62], "long": seed + "00", "not_hexadecimal": strings.Repeat("x", 64), "two_lines": seed + "\n" + seed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := twistd(t.Context(), nil, "sign-in", "--key", write(t, content))
			require.EqualError(t, err, "the file does not hold 32 bytes in hexadecimal")
			require.Empty(t, out.stdout.String())
		})
	}
	_, err := twistd(t.Context(), nil, "sign-in", "--key", filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = twistd(t.Context(), nil, "sign-in", "--api", "http://127.0.0.1:1", "--key", write(t, seed))
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), seed[:16])
}

// P-44: an API that is not to be trusted gets a signature under a sign-in and under nothing else.
func TestOnlyASignInIsSigned(t *testing.T) {
	t.Parallel()
	p, err := newParty("fan")
	require.NoError(t, err)
	key := write(t, hex.EncodeToString(p.key.Seed()))
	text := func(wallet string) string {
		return "localhost wants you to sign in with your Solana account:\\n" + wallet + "\\n\\nSign in."
	}
	for name, test := range map[string]struct {
		message string
		signs   bool
	}{
		"a_sign_in":            {text(string(p.wallet)), true},
		"nothing":              {"", false},
		"another_text":         {"I owe you 1000 TWIST", false},
		"a_transaction":        {`\u0001\u0000\u0001\u0003` + strings.Repeat(`\u0000`, 100), false},
		"one_behind_a_text":    {text(string(p.wallet)) + `\u0000\u0001`, false},
		"for_another_wallet":   {text("11111111111111111111111111111111"), false},
		"a_link":               {strings.Replace(text(string(p.wallet)), "Sign in.", "Link this wallet to account acct_1 of TWIST.", 1), false},
		"a_payout":             {strings.Replace(text(string(p.wallet)), "Sign in.", "Pay 10 TWIST to x as payout po_1 of account acct_1.", 1), false},
		"the_wallet_elsewhere": {text("x") + string(p.wallet), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var signatures atomic.Int64
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusCreated)
				if r.URL.Path == "/v1/auth/challenges" {
					_, _ = fmt.Fprintf(w, `{"challenge_id":"chal_1","message":"%s"}`, test.message)
					return
				}
				signatures.Add(1)
				_, _ = io.WriteString(w, `{"account_id":"acct_1","access_token":"the-token"}`)
			}))
			defer api.Close()
			out, err := twistd(t.Context(), nil, "sign-in", "--api", api.URL, "--key", key)
			if test.signs {
				require.NoError(t, err)
				require.Equal(t, "the-token\n", out.stdout.String())
				return
			}
			require.ErrorContains(t, err, "something else than a sign-in")
			require.Zero(t, signatures.Load())
			require.Empty(t, out.stdout.String())
		})
	}
}

func TestARefusalIsShown(t *testing.T) {
	t.Parallel()
	key := write(t, strings.Repeat("5ec2e7a9", 8))
	for answer, says := range map[string]string{
		`{"code":"wallet_invalid","title":"bad wallet","detail":"it is"}`: "400 wallet_invalid: bad wallet: it is",
		`<html>`: "400",
	} {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, answer)
		}))
		_, err := twistd(t.Context(), nil, "sign-in", "--api", api.URL, "--key", key)
		api.Close()
		require.ErrorContains(t, err, says)
	}
}
