INSERT INTO audit VALUES ('aud_old', now(), 'acct_old', 'sess_old', 'staking.staked', 'pos_old', '', 'req_old', '192.0.2.1', 'an agent');
