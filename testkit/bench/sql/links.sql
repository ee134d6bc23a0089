-- bench.links, each of the influencer of its number, for the program of its number.
INSERT INTO links (id, code, program, influencer, holder, destination, made_at)
SELECT 'link_' || lpad(n::text, 26, '0'), 'code' || n, 'prog_' || lpad(n::text, 26, '0'), 'infl_' || lpad(n::text, 26, '0'), 'acct_' || lpad(n::text, 26, '0'),
	'https://shop.example/things/' || n, now() - interval '8 days'
FROM generate_series(1, current_setting('bench.links')::integer) AS n;
