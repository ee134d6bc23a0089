package siws_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/siws"
)

const magic = "\xffsolana offchain"

// key is bytes that nothing else in a test is.
func key() (k siws.Key) {
	for i := range k {
		k[i] = byte(0x80 + i)
	}
	return k
}

func named(domain string) (raw [32]byte) {
	copy(raw[:], domain)
	return raw
}

// layout is an envelope by the letter of its description: 85 or 50 bytes before the text.
func layout(version byte, domain [32]byte, format byte, signers []siws.Key, body string) []byte {
	raw := append([]byte(magic), version)
	if version == 0 {
		raw = append(append(raw, domain[:]...), format)
	}
	raw = append(raw, byte(len(signers)))
	for _, s := range signers {
		raw = append(raw, s[:]...)
	}
	if version == 0 {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(len(body)))
	}
	return append(raw, body...)
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	me, nobody := []siws.Key{key()}, [32]byte{}
	for name, test := range map[string]struct {
		raw    []byte
		header int
		want   siws.Envelope
	}{
		"v0_ascii":                {layout(0, nobody, 0, me, "Hello."), 85, siws.Envelope{Signer: key(), Body: "Hello."}},
		"v0_ascii_of_a_domain":    {layout(0, named("a.b"), 0, me, "Hello."), 85, siws.Envelope{Domain: named("a.b"), Signer: key(), Body: "Hello."}},
		"v0_ascii_of_many_lines":  {layout(0, nobody, 0, me, fullText), 85, siws.Envelope{Signer: key(), Body: fullText}}, // as hardware wallets make them
		"v0_ascii_longest":        {layout(0, nobody, 0, me, strings.Repeat("~", 1232)), 85, siws.Envelope{Signer: key(), Body: strings.Repeat("~", 1232)}},
		"v0_utf8":                 {layout(0, nobody, 1, me, "Grüße\t"), 85, siws.Envelope{Format: siws.UTF8, Signer: key(), Body: "Grüße\t"}},
		"v0_utf8_longest":         {layout(0, nobody, 1, me, strings.Repeat("ü", 616)), 85, siws.Envelope{Format: siws.UTF8, Signer: key(), Body: strings.Repeat("ü", 616)}},
		"v0_long_utf8_and_short":  {layout(0, nobody, 2, me, "ü"), 85, siws.Envelope{Format: siws.LongUTF8, Signer: key(), Body: "ü"}},
		"v0_long_utf8_of_an_inch": {layout(0, nobody, 2, me, strings.Repeat("a", siws.MaxSize-85)), 85, siws.Envelope{Format: siws.LongUTF8, Signer: key(), Body: strings.Repeat("a", siws.MaxSize-85)}},
		"v1":                      {layout(1, nobody, 0, me, fullText), 50, siws.Envelope{Version: siws.V1, Signer: key(), Body: fullText}},
		"v1_of_an_inch":           {layout(1, nobody, 0, me, strings.Repeat("a", siws.MaxSize-50)), 50, siws.Envelope{Version: siws.V1, Signer: key(), Body: strings.Repeat("a", siws.MaxSize-50)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Len(t, test.raw, test.header+len(test.want.Body))
			got, err := siws.ParseEnvelope(test.raw)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			raw, err := got.Encode()
			require.NoError(t, err)
			require.Equal(t, test.raw, raw)
		})
	}
}

