package clicks

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/limit"
)

// Pace is how often clicks may come. Beyond it they are dropped, or are in excess, and nothing else happens to anybody.
type Pace struct {
	Source       limit.Quota   // clicks on one link by one agent from one address
	Address      limit.Quota   // clicks from one address, or in IPv6 from one network of 64 bits
	Link         limit.Quota   // clicks on one link
	Neighborhood limit.Quota   // valid clicks from one neighborhood for one influencer in a program, beyond which they are in excess
	Nearby       limit.Quota   // the same for all influencers together
	Window       time.Duration // within which a visitor's next click on the same link is a duplicate
}

// Canonical is the pace of whoever says nothing else. An agent at an address is often many people: phones of one kind
// behind one address of their carrier. The window is short, since a duplicate has no part in an order: who comes back
// by a link after another's has chosen it again. Of one neighborhood no more than 97 on a day (UTC) are not in excess, however
// they come: 50 at once, and one more each half hour. For all influencers together
// one has at most 1,900 within half an hour: a limiter that has room for 200,000 is full of no fewer than 106.
func Canonical() Pace {
	return Pace{
		Source:       limit.Quota{Burst: 60, Per: time.Second},
		Address:      limit.Quota{Burst: 300, Per: 400 * time.Millisecond},
		Link:         limit.Quota{Burst: 6000, Per: 10 * time.Millisecond},
		Neighborhood: limit.Quota{Burst: 50, Per: 30 * time.Minute},
		Nearby:       limit.Quota{Burst: 1000, Per: 2 * time.Second},
		Window:       time.Minute,
	}
}

// ErrPace means that a pace cannot be kept.
var ErrPace = fault.New(fault.Internal, "click_pace_invalid", "clicks cannot be counted by this pace")

func (p Pace) check() error {
	for _, q := range []limit.Quota{p.Source, p.Address, p.Link, p.Neighborhood, p.Nearby, p.again()} {
		if err := q.Check(); err != nil {
			return ErrPace.Because(err)
		}
	}
	return nil
}

// again allows one click in the window, whenever it begins.
func (p Pace) again() limit.Quota { return limit.Quota{Burst: 1, Per: p.Window} }

// errNobody means that a visit does not say whose it is.
var errNobody = fault.ErrInternal.Saying("a click that cannot be counted")

// exceeds takes one of what somebody may do, and reports that it was not there. A key with a part that is empty would
// be shared by all who have none.
func (take Take) exceeds(q limit.Quota, class, who, at string) (bool, error) {
	if who == "" || at == "" {
		return false, errNobody
	}
	was, err := take(limit.Share{Key: class + ":" + who + ":" + at, Quota: q})
	return err == nil && !was, err
}
