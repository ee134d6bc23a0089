-- +goose Up

-- When the rewards of a position are staked again next, for those whose holder asked for it. Of what holds nothing
-- there is nothing to stake.
ALTER TABLE positions
	ADD COLUMN compound_at timestamptz,
	ADD CONSTRAINT positions_compound CHECK (compound_at IS NULL OR active + waiting > 0);
CREATE INDEX positions_compounding ON positions (compound_at, id) WHERE compound_at IS NOT NULL;

-- What cools of an account, added up for its portfolio; most tickets are over.
CREATE INDEX tickets_cooling ON tickets (account, position) WHERE state = 'cooling';
