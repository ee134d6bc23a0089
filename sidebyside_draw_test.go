package twist_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
)

// everybody who ever signs in.
var everybody = []string{"ada", "bea", "cyd", "fay", "gil", "hal", "shop", "mart"}

// odd texts have found bugs in other stores: no text, what sorts elsewhere in a dictionary, what is long, what
// means something in a pattern or in a statement.
var odd = []string{"", "Z", "a", "_", "ä", "~", "%", `\`, "'; DROP TABLE pools; --", strings.Repeat("x", 101), strings.Repeat("ü", 5_000)}

// unkept texts are ones that no store keeps, so that nothing is found by them.
var unkept = []string{"\x00", "a\x00b", "\xff\xfe"}

// drawn is one of what is known, or rarely something else.
func (s *sides) drawn(what string, known []string, others ...string) string {
	return s.oneOf(what, known, slices.Concat(others, odd, unkept))
}

func (s *sides) oneOf(what string, known, others []string) string {
	if len(known) == 0 || rapid.IntRange(0, 11).Draw(s.rt, "strange "+what) == 11 {
		return rapid.SampledFrom(others).Draw(s.rt, "odd "+what)
	}
	return rapid.SampledFrom(known).Draw(s.rt, what)
}

// drawnFrom is drawn for names of a type.
func drawnFrom[T ~string](s *sides, what string, known []T) T { return T(s.drawn(what, plain(known))) }

// plain makes texts of names.
func plain[T ~string](names []T) []string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return texts
}

// recent is the last few of what is known: what is drawn from few is drawn evenly, and again.
func recent[T any](all []T) []T { return all[max(0, len(all)-12):] }

func (s *sides) name() string { return rapid.SampledFrom(everybody).Draw(s.rt, "name") }

// whose is the name that owns something, or rarely another.
func (s *sides) whose(owned string) string {
	name, ok := s.owners[owned]
	if !ok || rapid.IntRange(0, 11).Draw(s.rt, "another") == 11 {
		return s.name()
	}
	return name
}

func (s *sides) pool() staking.PoolID           { return drawnFrom(s, "pool", recent(s.pools)) }
func (s *sides) program() attribution.ProgramID { return drawnFrom(s, "program", recent(s.programs)) }
func (s *sides) ticket() staking.TicketID       { return drawnFrom(s, "ticket", recent(s.tickets)) }
func (s *sides) code() string                   { return s.drawn("code", recent(s.codes)) }
func (s *sides) visitor() string                { return s.drawn("visitor", append(recent(s.visitors), "", "")) }
func (s *sides) payout() payouts.ID             { return drawnFrom(s, "payout", recent(s.payouts)) }
func (s *sides) text() string {
	return s.drawn("text", []string{"Tea", " Tea ", "Tee für alle", "t\u202ee", "тест"})
}

func (s *sides) conversion() attribution.ConversionID {
	return drawnFrom(s, "conversion", recent(s.conversions))
}

func (s *sides) share() money.Bps {
	return rapid.SampledFrom([]money.Bps{1_000, 2_000, 0, 2_001, 5_001, 10_000, -1}).Draw(s.rt, "share")
}

func (s *sides) username() string {
	return s.drawn("username", []string{"cyd", "Cyd", "fay", "ADA", "admin", "x", "with space", "gil_1"})
}

func (s *sides) destination() string {
	return s.drawn("destination", []string{"https://shop.example/tea", "https://shop.example/?q=\x00ü#\x00", "ftp://shop.example", "https://shöp.example/ä"})
}

// linkID is a link that was made.
func (s *sides) linkID() attribution.LinkID {
	return attribution.LinkID(s.drawn("link", recent(s.links)))
}

// promo is mostly none, and else one of few that are mistaken for each other.
func (s *sides) promo() string {
	return s.drawn("promo", []string{"", "", "", "TEA-10", "tea-I0", "TEAIO", "no code!"})
}

// refundID is one of few, so that some come again, in an order that only bytes have.
func (s *sides) refundID() string {
	return s.drawn("refund", []string{"B", "a", "b", "A", "-", "ä", "1", "10", "2"})
}

// amount is in whole tokens or not, often more than there is, rarely none at all.
func (s *sides) amount() money.Amount {
	if rapid.IntRange(0, 11).Draw(s.rt, "size") == 11 {
		return rapid.SampledFrom([]money.Amount{
			0, -1, 1, math.MaxInt64, math.MinInt64, payouts.Minimum, payouts.StepUpFrom, staking.MinimumFloor - 1, 20_000_000_000_000,
		}).Draw(s.rt, "odd amount")
	}
	unit := rapid.SampledFrom([]int64{1_000_000_000, 3_333_333_333, 500_000_001}).Draw(s.rt, "unit")
	return money.Amount(unit * rapid.Int64Range(1, 40).Draw(s.rt, "units"))
}

// order is of a program, and names a click of that one.
func (s *sides) order() attribution.Order {
	program, amount := s.program(), s.amount()
	order := attribution.Order{
		Program: program, ID: s.drawn("order", append(recent(s.orders), s.unheard("order-"), s.unheard("Order-"))), Amount: amount,
		Currency: s.drawn("currency", []string{attribution.Currency}),
		Click:    drawnFrom(s, "click", append(append(recent(s.clicks[program]), ""), recent(s.clicks[s.program()])...)),
	}
	order.Promo = attribution.Promo(s.promo())
	if order.Customer = s.drawn("customer", []string{"", "", "customer-1", "customer-2"}); rapid.IntRange(0, 2).Draw(s.rt, "by customer") == 0 {
		order.Click, order.Promo = "", ""
	}
	if half := amount / 2; rapid.Bool().Draw(s.rt, "items") {
		order.Items = []attribution.Item{{Product: "pot", Amount: half}, {Product: "cup", Amount: amount - half}}
	}
	return order
}

// unheard is a name that was never used before.
func (s *sides) unheard(what string) string { return what + strconv.Itoa(s.done) }

func (s *sides) newProgram() twist.NewProgram {
	return twist.NewProgram{
		Name:    s.text(),
		Rate:    money.Bps(rapid.SampledFrom([]int64{2_000, 1, 10_000, 0, 10_001, -1, math.MaxInt32}).Draw(s.rt, "rate")),
		Window:  rapid.SampledFrom([]time.Duration{0, day, time.Second, 91 * day, -1, 1_000_001_000, 1_000_001_001}).Draw(s.rt, "window"),
		Hold:    rapid.SampledFrom([]time.Duration{0, day, 90 * day, 91 * day, -1, 1_000, 1_001}).Draw(s.rt, "hold"),
		Model:   s.model(),
		Binding: s.binding(),
	}
}

func (s *sides) model() attribution.Model {
	return rapid.SampledFrom(append(attribution.Models(), "", "luck")).Draw(s.rt, "model")
}

// binding is mostly a span that customers are bound for, so that orders without a click are of somebody too.
func (s *sides) binding() time.Duration {
	return rapid.SampledFrom([]time.Duration{30 * day, 30 * day, 0, time.Second, attribution.MaxBinding, attribution.MaxBinding + day, -1, 1_001}).Draw(s.rt, "binding")
}

// someKey is one of few, so that some come again, with the same request or with another.
func (s *sides) someKey() *twist.Key {
	values := []string{"k1", "k2", "K1", s.unheard("key-"), "", "ü", strings.Repeat("k", 255), strings.Repeat("k", 256)}
	key := keyOf(rapid.SampledFrom(values).Draw(s.rt, "key"), 0)
	key.Request[31] = byte(rapid.IntRange(0, 1).Draw(s.rt, "request"))
	return &key
}

// page is where a page begins, which is a place in the order of bytes, and how long it is.
func (s *sides) page(of []string) (after string, limit int) {
	return s.oneOf("after", append(of, ""), odd), rapid.SampledFrom([]int{3, 1, 1_000, 0, -1, math.MaxInt64, math.MinInt64}).Draw(s.rt, "limit")
}
