package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

var _ ports.ClickLog = (*Log)(nil)

// Options say how to spool. Zero fields have the values named.
type Options struct {
	// Limit is how many bytes may wait in the files, beside about twice as much in memory: 64 MiB, some 270,000 clicks.
	Limit int64
	// Segment is how large one file grows: 4 MiB.
	Segment int64
	// Batch is how many clicks are sent at once at most: 5,000.
	Batch int
	// Gather is how long clicks wait for others to be sent with: 250 ms.
	Gather time.Duration
	// Rest is how many times as long as a batch took nothing is sent after it, while less than half of Limit waits and
	// nobody waits for it: 3, and no longer than 5 s. Visitors who come all at once then have the machine for themselves. Less
	// than nothing is no rest.
	Rest int
	// Closing is how long Close goes on sending; what waits then is in the folder for the next process: 10 seconds.
	Closing time.Duration
}

// syncWithin is how long what was written waits for its fsync.
const syncWithin = 5 * time.Millisecond

// Log is ports.ClickLog over a folder and another log. Make one with Open; it is safe for concurrent use.
type Log struct {
	under ports.ClickLog
	dir   string
	o     Options
	lock  *os.File
	counts

	mu       sync.Mutex
	segments []*segment // oldest first; the last one grows
	bytes    int64      // in all of them
	waiting  []*waiting // in the order told
	byID     map[attribution.ClickID]*waiting
	byPerson map[string]line // by visitor
	byDay    map[int64]int   // how many wait, by dayOf
	closed   bool
	awaited  int       // how many wait until all is sent
	told     int64     // clicks that ever waited
	sent     int64     // of them, those that wait no more
	fewer    sync.Cond // of mu: sent has grown, or nothing will grow it

	arrived, written, hurry chan struct{} // something waits, is not synced, or shall not wait; each holds one signal
	stop                    context.CancelFunc
	over                    sync.WaitGroup
}

// waiting is a click that the log below does not have.
type waiting struct {
	click attribution.Click
	in    *segment
	next  *waiting // of the same visitor
}

// dayOf numbers the days (UTC).
func dayOf(at time.Time) int64 { return at.Unix() / (24 * 60 * 60) }

// line is what waits of one visitor, in the order told.
type line struct{ first, last *waiting }

