package spool

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
)

// flush sends what waits, oldest first, until the log is closed and nothing waits, or ctx ends.
func (l *Log) flush(ctx context.Context) {
	for open := true; ; {
		if open {
			_, open = <-l.arrived
		}
		for took := time.Duration(0); ctx.Err() == nil; {
			l.rest(took)
			batch := l.batch()
			if len(batch) == 0 {
				break
			}
			var sent bool
			if took, sent = l.send(ctx, batch); sent {
				l.forget(len(batch))
			}
		}
		if !open {
			return
		}
	}
}

// rest waits for more to send, because few clicks cost about as much as many, and for those who cost the machine more:
// but not while it is pressed.
func (l *Log) rest(took time.Duration) {
	wait := min(took*time.Duration(max(l.o.Rest, 0)), longestRest)
	l.mu.Lock()
	pressed := l.pressed()
	if len(l.waiting) < l.o.Batch {
		wait = max(wait, l.o.Gather)
	}
	l.mu.Unlock()
	if pressed {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.hurry:
	}
}

// pressed reports that what waits has to be sent now.
func (l *Log) pressed() bool { return l.closed || l.awaited > 0 || l.bytes > l.o.Limit/2 }

// batch is what is sent next. The clicks are copied while others write: they never change, and only flush forgets them.
func (l *Log) batch() []attribution.Click {
	l.mu.Lock()
	first := l.waiting[:min(len(l.waiting), l.o.Batch)]
	l.mu.Unlock()
	clicks := make([]attribution.Click, len(first))
	for i, w := range first {
		clicks[i] = w.click
	}
	return clicks
}

// longest is how long one try may take, and longestRest how long nothing is sent after it: what waits here, other processes
// do not see.
const (
	longest     = 30 * time.Second
	longestRest = 5 * time.Second
)

// send hands clicks to the log below until it answers for each: nil, or a refusal that trying again would not change. It
// reports false when ctx ended before, and how long the tries took that were answered: to wait for one that is out of reach
// costs it nothing.
func (l *Log) send(ctx context.Context, clicks []attribution.Click) (took time.Duration, sent bool) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		within, cancel := context.WithTimeout(ctx, longest)
		began := time.Now()
		err := l.under.Append(within, clicks...)
		cancel()
		if !errors.Is(err, fault.Unavailable) {
			took += time.Since(began)
		}
		switch {
		case err == nil:
			l.flushed.Add(int64(len(clicks)))
			return took, true
		case errors.Is(err, fault.Unavailable):
			l.retried.Add(1)
			pause(ctx, attempt)
		case len(clicks) == 1:
			if l.refuse(clicks[0]) == nil {
				l.refused.Add(1)
				return took, true
			}
			pause(ctx, attempt)
		default: // one of them is refused, and must not keep the others waiting
			half := len(clicks) / 2
			for _, part := range [][]attribution.Click{clicks[:half], clicks[half:]} {
				more, all := l.send(ctx, part)
				if took += more; !all {
					return took, false
				}
			}
			return took, true
		}
	}
	return took, false
}

// pause waits before the next attempt: from about 20 ms to a second, and never as long as the last time.
func pause(ctx context.Context, attempt int) {
	wait := time.Second
	if attempt < 5 {
		wait = 40 * time.Millisecond << attempt
	}
	timer := time.NewTimer(wait/2 + rand.N(wait/2)) //nolint:gosec // when to try again is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// refuse sets aside a click that the log below never takes, for a person to look at.
func (l *Log) refuse(k attribution.Click) error {
	file, err := os.OpenFile(filepath.Join(l.dir, "refused"+suffix), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	record, _ := encode(nil, k) // it was one before
	_, err = file.Write(record)
	return errors.Join(err, file.Sync(), file.Close())
}

// sync has what was written on the disk within syncWithin of it, with the names of the files that it is in. A file whose
// name could not be kept is not there after the machine has died, whatever was synced in it: that is tried until it is done.
func (l *Log) sync() {
	for range l.written {
		time.Sleep(syncWithin)
		l.mu.Lock()
		var behind, nameless []*segment
		for _, s := range l.segments {
			if s.synced < s.size {
				behind, s.synced = append(behind, s), s.size
			}
			if !s.named && s.size > 0 {
				nameless = append(nameless, s)
			}
		}
		l.mu.Unlock()
		if len(nameless) > 0 {
			l.name(nameless)
		}
		for _, s := range behind {
			if err := s.file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) { // what is closed waits no more
				l.unsure.Add(1)
			}
		}
	}
}

// nameAgain is how long a folder that could not be synced is left alone.
const nameAgain = 50 * time.Millisecond

// name keeps the names of files, or has sync try again.
func (l *Log) name(nameless []*segment) {
	err := syncFolder(l.dir)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range nameless {
		s.named = err == nil
	}
	if err == nil {
		return
	}
	l.unsure.Add(1)
	time.AfterFunc(nameAgain, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.closed {
			signal(l.written)
		}
	})
}
