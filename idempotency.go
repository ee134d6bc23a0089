package twist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// Key makes one call idempotent: the first call that commits under it keeps its result for ever, in
// its own unit of work, and every later one gets that result and changes nothing. A call that was
// refused keeps nothing. Keys are scoped to the caller's account and the operation.
type Key struct {
	Operation string   // which use case the key was made for
	Value     string   // 1 to 255 characters, chosen by the caller
	Request   [32]byte // a digest of the request: another request under the same key is refused
}

// call is what travels in the context: the key, and whether its answer came from before.
type call struct {
	key      Key
	replayed bool
}

type callKey struct{}

// WithKey gives a context under which a use case that moves money is idempotent.
func WithKey(ctx context.Context, key Key) context.Context {
	return context.WithValue(ctx, callKey{}, &call{key: key})
}

// WithReplays gives a context under which Replayed can answer for a use case that its request itself
// makes idempotent, an order or a refund. It adds no key.
func WithReplays(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, &call{})
}

// Replayed reports whether the use case that ran under ctx gave a result kept from an earlier call.
func Replayed(ctx context.Context) bool {
	c, ok := ctx.Value(callKey{}).(*call)
	return ok && c.replayed
}

// maxRaces is how often a unit of work starts again because an equal one committed first.
const maxRaces = 3

// once runs fn in a unit of work, idempotent under the key of ctx if it has one.
func once[T any](ctx context.Context, c Config, by Caller, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	current, ok := ctx.Value(callKey{}).(*call)
	if !ok || current.key.Value == "" {
		return ports.Write(ctx, c.Store, fn)
	}
	return keyed(ctx, c, by, current, ports.ErrKeyReused, fn)
}

// onceFor is once under a natural key: what the request itself is named by, whatever key ctx has.
// Another request under that name is the conflict.
func onceFor[T any](ctx context.Context, c Config, by Caller, key Key, conflict *fault.Fault, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	current, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		current = &call{}
	}
	natural := &call{key: key}
	result, err := keyed(ctx, c, by, natural, conflict, fn)
	current.replayed = natural.replayed
	return result, err
}

func keyed[T any](ctx context.Context, c Config, by Caller, current *call, conflict *fault.Fault, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	run := func(ctx context.Context, tx ports.Tx) (result T, err error) {
		current.replayed = false // this may be a second run
		kept, found, err := tx.Outcomes.Find(ctx, string(by.Account), current.key.Operation, current.key.Value)
		if err != nil {
			return result, err
		}
		if found {
			if kept.Request != current.key.Request {
				return result, conflict
			}
			current.replayed = true
			return result, decode(kept.Answer, &result)
		}
		if result, err = fn(ctx, tx); err != nil {
			return result, err
		}
		answer, err := json.Marshal(result)
		if err != nil {
			return result, err
		}
		return result, tx.Outcomes.Add(ctx, ports.Outcome{
			Account: string(by.Account), Operation: current.key.Operation, Key: current.key.Value,
			Request: current.key.Request, Answer: answer, At: c.Clock.Now(),
		})
	}
	for race := 1; ; race++ {
		result, err := ports.Write(ctx, c.Store, run)
		if race < maxRaces && errors.Is(err, ports.ErrOutcomeExists) {
			continue // an equal call committed in between: the next run finds its answer
		}
		return result, err
	}
}

// decode reads a kept answer. A field it does not know means that the answer's shape was changed
// without its history in mind: better no answer than half of one.
func decode(answer []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
