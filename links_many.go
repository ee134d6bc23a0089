package twist

import (
	"context"
	"encoding/hex"
	"strconv"

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
	whole, keyed := ctx.Value(callKey{}).(*call)
	keyed = keyed && whole.key != nil
	// The key becomes that of this request before anything else does: no other request makes a part under it.
	if _, err := once(ctx, a.c, by, "make_links", func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		_, err := influencerOf(ctx, tx.Influencers, by.Account)
		return struct{}{}, err
	}); err != nil {
		return nil, err
	}
	tried, replayed := make([]LinkTried, len(all)), true
	for i, n := range all {
		each := ctx
		if keyed {
			each = WithKey(ctx, partOf("make_links", *whole.key, i))
		}
		tried[i].Made, tried[i].Err = a.MakeLink(each, by, n)
		replayed = replayed && Replayed(each)
	}
	if keyed {
		whole.replayed = replayed
	}
	return tried, nil
}

// partOf is the key of one part of a request. It has a length of its own, whatever the key is, and who chooses it for
// something else meets nothing but calls of its own.
func partOf(operation string, key Key, i int) Key {
	name := digest(operation, key.Value, strconv.Itoa(i))
	return Key{Value: "part:" + hex.EncodeToString(name[:]), Request: key.Request}
}
