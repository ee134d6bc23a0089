INSERT INTO challenges VALUES
	('chal_asked', 'sign_in', 'a wallet', 'localhost', 'http://localhost', 'localnet', 'Sign in.', 'a nonce', '2026-01-02 03:04:05Z', '2026-01-02 03:09:05Z', 1);
