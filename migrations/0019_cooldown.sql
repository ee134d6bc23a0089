-- +goose Up

-- What an influencer decides binds from the next epoch on, so a pool has two of each; a minimum of 0 says that
-- nothing was announced. What cools has left the stake, and what was returned was left when a closed pool was
-- empty.
ALTER TABLE pools
	ADD COLUMN cooldown_ns  bigint  NOT NULL DEFAULT 0,
	ADD COLUMN next_share   integer NOT NULL DEFAULT 0,
	ADD COLUMN next_minimum bigint  NOT NULL DEFAULT 0,
	ADD COLUMN next_ns      bigint  NOT NULL DEFAULT 0,
	ADD COLUMN cooling      bigint  NOT NULL DEFAULT 0,
	ADD COLUMN returned     bigint  NOT NULL DEFAULT 0,
	ADD CONSTRAINT pools_cooldown CHECK (cooldown_ns BETWEEN 0 AND 2592000000000000),
	ADD CONSTRAINT pools_next CHECK (
		(next_minimum > 0 AND next_share BETWEEN 0 AND 10000 AND next_ns BETWEEN 0 AND 2592000000000000)
		OR (next_minimum = 0 AND next_share = 0 AND next_ns = 0)
	),
	ADD CONSTRAINT pools_cooling CHECK (cooling >= 0),
	ADD CONSTRAINT pools_returned CHECK (returned BETWEEN 0 AND funded - paid);

-- All that is staked by the cooldown it was staked under: pairs of seconds and an amount.
ALTER TABLE positions ADD COLUMN terms bigint[] NOT NULL DEFAULT '{}';
UPDATE positions SET terms = ARRAY[0, active + waiting] WHERE active + waiting > 0;
ALTER TABLE positions ADD CONSTRAINT positions_terms CHECK (
	cardinality(terms) % 2 = 0 AND cardinality(terms) <= 16 AND array_position(terms, NULL) IS NULL AND 0 <= ALL (terms)
);

-- A part of a stake on its way out.
CREATE TABLE tickets (
	id       text COLLATE "C" NOT NULL,
	pool     text COLLATE "C" NOT NULL,
	position text COLLATE "C" NOT NULL,
	account  text COLLATE "C" NOT NULL REFERENCES accounts (id),
	amount   bigint           NOT NULL,
	state    text COLLATE "C" NOT NULL,
	left_at  timestamptz      NOT NULL,
	due_at   timestamptz      NOT NULL,
	ended_at timestamptz,
	CONSTRAINT tickets_pkey PRIMARY KEY (id),
	CONSTRAINT tickets_position FOREIGN KEY (pool, position) REFERENCES positions (pool, id),
	CONSTRAINT tickets_amount CHECK (amount > 0),
	CONSTRAINT tickets_state CHECK (state IN ('cooling', 'withdrawn', 'canceled')),
	CONSTRAINT tickets_moments CHECK (due_at > left_at AND (ended_at IS NULL) = (state = 'cooling'))
);
CREATE UNIQUE INDEX tickets_pool ON tickets (pool, id);
CREATE INDEX tickets_account ON tickets (account, id);
CREATE INDEX tickets_due ON tickets (due_at, id) WHERE state = 'cooling';

-- A ticket ends once; nothing else of it ever changes, also for whoever owns the table.
-- +goose StatementBegin
CREATE FUNCTION ticket_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.id, NEW.pool, NEW.position, NEW.account, NEW.amount, NEW.left_at, NEW.due_at)
		IS DISTINCT FROM (OLD.id, OLD.pool, OLD.position, OLD.account, OLD.amount, OLD.left_at, OLD.due_at)
		OR OLD.state <> 'cooling'
	THEN
		RAISE EXCEPTION 'ticket % stays as it is', OLD.id USING ERRCODE = 'TW012';
	END IF;
	RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER tickets_end_once BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION ticket_ends_once();
CREATE TRIGGER tickets_kept BEFORE DELETE OR TRUNCATE ON tickets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE (state, ended_at) ON tickets TO twist_app;
