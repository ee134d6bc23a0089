INSERT INTO click_days VALUES ('prog_old', 'link_old', '2026-01-03', 'valid', 3, 'acct_old', 7, 5);
INSERT INTO click_visitors VALUES ('2026-01-03', decode(md5('somebody'), 'hex'), 6, 2);
