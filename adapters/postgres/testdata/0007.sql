INSERT INTO deposits VALUES ('sig_old', 0, 5, 'a mint', 'a wallet', 7, '\x00ff', '2026-01-02 03:04:05Z', 'acct_old', '2026-01-02 03:04:05Z');
INSERT INTO deposit_cursor (slot) VALUES (5);
INSERT INTO payouts VALUES ('po_old', 'acct_old', 'a wallet', 10000000000, 100000000, 'signed', 1, '', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z');
INSERT INTO attempts VALUES ('po_old', 1, 'sig_out', '\x00', 'a genesis', 'a blockhash', 9, 8, 'live', 0, '2026-01-02 03:04:05Z');
