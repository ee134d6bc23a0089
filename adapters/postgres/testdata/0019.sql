UPDATE pools SET cooldown_ns = 3600000000000, next_share = 100, next_minimum = 100000000, next_ns = 86400000000000, cooling = 3, returned = 1 WHERE id = 'pool_old';
INSERT INTO tickets VALUES (
	'tick_old', 'pool_old', 'pos_old', 'acct_old', 3, 'cooling', '2026-01-02 03:04:05Z', '2026-01-03 03:04:05Z', NULL
), (
	'tick_over', 'pool_old', 'pos_old', 'acct_old', 4, 'withdrawn', '2026-01-02 03:04:05Z', '2026-01-03 03:04:05Z', '2026-01-04 03:04:05Z'
);
