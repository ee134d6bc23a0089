-- Found before 0047, which lets nobody find another one like them.
ALTER TABLE bonuses DISABLE TRIGGER USER;
INSERT INTO bonuses VALUES ('bon_old', 'infl_old', 'acct_old', '2026-01', 'conversions', 100, '', 7, 'paid', '2026-02-02 03:04:05Z', '2026-02-02 03:04:06Z', '2026-02-02 03:04:07Z');
INSERT INTO bonuses VALUES ('bon_due', 'infl_old', 'acct_old', '2026-01', 'tier', 0, 'GOLD', 8, 'due', '2026-02-02 03:04:05Z', NULL, NULL);
ALTER TABLE bonuses ENABLE TRIGGER USER;
INSERT INTO assessments VALUES ('2026-01', '2026-02-02 03:04:05Z');
