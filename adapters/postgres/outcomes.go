package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/ports"
)

// outcomes keeps the answers of idempotent calls.
type outcomes struct{ *unit }

// outcomeRow is an answer.
type outcomeRow struct {
	Account   string
	Operation string
	Key       string
	Request   hash
	Answer    []byte
	At        time.Time
}

func (r outcomeRow) value() ports.Outcome {
	return ports.Outcome{
		Account: r.Account, Operation: r.Operation, Key: r.Key, Request: r.Request.Digest, Answer: r.Answer, At: r.At.UTC(),
	}
}

// Lock holds a key, which may have no row yet, and gives its answer as it stands once it is held.
func (o outcomes) Lock(ctx context.Context, account, operation, key string) (ports.Outcome, bool, error) {
	return find[outcomeRow](ctx, o.unit, `
		SELECT account, operation, key, request, answer, at FROM hold_outcome($1, $2, $3)`, account, operation, key)
}

// Add keeps an answer.
func (o outcomes) Add(ctx context.Context, v ports.Outcome) error {
	return o.run(ctx, nil, `
		INSERT INTO outcomes (account, operation, key, request, answer, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		v.Account, v.Operation, v.Key, v.Request[:], v.Answer, v.At)
}
