-- +goose Up

-- Why an operator lets nothing into a pool, whatever its influencer decides; empty where none does.
ALTER TABLE pools
	ADD COLUMN suspended text NOT NULL DEFAULT '',
	ADD CONSTRAINT pools_suspended CHECK (char_length(suspended) <= 500 AND (suspended = '' OR state <> 'closed'));
