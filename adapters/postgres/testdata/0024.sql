INSERT INTO programs (id, merchant, name, rate, window_ns, hold_ns, opened_at, closed_at)
VALUES ('prog_closed', 'acct_old', 'Closed', 1000, 1000000000, 0, '2026-01-02 03:04:05Z', '2026-02-02 03:04:05Z');
