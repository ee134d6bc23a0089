package jwt_test

import (
	"crypto/ed25519"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
)

// states names the keys of a ring and what they are used for.
func states(r jwt.Ring, now time.Time) (s []string) {
	for _, k := range r.Keys {
		s = append(s, k.ID[:2]+" "+string(k.StateAt(now)))
	}
	return s
}

// drawn is a private key of one repeated byte, and the beginning of its id.
func drawn(seed byte) ed25519.PrivateKey { return key("", seed).Private }

func ring(t *testing.T, r jwt.Ring, err error) jwt.Ring {
	t.Helper()
	require.NoError(t, err)
	return r
}

// A key goes through its states by its moments alone, and each limit belongs to the later state.
func TestStates(t *testing.T) {
	t.Parallel()
	k := jwt.Key{ActiveAt: start, RetiresAt: start.Add(time.Hour)}
	gone := k.RetiresAt.Add(jwt.Kept)
	for now, want := range map[time.Time]jwt.State{
		start.Add(-1): jwt.Next, start: jwt.Active, k.RetiresAt.Add(-1): jwt.Active, k.RetiresAt: jwt.Retired,
		gone.Add(-1): jwt.Retired, gone: jwt.Removed,
	} {
		require.Equal(t, want, k.StateAt(now), now)
		dropped := k
		dropped.Dropped = true
		require.Equal(t, jwt.Dropped, dropped.StateAt(now), now)
	}
	require.Equal(t, jwt.Active, jwt.Key{}.StateAt(start), "without moments it is active for ever")
	require.GreaterOrEqual(t, jwt.Lead, identity.KeysLife+jwt.Reload)
	require.GreaterOrEqual(t, jwt.Kept, identity.AccessLife+identity.ClockLeeway+identity.KeysLife)
}

// A ring whose keys leave a gap, meet, or hurry is refused.
func TestRingsRefuse(t *testing.T) {
	t.Parallel()
	require.NoError(t, jwt.Ring{Keys: turn()}.Check(start))
	for name, test := range map[string]struct {
		spoil func(old, now, soon *jwt.Key)
		says  string
	}{
		"a_gap":            {func(_, now, soon *jwt.Key) { now.RetiresAt = soon.ActiveAt.Add(-1) }, "one signs at any moment"},
		"two_at_once":      {func(_, now, soon *jwt.Key) { now.RetiresAt = soon.ActiveAt.Add(1) }, "one signs at any moment"},
		"never_retires":    {func(_, now, _ *jwt.Key) { now.RetiresAt = time.Time{} }, "one signs at any moment"},
		"nobody_afterward": {func(_, _, soon *jwt.Key) { soon.RetiresAt = start.AddDate(1, 0, 0) }, "no key follows soon"},
		"a_hurry":          {func(_, _, soon *jwt.Key) { soon.PublishedAt = soon.PublishedAt.Add(1) }, "sooner than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := turn()
			test.spoil(&keys[0], &keys[1], &keys[2])
			require.ErrorContains(t, jwt.Ring{Keys: keys}.Check(start), test.says)
		})
	}
	keys := turn()
	keys[1].Dropped, keys[2].PublishedAt = true, keys[2].ActiveAt
	require.NoError(t, jwt.Ring{Keys: keys}.Check(keys[2].ActiveAt), "what follows a dropped key need not wait")
}

func TestRotate(t *testing.T) {
	t.Parallel()
	first, err := jwt.Ring{}.Rotate(drawn(1), start)
	r := ring(t, first, err)
	a := r.Keys[0].ID[:2]
	require.Equal(t, []string{a + " active"}, states(r, start.Add(-identity.ClockLeeway)), "also where a clock is behind")
	r, err = r.Rotate(drawn(2), start)
	r = ring(t, r, err)
	b := r.Keys[1].ID[:2]
	require.Equal(t, []string{a + " active", b + " next"}, states(r, start.Add(jwt.Lead-1)))
	require.Equal(t, []string{a + " retired", b + " active"}, states(r, start.Add(jwt.Lead)))
	_, err = r.Rotate(drawn(3), start.Add(jwt.Lead-1))
	require.ErrorIs(t, err, jwt.ErrRotating)
	require.Equal(t, []string{a + " active"}, states(first, start.Add(2*jwt.Lead)), "what was given is as it was")

	later := start.Add(jwt.Lead + jwt.Kept)
	r, err = r.Rotate(drawn(3), later)
	r = ring(t, r, err)
	require.Equal(t, []string{b + " active", r.Keys[1].ID[:2] + " next"}, states(r, later), "what is removed leaves")
	_, err = r.Rotate(drawn(2), later.Add(jwt.Lead))
	require.ErrorContains(t, err, "listed twice")
}

