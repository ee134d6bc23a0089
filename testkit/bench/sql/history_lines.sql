-- Two lines of each entry of history_entries.sql, which go on from where each row stands.
ALTER TABLE lines DROP CONSTRAINT lines_pkey;
DROP INDEX lines_entry;

INSERT INTO lines (entry, address, asset, stripe, version, delta, before, after)
SELECT 'ent_0' || lpad(k.n::text, 25, '0'), b.address, 'TWIST/9', 0, b.version + k.round, b.delta, b.balance + b.delta * (k.round - 1), b.balance + b.delta * k.round
FROM (
	SELECT n, 1 + (n - 1) / current_setting('bench.half')::bigint AS round, 1 + (n - 1) % current_setting('bench.half')::bigint AS place
	FROM generate_series(1::bigint, current_setting('bench.entries')::bigint) AS n
) AS k
JOIN (
	SELECT address, version, balance, CASE WHEN address LIKE 'pool:%' THEN 10 ELSE -10 END AS delta, substring(address FROM '\d{26}')::bigint AS place
	FROM balances WHERE address LIKE 'pool:%:staked' OR address LIKE 'account:%:available'
) AS b USING (place);

SET maintenance_work_mem = '1GB';
ALTER TABLE lines ADD CONSTRAINT lines_pkey PRIMARY KEY (address, asset, stripe, version);
CREATE INDEX lines_entry ON lines (entry);
