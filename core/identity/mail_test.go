package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

func queued() identity.Mail { return identity.QueueMail("mail_1", "acct_1", "verif_1", start) }

func claimed(t *testing.T, m identity.Mail, at time.Time) identity.Mail {
	t.Helper()
	m, changed := m.Claim(at)
	require.True(t, changed)
	return m
}

func TestAMailIsClaimedWhenItIsDue(t *testing.T) {
	t.Parallel()
	m := claimed(t, queued(), start)
	require.Equal(t, 1, m.Tries)
	require.Equal(t, start.Add(identity.MailLease).UTC(), m.DueAt)
	_, changed := m.Claim(start.Add(identity.MailLease - time.Microsecond))
	require.False(t, changed, "it is somebody's")
	m = claimed(t, m, start.Add(identity.MailLease))
	require.Equal(t, 2, m.Tries, "its claimer never came back")
	sent, changed := m.Sent(2, start)
	require.True(t, changed)
	require.Equal(t, identity.MailSent, sent.State)
	_, changed = sent.Claim(start.Add(day))
	require.False(t, changed)
}

func TestATryThatWasFollowedSaysNothing(t *testing.T) {
	t.Parallel()
	m := claimed(t, claimed(t, queued(), start), start.Add(identity.MailLease))
	_, changed := m.Sent(1, start)
	require.False(t, changed)
	_, changed = m.Failed(1, "x", true, start)
	require.False(t, changed)
	_, changed = m.Drop(start).Sent(2, start)
	require.False(t, changed)
}

func TestAMailIsTriedAgainAndThenParked(t *testing.T) {
	t.Parallel()
	m, at := queued(), start
	var waits []time.Duration
	for m.State == identity.MailWaiting {
		m = claimed(t, m, at)
		var changed bool
		m, changed = m.Failed(m.Tries, "mailer_unavailable", false, at)
		require.True(t, changed)
		require.Equal(t, "mailer_unavailable", m.Fault)
		if m.State == identity.MailWaiting {
			waits, at = append(waits, m.DueAt.Sub(at)), m.DueAt
		}
	}
	require.Equal(t, identity.MailParked, m.State)
	require.Equal(t, identity.MaxMailTries, m.Tries)
	require.Equal(t, []time.Duration{
		time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute, 6 * time.Hour, 6 * time.Hour,
	}, waits)
	require.Less(t, at.Sub(start), day, "a letter that leaves at last still has a day to be answered")
}

func TestAMailWhoseLastClaimerDiedIsParked(t *testing.T) {
	t.Parallel()
	m, at := queued(), start
	for range identity.MaxMailTries {
		m = claimed(t, m, at)
		require.Equal(t, identity.MailWaiting, m.State)
		at = at.Add(identity.MailLease)
	}
	m = claimed(t, m, at)
	require.Equal(t, identity.MailParked, m.State)
	require.Equal(t, identity.MaxMailTries, m.Tries)
}

func TestARefusalForGoodParks(t *testing.T) {
	t.Parallel()
	m, changed := claimed(t, queued(), start).Failed(1, "mail_refused", true, start)
	require.True(t, changed)
	require.Equal(t, identity.MailParked, m.State)
}

func TestMailStates(t *testing.T) {
	t.Parallel()
	for _, state := range identity.MailStates() {
		require.NoError(t, state.Check())
	}
	require.ErrorIs(t, identity.MailState("").Check(), identity.ErrMailState)
}

// P-52: nothing that a user wrote is in a letter, and the token stands where no server sees it.
func TestTheLetter(t *testing.T) {
	t.Parallel()
	letter := identity.VerificationLetter(site(), claimed(t, queued(), start), "ada@example.com", token)
	require.NoError(t, letter.Check())
	require.Equal(t, "mail_1.1", letter.ID)
	require.Equal(t, identity.EmailAddress("ada@example.com"), letter.To)
	require.Equal(t, "Confirm your email address for pay.example.com", letter.Subject)
	require.Contains(t, letter.Text, "\nhttps://pay.example.com/verify-email#token="+token+"\n")
	require.Equal(t, 1, strings.Count(letter.Text, token))
	require.NotContains(t, letter.Subject, token)
	again := identity.VerificationLetter(site(), claimed(t, claimed(t, queued(), start), start.Add(day)), "ada@example.com", other)
	require.NotEqual(t, letter.ID, again.ID, "another token, another letter")
}

// P-52: what ends a line or a header, or turns a text around, is in no letter.
func TestALetterThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*identity.Letter){
		"no_address":          func(l *identity.Letter) { l.To = "" },
		"a_bad_address":       func(l *identity.Letter) { l.To = "a@b.io\r\nBcc: c@d.io" },
		"two_addresses":       func(l *identity.Letter) { l.To = "a@b.io,c@d.io" },
		"no_id":               func(l *identity.Letter) { l.ID = "" },
		"an_id_of_two_lines":  func(l *identity.Letter) { l.ID = "a\nb" },
		"an_id_in_brackets":   func(l *identity.Letter) { l.ID = "a>" },
		"no_subject":          func(l *identity.Letter) { l.Subject = "" },
		"a_subject_with_CR":   func(l *identity.Letter) { l.Subject = "a\rBcc: c@d.io" },
		"a_subject_with_LF":   func(l *identity.Letter) { l.Subject = "a\nBcc: c@d.io" },
		"a_subject_with_NUL":  func(l *identity.Letter) { l.Subject = "a\x00" },
		"a_subject_with_NEL":  func(l *identity.Letter) { l.Subject = "a\u0085b" },
		"a_subject_with_LS":   func(l *identity.Letter) { l.Subject = "a\u2028b" },
		"a_reversed_subject":  func(l *identity.Letter) { l.Subject = "a\u202eb" },
		"a_subject_not_UTF-8": func(l *identity.Letter) { l.Subject = "\xff" },
		"a_long_subject":      func(l *identity.Letter) { l.Subject = strings.Repeat("a", 201) },
		"no_text":             func(l *identity.Letter) { l.Text = "" },
		"a_text_with_CR":      func(l *identity.Letter) { l.Text = "a\r\n.\r\nMAIL FROM" },
		"a_text_with_NUL":     func(l *identity.Letter) { l.Text = "a\x00" },
		"a_long_text":         func(l *identity.Letter) { l.Text = strings.Repeat("a", 10_001) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letter := identity.Letter{ID: "mail_1.1", To: "a@b.io", Subject: strings.Repeat("ü", 100), Text: strings.Repeat("a", 10_000)}
			require.NoError(t, letter.Check())
			spoil(&letter)
			require.ErrorIs(t, letter.Check(), identity.ErrLetter)
		})
	}
}

// A mail that nobody claimed yet is put off; one that is with somebody, or was tried, is not.
func TestAMailIsPutOff(t *testing.T) {
	t.Parallel()
	m, changed := queued().PutOff(time.Hour, start)
	require.True(t, changed)
	require.Zero(t, m.Tries)
	require.False(t, m.Due(start.Add(time.Hour-time.Microsecond)))
	require.True(t, m.Due(start.Add(time.Hour)))
	for name, m := range map[string]identity.Mail{
		"put off": m, "claimed": claimed(t, queued(), start), "dropped": queued().Drop(start),
	} {
		_, changed := m.PutOff(time.Hour, start)
		require.False(t, changed, name)
	}
	tried := claimed(t, queued(), start)
	_, changed = tried.PutOff(time.Hour, tried.DueAt)
	require.False(t, changed, "its tries have waits of their own")
	_, changed = queued().PutOff(0, start)
	require.False(t, changed)
}
