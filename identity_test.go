package twist_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

func (w *world) challenge(name string) identity.Challenge {
	w.t.Helper()
	challenge, err := w.Identity.Challenge(w.ctx(), string(testkit.Wallet(name)))
	require.NoError(w.t, err)
	return challenge
}

// answer signs a challenge as a name and signs in with it.
func (w *world) answer(name string, challenge identity.Challenge) (twist.SignedIn, error) {
	message, signature := testkit.Answer(name, challenge)
	return w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
}

// P-44, P-49, I-12: of 64 right answers to one challenge at the same moment one opens a session, and every
// later one opens none.
func TestOneSessionPerChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	challenge := w.challenge("fay")
	in, errs := together(64, func(int) (twist.SignedIn, error) { return w.answer("fay", challenge) })
	requireRefused(t, errs, 1, fault.Unauthenticated)
	for i := range in {
		require.Equal(t, errs[i] == nil, in[i].Token != "")
	}
	_, err := w.answer("fay", challenge)
	require.ErrorIs(t, err, identity.ErrChallengeUnknown)
}

// hoarder is a cache of challenges that gives out what was taken, like one restored from a copy.
type hoarder struct{ ports.Challenges }

func (h hoarder) Take(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	return h.Get(ctx, id)
}

// I-12: a cache that gives a challenge out again opens no second session: the store refuses it.
func TestRestoredChallengeOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *twist.Config) { c.Challenges = hoarder{c.Challenges} })
	challenge := w.challenge("fay")
	_, errs := together(identity.MaxAttempts, func(int) (twist.SignedIn, error) { return w.answer("fay", challenge) })
	requireRefused(t, errs, 1, identity.ErrChallengeUsed)
}

// P-49: a stranger who asks for challenges of fay's wallet, and answers them wrongly, does not disturb her.
func TestStrangersDoNotDisturb(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.challenge("fay")
	for range 20 {
		theirs := w.challenge("fay")
		message, signature := testkit.Answer("mallory", theirs)
		_, err := w.Identity.SignIn(t.Context(), twist.Answer{Challenge: theirs.ID, Message: message, Signature: signature}, "")
		require.ErrorIs(t, err, fault.Unauthenticated)
	}
	in, err := w.answer("fay", mine)
	require.NoError(t, err)
	require.Equal(t, testkit.Wallet("fay"), in.Claims.Wallet)
}

// P-45: of 32 first sign-ins of one wallet at the same moment all open a session of one account; 32
// wallets have an account each.
func TestWalletBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	challenges := make([]identity.Challenge, 32)
	for i := range challenges {
		challenges[i] = w.challenge("fay")
	}
	same, errs := together(32, func(i int) (twist.SignedIn, error) { return w.answer("fay", challenges[i]) })
	requireAll(t, errs)
	sessions := map[identity.SessionID]bool{}
	for _, in := range same {
		require.Equal(t, same[0].Session.Account, in.Session.Account)
		sessions[in.Session.ID] = true
	}
	require.Len(t, sessions, 32)

	for i := range challenges {
		challenges[i] = w.challenge(numbered("fan", i))
	}
	each, errs := together(32, func(i int) (twist.SignedIn, error) { return w.answer(numbered("fan", i), challenges[i]) })
	requireAll(t, errs)
	accounts := map[identity.AccountID]bool{same[0].Session.Account: true}
	for _, in := range each {
		accounts[in.Session.Account] = true
	}
	require.Len(t, accounts, 33)
}

// meeting is a store in which another sign-in of the wallet commits just before the first account is
// opened, as two processes on one database can.
type meeting struct {
	ports.Store

	between func()
}

func (m *meeting) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	if between := m.between; between != nil {
		m.between = nil
		between()
		return identity.ErrWalletTaken
	}
	return m.Store.Write(ctx, fn)
}

// P-45: the sign-in that loses the race for a new wallet finds the account that the winner opened.
func TestSignInsThatMeetShareTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.challenge("fay"), w.challenge("fay")
	var winner twist.SignedIn
	store := &meeting{Store: w.store}
	loser := w.another(func(c *twist.Config) { c.Store = store })
	store.between = func() {
		in, err := w.answer("fay", first)
		require.NoError(t, err)
		winner = in
	}
	message, signature := testkit.Answer("fay", second)
	in, err := loser.Identity.SignIn(t.Context(), twist.Answer{Challenge: second.ID, Message: message, Signature: signature}, "")
	require.NoError(t, err)
	require.Equal(t, winner.Session.Account, in.Session.Account)
}

