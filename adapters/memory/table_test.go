package memory

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// word is a row that refers to something.
type word struct {
	key     string
	letters []byte
}

func words(rows ...word) *table[string, word] {
	t := newTable(func(w word) string { return w.key }).cloning(func(w word) word {
		w.letters = append([]byte(nil), w.letters...)
		return w
	})
	t.load(rows)
	return t
}

func keys(rows []word) (all string) {
	for _, w := range rows {
		all += w.key
	}
	return all
}

func TestTableLaysADraftOverItsRows(t *testing.T) {
	t.Parallel()
	table := words(word{key: "c"}, word{key: "a"}, word{key: "d"})
	table.put(word{"b", []byte("new")})
	table.put(word{"c", []byte("changed")})
	table.remove("a")
	table.remove("x")

	require.Equal(t, "bcd", keys(table.all()))
	_, ok := table.get("a")
	require.False(t, ok)
	c, _ := table.get("c")
	require.Equal(t, "changed", string(c.letters))
	require.Equal(t, "cd", keys(table.list("b", 9, every)))
	require.Equal(t, "b", keys(table.list("", 1, every)))
	require.Empty(t, table.list("", 0, every))
	require.Equal(t, "bc", keys(table.where(func(w word) bool { return w.letters != nil })))

	table.put(word{key: "a"}) // removed, and made again
	require.Equal(t, "abcd", keys(table.all()))
}

func TestTableDiscardLeavesNothing(t *testing.T) {
	t.Parallel()
	table := words(word{"a", []byte("old")})
	table.put(word{"a", []byte("new")})
	table.put(word{key: "b"})
	table.remove("a")
	table.discard()
	require.Equal(t, []word{{"a", []byte("old")}}, table.all())
	require.Empty(t, table.draft)
	table.commit()
	require.Equal(t, []word{{"a", []byte("old")}}, table.all())
}

func TestTableCommitMovesTheDraftDown(t *testing.T) {
	t.Parallel()
	table := words(word{"a", []byte("old")}, word{key: "b"})
	table.put(word{"a", []byte("new")})
	table.remove("b")
	table.remove("x")
	table.commit()
	require.Empty(t, table.draft)
	require.Equal(t, []word{{"a", []byte("new")}}, table.all())
	require.Len(t, table.rows, 1)
}

func TestTableKeepsNothingItWasHanded(t *testing.T) {
	t.Parallel()
	letters := []byte("abc")
	for _, how := range []func(*table[string, word]){
		func(table *table[string, word]) { table.load([]word{{"a", letters}}) },
		func(table *table[string, word]) { table.put(word{"a", letters}) },
		func(table *table[string, word]) { table.put(word{"a", letters}); table.commit() },
	} {
		copy(letters, "abc")
		table := words()
		how(table)
		clear(letters)
		for range 2 {
			w, ok := table.get("a")
			require.True(t, ok)
			require.Equal(t, "abc", string(w.letters))
			clear(w.letters)
			clear(table.all()[0].letters)
			clear(table.list("", 1, every)[0].letters)
		}
	}
}

func TestTableAddRefusesAKeyInUse(t *testing.T) {
	t.Parallel()
	table := words(word{key: "a"})
	require.ErrorIs(t, table.add(word{key: "a"}, errIDTaken), errIDTaken)
	require.NoError(t, table.add(word{key: "b"}, errIDTaken))
	require.ErrorIs(t, table.add(word{key: "b"}, errIDTaken), errIDTaken)
	table.remove("a")
	require.NoError(t, table.add(word{key: "a"}, errIDTaken))
	require.Equal(t, "ab", keys(table.all()))
}
