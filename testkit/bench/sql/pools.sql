-- A pool of each of the first bench.pools influencers, with something in it.
INSERT INTO pools (id, influencer, owner, state, share, minimum, epoch, active, waiting, reward_index, carry, funded, paid, stakers, opened_at)
SELECT 'pool_' || lpad(n::text, 26, '0'), 'infl_' || lpad(n::text, 26, '0'), 'acct_' || lpad(n::text, 26, '0'), 'active',
	1000 + n % 5000, 100000000, floor(extract(epoch FROM now()) / 86400)::bigint - 1,
	1000000000 * (n % 1000)::bigint, 0, 1234567890123456789 + n, n % 1000, 5000000000 * (n % 100)::bigint, 1000000000 * (n % 100)::bigint,
	n % 1000, now() - interval '20 days'
FROM generate_series(1, current_setting('bench.pools')::integer) AS n;

-- Their figures: yields up to 50 %, as many tokens that came as that left, and opened in an order of their own.
INSERT INTO pool_figures (pool, influencer, opened_at, staked, stakers, day, apy, net, before)
SELECT 'pool_' || lpad(n::text, 26, '0'), 'infl_' || lpad(n::text, 26, '0'), now() - interval '20 days' - (n::bigint * 7919) % 100000 * interval '1 minute', 1000000000 * (n % 1000)::bigint, n % 1000,
	floor(extract(epoch FROM now()) / 86400)::bigint, (n::bigint * 7919) % 5000,
	1000000000 * ((n::bigint * 104729) % 2001 - 1000), 1000000000 * (n % 1000)::bigint
FROM generate_series(1, current_setting('bench.pools')::integer) AS n;
