-- A later migration has pools stand in the table of figures as they are opened: there it is the row that
-- comes with the pool.
DO $$
BEGIN
	IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'pool_figures' AND column_name = 'influencer') THEN
		EXECUTE 'INSERT INTO pool_figures (pool, influencer, opened_at, staked, stakers, day, apy, net, before)
			SELECT id, influencer, opened_at, active + waiting, stakers, 20456, 100000, -1, 12 FROM pools WHERE id = ''pool_old''';
	ELSE
		INSERT INTO pool_figures VALUES ('pool_old', 20456, 100000, -1, 12);
	END IF;
END
$$;
UPDATE influencers SET search = ' old' || E'\n old\n ';
