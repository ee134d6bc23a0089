INSERT INTO bindings VALUES ('prog_old', '000102030405060708090a0b0c0d0e0f', 'link_old', 'infl_old', 'acct_old', 'conv_old', '2026-01-02 04:00:00Z', '2026-03-02 04:00:00Z');
