package main

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/twist-platform/twist/core/identity"
)

// signInCommand signs in at an API with a key from a file, and prints the access token. The key is never
// an argument: other users of a machine can read those.
func signInCommand(ctx context.Context, env environment) error {
	flags := flag.NewFlagSet("sign-in", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	api := flags.String("api", "http://127.0.0.1:8080", "the address of the API")
	path := flags.String("key", "", "a file with the wallet's 32-byte seed in hexadecimal")
	if err := flags.Parse(env.args); err != nil {
		return err
	}
	if *path == "" || flags.NArg() > 0 {
		flags.Usage()
		return errUsage
	}
	content, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return errors.New("the file does not hold 32 bytes in hexadecimal")
	}
	p := &party{key: ed25519.NewKeyFromSeed(seed)}
	if p.wallet, err = identity.WalletOf(p.key.Public().(ed25519.PublicKey)); err != nil { //nolint:forcetypeassert // documented
		return err
	}
	if err := p.signIn(ctx, newClient(*api)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, p.token)
	return err
}
