-- +goose Up

-- Most sessions of an old account came to their end by themselves, and nobody ended them: who lists those that
-- are alive starts behind them.
CREATE INDEX sessions_unended ON sessions (account, ends_at, id) WHERE ended_at IS NULL;
DROP INDEX sessions_alive;
