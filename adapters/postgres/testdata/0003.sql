INSERT INTO events VALUES ('evt_old', 'ledger.deposit_credited', 'acct_old', 'acct_old', '2026-01-02 03:04:05.678901Z', '{}');
INSERT INTO waiting (source, id) VALUES ('event', 'evt_old');
INSERT INTO seals (position, source, id, digest, hash) VALUES (1, 'event', 'evt_first', sha256('x'), sha256('y'));
