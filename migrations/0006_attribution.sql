-- +goose Up

CREATE TABLE programs (
	id        text COLLATE "C" NOT NULL,
	merchant  text COLLATE "C" NOT NULL REFERENCES accounts (id),
	name      text             NOT NULL,
	rate      integer          NOT NULL,
	window_ns bigint           NOT NULL,
	hold_ns   bigint           NOT NULL,
	opened_at timestamptz      NOT NULL,
	CONSTRAINT programs_pkey PRIMARY KEY (id),
	CONSTRAINT programs_rate CHECK (rate BETWEEN 1 AND 10000),
	CONSTRAINT programs_times CHECK (window_ns > 0 AND hold_ns >= 0)
);

CREATE TABLE links (
	id          text COLLATE "C" NOT NULL,
	code        text COLLATE "C" NOT NULL,
	program     text COLLATE "C" NOT NULL REFERENCES programs (id),
	influencer  text COLLATE "C" NOT NULL REFERENCES influencers (id),
	holder      text COLLATE "C" NOT NULL REFERENCES accounts (id),
	destination text             NOT NULL,
	made_at     timestamptz      NOT NULL,
	CONSTRAINT links_code UNIQUE (code)
);
ALTER TABLE links ADD CONSTRAINT links_pkey PRIMARY KEY (id);

-- A program counts an order once.
CREATE TABLE conversions (
	id       text COLLATE "C" NOT NULL,
	program  text COLLATE "C" NOT NULL REFERENCES programs (id),
	order_id text COLLATE "C" NOT NULL,
	amount   bigint           NOT NULL,
	currency text COLLATE "C" NOT NULL,
	click    text COLLATE "C" NOT NULL,
	touch    text COLLATE "C" NOT NULL,
	refunded bigint           NOT NULL,
	at       timestamptz      NOT NULL,
	CONSTRAINT conversions_order UNIQUE (program, order_id),
	CONSTRAINT conversions_amounts CHECK (amount > 0 AND refunded BETWEEN 0 AND amount)
);
ALTER TABLE conversions ADD CONSTRAINT conversions_pkey PRIMARY KEY (id);

CREATE TABLE refunds (
	conversion text COLLATE "C" NOT NULL REFERENCES conversions (id),
	id         text COLLATE "C" NOT NULL,
	amount     bigint           NOT NULL,
	reversed   bigint           NOT NULL,
	at         timestamptz      NOT NULL,
	CONSTRAINT refunds_pkey PRIMARY KEY (conversion, id),
	CONSTRAINT refunds_amounts CHECK (amount > 0 AND reversed >= 0)
);

CREATE TABLE commissions (
	id         text COLLATE "C" NOT NULL,
	conversion text COLLATE "C" NOT NULL REFERENCES conversions (id),
	program    text COLLATE "C" NOT NULL REFERENCES programs (id),
	influencer text COLLATE "C" NOT NULL REFERENCES influencers (id),
	holder     text COLLATE "C" NOT NULL REFERENCES accounts (id),
	pool       text COLLATE "C" NOT NULL,
	amount     bigint           NOT NULL,
	rate       integer          NOT NULL,
	fee_rate   integer          NOT NULL,
	fans_share integer          NOT NULL,
	gross      bigint           NOT NULL,
	reversed   bigint           NOT NULL,
	state      text COLLATE "C" NOT NULL,
	fee        bigint           NOT NULL,
	fans       bigint           NOT NULL,
	net        bigint           NOT NULL,
	earned_at  timestamptz      NOT NULL,
	mature_at  timestamptz      NOT NULL,
	CONSTRAINT commissions_pkey PRIMARY KEY (id),
	CONSTRAINT commissions_state CHECK (state IN ('unfunded', 'pending', 'approved', 'reversed')),
	CONSTRAINT commissions_amounts CHECK (
		amount > 0 AND gross > 0 AND reversed BETWEEN 0 AND gross AND fee >= 0 AND fans >= 0 AND net >= 0
	),
	-- What is shared is what is outstanding: no part grows out of nothing.
	CONSTRAINT commissions_parts CHECK (
		fee::numeric + fans + net = CASE state WHEN 'approved' THEN gross - reversed ELSE 0 END
	),
	CONSTRAINT commissions_reversed CHECK (state <> 'reversed' OR reversed = gross)
) WITH (fillfactor = 80);
CREATE INDEX commissions_conversion ON commissions (conversion, id);
CREATE INDEX commissions_holder ON commissions (holder, id);
CREATE INDEX commissions_due ON commissions (mature_at, id) WHERE state = 'pending';
CREATE INDEX commissions_unfunded ON commissions (id) WHERE state = 'unfunded';
CREATE INDEX commissions_queue ON commissions (program) WHERE state = 'unfunded';

CREATE TABLE debts (
	holder  text COLLATE "C" NOT NULL REFERENCES accounts (id),
	program text COLLATE "C" NOT NULL REFERENCES programs (id),
	owed    bigint           NOT NULL,
	since   timestamptz      NOT NULL,
	CONSTRAINT debts_pkey PRIMARY KEY (holder, program),
	CONSTRAINT debts_owed CHECK (owed > 0)
);

CREATE TABLE clicks (
	id         text COLLATE "C" NOT NULL,
	link       text COLLATE "C" NOT NULL,
	program    text COLLATE "C" NOT NULL,
	influencer text COLLATE "C" NOT NULL,
	holder     text COLLATE "C" NOT NULL,
	visitor    text COLLATE "C" NOT NULL,
	at         timestamptz      NOT NULL,
	CONSTRAINT clicks_pkey PRIMARY KEY (id)
);
CREATE INDEX clicks_visitor ON clicks (program, visitor, at DESC, id DESC);

CREATE TRIGGER conversions_kept BEFORE DELETE OR TRUNCATE ON conversions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER commissions_kept BEFORE DELETE OR TRUNCATE ON commissions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refunds_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER clicks_immutable BEFORE UPDATE ON clicks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON programs, links, refunds, clicks TO twist_app;
GRANT SELECT, INSERT, UPDATE ON conversions, commissions TO twist_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON debts TO twist_app;

-- hold_debts holds a holder's debts, those not yet made too, and gives them as they stand then.
-- +goose StatementBegin
CREATE FUNCTION hold_debts(whose text) RETURNS SETOF debts LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hold_name('debts', whose);
	RETURN QUERY SELECT * FROM debts WHERE holder = whose ORDER BY since, program;
END
$$;
-- +goose StatementEnd
