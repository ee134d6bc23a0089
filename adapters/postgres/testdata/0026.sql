INSERT INTO alerts VALUES ('alrt_old', 'stakes', 'acct_old', 'acct_old', 'critical', 90, '{rapid_stakes}', 2, 'open', '2026-03-04 05:06:07Z', '2026-03-04 05:06:08Z', NULL, NULL);
INSERT INTO conducts VALUES ('acct_old', '{1,2}', '{3,4}', '2026-03-04 05:06:07Z', 'alrt_old', '2026-03-05 05:06:07Z');
INSERT INTO crowds VALUES ('pool_old', '{acct_old}', '{2}');
