-- +goose Up

-- How long a program's customers are bound to who brought their first order.
ALTER TABLE programs
	ADD COLUMN bound_ns bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT programs_bound CHECK (bound_ns BETWEEN 0 AND 63072000000000000);
DROP TRIGGER programs_close_once ON programs;
CREATE TRIGGER programs_close_once BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.rate, OLD.window_ns, OLD.hold_ns, OLD.model, OLD.refund_ns, OLD.flat, OLD.rates, OLD.bound_ns)
		IS DISTINCT FROM (NEW.closed_at, NEW.rate, NEW.window_ns, NEW.hold_ns, NEW.model, NEW.refund_ns, NEW.flat, NEW.rates, NEW.bound_ns))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (bound_ns) ON programs TO twist_app;

-- Which customer, as a hash that nobody can reverse, is whose in a program. One of each, by its key: whoever is first binds.
CREATE TABLE bindings (
	program    text COLLATE "C" NOT NULL REFERENCES programs (id),
	customer   text COLLATE "C" NOT NULL,
	link       text COLLATE "C" NOT NULL,
	influencer text COLLATE "C" NOT NULL,
	holder     text COLLATE "C" NOT NULL,
	conversion text COLLATE "C" NOT NULL,
	at         timestamptz      NOT NULL,
	until      timestamptz      NOT NULL,
	CONSTRAINT bindings_pkey PRIMARY KEY (program, customer),
	CONSTRAINT bindings_customer CHECK (customer ~ '^[0-9a-f]{32}$'),
	CONSTRAINT bindings_until CHECK (until > at AND until - at <= interval '17520 hours')
);
CREATE INDEX bindings_until ON bindings (until);
CREATE INDEX bindings_holder ON bindings (holder);
GRANT SELECT, INSERT, UPDATE, DELETE ON bindings TO twist_app;

-- That the binding of its customer decided an order.
ALTER TABLE conversions ADD COLUMN bound boolean NOT NULL DEFAULT false;
DROP TRIGGER conversions_fixed ON conversions;
CREATE TRIGGER conversions_fixed BEFORE UPDATE ON conversions FOR EACH ROW
	WHEN ((OLD.id, OLD.program, OLD.order_id, OLD.amount, OLD.currency, OLD.click, OLD.touch, OLD.at, OLD.rule, OLD.model, OLD.window_ns, OLD.rate,
			OLD.flat, OLD.rates, OLD.items, OLD.promoted, OLD.more, OLD.until, OLD.bound)
		IS DISTINCT FROM (NEW.id, NEW.program, NEW.order_id, NEW.amount, NEW.currency, NEW.click, NEW.touch, NEW.at, NEW.rule, NEW.model, NEW.window_ns, NEW.rate,
			NEW.flat, NEW.rates, NEW.items, NEW.promoted, NEW.more, NEW.until, NEW.bound))
	EXECUTE FUNCTION refuse_rewrite();

-- forget_account deletes what an erased account told and was told, table after table in the order in which
-- writers lock.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_account(whose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM outcomes WHERE account = whose;
	DELETE FROM api_keys WHERE account = whose;
	DELETE FROM applications WHERE account = whose;
	UPDATE influencers SET username = NULL, handle = NULL, display_name = '', bio = '', verified = false, withdrawn = ''
	WHERE account = whose AND username IS NOT NULL;
	DELETE FROM emails WHERE account = whose;
	DELETE FROM mails WHERE account = whose;
	UPDATE programs SET name = '' WHERE merchant = whose AND name <> '';
	DELETE FROM links WHERE holder = whose;
	DELETE FROM bindings WHERE holder = whose;
	DELETE FROM conducts WHERE account = whose;
END
$$;
-- +goose StatementEnd
