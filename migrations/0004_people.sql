-- +goose Up

-- Indexes are asked in the order in which they were made, and the first that is broken is reported: what a
-- caller can break comes before the ids, which never repeat.

CREATE TABLE accounts (
	id        text COLLATE "C" NOT NULL,
	wallet    text COLLATE "C" NOT NULL,
	opened_at timestamptz      NOT NULL,
	CONSTRAINT accounts_wallet UNIQUE (wallet)
);
ALTER TABLE accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

-- A challenge opens one session, for ever.
CREATE TABLE sessions (
	id         text COLLATE "C" NOT NULL,
	account    text COLLATE "C" NOT NULL REFERENCES accounts (id),
	wallet     text COLLATE "C" NOT NULL,
	challenge  text COLLATE "C" NOT NULL,
	roles      text[]           NOT NULL,
	opened_at  timestamptz      NOT NULL,
	expires_at timestamptz      NOT NULL,
	CONSTRAINT sessions_challenge UNIQUE (challenge)
);
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

CREATE TABLE influencers (
	id            text COLLATE "C" NOT NULL,
	account       text COLLATE "C" NOT NULL REFERENCES accounts (id),
	username      text COLLATE "C" NOT NULL,
	handle        text COLLATE "C" NOT NULL,
	display_name  text             NOT NULL,
	registered_at timestamptz      NOT NULL,
	CONSTRAINT influencers_account UNIQUE (account),
	CONSTRAINT influencers_handle UNIQUE (handle),
	CONSTRAINT influencers_lower CHECK (handle = lower(username COLLATE "C"))
);
ALTER TABLE influencers ADD CONSTRAINT influencers_pkey PRIMARY KEY (id);

-- The answers of idempotent calls, for ever.
CREATE TABLE outcomes (
	account   text COLLATE "C" NOT NULL,
	operation text COLLATE "C" NOT NULL,
	key       text COLLATE "C" NOT NULL,
	request   bytea            NOT NULL,
	answer    bytea            NOT NULL,
	at        timestamptz      NOT NULL,
	CONSTRAINT outcomes_pkey PRIMARY KEY (account, operation, key),
	CONSTRAINT outcomes_request CHECK (octet_length(request) = 32)
);
CREATE TRIGGER outcomes_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON accounts, sessions, influencers, outcomes TO twist_app;

-- hold_name holds a name until the transaction ends, whether or not a row has it.
-- +goose StatementBegin
CREATE FUNCTION hold_name(VARIADIC parts text[]) RETURNS void LANGUAGE sql AS $$
	SELECT pg_advisory_xact_lock(hashtextextended(array_to_json(parts)::text, 0))
$$;
-- +goose StatementEnd

-- hold_outcome holds a key, and gives its outcome as it stands once it is held.
-- +goose StatementBegin
CREATE FUNCTION hold_outcome(whose text, what text, named text) RETURNS SETOF outcomes LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hold_name('outcome', whose, what, named);
	RETURN QUERY SELECT * FROM outcomes WHERE account = whose AND operation = what AND key = named;
END
$$;
-- +goose StatementEnd
