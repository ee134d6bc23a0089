INSERT INTO pools VALUES ('pool_old', 'infl_old', 'acct_old', 'active', 5000, 1000000000, 20000, 5, 6,
	340282366920938463463374607431768211455, 18446744073709551616, 9, 8, 1, '2026-01-02 03:04:05Z');
INSERT INTO positions VALUES ('pos_old', 'pool_old', 'acct_old', 5, 6, 20000, 12, 13, 8, '2026-01-02 03:04:05Z');
INSERT INTO activations VALUES ('pool_old', 19999, 12, 6);