// Open takes a folder, which is made when it is not there, and sends what an earlier process left in it. It fails when
// another process has the folder.
func Open(dir string, under ports.ClickLog, o Options) (_ *Log, err error) {
	o.Limit, o.Segment, o.Batch = cmp.Or(o.Limit, 64<<20), cmp.Or(o.Segment, 4<<20), cmp.Or(o.Batch, 5_000)
	o.Gather, o.Rest, o.Closing = cmp.Or(o.Gather, 250*time.Millisecond), cmp.Or(o.Rest, 3), cmp.Or(o.Closing, 10*time.Second)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	l := &Log{
		under: under, dir: dir, o: o, lock: held, byID: map[attribution.ClickID]*waiting{}, byPerson: map[string]line{}, byDay: map[int64]int{},
		arrived: make(chan struct{}, 1), written: make(chan struct{}, 1), hurry: make(chan struct{}, 1),
	}
	l.fewer.L = &l.mu
	if err := l.restore(); err != nil {
		return nil, errors.Join(fmt.Errorf("spool: %w", err), l.release())
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.over.Go(func() { l.flush(ctx) })
	l.over.Go(l.sync)
	return l, nil
}

// restore takes up what an earlier process left, and begins a segment of its own.
func (l *Log) restore() error {
	left, clicks, unread, err := replay(l.dir)
	l.segments = left
	if err != nil {
		return err
	}
	l.unread.Store(unread)
	next := 1
	for i, s := range left {
		next, l.bytes = s.number+1, l.bytes+s.size
		for _, click := range clicks[i] {
			l.remember(click, s)
			l.replayed.Add(1)
		}
	}
	fresh, err := create(l.dir, next)
	if err != nil {
		return err
	}
	l.segments = append(l.segments, fresh)
	l.remove(l.tidy())
	if len(l.waiting) > 0 {
		signal(l.arrived)
	}
	return nil
}

// Append writes clicks to the file and answers. What is not taken is ports.ErrClickDropped, of all clicks or of none.
func (l *Log) Append(_ context.Context, clicks ...attribution.Click) error {
	if len(clicks) == 0 {
		return nil
	}
	var records []byte
	for _, click := range clicks {
		var ok bool
		if records, ok = encode(records, click); !ok {
			return l.drop(&l.unwritten, len(clicks), errRecord)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.drop(&l.unwritten, len(clicks), os.ErrClosed)
	}
	if l.bytes+int64(len(records)) > l.o.Limit {
		return l.drop(&l.full, len(clicks), errFull)
	}
	s, err := l.growing()
	if err == nil {
		err = s.write(records, len(clicks))
	}
	if err != nil {
		return l.drop(&l.unwritten, len(clicks), err)
	}
	l.bytes += int64(len(records))
	for _, click := range clicks {
		l.remember(click, s)
	}
	signal(l.written)
	signal(l.arrived)
	if l.pressed() {
		signal(l.hurry)
	}
	return nil
}

var errFull = errors.New("the spool is full")

// growing is the segment that takes records: a new one when the last is large enough, or torn.
func (l *Log) growing() (*segment, error) {
	last := l.segments[len(l.segments)-1]
	if last.size < l.o.Segment && !last.torn {
		return last, nil
	}
	s, err := create(l.dir, last.number+1)
	if err != nil {
		return nil, err
	}
	l.segments = append(l.segments, s)
	return s, nil
}

// remember has a click wait. Of one told twice the first counts.
func (l *Log) remember(click attribution.Click, in *segment) {
	click.At = click.At.UTC().Truncate(time.Microsecond) // as the file has it
	w := &waiting{click: click, in: in}
	l.waiting, l.told = append(l.waiting, w), l.told+1
	l.byDay[dayOf(click.At)]++
	if _, twice := l.byID[click.ID]; twice {
		return
	}
	l.byID[click.ID] = w
	person := l.byPerson[click.Visitor]
	if person.last == nil {
		person.first = w
	} else {
		person.last.next = w
	}
	person.last = w
	l.byPerson[click.Visitor] = person
}

// atOnce is how many clicks are forgotten before those who write have a turn: a fraction of a millisecond.
const atOnce = 200

// forget has the first n clicks wait no more, and removes the files in which nothing waits.
func (l *Log) forget(n int) {
	for ; n > 0; n -= atOnce {
		l.remove(l.forgotten(min(n, atOnce))) // while others write
	}
	l.fewer.Broadcast()
}

// forgotten is forget of a few, but for the files.
func (l *Log) forgotten(n int) (over []*segment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.waiting[:n] {
		w.in.waiting--
		day := dayOf(w.click.At)
		if l.byDay[day]--; l.byDay[day] == 0 {
			delete(l.byDay, day)
		}
		if l.byID[w.click.ID] == w { // the oldest of its visitor
			delete(l.byID, w.click.ID)
			if person := l.byPerson[w.click.Visitor]; person.first == person.last {
				delete(l.byPerson, w.click.Visitor)
			} else {
				l.byPerson[w.click.Visitor] = line{w.next, person.last}
			}
		}
		l.waiting[i] = nil
	}
	l.waiting, l.sent = l.waiting[n:], l.sent+int64(n)
	return l.tidy()
}

// trim is how much stands in a file before it is emptied in place: what a process that died would send a second time.
const trim = 256 << 10

// tidy gives up the files in which nothing waits, which are the caller's to remove, and empties the one that grows.
func (l *Log) tidy() (over []*segment) {
	grows := l.segments[len(l.segments)-1]
	l.segments = slices.DeleteFunc(l.segments, func(s *segment) bool {
		if s.waiting > 0 || s == grows {
			return false
		}
		l.bytes, over = l.bytes-s.size, append(over, s)
		return true
	})
	if grows.waiting == 0 && grows.size > 0 && (grows.size >= trim || l.closed) && grows.file.Truncate(0) == nil {
		l.bytes, grows.size, grows.synced, grows.torn = l.bytes-grows.size, 0, 0, false
	}
	return over
}

// remove removes files in which nothing waits. One that stays is sent again by the next process, and counts nothing twice.
func (l *Log) remove(over []*segment) {
	for _, s := range over {
		if s.remove() != nil {
			l.untidy.Add(1)
		}
	}
}

// signal says that there is something to do; whoever does it does all there is.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// Settle waits until the log below has all that was told before, or ctx ends: then it is ports.ErrStore.
func (l *Log) Settle(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.fewer.Broadcast()
	})()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.awaited++
	defer func() { l.awaited-- }()
	signal(l.hurry)
	for all := l.told; l.sent < all; l.fewer.Wait() {
		if err := ctx.Err(); err != nil {
			return ports.ErrStore.Because(err)
		}
	}
	return nil
}

// Close takes no more clicks, sends those that wait for as long as it may, and gives the folder back. What then waits is
// on the disk, and its error says so.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.arrived)
	close(l.written)
	signal(l.hurry)
	l.mu.Unlock()
	timer := time.AfterFunc(l.o.Closing, l.stop)
	l.over.Wait()
	timer.Stop()
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(l.tidy())
	err := l.release()
	if n := len(l.waiting); n > 0 {
		err = errors.Join(err, fmt.Errorf("spool: %d clicks wait in %s for the next start", n, l.dir))
	}
	return err
}

// release closes the files and gives the folder back.
func (l *Log) release() (err error) {
	nameless := false
	for _, s := range l.segments {
		err = errors.Join(err, s.file.Sync(), s.file.Close())
		nameless = nameless || !s.named && s.waiting > 0
	}
	if nameless {
		err = errors.Join(err, syncFolder(l.dir))
	}
	return errors.Join(err, l.lock.Close())
}
