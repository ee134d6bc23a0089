package twist

import (
	"context"
	"errors"
	"fmt"

	"github.com/twist-platform/twist/ports"
)

// batch is how many rows a job reads at once.
const batch = 500

// errUnchanged means that a job found nothing to do on a row: another run was there first, or it is
// not time.
var errUnchanged = errors.New("nothing to do")

// sweep does something to every row of a list, which is read a page at a time behind the last row of the page
// before, and gives how many rows it changed. It goes on behind rows that failed, however many they are: none keeps
// those behind it waiting. It ends with the list, or where a page cannot be read, as when ctx is over.
func sweep[T any](ctx context.Context, store ports.Store, page func(ctx context.Context, v ports.View, behind T) ([]T, error), do func(T) error) (changed int, failed error) {
	for behind := *new(T); ; {
		rows, err := ports.Read(ctx, store, func(ctx context.Context, v ports.View) ([]T, error) { return page(ctx, v, behind) })
		if err != nil {
			return changed, errors.Join(failed, err)
		}
		n, err := each(rows, do)
		changed, failed = changed+n, errors.Join(failed, err)
		if len(rows) < batch {
			return changed, failed
		}
		behind = rows[len(rows)-1]
	}
}

// sweepAll does something to every key of a list that may change many rows, and gives how many rows it changed in all.
func sweepAll[T any](ctx context.Context, store ports.Store, page func(ctx context.Context, v ports.View, behind T) ([]T, error), do func(context.Context, T) (int, error)) (changed int, failed error) {
	_, failed = sweep(ctx, store, page, func(key T) error {
		n, err := do(ctx, key)
		changed += n
		return err
	})
	return changed, failed
}

// each runs do on every row, counts those it changed and joins the errors of those that failed.
func each[T any](rows []T, do func(T) error) (changed int, err error) {
	for _, row := range rows {
		failed := do(row)
		switch {
		case failed == nil:
			changed++
		case errors.Is(failed, errUnchanged):
		default:
			err = errors.Join(err, failed)
		}
	}
	return changed, err
}

// about says of which row a failure is: the log of a job shows it to whoever has to look.
func about[ID ~string](what string, id ID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, id, err)
}
