package metrics

import "github.com/twist-platform/twist/core/attribution"

// Clicked counts a visit by a link under its verdict, and whether its click was kept.
func (m *Metrics) Clicked(c attribution.Click, err error) {
	m.clicked.WithLabelValues(string(c.Origin), string(c.Verdict)).Inc()
	if err != nil {
		m.lost.Inc()
	}
}
