package journal_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
)

// deposited is the item of an entry.
func deposited(t require.TestingT) journal.Item {
	e, err := ledger.NewEntry("ent_1", ledger.KindDeposit, "deposit:sig:0", at,
		[]ledger.Posting{ledger.Move(ledger.World(), ledger.Available("acct_1"), 7)}, map[string]string{"from": "w"})
	require.NoError(t, err)
	return journal.EntryItem(e.ID, e.At, e.Digest())
}

// What is hashed stands for ever: a chain of today must have the same hashes in ten years.
func TestTheChainIsPinned(t *testing.T) {
	t.Parallel()
	bare := journal.Event{ID: "evt_2", Kind: journal.DepositCredited, Subject: "ent_1", At: at.Add(time.Microsecond)}
	items := []journal.Item{deposited(t), staked().Item(), bare.Item()}
	require.Equal(t, []string{
		"008d4ef6149b7bdf1eac5b779f9fa6f8cb2de1190a573e95376cb2ec409c00e1",
		"bb0257ef99559ddbcc918e3aa7649b9f6f22b018a31041c3a5c015f1f9f0f2cc",
		"39a1ba78fa1d935c7c5f5e5474e84f6c49a23eb63a7a5a00b993e7ea3385f8bd",
	}, []string{items[0].Digest.String(), items[1].Digest.String(), items[2].Digest.String()})
	last := journal.Seal{}
	for n, want := range []string{
		"9d2b0a45a0efb60c43648740467521afbddb8b03d6977078bad8e85f33a04737",
		"767bd413fdba02e3cb978edc00a7ad9161dc5fc620a6691c88654439e5efd7dc",
		"5b0a8606e5c8157284a98ce7689abbcbb0a204b71ebaab56f6aea5abbc4098f0",
	} {
		last = last.Next(items[n])
		require.EqualValues(t, n+1, last.Position)
		require.Equal(t, items[n], last.Item)
		require.Equal(t, want, last.Hash.String())
	}
}

// What is hashed, written down once more and without the code: fields, each after its length in eight bytes.
func TestTheChainIsWhatItsPageSays(t *testing.T) {
	t.Parallel()
	sum := func(fields ...string) string {
		h := sha256.New()
		for _, f := range fields {
			_ = binary.Write(h, binary.BigEndian, uint64(len(f)))
			h.Write([]byte(f))
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	event := sum("evt_1", "staking.staked", "pos_1", "acct_1", "1795410000123456", "2", "amount", "7", "pool", "pool_1")
	require.Equal(t, event, staked().Item().Digest.String())
	digest := ledger.Digest{1, 2, 3}
	entry := sum("ent_1", "1795410000123456", fmt.Sprintf("%x", digest[:]))
	require.Equal(t, entry, journal.EntryItem("ent_1", at, digest).Digest.String())
	one := sum(fmt.Sprintf("%064d", 0), "1", "event", "evt_1", event)
	two := sum(one, "2", "entry", "ent_1", entry)
	first := journal.Seal{}.Next(staked().Item())
	require.Equal(t, one, first.Hash.String())
	require.Equal(t, two, first.Next(journal.EntryItem("ent_1", at, digest)).Hash.String())
}

// Whatever is another event has another digest, and so has an entry with another id, time or digest.
func TestItemsCoverAllTheySay(t *testing.T) {
	t.Parallel()
	seen := map[journal.Digest]string{staked().Item().Digest: "as it is"}
	for name, change := range map[string]func(*journal.Event){
		"id":              func(e *journal.Event) { e.ID = "evt_2" },
		"kind":            func(e *journal.Event) { e.Kind = journal.Left },
		"subject":         func(e *journal.Event) { e.Subject = "pos_2" },
		"account":         func(e *journal.Event) { e.Account = "" },
		"a_microsecond":   func(e *journal.Event) { e.At = e.At.Add(time.Microsecond) },
		"no_data":         func(e *journal.Event) { e.Data = nil },
		"a_key":           func(e *journal.Event) { delete(e.Data, "pool"); e.Data["pools"] = "pool_1" },
		"a_text":          func(e *journal.Event) { e.Data["amount"] = "70" },
		"texts_exchanged": func(e *journal.Event) { e.Data["amount"], e.Data["pool"] = e.Data["pool"], e.Data["amount"] },
		"an_item_more":    func(e *journal.Event) { e.Data["x"] = "" },
		"fields_moved":    func(e *journal.Event) { e.Subject, e.Account = "pos_1acct", "_1" },
		"fields_swapped":  func(e *journal.Event) { e.Subject, e.Account = e.Account, e.Subject },
	} {
		e := staked()
		change(&e)
		digest := e.Item().Digest
		require.Empty(t, seen[digest], name)
		seen[digest] = name
	}
	local := staked()
	local.At = local.At.In(time.FixedZone("", -7200))
	require.Equal(t, staked().Item(), local.Item(), "a moment is the same everywhere")

	is := journal.EntryItem("ent_1", at, ledger.Digest{1})
	require.NotEqual(t, is.Digest, journal.EntryItem("ent_2", at, ledger.Digest{1}).Digest)
	require.NotEqual(t, is.Digest, journal.EntryItem("ent_1", at.Add(time.Microsecond), ledger.Digest{1}).Digest)
	require.NotEqual(t, is.Digest, journal.EntryItem("ent_1", at, ledger.Digest{2}).Digest)
	require.Equal(t, is, journal.EntryItem("ent_1", at.Local(), ledger.Digest{1}))
}

// A seal's hash follows from all of it and all before it.
func TestSealsCoverAllTheySay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seal := drawSeal(t)
		item := drawItem(t)
		next := seal.Next(item)
		require.Equal(t, seal.Position+1, next.Position)
		other, differs := seal, item
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			other.Position++
		case 1:
			other.Hash[rapid.IntRange(0, 31).Draw(t, "byte")]++
		case 2:
			differs.ID += "x"
		case 3:
			differs.Digest[rapid.IntRange(0, 31).Draw(t, "byte")]++
		case 4:
			differs.Source = map[journal.Source]journal.Source{journal.FromEntry: journal.FromEvent, journal.FromEvent: journal.FromEntry}[differs.Source]
		}
		require.NotEqual(t, next.Hash, other.Next(differs).Hash)
		other = seal
		other.Item = drawItem(t)
		require.Equal(t, next, other.Next(item), "what was sealed before is in its hash")
	})
}

