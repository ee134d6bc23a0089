package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/twist-platform/twist/core/fraud"
)

// held is the label of stakes that a block refused before any rule was asked.
const held = "block"

// Ruled counts a stake that was reviewed or refused, once for each rule that it broke.
func (m *Metrics) Ruled(ruling fraud.Ruling, found []fraud.Finding) {
	if len(found) == 0 {
		m.ruled.WithLabelValues(string(ruling), held).Inc()
	}
	for _, f := range found {
		m.ruled.WithLabelValues(string(ruling), string(f.Rule)).Inc()
	}
}

// Alerts shows how many alerts are open, by asking whenever somebody reads the metrics. What cannot be asked is not
// shown: an absent figure can be alerted on, and an old one would be a lie. It is called once.
func (m *Metrics) Alerts(open func(context.Context) (map[fraud.Kind]int, error)) {
	m.registry.MustRegister(alerts{open, prometheus.NewDesc("twist_alerts_open", "Alerts that no operator has resolved, by kind.", []string{"kind"}, nil)})
}

// alerts asks for the open alerts.
type alerts struct {
	open func(context.Context) (map[fraud.Kind]int, error)
	desc *prometheus.Desc
}

// Describe names the figure.
func (a alerts) Describe(out chan<- *prometheus.Desc) { out <- a.desc }

// Collect asks, and gives up before whoever reads does.
func (a alerts) Collect(out chan<- prometheus.Metric) {
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	n, err := a.open(ctx)
	if err != nil {
		return
	}
	for _, kind := range fraud.Kinds() {
		out <- prometheus.MustNewConstMetric(a.desc, prometheus.GaugeValue, float64(n[kind]), string(kind))
	}
}
