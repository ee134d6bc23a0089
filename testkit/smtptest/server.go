// Package smtptest is a mail server for a test, in its process: it speaks SMTP on a port of its own and
// keeps what it is handed.
//
// Only tests import it. It delivers nothing to anybody.
package smtptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Host is a name on the server's certificate that is not this machine's.
const Host = "mail.example.com"

// Who may have letters sent where the server asks.
const (
	User     = "twist"
	Password = "correct horse"
)

// Settings change what a server is.
type Settings struct {
	Plain bool // offers no STARTTLS
	Auth  bool // takes letters of User only
	Curt  bool // hangs up as soon as it has answered for a letter
}

// Received is a letter as it came in.
type Received struct {
	From, To  string
	Data      []byte
	Encrypted bool
}

// Server is a mail server that runs until its test ends.
type Server struct {
	Address string         // host:port on this machine
	Trust   *x509.CertPool // who signed its certificate

	settings Settings
	mu       sync.Mutex
	answers  map[string]*smtp.SMTPError
	after    func()
	received []Received
}

// Start runs a server.
func Start(t testing.TB, s Settings) *Server {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &Server{Address: listener.Addr().String(), settings: s, answers: map[string]*smtp.SMTPError{}, Trust: x509.NewCertPool()}
	protocol := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: server, conn: c}, nil
	}))
	protocol.Domain, protocol.MaxMessageBytes, protocol.ErrorLog = Host, 1<<20, log.New(io.Discard, "", 0)
	if !s.Plain {
		certificate := issue(t)
		server.Trust.AddCert(certificate.Leaf)
		protocol.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	ended := make(chan error, 1)
	go func() { ended <- protocol.Serve(listener) }()
	t.Cleanup(func() {
		_ = protocol.Close()
		_ = listener.Close() // Serve may not have known of it yet
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return server
}

// issue makes a certificate that signed itself.
func issue(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{Host, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}
}

// Answer makes the server answer a command, MAIL, RCPT or DATA, with a code from now on; 0 ends that.
func (s *Server) Answer(command string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[command] = nil
	if code != 0 {
		s.answers[command] = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCodeNotSet, Message: "as the test wants it"}
	}
}

// AfterData runs fn each time a letter was kept, before the server answers for it.
func (s *Server) AfterData(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = fn
}

// Received gives what came in, in order.
func (s *Server) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.received...)
}

func (s *Server) answer(command string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer := s.answers[command]; answer != nil {
		return answer
	}
	return nil
}

// session is one conversation.
type session struct {
	server   *Server
	conn     *smtp.Conn
	known    bool
	kept     bool
	from, to string
}

// AuthMechanisms offers what the server asks for.
func (s *session) AuthMechanisms() []string {
	if !s.server.settings.Auth {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth asks who has the letter sent.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.known = user == User && password == Password; !s.known {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// Mail begins a letter.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.settings.Auth && !s.known {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return s.server.answer("MAIL")
}

// Rcpt addresses it.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.server.answer("RCPT")
}

// Data keeps it.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.server.answer("DATA"); err != nil {
		return err
	}
	s.kept = true
	_, encrypted := s.conn.TLSConnectionState()
	s.server.mu.Lock()
	s.server.received = append(s.server.received, Received{From: s.from, To: s.to, Data: data, Encrypted: encrypted})
	after := s.server.after
	s.server.mu.Unlock()
	if after != nil {
		after()
	}
	return nil
}

// Reset forgets the letter that was begun, or ended: it was answered for by now.
func (s *session) Reset() {
	s.from, s.to = "", ""
	if s.kept && s.server.settings.Curt {
		_ = s.conn.Conn().Close() // its own Close waits for this to return
	}
}

// Logout has nothing to give back.
func (*session) Logout() error { return nil }
