-- +goose Up

-- What refunds would have taken back of a commission, and was final by then; and how much of each refund that is.
ALTER TABLE commissions
	ADD COLUMN kept bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT commissions_kept CHECK (kept BETWEEN 0 AND gross - reversed AND (kept = 0 OR state = 'approved'));
ALTER TABLE refunds
	ADD COLUMN kept bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT refunds_kept CHECK (kept >= 0);
