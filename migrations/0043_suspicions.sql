-- +goose Up

-- A commission may be held by a rule, as one of a group: those that one alert is about.
ALTER TABLE alerts DROP CONSTRAINT alerts_kind, ADD CONSTRAINT alerts_kind CHECK (kind IN ('stakes', 'pool', 'address', 'orders'));
ALTER TABLE commissions
	ADD COLUMN alert text COLLATE "C" NOT NULL DEFAULT '',
	ADD CONSTRAINT commissions_alert CHECK (alert = '' OR reason <> '');
