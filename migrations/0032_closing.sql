-- +goose Up

-- When a pool was closed: what was earned before is its fans' all the same. Of those that are closed already the event
-- says when; without one, nothing is taken to have been earned before.
ALTER TABLE pools ADD COLUMN closed_at timestamptz;
UPDATE pools AS p SET closed_at = coalesce(
	(SELECT min(e.at) FROM events AS e WHERE e.kind = 'staking.pool_closed' AND e.subject = p.id), p.opened_at
) WHERE p.state = 'closed';
ALTER TABLE pools ADD CONSTRAINT pools_closed CHECK ((closed_at IS NULL) = (state <> 'closed'));

-- The end of a pool is said once, also for whoever owns the table.
CREATE TRIGGER pools_close_once BEFORE UPDATE ON pools FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at)
	EXECUTE FUNCTION refuse_rewrite();
