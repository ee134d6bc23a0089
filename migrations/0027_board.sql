-- +goose Up

-- What a search goes by stands beside its figures: whose the pool is and when it was opened, which stay, and
-- what is staked by how many, as it was when the figures were computed. A stake then writes no index of the
-- pool's, and its row is replaced where it is.
ALTER TABLE pool_figures
	ADD COLUMN influencer text COLLATE "C" REFERENCES influencers (id),
	ADD COLUMN opened_at  timestamptz,
	ADD COLUMN staked     bigint,
	ADD COLUMN stakers    bigint;
UPDATE pool_figures AS f SET influencer = p.influencer, opened_at = p.opened_at, staked = p.active + p.waiting, stakers = p.stakers
FROM pools AS p WHERE p.id = f.pool;
ALTER TABLE pool_figures
	ALTER COLUMN influencer SET NOT NULL,
	ALTER COLUMN opened_at SET NOT NULL,
	ALTER COLUMN staked SET NOT NULL,
	ALTER COLUMN stakers SET NOT NULL,
	ADD CONSTRAINT pool_figures_staked CHECK (staked >= 0 AND stakers >= 0);

DROP INDEX pools_by_staked;
DROP INDEX pools_by_stakers;
DROP INDEX pools_by_opening;
CREATE INDEX pool_figures_influencer ON pool_figures (influencer);
CREATE INDEX pool_figures_by_staked ON pool_figures (staked, pool);
CREATE INDEX pool_figures_by_stakers ON pool_figures (stakers, pool);
CREATE INDEX pool_figures_by_opening ON pool_figures (opened_at, pool);
-- What happened today is looked through every minute, so that figures follow it.
CREATE INDEX pool_days_by_day ON pool_days (day, pool);
-- Rows that change with every stake find room beside them.
ALTER TABLE pools SET (fillfactor = 70);
