UPDATE accounts SET roles = '{merchant}' WHERE id = 'acct_old';
INSERT INTO sessions VALUES (
	'sess_new', 'acct_old', 'a wallet', 'chal_new', '{user,merchant}', '2026-01-02 03:04:05Z', '2026-04-02 03:04:05Z', '2026-02-01 03:04:05Z',
	sha256('client'), sha256('key'), sha256('current'), 3, '2026-01-02 03:04:05Z', '2026-01-03 03:04:05Z', 'signed_out'
);
