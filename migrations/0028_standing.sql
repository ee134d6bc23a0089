-- +goose Up

-- Positions of one stake stand in the order of a hash of their ids: a list that goes on behind one of them tells
-- where to go on, and an id has the moment in it at which it was made.
DROP INDEX positions_by_stake;
CREATE INDEX positions_by_stake ON positions (pool, (active + waiting), (encode(sha256(id::bytea), 'hex') COLLATE "C")) WHERE active + waiting > 0;
