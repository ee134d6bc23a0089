package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// findBinaries gives the folder of the first postgres that is recent enough and has its initdb beside it.
func findBinaries(ctx context.Context) (string, error) {
	var whys []string
	for _, dir := range folders(os.Getenv("PATH")) {
		out, err := exec.CommandContext(ctx, dir+"/postgres", "--version").Output()
		if err != nil {
			continue
		}
		if _, err := os.Stat(dir + "/initdb"); err != nil {
			whys = append(whys, dir+" has no initdb")
			continue
		}
		if major, ok := majorOf(string(out)); !ok || major < oldest {
			whys = append(whys, fmt.Sprintf("%s is %s", dir, strings.TrimSpace(string(out))))
			continue
		}
		return dir, nil
	}
	if len(whys) > 0 {
		return "", errors.New(strings.Join(whys, ", "))
	}
	return "", errors.New("postgres is neither in the PATH nor in /usr/lib/postgresql")
}

// folders are where postgres may be: the PATH, then where Debian keeps it, the newest first.
func folders(path string) []string {
	dirs := slices.DeleteFunc(filepath.SplitList(path), func(dir string) bool { return !filepath.IsAbs(dir) })
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is good
	slices.SortFunc(debian, func(a, b string) int { return debianMajor(b) - debianMajor(a) })
	return append(dirs, debian...)
}

// debianMajor reads /usr/lib/postgresql/15/bin.
func debianMajor(dir string) int {
	major, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return major
}

// majorOf reads what postgres --version prints: "postgres (PostgreSQL) 15.4 (Debian 15.4-1)", "… 17beta1".
func majorOf(line string) (int, bool) {
	_, version, _ := strings.Cut(line, "(PostgreSQL) ")
	digits := len(version) - len(strings.TrimLeft(version, "0123456789"))
	major, err := strconv.Atoi(version[:digits])
	return major, err == nil
}

// tail keeps the end of what a server says, for when it does not start.
type tail struct {
	mu   sync.Mutex
	last []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	const enough = 2000
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	t.last = t.last[max(0, len(t.last)-enough):]
	return len(p), nil
}

// String gives it in one line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.Fields(string(t.last)), " ")
}
