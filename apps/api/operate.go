package api

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
)

type verificationBody struct {
	OK       bool                    `json:"ok"`
	Entries  int64                   `json:"entries"`
	Events   int64                   `json:"events"`
	Unsealed int64                   `json:"unsealed" doc:"entries and events that have no position yet"`
	Head     string                  `json:"head" doc:"position:hash of the last that has one: keep it"`
	Sum      map[string]money.Amount `json:"sum"`
	Places   map[string]money.Amount `json:"places" doc:"TWIST by kind of ledger account"`
	Findings []findingBody           `json:"findings" doc:"the first 100 of them"`
	Found    int                     `json:"findings_count" doc:"how many findings there are"`
}

const (
	// mostFindings is how many findings an answer lists: who has more looks with twistd verify.
	mostFindings = 100
	// verifying is how long a verification may take here; twistd verify takes the time that it needs.
	verifying = 20 * time.Second
)

type findingBody struct {
	Code   string `json:"code"`
	Where  string `json:"where"`
	Detail string `json:"detail"`
}

// verify recomputes the books, once for all who ask meanwhile: it reads everything there is, and must not make the
// API slow for others, however often somebody asks.
func verify(run func(context.Context) (twist.Verification, error)) rpc.Call[nothing, verificationBody] {
	shared := &flight[twist.Verification]{within: verifying, run: run}
	return func(ctx context.Context, _ twist.Caller, _ nothing) (verificationBody, error) {
		v, err := shared.join(ctx)
		body := verificationBody{
			OK: err == nil && len(v.Findings) == 0, Entries: v.Entries, Events: v.Events, Unsealed: v.Unsealed, Head: v.Head.String(),
			Sum: map[string]money.Amount{}, Places: map[string]money.Amount{}, Findings: []findingBody{}, Found: len(v.Findings),
		}
		maps.Copy(body.Places, v.Places)
		for asset, sum := range v.Sums {
			body.Sum[string(asset)] = sum
		}
		for _, f := range v.Findings[:min(len(v.Findings), mostFindings)] {
			body.Findings = append(body.Findings, findingBody{Code: f.Code, Where: f.Where, Detail: f.Detail})
		}
		return body, err
	}
}

type reconciliationBody struct {
	Slot       string       `json:"slot"`
	Reserve    money.Amount `json:"reserve"`
	World      money.Amount `json:"world"`
	Unbooked   money.Amount `json:"unbooked"`
	Difference money.Amount `json:"difference"`
}

func reconcile(l *twist.Ledger) rpc.Call[nothing, reconciliationBody] {
	return func(ctx context.Context, _ twist.Caller, _ nothing) (reconciliationBody, error) {
		r, err := l.Reconcile(ctx)
		return reconciliationBody{
			Slot: strconv.FormatUint(r.Slot, 10), Reserve: r.Reserve, World: r.World, Unbooked: r.Unbooked, Difference: r.Difference,
		}, err
	}
}
