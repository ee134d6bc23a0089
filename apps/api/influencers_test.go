package api_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/testkit/smtptest"
)

// posted is a world whose letters go to a mail server.
type posted struct {
	*world

	server *smtptest.Server
}

func newPosted(t *testing.T) posted {
	t.Helper()
	server, operator := smtptest.Start(t, smtptest.Settings{Plain: true}), newParty(t)
	c := config(operator.wallet)
	c.SMTP, c.MailFrom = boot.NewSecret("smtp://"+server.Address), "noreply@example.com"
	w := newSystem(t, c)
	w.ada, w.fan, w.shop, w.stranger, w.operator = newParty(t), newParty(t), newParty(t), newParty(t), operator
	w.signIn()
	return posted{w, server}
}

// letters are the recipients and texts of what arrived, in order.
func (p posted) letters() (to, texts []string) {
	p.t.Helper()
	for _, received := range p.server.Received() {
		message, err := mail.ReadMessage(bytes.NewReader(received.Data))
		require.NoError(p.t, err)
		text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
		require.NoError(p.t, err)
		to, texts = append(to, received.To), append(texts, string(text))
	}
	return to, texts
}

// token is the one in the newest letter.
func (p posted) token() string {
	p.t.Helper()
	_, texts := p.letters()
	require.NotEmpty(p.t, texts)
	_, rest, found := strings.Cut(texts[len(texts)-1], "#token=")
	require.True(p.t, found)
	token, _, _ := strings.Cut(rest, "\r\n")
	return token
}

func (p posted) verify(by *party, token string) reply {
	p.t.Helper()
	return p.do(by, http.MethodPost, "/v1/influencers/me/email/verify", object{"token": token})
}

// P-43, P-51: from the registration to the proven address, over a mail server.
func TestAnEmailIsProvenOverMail(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	made := w.must(w.ada, "/v1/influencers", object{
		"username": "Ada", "display_name": "Ada 🎸", "bio": "Counts.\nWrites.", "email": "Ada@Example.com", "accept_terms": true,
	}).object()
	require.Equal(t, "Counts.\nWrites.", made["bio"])
	require.Equal(t, map[string]any{"pending": "Ada@Example.com"}, made["email"])
	require.Equal(t, "1", made["terms"].(map[string]any)["version"])
	w.work()
	to, texts := w.letters()
	require.Equal(t, []string{"Ada@Example.com"}, to)
	for _, hers := range []string{"Counts", "🎸", string(w.ada.account), string(w.ada.wallet)} {
		require.NotContains(t, texts[0], hers, "P-52: nothing that a user wrote")
	}
	w.verify(w.fan, w.token()).refused(http.StatusBadRequest, "email_token_invalid")
	require.Equal(t, object{"status": "verified"}, w.verify(w.ada, w.token()).object())
	mine := w.do(w.ada, http.MethodGet, "/v1/me/influencer", nil).object()
	require.Equal(t, "Ada@Example.com", mine["email"].(map[string]any)["address"])
	require.NotContains(t, mine["email"], "pending")
	public := w.do(nil, http.MethodGet, "/v1/influencers/ada", nil)
	require.NotContains(t, strings.ToLower(string(public.body)), "example")
	require.NotContains(t, w.log.String(), w.token())
	require.NotContains(t, strings.ToLower(w.log.String()), "ada@example.com")
}

// P-39: whoever asks for whichever address, the bytes of the answers say nothing about it.
func TestAnswersAboutEmailsAreUniform(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	w.must(w.ada, "/v1/influencers", object{"username": "ada", "email": "ada@example.com", "accept_terms": true})
	w.work()
	right := w.token()
	require.Equal(t, http.StatusOK, w.verify(w.ada, right).status)

	uniform := func(r reply) object { // without what every answer has of its own
		o := r.object()
		for _, own := range []string{"request_id", "id", "username", "display_name", "registered_at", "terms"} {
			delete(o, own)
		}
		if e, ok := o["email"].(map[string]any); ok {
			require.Len(t, e, 1)
			e["pending"] = "x"
		}
		return o
	}
	theirs := w.must(w.fan, "/v1/influencers", object{"username": "fan", "email": "ADA@example.com", "accept_terms": true})
	nobodys := w.must(w.shop, "/v1/influencers", object{"username": "shop", "email": "free@example.com", "accept_terms": true})
	require.Equal(t, uniform(nobodys), uniform(theirs))
	require.Equal(t, nobodys.status, theirs.status)

	resend := func(by *party) reply { return w.do(by, http.MethodPost, "/v1/influencers/me/email/resend", nil) }
	for _, by := range []*party{w.fan, w.shop, w.ada, w.stranger} { // a known address, a free one, nothing to prove, no influencer at all
		r := resend(by)
		require.Equal(t, http.StatusAccepted, r.status)
		require.Equal(t, object{"status": "accepted"}, r.object())
	}
	w.work()
	refusals := []reply{
		w.verify(w.fan, right), w.verify(w.fan, ""), w.verify(w.fan, strings.Repeat("x", 43)), w.verify(w.stranger, right), w.verify(w.ada, right),
		w.verify(w.fan, "\u202e"), w.verify(w.fan, strings.Repeat("x", 60_000)),
	}
	to, texts := w.letters()
	for i, address := range to {
		if address == "ADA@example.com" { // what the fan is not meant to read: right, and somebody else's already
			_, rest, _ := strings.Cut(texts[i], "#token=")
			token, _, _ := strings.Cut(rest, "\r\n")
			refusals = append(refusals, w.verify(w.fan, token))
		}
	}
	require.Greater(t, len(refusals), 7)
	for _, r := range refusals {
		r.refused(http.StatusBadRequest, "email_token_invalid")
		require.Equal(t, uniform(refusals[0]), uniform(r))
	}
}

