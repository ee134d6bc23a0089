package identity_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// long makes an address of n bytes, with labels of at most 63.
func long(n int) string {
	const local = "a@"
	domain := strings.Repeat(strings.Repeat("b", 62)+".", 5)
	return local + domain[:n-len(local)-3] + ".io"
}

var goodAddresses = []string{
	"a@b.io", "ada@example.com", "Ada.Lovelace+twist@Example.co.uk", "a!#$%&'*+-/=?^_`{|}~b@example.com", "1@1.example", "a@xn--bcher-kva.example",
	strings.Repeat("a", 64) + "@example.com", "a@" + strings.Repeat("b", 63) + ".com", "a@b-c.io", "a@b.c9",
}

var badAddresses = []string{
	"", "a", "@", "a@", "@b.io", "a@b", "a@localhost", "a@@b.io", "a@b@c.io", "a b@c.io", " a@b.io", "a@b.io ", "a@b.io\n", "a\r\n@b.io",
	"a@b.io\r\nBcc: x@y.io", "a@b.io\x00", "\x00a@b.io", "ä@b.io", "a@bücher.example", "a@b\u200b.io", "a\u202e@b.io", "a@b.io\u2028", "a\xff@b.io",
	".a@b.io", "a.@b.io", "a..b@c.io", "a@.b.io", "a@b..io", "a@b.io.", "a@-b.io", "a@b-.io", "a@b.i", "a@b.123", "a@127.0.0.1", "a@[127.0.0.1]",
	"\"a b\"@c.io", "a(x)@b.io", "Ada <a@b.io>", "<a@b.io>", "a@b.io,c@d.io", "a@b.io;c@d.io", "a:b@c.io", "a\\b@c.io", "a@b_c.io", "a@b.io>",
	strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("b", 64) + ".com",
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	require.Len(t, long(254), 254)
	for _, text := range append(goodAddresses, long(254)) {
		got, err := identity.ParseEmail(text)
		require.NoError(t, err, text)
		require.Equal(t, identity.EmailAddress(text), got)
		require.Equal(t, strings.ToLower(text), got.Key())
		_, domain, _ := strings.Cut(text, "@")
		require.Equal(t, domain, got.Domain())
	}
	for _, text := range append(badAddresses, long(255)) {
		got, err := identity.ParseEmail(text)
		require.ErrorIs(t, err, identity.ErrEmail, "%q", text)
		require.Empty(t, got)
	}
}

// P-52: what is taken for an address is one address to every other reader too, and never ends a line.
func FuzzParseEmail(f *testing.F) {
	for _, text := range append(append([]string{}, goodAddresses...), badAddresses...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := identity.ParseEmail(text)
		if err != nil {
			require.ErrorIs(t, err, identity.ErrEmail)
			require.Empty(t, got)
			return
		}
		require.Equal(t, text, string(got))
		require.LessOrEqual(t, len(text), 254)
		for _, c := range []byte(text) {
			require.Truef(t, c > ' ' && c < 0x7f && !strings.ContainsRune("()<>,;:\\\"[]", rune(c)), "%q", text)
		}
		read, err := mail.ParseAddress(text)
		require.NoError(t, err, text)
		require.Equal(t, mail.Address{Address: text}, *read)
		list, err := mail.ParseAddressList(text)
		require.NoError(t, err)
		require.Len(t, list, 1)
		again, err := identity.ParseEmail(got.Key())
		require.NoError(t, err)
		require.Equal(t, got.Key(), again.Key())
		box, err := identity.ParseEmail(got.Mailbox())
		require.NoError(t, err, "a mailbox has an address")
		require.Equal(t, got.Mailbox(), box.Mailbox(), "which is its own")
		require.Equal(t, got.Mailbox(), again.Mailbox(), "in whatever case")
		if local, domain, _ := strings.Cut(text, "@"); len(local) < 62 && len(text) < 252 && !strings.HasPrefix(local, "+") {
			require.Equal(t, got.Mailbox(), identity.EmailAddress(local+"+x@"+domain).Mailbox(), "with whatever tag")
		}
	})
}

// I-17: one mailbox has many addresses at hosts that say so, and at no other.
func TestMailboxes(t *testing.T) {
	t.Parallel()
	for address, box := range map[identity.EmailAddress]string{
		"Ada@Example.com": "ada@example.com", "ada+shop@example.com": "ada@example.com", "a.da@example.com": "a.da@example.com",
		"A.D.A@gmail.com": "ada@gmail.com", "ada+shop@GoogleMail.com": "ada@gmail.com", "a.da+s.hop@gmail.com": "ada@gmail.com",
		"a.da@gmail.com.example.com": "a.da@gmail.com.example.com", "a.da@mail.gmail.com": "a.da@mail.gmail.com",
		"ada@XN--BCHER-KVA.example": "ada@xn--bcher-kva.example", "+a.b@gmail.com": "+ab@gmail.com",
	} {
		require.Equal(t, box, address.Mailbox(), address)
	}
}

func TestInboxes(t *testing.T) {
	t.Parallel()
	for address, inbox := range map[identity.EmailAddress]string{
		"Ada@Example.com": "ada@example.com", "ada+one@example.com": "ada@example.com",
		"ada+one+two@example.com": "ada@example.com", "+one@example.com": "+one@example.com",
	} {
		require.Equal(t, inbox, address.Inbox())
	}
}
