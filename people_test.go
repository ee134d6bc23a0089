package twist_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// postal is a world in which letters are kept.
type postal struct {
	*world

	box *memory.Mailer
}

func newPostal(t testing.TB, w func(testing.TB, ...func(*twist.Config)) *world, changes ...func(*twist.Config)) postal {
	t.Helper()
	box := &memory.Mailer{}
	usual := func(c *twist.Config) {
		c.Mailer, c.Operators = box, []identity.Wallet{testkit.Wallet("boss"), testkit.Wallet("chief")}
	}
	return postal{w(t, append([]func(*twist.Config){usual}, changes...)...), box}
}

// inDatabase assembles a world over a PostgreSQL database of its own.
func inDatabase(t testing.TB, changes ...func(*twist.Config)) *world {
	t.Helper()
	store := openStore(t, pgtest.Open(t, migrate))
	return newWorldOver(t, store, store.Clicks(), changes...)
}

// everywhere runs a test in memory and in a database.
func everywhere(t *testing.T, test func(t *testing.T, p postal)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, newPostal(t, newWorld)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, newPostal(t, inDatabase)) })
}

// reach makes a name an influencer who wants to be reached at an address.
func (w *world) reach(name, address string) twist.Caller {
	w.t.Helper()
	by := w.signIn(name)
	r := registration(name)
	r.Email = address
	_, err := w.Identity.Register(w.ctx(), by, r)
	require.NoError(w.t, err)
	return by
}

// mail lets the letters that are due leave.
func (w *world) mail() int {
	w.t.Helper()
	sent, err := w.Identity.SendMails(w.ctx())
	require.NoError(w.t, err)
	return sent
}

// tokenOf is the token in a letter.
func tokenOf(l identity.Letter) string {
	_, rest, _ := strings.Cut(l.Text, "#token=")
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

// token is the one in the newest letter.
func (p postal) token() string {
	p.t.Helper()
	letters := p.box.Letters()
	require.NotEmpty(p.t, letters)
	return tokenOf(letters[len(letters)-1])
}

func (w *world) emailOf(by twist.Caller) identity.Email {
	w.t.Helper()
	p, err := w.Identity.Profile(w.ctx(), by)
	require.NoError(w.t, err)
	return p.Email
}

// mailsIn counts the mails in a state.
func (w *world) mailsIn(state identity.MailState) int {
	w.t.Helper()
	mails, err := w.Identity.Mails(w.ctx(), state, "", 1_000)
	require.NoError(w.t, err)
	return len(mails)
}

// P-51: the one letter that is owed goes to the one who wanted it, and its token proves the address, once.
func TestAnEmailIsProven(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada, bea := p.reach("ada", "Ada@Example.com"), p.reach("bea", "bea@example.com")
		require.Zero(t, p.emailOf(ada).Verified)
		require.Equal(t, 2, p.mail())
		require.Zero(t, p.mail())
		letters := p.box.Letters()
		require.Len(t, letters, 2)
		require.Equal(t, identity.EmailAddress("Ada@Example.com"), letters[0].To)
		require.Equal(t, identity.EmailAddress("bea@example.com"), letters[1].To)

		require.ErrorIs(t, p.Identity.VerifyEmail(p.ctx(), bea, tokenOf(letters[0])), identity.ErrEmailToken, "it is another's")
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), ada, tokenOf(letters[0])))
		require.Equal(t, identity.EmailAddress("Ada@Example.com"), p.emailOf(ada).Verified)
		require.ErrorIs(t, p.Identity.VerifyEmail(p.ctx(), ada, tokenOf(letters[0])), identity.ErrEmailToken)
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), bea, tokenOf(letters[1])))
		require.Equal(t, 2, p.mailsIn(identity.MailSent))
		p.sound()
	})
}

// P-39: no copy of the store, and nothing that is told, holds a token or says what an address is.
func TestTokensAreKeptNowhere(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld)
	p.reach("ada", "ada@example.com")
	require.Equal(t, 1, p.mail())
	token := p.token()
	require.Len(t, token, identity.EmailTokenLength)
	snapshot, err := p.store.(*memory.Store).Snapshot()
	require.NoError(t, err)
	require.NotContains(t, string(snapshot), token)
	for _, e := range p.told() {
		require.NotContains(t, fmt.Sprint(e.Data), "ada@")
		require.NotContains(t, fmt.Sprint(e.Data), token)
	}
	mails, err := p.Identity.Mails(p.ctx(), identity.MailSent, "", 10)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(mails), "ada@")
}

