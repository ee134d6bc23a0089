-- +goose Up

-- When an account was erased. Its row stays under its id, so that the journal and the ledger go on proving.
ALTER TABLE accounts
	ADD COLUMN erased_at timestamptz,
	ADD CONSTRAINT accounts_erased CHECK (erased_at IS NULL OR roles = '{}');

-- Nobody comes back, and no moment is moved.
CREATE TRIGGER accounts_erased_stay BEFORE UPDATE ON accounts FOR EACH ROW
	WHEN (OLD.erased_at IS NOT NULL AND OLD IS DISTINCT FROM NEW)
	EXECUTE FUNCTION refuse_rewrite();

GRANT UPDATE (erased_at) ON accounts TO twist_app;

-- only_erased lets a row go whose account was erased, and no other. Its argument is the column that names the
-- account.
-- +goose StatementBegin
CREATE FUNCTION only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM accounts WHERE id = to_jsonb(OLD) ->> TG_ARGV[0] AND erased_at IS NOT NULL) THEN
		RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	END IF;
	RAISE EXCEPTION '% keeps what is of accounts that were not erased: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd

DROP TRIGGER outcomes_immutable ON outcomes;
CREATE TRIGGER outcomes_immutable BEFORE UPDATE OR TRUNCATE ON outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outcomes_kept BEFORE DELETE ON outcomes FOR EACH ROW EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER api_keys_kept BEFORE DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER applications_kept BEFORE DELETE ON applications FOR EACH ROW EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER emails_kept BEFORE DELETE ON emails FOR EACH ROW EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER mails_kept BEFORE DELETE ON mails FOR EACH ROW EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER links_kept BEFORE DELETE ON links FOR EACH ROW EXECUTE FUNCTION only_erased('holder');
GRANT DELETE ON outcomes, api_keys, applications, emails, mails, links TO twist_app;

-- Links, pools and commissions name an influencer: the row of one who was erased stays, without a name.
ALTER TABLE influencers
	ALTER username DROP NOT NULL,
	ALTER handle DROP NOT NULL,
	ADD CONSTRAINT influencers_nameless CHECK (
		(username IS NULL) = (handle IS NULL) AND (username IS NOT NULL OR display_name = '' AND bio = '' AND NOT verified AND withdrawn = '')
	);
CREATE TRIGGER influencers_named BEFORE UPDATE ON influencers FOR EACH ROW
	WHEN ((OLD.username, OLD.handle) IS DISTINCT FROM (NEW.username, NEW.handle))
	EXECUTE FUNCTION only_erased('account');
CREATE TRIGGER programs_named BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.name IS DISTINCT FROM NEW.name)
	EXECUTE FUNCTION only_erased('merchant');
GRANT UPDATE (username, handle) ON influencers TO twist_app;
GRANT UPDATE (name) ON programs TO twist_app;

-- A record of an account that was erased says what was done, and not from where: that is taken off it once,
-- and nothing else of any record is ever altered.
ALTER TABLE audit ALTER ip DROP NOT NULL;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN
		RETURN OLD;
	END IF;
	IF TG_OP = 'UPDATE' AND NEW.ip IS NULL AND NEW.user_agent = ''
		AND (NEW.id, NEW.at, NEW.account, NEW.session, NEW.action, NEW.subject, NEW.code, NEW.request_id)
			IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.account, OLD.session, OLD.action, OLD.subject, OLD.code, OLD.request_id)
		AND EXISTS (SELECT FROM accounts WHERE id = OLD.account AND erased_at IS NOT NULL)
	THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd
GRANT UPDATE (ip, user_agent) ON audit TO twist_app;

-- What is stored of one account is listed for it, and deleted with it.
CREATE INDEX sessions_account ON sessions (account, id);
CREATE INDEX mails_account ON mails (account, id);
CREATE INDEX programs_merchant ON programs (merchant, id);
CREATE INDEX links_holder ON links (holder, id);
CREATE INDEX conversions_program ON conversions (program, id);

-- forget_account deletes what an erased account told and was told, table after table in the order in which
-- writers lock.
-- +goose StatementBegin
CREATE FUNCTION forget_account(whose text) RETURNS void LANGUAGE plpgsql AS $$
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
END
$$;
-- +goose StatementEnd
