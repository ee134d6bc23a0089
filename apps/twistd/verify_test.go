package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/journal"
)

// write makes a file of its own.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "snapshot.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// P-32: what the demo stored can be recomputed by somebody who has nothing but the file, and whatever was
// altered in it is named.
func TestVerify(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snapshot.json")
	_, err := twistd(t.Context(), quiet(), "demo", "--snapshot", path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else reads it")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	snapshot := string(content)

	out, err := twistd(t.Context(), nil, "verify", "--snapshot", path)
	require.NoError(t, err)
	said := regexp.MustCompile(`^ok: (\d+) entries and (\d+) events recomputed, 0 of them wait for their seals\nhead: (\d+:[0-9a-f]{64})\n$`).
		FindStringSubmatch(out.stdout.String())
	require.NotNil(t, said, out.stdout.String())
	out, err = twistd(t.Context(), nil, "verify", "--snapshot", path, "--head", said[3], "--head", journal.Head{}.String())
	require.NoError(t, err, "the head it printed stands")
	require.Contains(t, out.stdout.String(), said[3])

	for name, test := range map[string]struct {
		from, to string // the first match is replaced
		says     []string
	}{
		"a_balance":       {`"Balance": "(\d+)"`, `"Balance": "1$1"`, []string{"snapshot_altered"}},
		"a_stake":         {`"Active": "500000000000"`, `"Active": "500000000001"`, []string{"snapshot_altered", "pool"}},
		"a_commission":    {`"Net": "(\d+)"`, `"Net": "1$1"`, []string{"snapshot_altered"}},
		"an_entry's_time": {`("Kind": "stake",\s+"At": ")\d+`, `${1}1999`, []string{"snapshot_altered", "items_differ"}},
		"an_event":        {`("Kind": "staking.staked",\s+"Subject": ")`, `${1}x`, []string{"snapshot_altered", "items_differ"}},
		"a_payout":        {`"State": "settled"`, `"State": "requested"`, []string{"snapshot_altered", "payout"}},
		"a_deposit":       {`"Amount": "1000000000000"`, `"Amount": "1000000000001"`, []string{"snapshot_altered"}},
		"a_setting":       {`"DisplayName": "Ada"`, `"DisplayName": "Eve"`, []string{"snapshot_altered"}},
		"a_row_less":      {`(?s)"Payouts": \[.*?\n  \]`, `"Payouts": []`, []string{"snapshot_altered", "payout"}},
		"its_digest":      {`"Digest": "`, `"Digest": "f`, []string{"snapshot_altered"}},
		"white_space_not": {`"Format": `, `"Format":   `, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pattern := regexp.MustCompile(test.from)
			at := pattern.FindStringIndex(snapshot)
			require.NotNil(t, at, "the snapshot has no %s", test.from)
			altered := snapshot[:at[0]] + pattern.ReplaceAllString(snapshot[at[0]:at[1]], test.to) + snapshot[at[1]:]
			out, err := twistd(t.Context(), nil, "verify", "--snapshot", write(t, altered))
			if test.says == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errNotOK)
			for _, word := range test.says {
				require.Contains(t, out.stdout.String(), word)
			}
			require.NotContains(t, out.stdout.String(), "ok:")
		})
	}
}

// Who kept a head finds out that a copy is older than it says, or another history; and a head that is none is
// refused before anything is read.
func TestVerifyHoldsAKeptHead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snapshot.json")
	_, err := twistd(t.Context(), quiet(), "demo", "--snapshot", path)
	require.NoError(t, err)
	hash := strings.Repeat("7", 64)
	for head, code := range map[string]string{"1:" + hash: "head_differs seal 1: ", "100000:" + hash: "head_lost seal 100000: the chain ends at position "} {
		out, err := twistd(t.Context(), nil, "verify", "--snapshot", path, "--head", head)
		require.ErrorIs(t, err, errNotOK)
		require.Contains(t, out.stdout.String(), code)
		require.NotContains(t, out.stdout.String(), "ok:")
	}
	for _, head := range []string{"", "1", "1:", "x:" + hash, "1:" + hash[1:]} {
		out, err := twistd(t.Context(), nil, "verify", "--snapshot", path, "--head", head)
		require.ErrorContains(t, err, "a head is a position")
		require.Empty(t, out.stdout.String())
	}
}

// Whoever alters a row and seals the file again cannot alter what the rows add up to.
func TestVerifyRecomputes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snapshot.json")
	_, err := twistd(t.Context(), quiet(), "demo", "--snapshot", path)
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	var file struct {
		Format, Digest string
		Rows           json.RawMessage
	}
	require.NoError(t, json.Unmarshal(content, &file))
	seal := func(from, to string) string {
		require.Contains(t, string(file.Rows), from)
		var rows bytes.Buffer
		require.NoError(t, json.Compact(&rows, []byte(strings.Replace(string(file.Rows), from, to, 1))))
		sealed, digest := file, sha256.Sum256(rows.Bytes())
		sealed.Rows, sealed.Digest = rows.Bytes(), hex.EncodeToString(digest[:])
		written, err := json.Marshal(sealed)
		require.NoError(t, err)
		return write(t, string(written))
	}
	out, err := twistd(t.Context(), nil, "verify", "--snapshot", seal(`"Active": "500000000000"`, `"Active": "500000000001"`))
	require.ErrorIs(t, err, errNotOK)
	require.NotContains(t, out.stdout.String(), "snapshot_altered")
	require.Contains(t, out.stdout.String(), "pool")
	_, err = twistd(t.Context(), nil, "verify", "--snapshot", seal(`"Cursor"`, `"Cursor"`))
	require.NoError(t, err, "the seal itself is right")
}

func TestVerifyRefusesWhatIsNoSnapshot(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"empty": "", "garbage": "x", "another_document": `{"steps":[]}`, "another_format": `{"Format":"twist-snapshot-0","Rows":{}}`,
		"no_rows": `{"Format":"twist-snapshot-6"}`, "a_bomb": strings.Repeat("[", 100_000),
		"rows_of_another_kind": `{"Format":"twist-snapshot-6","Digest":"","Rows":{"Accounts":"x"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := twistd(t.Context(), nil, "verify", "--snapshot", write(t, content))
			require.Error(t, err)
			require.Empty(t, out.stdout.String())
		})
	}
	_, err := twistd(t.Context(), nil, "verify", "--snapshot", filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = twistd(t.Context(), nil, "verify", "--snapshot", t.TempDir())
	require.Error(t, err, "a folder is no file")
}
