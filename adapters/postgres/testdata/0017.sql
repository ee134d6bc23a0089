INSERT INTO payouts VALUES ('po_waiting', 'acct_old', 'a wallet', 10000000000000, 100000000, 'requested', 0, '', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z');
INSERT INTO payouts VALUES ('po_rejected', 'acct_old', 'a wallet', 10000000000000, 100000000, 'rejected', 0, '', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z', 'Whose is this?', 'acct_ops', '2026-01-02 03:04:05Z');
INSERT INTO payouts VALUES ('po_approved', 'acct_old', 'a wallet', 10000000000000, 100000000, 'approved', 0, '', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z', '', 'acct_ops', '2026-01-02 03:04:05Z');
