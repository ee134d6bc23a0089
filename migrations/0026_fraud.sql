-- +goose Up

-- What an operator is to look at. A subject has at most one of each kind that is open; what is found again is
-- counted in it.
CREATE TABLE alerts (
	id          text COLLATE "C" NOT NULL,
	kind        text COLLATE "C" NOT NULL,
	subject     text COLLATE "C" NOT NULL,
	account     text COLLATE "C" NOT NULL REFERENCES accounts (id),
	severity    text COLLATE "C" NOT NULL,
	score       integer          NOT NULL,
	rules       text[]           NOT NULL,
	count       bigint           NOT NULL,
	status      text COLLATE "C" NOT NULL,
	opened_at   timestamptz      NOT NULL,
	last_at     timestamptz      NOT NULL,
	resolved_by text COLLATE "C" REFERENCES accounts (id),
	resolved_at timestamptz,
	CONSTRAINT alerts_pkey PRIMARY KEY (id),
	CONSTRAINT alerts_kind CHECK (kind IN ('stakes', 'pool')),
	CONSTRAINT alerts_severity CHECK (severity IN ('low', 'medium', 'high', 'critical')),
	CONSTRAINT alerts_score CHECK (score BETWEEN 0 AND 100),
	CONSTRAINT alerts_count CHECK (count > 0),
	CONSTRAINT alerts_status CHECK (status IN ('open', 'dismissed', 'upheld')),
	CONSTRAINT alerts_last CHECK (last_at >= opened_at),
	CONSTRAINT alerts_resolved CHECK (
		(resolved_by IS NULL) = (status = 'open') AND (resolved_at IS NULL) = (status = 'open') AND resolved_by <> account
	)
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE status = 'open';
CREATE INDEX alerts_status_id ON alerts (status, id);
CREATE INDEX alerts_account ON alerts (account, id);

-- What an alert is about never changes. One that was upheld may be dismissed, and one that was dismissed stays.
-- +goose StatementBegin
CREATE FUNCTION alert_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.id, NEW.kind, NEW.subject, NEW.account, NEW.opened_at) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.subject, OLD.account, OLD.opened_at)
		OR NEW.score < OLD.score OR NEW.count < OLD.count OR NOT NEW.rules @> OLD.rules
		OR OLD.status <> 'open' AND ((NEW.score, NEW.count, NEW.rules) IS DISTINCT FROM (OLD.score, OLD.count, OLD.rules) OR NEW.status <> 'dismissed')
		OR OLD.status = 'dismissed'
	THEN
		RAISE EXCEPTION 'alert % stays as it is', OLD.id USING ERRCODE = 'TW012';
	END IF;
	RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER alerts_stay BEFORE UPDATE ON alerts FOR EACH ROW EXECUTE FUNCTION alert_stays();
CREATE TRIGGER alerts_kept BEFORE DELETE OR TRUNCATE ON alerts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How an account stakes: its last stakes in microseconds and amounts, the newest last, what an operator found
-- good, and by which alert it cannot stake. The row is written with every stake: no index but its key, and room
-- to replace it where it is.
CREATE TABLE conducts (
	account       text COLLATE "C" NOT NULL REFERENCES accounts (id),
	times         bigint[]         NOT NULL DEFAULT '{}',
	amounts       bigint[]         NOT NULL DEFAULT '{}',
	cleared_at    timestamptz,
	blocked_by    text COLLATE "C" REFERENCES alerts (id),
	blocked_until timestamptz,
	CONSTRAINT conducts_pkey PRIMARY KEY (account),
	CONSTRAINT conducts_marks CHECK (
		cardinality(times) = cardinality(amounts) AND cardinality(times) <= 20
		AND array_position(times, NULL) IS NULL AND array_position(amounts, NULL) IS NULL AND 0 < ALL (amounts)
	),
	CONSTRAINT conducts_blocked CHECK (blocked_by IS NOT NULL OR blocked_until IS NULL)
) WITH (fillfactor = 60);
CREATE TRIGGER conducts_kept BEFORE DELETE ON conducts FOR EACH ROW EXECUTE FUNCTION only_erased('account');