// P-39: whoever has verified an address, to others everything answers as if nobody had.
func TestNobodyLearnsWhichEmailsAreKnown(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada := p.reach("ada", "ada@example.com")
		p.mail()
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), ada, p.token()))

		answers := map[string][]error{}
		for name, address := range map[string]string{"known": "ADA@example.com", "unknown": "bob@example.com"} {
			stranger := p.reach("str_"+name, address)
			answers[name] = append(answers[name], p.Identity.ResendEmail(p.ctx(), stranger), p.Identity.VerifyEmail(p.ctx(), stranger, "wrong"))
			require.Equal(t, identity.EmailAddress(address), p.emailOf(stranger).Pending.Address)
			require.Equal(t, 2, p.mail()+p.mailsIn(identity.MailDropped)-len(answers)+1, name)
		}
		require.Equal(t, answers["unknown"], answers["known"])

		// Only who reads what arrives there gets as far as the answer that differs in nothing from a wrong token's.
		thief := p.signIn("str_known")
		var newest identity.Letter
		for _, l := range p.box.Letters() {
			if l.To == "ADA@example.com" {
				newest = l
			}
		}
		right, wrong := p.Identity.VerifyEmail(p.ctx(), thief, tokenOf(newest)), p.Identity.VerifyEmail(p.ctx(), thief, "wrong")
		require.Equal(t, wrong, right)
		require.Equal(t, identity.ErrEmailToken, right)
		require.Zero(t, p.emailOf(thief).Verified)
		require.Equal(t, identity.EmailAddress("ada@example.com"), p.emailOf(ada).Verified)
	})
}

// P-43: accounts that prove one address at the same moment: one has it, the others are told what a wrong
// token is told.
func TestAnAddressIsProvenByOneAccount(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		const many = 5 // letters, and no more, reach one inbox at once
		callers, tokens := make([]twist.Caller, many), make([]string, many)
		for i := range many {
			callers[i] = p.reach(numbered("name", i), []string{"Ada@example.com", "ada@EXAMPLE.com"}[i%2])
			require.Equal(t, 1, p.mail())
			tokens[i] = p.token()
		}
		_, errs := together(many, func(i int) (bool, error) { return true, p.Identity.VerifyEmail(p.ctx(), callers[i], tokens[i]) })
		requireRefused(t, errs, 1, identity.ErrEmailToken)
		for i, err := range errs {
			require.Equal(t, err == nil, p.emailOf(callers[i]).Verified != "")
		}
		p.sound()
	})
}

// Of one token at many places at once, one verifies.
func TestATokenVerifiesOnce(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada := p.reach("ada", "ada@example.com")
		p.mail()
		token := p.token()
		_, errs := together(8, func(int) (bool, error) { return true, p.Identity.VerifyEmail(p.ctx(), ada, token) })
		requireRefused(t, errs, 1, identity.ErrEmailToken)
	})
}

// The newest letter is the one that works, and until its address is proven the one before it stays.
func TestOnlyTheNewestLetterWorks(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada := p.reach("ada", "ada@example.com")
		p.mail()
		first := p.token()
		require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada))
		require.ErrorIs(t, p.Identity.VerifyEmail(p.ctx(), ada, first), identity.ErrEmailToken)
		require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada))
		require.Equal(t, 1, p.mail(), "the other is dropped: one has followed it")
		require.Len(t, p.box.Letters(), 2)
		require.Equal(t, 1, p.mailsIn(identity.MailDropped))
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), ada, p.token()))

		n := len(p.told())
		require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada))
		require.Len(t, p.told(), n, "there is nothing to prove: the answer is the same and nothing happens")

		next := "next@example.com"
		changed, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Email: &next})
		require.NoError(t, err)
		require.Equal(t, identity.EmailAddress("ada@example.com"), changed.Email.Verified)
		p.mail()
		p.clock.Advance(identity.EmailTokenLife)
		require.ErrorIs(t, p.Identity.VerifyEmail(p.ctx(), ada, p.token()), identity.ErrEmailToken)
		require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada))
		p.mail()
		p.clock.Advance(identity.EmailTokenLife - time.Microsecond)
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), ada, p.token()))
		require.Equal(t, identity.EmailAddress(next), p.emailOf(ada).Verified)

		forget, back := "", "ADA@example.com"
		_, err = p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Email: &forget})
		require.NoError(t, err)
		require.Zero(t, p.emailOf(ada).Verified)
		bea := p.reach("bea", back)
		p.mail()
		require.NoError(t, p.Identity.VerifyEmail(p.ctx(), bea, p.token()), "what was forgotten is free")
		p.sound()
	})
}

