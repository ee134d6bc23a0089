package fraud

import (
	"math/bits"
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Names of what is judged.
type (
	AccountID string // acct_…
	PoolID    string // pool_…
	Visitor   string // where a call came from, hidden: a hash of one day; empty for nowhere
)

const (
	// recent is how many stakes are compared by their amounts.
	recent = 10
	// regularFrom is how many stakes show a rhythm.
	regularFrom = 5
	// jumpFrom is how many stakes there were before one of them can be out of proportion.
	jumpFrom = 3
	// SurgeDays is how many days before a day are compared with it.
	SurgeDays = 30
	// addressFor is how long an address is looked at: no longer than the two days of which its hashes are known.
	addressFor = 24 * time.Hour
)

// Mark is a stake of an account as it is remembered.
type Mark struct {
	At     time.Time
	Amount money.Amount
}

// BlockedBy keeps an account from staking.
type BlockedBy struct {
	Alert AlertID   // of which it is a part; empty where there is no block
	Until time.Time // zero until an operator lifts it
}

// Conduct is what is remembered of how an account stakes.
type Conduct struct {
	Account   AccountID
	Marks     []Mark    // its last stakes, Kept at most, the newest last
	ClearedAt time.Time // what was until then an operator found good; zero where none did
	Blocked   BlockedBy
}

// Bars reports that the account cannot stake at a moment.
func (c Conduct) Bars(now time.Time) bool {
	return c.Blocked.Alert != "" && (c.Blocked.Until.IsZero() || now.Before(c.Blocked.Until))
}

// Bar blocks the account, until a moment or, if that is zero, until an operator lifts it.
func (c Conduct) Bar(alert AlertID, until time.Time) Conduct {
	c.Blocked = BlockedBy{alert, until}
	return c
}

// Clear finds good what was until now, and lifts the block of the alert that was about it.
func (c Conduct) Clear(alert AlertID, now time.Time) Conduct {
	c.ClearedAt = now
	if c.Blocked.Alert == alert {
		c.Blocked = BlockedBy{}
	}
	return c
}

// Noted is the conduct with one more stake.
func (c Conduct) Noted(m Mark) Conduct {
	marks := append(append([]Mark(nil), c.Marks...), m)
	c.Marks = marks[max(0, len(marks)-Kept):]
	return c
}

// since gives the marks that nobody found good: the newest, which is being judged, is always one.
func (c Conduct) since() []Mark {
	for i := len(c.Marks) - 2; i >= 0; i-- {
		if !c.Marks[i].At.After(c.ClearedAt) {
			return c.Marks[i+1:]
		}
	}
	return c.Marks
}

// Visit is when an account last staked in a pool.
type Visit struct {
	Account AccountID
	At      time.Time
}

// Crowd is who staked in a pool of late.
type Crowd struct {
	Pool   PoolID
	Visits []Visit // each account once, Kept at most, the newest last
}

// Noted is the crowd with one more stake.
func (c Crowd) Noted(v Visit) Crowd {
	c.Visits = noted(c.Visits, v)
	return c
}

// Place is who staked from one address on one day.
type Place struct {
	Visitor Visitor
	Visits  []Visit // as in a Crowd
}

// Noted is the place with one more stake.
func (p Place) Noted(v Visit) Place {
	p.Visits = noted(p.Visits, v)
	return p
}

// Over reports that nothing of the place counts any more at a moment, nor will.
func (p Place) Over(now time.Time) bool {
	return len(p.Visits) == 0 || now.Sub(p.Visits[len(p.Visits)-1].At) > 2*addressFor
}

func noted(before []Visit, v Visit) []Visit {
	var visits []Visit
	for _, other := range before {
		if other.Account != v.Account {
			visits = append(visits, other)
		}
	}
	visits = append(visits, v)
	return visits[max(0, len(visits)-Kept):]
}

// History is what a stake is judged by, with the stake in it.
type History struct {
	Conduct Conduct
	Crowd   Crowd
	// Neighbors are who staked from where the stake comes from, those of the day before first: an account may be
	// among both. None where it comes from nowhere.
	Neighbors []Visit
	// SharedAt is until when another account, which was not erased, had a session of a wallet that is now
	// linked to this one; zero where none had.
	SharedAt time.Time
	// Today is what the pool took in on this UTC day before the stake, and Before what it took in on the
	// SurgeDays days before. They stop at money.Max.
	Today, Before money.Amount
	// Opened is when the pool was opened.
	Opened time.Time
}

// rapid: more than so many within the last hour.
func (r Rules) rapid(s Stake, h History) bool {
	n := 0
	for _, m := range h.Conduct.Marks {
		if m.At.After(s.At.Add(-time.Hour)) {
			n++
		}
	}
	return n > r.Rapid
}

// shared: another account used one of its wallets, within so long, and nobody found that good.
func (r Rules) shared(s Stake, h History) bool {
	return h.SharedAt.After(s.At.Add(-r.Shared)) && h.SharedAt.After(h.Conduct.ClearedAt)
}

// jump: there were three or more, and this is more than so many times the mean of the last ten of them.
func (r Rules) jump(s Stake, h History) bool {
	before := h.Conduct.Marks[:max(0, len(h.Conduct.Marks)-1)]
	before = before[max(0, len(before)-recent):]
	if len(before) < jumpFrom {
		return false
	}
	var sum wide
	for _, m := range before {
		sum = sum.plus(m.Amount)
	}
	return product(s.Amount, len(before)).more(sum.times(r.Jump))
}

// equal: of the last ten with this one, more than so many are as large as this one.
func (r Rules) equal(s Stake, h History) bool {
	last, n := h.Conduct.Marks[max(0, len(h.Conduct.Marks)-recent):], 0
	for _, m := range last {
		if m.Amount == s.Amount {
			n++
		}
	}
	return n > r.Equal
}

// regular: the last five stakes, or more of them, came as evenly as a machine makes them and as fast. Any
// number from five on is looked at, so that one pause does not hide the rhythm after it.
func (r Rules) regular(_ Stake, h History) bool {
	deviation, gap := int64(r.Deviation/time.Millisecond), int64(r.Gap/time.Millisecond)
	var n, sum, squares int64 // of gaps in milliseconds
	marks := h.Conduct.Marks
	for i := len(marks) - 1; i > 0; i-- {
		g := marks[i].At.Sub(marks[i-1].At).Abs().Milliseconds()
		if n, sum = n+1, sum+g; g >= gap*Kept { // no mean below the limit holds it, whatever comes before
			return false
		}
		squares += g * g
		// n·Σg² − (Σg)² is n² times the variance.
		if n >= regularFrom-1 && sum < n*gap && n*squares-sum*sum < n*n*deviation*deviation {
			return true
		}
	}
	return false
}

// surge: the pool is as old as the days that are compared, and takes in more than so many times their mean.
func (r Rules) surge(s Stake, h History) bool {
	if h.Before == 0 || s.At.Sub(h.Opened) < (SurgeDays+1)*24*time.Hour {
		return false
	}
	var today wide
	return today.plus(h.Today).plus(s.Amount).times(SurgeDays).more(product(h.Before, r.Surge))
}

// crowd: more than so many accounts within so long.
func (r Rules) crowd(s Stake, h History) bool {
	n := 0
	for _, v := range h.Crowd.Visits {
		if v.At.After(s.At.Add(-r.CrowdWithin)) {
			n++
		}
	}
	return n > r.Crowd
}

// address: more than so many accounts from one address within 24 hours.
func (r Rules) address(s Stake, h History) bool {
	near := map[AccountID]bool{}
	for _, v := range h.Neighbors {
		if v.At.After(s.At.Add(-addressFor)) {
			near[v.Account] = true
		}
	}
	return len(near) > r.Address
}

// wide holds sums and small multiples of amounts, none of which is negative, without a limit that they reach.
type wide struct{ hi, lo uint64 }

func product(a money.Amount, n int) wide { return wide{}.plus(a).times(n) }

func (w wide) plus(a money.Amount) wide {
	lo, carry := bits.Add64(w.lo, uint64(a), 0) // an amount of a stake is positive
	return wide{w.hi + carry, lo}
}

func (w wide) times(n int) wide {
	hi, lo := bits.Mul64(w.lo, uint64(n)) // a limit is positive
	return wide{w.hi*uint64(n) + hi, lo}  // as above; hi is a handful
}

func (w wide) more(than wide) bool { return w.hi > than.hi || w.hi == than.hi && w.lo > than.lo }
