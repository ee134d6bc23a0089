-- +goose Up

-- What was granted to an account, beside what everybody may do.
ALTER TABLE accounts
	ADD COLUMN roles text[] NOT NULL DEFAULT '{}',
	ADD CONSTRAINT accounts_roles CHECK (roles <@ ARRAY['influencer', 'merchant', 'operator', 'admin', 'service']);

-- A session goes on by its refresh tokens, of which nothing is kept that could be presented. One that was
-- opened before it could have any ends with the access token it got, and one that a program of before opens
-- has no end of its own: it is over at once, and the wallet signs in again.
ALTER TABLE sessions
	ADD COLUMN ends_at      timestamptz NOT NULL DEFAULT 'epoch',
	ADD COLUMN client       bytea,
	ADD COLUMN refresh_key  bytea,
	ADD COLUMN refresh_hash bytea,
	ADD COLUMN generation   bigint NOT NULL DEFAULT 0,
	ADD COLUMN refreshed_at timestamptz,
	ADD COLUMN ended_at     timestamptz,
	ADD COLUMN ended_by     text COLLATE "C";
UPDATE sessions SET ends_at = least(expires_at, opened_at + interval '10 minutes');
ALTER TABLE sessions
	ADD CONSTRAINT sessions_life CHECK (ends_at <= expires_at),
	ADD CONSTRAINT sessions_renewal CHECK (
		generation >= 0 AND (
			num_nonnulls(client, refresh_key, refresh_hash, refreshed_at) = 0
			OR num_nulls(client, refresh_key, refresh_hash, refreshed_at) = 0
			AND octet_length(client) = 32 AND octet_length(refresh_key) = 32 AND octet_length(refresh_hash) = 32
		)
	),
	ADD CONSTRAINT sessions_ended CHECK (
		(ended_at IS NULL) = (ended_by IS NULL) AND ended_by IN ('signed_out', 'revoked', 'barred', 'refresh_reused')
	);
CREATE INDEX sessions_alive ON sessions (account, id) WHERE ended_at IS NULL;

-- Who opened a session how never changes, its tokens only go forward, and what has ended stays ended: also for
-- whoever owns the table.
-- +goose StatementBegin
CREATE FUNCTION session_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.id, NEW.account, NEW.wallet, NEW.challenge, NEW.opened_at, NEW.expires_at, NEW.client, NEW.refresh_key)
		IS DISTINCT FROM (OLD.id, OLD.account, OLD.wallet, OLD.challenge, OLD.opened_at, OLD.expires_at, OLD.client, OLD.refresh_key)
		OR NEW.generation < OLD.generation
		OR OLD.ended_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
	THEN
		RAISE EXCEPTION 'session % stays as it is', OLD.id USING ERRCODE = 'TW012';
	END IF;
	RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER sessions_stay BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION session_stays();

GRANT UPDATE (roles) ON accounts TO twist_app;
GRANT UPDATE (roles, ends_at, generation, refresh_hash, refreshed_at, ended_at, ended_by) ON sessions TO twist_app;
