-- 50 positions in each of the pools from 11 to bench.spread, of accounts that come one after the other.
INSERT INTO positions (id, pool, account, active, waiting, waiting_epoch, reward_index, owed, claimed, opened_at, terms)
SELECT 'pos_' || lpad(p::text, 13, '0') || lpad(n::text, 13, '0'), 'pool_' || lpad(p::text, 26, '0'),
	'acct_' || lpad((1 + (p * 50 + n) % current_setting('bench.people')::integer)::text, 26, '0'),
	1000000000 + n, 0, 0, 0, 0, 0, now() - interval '10 days',
	ARRAY[0, 1000000000 + n]
FROM generate_series(11, current_setting('bench.spread')::integer) AS p, generate_series(1, 50) AS n;

UPDATE pools SET active = 50 * 1000000000::bigint + 1275, waiting = 0, stakers = 50
WHERE id BETWEEN 'pool_' || lpad('11', 26, '0') AND 'pool_' || lpad(current_setting('bench.spread'), 26, '0');

INSERT INTO activations (pool, epoch, reward_index, weight)
SELECT 'pool_' || lpad(p::text, 26, '0'), floor(extract(epoch FROM now()) / 86400)::bigint - e, 0, 1000000000
FROM generate_series(11, current_setting('bench.spread')::integer) AS p, generate_series(1, 10) AS e;
