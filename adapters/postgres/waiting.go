package postgres

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
)

// waiting reads what waits of commissions.
type waiting struct{ *unit }

// Each step of these finds the next key in an index, behind all rows of the one before.
const (
	queuedPrograms = `
		WITH RECURSIVE queued (id) AS (
			(SELECT program FROM commissions WHERE state = 'unfunded' AND program > $1 ORDER BY program LIMIT 1)
			UNION ALL
			SELECT (SELECT program FROM commissions WHERE state = 'unfunded' AND program > q.id ORDER BY program LIMIT 1)
			FROM queued AS q WHERE q.id IS NOT NULL
		)
		SELECT id FROM queued WHERE id IS NOT NULL LIMIT $2`
	heldAlerts = `
		WITH RECURSIVE holding (id) AS (
			(SELECT alert FROM commissions WHERE alert <> '' AND state IN ('held', 'unfunded') AND alert > $1 ORDER BY alert LIMIT 1)
			UNION ALL
			SELECT (SELECT alert FROM commissions WHERE alert <> '' AND state IN ('held', 'unfunded') AND alert > h.id ORDER BY alert LIMIT 1)
			FROM holding AS h WHERE h.id IS NOT NULL
		)
		SELECT id FROM holding WHERE id IS NOT NULL LIMIT $2`
)

// Programs pages through the programs that have a queue.
func (w waiting) Programs(ctx context.Context, after attribution.ProgramID, limit int) ([]attribution.ProgramID, error) {
	return list[keyRow[attribution.ProgramID]](ctx, w.unit, queuedPrograms, spot(string(after)), most(limit))
}

// Alerts pages through the alerts that hold something.
func (w waiting) Alerts(ctx context.Context, after attribution.AlertID, limit int) ([]attribution.AlertID, error) {
	return list[keyRow[attribution.AlertID]](ctx, w.unit, heldAlerts, spot(string(after)), most(limit))
}

// keyRow is a key that rows have in common.
type keyRow[ID ~string] struct{ ID ID }

func (r keyRow[ID]) value() ID { return r.ID }

// ListByAlert pages through what an alert holds.
func (w waiting) ListByAlert(ctx context.Context, alert attribution.AlertID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	return list[commissionRow](ctx, w.unit, `
		SELECT `+commissionColumns+` FROM commissions
		WHERE alert = $1 AND alert <> '' AND state IN ('held', 'unfunded') AND id > $2 ORDER BY id LIMIT $3`,
		string(alert), spot(string(after)), most(limit))
}
