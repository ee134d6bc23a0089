INSERT INTO touches VALUES ('conv_old', 'clk_older', 'link_old', 'infl_old', 'acct_old', '2026-01-01 03:04:05Z', 'window_over');