// undeliverable is a mailer that does not work.
type undeliverable struct {
	err   error
	calls int
}

func (b *undeliverable) Send(context.Context, identity.Letter) error { b.calls++; return b.err }

// P-43: a mail that cannot be sent undoes nothing, keeps nobody from anything, and is parked in the end,
// where it is seen.
func TestAMailThatCannotBeSentUndoesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   error
		tries int
		code  string
	}{
		"nobody_answers":     {ports.ErrMailer.Because(errors.New("dial")), identity.MaxMailTries, "mailer_unavailable"},
		"refused_for_good":   {ports.ErrMailRefused, 1, "mail_refused"},
		"an_unknown_error":   {errors.New("what is this"), identity.MaxMailTries, fault.ErrInternal.Code()},
		"a_letter_like_none": {identity.ErrLetter, 1, "letter_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mailer := &undeliverable{err: test.err}
			w := newWorld(t, func(c *twist.Config) { c.Mailer = mailer })
			ada := w.reach("ada", "ada@example.com")
			for range 20 {
				require.Zero(t, w.mail())
				w.clock.Advance(6 * time.Hour)
			}
			require.Equal(t, test.tries, mailer.calls)
			parked, err := w.Identity.Mails(w.ctx(), identity.MailParked, "", 10)
			require.NoError(t, err)
			require.Len(t, parked, 1)
			require.Equal(t, ada.Account, parked[0].Account)
			require.Equal(t, test.code, parked[0].Fault)
			found, err := w.Identity.Influencer(w.ctx(), "ada")
			require.NoError(t, err)
			require.Equal(t, ada.Account, found.Account)
			mailer.err = nil
			require.NoError(t, w.Identity.ResendEmail(w.ctx(), ada))
			require.Equal(t, 1, w.mail(), "asking again makes another")
			w.sound()
		})
	}
}

// Without a mailer letters wait, and leave when there is one.
func TestMailsWaitForAMailer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.reach("ada", "ada@example.com")
	require.Zero(t, w.mail())
	w.clock.Advance(30 * day)
	require.Equal(t, 1, w.mailsIn(identity.MailWaiting))
	box := &memory.Mailer{}
	w.start(func(c *twist.Config) { c.Mailer = box })
	require.Equal(t, 1, w.mail())
	require.NoError(t, w.Identity.VerifyEmail(w.ctx(), w.signIn("ada"), tokenOf(box.Letters()[0])), "its day begins when it leaves")
}

// faultyMailer is a mailer that fails as planned, after the same count of calls as the store beside it.
type faultyMailer struct {
	ports.Mailer

	plan *plan
}

func (f *faultyMailer) Send(ctx context.Context, l identity.Letter) error {
	return f.plan.around(func() error { return f.Mailer.Send(ctx, l) })
}

// P-43, P-51: wherever the sender dies or is let down, before an effect or after it, the letter is sent, at
// most twice, and the newest one works.
func TestAMailIsNeverLost(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for _, panics := range []bool{false, true} {
			reached := true
			for at := 1; reached; at++ {
				reached = survives(t, &plan{at: at, after: after, panics: panics})
			}
		}
	}
}

