-- What the other tables hold after a while: bench.rest rows of most.
CREATE TEMPORARY TABLE k AS
SELECT n, lpad(n::text, 26, '0') AS id, lpad((1 + n % 1000)::text, 26, '0') AS few, now() - n * interval '10 seconds' AS at
FROM generate_series(1, current_setting('bench.rest')::integer) AS n;

INSERT INTO sessions (id, account, wallet, challenge, roles, opened_at, expires_at)
SELECT 'sess_' || id, 'acct_' || id, 'wallet ' || n, 'chal_' || id, '{user}', at, at + interval '90 days' FROM k;
INSERT INTO emails (account, verified, verified_key, verified_at, verification, pending, asked)
SELECT 'acct_' || id, 'fan' || n || '@mail.example', 'fan' || n || '@mail.example', at, '', '', 0 FROM k;
INSERT INTO api_keys (id, account, name, digest, scopes, per_minute, made_at, expires_at)
SELECT 'key_' || id, 'acct_' || id, 'key', sha256(id::bytea), '{account:read}', 60, at, at + interval '90 days' FROM k;
INSERT INTO applications (id, account, kind, text, state, reason, decided_by, made_at, decided_at)
SELECT 'appl_' || id, 'acct_' || id, 'influencer_verified', 'why', CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'approved' END, '',
	CASE WHEN n % 100 = 0 THEN '' ELSE 'acct_' || few END, at, CASE WHEN n % 100 = 0 THEN NULL ELSE at END FROM k;
INSERT INTO mails (id, account, verification, state, tries, due_at, fault, queued_at, changed_at)
SELECT 'mail_' || id, 'acct_' || id, 'verification ' || n, CASE WHEN n % 1000 = 0 THEN 'waiting' ELSE 'sent' END, 1, at, '', at, at FROM k;
INSERT INTO audit (id, at, account, session, action, subject, code, request_id, ip, user_agent)
SELECT 'aud_' || id, at, 'acct_' || id, 'sess_' || id, 'identity.session_opened', 'sess_' || id, '', 'request ' || n, '198.51.100.7', 'agent' FROM k;
INSERT INTO outcomes (account, operation, key, request, answer, at)
SELECT 'acct_' || few, 'stake', 'key ' || id, sha256(id::bytea), '{}', at FROM k;
INSERT INTO links (id, code, program, influencer, holder, destination, made_at)
SELECT 'link_' || id, 'code' || n, 'prog_' || few, 'infl_' || id, 'acct_' || id, 'https://shop.example/', at FROM k;
INSERT INTO reservations (program, promo, promo_look, at)
SELECT 'prog_' || few, 'CODE-' || n, 'CODE' || translate(n::text, '01258', 'OIZSB'), at FROM k;
INSERT INTO clicks (id, link, program, influencer, holder, visitor, at)
SELECT 'clk_' || id, 'link_' || id, 'prog_' || few, 'infl_' || id, 'acct_' || id, 'visitor ' || n % 20000, at FROM k;
INSERT INTO refunds (conversion, id, amount, reversed, at)
SELECT 'conv_' || id, 'refund 1', 100, 10, at FROM k WHERE n % 10 = 0;
INSERT INTO debts (holder, program, owed, since)
SELECT 'acct_' || id, 'prog_' || few, 1000, at FROM k WHERE n % 20 = 0;
INSERT INTO bonuses (id, influencer, holder, month, kind, conversions, tier, amount, state, due_at, ended_at, fees)
SELECT 'bon_' || id, 'infl_' || id, 'acct_' || id, '2026-01', 'conversions', 100, '', 100000000000,
	CASE WHEN n % 1000 = 0 THEN 'due' ELSE 'paid' END, at, CASE WHEN n % 1000 = 0 THEN NULL ELSE at END, 100000000000 FROM k;
INSERT INTO assessments (month, at)
SELECT to_char(month, 'YYYY-MM'), month + interval '1 month 2 days' FROM generate_series(timestamptz '2025-01-01', now() - interval '2 months', interval '1 month') AS month;
INSERT INTO bindings (program, customer, link, influencer, holder, conversion, at, until)
SELECT 'prog_' || few, md5(n::text), 'link_' || id, 'infl_' || id, 'acct_' || id, 'conv_' || id, at, at + CASE WHEN n % 1000 = 0 THEN interval '1 second' ELSE interval '90 days' END FROM k;
INSERT INTO deposits (signature, index, slot, mint, sender, amount, memo, arrived_at, account, at)
SELECT 'signature ' || id, 0, n, 'mint', 'sender', 1000000000, '', at, 'acct_' || few, at FROM k;
INSERT INTO payouts (id, account, destination, amount, fee, state, attempt, failure_code, requested_at, changed_at)
SELECT 'po_' || id, 'acct_' || few, 'wallet ' || n, 10000000000, 100000000,
	CASE WHEN n % 1000 = 0 THEN 'queued' WHEN n % 50 = 0 THEN 'canceled' ELSE 'settled' END, 1, '', at, at FROM k;
INSERT INTO attempts (payout, n, signature, raw, genesis, blockhash, last_valid_height, slot, state, gas, signed_at)
SELECT 'po_' || id, 1, 'signature ' || id, '\x00', 'genesis', 'hash', n, n, 'landed', 5000, at FROM k;
INSERT INTO tickets (id, pool, position, account, amount, state, left_at, due_at, ended_at)
SELECT 'tick_' || id, 'pool_' || lpad((11 + n % 10000)::text, 26, '0'), 'pos_' || lpad((11 + n % 10000)::text, 13, '0') || lpad((1 + n % 50)::text, 13, '0'),
	'acct_' || few, 1000000000, CASE WHEN n % 50 = 0 THEN 'cooling' ELSE 'withdrawn' END, at,
	at + CASE WHEN n % 1000 = 0 THEN interval '1 hour' ELSE interval '1 year' END, CASE WHEN n % 50 = 0 THEN NULL ELSE at + interval '1 year' END FROM k;
INSERT INTO events (id, kind, subject, account, at, data)
SELECT 'evt_0' || substr(id, 2), 'staked', 'pos_' || id, 'acct_' || few, at, '{"pool":"pool"}' FROM k;
INSERT INTO seals (position, source, id, digest, hash)
SELECT n, 'event', 'evt_0' || substr(id, 2), sha256(id::bytea), sha256(id::bytea) FROM k ORDER BY n;
INSERT INTO alerts (id, kind, subject, account, severity, score, rules, count, status, opened_at, last_at, resolved_by, resolved_at)
SELECT 'alrt_' || id, 'stakes', 'acct_' || id, 'acct_' || id, 'high', 75, '{equal_amounts}', 1, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'dismissed' END,
	at, at, CASE WHEN n % 100 = 0 THEN NULL ELSE 'acct_' || few END, CASE WHEN n % 100 = 0 THEN NULL ELSE at END FROM k;
INSERT INTO places (visitor, day, accounts, times)
SELECT md5(n::text), extract(epoch FROM now())::bigint / 86400 - n % 3, ARRAY['acct_' || id], ARRAY[1] FROM k;

DROP TABLE k;
