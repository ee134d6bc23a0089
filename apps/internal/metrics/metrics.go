// Package metrics counts what the API serves, for a Prometheus that asks.
//
// Only apps/internal/boot imports it. Its invariant: every label comes from the table of routes or from a
// closed list of ours, so a client makes no series.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

var _ rpc.Observer = (*Metrics)(nil)

// Metrics observes requests. Make one with New; it is safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	inFlight   prometheus.Gauge
	limited    *prometheus.CounterVec
	excess     *prometheus.CounterVec
	undecided  *prometheus.CounterVec
	panics     prometheus.Counter
	cut        prometheus.Counter
	unaudited  prometheus.Counter
	suppressed prometheus.Counter
	ruled      *prometheus.CounterVec
	clicked    *prometheus.CounterVec
	lost       prometheus.Counter
}

// New gives metrics that have counted nothing, in a registry of their own.
func New() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "twist", Name: name, Help: help}, labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("requests_total", "Requests answered, by route and class of status.", "route", "status"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "twist", Name: "request_seconds", Help: "How long requests took, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25},
		}, []string{"route"}),
		inFlight:  prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "twist", Name: "requests_in_flight", Help: "Requests being served."}),
		limited:   counter("limited_total", "Requests refused because a quota was spent, by class.", "class"),
		excess:    counter("excess_total", "Requests served on over a quota, without being counted: a link led on and no click was kept.", "class"),
		undecided: counter("limiter_failures_total", "Requests for which the limiter could not decide, by class.", "class"),
		panics:    prometheus.NewCounter(prometheus.CounterOpts{Namespace: "twist", Name: "panics_total", Help: "Requests that panicked."}),
		cut: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "twist", Name: "answers_cut_total", Help: "Answers that broke off after they began, because they took too long or could not be read on.",
		}),
		unaudited: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "twist", Name: "audit_failures_total", Help: "Refusals that the audit log did not take.",
		}),
		suppressed: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "twist", Name: "audit_suppressed_total", Help: "Refusals without a record, because everybody's share of records was spent.",
		}),
		ruled: counter("stakes_ruled_total", "Stakes that were reviewed or refused, by ruling and by each rule that was broken.", "ruling", "rule"),
	}
	m.clicked = counter("clicks_total", "Visits by links, by origin and by what they are worth: valid, or in a word why they earn nothing.", "origin", "verdict")
	m.lost = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "twist", Name: "clicks_lost_total", Help: "Visits by links of which no click was kept, because the log did not take it."})
	m.registry.MustRegister(m.ruled, m.clicked, m.lost, m.requests, m.durations, m.inFlight, m.limited, m.excess, m.undecided, m.panics, m.cut, m.unaudited, m.suppressed,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Began counts a request as being served.
func (m *Metrics) Began(string) { m.inFlight.Inc() }

// Ended counts what became of it.
func (m *Metrics) Ended(s rpc.Served) {
	m.inFlight.Dec()
	m.requests.WithLabelValues(s.Route, strconv.Itoa(s.Status/100)+"xx").Inc()
	m.durations.WithLabelValues(s.Route).Observe(s.Took.Seconds())
	for _, c := range []struct {
		when bool
		what prometheus.Counter
	}{
		{s.Limited, m.limited.WithLabelValues(s.Class.String())},
		{s.Excess, m.excess.WithLabelValues(s.Class.String())},
		{s.Undecided, m.undecided.WithLabelValues(s.Class.String())},
		{s.Panicked, m.panics},
		{s.Cut, m.cut},
		{s.Unaudited, m.unaudited},
		{s.Suppressed, m.suppressed},
	} {
		if c.when {
			c.what.Inc()
		}
	}
}

// Count shows a number that only grows and that somebody else keeps, with the reason that it is counted for, if there
// are several.
func (m *Metrics) Count(name, help, reason string, read func() int64) {
	labels := prometheus.Labels{}
	if reason != "" {
		labels["reason"] = reason
	}
	m.registry.MustRegister(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Namespace: "twist", Name: name, Help: help, ConstLabels: labels}, func() float64 { return float64(read()) }))
}

// Level shows a number that rises and falls and that somebody else keeps.
func (m *Metrics) Level(name, help string, read func() int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: "twist", Name: name, Help: help}, func() float64 { return float64(read()) }))
}

// Handler writes the metrics as text. It belongs on a listener of its own, which nobody outside reaches.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
