\set fan 1
begin;
SELECT f(('acct_' || :fan)::text, (E'{"a"\x3a "' || 'acct_' || :fan || E'\x3a' || 'pool_' || :pool || E'"}')::text::text::jsonb, (E'{"account\x3a' || 'acct_' || :fan || E'\x3aavailable","world"}')::text[]);
INSERT INTO x VALUES (E'7', (E'\\x01ff')::bytea, (E'2026-03-02 12\x3a00\x3a00.000001Z')::timestamptz, (E'{0,1}')::smallint[], (E'{-5}')::bigint[], (E'{true,false}')::boolean[], (E'\\x01ff')::bytea);
UPDATE x SET a = NULL WHERE b = (E'true')::boolean;
commit;
