package main

import (
	"context"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// config prints the settings as they would be used. It fails when they cannot be.
func config(_ context.Context, env environment) error {
	for _, s := range boot.Settings() {
		value, given := env.lookup(s.Name)
		switch {
		case !given && s.Default == "":
			value = "(empty)"
		case !given:
			value = s.Default
		case s.Secret:
			value = "***"
		}
		printf(env.stdout, "%-21s %s\n%21s %s\n", s.Name, value, "", s.Doc)
	}
	_, err := boot.Load(env.lookup)
	return err
}