func drawItem(t *rapid.T) journal.Item {
	return journal.Item{
		Source: rapid.SampledFrom([]journal.Source{journal.FromEntry, journal.FromEvent}).Draw(t, "source"),
		ID:     rapid.StringMatching(`[a-z]{3}_[0-9a-z]{1,4}`).Draw(t, "id"),
		Digest: drawDigest(t),
	}
}

func drawDigest(t *rapid.T) (d journal.Digest) {
	copy(d[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
	return d
}

func drawSeal(t *rapid.T) journal.Seal {
	return journal.Seal{Position: rapid.Int64Range(0, 1<<62).Draw(t, "position"), Item: drawItem(t), Hash: drawDigest(t)}
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	head := journal.Seal{}.Next(staked().Item()).Head()
	require.Equal(t, int64(1), head.Position)
	read, err := journal.ParseHead(head.String())
	require.NoError(t, err)
	require.Equal(t, head, read)
	zero, err := journal.ParseHead(journal.Head{}.String())
	require.NoError(t, err)
	require.Zero(t, zero)
	hash := head.Hash.String()
	for _, text := range []string{
		"", ":", "1", "1:", ":" + hash, hash, "1" + hash, "-1:" + hash, "+1:" + hash, "01:" + hash, "1 :" + hash, " 1:" + hash, "1:" + hash + " ",
		"1:" + hash[2:], "1:" + hash + "00", "1:" + "g" + hash[1:], "9223372036854775808:" + hash, "1:A" + hash[1:], "1.0:" + hash, "1:" + hash + ":", "0:" + hash,
	} {
		_, err := journal.ParseHead(text)
		require.ErrorIs(t, err, journal.ErrHead, "%q", text)
	}
	read, err = journal.ParseHead("9223372036854775807:" + hash)
	require.NoError(t, err)
	require.Equal(t, int64(1<<63-1), read.Position)
}

// FuzzParseHead holds that what is read is written the same way, and that nothing else is read.
func FuzzParseHead(f *testing.F) {
	f.Add(journal.Head{}.String())
	f.Add(journal.Seal{}.Next(staked().Item()).Head().String())
	f.Add("1:")
	f.Fuzz(func(t *testing.T, text string) {
		head, err := journal.ParseHead(text)
		if err != nil {
			require.ErrorIs(t, err, journal.ErrHead)
			require.Zero(t, head)
			return
		}
		require.Equal(t, text, head.String())
		require.GreaterOrEqual(t, head.Position, int64(0))
	})
}
