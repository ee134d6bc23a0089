-- +goose Up

-- What a pool took in, let out and shared on each UTC day, as sums. The row of today is written with every
-- stake in a pool: no index but its key, and room to replace it where it is.
CREATE TABLE pool_days (
	pool          text COLLATE "C" NOT NULL REFERENCES pools (id),
	day           bigint           NOT NULL,
	staked_in     bigint           NOT NULL,
	staked_out    bigint           NOT NULL,
	rewards       bigint           NOT NULL,
	distributions bigint           NOT NULL,
	joined        bigint           NOT NULL,
	gone          bigint           NOT NULL,
	CONSTRAINT pool_days_pkey PRIMARY KEY (pool, day),
	CONSTRAINT pool_days_sums CHECK (
		staked_in >= 0 AND staked_out >= 0 AND rewards >= 0 AND distributions >= 0 AND joined >= 0 AND gone >= 0
	)
) WITH (fillfactor = 70);
CREATE TRIGGER pool_days_kept BEFORE DELETE OR TRUNCATE ON pool_days FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What happened before days were counted, from the lines of the ledger.
INSERT INTO pool_days (pool, day, staked_in, staked_out, rewards, distributions, joined, gone)
SELECT split_part(l.address, ':', 2), floor(extract(epoch FROM e.at) / 86400)::bigint,
	least(coalesce(sum(l.delta) FILTER (WHERE l.address LIKE 'pool:%:staked' AND l.delta > 0), 0), 9223372036854775807),
	least(coalesce(-sum(l.delta) FILTER (WHERE l.address LIKE 'pool:%:staked' AND l.delta < 0), 0), 9223372036854775807),
	least(coalesce(sum(l.delta) FILTER (WHERE l.address LIKE 'pool:%:rewards' AND l.delta > 0), 0), 9223372036854775807),
	count(*) FILTER (WHERE l.address LIKE 'pool:%:rewards' AND l.delta > 0), 0, 0
FROM lines AS l JOIN entries AS e ON e.id = l.entry
WHERE (l.address LIKE 'pool:%:staked' AND l.delta <> 0 OR l.address LIKE 'pool:%:rewards' AND l.delta > 0)
	AND EXISTS (SELECT FROM pools AS p WHERE p.id = split_part(l.address, ':', 2))
GROUP BY 1, 2;

-- When each position became one with a stake, the ledger does not say. What stands there now is as if all of
-- them had come on the day the pool was opened.
INSERT INTO pool_days (pool, day, staked_in, staked_out, rewards, distributions, joined, gone)
SELECT id, floor(extract(epoch FROM opened_at) / 86400)::bigint, 0, 0, 0, 0, stakers, 0 FROM pools WHERE stakers > 0
ON CONFLICT (pool, day) DO UPDATE SET joined = excluded.joined;

GRANT SELECT, INSERT, UPDATE ON pool_days TO twist_app;
