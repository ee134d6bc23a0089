-- +goose Up

-- search_grams gives what a search is found by: every three letters that stand together, and every one that
-- begins a word, as numbers. It is our own, because the text is: it has no letter that a locale would see
-- otherwise, and an extension needs rights that whoever migrates may not have.
-- +goose StatementBegin
CREATE FUNCTION search_grams(said text) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
		SELECT (get_byte(b, i) << 16) | (get_byte(b, i + 1) << 8) | get_byte(b, i + 2) AS gram
		FROM (SELECT said::bytea AS b) AS t, generate_series(0, octet_length(said) - 3) AS i
		UNION ALL
		SELECT (get_byte(b, i) << 8) | get_byte(b, i + 1)
		FROM (SELECT said::bytea AS b) AS t, generate_series(0, octet_length(said) - 2) AS i WHERE get_byte(b, i) = 32
	) AS grams
$$;
-- +goose StatementEnd

-- What a search looks into, as the program writes it: in letters a to z, digits and single spaces. Here
-- it is written once for the names there are; a letter that is none of those is written as u and its number.
ALTER TABLE influencers ADD COLUMN search text COLLATE "C" NOT NULL DEFAULT '';
UPDATE influencers AS i SET search = (
	SELECT string_agg(' ' || btrim(folded), E'\n' ORDER BY n)
	FROM (
		SELECT f.n, regexp_replace(string_agg(CASE
			WHEN c.letter ~ '[a-z0-9]' THEN c.letter
			WHEN ascii(c.letter) > 127 THEN 'u' || to_hex(ascii(c.letter))
			ELSE ' '
		END, '' ORDER BY c.m), ' +', ' ', 'g') AS folded
		FROM (VALUES (1, i.username), (2, i.display_name), (3, i.bio)) AS f (n, said)
		LEFT JOIN LATERAL unnest(string_to_array(lower(f.said), NULL)) WITH ORDINALITY AS c (letter, m) ON true
		GROUP BY f.n
	) AS lines
);
ALTER TABLE influencers ADD CONSTRAINT influencers_search CHECK (search ~ '^[a-z0-9 \n]*$');
CREATE INDEX influencers_by_search ON influencers USING gin (search_grams(search));

-- Whoever has no name any more is not found by the one that was.
-- +goose StatementBegin
CREATE FUNCTION forget_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.search := '';
	RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER influencers_unsought BEFORE UPDATE ON influencers FOR EACH ROW
	WHEN (NEW.username IS NULL AND NEW.search <> '') EXECUTE FUNCTION forget_search();
GRANT UPDATE (search) ON influencers TO twist_app;

-- What is told of a pool beside how it stands, of the whole days before a day. A pool has them from the
-- moment it is opened, so that it is found in every order.
CREATE TABLE pool_figures (
	pool   text COLLATE "C" NOT NULL REFERENCES pools (id),
	day    bigint           NOT NULL,
	apy    bigint           NOT NULL,
	net    bigint           NOT NULL,
	before bigint           NOT NULL,
	CONSTRAINT pool_figures_pkey PRIMARY KEY (pool),
	CONSTRAINT pool_figures_apy CHECK (apy >= 0),
	CONSTRAINT pool_figures_before CHECK (before >= 0)
);
INSERT INTO pool_figures (pool, day, apy, net, before) SELECT id, 0, 0, 0, 0 FROM pools;
GRANT SELECT, INSERT, UPDATE ON pool_figures TO twist_app;

-- The orders of a search. Read backwards, the largest comes first.
CREATE INDEX pools_by_staked ON pools ((active + waiting), id);
CREATE INDEX pools_by_stakers ON pools (stakers, id);
CREATE INDEX pools_not_active ON pools (state) WHERE state <> 'active';
CREATE INDEX pools_by_opening ON pools (opened_at, id);
-- Who has staked most in a pool.
CREATE INDEX positions_by_stake ON positions (pool, (active + waiting), id) WHERE active + waiting > 0;
CREATE INDEX pool_figures_by_apy ON pool_figures (apy, pool);
CREATE INDEX pool_figures_by_trend ON pool_figures (net, pool);
CREATE INDEX pool_figures_by_day ON pool_figures (day, pool);
