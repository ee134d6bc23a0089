INSERT INTO entries VALUES ('ent_old', 'deposit:old', 'deposit', '2026-01-02 03:04:05.678901Z',
	'[{"from": "world", "to": "account:acct_old:available", "asset": "TWIST/9", "amount": "7"}]', '{}',
	sha256('x'));
INSERT INTO lines VALUES
	('ent_old', 'account:acct_old:available', 'TWIST/9', 0, 1, 7, 0, 7), ('ent_old', 'world', 'TWIST/9', 3, 1, -7, 0, -7);
INSERT INTO balances VALUES ('account:acct_old:available', 'TWIST/9', 0, 1, 7), ('world', 'TWIST/9', 3, 1, -7);
INSERT INTO waiting (source, id) VALUES ('entry', 'ent_old');
