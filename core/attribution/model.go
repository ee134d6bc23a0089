package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Model says how much each of the touches that count weighs.
type Model string

// The models.
const (
	// Last gives all to the latest touch.
	Last Model = "last"
	// First gives all to the earliest touch.
	First Model = "first"
	// Linear weighs every touch the same.
	Linear Model = "linear"
	// TimeDecay weighs a touch half as much for each HalfLife before the conversion. Where all of them are so old that
	// nothing is left of any, it is Linear.
	TimeDecay Model = "time_decay"
	// Position gives 40 % to the first touch, 40 % to the last, and the rest to those between in equal parts. One alone
	// has all, and two have half each.
	Position Model = "position"
)

// ErrModel means that there is no such model.
var ErrModel = fault.New(fault.Invalid, "attribution_model_invalid", "an attribution model is last, first, linear, time_decay or position")

// Models lists every model.
func Models() []Model { return []Model{Last, First, Linear, TimeDecay, Position} }

// Check returns ErrModel unless there is such a model.
func (m Model) Check() error {
	for _, known := range Models() {
		if m == known {
			return nil
		}
	}
	return ErrModel
}

// weights gives the weight of each of the touches that count, which come in their order, for a conversion at a moment.
// Only how they compare means something. What is added up of a thousand of them is far below the most a number holds.
func (m Model) weights(touches []Touch, at time.Time) ([]uint64, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	n := len(touches)
	weights := make([]uint64, n)
	var whole uint64
	for i, touch := range touches {
		weights[i] = m.weight(i, n, at.Sub(touch.At))
		whole += weights[i]
	}
	if whole == 0 && m == TimeDecay {
		return Linear.weights(touches, at)
	}
	return weights, nil
}

// weight is that of touch i of n, of an age.
func (m Model) weight(i, n int, age time.Duration) uint64 {
	first, last := i == 0, i == n-1
	switch m {
	case Last:
		return one(last)
	case First:
		return one(first)
	case Linear:
		return 1
	case TimeDecay:
		return decayed(age)
	case Position:
		const end, middle = 40, 20
		switch {
		case n <= 2:
			return 1
		case first || last:
			return end * uint64(n-2) // so that the rest divides evenly among those between
		default:
			return middle
		}
	}
	return 0
}

func one(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}
