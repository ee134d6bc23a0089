INSERT INTO programs VALUES ('prog_old', 'acct_old', 'Old', 1000, 1000000000, 0, '2026-01-02 03:04:05Z');
INSERT INTO links VALUES ('link_old', 'OldCode', 'prog_old', 'infl_old', 'acct_old', 'https://shop.example/', '2026-01-02 03:04:05Z');
INSERT INTO conversions VALUES ('conv_old', 'prog_old', 'order 1', 1000, 'TWIST', 'clk_old', 'clk_old', 100, '2026-01-02 03:04:05Z');
INSERT INTO refunds VALUES ('conv_old', 'refund 1', 100, 10, '2026-01-02 03:04:05Z');
INSERT INTO commissions VALUES ('comm_old', 'conv_old', 'prog_old', 'infl_old', 'acct_old', 'pool_old', 1000, 1000, 1000, 5000,
	100, 10, 'approved', 9, 41, 40, '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z');
INSERT INTO debts VALUES ('acct_old', 'prog_old', 3, '2026-01-02 03:04:05Z');
INSERT INTO clicks VALUES ('clk_old', 'link_old', 'prog_old', 'infl_old', 'acct_old', 'a visitor', '2026-01-02 03:04:05Z');
