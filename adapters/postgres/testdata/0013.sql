INSERT INTO wallets VALUES ('another wallet', 'acct_old', '2026-01-02 03:04:05Z');
INSERT INTO assents VALUES ('chal_link', 'link', 'acct_old', '2026-01-02 03:04:05Z');
