package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestMailer(t *testing.T) {
	t.Parallel()
	contract.Mailer(t, func(*testing.T) contract.MailerUnderTest {
		m := &memory.Mailer{}
		return contract.MailerUnderTest{Mailer: m, Arrived: m.Letters}
	})
}

func TestALetterIsKeptOnce(t *testing.T) {
	t.Parallel()
	m, letter := &memory.Mailer{}, identity.Letter{ID: "mail_1.1", To: "a@b.io", Subject: "s", Text: "t"}
	require.NoError(t, m.Send(t.Context(), letter))
	require.NoError(t, m.Send(t.Context(), letter))
	require.Equal(t, []identity.Letter{letter}, m.Letters())
}
