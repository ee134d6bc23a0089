INSERT INTO accounts VALUES ('acct_gone', 'a wallet that left', '2026-01-02 03:04:05Z', '{}', '2026-02-02 03:04:05Z');
INSERT INTO influencers (id, account, username, handle, display_name, registered_at) VALUES ('infl_gone', 'acct_gone', NULL, NULL, '', '2026-01-02 03:04:05Z');
INSERT INTO audit (id, at, account, session, action, subject, code, request_id, ip, user_agent)
VALUES ('aud_gone', '2026-01-02 03:04:05Z', 'acct_gone', '', 'identity.account_erased', 'acct_gone', '', 'req_gone', NULL, '');
