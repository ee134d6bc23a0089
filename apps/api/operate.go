package api

import (
	"context"
	"maps"
	"strconv"

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
	Findings []findingBody           `json:"findings"`
}

type findingBody struct {
	Code   string `json:"code"`
	Where  string `json:"where"`
	Detail string `json:"detail"`
}

func verify(l *twist.Ledger) rpc.Call[nothing, verificationBody] {
	return func(ctx context.Context, _ twist.Caller, _ nothing) (verificationBody, error) {
		v, err := l.Verify(ctx)
		body := verificationBody{
			OK: err == nil && len(v.Findings) == 0, Entries: v.Entries, Events: v.Events, Unsealed: v.Unsealed, Head: v.Head.String(),
			Sum: map[string]money.Amount{}, Places: map[string]money.Amount{}, Findings: []findingBody{},
		}
		maps.Copy(body.Places, v.Places)
		for asset, sum := range v.Sums {
			body.Sum[string(asset)] = sum
		}
		for _, f := range v.Findings {
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
