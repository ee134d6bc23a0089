package boot

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/ports"
)

// P-31: a process whose clock is not the store's begins no job, once that is so, and begins all again when it is not any more. Whatever
// else keeps a store from being ready, a job finds out by itself.
func TestNoJobBeginsByAWrongClock(t *testing.T) {
	t.Parallel()
	began := func(found error) (began int) {
		s := &System{Platform: &twist.Platform{}, answers: &readiness{
			now: func() time.Time { return time.Unix(1000, 0) }, ask: func(context.Context) error { return found },
		}}
		for _, job := range s.Jobs() {
			func() {
				defer func() {
					if recover() != nil { // there is nothing that it could run on
						began++
					}
				}()
				done, err := job.Run(t.Context())
				require.ErrorIs(t, err, ports.ErrClock, job.Name)
				require.Zero(t, done)
			}()
		}
		return began
	}
	all := len(worker.Jobs(&twist.Platform{}))
	require.Positive(t, all)
	require.Zero(t, began(ports.ErrClock.Saying("they are 26h0m0s apart")))
	require.Equal(t, all, began(nil))
	require.Equal(t, all, began(ports.ErrStore.Because(errors.New("it is down"))))
}