// P-43: a server that is away, or refuses, undoes no registration; what happened is seen by operators.
func TestAMailServerThatRefuses(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	w.server.Answer("RCPT", 550)
	w.must(w.ada, "/v1/influencers", object{"username": "ada", "email": "ada@example.com", "accept_terms": true})
	w.work()
	parked := w.do(w.operator, http.MethodGet, "/v1/operate/mails", nil)
	require.Len(t, parked.object()["items"], 1)
	row := parked.object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, "mail_refused", row["fault"])
	require.Equal(t, string(w.ada.account), row["account_id"])
	require.NotContains(t, string(parked.body), "@")

	w.server.Answer("RCPT", 451)
	require.Equal(t, http.StatusAccepted, w.do(w.ada, http.MethodPost, "/v1/influencers/me/email/resend", nil).status)
	w.work()
	waiting := w.do(w.operator, http.MethodGet, "/v1/operate/mails?state=waiting", nil).object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, "mailer_unavailable", waiting["fault"])
	require.NotEmpty(t, waiting["due_at"])
	w.server.Answer("RCPT", 0)
	w.pass(identity.MailLease)
	w.work()
	require.Equal(t, http.StatusOK, w.verify(w.ada, w.token()).status)
	require.JSONEq(t, `[]`, items(t, w.do(w.operator, http.MethodGet, "/v1/operate/mails?state=waiting", nil)))
	w.do(w.operator, http.MethodGet, "/v1/operate/mails?state=lost", nil).refused(http.StatusBadRequest, "mail_state_unknown")
}

// P-52: hostile texts are refused or kept as they are; nothing in between.
func TestHostileProfiles(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	w.must(w.ada, "/v1/influencers", object{"username": "ada", "accept_terms": true})
	change := func(body any) reply { return w.do(w.ada, http.MethodPatch, "/v1/influencers/me", body) }
	for text, code := range map[string]string{
		"a\u202eb": "bio_invalid", "a\u2066b": "bio_invalid", "a\u200fb": "bio_invalid", "a\u2028b": "bio_invalid", "a\rb": "bio_invalid",
		"o" + strings.Repeat("\u0301", 9): "bio_invalid", strings.Repeat("🎸", 501): "bio_invalid", "a\x00b": "body_malformed", "\ufffd": "body_malformed",
	} {
		change(object{"bio": text}).refused(http.StatusBadRequest, code)
	}
	for _, text := range []string{"<script>alert(1)</script>", "مرحبا بكم", strings.Repeat("🎸", 500), "' OR 1=1 --", "{{.}}", "%s%n", ""} {
		require.Equal(t, http.StatusOK, change(object{"bio": text}).status)
		got := w.do(nil, http.MethodGet, "/v1/influencers/ada", nil)
		require.Equal(t, text, got.object()["bio"])
		require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
		require.NotContains(t, string(got.body), "<", "nothing in it is read as markup")
	}
	for _, address := range []string{
		"a@b.io\r\nBcc: c@d.io", "a@b.io\nSubject: x", "ada@example.com\u0000", "\"a\"@b.io", "ä@b.io", "a@b.io,c@d.io", "a@localhost", strings.Repeat("a", 300) + "@b.io",
	} {
		r := change(object{"email": address})
		require.Equal(t, http.StatusBadRequest, r.status, address)
	}
	w.work()
	require.Empty(t, w.server.Received())
	change(`{"email":null,"bio":null}`).object()
	change(object{"username": "other"}).refused(http.StatusBadRequest, "body_malformed")
	change(object{"verified": true}).refused(http.StatusBadRequest, "body_malformed")
	w.do(w.stranger, http.MethodPatch, "/v1/influencers/me", object{"bio": "x"}).refused(http.StatusNotFound, "influencer_not_found")
	w.do(w.stranger, http.MethodGet, "/v1/me/influencer", nil).refused(http.StatusNotFound, "influencer_not_found")
	w.do(w.fan, http.MethodPost, "/v1/influencers", object{"username": "fan"}).refused(http.StatusBadRequest, "terms_not_accepted")
	w.do(w.fan, http.MethodPost, "/v1/influencers", object{"username": "fan", "accept_terms": false}).refused(http.StatusBadRequest, "terms_not_accepted")
	w.do(w.fan, http.MethodPost, "/v1/influencers", object{"username": "fan", "accept_terms": true, "email": "no"}).refused(http.StatusBadRequest, "email_invalid")
}

