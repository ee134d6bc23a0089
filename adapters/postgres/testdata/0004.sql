INSERT INTO accounts VALUES ('acct_old', 'a wallet', '2026-01-02 03:04:05Z');
INSERT INTO sessions VALUES ('sess_old', 'acct_old', 'a wallet', 'chal_old', '{user}', '2026-01-02 03:04:05Z', '2026-04-02 03:04:05Z');
INSERT INTO influencers VALUES ('infl_old', 'acct_old', 'Old', 'old', 'Old', '2026-01-02 03:04:05Z');
INSERT INTO outcomes VALUES ('acct_old', 'stake', 'a key', sha256('x'), '{}', '2026-01-02 03:04:05Z');
