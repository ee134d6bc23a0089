-- +goose Up

-- With what a program calls on behalf of an account. Of the secret only the digest is kept.
CREATE TABLE api_keys (
	id         text COLLATE "C" NOT NULL,
	account    text COLLATE "C" NOT NULL REFERENCES accounts,
	name       text             NOT NULL,
	digest     bytea            NOT NULL,
	scopes     text[]           NOT NULL,
	per_minute integer          NOT NULL,
	made_at    timestamptz      NOT NULL,
	expires_at timestamptz      NOT NULL,
	revoked_at timestamptz,
	CONSTRAINT api_keys_pkey PRIMARY KEY (id),
	CONSTRAINT api_keys_digest CHECK (octet_length(digest) = 32),
	CONSTRAINT api_keys_scopes CHECK (
		cardinality(scopes) > 0
		AND scopes <@ ARRAY['account:read', 'staking:write', 'programs:write', 'links:write', 'conversions:write', 'payouts:read']
	),
	CONSTRAINT api_keys_quota CHECK (per_minute BETWEEN 1 AND 6000),
	CONSTRAINT api_keys_life CHECK (expires_at > made_at AND expires_at <= made_at + interval '8760 hours')
);
CREATE INDEX api_keys_account ON api_keys (account, id);

-- A key is revoked once, and nothing else of it ever changes: also for whoever owns the table.
-- +goose StatementBegin
CREATE FUNCTION api_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.id, NEW.account, NEW.name, NEW.digest, NEW.scopes, NEW.per_minute, NEW.made_at, NEW.expires_at)
		IS DISTINCT FROM (OLD.id, OLD.account, OLD.name, OLD.digest, OLD.scopes, OLD.per_minute, OLD.made_at, OLD.expires_at)
		OR OLD.revoked_at IS NOT NULL
	THEN
		RAISE EXCEPTION 'API key % stays as it is', OLD.id USING ERRCODE = 'TW012';
	END IF;
	RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER api_keys_stay BEFORE UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION api_key_stays();

GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO twist_app;