// A dropped key's tokens end at once, whichever state it is in, and somebody signs all the time.
func TestDrop(t *testing.T) {
	t.Parallel()
	r := jwt.Ring{Keys: turn()}
	_, err := r.Drop("nobody", drawn(4), start)
	require.ErrorIs(t, err, jwt.ErrKeyUnknown)

	next, err := r.Drop("soon", drawn(4), start)
	require.Equal(t, []string{"ol retired", "no active"}, states(ring(t, next, err), start))
	retired, err := r.Drop("old", drawn(4), start)
	require.Equal(t, []string{"ol dropped", "no active", "so next"}, states(ring(t, retired, err), start))
	active, err := r.Drop("now", drawn(4), start)
	require.Equal(t, []string{"ol retired", "no dropped", "so active"}, states(ring(t, active, err), start.Add(-identity.ClockLeeway)))
	require.Nil(t, active.Keys[1].Private, "nothing needs the secret any more")
	again, err := active.Drop("soon", drawn(4), start)
	again = ring(t, again, err)
	require.Equal(t, jwt.Active, again.Keys[3].StateAt(start.Add(-identity.ClockLeeway)), "the spare takes over")
	require.Equal(t, jwt.NewKey(drawn(4)).ID, again.Keys[3].ID)
	require.Equal(t, turn(), r.Keys, "what was given is as it was")

	tokens, minted := open(t, with(turn()...)), issue(t, open(t, with(turn()...)))
	require.NoError(t, tokens.Replace(active, start))
	requireInvalid(t, tokens, minted)
	late := claims()
	late.IssuedAt = start.Add(-identity.ClockLeeway) // a process whose clock is behind
	late.ExpiresAt = start
	_, err = tokens.Verify(t.Context(), issue(t, tokens), start)
	require.NoError(t, err, "the new key's tokens are good at once")
	_, err = tokens.Issue(t.Context(), late)
	require.NoError(t, err)
}

// A thief who has a retired key cannot sign anything new with it, in either direction of time.
func TestRetiredKeysSignNothingNew(t *testing.T) {
	t.Parallel()
	keys := turn()
	tokens, thief := open(t, with(keys...)), open(t, with(key("old", 1)))
	requireInvalid(t, tokens, issue(t, thief))
	honest := claims()
	honest.IssuedAt = keys[0].RetiresAt.Add(-time.Second)
	honest.ExpiresAt = honest.IssuedAt.Add(identity.AccessLife)
	token, err := thief.Issue(t.Context(), honest)
	require.NoError(t, err)
	_, err = tokens.Verify(t.Context(), token, start)
	require.NoError(t, err, "what it signed in its time is good")
}

// What was issued before a moment can be refused, of one key or of all; what is issued then is good.
func TestMinIssued(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]func(time.Time) jwt.Ring{
		"all": func(at time.Time) jwt.Ring { return jwt.Ring{Keys: turn()}.Refuse(at) },
		"one": func(at time.Time) jwt.Ring {
			keys := turn()
			keys[1].MinIssued = at
			return jwt.Ring{Keys: keys}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := open(t, with(turn()...))
			token := issue(t, tokens)
			require.NoError(t, tokens.Replace(r(start), start))
			_, err := tokens.Verify(t.Context(), token, start)
			require.NoError(t, err, "issued at that moment")
			require.NoError(t, tokens.Replace(r(start.Add(time.Second)), start))
			requireInvalid(t, tokens, token)
		})
	}
	r := jwt.Ring{}.Refuse(start.Add(time.Hour))
	require.Equal(t, r, r.Refuse(start), "it only grows")
}

