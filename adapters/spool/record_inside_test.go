package spool

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

func click(n int) attribution.Click {
	return attribution.Click{
		ID: attribution.ClickID(fmt.Sprintf("clk_%026d", n)), Link: "link_1", Program: "prog_1", Influencer: "infl_1", Holder: "acct_1",
		Visitor: "a visitor", At: time.Date(2026, time.March, 2, 12, 0, n, 123_456_000, time.UTC), Verdict: attribution.Valid, Rules: n,
		Country: "CH", Device: "phone", Origin: attribution.Beacon,
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	records, ok := encode(nil, click(1))
	require.True(t, ok)
	records, ok = encode(records, attribution.Click{At: time.UnixMicro(-5).UTC(), Rules: -3})
	require.True(t, ok)
	first, size, err := decode(records)
	require.NoError(t, err)
	require.Equal(t, click(1), first)
	second, rest, err := decode(records[size:])
	require.NoError(t, err)
	require.Equal(t, attribution.Click{At: time.UnixMicro(-5).UTC(), Rules: -3}, second)
	require.Equal(t, len(records), size+rest)

	long := click(2)
	long.Visitor = strings.Repeat("x", maxBody)
	same, ok := encode(records, long)
	require.False(t, ok)
	require.Equal(t, records, same)
}

// earlier is the record of click(1) as it was written by a process that knew of no excess.
const earlier = "65000000853499110180d2bcb9aa82a606021e636c6b5f3030303030303030303030303030303030303030303030303031066c696e6b5f310670726f675f3106696e666c5f3106616363745f3109612076697369746f720576616c69640243480570686f6e6506626561636f6e"

// What an earlier process wrote is read, by itself and among what is written now: no click of it is in excess.
func TestRecordsOfBefore(t *testing.T) {
	t.Parallel()
	first, err := hex.DecodeString(earlier)
	require.NoError(t, err)
	dir := t.TempDir()
	over := click(2)
	over.Excess = true
	records, ok := encode(slices.Clone(first), over)
	require.True(t, ok)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "000000000007"+suffix), records, 0o600))
	left, clicks, unread, err := replay(dir)
	require.NoError(t, err)
	require.NoError(t, left[0].file.Close())
	require.Zero(t, unread)
	require.Equal(t, []attribution.Click{click(1), over}, clicks[0])
}

// A record of a version that is not ours is none, and neither is one that is neither in excess nor not.
func TestRecordsOfOthers(t *testing.T) {
	t.Parallel()
	record, _ := encode(nil, click(1))
	for _, opens := range [][]byte{{0}, {version + 1}, {255}, {version, 2}, {version, 255}} {
		other := append(slices.Clone(record[:headBytes]), opens...)
		other = append(other, record[headBytes+len(opens):]...)
		binary.LittleEndian.PutUint32(other[4:], crc32.Checksum(other[headBytes:], castagnoli))
		_, _, err := decode(other)
		require.ErrorIs(t, err, errRecord, "%v", opens)
	}
	short := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, crc32.Checksum([]byte{version}, castagnoli))
	_, _, err := decode(append(short, version))
	require.ErrorIs(t, err, errRecord)
}

// Whatever bit is other than it was written, and wherever a record ends too early, it is none.
func TestDamagedRecordsAreNone(t *testing.T) {
	t.Parallel()
	record, _ := encode(nil, click(1))
	before, err := hex.DecodeString(earlier)
	require.NoError(t, err)
	for _, record := range [][]byte{record, before} {
		for at := range record {
			_, _, err := decode(record[:at])
			require.ErrorIs(t, err, errRecord, "cut at %d", at)
			for bit := range 8 {
				record[at] ^= 1 << bit
				_, _, err := decode(record)
				require.ErrorIs(t, err, errRecord, "bit %d of byte %d", bit, at)
				record[at] ^= 1 << bit
			}
		}
	}
}

// Wherever a process died while it wrote, what was whole before is found, and the rest is counted.
func TestReplayOfATornFile(t *testing.T) {
	t.Parallel()
	var records []byte
	var ends []int
	for n := range 3 {
		records, _ = encode(records, click(n))
		ends = append(ends, len(records))
	}
	dir := t.TempDir()
	for cut := range len(records) + 1 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "000000000007"+suffix), records[:cut], 0o600))
		left, clicks, unread, err := replay(dir)
		require.NoError(t, err)
		require.Len(t, left, 1)
		require.NoError(t, left[0].file.Close())
		whole, end := 0, 0
		for whole < len(ends) && ends[whole] <= cut {
			end, whole = ends[whole], whole+1
		}
		require.Len(t, clicks[0], whole)
		require.Equal(t, int64(cut-end), unread)
		require.Equal(t, segment{number: 7, file: left[0].file, size: int64(end), waiting: whole}, *left[0])
	}
}

func FuzzDecode(f *testing.F) {
	record, _ := encode(nil, click(1))
	f.Add(record)
	f.Add(record[:9])
	before, err := hex.DecodeString(earlier)
	require.NoError(f, err)
	f.Add(before)
	over := click(2)
	over.Excess = true
	record, _ = encode(nil, over)
	f.Add(record)
	f.Fuzz(func(t *testing.T, rest []byte) {
		k, size, err := decode(rest)
		if err != nil {
			require.Equal(t, attribution.Click{}, attribution.Click{ID: k.ID, Link: k.Link})
			return
		}
		require.LessOrEqual(t, size, len(rest))
		again, ok := encode(nil, k)
		require.True(t, ok)
		same, _, err := decode(again)
		require.NoError(t, err)
		require.Equal(t, k, same)
	})
}