// P-39: a taken name and a reserved one have the same answer, to the byte.
func TestAvailabilityOfNames(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	w.must(w.ada, "/v1/influencers", object{"username": "Ada", "accept_terms": true})
	ask := func(name string) string {
		r := w.do(nil, http.MethodGet, "/v1/influencers/availability?username="+name, nil)
		require.Equal(t, http.StatusOK, r.status)
		return string(r.body)
	}
	require.JSONEq(t, `{"available":false,"reason":"unavailable"}`, ask("aDa"))
	require.Equal(t, ask("ada"), ask("official"))
	require.Equal(t, ask("ada"), ask("availability"))
	require.JSONEq(t, `{"available":true}`, ask("bea"))
	for _, name := range []string{"", "ab", "a+b", "%F0%9F%8E%B8abc", strings.Repeat("a", 31)} {
		require.JSONEq(t, `{"available":false,"reason":"invalid"}`, ask(name), name)
	}
	for _, name := range []string{"a%00b", "a%ffb", "%zz"} {
		w.do(nil, http.MethodGet, "/v1/influencers/availability?username="+name, nil).refused(http.StatusBadRequest, "parameter_invalid")
	}
}

// apply asks for the badge and gives the application's id.
func (w *world) apply(by *party) string {
	w.t.Helper()
	return w.must(by, "/v1/applications", object{"kind": "influencer_verified", "text": "I am who I say."}).text("id")
}

func TestApplicationsAreDecidedByOperators(t *testing.T) {
	t.Parallel()
	w := newPosted(t)
	apply := func(by *party) reply {
		return w.do(by, http.MethodPost, "/v1/applications", object{"kind": "influencer_verified", "text": "I am Ada."})
	}
	apply(w.ada).refused(http.StatusNotFound, "influencer_not_found")
	w.must(w.ada, "/v1/influencers", object{"username": "ada", "accept_terms": true})
	w.must(w.operator, "/v1/influencers", object{"username": "opal", "accept_terms": true})
	made := apply(w.ada)
	require.Equal(t, http.StatusCreated, made.status)
	apply(w.ada).refused(http.StatusConflict, "application_open")
	own := apply(w.operator).text("id")

	pending := w.do(w.operator, http.MethodGet, "/v1/operate/applications?limit=1", nil).object()
	require.Len(t, pending["items"], 1)
	next := w.do(w.operator, http.MethodGet, "/v1/operate/applications?limit=1&state=pending&cursor="+pending["next"].(string), nil).object()
	require.Len(t, next["items"], 1)
	require.NotContains(t, next, "next")
	decide := func(by *party, id, how string, body any) reply {
		return w.do(by, http.MethodPost, "/v1/operate/applications/"+id+"/"+how, body)
	}
	decide(w.operator, own, "approve", nil).refused(http.StatusForbidden, "application_own")
	decide(w.fan, made.text("id"), "approve", nil).refused(http.StatusForbidden, "forbidden")
	decide(w.operator, "app_none", "approve", nil).refused(http.StatusNotFound, "application_not_found")
	decide(w.operator, made.text("id"), "reject", object{"reason": " "}).refused(http.StatusBadRequest, "application_reason_invalid")
	require.Equal(t, "rejected", decide(w.operator, made.text("id"), "reject", object{"reason": "No proof."}).text("state"))
	decide(w.operator, made.text("id"), "approve", nil).refused(http.StatusConflict, "application_decided")
	require.Equal(t, false, w.do(nil, http.MethodGet, "/v1/influencers/ada", nil).object()["verified"])

	again := apply(w.ada).text("id")
	decided := decide(w.operator, again, "approve", nil)
	require.Equal(t, string(w.operator.account), decided.text("decided_by"))
	require.Equal(t, true, w.do(nil, http.MethodGet, "/v1/influencers/ada", nil).object()["verified"])
	mine := w.do(w.ada, http.MethodGet, "/v1/me/applications", nil)
	require.Len(t, mine.object()["items"], 2)
	require.NotContains(t, string(mine.body), string(w.operator.account), "who decided is not the applicant's to know")
	apply(w.ada).refused(http.StatusConflict, "already_granted")
	require.JSONEq(t, `[]`, items(t, w.do(w.fan, http.MethodGet, "/v1/me/applications", nil)))
	day := w.do(nil, http.MethodGet, "/v1/influencers/ada", nil).text("registered_on")
	_, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
}
