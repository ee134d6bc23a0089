// Package smtp hands letters to a mail server.
//
// Only boot imports it. Its invariant: nothing leaves over a line that others can read, unless the line
// never leaves the machine; and a letter that a server answered for is sent, whatever happens after.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Options is what a Mailer is made of.
type Options struct {
	// URL is the server: smtp://user:password@host:587. Without a user it is not authenticated to.
	URL string
	// From is the address that letters come from.
	From string
	// Timeout is how long one letter may take from the first byte to the last; zero means 30 seconds.
	Timeout time.Duration
	// TLS says whom to believe to be the server; nil means whom the system believes.
	TLS *tls.Config
	// Dial opens the connection; nil means the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Errors of a configuration. They never show the URL: it holds a password.
var (
	ErrURL  = errors.New("it is not smtp://user:password@host:port")
	ErrFrom = errors.New("it is not an email address")
)

// submission is the port where a server takes letters from those who have them sent (RFC 6409).
const submission = 587

// Mailer hands letters to one server, with a connection for each. It is safe for concurrent use.
type Mailer struct {
	options  Options
	host     string
	port     int
	user     *url.Userinfo
	from     identity.EmailAddress
	security mail.TLSPolicy
}

// New makes a Mailer, or returns ErrURL or ErrFrom. It connects to nothing.
func New(o Options) (*Mailer, error) {
	from, err := identity.ParseEmail(o.From)
	if err != nil {
		return nil, ErrFrom
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "smtp" || u.Hostname() == "" || u.Path+u.RawQuery+u.Fragment != "" {
		return nil, ErrURL
	}
	port := submission
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65_535 {
			return nil, ErrURL
		}
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	m := &Mailer{options: o, host: u.Hostname(), port: port, user: u.User, from: from, security: mail.TLSMandatory}
	if local(m.host) {
		m.security = mail.TLSOpportunistic
	}
	return m, nil
}

// local reports this machine itself: nobody stands on the line.
func local(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Send hands a letter to the server. Its id becomes the Message-ID, by which many mailboxes show a letter
// that arrives twice once.
func (m *Mailer) Send(ctx context.Context, letter identity.Letter) error {
	if ports.InUnit(ctx) {
		return ports.ErrNested
	}
	message, err := m.message(letter)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return ports.ErrMailer.Because(err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.options.Timeout)
	defer cancel()
	client, err := m.client(ctx)
	if err != nil {
		return ports.ErrMailer.Because(err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return ports.ErrMailer.Because(err)
	}
	defer func() { _ = client.CloseWithSMTPClient(session) }() // the letter is sent or not, however they part
	err = client.SendWithSMTPClient(session, message)
	switch {
	case err == nil, message.IsDelivered():
		return nil
	case final(err):
		return ports.ErrMailRefused.Because(err)
	default:
		return ports.ErrMailer.Because(err)
	}
}

// message writes a letter as mail.
func (m *Mailer) message(letter identity.Letter) (*mail.Msg, error) {
	if err := letter.Check(); err != nil {
		return nil, err
	}
	message := mail.NewMsg()
	if err := errors.Join(message.From(string(m.from)), message.To(string(letter.To))); err != nil {
		return nil, identity.ErrLetter.Because(err)
	}
	message.Subject(letter.Subject)
	message.SetMessageIDWithValue(letter.ID + "@" + m.from.Domain())
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // no holiday answers it (RFC 3834)
	message.SetBodyString(mail.TypeTextPlain, letter.Text)
	return message, nil
}

// client is one conversation's. It ends with ctx, whoever is silent.
func (m *Mailer) client(ctx context.Context) (*mail.Client, error) {
	options := []mail.Option{
		mail.WithPort(m.port), mail.WithTLSPolicy(m.security), mail.WithTimeout(m.options.Timeout), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(_ context.Context, network, address string) (net.Conn, error) {
			line, err := m.options.Dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, func() { _ = line.Close() })
			return line, nil
		}),
	}
	config := &tls.Config{}
	if m.options.TLS != nil {
		config = m.options.TLS.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	if config.ServerName == "" {
		config.ServerName = m.host
	}
	options = append(options, mail.WithTLSConfig(config))
	if m.user != nil {
		password, _ := m.user.Password()
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.user.Username()), mail.WithPassword(password))
	}
	client, err := mail.NewClient(m.host, options...)
	if err != nil {
		return nil, fmt.Errorf("smtp client: %w", err)
	}
	return client, nil
}

// final reports a refusal that another try would meet again: of this address or this letter, with a code
// that says so. One of the sender concerns every letter and is for people to put right.
func final(err error) bool {
	var refused *mail.SendError
	if !errors.As(err, &refused) || refused.ErrorCode()/100 != 5 {
		return false
	}
	return refused.Reason == mail.ErrSMTPRcptTo || refused.Reason == mail.ErrSMTPData || refused.Reason == mail.ErrSMTPDataClose
}
