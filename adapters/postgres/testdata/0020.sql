INSERT INTO pool_days VALUES ('pool_old', 20455, 11, 2, 9, 1, 1, 0);
