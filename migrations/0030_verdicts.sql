-- +goose Up

-- What a click is worth, and what is known of how it came: nothing that names anybody. What was kept before counted.
ALTER TABLE clicks
	ADD COLUMN verdict text COLLATE "C" NOT NULL DEFAULT 'valid',
	ADD COLUMN rules   integer          NOT NULL DEFAULT 0,
	ADD COLUMN country text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN device  text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN origin  text COLLATE "C" NOT NULL DEFAULT 'redirect',
	ADD CONSTRAINT clicks_verdict CHECK (octet_length(verdict) BETWEEN 1 AND 64 AND rules >= 0),
	ADD CONSTRAINT clicks_country CHECK (country ~ '^([A-Z]{2})?$'),
	ADD CONSTRAINT clicks_device CHECK (octet_length(device) <= 64),
	ADD CONSTRAINT clicks_origin CHECK (origin IN ('redirect', 'beacon'));

ALTER TABLE touches
	DROP CONSTRAINT touches_reason,
	ADD CONSTRAINT touches_reason CHECK (reason IN ('counted', 'window_over', 'after_conversion', 'other_program', 'filtered'));
