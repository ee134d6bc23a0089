package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/twist-platform/twist/core/attribution"
)

// segment is one file of the spool. It only grows, and goes when nothing in it waits any more.
type segment struct {
	number  int
	file    *os.File
	size    int64
	synced  int64 // of size, what an fsync has
	waiting int   // records that the log below does not have
	torn    bool  // something was written half and could not be taken back: nothing more is added
	named   bool  // its name is on the disk as well
}

const suffix = ".clicks"

// create begins the file of a number. Its name is on the disk once the folder is synced.
func create(dir string, number int) (*segment, error) {
	file, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%012d%s", number, suffix)), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_RDWR, 0o600) //nolint:gosec // the operator's own
	if err != nil {
		return nil, err
	}
	return &segment{number: number, file: file}, nil
}

// syncFolder keeps the names in a folder.
func syncFolder(dir string) error {
	folder, err := os.Open(dir) //nolint:gosec // the operator's own
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// write adds records, all or none.
func (s *segment) write(records []byte, count int) error {
	if _, err := s.file.Write(records); err != nil {
		s.torn = s.file.Truncate(s.size) != nil
		return err
	}
	s.size += int64(len(records))
	s.waiting += count
	return nil
}

// remove ends a segment of which nothing waits.
func (s *segment) remove() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// replay reads the segments that an earlier process left, oldest first, with the clicks in them and how many bytes of
// them cannot be read. What follows such bytes in a file is not looked for: the process died while it wrote them.
func replay(dir string) (left []*segment, clicks [][]attribution.Click, unread int64, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return nil, nil, 0, err
	}
	slices.Sort(names)
	for _, name := range names {
		var number int
		if _, err := fmt.Sscanf(strings.TrimSuffix(filepath.Base(name), suffix), "%d", &number); err != nil {
			continue // refused.clicks is nobody's turn
		}
		file, err := os.OpenFile(name, os.O_APPEND|os.O_RDWR, 0) //nolint:gosec // the operator's own folder
		if err != nil {
			return nil, nil, 0, err
		}
		text, err := os.ReadFile(name) //nolint:gosec // likewise
		if err != nil {
			return nil, nil, 0, err
		}
		s, found := &segment{number: number, file: file}, []attribution.Click(nil)
		for int(s.size) < len(text) {
			click, size, err := decode(text[s.size:])
			if err != nil {
				break
			}
			found, s.size = append(found, click), s.size+int64(size)
		}
		unread += int64(len(text)) - s.size
		s.waiting = len(found)
		left, clicks = append(left, s), append(clicks, found)
	}
	return left, clicks, unread, nil
}
