package identity

import "time"

// EveryKey is the key of a tombstone that stands for all of them. No key has this id.
const EveryKey = "*"

// Forever is the moment of a tombstone before which everything is: its key was dropped.
func Forever() time.Time { return time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC) }

// Tombstone is what outlives a list of keys that sign access tokens: what of a key nobody trusts any more. A
// process that is handed an older list learns from it that the list is old. It holds no secret.
type Tombstone struct {
	Key    string    // the key's id, or its public half in hexadecimal, or EveryKey
	Before time.Time // tokens that say they were issued before are refused; Forever where the key was dropped
}
