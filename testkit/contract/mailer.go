package contract

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// MailerUnderTest is a mailer, and what arrived where its letters go: the text as it was meant, and as id
// what the letter carries.
type MailerUnderTest struct {
	Mailer  ports.Mailer
	Arrived func() []identity.Letter
}

// Mailer is the specification of ports.Mailer. What open returns has an empty box of its own.
func Mailer(t *testing.T, open func(t *testing.T) MailerUnderTest) {
	for name, test := range map[string]func(*testing.T, MailerUnderTest){
		"a_letter_arrives_as_it_stands":          mailerDelivers,
		"letters_sent_at_once_arrive_each":       mailerRace,
		"a_letter_that_fails_its_check_goes_not": mailerChecks,
		"an_ended_context_sends_nothing":         mailerEnded,
		"inside_a_unit_of_work_nothing_is_sent":  mailerNested,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

func letter(n int) identity.Letter {
	return identity.Letter{
		ID: fmt.Sprintf("mail_%d.1", n), To: identity.EmailAddress(fmt.Sprintf("Star.%d+x@example.com", n)),
		Subject: fmt.Sprintf("Grüße №%d: a subject that is so long that it has to be folded into more than one line of a header", n),
		Text:    fmt.Sprintf("№%d\n.\n..two dots\n%s=\nFrom here to there 🎸 \nhttps://x.example/#token=%d\n", n, strings.Repeat("long ", 300), n),
	}
}

func mailerDelivers(t *testing.T, m MailerUnderTest) {
	for n := range 3 {
		require.NoError(t, m.Mailer.Send(t.Context(), letter(n)))
	}
	require.Equal(t, []identity.Letter{letter(0), letter(1), letter(2)}, m.Arrived())
}

func mailerRace(t *testing.T, m MailerUnderTest) {
	var turn, failed atomic.Int32
	race(func() {
		if err := m.Mailer.Send(t.Context(), letter(int(turn.Add(1)))); err != nil {
			failed.Add(1)
		}
	})
	require.Zero(t, failed.Load())
	arrived := map[string]identity.Letter{}
	for _, l := range m.Arrived() {
		arrived[l.ID] = l
	}
	require.Len(t, arrived, racers)
	for n := 1; n <= racers; n++ {
		require.Equal(t, letter(n), arrived[letter(n).ID])
	}
}

// mailerChecks is P-52: what would end a header, or the letter, leaves nobody's hand.
func mailerChecks(t *testing.T, m MailerUnderTest) {
	for _, spoil := range []func(*identity.Letter){
		func(l *identity.Letter) { l.To = "" },
		func(l *identity.Letter) { l.To = "a@b.io\r\nRCPT TO:<c@d.io>" },
		func(l *identity.Letter) { l.To = "a@b.io, c@d.io" },
		func(l *identity.Letter) { l.Subject = "a\r\nBcc: c@d.io" },
		func(l *identity.Letter) { l.Subject = "a\nb" },
		func(l *identity.Letter) { l.Text = "a\r\n.\r\nQUIT\r\n" },
		func(l *identity.Letter) { l.ID = "a>\r\nBcc: c@d.io" },
	} {
		l := letter(1)
		spoil(&l)
		require.ErrorIs(t, m.Mailer.Send(t.Context(), l), identity.ErrLetter)
	}
	require.Empty(t, m.Arrived())
}

func mailerEnded(t *testing.T, m MailerUnderTest) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, m.Mailer.Send(ended, letter(1)), ports.ErrMailer)
	require.Empty(t, m.Arrived())
}

func mailerNested(t *testing.T, m MailerUnderTest) {
	inside, err := ports.Begin(t.Context())
	require.NoError(t, err)
	err = m.Mailer.Send(inside, letter(1))
	require.ErrorIs(t, err, ports.ErrNested)
	require.Empty(t, m.Arrived())
}