func TestParseEnvelopeRefuses(t *testing.T) {
	t.Parallel()
	me, nobody := []siws.Key{key()}, [32]byte{}
	other := key()
	other[0]++
	v0, v1 := layout(0, nobody, 0, me, "Hello."), layout(1, nobody, 0, me, "Hello.")
	with := func(raw []byte, at int, b byte) []byte {
		raw = slices.Clone(raw)
		raw[at] = b
		return raw
	}
	for name, test := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":                    {nil, siws.ErrEnvelope},
		"a_bare_text":                {[]byte(fullText), siws.ErrEnvelope},
		"a_transaction":              {append([]byte{1}, make([]byte, 200)...), siws.ErrEnvelope},
		"nothing_but_its_beginning":  {[]byte(magic), siws.ErrEnvelope},
		"another_beginning":          {with(v0, 0, 0xfe), siws.ErrEnvelope},
		"something_before_it":        {append([]byte{0}, v0...), siws.ErrEnvelope},
		"version_2":                  {with(v0, 16, 2), siws.ErrEnvelopeVersion},
		"version_255":                {with(v1, 16, 255), siws.ErrEnvelopeVersion},
		"v0_as_v1":                   {with(v0, 16, 1), siws.ErrEnvelopeSigners},
		"v1_as_v0":                   {with(v1, 16, 0), siws.ErrEnvelopeSigners},
		"format_3":                   {with(v0, 49, 3), siws.ErrEnvelopeFormat},
		"v0_no_signer":               {layout(0, nobody, 0, nil, "Hello."), siws.ErrEnvelopeSigners},
		"v0_two_signers":             {layout(0, nobody, 0, []siws.Key{key(), other}, "Hello."), siws.ErrEnvelopeSigners},
		"v0_two_unsorted":            {layout(0, nobody, 0, []siws.Key{other, key()}, "Hello."), siws.ErrEnvelopeSigners},
		"v0_the_same_twice":          {layout(0, nobody, 0, []siws.Key{key(), key()}, "Hello."), siws.ErrEnvelopeSigners},
		"v1_no_signer":               {layout(1, nobody, 0, nil, "Hello."), siws.ErrEnvelopeSigners},
		"v1_two_signers":             {layout(1, nobody, 0, []siws.Key{key(), other}, "Hello."), siws.ErrEnvelopeSigners},
		"v1_two_unsorted":            {layout(1, nobody, 0, []siws.Key{other, key()}, "Hello."), siws.ErrEnvelopeSigners},
		"v1_the_same_twice":          {layout(1, nobody, 0, []siws.Key{key(), key()}, "Hello."), siws.ErrEnvelopeSigners},
		"a_byte_too_many":            {append(slices.Clone(v0), '!'), siws.ErrEnvelopeLength},
		"a_byte_too_few":             {v0[:len(v0)-1], siws.ErrEnvelopeLength},
		"a_length_too_great":         {with(v0, 83, 7), siws.ErrEnvelopeLength},
		"a_length_too_small":         {with(v0, 83, 5), siws.ErrEnvelopeLength},
		"a_length_of_the_other_end":  {with(with(v0, 83, 0), 84, 6), siws.ErrEnvelopeLength},
		"ascii_too_long":             {layout(0, nobody, 0, me, strings.Repeat("a", 1233)), siws.ErrEnvelopeLength},
		"utf8_too_long":              {layout(0, nobody, 1, me, strings.Repeat("a", 1233)), siws.ErrEnvelopeLength},
		"long_utf8_too_long":         {layout(0, nobody, 2, me, strings.Repeat("a", siws.MaxSize-84)), siws.ErrSize},
		"v1_too_long":                {layout(1, nobody, 0, me, strings.Repeat("a", siws.MaxSize-49)), siws.ErrSize},
		"ascii_with_a_letter_beyond": {layout(0, nobody, 0, me, "Grüße"), siws.ErrEnvelopeBody},
		"ascii_with_a_tab":           {layout(0, nobody, 0, me, "a\tb"), siws.ErrEnvelopeBody},
		"ascii_with_a_return":        {layout(0, nobody, 0, me, "a\r\nb"), siws.ErrEnvelopeBody},
		"ascii_with_a_delete":        {layout(0, nobody, 0, me, "a\x7fb"), siws.ErrEnvelopeBody},
		"ascii_with_a_zero":          {layout(0, nobody, 0, me, "a\x00b"), siws.ErrEnvelopeBody},
		"utf8_that_is_none":          {layout(0, nobody, 1, me, "\xff"), siws.ErrEnvelopeBody},
		"long_utf8_that_is_none":     {layout(0, nobody, 2, me, "\xc3"), siws.ErrEnvelopeBody},
		"v1_that_is_none":            {layout(1, nobody, 0, me, "\xff"), siws.ErrEnvelopeBody},
		"v0_without_a_text":          {layout(0, nobody, 0, me, ""), siws.ErrEnvelopeBody},
		"v1_without_a_text":          {layout(1, nobody, 0, me, ""), siws.ErrEnvelopeBody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := siws.ParseEnvelope(test.raw)
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, fault.Invalid)
			require.Zero(t, got)
		})
	}
	for n := range len(v0) {
		_, err := siws.ParseEnvelope(v0[:n])
		require.ErrorIs(t, err, fault.Invalid, "%d bytes", n)
	}
	for n := range 50 { // of the newer version every beginning that has a text is one
		_, err := siws.ParseEnvelope(v1[:n])
		require.ErrorIs(t, err, fault.Invalid, "%d bytes", n)
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		e    siws.Envelope
		want error
	}{
		"version_2":          {siws.Envelope{Version: 2, Body: "a"}, siws.ErrEnvelopeVersion},
		"v1_with_a_format":   {siws.Envelope{Version: siws.V1, Format: siws.UTF8, Body: "a"}, siws.ErrEnvelopeFormat},
		"v1_with_a_domain":   {siws.Envelope{Version: siws.V1, Domain: named("a"), Body: "a"}, siws.ErrEnvelopeFormat},
		"format_3":           {siws.Envelope{Format: 3, Body: "a"}, siws.ErrEnvelopeFormat},
		"too_long_for_ascii": {siws.Envelope{Body: strings.Repeat("a", 1233)}, siws.ErrEnvelopeLength},
		"too_long_for_us":    {siws.Envelope{Format: siws.LongUTF8, Body: strings.Repeat("a", siws.MaxSize-84)}, siws.ErrSize},
		"a_text_too_long":    {siws.Envelope{Format: siws.LongUTF8, Body: strings.Repeat("a", 1<<17)}, siws.ErrSize},
		"no_text":            {siws.Envelope{}, siws.ErrEnvelopeBody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := test.e.Encode()
			require.ErrorIs(t, err, test.want)
			require.Empty(t, raw)
		})
	}
}

// A signature over an envelope signs no transaction, whatever the text in it is. What a transaction has
// signed begins with a number of signatures below 128, or with 128 and a version; 255 is neither, and so many
// signatures and keys fit into no transaction of any version.
func TestEnvelopesAreNoTransactions(t *testing.T) {
	t.Parallel()
	const longest, perSignature = 4096, 64 + 32
	require.Greater(t, 0x7f*perSignature, longest)
	// A transfer, as its signer signs it: header, three keys, a blockhash, one instruction.
	transfer := slices.Concat([]byte{1, 0, 1, 3}, bytes.Repeat([]byte{'k'}, 3*32), bytes.Repeat([]byte{'h'}, 32), []byte{1, 2, 2, 0, 1, 12, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
	for _, version := range []siws.Version{siws.V0, siws.V1} {
		e := siws.Envelope{Version: version, Signer: key(), Body: string(transfer)}
		if version == siws.V0 {
			e.Format = siws.UTF8
		}
		raw, err := e.Encode()
		require.NoError(t, err)
		require.Equal(t, byte(0xff), raw[0])
		require.NotEqual(t, transfer, raw)
	}
}
