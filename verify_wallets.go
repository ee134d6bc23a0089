package twist

import (
	"context"
	"strconv"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
)

// link is one time that a wallet was linked to an account. The account stands there as subject and as
// owner of the event, so that neither can be another's.
type link struct {
	wallet, subject, account string
	at                       int64 // microseconds since 1970
}

// linked counts what an event says of a wallet. The order of events does not matter: one that unlinks says
// which link it ends.
func (a *audit) linked(e journal.Event) {
	l := link{e.Data["wallet"], e.Subject, e.Account, e.At.UnixMicro()}
	switch e.Kind {
	case journal.AccountOpened, journal.WalletLinked:
		a.links[l]++
	case journal.WalletUnlinked:
		l.at, _ = strconv.ParseInt(e.Data["linked"], 10, 64) // what is no number ends no link
		a.links[l]--
	default: // it says nothing of a wallet
		return
	}
	if a.links[l] == 0 {
		delete(a.links, l)
	}
}

// wallets holds every linked wallet against the events that told of it, in both directions: whoever it is
// linked to signs in with it, signs for payouts, and is paid there.
func (a *audit) wallets(ctx context.Context) error {
	var last identity.Wallet
	err := pages(func() ([]identity.LinkedWallet, error) { return a.view.Wallets.All(ctx, last, verifyPage) }, func(w identity.LinkedWallet) error {
		last = w.Wallet
		l := link{string(w.Wallet), string(w.Account), string(w.Account), w.LinkedAt.UnixMicro()}
		if a.links[l] != 1 {
			a.journal.Report("event_missing", string(w.Wallet), "no event tells that it is linked to %s since %s", w.Account, w.LinkedAt)
		}
		if a.gone[w.Account] {
			a.journal.Report("erased_account", string(w.Wallet), "it is linked to %s, which was erased", w.Account)
		}
		delete(a.links, l)
		return nil
	})
	for l, times := range a.links {
		a.journal.Report("row_missing", l.wallet, "events leave it linked to %s %d times", l.account, times)
	}
	return err
}
