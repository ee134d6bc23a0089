package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit in which /proc counts CPU time.
const tick = time.Second / 100

// process is what /proc/<pid>/stat says of one.
type process struct {
	parent    int
	own, dead time.Duration // CPU time of it, and of its children that ended
}

// parseStat reads a line of /proc/<pid>/stat. The name in parentheses may hold anything.
func parseStat(line string) (process, error) {
	_, rest, ok := cutLast(line, ")")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 15 {
		return process{}, fmt.Errorf("a line of %d fields is no stat", len(fields))
	}
	numbers := make([]int64, 15)
	for _, i := range []int{1, 11, 12, 13, 14} { // ppid, utime, stime, cutime, cstime
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return process{}, fmt.Errorf("read stat: %w", err)
		}
		numbers[i] = n
	}
	return process{
		parent: int(numbers[1]),
		own:    time.Duration(numbers[11]+numbers[12]) * tick,
		dead:   time.Duration(numbers[13]+numbers[14]) * tick,
	}, nil
}

func cutLast(s, separator string) (before, after string, ok bool) {
	at := strings.LastIndex(s, separator)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(separator):], true
}

func stat(pid int) (process, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	return parseStat(string(line))
}

// children gives the processes that one has started and that run.
func children(of int) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is good
	var found []int
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if p, err := stat(pid); err == nil && p.parent == of {
			found = append(found, pid)
		}
	}
	return found
}

// serverCPU is the CPU time of the server so far: of its first process, of all that it started, and of
// those that ended.
func serverCPU(postmaster int) (time.Duration, error) {
	first, err := stat(postmaster)
	if err != nil {
		return 0, fmt.Errorf("the server does not run on this machine: %w", err)
	}
	sum := first.own + first.dead
	for _, pid := range children(postmaster) {
		if p, err := stat(pid); err == nil { // one that ended meanwhile is counted next time
			sum += p.own
		}
	}
	return sum, nil
}

// ownCPU is the CPU time of this process so far.
func ownCPU() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// footprint is what stood in memory, in bytes.
type footprint struct {
	ours    int64 // the most that this process had since forget
	private int64 // of all processes of the server now
	shared  int64 // among them
}

// forget makes the highest point of this process's memory its present one. Where the kernel refuses, the
// highest of all stays.
func forget() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// look reads what stands in memory.
func look(postmaster int) footprint {
	m := footprint{ours: status("self")["VmHWM"]}
	for _, pid := range append(children(postmaster), postmaster) {
		s := status(strconv.Itoa(pid))
		m.private += s["RssAnon"]
		m.shared = max(m.shared, s["RssShmem"])
	}
	return m
}

// status gives the sizes of /proc/<pid>/status in bytes.
func status(pid string) map[string]int64 {
	text, _ := os.ReadFile("/proc/" + pid + "/status") // one that is gone has no memory
	return parseStatus(string(text))
}

func parseStatus(text string) map[string]int64 {
	sizes := map[string]int64{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		if kib, ok := strings.CutSuffix(strings.TrimSpace(value), " kB"); ok {
			n, _ := strconv.ParseInt(kib, 10, 64) // zero is as good as nothing
			sizes[name] = n << 10
		}
	}
	return sizes
}