func survives(t *testing.T, plan *plan) bool {
	t.Helper()
	p := newPostal(t, newWorld)
	ada := p.reach("ada", "ada@example.com")
	doomed := p.another(func(c *twist.Config) {
		c.Store, c.Mailer = &faulty{Store: p.store, plan: plan}, &faultyMailer{Mailer: p.box, plan: plan}
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = doomed.Identity.SendMails(p.ctx())
	}()
	for range 3 {
		p.clock.Advance(identity.MailLease)
		p.start(func(c *twist.Config) { c.Mailer = p.box })
		p.mail()
	}
	letters := p.box.Letters()
	require.NotEmpty(t, letters, "%+v", plan)
	require.LessOrEqual(t, len(letters), 2, "%+v", plan)
	require.Equal(t, 1, p.mailsIn(identity.MailSent))
	require.NoError(t, p.Identity.VerifyEmail(p.ctx(), ada, p.token()), "%+v", plan)
	p.sound()
	return plan.reached()
}

// Of many workers at once one sends each letter.
func TestWorkersShareTheMail(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		for i := range 6 {
			p.reach(numbered("name", i), numbered("a", i)+"@example.com")
		}
		sent, errs := together(6, func(int) (int, error) { return p.Identity.SendMails(p.ctx()) })
		requireAll(t, errs)
		all := 0
		for _, n := range sent {
			all += n
		}
		require.Equal(t, 6, all)
		require.Len(t, p.box.Letters(), 6)
		to := map[identity.EmailAddress]bool{}
		for _, l := range p.box.Letters() {
			to[l.To] = true
		}
		require.Len(t, to, 6)
	})
}

// What one account can have written to others ends somewhere.
func TestMailsAreLimited(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld)
	ada := p.reach("ada", "a0@example.com")
	for i := 1; i < identity.MaxVerifications; i++ {
		address := fmt.Sprintf("a%d@example.com", i)
		_, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Email: &address})
		require.NoError(t, err)
	}
	before, n := p.emailOf(ada), len(p.told())
	more, name := "b@example.com", "Another"
	_, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Email: &more, DisplayName: &name})
	require.ErrorIs(t, err, identity.ErrEmailLimit)
	require.ErrorIs(t, p.Identity.ResendEmail(p.ctx(), ada), identity.ErrEmailLimit)
	require.Equal(t, before, p.emailOf(ada))
	require.Len(t, p.told(), n)
	found, err := p.Identity.Influencer(p.ctx(), "ada")
	require.NoError(t, err)
	require.Equal(t, "ada", found.DisplayName, "all of a change or nothing")
	p.clock.Advance(day)
	require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada))
}

// Fields that calls change at once are changed each; of one field the later call decides.
func TestChangesOfDifferentFieldsAreAllKept(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada := p.reach("ada", "")
		name, bio := "Ada L.", "Counts.\nWrites."
		_, errs := together(16, func(i int) (twist.Profile, error) {
			change := twist.ProfileChange{DisplayName: &name}
			if i%2 == 1 {
				change = twist.ProfileChange{Bio: &bio}
			}
			return p.Identity.ChangeProfile(p.ctx(), ada, change)
		})
		requireAll(t, errs)
		got, err := p.Identity.Profile(p.ctx(), ada)
		require.NoError(t, err)
		require.Equal(t, name, got.Influencer.DisplayName)
		require.Equal(t, bio, got.Influencer.Bio)
		changes := 0
		for _, e := range p.told() {
			if e.Kind == journal.InfluencerChanged {
				changes++
			}
		}
		require.Equal(t, 2, changes, "what changes nothing tells nothing")
		_, err = p.Identity.ChangeProfile(p.ctx(), p.signIn("fay"), twist.ProfileChange{Bio: &bio})
		require.ErrorIs(t, err, identity.ErrInfluencerNotFound)
	})
}

// P-39: a name that is taken and one that is reserved are told apart by nothing.
func TestAvailability(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld)
	p.reach("ada", "")
	for name, want := range map[string]twist.Availability{
		"free-1": {Available: true}, "ADA": {}, "ada": {}, "official": {}, "availability": {}, "0ffic1al": {},
		"": {Malformed: true}, "ab": {Malformed: true}, "a b c": {Malformed: true}, "a\x00b": {Malformed: true}, "ad\xffa": {Malformed: true},
		strings.Repeat("a", 30): {Available: true}, strings.Repeat("a", 31): {Malformed: true},
	} {
		got, err := p.Identity.Available(p.ctx(), name)
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", name)
	}
}
