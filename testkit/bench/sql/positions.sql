-- bench.positions in the pool bench.pool, all of them earning, and the pool that says so. Whoever stakes is one
-- of the accounts, the last first, so that an influencer is not in the own pool where there are more accounts.
INSERT INTO positions (id, pool, account, active, waiting, waiting_epoch, reward_index, owed, claimed, opened_at, terms)
SELECT 'pos_' || lpad(current_setting('bench.pool'), 13, '0') || lpad(n::text, 13, '0'), 'pool_' || lpad(current_setting('bench.pool'), 26, '0'),
	'acct_' || lpad((current_setting('bench.people')::integer + 1 - n)::text, 26, '0'), 1000000000 + n, 0, 0, 0, 0, 0, now() - interval '10 days',
	ARRAY[0, 1000000000 + n]
FROM generate_series(1, current_setting('bench.positions')::integer) AS n;

UPDATE pools SET active = current_setting('bench.positions')::bigint * (2000000000 + current_setting('bench.positions')::bigint + 1) / 2,
	waiting = 0, stakers = current_setting('bench.positions')::bigint
WHERE id = 'pool_' || lpad(current_setting('bench.pool'), 26, '0');
