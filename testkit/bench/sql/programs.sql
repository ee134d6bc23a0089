-- bench.programs, each of the merchant of its number.
INSERT INTO programs (id, merchant, name, rate, window_ns, hold_ns, opened_at)
SELECT 'prog_' || lpad(n::text, 26, '0'), 'acct_' || lpad(n::text, 26, '0'), 'Program ' || n, 1000, 2592000000000000, 0, now() - interval '9 days'
FROM generate_series(1, current_setting('bench.programs')::integer) AS n;
