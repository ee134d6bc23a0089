package siws

import "github.com/twist-platform/twist/core/fault"

// Faults of a text: of its frame first, then of each field.
var (
	ErrSize     = fault.New(fault.Invalid, "siws_size", "a sign-in text or envelope is at most 2,048 bytes long")
	ErrOpening  = fault.New(fault.Invalid, "siws_opening", "a sign-in text begins with its domain and a sentence that never varies")
	ErrLayout   = fault.New(fault.Invalid, "siws_layout", "the lines of a sign-in text stand elsewhere: one empty line before each part, none at the end")
	ErrField    = fault.New(fault.Invalid, "siws_field_unknown", "a sign-in text has no such field")
	ErrOrder    = fault.New(fault.Invalid, "siws_field_order", "the fields of a sign-in text have an order")
	ErrRepeated = fault.New(fault.Invalid, "siws_field_repeated", "a field stands at most once in a sign-in text")

	ErrDomain         = fault.New(fault.Invalid, "siws_domain", "the domain is not an authority with a host")
	ErrAddress        = fault.New(fault.Invalid, "siws_address", "the address is not 32 to 44 digits of base58")
	ErrStatement      = fault.New(fault.Invalid, "siws_statement", "the statement is not one line of the characters that the grammar lists, or reads as a field")
	ErrURI            = fault.New(fault.Invalid, "siws_uri", "the URI is not one")
	ErrVersion        = fault.New(fault.Invalid, "siws_version", "the version is not 1")
	ErrChainID        = fault.New(fault.Invalid, "siws_chain_id", "the chain id is not one that the grammar lists")
	ErrNonce          = fault.New(fault.Invalid, "siws_nonce", "the nonce is not 8 or more letters and digits")
	ErrIssuedAt       = fault.New(fault.Invalid, "siws_issued_at", "the moment of issue is not a date-time of RFC 3339")
	ErrExpirationTime = fault.New(fault.Invalid, "siws_expiration_time", "the moment of expiry is not a date-time of RFC 3339")
	ErrNotBefore      = fault.New(fault.Invalid, "siws_not_before", "the first moment is not a date-time of RFC 3339")
	ErrRequestID      = fault.New(fault.Invalid, "siws_request_id", "the request id holds a character that no path segment may hold")
	ErrResources      = fault.New(fault.Invalid, "siws_resources", "the resources are not URIs, each on a line of its own after a hyphen and a space")
)

// Faults of an envelope.
var (
	ErrEnvelope        = fault.New(fault.Invalid, "envelope_unknown", "the bytes do not begin like an envelope")
	ErrEnvelopeVersion = fault.New(fault.Invalid, "envelope_version", "an envelope is of version 0 or 1")
	ErrEnvelopeFormat  = fault.New(fault.Invalid, "envelope_format", "an envelope of version 0 has a format from 0 to 2, and one of version 1 neither format nor domain")
	ErrEnvelopeSigners = fault.New(fault.Invalid, "envelope_signers", "an envelope names exactly one signer")
	ErrEnvelopeLength  = fault.New(fault.Invalid, "envelope_length", "the envelope is not as long as it says, or longer than its format allows")
	ErrEnvelopeBody    = fault.New(fault.Invalid, "envelope_body", "the text of the envelope is empty, or holds what its format does not allow")
)
