package identity

import (
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// ErasureID names an erasure that is asked for: ers_….
type ErasureID string

// ErrNotErasable means that something of the account is open; its detail names all of it.
var ErrNotErasable = fault.New(fault.Conflict, "account_not_erasable", "the account cannot be erased while something of it is open")

// Obstacle is something open that keeps an account from being erased, in a word that never changes.
type Obstacle string

// The obstacles, closed.
const (
	ObstacleOffice      Obstacle = "office"      // it is an operator or an administrator: that ends first, by somebody else
	ObstacleBalance     Obstacle = "balance"     // tokens stand in its name
	ObstacleDebt        Obstacle = "debt"        // it owes to budgets
	ObstacleStakes      Obstacle = "stakes"      // it has a stake, with what that earned, or one that cools
	ObstaclePool        Obstacle = "pool"        // others have a stake in its pool, or one that cools
	ObstacleCommissions Obstacle = "commissions" // it earned what was not shared yet, or what a refund may still take back
	ObstaclePayouts     Obstacle = "payouts"     // tokens are on their way to it
	ObstaclePrograms    Obstacle = "programs"    // a program of its own has tokens, claims or unpaid commissions
)

// Obstacles lists every obstacle, in the order in which they are told.
func Obstacles() []Obstacle {
	return []Obstacle{
		ObstacleOffice, ObstacleBalance, ObstacleDebt, ObstacleStakes, ObstaclePool, ObstacleCommissions, ObstaclePayouts, ObstaclePrograms,
	}
}

// MayErase returns ErrNotErasable when anything is open, and names all of it at once.
func MayErase(open []Obstacle) error {
	var words []string
	for _, o := range Obstacles() {
		if slices.Contains(open, o) {
			words = append(words, string(o))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return ErrNotErasable.Saying("%s", strings.Join(words, ", "))
}

// AskErasure asks a wallet of the account to agree that the account is erased. The text names the account and
// what cannot be undone: an answer serves nothing else. A sentence on what else the account gives up stands
// before the last one; it is empty where there is nothing.
func AskErasure(account AccountID, id ErasureID, besides string) Ask {
	if besides != "" {
		besides = " " + besides
	}
	return AskStepUp(account, string(id), "Erase account "+string(account)+" of TWIST for good, as erasure "+string(id)+
		". Its sessions and keys end, its wallets leave it and what it told of itself is deleted."+besides+" Nobody can undo this.")
}

// Erased reports that the account was erased: for whoever calls it is not there any more.
func (a Account) Erased() bool { return !a.ErasedAt.IsZero() }

// Erase gives the account as it is once it was erased: an id, and what the journal says of it. It has no role.
func (a Account) Erase(now time.Time) Account {
	a.Roles, a.ErasedAt = nil, now.UTC()
	return a
}

// InOffice reports that the account decides about others, by what was granted to it or, where configured, by
// what configuration gives to a wallet of its own.
func (a Account) InOffice(configured bool) bool {
	return configured || slices.Contains(a.Roles, RoleOperator) || slices.Contains(a.Roles, RoleAdmin)
}
