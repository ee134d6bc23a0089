package twist_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/siws"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// processes gives two processes over one store, in memory and on PostgreSQL, where they share challenges too.
func processes(t *testing.T) map[string]func(t *testing.T) (w *world, other *twist.Platform) {
	t.Helper()
	return map[string]func(t *testing.T) (*world, *twist.Platform){
		"memory": func(t *testing.T) (*world, *twist.Platform) {
			w := newWorld(t)
			return w, w.another()
		},
		"postgres": func(t *testing.T) (*world, *twist.Platform) {
			url := pgtest.Open(t, migrate)
			here, there := openStore(t, url), openStore(t, url)
			w := newWorldOver(t, here, here.Clicks())
			w.config.Challenges = here.Challenges()
			w.start()
			return w, w.another(func(c *twist.Config) {
				c.Store, c.Clicks, c.Challenges = there, there.Clicks(), there.Challenges()
			})
		},
	}
}

// inEach runs a test on two processes over every store.
func inEach(t *testing.T, test func(t *testing.T, w *world, other *twist.Platform)) {
	t.Helper()
	for name, open := range processes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, other := open(t)
			test(t, w, other)
		})
	}
}

// opened is how many sessions were ever opened.
func (w *world) opened() int {
	w.t.Helper()
	events, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) ([]journal.Event, error) {
		return v.Journal.Events(ctx, "", 1_000)
	})
	require.NoError(w.t, err)
	n := 0
	for _, e := range events {
		if e.Kind == journal.SessionOpened {
			n++
		}
	}
	return n
}

// forms are the ways in which a wallet may have signed, and what its client says about it.
func forms(t *testing.T, name string, c identity.Challenge) map[string][2][]byte {
	t.Helper()
	key := testkit.Key(name)
	e := siws.Envelope{Signer: siws.Key(key.Public().(ed25519.PublicKey)), Body: c.Text()}
	v0, err := e.Encode()
	require.NoError(t, err)
	e.Version = siws.V1
	v1, err := e.Encode()
	require.NoError(t, err)
	return map[string][2][]byte{
		"raw": {[]byte(c.Text()), ed25519.Sign(key, []byte(c.Text()))},
		"v0":  {v0, ed25519.Sign(key, v0)}, "v0_unsaid": {nil, ed25519.Sign(key, v0)},
		"v1": {v1, ed25519.Sign(key, v1)}, "v1_as_text": {[]byte(c.Text()), ed25519.Sign(key, v1)},
	}
}

// P-44, P-49, E-20, I-12: of 64 right answers to one challenge that reach two processes at the same moment
// exactly one opens a session, in whatever form the wallet signed; every later one opens none.
func TestReplaysOpenOneSession(t *testing.T) {
	t.Parallel()
	inEach(t, func(t *testing.T, w *world, other *twist.Platform) {
		expected := 0
		for form := range forms(t, "fay", w.challenge("fay")) {
			challenge := w.challenge("fay")
			said := forms(t, "fay", challenge)[form]
			in, errs := together(64, func(i int) (twist.SignedIn, error) {
				on := []*twist.Platform{w.Platform, other}[i%2]
				return on.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: said[0], Signature: said[1]}, "")
			})
			requireRefused(t, errs, 1, fault.Unauthenticated)
			for i := range in {
				require.Equal(t, errs[i] == nil, in[i].Token != "")
			}
			expected++
			require.Equal(t, expected, w.opened(), form)
			for _, later := range forms(t, "fay", challenge) {
				_, err := other.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: later[0], Signature: later[1]}, "")
				require.ErrorIs(t, err, identity.ErrChallengeUnknown)
			}
		}
		require.Equal(t, expected, w.opened())
	})
}

// E-20, I-12: a challenge that comes back after it was taken, as from a copy of where challenges are kept,
// opens nothing: the store knows for ever what it opened.
func TestChallengesThatComeBackOpenNothing(t *testing.T) {
	t.Parallel()
	inEach(t, func(t *testing.T, w *world, other *twist.Platform) {
		challenge := w.challenge("fay")
		_, err := w.answer("fay", challenge)
		require.NoError(t, err)
		for range 3 {
			require.NoError(t, w.config.Challenges.Put(w.ctx(), challenge))
			message, signature := testkit.Answer("fay", challenge)
			_, err = other.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
			require.ErrorIs(t, err, identity.ErrChallengeUsed)
		}
		require.Equal(t, 1, w.opened())
	})
}

// P-44: whoever asks at one process may answer at another, and a process that starts anew finds what was asked.
func TestChallengesOutliveTheirProcess(t *testing.T) {
	t.Parallel()
	inEach(t, func(t *testing.T, w *world, other *twist.Platform) {
		challenge := w.challenge("fay")
		message, signature := testkit.Answer("fay", challenge)
		_, err := other.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
		require.NoError(t, err)
		challenge = w.challenge("fay")
		w.start()
		_, err = w.answer("fay", challenge)
		require.NoError(t, err)
		require.Equal(t, 2, w.opened())
	})
}

// broken is a store that does not answer.
type broken struct{ ports.Store }

func (broken) Write(context.Context, func(context.Context, ports.Tx) error) error {
	return ports.ErrStore.Because(errors.New("gone"))
}

// P-44, I-12: a process that dies after it took a challenge and before it opened the session leaves neither,
// and the wallet signs another.
func TestAChallengeTakenInVainOpensNothing(t *testing.T) {
	t.Parallel()
	inEach(t, func(t *testing.T, w *world, other *twist.Platform) {
		dying := w.another(func(c *twist.Config) { c.Store = broken{c.Store} })
		challenge := w.challenge("fay")
		message, signature := testkit.Answer("fay", challenge)
		_, err := dying.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
		require.ErrorIs(t, err, ports.ErrStore)
		_, err = other.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
		require.ErrorIs(t, err, identity.ErrChallengeUnknown)
		require.Zero(t, w.opened())
		_, err = w.answer("fay", w.challenge("fay"))
		require.NoError(t, err)
	})
}

// P-44: of two readings of a signature either may be the wallet's. They are one attempt, and where neither proves it
// nothing is opened.
func TestEitherReadingOfASignature(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		noise := bytes.Repeat([]byte{7}, 64)
		for name, of := range map[string]func(right []byte) (signature, other []byte){
			"the_first": func(right []byte) ([]byte, []byte) { return right, noise },
			"the_other": func(right []byte) ([]byte, []byte) { return noise, right },
		} {
			challenge := w.challenge("fay")
			message, right := testkit.Answer("fay", challenge)
			signature, other := of(right)
			in, err := w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature, Other: other}, "")
			require.NoError(t, err, name)
			w.by(in)
		}
		challenge := w.challenge("fay")
		message, right := testkit.Answer("fay", challenge)
		wrong := twist.Answer{Challenge: challenge.ID, Message: message, Signature: noise, Other: noise}
		for range identity.MaxAttempts - 1 {
			_, err := w.Identity.SignIn(w.ctx(), wrong, "")
			require.ErrorIs(t, err, identity.ErrSignature)
		}
		_, err := w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: noise, Other: right}, "")
		require.NoError(t, err, "two readings are one attempt")

		challenge = w.challenge("fay")
		message, right = testkit.Answer("fay", challenge)
		wrong.Challenge, wrong.Message = challenge.ID, message
		for range identity.MaxAttempts {
			_, err := w.Identity.SignIn(w.ctx(), wrong, "")
			require.ErrorIs(t, err, identity.ErrSignature)
		}
		_, err = w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: right}, "")
		require.ErrorIs(t, err, identity.ErrChallengeExhausted, "they are counted")
	})
}
