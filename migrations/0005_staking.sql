-- +goose Up

CREATE TABLE pools (
	id           text COLLATE "C" NOT NULL,
	influencer   text COLLATE "C" NOT NULL REFERENCES influencers (id),
	owner        text COLLATE "C" NOT NULL REFERENCES accounts (id),
	state        text COLLATE "C" NOT NULL,
	share        integer          NOT NULL,
	minimum      bigint           NOT NULL,
	epoch        bigint           NOT NULL,
	active       bigint           NOT NULL,
	waiting      bigint           NOT NULL,
	reward_index numeric(39, 0)   NOT NULL,
	carry        numeric(39, 0)   NOT NULL,
	funded       bigint           NOT NULL,
	paid         bigint           NOT NULL,
	stakers      bigint           NOT NULL,
	opened_at    timestamptz      NOT NULL,
	CONSTRAINT pools_influencer UNIQUE (influencer),
	CONSTRAINT pools_state CHECK (state IN ('active', 'paused', 'closed')),
	CONSTRAINT pools_share CHECK (share BETWEEN 0 AND 10000),
	CONSTRAINT pools_amounts CHECK (
		minimum > 0 AND active >= 0 AND waiting >= 0 AND reward_index >= 0 AND carry >= 0 AND stakers >= 0
	),
	CONSTRAINT pools_paid CHECK (paid BETWEEN 0 AND funded)
) WITH (fillfactor = 70);
ALTER TABLE pools ADD CONSTRAINT pools_pkey PRIMARY KEY (id);

-- One position per account and pool. One that was left keeps its row.
CREATE TABLE positions (
	id            text COLLATE "C" NOT NULL,
	pool          text COLLATE "C" NOT NULL REFERENCES pools (id),
	account       text COLLATE "C" NOT NULL REFERENCES accounts (id),
	active        bigint           NOT NULL,
	waiting       bigint           NOT NULL,
	waiting_epoch bigint           NOT NULL,
	reward_index  numeric(39, 0)   NOT NULL,
	owed          numeric(39, 0)   NOT NULL,
	claimed       bigint           NOT NULL,
	opened_at     timestamptz      NOT NULL,
	CONSTRAINT positions_pkey PRIMARY KEY (pool, account),
	CONSTRAINT positions_id UNIQUE (pool, id),
	CONSTRAINT positions_account UNIQUE (account, id),
	CONSTRAINT positions_amounts CHECK (
		active >= 0 AND waiting >= 0 AND reward_index >= 0 AND owed >= 0 AND claimed >= 0
	)
) WITH (fillfactor = 80);

CREATE TABLE activations (
	pool         text COLLATE "C" NOT NULL REFERENCES pools (id),
	epoch        bigint           NOT NULL,
	reward_index numeric(39, 0)   NOT NULL,
	weight       bigint           NOT NULL,
	CONSTRAINT activations_pkey PRIMARY KEY (pool, epoch),
	CONSTRAINT activations_amounts CHECK (reward_index >= 0 AND weight > 0)
);

CREATE TRIGGER pools_kept BEFORE DELETE OR TRUNCATE ON pools FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER positions_kept BEFORE DELETE OR TRUNCATE ON positions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON pools, positions TO twist_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON activations TO twist_app;
