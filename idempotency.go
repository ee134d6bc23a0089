package twist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// Key makes one call idempotent: the first call that commits under it keeps its result for ever, in
// its own unit of work, and every later one gets that result and changes nothing. A call that was
// refused keeps nothing. Keys are scoped to the caller's account and the use case.
type Key struct {
	Value   string   // chosen by the caller
	Request [32]byte // a digest of the request: another request under the same key is refused
}

// ErrKey means that a key cannot be one.
var ErrKey = fault.New(fault.Invalid, "idempotency_key_invalid", "an idempotency key has 1 to 255 visible ASCII characters")

// Check returns ErrKey unless Value has 1 to 255 visible ASCII characters.
func (k Key) Check() error {
	const most = 255
	if k.Value == "" || len(k.Value) > most {
		return ErrKey
	}
	for _, c := range []byte(k.Value) {
		if c < '!' || c > '~' {
			return ErrKey
		}
	}
	return nil
}

// call is what travels in the context: the key, if there is one, and whether the answer came from before.
type call struct {
	key      *Key
	replayed bool
}

type callKey struct{}

// WithKey gives a context under which one call of a use case that moves money is idempotent.
func WithKey(ctx context.Context, key Key) context.Context {
	return context.WithValue(ctx, callKey{}, &call{key: &key})
}

// WithReplays gives a context under which Replayed can answer for one call of a use case that its
// request itself makes idempotent, an order or a refund. It adds no key.
func WithReplays(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, &call{})
}

// Replayed reports whether the use case that ran under ctx gave a result kept from an earlier call.
func Replayed(ctx context.Context) bool {
	c, ok := ctx.Value(callKey{}).(*call)
	return ok && c.replayed
}

// once runs fn in a unit of work, idempotent under the key of ctx if it has one.
func once[T any](ctx context.Context, c Config, by Caller, operation string, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	current, ok := ctx.Value(callKey{}).(*call)
	if !ok || current.key == nil {
		return ports.Write(ctx, c.Store, fn)
	}
	if err := current.key.Check(); err != nil {
		var none T
		return none, err
	}
	return keyed(ctx, c, by, scope{operation, *current.key, ports.ErrKeyReused}, current, fn)
}

// onceFor is once under a natural key: what the request itself is named by, whatever key ctx has.
// Another request under that name is the conflict.
func onceFor[T any](ctx context.Context, c Config, by Caller, operation string, key Key, conflict *fault.Fault, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	current, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		current = &call{}
	}
	return keyed(ctx, c, by, scope{operation, key, conflict}, current, fn)
}

// scope is what a key stands for, and what another request under it is.
type scope struct {
	operation string
	key       Key
	conflict  *fault.Fault
}

// keyed runs fn unless its outcome is kept. The key is held first: of equal calls at the same time one
// acts, and the others meet its outcome and nothing else of it.
func keyed[T any](ctx context.Context, c Config, by Caller, s scope, current *call, fn func(ctx context.Context, tx ports.Tx) (T, error)) (T, error) {
	return ports.Write(ctx, c.Store, func(ctx context.Context, tx ports.Tx) (result T, err error) {
		current.replayed = false // this may be a second run
		kept, found, err := tx.Outcomes.Lock(ctx, string(by.Account), s.operation, s.key.Value)
		if err != nil {
			return result, err
		}
		if found {
			if kept.Request != s.key.Request {
				return result, s.conflict
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
			Account: string(by.Account), Operation: s.operation, Key: s.key.Value,
			Request: s.key.Request, Answer: answer, At: c.Clock.Now(),
		})
	})
}

// decode reads a kept answer. A field it does not know means that the answer's shape was changed
// without its history in mind: better no answer than half of one.
func decode(answer []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// inParts does the parts of a request in their order, each in a call of its own under a key of its own, if the request has
// one. First the key becomes that of the request, if the caller may: no other request does a part under it. The request was
// replayed where each of its parts was.
func inParts(ctx context.Context, c Config, by Caller, operation string, parts int, may func(context.Context, ports.Tx) error, do func(ctx context.Context, i int)) error {
	whole, keyed := ctx.Value(callKey{}).(*call)
	keyed = keyed && whole.key != nil
	if _, err := once(ctx, c, by, operation, func(ctx context.Context, tx ports.Tx) (struct{}, error) { return struct{}{}, may(ctx, tx) }); err != nil {
		return err
	}
	replayed := true
	for i := range parts {
		each := ctx
		if keyed {
			each = WithKey(ctx, partOf(operation, *whole.key, i))
		}
		do(each, i)
		replayed = replayed && Replayed(each)
	}
	if keyed {
		whole.replayed = replayed
	}
	return nil
}

// partOf is the key of one part of a request. It has a length of its own, whatever the key is, and who chooses it for
// something else meets nothing but calls of its own.
func partOf(operation string, key Key, i int) Key {
	name := digest(operation, key.Value, strconv.Itoa(i))
	return Key{Value: "part:" + hex.EncodeToString(name[:]), Request: key.Request}
}

// digest is the fingerprint of texts, such as those of a request: each is preceded by its length.
func digest(parts ...string) [32]byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return [32]byte(h.Sum(nil))
}
