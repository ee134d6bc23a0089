-- +goose Up

-- What of a day's rewards was given by hand, which is no yield: the entries say which it was.
ALTER TABLE pool_days ADD COLUMN gifts bigint NOT NULL DEFAULT 0;
UPDATE pool_days AS d SET gifts = least(g.given, d.rewards) FROM (
	SELECT split_part(l.address, ':', 2) AS pool, floor(extract(epoch FROM e.at) / 86400)::bigint AS day, sum(l.delta) AS given
	FROM lines AS l JOIN entries AS e ON e.id = l.entry
	WHERE e.kind = 'distribution' AND l.address LIKE 'pool:%:rewards' AND l.delta > 0
	GROUP BY 1, 2
) AS g WHERE g.pool = d.pool AND g.day = d.day;
ALTER TABLE pool_days ADD CONSTRAINT pool_days_gifts CHECK (gifts BETWEEN 0 AND rewards);

-- Figures of pools that were given something are computed again, without it, by the next run of their job.
UPDATE pool_figures SET day = 0 WHERE pool IN (SELECT pool FROM pool_days WHERE gifts > 0);
