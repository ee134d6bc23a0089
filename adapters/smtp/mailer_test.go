package smtp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/smtp"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
	"github.com/twist-platform/twist/testkit/smtptest"
)

const from = "noreply@pay.example.com"

// a letter that nothing is wrong with.
var good = identity.Letter{ID: "mail_1.1", To: "ada@example.com", Subject: "Hello", Text: "Hello.\n"}

// open makes a mailer for a server, under a name that is not this machine's unless told otherwise.
func open(t *testing.T, server *smtptest.Server, url string) *smtp.Mailer {
	t.Helper()
	m, err := smtp.New(smtp.Options{
		URL: url, From: from, TLS: &tls.Config{RootCAs: server.Trust, MinVersion: tls.VersionTLS12},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Address)
		},
	})
	require.NoError(t, err)
	return m
}

func TestMailer(t *testing.T) {
	t.Parallel()
	contract.Mailer(t, func(t *testing.T) contract.MailerUnderTest {
		server := smtptest.Start(t, smtptest.Settings{})
		return contract.MailerUnderTest{
			Mailer: open(t, server, "smtp://"+smtptest.Host),
			Arrived: func() (letters []identity.Letter) {
				for _, received := range server.Received() {
					require.True(t, received.Encrypted)
					letters = append(letters, read(t, received))
				}
				return letters
			},
		}
	})
}

// read reads a letter as a mail program does.
func read(t *testing.T, received smtptest.Received) identity.Letter {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(received.Data))
	require.NoError(t, err)
	header := message.Header
	require.Equal(t, from, received.From)
	require.Equal(t, []string{"<" + from + ">"}, header["From"])
	require.Equal(t, []string{"<" + received.To + ">"}, header["To"])
	require.Equal(t, []string{"auto-generated"}, header["Auto-Submitted"])
	for _, name := range []string{"Bcc", "Cc", "Reply-To"} {
		require.Empty(t, header[name])
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	require.NoError(t, err)
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "text/plain", kind)
	require.Equal(t, "UTF-8", parameters["charset"])
	require.Equal(t, "quoted-printable", header.Get("Content-Transfer-Encoding"))
	text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	require.NoError(t, err)
	id, ok := strings.CutSuffix(strings.TrimPrefix(header.Get("Message-Id"), "<"), "@pay.example.com>")
	require.True(t, ok, header.Get("Message-Id"))
	return identity.Letter{ID: id, To: identity.EmailAddress(received.To), Subject: subject, Text: strings.ReplaceAll(string(text), "\r\n", "\n")}
}

// Nothing leaves over a line that others can read: a server elsewhere without STARTTLS, or with a
// certificate of nobody we believe, is handed nothing, not even the password.
func TestNothingLeavesInTheClear(t *testing.T) {
	t.Parallel()
	plain := smtptest.Start(t, smtptest.Settings{Plain: true})
	require.ErrorIs(t, open(t, plain, "smtp://"+smtptest.Host).Send(t.Context(), good), ports.ErrMailer)
	require.ErrorIs(t, open(t, plain, "smtp://"+smtptest.User+":x@"+smtptest.Host).Send(t.Context(), good), ports.ErrMailer)
	require.Empty(t, plain.Received())

	unknown := smtptest.Start(t, smtptest.Settings{})
	unknown.Trust = smtptest.Start(t, smtptest.Settings{}).Trust // of another
	require.ErrorIs(t, open(t, unknown, "smtp://"+smtptest.Host).Send(t.Context(), good), ports.ErrMailer)
	require.Empty(t, unknown.Received())

	named := smtptest.Start(t, smtptest.Settings{})
	require.ErrorIs(t, open(t, named, "smtp://other.example.com").Send(t.Context(), good), ports.ErrMailer)
	require.Empty(t, named.Received())
}

