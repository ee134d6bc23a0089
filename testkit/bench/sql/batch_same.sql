-- The rows that record_entries writes for a hundred transfers, in one statement.
\set n :n + 1
WITH k AS MATERIALIZED (
	SELECT i,
		'ent_' || lpad(:run::text, 6, '0') || lpad(:n::text, 13, '0') || lpad(:client_id::text, 4, '0') || lpad(i::text, 3, '0') AS id,
		E'account\x3aacct_' || lpad((1 + floor(random() * 5000))::text, 26, '0') || E'\x3aavailable' AS source,
		E'pool\x3apool_' || lpad((1 + floor(random() * 5000))::text, 26, '0') || E'\x3astaked' AS destination,
		1 + floor(random() * 1000)::bigint AS amount
	FROM generate_series(1, 100) AS i
), changes AS MATERIALIZED (
	SELECT i, id, source COLLATE "C" AS address, -amount AS delta FROM k UNION ALL SELECT i, id, destination COLLATE "C", amount FROM k
), held AS MATERIALIZED (
	SELECT address, version, balance FROM balances
	WHERE address IN (SELECT address FROM changes) AND asset = 'TWIST/9' AND stripe = 0
	ORDER BY address FOR UPDATE
), moves AS MATERIALIZED (
	SELECT c.i, c.id, c.address, c.delta, h.version + row_number() OVER w AS version, (h.balance + sum(c.delta) OVER w)::bigint AS after
	FROM changes AS c JOIN held AS h USING (address)
	WINDOW w AS (PARTITION BY c.address ORDER BY c.i)
), e AS (
	INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
	SELECT id, E'stake\x3a' || id, 'stake', now(),
		('[{"from":"' || source || '","to":"' || destination || '","asset":"TWIST/9","amount":"' || amount || '"}]')::jsonb,
		'{}', sha256(id::bytea)
	FROM k ORDER BY i
), b AS (
	UPDATE balances AS b SET version = m.version, balance = m.after
	FROM (SELECT DISTINCT ON (address) address, version, after FROM moves ORDER BY address, i DESC) AS m
	WHERE b.address = m.address AND b.asset = 'TWIST/9' AND b.stripe = 0
), l AS (
	INSERT INTO lines (entry, address, asset, stripe, version, delta, before, after)
	SELECT id, address, 'TWIST/9', 0, version, delta, after - delta, after FROM moves ORDER BY i
)
INSERT INTO waiting (source, id) SELECT 'entry', id FROM k ORDER BY i;
