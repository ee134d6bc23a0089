package twist

import "cmp"

// pages calls next until it gives nothing more; next remembers where it is.
func pages[T any](next func() ([]T, error), use func(T) error) error {
	for {
		page, err := next()
		if err != nil || len(page) == 0 {
			return err
		}
		for _, row := range page {
			if err := use(row); err != nil {
				return err
			}
		}
	}
}

// beside reads the rows of a table along with those they belong to: both in the order of the owner's id,
// each page once.
type beside[T any] struct {
	read  func(after T) ([]T, error)
	owner func(T) string
	stray func(T) // is called with a row whose owner is not there

	page []T
	last T
	over bool
}

// of calls use with every row of an owner. Owners must be asked for in the order of their ids.
func (b *beside[T]) of(owner string, use func(T)) error {
	return b.until(func(row T) bool {
		switch cmp.Compare(b.owner(row), owner) {
		case -1:
			b.stray(row)
		case 0:
			use(row)
		default:
			return false
		}
		return true
	})
}

// rest ends the reading: what is left belongs to nobody.
func (b *beside[T]) rest() error {
	return b.until(func(row T) bool { b.stray(row); return true })
}

// until takes rows as long as take wants them.
func (b *beside[T]) until(take func(T) bool) error {
	for {
		if len(b.page) == 0 {
			if b.over {
				return nil
			}
			var err error
			if b.page, err = b.read(b.last); err != nil {
				return err
			}
			if b.over = len(b.page) == 0; b.over {
				return nil
			}
			b.last = b.page[len(b.page)-1]
		}
		if !take(b.page[0]) {
			return nil
		}
		b.page = b.page[1:]
	}
}
