package main

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/twist-platform/twist/ports"
)

// sent is one statement as the adapter sent it.
type sent struct {
	text   string
	args   []any
	method string // of the port that sent it; empty for what opens and ends a transaction
}

// recorder sees what the adapter sends, between start and stop.
type recorder struct {
	mu     sync.Mutex
	on     bool
	all    []sent
	silent map[string]bool // the methods of the ports that have sent nothing yet; nil where nobody asks
}

var _ pgx.QueryTracer = (*recorder)(nil)

// TraceQueryStart keeps a statement.
func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on {
		from := sender()
		delete(r.silent, from)
		r.all = append(r.all, sent{data.SQL, slices.DeleteFunc(slices.Clone(data.Args), wish), from})
	}
	return ctx
}

// wish reports what database/sql hands to pgx beside the arguments: how it wants the rows.
func wish(arg any) bool {
	switch arg.(type) {
	case pgx.QueryResultFormats, pgx.QueryResultFormatsByOID, pgx.QueryExecMode:
		return true
	}
	return false
}

// TraceQueryEnd keeps nothing.
func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// during gives what is sent while fn runs.
func (r *recorder) during(fn func() error) ([]sent, error) {
	r.mu.Lock()
	r.on, r.all = true, nil
	r.mu.Unlock()
	err := fn()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.all, err
}

// sender names the port's method that is being carried out: the adapter's outermost function that is one.
func sender() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	name := ""
	for {
		f, more := frames.Next()
		if m := portMethod(f.Function); m != "" {
			name = m
		}
		if !more {
			return name
		}
	}
}

// portOf names the field of ports.Tx or ports.View for each type of the adapter that stands for one.
var portOf = map[string]string{
	"outcomes": "Outcomes", "accounts": "Accounts", "wallets": "Wallets", "assents": "Assents", "sessions": "Sessions", "apiKeys": "APIKeys",
	"applications": "Applications", "influencers": "Influencers", "emails": "Emails", "mails": "Mails", "erasures": "Erasures",
	"programs": "Programs", "links": "Links", "conversions": "Conversions", "touches": "Touches", "bindings": "Bindings", "reservations": "Reservations",
	"commissions": "Commissions", "bonuses": "Bonuses", "orders": "Orders", "waiting": "Waiting", "debts": "Debts", "(*Clicks)": "ClickLog",
	"pools": "Pools", "positions": "Positions", "tickets": "Tickets", "poolDays": "PoolDays", "listings": "Listings",
	"conducts": "Conducts", "alerts": "Alerts", "deposits": "Deposits", "payoutBook": "Payouts", "attempts": "Attempts",
	"book": "Ledger", "outbox": "Outbox", "audit": "Audit", "seals": "Seals", "sequence": "Journal",
}

// portMethod reads Pools.Lock out of the full name of a method of the adapter, and nothing out of another.
func portMethod(function string) string {
	_, rest, ok := strings.Cut(function, "/adapters/postgres.")
	if !ok {
		return ""
	}
	kind, method, _ := strings.Cut(rest, ".")
	port, ok := portOf[kind]
	if !ok || method == "" || strings.ContainsAny(method, ".[") || method[0] < 'A' || method[0] > 'Z' {
		return ""
	}
	return port + "." + method
}

// portMethods are the methods of the store's ports as portMethod names them.
func portMethods() map[string]bool {
	all := map[string]bool{}
	for _, side := range []reflect.Type{reflect.TypeFor[ports.Tx](), reflect.TypeFor[ports.View]()} {
		for field := range side.Fields() {
			port := field.Name
			if port == "PoolFigures" { // the adapter has one type for both
				port = "Listings"
			}
			for method := range field.Type.Methods() {
				all[port+"."+method.Name] = true
			}
		}
	}
	return all
}
