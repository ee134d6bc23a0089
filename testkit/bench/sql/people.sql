-- bench.people accounts with their wallets, and an influencer of each.
INSERT INTO accounts (id, wallet, opened_at)
SELECT 'acct_' || lpad(n::text, 26, '0'), 'wallet ' || n, now() - interval '30 days'
FROM generate_series(1, current_setting('bench.people')::integer) AS n;

INSERT INTO wallets (wallet, account, linked_at) SELECT wallet, id, opened_at FROM accounts;

INSERT INTO influencers (id, account, username, handle, display_name, registered_at, search)
SELECT 'infl_' || lpad(n::text, 26, '0'), 'acct_' || lpad(n::text, 26, '0'), 'influencer_' || n, 'influencer_' || n,
	'Influencer ' || n, now() - interval '30 days', 
	CASE WHEN n <= 100000 THEN E' influencer ' || n || E'\n influencer ' || n || E'\n ' ELSE '' END -- who has a pool is looked for
FROM generate_series(1, current_setting('bench.people')::integer) AS n;