// On this machine there is no line that others can read.
func TestThisMachineNeedsNoEncryption(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
		server := smtptest.Start(t, smtptest.Settings{Plain: true})
		require.NoError(t, open(t, server, "smtp://"+host).Send(t.Context(), good))
		require.Len(t, server.Received(), 1)
		require.False(t, server.Received()[0].Encrypted)
	}
	server := smtptest.Start(t, smtptest.Settings{})
	require.NoError(t, open(t, server, "smtp://localhost").Send(t.Context(), good))
	require.True(t, server.Received()[0].Encrypted, "where it is offered it is taken")
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Settings{Auth: true})
	send := func(user string) error { return open(t, server, "smtp://"+user+smtptest.Host).Send(t.Context(), good) }
	require.NoError(t, send(smtptest.User+":correct%20horse@"))
	err := send(smtptest.User + ":wrong-password@")
	require.ErrorIs(t, err, ports.ErrMailer)
	require.NotContains(t, err.Error(), "wrong-password")
	require.ErrorIs(t, send(""), ports.ErrMailer, "what concerns every letter parks none")
	require.Len(t, server.Received(), 1)
}

// P-43: a refusal for good is told from one that may pass.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command string
		code    int
		want    error
	}{
		"a_recipient_who_is_not_there": {"RCPT", 550, ports.ErrMailRefused},
		"a_letter_nobody_takes":        {"DATA", 554, ports.ErrMailRefused},
		"a_recipient_later":            {"RCPT", 451, ports.ErrMailer},
		"a_letter_later":               {"DATA", 452, ports.ErrMailer},
		"a_sender_nobody_knows":        {"MAIL", 550, ports.ErrMailer},
		"a_sender_later":               {"MAIL", 421, ports.ErrMailer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, smtptest.Settings{})
			m := open(t, server, "smtp://"+smtptest.Host)
			server.Answer(test.command, test.code)
			require.ErrorIs(t, m.Send(t.Context(), good), test.want)
			require.Empty(t, server.Received())
			server.Answer(test.command, 0)
			require.NoError(t, m.Send(t.Context(), good))
			require.Len(t, server.Received(), 1)
		})
	}
}

// A server that says nothing is waited for no longer than a letter may take, wherever it falls silent.
func TestSilence(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	m, err := smtp.New(smtp.Options{URL: "smtp://" + listener.Addr().String(), From: from, Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	require.ErrorIs(t, m.Send(t.Context(), good), ports.ErrMailer)

	server := smtptest.Start(t, smtptest.Settings{})
	stay := make(chan struct{})
	t.Cleanup(func() { close(stay) })
	server.AfterData(func() { <-stay })
	ctx, cancel := context.WithCancel(t.Context())
	server.AfterData(func() { cancel(); <-stay })
	require.ErrorIs(t, open(t, server, "smtp://"+smtptest.Host).Send(ctx, good), ports.ErrMailer)
	require.Len(t, server.Received(), 1, "nobody knows: it may have gone out all the same")
}

// A letter that a server answered for is sent, however they part.
func TestAServerThatHangsUp(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Settings{Curt: true})
	require.NoError(t, open(t, server, "smtp://"+smtptest.Host).Send(t.Context(), good))
	require.Len(t, server.Received(), 1)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	m, err := smtp.New(smtp.Options{URL: "smtp://" + listener.Addr().String(), From: from})
	require.NoError(t, err)
	require.ErrorIs(t, m.Send(t.Context(), good), ports.ErrMailer)
}

// A configuration that cannot work is refused, and its password is not shown.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "mail.example.com", "http://mail.example.com", "smtps://mail.example.com", "smtp://", "smtp://:25", "smtp://u:pass-word@h:0",
		"smtp://u:pass-word@h:65536", "smtp://u:pass-word@h:x", "smtp://u:pass-word@h/path", "smtp://u:pass-word@h?x=y", "smtp://u:pass-word@h#f",
	} {
		_, err := smtp.New(smtp.Options{URL: url, From: from})
		require.Equal(t, smtp.ErrURL, err, url)
	}
	for _, bad := range []string{"", "nobody", "Ada <ada@example.com>", "a@b.io\r\nBcc: c@d.io"} {
		_, err := smtp.New(smtp.Options{URL: "smtp://localhost", From: bad})
		require.Equal(t, smtp.ErrFrom, err)
	}
}
