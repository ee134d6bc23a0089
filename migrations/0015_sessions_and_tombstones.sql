-- +goose Up

-- Most sessions of an old account came to their end by themselves, and nobody ended them: who lists those that
-- are alive starts behind them.
CREATE INDEX sessions_unended ON sessions (account, ends_at, id) WHERE ended_at IS NULL;
DROP INDEX sessions_alive;

-- What of the keys that sign access tokens is not trusted any more, for ever: what a key signed before a moment.
-- No secret stands here.
CREATE TABLE tombstones (
	key    text COLLATE "C" NOT NULL,
	before timestamptz      NOT NULL,
	CONSTRAINT tombstones_pkey PRIMARY KEY (key, before),
	CONSTRAINT tombstones_key CHECK (length(key) BETWEEN 1 AND 64)
);
CREATE TRIGGER tombstones_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON tombstones FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON tombstones TO twist_app;