// P-44: a challenge is answered in time, in full and by its wallet, or not at all.
func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(w *world, message, signature []byte)
		want  error
	}{
		"late":             {func(w *world, _, _ []byte) { w.clock.Advance(identity.ChallengeLife) }, identity.ErrChallengeExpired},
		"other_text":       {func(_ *world, message, _ []byte) { message[0] ^= 1 }, identity.ErrChallengeMismatch},
		"spoilt_signature": {func(_ *world, _, signature []byte) { signature[0] ^= 1 }, identity.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			challenge := w.challenge("fay")
			message, signature := testkit.Answer("fay", challenge)
			test.spoil(w, message, signature)
			_, err := w.Identity.SignIn(t.Context(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, fault.Unauthenticated)
		})
	}
	_, err := newWorld(t).Identity.Challenge(t.Context(), "11111111111111111111111111111111")
	require.ErrorIs(t, err, identity.ErrWallet)
}

// A token speaks for its account until it expires, and for an operator only when the wallet is listed.
func TestTokensSpeakForTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *twist.Config) { c.Operators = []identity.Wallet{testkit.Wallet("ops")} })
	in, err := w.answer("fay", w.challenge("fay"))
	require.NoError(t, err)
	caller, err := w.Identity.Verify(t.Context(), in.Token)
	require.NoError(t, err)
	require.Equal(t, twist.Caller{
		Account: in.Session.Account, Session: in.Session.ID, Wallet: testkit.Wallet("fay"), Roles: []identity.Role{identity.RoleUser},
	}, caller)
	require.Contains(t, w.signIn("ops").Roles, identity.RoleOperator)
	account, err := w.Identity.Account(t.Context(), caller)
	require.NoError(t, err)
	require.Equal(t, testkit.Wallet("fay"), account.Wallet)
	keys, err := w.Identity.Keys(t.Context())
	require.NoError(t, err)
	require.Len(t, keys, 1)

	w.clock.Advance(identity.AccessLife + identity.ClockLeeway)
	_, err = w.Identity.Verify(t.Context(), in.Token)
	require.ErrorIs(t, err, identity.ErrTokenExpired)
	_, err = w.Identity.Verify(t.Context(), in.Token+"x")
	require.ErrorIs(t, err, fault.Unauthenticated)
}

// P-43: of many registrations under one name, written in every case, one is taken; an account has one.
func TestUsernamesAreTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	callers := make([]twist.Caller, 16)
	for i := range callers {
		callers[i] = w.signIn(numbered("fan", i))
	}
	_, errs := together(len(callers), func(i int) (twist.Profile, error) {
		return w.Identity.Register(w.ctx(), callers[i], registration([]string{"bobby", "BOBBY", "Bobby"}[i%3]))
	})
	requireRefused(t, errs, 1, identity.ErrUsernameTaken)
	found, err := w.Identity.Influencer(t.Context(), "bObBy")
	require.NoError(t, err)
	require.Equal(t, "bobby", strings.ToLower(found.Username))
	_, err = w.Identity.Influencer(t.Context(), "nobody")
	require.ErrorIs(t, err, identity.ErrInfluencerNotFound)

	fay := w.signIn("fay")
	_, errs = together(16, func(i int) (twist.Profile, error) {
		return w.Identity.Register(w.ctx(), fay, registration(numbered("name", i)))
	})
	requireRefused(t, errs, 1, identity.ErrAlreadyInfluencer)
}

// A configuration that cannot work is refused with everything that is missing from it.
func TestConfigurationSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := twist.New(twist.Config{Epoch: -time.Second})
	require.ErrorIs(t, err, twist.ErrConfig)
	for _, part := range []string{
		"Store", "Clicks", "Challenges", "Limiter", "Tokens", "Chain", "Signer", "Clock", "IDs", "Random", "Visitors", "Mint", "Epoch", "Site",
	} {
		require.ErrorContains(t, err, part)
	}
}
