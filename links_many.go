package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// MostLinks is how many links may be asked for at once.
const MostLinks = 100

// ErrLinksCount means that nothing was asked for, or too much at once.
var ErrLinksCount = fault.New(fault.Invalid, "links_count_invalid", "1 to 100 links are made at once")

// LinkTried is what became of one of many links: the link as it was committed, or why there is none.
type LinkTried struct {
	Made LinkMade
	Err  error
}

// MakeLinks makes many links, each in a unit of work of its own, and says of each what became of it, in the order in
// which they were asked for. One that is refused keeps no other from being made. Under a key each link is made once:
// the same call again gives those that were made, and tries those that were refused. It fails as a whole only before
// anything was made: with ErrLinksCount, ErrNotInfluencer, or for its key.
func (a *Attribution) MakeLinks(ctx context.Context, by Caller, all []attribution.NewLink) ([]LinkTried, error) {
	if len(all) == 0 || len(all) > MostLinks {
		return nil, ErrLinksCount
	}
	tried := make([]LinkTried, len(all))
	may := func(ctx context.Context, tx ports.Tx) error {
		_, err := influencerOf(ctx, tx.Influencers, by.Account)
		return err
	}
	err := inParts(ctx, a.c, by, "make_links", len(all), may, func(ctx context.Context, i int) {
		tried[i].Made, tried[i].Err = a.MakeLink(ctx, by, all[i])
	})
	if err != nil {
		return nil, err
	}
	return tried, nil
}
