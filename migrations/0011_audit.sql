-- +goose Up

-- Who did what from where. A record is written with what it tells of, or in a transaction of its own for
-- what was refused.
CREATE TABLE audit (
	id         text COLLATE "C" NOT NULL,
	at         timestamptz      NOT NULL,
	account    text COLLATE "C" NOT NULL,
	session    text COLLATE "C" NOT NULL,
	action     text COLLATE "C" NOT NULL,
	subject    text COLLATE "C" NOT NULL,
	code       text COLLATE "C" NOT NULL,
	request_id text COLLATE "C" NOT NULL,
	ip         inet             NOT NULL,
	user_agent text             NOT NULL,
	CONSTRAINT audit_pkey PRIMARY KEY (id),
	CONSTRAINT audit_where CHECK (request_id <> '' AND action <> '' AND masklen(ip) IN (32, 128))
);
CREATE INDEX audit_account ON audit (account, id DESC);

-- It only grows, for 400 days. What is older holds personal data without need: whoever owns the table may
-- delete it, and nobody may alter it. The program may do neither.
-- +goose StatementBegin
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN
		RETURN OLD;
	END IF;
	RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION keep_audit();
CREATE TRIGGER audit_immutable BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON audit TO twist_app;
