INSERT INTO emails VALUES ('acct_old', 'Old@Example.com', 'old@example.com', '2026-01-02 03:04:05Z', 'verif_old', 'new@example.com', sha256('x'), '2026-01-02 03:04:05Z', '2026-01-03 03:04:05Z', 1, '2026-01-02 03:04:05Z');
INSERT INTO mails VALUES ('mail_old', 'acct_old', 'verif_old', 'sent', 1, '2026-01-02 03:04:05Z', '', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05Z');
INSERT INTO applications VALUES ('app_old', 'acct_old', 'influencer_verified', 'I am Old.', 'pending', '', '', '2026-01-02 03:04:05Z', NULL);
