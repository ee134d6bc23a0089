package ledger_test

import (
	"encoding"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
)

// what holds for a kind of ledger account.
type what struct{ floor, striped bool }

// places is the whole table a second time, so that a change of a rule is seen twice.
var places = map[string]what{
	"world":                {striped: true},
	"account:*:available":  {floor: true},
	"account:*:owed":       {},
	"program:*:budget":     {floor: true},
	"program:*:pending":    {floor: true},
	"program:*:receivable": {floor: true},
	"pool:*:staked":        {floor: true},
	"pool:*:cooling":       {floor: true},
	"pool:*:rewards":       {floor: true},
	"payout:*":             {floor: true},
	"platform:fees":        {floor: true, striped: true},
	"platform:emissions":   {floor: true, striped: true},
	"platform:bonuses":     {floor: true, striped: true},
	"platform:manual":      {floor: true, striped: true},
	"platform:gas":         {striped: true},
	"platform:loss":        {striped: true},
	"unclaimed:deposits":   {floor: true},
}

// at parses an address that a test knows to exist.
func at(t require.TestingT, text string) ledger.Address {
	a, err := ledger.ParseAddress(text)
	require.NoError(t, err, text)
	return a
}

func TestEveryPlace(t *testing.T) {
	t.Parallel()
	for place, want := range places {
		text := strings.ReplaceAll(place, "*", "id_0")
		a := at(t, text)
		require.Equal(t, text, a.String())
		require.Equal(t, place, a.Place())
		require.Equal(t, want, what{a.Floored(), a.Striped()}, place)
	}
}

func TestParseAddressRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	at(t, "account:"+long+":available")
	for _, text := range []string{
		"", " ", "nowhere", "World", "world ", " world", "world:", "world:x", ":world",
		"account", "account:", "account::available", "account:x", "account:x:", "account:x:budget", "account:x:available:",
		"account:*:available", "account:X:available", "account:x-y:available", "account:x y:available", "account:é:available",
		"account:x:y:available", "account:x\x00:available", "account:x\n:available", "account:available", "account:x:availabl",
		"account:" + long + "a:available", "payout:", "payout:x:", "payout:x:y", "payout:*", "platform:", "platform:x",
		"platform:fees:", "platform:fees:x", "pool:x:owed", "program:x:staked", "unclaimed:x", "Account:x:available", "payout:ａ",
	} {
		a, err := ledger.ParseAddress(text)
		require.ErrorIs(t, err, ledger.ErrAddress, "%q", text)
		require.ErrorIs(t, err, fault.Invalid)
		require.Zero(t, a)
	}
}

func TestConstructors(t *testing.T) {
	t.Parallel()
	type id string
	for want, a := range map[string]ledger.Address{
		"world":                    ledger.World(),
		"account:acct_1:available": ledger.Available(id("acct_1")),
		"account:acct_1:owed":      ledger.Owed(id("acct_1")),
		"program:p:budget":         ledger.Budget(id("p")),
		"program:p:pending":        ledger.Pending(id("p")),
		"program:p:receivable":     ledger.Receivable(id("p")),
		"pool:p:staked":            ledger.Staked(id("p")),
		"pool:p:cooling":           ledger.Cooling(id("p")),
		"pool:p:rewards":           ledger.Rewards(id("p")),
		"payout:po_1":              ledger.Payout(id("po_1")),
		"platform:fees":            ledger.Fees(),
		"platform:gas":             ledger.Gas(),
		"unclaimed:deposits":       ledger.Unclaimed(),
	} {
		require.Equal(t, want, a.String())
		require.Equal(t, at(t, want), a)
	}
}

// An identifier that could bend an address into another one gives no address at all, and nothing can
// be written there.
func TestHostileIdentifiersNameNothing(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "*", ":", "x:available", "x:owed:y", "a:b", "X", "x ", " x", "x\x00", "é", "x/y", "x.y", "x-y", "fees\n", strings.Repeat("x", 65),
	} {
		for _, a := range []ledger.Address{
			ledger.Available(id), ledger.Owed(id), ledger.Budget(id), ledger.Pending(id), ledger.Receivable(id),
			ledger.Staked(id), ledger.Rewards(id), ledger.Payout(id),
		} {
			require.Zero(t, a, "%q", id)
		}
		for _, kind := range ledger.Kinds() {
			for _, p := range []ledger.Posting{
				ledger.Move(ledger.World(), ledger.Available(id), 1), ledger.Move(ledger.Available(id), ledger.World(), 1),
				ledger.Move(ledger.Available(id), ledger.Payout(id), 1),
			} {
				_, err := ledger.NewEntry("ent_1", kind, "r", noon, []ledger.Posting{p}, nil)
				require.ErrorIs(t, err, ledger.ErrEntry, "%q", id)
			}
		}
	}
}

func TestZeroAddressIsNoPlace(t *testing.T) {
	t.Parallel()
	var zero ledger.Address
	require.Empty(t, zero.String())
	require.Empty(t, zero.Place())
	require.False(t, zero.Floored())
	require.False(t, zero.Striped())
}

func TestAddressText(t *testing.T) {
	t.Parallel()
	var (
		a ledger.Address
		_ encoding.TextMarshaler   = a
		_ encoding.TextUnmarshaler = &a
	)
	require.NoError(t, a.UnmarshalText([]byte("account:acct_1:owed")))
	require.Equal(t, ledger.Owed("acct_1"), a)
	text, err := a.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "account:acct_1:owed", string(text))
	require.ErrorIs(t, a.UnmarshalText([]byte("account::owed")), ledger.ErrAddress)
	require.Equal(t, ledger.Owed("acct_1"), a, "a refusal changes nothing")
}

// FuzzParseAddress holds that a text either is the address, wholly and in one way, or none.
func FuzzParseAddress(f *testing.F) {
	for place := range places {
		f.Add(place)
		f.Add(strings.ReplaceAll(place, "*", "acct_01"))
		f.Add(strings.ReplaceAll(place, "*", "a:b"))
	}
	for _, text := range []string{"", ":", "::", "account:::available", "payout:x:available", "world\x00", "account:" + strings.Repeat("z", 65) + ":owed"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ledger.ParseAddress(text)
		if err != nil {
			require.ErrorIs(t, err, ledger.ErrAddress)
			require.Zero(t, a)
			return
		}
		require.Equal(t, text, a.String())
		want, known := places[a.Place()]
		require.True(t, known, a.Place())
		require.Equal(t, want, what{a.Floored(), a.Striped()})
		head, tail, named := strings.Cut(a.Place(), "*")
		require.True(t, strings.HasPrefix(text, head) && strings.HasSuffix(text, tail))
		id := strings.TrimSuffix(strings.TrimPrefix(text, head), tail)
		if !named {
			require.Empty(t, id)
			return
		}
		require.Regexp(t, `^[a-z0-9_]{1,64}$`, id)
	})
}
