package staking

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Faults of terms.
var (
	// ErrCooldownLonger means that a stake would wait longer on its way out than whoever stakes agreed to.
	ErrCooldownLonger = fault.New(fault.Conflict, "cooldown_longer", "the pool asks for a longer cooldown than was agreed to")
	// ErrTooManyTerms means that a position already has stakes under as many different cooldowns as it can.
	ErrTooManyTerms = fault.New(fault.Conflict, "too_many_cooldowns", "this position was staked under too many different cooldowns; leave with a part of it first")
	// ErrTermsSyntax means that a text is not one of terms.
	ErrTermsSyntax = fault.New(fault.Internal, "terms_malformed", "terms are pairs of a cooldown in seconds and an amount")
)

// Term is a part of a stake and a cooldown: the one it was staked under, or the one it leaves under.
type Term struct {
	Cooldown time.Duration
	Amount   money.Amount
}

// Terms are the parts of a position by the cooldown they were staked under, the shortest first; what is
// not used is zero and comes last. A pool that asks for more later binds what is staked later and nothing
// before, so a position remembers. Eight changes of mind are more than a pool's fans would bear.
type Terms [8]Term

// parts are the terms that are used.
func (t Terms) parts() []Term {
	for i, term := range t {
		if term.Amount == 0 {
			return t[:i:i]
		}
	}
	return t[:]
}

// add puts amount to the part under a cooldown. It fails with ErrTooManyTerms or money.ErrOverflow.
func (t Terms) add(cooldown time.Duration, amount money.Amount) (Terms, error) {
	used := len(t.parts())
	at := 0
	for at < used && t[at].Cooldown < cooldown {
		at++
	}
	if at == used || t[at].Cooldown != cooldown {
		if used == len(t) {
			return Terms{}, ErrTooManyTerms
		}
		copy(t[at+1:], t[at:used])
		t[at] = Term{Cooldown: cooldown}
	}
	return t, add(&t[at].Amount, amount)
}

// take removes amount, the shortest cooldown first, and gives the parts that leave with what each waits:
// its own cooldown, or limit where that is shorter by now. Parts that wait as long are one. It fails with
// ErrRowsContradict when there is less than amount.
func (t Terms) take(amount money.Amount, limit time.Duration) (Terms, []Term, error) {
	var rest Terms
	var leaving []Term
	stays := 0
	for _, term := range t.parts() {
		if term.Amount < 0 {
			return Terms{}, nil, errNegativeBalance
		}
		part := min(amount, term.Amount)
		if err := errors.Join(sub(&amount, part), sub(&term.Amount, part)); err != nil {
			return Terms{}, nil, err
		}
		if term.Amount > 0 {
			rest[stays] = term
			stays++
		}
		if part == 0 {
			continue
		}
		wait := min(term.Cooldown, limit)
		if n := len(leaving); n > 0 && leaving[n-1].Cooldown == wait {
			if err := add(&leaving[n-1].Amount, part); err != nil {
				return Terms{}, nil, err
			}
			continue
		}
		leaving = append(leaving, Term{wait, part})
	}
	if amount > 0 {
		return Terms{}, nil, ErrRowsContradict.Saying("the terms make %s less than what is staked", amount)
	}
	return rest, leaving, nil
}

// String is the terms as they are stored: for each part its cooldown in seconds and its amount, all with a
// space between them.
func (t Terms) String() string {
	var words []string
	for _, term := range t.parts() {
		words = append(words, strconv.FormatInt(int64(term.Cooldown/time.Second), 10), term.Amount.String())
	}
	return strings.Join(words, " ")
}

// ParseTerms reads what String writes, and nothing else: whatever is out of range, out of order or written
// in another way is ErrTermsSyntax.
func ParseTerms(text string) (Terms, error) {
	var t Terms
	words := strings.Fields(text)
	if len(words)%2 != 0 || len(words) > 2*len(t) {
		return Terms{}, ErrTermsSyntax
	}
	before := int64(-1)
	for i := range len(words) / 2 {
		seconds, err := strconv.ParseInt(words[2*i], 10, 64)
		if err != nil || seconds <= before || seconds > int64(CooldownMaximum/time.Second) {
			return Terms{}, ErrTermsSyntax
		}
		amount, err := money.Parse(words[2*i+1])
		if err != nil || !amount.Positive() {
			return Terms{}, ErrTermsSyntax
		}
		t[i], before = Term{time.Duration(seconds) * time.Second, amount}, seconds
	}
	if t.String() != text {
		return Terms{}, ErrTermsSyntax
	}
	return t, nil
}

// MarshalText writes the terms as String does.
func (t Terms) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseTerms reads and fails as it does.
func (t *Terms) UnmarshalText(text []byte) error {
	parsed, err := ParseTerms(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}
