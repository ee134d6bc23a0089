package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mutant is one change of a file of a subject: from, which stands there once, becomes to.
type mutant struct {
	name     string // what is wrong then
	file     string // in the folder of its subject
	from, to string
}

// subject is a package that is broken and tested.
type subject struct {
	dir     string
	slow    string // the test that is tried last
	mutants []mutant
}

// apply breaks the text of a file. What is to be broken must stand there exactly once: else the file was changed
// and the list was not, and nobody would know what was tried.
func (m mutant) apply(source string) (string, error) {
	if n := strings.Count(source, m.from); n != 1 {
		return "", fmt.Errorf("%s: %q stands %d times in %s", m.name, m.from, n, m.file)
	}
	if m.from == m.to {
		return "", fmt.Errorf("%s changes nothing", m.name)
	}
	return strings.Replace(source, m.from, m.to, 1), nil
}

// laboratory is where mutants are made and tried.
type laboratory struct {
	root, dir string
	test      func(ctx context.Context, root, overlay string, args ...string) (passed bool, err error)
}

// stages are the tests in the order in which they are tried: those first that answer at once.
func (s subject) stages() [][]string {
	return [][]string{{"-skip", s.slow, "./" + s.dir}, {"-run", s.slow, "./" + s.dir}}
}

// sane holds that the tests pass where nothing is broken: else every mutant would seem to be killed.
func (l laboratory) sane(ctx context.Context, of subject) error {
	overlay, err := l.overlay(nil)
	if err != nil {
		return err
	}
	for _, stage := range of.stages() {
		passed, err := l.test(ctx, l.root, overlay, stage...)
		if err != nil {
			return err
		}
		if !passed {
			return fmt.Errorf("the tests of %s fail with nothing broken", of.dir)
		}
	}
	return nil
}

// kills reports that the tests fail on a mutant. One that cannot be compiled is an error: nobody tested it.
func (l laboratory) kills(ctx context.Context, of subject, m mutant) (bool, error) {
	path := filepath.Join(l.root, of.dir, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	broken, err := m.apply(string(source))
	if err != nil {
		return false, err
	}
	copied := filepath.Join(l.dir, m.file)
	if err := os.WriteFile(copied, []byte(broken), 0o600); err != nil {
		return false, err
	}
	overlay, err := l.overlay(map[string]string{path: copied})
	if err != nil {
		return false, err
	}
	for _, stage := range of.stages() {
		passed, err := l.test(ctx, l.root, overlay, stage...)
		if err != nil {
			return false, fmt.Errorf("%s: %w", m.name, err)
		}
		if !passed {
			return true, nil
		}
	}
	return false, nil
}

// overlay says to the compiler which files to read in the place of others.
func (l laboratory) overlay(replace map[string]string) (string, error) {
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(l.dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

// goTest runs tests. A build that fails is an error, and so is a run that does not end.
func goTest(ctx context.Context, root, overlay string, args ...string) (bool, error) {
	args = append([]string{"test", "-count=1", "-failfast", "-timeout=5m", "-overlay", overlay}, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &exit):
		return false, err
	case strings.Contains(out.String(), "[build failed]"), strings.Contains(out.String(), "[setup failed]"):
		return false, fmt.Errorf("it cannot be built: %s", out.String())
	}
	return false, nil
}
