-- bench.items entries of the round bench.round that wait, without the lines that nobody reads for a seal.
WITH e AS (
	INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
	SELECT 'ent_' || lpad(current_setting('bench.round'), 10, '0') || lpad(n::text, 16, '0'),
		'round:' || current_setting('bench.round') || ':' || n, 'stake', now(),
		jsonb_build_array(jsonb_build_object('from', 'account:acct_' || lpad(n::text, 26, '0') || ':available',
			'to', 'pool:pool_' || lpad(n::text, 26, '0') || ':staked', 'asset', 'TWIST/9', 'amount', '1')),
		'{}', sha256(n::text::bytea)
	FROM generate_series(1, current_setting('bench.items')::integer) AS n
	RETURNING id
)
INSERT INTO waiting (source, id) SELECT 'entry', id FROM e ORDER BY id;
