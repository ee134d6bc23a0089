-- Clicks in one statement, as many as it is told, with ids that begin with the moment as those of ours do.
INSERT INTO clicks (id, link, program, influencer, holder, visitor, at, country, device)
SELECT click_bound(current_date) || lpad((base * 10000 + n * 10 + :client_id)::text, 16, '0'), 'link_' || drawn, 'prog_' || lpad((1 + link % 10)::text, 26, '0'),
	'infl_' || drawn, 'acct_' || drawn, lpad(floor(random() * 1000000)::text, 43, '0'), now(), 'CH', 'phone'
FROM (
	SELECT n, base, link, lpad(link::text, 26, '0') AS drawn
	FROM generate_series(1, :clicks) AS n, (SELECT (extract(epoch FROM now() - date_trunc('day', now())) * 1000000)::bigint AS base) AS b,
		LATERAL (SELECT (1 + floor(random() * 1000) + 0 * n)::integer AS link) AS l
) AS k;
