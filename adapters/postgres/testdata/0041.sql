INSERT INTO click_days VALUES ('prog_old', 'link_old', '2026-01-03', 'valid', 3, 'acct_old', 7, 5);
INSERT INTO click_visitors VALUES ('2026-01-03', 'prog_old', 'link_old', click_visitor('2026-01-03', 'somebody'), 6, 2);