-- Who staked in a pool of late, each account once, and when, the newest last.
CREATE TABLE crowds (
	pool     text COLLATE "C" NOT NULL REFERENCES pools (id),
	accounts text[]           NOT NULL,
	times    bigint[]         NOT NULL,
	CONSTRAINT crowds_pkey PRIMARY KEY (pool),
	CONSTRAINT crowds_visits CHECK (
		cardinality(accounts) = cardinality(times) AND cardinality(times) <= 20
		AND array_position(times, NULL) IS NULL AND array_position(accounts, NULL) IS NULL
	)
) WITH (fillfactor = 50);

-- Who else had a session of a wallet.
CREATE INDEX sessions_wallet ON sessions (wallet, account);

GRANT SELECT, INSERT, UPDATE (severity, score, rules, count, status, last_at, resolved_by, resolved_at) ON alerts TO twist_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON conducts TO twist_app;
GRANT SELECT, INSERT, UPDATE ON crowds TO twist_app;

-- note_stake remembers a stake, and gives what it is judged by. The row of the account is held from here on; that
-- of the pool is written under the lock of the pool.
-- +goose StatementBegin
CREATE FUNCTION note_stake(whose text, place text, moment bigint, staked bigint, kept integer, today bigint, since bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	c conducts;
	k crowds;
	at integer;
	seen bigint;
	earlier numeric;
	so_far numeric;
BEGIN
	INSERT INTO conducts AS old (account, times, amounts) VALUES (whose, ARRAY[moment], ARRAY[staked])
	ON CONFLICT (account) DO UPDATE SET
		times = (old.times || moment)[greatest(1, cardinality(old.times) + 2 - kept):],
		amounts = (old.amounts || staked)[greatest(1, cardinality(old.amounts) + 2 - kept):]
	RETURNING * INTO c;

	SELECT * INTO k FROM crowds WHERE pool = place;
	IF NOT FOUND THEN
		INSERT INTO crowds (pool, accounts, times) VALUES (place, ARRAY[whose], ARRAY[moment]) RETURNING * INTO k;
	ELSE
		at := array_position(k.accounts, whose);
		IF at IS NOT NULL THEN
			k.accounts := k.accounts[:at - 1] || k.accounts[at + 1:];
			k.times := k.times[:at - 1] || k.times[at + 1:];
		END IF;
		k.accounts := (k.accounts || whose)[greatest(1, cardinality(k.accounts) + 2 - kept):];
		k.times := (k.times || moment)[greatest(1, cardinality(k.times) + 2 - kept):];
		UPDATE crowds SET accounts = k.accounts, times = k.times WHERE pool = place;
	END IF;

	SELECT floor(extract(epoch FROM max(least(s.ends_at, s.ended_at))) * 1000000) INTO seen
	FROM wallets AS w
	CROSS JOIN LATERAL (
		SELECT account, ends_at, ended_at FROM sessions WHERE wallet = w.wallet AND account < whose
		UNION ALL
		SELECT account, ends_at, ended_at FROM sessions WHERE wallet = w.wallet AND account > whose
	) AS s
	JOIN accounts AS a ON a.id = s.account AND a.erased_at IS NULL
	WHERE w.account = whose;

	SELECT coalesce(sum(staked_in) FILTER (WHERE day < today), 0), coalesce(sum(staked_in) FILTER (WHERE day = today), 0)
	INTO earlier, so_far FROM pool_days WHERE pool = place AND day BETWEEN since AND today;

	RETURN jsonb_build_object(
		'times', c.times, 'amounts', c.amounts,
		'cleared', floor(extract(epoch FROM c.cleared_at) * 1000000), 'blocked_by', c.blocked_by,
		'until', floor(extract(epoch FROM c.blocked_until) * 1000000),
		'visitors', k.accounts, 'visits', k.times, 'shared', seen,
		'today', least(so_far, 9223372036854775807), 'before', least(earlier, 9223372036854775807),
		'opened', (SELECT floor(extract(epoch FROM opened_at) * 1000000) FROM pools WHERE id = place)
	);
END
$$;
-- +goose StatementEnd

-- forget_account deletes what an erased account told and was told, table after table in the order in which
-- writers lock.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_account(whose text) RETURNS void LANGUAGE plpgsql AS $$
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
	DELETE FROM conducts WHERE account = whose;
END
$$;
-- +goose StatementEnd
