package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// MostDecisions is how many commissions may be decided at once.
const MostDecisions = 100

// Faults of many decisions.
var (
	ErrDecisionsCount = fault.New(fault.Invalid, "decisions_count_invalid", "1 to 100 commissions are decided at once")
	ErrDecisionAct    = fault.New(fault.Invalid, "decision_unknown", "a merchant approves a commission or rejects it")
)

// Decision is what a merchant makes of a commission.
type Decision struct {
	Commission attribution.CommissionID
	Act        attribution.Act // attribution.ActApprove or attribution.ActReject
	Reason     string          // of a rejection
}

// Decided is what became of one of many decisions: the commission as it was committed, or why it is as it was.
type Decided struct {
	Commission attribution.Commission
	Err        error
}

// Decide approves and rejects many commissions of programs of the caller's, each in a unit of work of its own, as
// Approve and Reject do, and says of each what became of it, in the order in which they were named. One that is refused
// keeps no other from being decided. Under a key each is decided once: the same call again gives what was decided, and
// tries what was refused. It fails as a whole only before anything was decided: with ErrDecisionsCount, with ErrDecisionAct, or
// for its key.
func (a *Attribution) Decide(ctx context.Context, by Caller, all []Decision) ([]Decided, error) {
	if len(all) == 0 || len(all) > MostDecisions {
		return nil, ErrDecisionsCount
	}
	for _, d := range all {
		if d.Act != attribution.ActApprove && d.Act != attribution.ActReject {
			return nil, ErrDecisionAct
		}
	}
	decided := make([]Decided, len(all))
	may := func(ctx context.Context, tx ports.Tx) error {
		_, err := holdLiving(ctx, tx, by)
		return err
	}
	err := inParts(ctx, a.c, by, "decide_commissions", len(all), may, func(ctx context.Context, i int) {
		decided[i].Commission, decided[i].Err = a.decideOne(ctx, by, all[i])
	})
	if err != nil {
		return nil, err
	}
	return decided, nil
}

func (a *Attribution) decideOne(ctx context.Context, by Caller, d Decision) (attribution.Commission, error) {
	if d.Act == attribution.ActApprove {
		return a.Approve(ctx, by, d.Commission)
	}
	return a.Reject(ctx, by, d.Commission, d.Reason)
}
