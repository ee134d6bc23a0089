-- bench.entries entries, a multiple of bench.half: the i-th moves 10 base units from the i-th holder to the i-th pool, round and round.
-- Their ids come before those of entries recorded now, and after those of the deposits that came first.
ALTER TABLE entries DROP CONSTRAINT entries_pkey, DROP CONSTRAINT entries_reference;

INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
SELECT k.id, 'stake:' || k.id, 'stake', timestamptz '2026-01-01 00:00:00Z' + k.n * interval '1 millisecond',
	('[{"from":"account:acct_' || k.place || ':available","to":"pool:pool_' || k.place || ':staked","asset":"TWIST/9","amount":"10"}]')::jsonb,
	'{}', sha256(k.id::bytea)
FROM (
	SELECT n, 'ent_0' || lpad(n::text, 25, '0') AS id, lpad((1 + (n - 1) % current_setting('bench.half')::bigint)::text, 26, '0') AS place
	FROM generate_series(1::bigint, current_setting('bench.entries')::bigint) AS n
) AS k;

SET maintenance_work_mem = '1GB';
ALTER TABLE entries ADD CONSTRAINT entries_pkey PRIMARY KEY (id);
ALTER TABLE entries ADD CONSTRAINT entries_reference UNIQUE (reference);
