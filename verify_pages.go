package twist

import (
	"cmp"
	"reflect"

	"github.com/twist-platform/twist/core/fault"
)

// pages calls next until it gives nothing more; next remembers where it is.
func pages[T any](next func() ([]T, error), use func(T) error) error {
	var ahead progress[T]
	for {
		page, err := next()
		if err != nil || len(page) == 0 {
			return err
		}
		if err := ahead.passed(page[len(page)-1]); err != nil {
			return err
		}
		for _, row := range page {
			if err := use(row); err != nil {
				return err
			}
		}
	}
}

// errNoEnd means that a list leads back to where it was: a stored row is not read as what it is.
var errNoEnd = fault.ErrInternal.Saying("a list of rows leads back to its own beginning")

// progress tells a list that ends from one that goes round. It remembers one row, and another after twice as
// many pages each time, so that a circle of any length comes to it again.
type progress[T any] struct {
	mark         T
	pages, until int
}

// passed takes the last row of each page, from which the next one begins.
func (p *progress[T]) passed(last T) error {
	if p.pages > 0 && reflect.DeepEqual(p.mark, last) {
		return errNoEnd
	}
	if p.pages++; p.pages > p.until {
		p.mark, p.until = last, 2*p.pages
	}
	return nil
}

// beside reads the rows of a table along with those they belong to: both in the order of the owner's id,
// each page once.
type beside[T any] struct {
	read  func(after T) ([]T, error)
	owner func(T) string
	stray func(T) // is called with a row whose owner is not there

	page  []T
	last  T
	over  bool
	ahead progress[T]
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
			if err := b.ahead.passed(b.last); err != nil {
				return err
			}
		}
		if !take(b.page[0]) {
			return nil
		}
		b.page = b.page[1:]
	}
}
