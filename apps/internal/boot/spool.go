package boot

import (
	"errors"
	"log/slog"

	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/apps/internal/metrics"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// clicked counts visits, and reports those of which the log took no click. A spool counts by itself why it drops them.
func clicked(m *metrics.Metrics, log *slog.Logger) func(attribution.Click, error) {
	return func(c attribution.Click, err error) {
		m.Clicked(c, err)
		if err != nil && !errors.Is(err, ports.ErrClickDropped) {
			log.Error("click was not kept", slog.String("link", string(c.Link)), slog.String("error", err.Error()))
		}
	}
}

// observe shows what a spool does, if there is one.
func observe(m *metrics.Metrics, s *spool.Log) {
	if s == nil {
		return
	}
	for reason, read := range map[string]func(spool.Counts) int64{
		"full":      func(c spool.Counts) int64 { return c.Full },
		"unwritten": func(c spool.Counts) int64 { return c.Unwritten },
		"refused":   func(c spool.Counts) int64 { return c.Refused },
	} {
		m.Count("clicks_dropped_total", "Clicks that were not kept, by reason; what was refused stands in a file of its own.", reason,
			func() int64 { return read(s.Counts()) })
	}
	m.Count("clicks_flushed_total", "Clicks that the database took from the spool.", "", func() int64 { return s.Counts().Flushed })
	m.Count("clicks_retried_total", "Batches of clicks that the database could not take for now.", "", func() int64 { return s.Counts().Retried })
	m.Count("clicks_replayed_total", "Clicks that an earlier process left in the spool.", "", func() int64 { return s.Counts().Replayed })
	m.Count("clicks_fsync_failures_total", "Times that the spool's disk did not confirm what was written.", "", func() int64 { return s.Counts().Unsure })
	m.Level("clicks_waiting", "Clicks in the spool that the database does not have yet.", func() int64 { return int64(s.Counts().Waiting) })
}