// A ring that would turn refused tokens into good ones, or good ones into refused ones unsaid, is not taken.
func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	other := turn()
	other[1].Private = drawn(9)
	dropped := turn()
	dropped[0].Dropped, dropped[0].Private = true, nil
	bare := turn()
	bare[0].Private = nil
	back := jwt.Ring{Keys: turn()}
	for name, test := range map[string]struct {
		before, after jwt.Ring
		says          string
	}{
		"no_key":              {jwt.Ring{Keys: turn()}, jwt.Ring{}, "0 active keys"},
		"without_the_active":  {jwt.Ring{Keys: turn()}, with(key("new", 5)).Ring, "key now is missing"},
		"without_the_retired": {jwt.Ring{Keys: turn()}, jwt.Ring{Keys: turn()[1:]}, "key old is missing"},
		"another_under_an_id": {jwt.Ring{Keys: turn()}, jwt.Ring{Keys: other}, "became another key"},
		"without_a_secret":    {back, jwt.Ring{Keys: bare}, "not an Ed25519"},
		"a_dropped_one":       {jwt.Ring{Keys: dropped}, back, "was dropped"},
		"a_lower_moment":      {back.Refuse(start), back.Refuse(start.Add(-time.Second)), "accepted again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := with()
			o.Ring = test.before
			tokens := open(t, o)
			token := issue(t, tokens)
			require.ErrorContains(t, tokens.Replace(test.after, start), test.says)
			require.Equal(t, token, issue(t, tokens), "the ring of before still signs")
			_, err := tokens.Verify(t.Context(), token, start)
			require.NoError(t, err)
		})
	}
	tokens := open(t, with(turn()...))
	require.NoError(t, tokens.Replace(jwt.Ring{Keys: turn()[1:]}, turn()[0].RetiresAt.Add(jwt.Kept)), "a removed key may leave")
	require.NoError(t, open(t, with(turn()...)).Replace(jwt.Ring{Keys: dropped}, start))
}

// A dropped key does not come back in two steps, nor under another name; a key's own moment of issue never falls.
func TestWhatWasRefusedStaysSo(t *testing.T) {
	t.Parallel()
	dropped := turn()
	dropped[0].Dropped, dropped[0].Private = true, nil
	tokens := open(t, with(turn()...))
	require.NoError(t, tokens.Replace(jwt.Ring{Keys: dropped}, start))
	require.NoError(t, tokens.Replace(jwt.Ring{Keys: turn()[1:]}, start))
	require.ErrorContains(t, tokens.Replace(jwt.Ring{Keys: turn()}, start), "key old was dropped")
	renamed := turn()
	renamed[0].ID = "other"
	require.ErrorContains(t, tokens.Replace(jwt.Ring{Keys: renamed}, start), "key other was dropped")

	late := turn()
	late[1].MinIssued = start
	tokens = open(t, with(late...))
	require.NoError(t, tokens.Replace(jwt.Ring{Keys: late}, start))
	early := turn()
	early[1].MinIssued = start.Add(-time.Second)
	require.ErrorContains(t, tokens.Replace(jwt.Ring{Keys: early}, start), "accepted again")
}

// A key that was dropped before it ever signed does not come back either, and the file of the drop says so for ever.
func TestADroppedKeyIsGoneFromTheFile(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"old", "now", "soon"} {
		dropped, err := jwt.Ring{Keys: turn()}.Drop(id, drawn(4), start)
		read, failed := jwt.ParseRing(ring(t, dropped, err).Secrets())
		read = ring(t, read, failed)
		require.Equal(t, dropped.Gone, read.Gone)
		tokens := open(t, with(turn()...))
		require.NoError(t, tokens.Replace(read, start))
		require.ErrorContains(t, tokens.Replace(jwt.Ring{Keys: turn()}, start), "key "+id+" was dropped")
		back := jwt.Ring{Keys: turn(), Gone: read.Gone}
		require.ErrorContains(t, back.Check(start), "key "+id+" was dropped")
		for i := range back.Keys {
			back.Keys[i].ID = "renamed" + back.Keys[i].ID
		}
		require.ErrorContains(t, back.Check(start), "key renamed"+id+" was dropped")
	}
}

// E-03: what outlives a ring tells every older copy of it from the ring itself, and from those that come after it.
func TestHeeds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		to   func(jwt.Ring) (jwt.Ring, error)
		says string
	}{
		"a_retired_key": {func(r jwt.Ring) (jwt.Ring, error) { return r.Drop("old", nil, start) }, "key old was dropped"},
		"the_active":    {func(r jwt.Ring) (jwt.Ring, error) { return r.Drop("now", nil, start) }, "key now was dropped"},
		"the_next":      {func(r jwt.Ring) (jwt.Ring, error) { return r.Drop("soon", nil, start) }, "key soon was dropped"},
		"all_tokens":    {func(r jwt.Ring) (jwt.Ring, error) { return r.Refuse(start), nil }, "by its moment of issue"},
		"a_keys_tokens": {func(r jwt.Ring) (jwt.Ring, error) {
			r.Keys[1].MinIssued = start.Add(time.Millisecond)
			return r, nil
		}, "what key now signed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed, err := change.to(jwt.Ring{Keys: turn()})
			tokens := open(t, with(turn()...))
			require.Empty(t, tokens.Tombstones())
			require.NoError(t, tokens.Replace(ring(t, changed, err), start))
			buried := tokens.Tombstones()
			require.NotEmpty(t, buried)
			require.ErrorContains(t, jwt.Ring{Keys: turn()}.Heeds(buried), change.says)
			require.NoError(t, changed.Heeds(buried))
			require.NoError(t, changed.Refuse(start.Add(time.Hour)).Heeds(buried))
			require.NoError(t, with(key("new", 7)).Ring.Refuse(start).Heeds(buried), "what nothing is remembered of")
			renamed := jwt.Ring{Keys: turn()}
			for i := range renamed.Keys {
				renamed.Keys[i].ID = "other"
			}
			require.Equal(t, name == "a_keys_tokens", renamed.Heeds(buried) == nil, "a dropped key is known by its public half")
		})
	}
}

