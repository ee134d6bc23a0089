-- +goose Up

-- How many clicks the latest order was judged by that an alert about clicks counted, and how many in excess were left out.
ALTER TABLE alerts
	ADD COLUMN clicks bigint NOT NULL DEFAULT 0,
	ADD COLUMN excess bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT alerts_clicks CHECK (clicks >= 0 AND excess >= 0 AND (excess = 0 OR clicks > 0));
GRANT UPDATE (clicks, excess) ON alerts TO twist_app;
