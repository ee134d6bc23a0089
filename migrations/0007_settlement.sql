-- +goose Up

-- A memo may be any bytes: whoever pays in writes it.
CREATE TABLE deposits (
	signature  text COLLATE "C" NOT NULL,
	index      integer          NOT NULL,
	slot       bigint           NOT NULL,
	mint       text COLLATE "C" NOT NULL,
	sender     text COLLATE "C" NOT NULL,
	amount     bigint           NOT NULL,
	memo       bytea            NOT NULL,
	arrived_at timestamptz      NOT NULL,
	account    text COLLATE "C" NOT NULL,
	at         timestamptz      NOT NULL,
	CONSTRAINT deposits_pkey PRIMARY KEY (signature, index),
	CONSTRAINT deposits_amount CHECK (amount > 0 AND slot >= 0 AND index >= 0)
);
CREATE INDEX deposits_account ON deposits (account, signature, index);

CREATE TABLE deposit_cursor (
	one  boolean NOT NULL DEFAULT true,
	slot bigint  NOT NULL,
	CONSTRAINT deposit_cursor_pkey PRIMARY KEY (one),
	CONSTRAINT deposit_cursor_one CHECK (one AND slot >= 0)
);

CREATE TABLE payouts (
	id           text COLLATE "C" NOT NULL,
	account      text COLLATE "C" NOT NULL REFERENCES accounts (id),
	destination  text COLLATE "C" NOT NULL,
	amount       bigint           NOT NULL,
	fee          bigint           NOT NULL,
	state        text COLLATE "C" NOT NULL,
	attempt      integer          NOT NULL,
	failure_code text COLLATE "C" NOT NULL,
	requested_at timestamptz      NOT NULL,
	changed_at   timestamptz      NOT NULL,
	CONSTRAINT payouts_pkey PRIMARY KEY (id),
	CONSTRAINT payouts_state CHECK (state IN (
		'requested', 'approved', 'queued', 'signed', 'broadcast', 'confirmed', 'settled', 'canceled', 'failed', 'unproven'
	)),
	CONSTRAINT payouts_amounts CHECK (amount > 0 AND fee >= 0 AND attempt >= 0)
) WITH (fillfactor = 80);
CREATE INDEX payouts_account ON payouts (account, id);
CREATE INDEX payouts_open ON payouts (state, changed_at, id);

-- At most one attempt of a payout may still land, and no signature is ever used twice.
CREATE TABLE attempts (
	payout            text COLLATE "C" NOT NULL REFERENCES payouts (id),
	n                 integer          NOT NULL,
	signature         text COLLATE "C" NOT NULL,
	raw               bytea            NOT NULL,
	genesis           text COLLATE "C" NOT NULL,
	blockhash         text COLLATE "C" NOT NULL,
	last_valid_height bigint           NOT NULL,
	slot              bigint           NOT NULL,
	state             text COLLATE "C" NOT NULL,
	gas               bigint           NOT NULL,
	signed_at         timestamptz      NOT NULL,
	CONSTRAINT attempts_pkey PRIMARY KEY (payout, n),
	CONSTRAINT attempts_signature UNIQUE (signature),
	CONSTRAINT attempts_state CHECK (state IN ('live', 'landed', 'reverted', 'dead')),
	CONSTRAINT attempts_amounts CHECK (n > 0 AND gas >= 0 AND last_valid_height >= 0 AND slot >= 0)
);
CREATE UNIQUE INDEX attempts_live ON attempts (payout) WHERE state = 'live';

CREATE TRIGGER deposits_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON deposits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payouts_kept BEFORE DELETE OR TRUNCATE ON payouts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attempts_kept BEFORE DELETE OR TRUNCATE ON attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON deposits TO twist_app;
GRANT SELECT, INSERT, UPDATE ON deposit_cursor, payouts, attempts TO twist_app;
