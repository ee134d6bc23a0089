INSERT INTO api_keys VALUES (
	'key_old', 'acct_old', 'a shop', sha256('secret'), '{account:read}', 600, '2026-01-02 03:04:05Z', '2026-04-02 03:04:05Z', NULL
), (
	'key_revoked', 'acct_old', 'another', sha256('another'), '{payouts:read}', 1, '2026-01-02 03:04:05Z', '2026-04-02 03:04:05Z', '2026-01-03 03:04:05Z'
);
