package identity

// The names of what this package describes: a prefix, an underscore and what never repeats.
type (
	// AccountID names a holder: acct_….
	AccountID string
	// SessionID names a session: sess_….
	SessionID string
	// ChallengeID names a challenge: chal_…. It is the request id of the signed text.
	ChallengeID string
	// TokenID names one access token: tok_….
	TokenID string
	// InfluencerID names an influencer: infl_….
	InfluencerID string
	// VerificationID names the wish to prove an email address: verif_….
	VerificationID string
	// MailID names a mail: mail_….
	MailID string
	// ApplicationID names an application: app_….
	ApplicationID string
)
