package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
)

// Of many who ask at once one makes the run, and all have its result; the next one after that makes another.
func TestAFlightIsSharedByWhoAsksMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs, lands := 0, make(chan struct{})
		f := &flight[int]{within: time.Minute, run: func(ctx context.Context) (int, error) {
			runs++
			select {
			case <-lands:
				return runs, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}}
		got := make(chan int, 64)
		first, leave := context.WithCancel(t.Context())
		join := func(ctx context.Context) {
			n, err := f.join(ctx)
			require.NoError(t, err)
			got <- n
		}
		go join(first)
		synctest.Wait()
		for range 62 {
			go join(t.Context())
		}
		impatient, give := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { _, err := f.join(impatient); left <- err }()
		synctest.Wait()
		give()
		require.ErrorIs(t, <-left, rpc.ErrTimeout, "who waits for another's may leave")
		leave() // the first: the others want it still
		synctest.Wait()
		require.Equal(t, 1, runs)
		close(lands)
		for range 63 {
			require.Equal(t, 1, <-got)
		}
		n, err := f.join(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
}

// What takes too long ends for all; what fails or panics fails for all, and leaves the way free.
func TestAFlightThatFails(t *testing.T) {
	t.Parallel()
	errRun := errors.New("no more")
	for name, test := range map[string]struct {
		run  func(context.Context) (int, error)
		want error
	}{
		"too_long": {func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, rpc.ErrTimeout},
		"fails":    {func(context.Context) (int, error) { time.Sleep(time.Second); return 0, errRun }, errRun},
		"panics":   {func(context.Context) (int, error) { time.Sleep(time.Second); panic("no more") }, fault.ErrInternal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &flight[int]{within: 20 * time.Second, run: test.run}
				answers := make(chan error)
				for range 2 {
					go func() {
						var err error
						defer func() {
							if recover() != nil {
								err = fault.ErrInternal // as the door makes of it
							}
							answers <- err
						}()
						_, err = f.join(t.Context())
					}()
				}
				began := time.Now()
				require.ErrorIs(t, <-answers, test.want)
				require.ErrorIs(t, <-answers, test.want)
				require.LessOrEqual(t, time.Since(began), 20*time.Second)
				require.Nil(t, f.under)
			})
		})
	}
}

// However much is wrong, an answer lists a bounded part of it and says how much there is.
func TestFindingsAreCapped(t *testing.T) {
	t.Parallel()
	for found, listed := range map[int]int{0: 0, mostFindings: mostFindings, mostFindings + 1: mostFindings, 100_000: mostFindings} {
		body, err := verify(func(context.Context) (twist.Verification, error) {
			return twist.Verification{Findings: make([]ledger.Finding, found)}, nil
		})(t.Context(), twist.Caller{}, nothing{})
		require.NoError(t, err)
		require.Len(t, body.Findings, listed)
		require.Equal(t, found, body.Found)
		require.Equal(t, found == 0, body.OK)
	}
	require.Less(t, verifying, rpc.Rules()[rpc.Costly].Deadline, "that it took too long can still be said")
}
