package arch

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Compile builds the package in a folder of the module in dir with one more file, and reports whether
// it compiles and what the compiler said. The file exists in an overlay only: the tree is untouched.
func Compile(ctx context.Context, dir, folder, source string) (ok bool, output string, err error) {
	temp, err := os.MkdirTemp("", "arch")
	if err != nil {
		return false, "", err
	}
	defer os.RemoveAll(temp) //nolint:errcheck // what stays behind in the temporary directory harms nobody
	root, err := filepath.Abs(dir)
	if err != nil {
		return false, "", err
	}
	planted, overlay := filepath.Join(temp, "planted.go"), filepath.Join(temp, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(root, folder, "zz_planted.go"): planted},
	})
	if err != nil {
		return false, "", err
	}
	if err := errors.Join(os.WriteFile(planted, []byte(source), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		return false, "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", os.DevNull, "-overlay="+overlay, "./"+folder)
	cmd.Dir = root
	said, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return false, string(said), nil // the compiler refused
	}
	return err == nil, string(said), err
}
