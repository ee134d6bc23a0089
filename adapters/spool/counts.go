package spool

import (
	"sync/atomic"

	"github.com/twist-platform/twist/ports"
)

// counts are what a Log has done.
type counts struct {
	full, unwritten, refused, replayed, unread, flushed, retried, unsure, untidy atomic.Int64
}

// Counts are what a Log has done since it was opened, and what it has to do.
type Counts struct {
	Waiting int   // clicks that the log below does not have yet
	Bytes   int64 // in the files

	Full      int64 // clicks dropped because as many bytes wait as may
	Unwritten int64 // clicks dropped because the file did not take them
	Refused   int64 // clicks set aside because the log below never takes them
	Replayed  int64 // clicks found in the folder at the start
	Unread    int64 // bytes at the end of files that a process which died had not finished
	Flushed   int64 // clicks that the log below took; what was kept before is among them
	Retried   int64 // batches that the log below could not take for now
	Unsure    int64 // times that an fsync failed: what was written just before would not outlive the machine
	Untidy    int64 // files that could not be removed
}

// Counts gives what the log has done.
func (l *Log) Counts() Counts {
	l.mu.Lock()
	c := Counts{Waiting: len(l.waiting), Bytes: l.bytes}
	l.mu.Unlock()
	c.Full, c.Unwritten, c.Refused, c.Replayed, c.Unread = l.full.Load(), l.unwritten.Load(), l.refused.Load(), l.replayed.Load(), l.unread.Load()
	c.Flushed, c.Retried, c.Unsure, c.Untidy = l.flushed.Load(), l.retried.Load(), l.unsure.Load(), l.untidy.Load()
	return c
}

// drop counts clicks that were not taken, and says so.
func (l *Log) drop(why *atomic.Int64, clicks int, cause error) error {
	why.Add(int64(clicks))
	return ports.ErrClickDropped.Because(cause)
}