// process is one of two that hold the same ring, with a clock of its own.
type process struct {
	tokens *jwt.Tokens
	skew   time.Duration
}

// TestRotationUnderLoad rotates and drops while two processes, whose clocks disagree as far as they may and
// who read the ring one after the other, issue and verify: no good token is refused on the way, none of a
// removed or dropped key is accepted, and each key signs in its turn.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	var now atomic.Int64 // seconds after start
	clock := func(p process) time.Time { return start.Add(time.Duration(now.Load())*time.Second + p.skew) }
	r, err := jwt.Ring{}.Rotate(drawn(1), start)
	r = ring(t, r, err)
	o := with()
	o.Ring = r
	one, two := process{open(t, o), identity.ClockLeeway / 2}, process{open(t, o), -identity.ClockLeeway / 2}

	stop, refused, used := make(chan struct{}), make(chan struct{}), sync.Map{}
	halt := sync.OnceFunc(func() { close(stop) })
	defer halt()
	var stopped sync.Once
	var turning sync.RWMutex // a token is passed on and verified between two steps of the clock
	var load sync.WaitGroup
	passed := make(chan struct{})
	for i := range 8 {
		from, to := one, two
		if i%2 == 1 {
			from, to = two, one
		}
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				turning.RLock()
				c := claims()
				c.IssuedAt = clock(from).Truncate(time.Second)
				c.ExpiresAt = c.IssuedAt.Add(identity.AccessLife)
				token, err := from.tokens.Issue(t.Context(), c)
				if err == nil {
					_, err = to.tokens.Verify(t.Context(), token, clock(to))
				}
				turning.RUnlock()
				if err != nil {
					t.Errorf("a good token was refused at %s: %v", clock(from), err)
					stopped.Do(func() { close(refused) })
					return
				}
				used.Store(token, c.ExpiresAt)
				select {
				case passed <- struct{}{}:
				case <-stop:
				}
			}
		})
	}
	const rotations = 6
	step := func(seconds int64) {
		turning.Lock()
		now.Add(seconds)
		turning.Unlock()
		for range 32 {
			select {
			case <-passed:
			case <-refused:
				t.FailNow()
			}
		}
	}
	for i := range rotations {
		r, err = r.Rotate(drawn(byte(i+2)), start.Add(time.Duration(now.Load())*time.Second))
		r = ring(t, r, err)
		require.NoError(t, one.tokens.Replace(r, clock(one)))
		step(int64(jwt.Reload / time.Second)) // the other reads it this much later
		require.NoError(t, two.tokens.Replace(r, clock(two)))
		for _, seconds := range []int64{600, 47, 1, 1, 1, 1, 1, 1, 300, int64(jwt.Kept / time.Second)} { // across the turn, second by second
			step(seconds)
		}
	}
	halt()
	load.Wait()
	kids, good := map[string]bool{}, 0
	used.Range(func(token, expires any) bool {
		kids[kid(t, token.(string))] = true
		for _, p := range []process{one, two} {
			if _, err := p.tokens.Verify(t.Context(), token.(string), clock(p)); err == nil {
				require.True(t, clock(p).Before(expires.(time.Time).Add(identity.ClockLeeway)))
				good++
			}
		}
		return true
	})
	require.Len(t, kids, rotations+1, "every key signed")
	require.NotZero(t, good)
	published, err := one.tokens.Keys(t.Context(), clock(one))
	require.NoError(t, err)
	require.Len(t, published, 1, "all others were removed")

	last := r.Keys[len(r.Keys)-1].ID
	r, err = r.Drop(last, drawn(200), start.Add(time.Duration(now.Load())*time.Second))
	r = ring(t, r, err)
	for _, p := range []process{one, two} {
		require.NoError(t, p.tokens.Replace(r, clock(p)))
	}
	used.Range(func(token, _ any) bool {
		for _, p := range []process{one, two} {
			_, err := p.tokens.Verify(t.Context(), token.(string), clock(p))
			require.Error(t, err, "no token of the time before the drop passes")
		}
		return true
	})
}
