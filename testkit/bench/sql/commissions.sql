-- Conversions of the first program from bench.from to bench.to, each with a commission that is due and shares
-- with the pool bench.pool.
INSERT INTO conversions (id, program, order_id, amount, currency, click, touch, refunded, at)
SELECT 'conv_' || lpad(n::text, 26, '0'), 'prog_' || lpad('1', 26, '0'), 'order ' || n, 1000000, 'TWIST',
	'clk_' || lpad(n::text, 26, '0'), 'clk_' || lpad(n::text, 26, '0'), 0, now() - interval '1 day'
FROM generate_series(current_setting('bench.from')::integer, current_setting('bench.to')::integer) AS n;

INSERT INTO commissions (id, conversion, program, influencer, holder, pool, amount, rate, fee_rate, fans_share,
	gross, reversed, state, fee, fans, net, earned_at, mature_at, final_at)
SELECT 'comm_' || lpad(n::text, 26, '0'), 'conv_' || lpad(n::text, 26, '0'), 'prog_' || lpad('1', 26, '0'),
	'infl_' || lpad(current_setting('bench.pool'), 26, '0'), 'acct_' || lpad(current_setting('bench.pool'), 26, '0'),
	'pool_' || lpad(current_setting('bench.pool'), 26, '0'), 1000000, 1000, 1000, 2000, 100000, 0, 'pending', 0, 0, 0,
	now() - interval '1 day', now() - interval '1 minute', now() + interval '89 days'
FROM generate_series(current_setting('bench.from')::integer, current_setting('bench.to')::integer) AS n;
