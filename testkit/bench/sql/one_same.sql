-- The rows that record_entry writes, in one statement. Ids grow, as ours do: the run, how many before, and
-- who. A colon in a text would begin a name of pgbench: it is written as its code.
\set source random(1, :sources)
\set destination random(1, :destinations)
\set amount random(1, 1000)
\set n :n + 1
WITH k AS MATERIALIZED (
	SELECT
		'ent_' || lpad(:run::text, 6, '0') || lpad(:n::text, 16, '0') || lpad(:client_id::text, 4, '0') AS id,
		E'account\x3aacct_' || lpad(:source::text, 26, '0') || E'\x3aavailable' AS source,
		E'pool\x3apool_' || lpad(:destination::text, 26, '0') || E'\x3astaked' AS destination,
		:amount::bigint AS amount
), e AS (
	INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
	SELECT id, E'stake\x3a' || id, 'stake', now(),
		('[{"from":"' || source || '","to":"' || destination || '","asset":"TWIST/9","amount":"' || amount || '"}]')::jsonb,
		'{}', sha256(id::bytea)
	FROM k
), s AS (
	UPDATE balances SET version = version + 1, balance = balance - (SELECT amount FROM k)
	WHERE address = (SELECT source FROM k) AND asset = 'TWIST/9' AND stripe = 0
	RETURNING address, version, balance, -(SELECT amount FROM k) AS delta
), d AS (
	UPDATE balances SET version = version + 1, balance = balance + (SELECT amount FROM k)
	WHERE address = (SELECT destination FROM k) AND asset = 'TWIST/9' AND stripe = 0
	RETURNING address, version, balance, (SELECT amount FROM k) AS delta
), l AS (
	INSERT INTO lines (entry, address, asset, stripe, version, delta, before, after)
	SELECT k.id, b.address, 'TWIST/9', 0, b.version, b.delta, b.balance - b.delta, b.balance
	FROM (SELECT * FROM s UNION ALL SELECT * FROM d) AS b, k
)
INSERT INTO waiting (source, id) SELECT 'entry', id FROM k;
