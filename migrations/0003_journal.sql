-- +goose Up

CREATE TABLE events (
	id      text COLLATE "C" NOT NULL,
	kind    text COLLATE "C" NOT NULL,
	subject text COLLATE "C" NOT NULL,
	account text COLLATE "C" NOT NULL,
	at      timestamptz      NOT NULL,
	data    jsonb            NOT NULL,
	CONSTRAINT events_pkey PRIMARY KEY (id),
	CONSTRAINT events_data CHECK (jsonb_typeof(data) = 'object')
);

-- The chain. Every seal but the first refers to the one before, so that there is no gap.
CREATE TABLE seals (
	position bigint           NOT NULL,
	previous bigint           GENERATED ALWAYS AS (nullif(position - 1, 0)) STORED,
	source   text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	digest   bytea            NOT NULL,
	hash     bytea            NOT NULL,
	CONSTRAINT seals_pkey PRIMARY KEY (position),
	CONSTRAINT seals_previous FOREIGN KEY (previous) REFERENCES seals (position),
	CONSTRAINT seals_item UNIQUE (source, id),
	CONSTRAINT seals_position CHECK (position > 0),
	CONSTRAINT seals_hashes CHECK (octet_length(digest) = 32 AND octet_length(hash) = 32)
);

CREATE TRIGGER events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seals_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON events, seals TO twist_app;
