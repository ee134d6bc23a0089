-- +goose Up

-- Which commission a binding waits for: its order would have bound the customer, and what it earned is held. A customer has one
-- binding that binds, which waits for none, and any number that wait.
ALTER TABLE bindings
	ADD COLUMN commission text COLLATE "C" NOT NULL DEFAULT '',
	DROP CONSTRAINT bindings_pkey,
	ADD CONSTRAINT bindings_pkey PRIMARY KEY (program, customer, commission);
CREATE UNIQUE INDEX bindings_commission ON bindings (commission) WHERE commission <> '';
