package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// travel is how far commits reach.
type travel struct {
	folders []int // Go folders touched per commit, sorted
	tested  int   // commits that also touch a test
}

// String is the last two columns of the row.
func (t travel) String() string {
	if len(t.folders) == 0 {
		return "– | –"
	}
	return fmt.Sprintf("%d / %d | %d%%", at(t.folders, 50), at(t.folders, 90), 100*t.tested/len(t.folders))
}

// travelOf reads the last 400 commits that touch Go outside tests. Without git or a history there is
// no travel.
func travelOf(ctx context.Context, dir string) (travel, error) {
	cmd := exec.CommandContext(ctx, "git", "log", "-n400", "--format=%x00", "--name-only", "--full-diff",
		"--", "*.go", ":(exclude)*_test.go")
	cmd.Dir = dir
	log, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) {
		return travel{}, nil
	}
	return parseLog(string(log)), err
}

// parseLog reads paths, with a zero byte before each commit's.
func parseLog(log string) travel {
	var t travel
	for commit := range strings.SplitSeq(log, "\x00") {
		var folders []string
		tested := false
		for name := range strings.FieldsSeq(commit) {
			switch {
			case strings.HasSuffix(name, "_test.go"):
				tested = true
			case strings.HasSuffix(name, ".go"):
				folders = append(folders, path.Dir(name))
			}
		}
		if len(folders) == 0 {
			continue
		}
		slices.Sort(folders)
		t.folders = append(t.folders, len(slices.Compact(folders)))
		if tested {
			t.tested++
		}
	}
	slices.Sort(t.folders)
	return t
}
